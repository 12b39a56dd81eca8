"""What is asked of every server, a file for each kind of work.

Each has `measure(server, transport, size, effort)`, which returns figures by name. `effort` are the
seconds of CPU, or of time, that a measurement takes at least: more is steadier.
"""

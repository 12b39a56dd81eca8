"""The workloads, a file for each kind of work.

Each has `measure(server, transport, size, effort)`, which returns figures by name. `effort` is the
least time for a measurement, in seconds of CPU or on the clock: figures of a longer one vary less.
"""

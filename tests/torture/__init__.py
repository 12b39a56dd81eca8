"""Post and read while the server is killed, connections break and clients vanish; then count.

`make torture` runs this for five minutes, and tests/torture/test_torture.py for some seconds.
"""

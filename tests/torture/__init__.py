"""People talk while the server is killed, lines are cut and clients vanish; then we count.

`make torture` runs it for five minutes, tests/torture/test_torture.py for some seconds.
"""

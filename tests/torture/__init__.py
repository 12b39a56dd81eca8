"""People talk while the server is killed, lines are cut and clients vanish; then we count.

`make torture` runs it for five minutes, tests/test_torture.py for some seconds.
"""

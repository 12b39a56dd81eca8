"""The other end of the line: many cheap clients in one process, a file for each protocol.

A `Venue` is a server as its visitors see it, a `Room` one chat there, a `Listener` one client on
a connection of its own. As little Python per delivery as there can be: what the load generator
uses is missing to nobody, but it should not be what is measured.
"""

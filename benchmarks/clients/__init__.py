"""The load generator: many cheap clients in one process, a file for each protocol.

A `Driver` speaks the protocol of one server, a `Chat` is one chat there, and a `Listener` is one
client on a connection of its own. They run as little Python per delivery as possible, so that the
server is measured and not the load generator.
"""

"""The process around the application: sockets, signals, background tasks, logging."""

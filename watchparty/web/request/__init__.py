"""Read one aspect of a request: its body, its credential, its cursor."""

"""Build one aspect of a response: its JSON, its headers, its events."""

"""Limit the requests of each client."""

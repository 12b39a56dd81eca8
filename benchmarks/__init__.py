"""Figures about the server, each from one run on one machine."""

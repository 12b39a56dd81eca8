"""Limit how much each client may ask for."""

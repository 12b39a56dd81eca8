"""Wrap every request, whatever its route."""

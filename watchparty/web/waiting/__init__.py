"""Held requests: polls and streams that wait for news, from the fast path or from a route."""

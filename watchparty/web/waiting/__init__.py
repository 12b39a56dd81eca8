"""Held requests: polls and streams that wait for news, whatever way they came in."""

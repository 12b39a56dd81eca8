"""Held polls and streams of members, answered without the framework."""

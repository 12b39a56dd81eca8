"""Describe the API as an OpenAPI document (3.1)."""

"""Watch Party: a private, throwaway group chat beside whatever you watch together."""

__version__ = "0.1.0"

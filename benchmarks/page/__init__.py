"""How fast the page is for people, measured in a real browser."""

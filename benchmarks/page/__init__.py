"""What people notice of the page's speed, in a real browser."""

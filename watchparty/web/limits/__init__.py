"""How much each client may ask for."""

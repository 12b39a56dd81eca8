"""HTTP and nothing else: read a request, call one verb of the party, answer."""

"""The endpoints: read a request, call one verb of the party, answer."""

"""The endpoints: read a request, call one method of the service or a chat, answer."""

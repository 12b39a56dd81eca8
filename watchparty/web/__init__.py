"""HTTP and nothing else: read a request, call one method of the product, answer."""

"""What wraps every request, whatever its route."""

"""What providers refuse in a request, in their own words as far as they are known."""

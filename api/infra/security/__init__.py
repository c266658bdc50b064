"""Keys and what is sealed under them, links and secrets by their hashes, and the record."""

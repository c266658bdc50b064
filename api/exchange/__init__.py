"""Takes a portable statement in and gives it out again."""

"""Writes to people: puts the facts of each letter into words, in their language."""

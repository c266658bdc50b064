"""Text: characters, spelling, and what countries, days and lists are called in a language."""

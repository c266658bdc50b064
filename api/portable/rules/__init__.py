"""The portable statement: read, checked, and resolved to the words that print."""

"""Members and people outside say what they think of a text before it is decided."""

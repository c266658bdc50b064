"""What a text is made of: inline Markdown, and how its parts print in a language."""

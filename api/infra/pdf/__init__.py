"""HTML to PDF on paper that we can answer for: fonts, pictures, lines, the text layer."""

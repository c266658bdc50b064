"""How a statement becomes a document: HTML, plain text, Markdown, a file of Word."""

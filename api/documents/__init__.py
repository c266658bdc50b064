"""Prints a statement as PDF, HTML, text, Markdown and Word."""

"""Prints a statement as PDF, HTML, text and Markdown."""

"""A statement as a file of Word (Office Open XML, transitional)."""

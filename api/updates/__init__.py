"""Writes to those who signed and agreed to hear more: what came of it."""

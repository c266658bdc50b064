"""Calls to other machines: where to may be called, HTTP, SMTP, and how often we may be called."""

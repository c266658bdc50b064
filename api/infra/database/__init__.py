"""Rows and transactions, alike on SQLite and PostgreSQL."""

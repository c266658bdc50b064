"""What a text may hold, and how it is read. No database, no HTTP."""

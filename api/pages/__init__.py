"""Public pages: read, sign, confirm, approve, join, withdraw; they need no script."""

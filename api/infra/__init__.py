"""The outside world: database, keys, storage, clock, fonts, limited child. Knows no domain."""

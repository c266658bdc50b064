"""The outbox: what waits to leave is leased, tried, paused, held and replayed in one way."""

"""Undersigned: NGO coalitions write joint statements, get them signed, print and send them."""

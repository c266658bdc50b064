"""Texts with placeholders, and the facts that fill them."""

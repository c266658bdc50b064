"""Hands statements over to those they are addressed to, and keeps what they answer."""

"""Begins a statement or a coalition from one that is there."""

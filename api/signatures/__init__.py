"""Signatories and their signatures: who stands under a statement, and who may see it."""

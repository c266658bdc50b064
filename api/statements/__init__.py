"""Texts with a life: drafts, revisions, transitions."""

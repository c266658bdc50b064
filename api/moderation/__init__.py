"""Keeps a list of signatures honest: what is odd waits, what was forged goes, with its trace."""

"""Fills a template with facts and with what a coalition asks, into a statement's draft."""

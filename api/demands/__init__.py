"""What a coalition asks of each country or party, in order."""

"""Tables of offices: CSV in any usual form, read, matched with what is there, and written."""

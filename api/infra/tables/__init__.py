"""Tables of offices: CSV and workbooks, read, matched with what is there, and written."""

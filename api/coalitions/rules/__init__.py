"""What an import of addressees is read by."""

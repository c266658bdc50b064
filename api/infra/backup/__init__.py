"""Every row and kept file in one archive, and back from it."""

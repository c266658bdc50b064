"""The HTTP kit that routes share: guard, problems, auth, pages, ETags. Knows no feature."""

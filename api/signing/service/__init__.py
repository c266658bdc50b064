"""The use cases of signing in public."""

from __future__ import annotations

"""The use cases of sign-offs."""

from __future__ import annotations

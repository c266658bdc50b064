"""The use cases of moderation."""

from __future__ import annotations

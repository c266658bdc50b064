"""The addresses of the pages: /s sign, /c confirm, /m mine, /a approve, /j join, /u news."""

from __future__ import annotations

from api.pages.routes import approving, joining, owning, signing, updating
from api.pages.routes.kit import blueprint

__all__ = ["approving", "blueprint", "joining", "owning", "signing", "updating"]

"""The addresses of the pages: /s sign, /c confirm, /m my signature, /a approve, /j join."""

from __future__ import annotations

from api.pages.routes import approving, joining, owning, signing
from api.pages.routes.kit import blueprint

__all__ = ["approving", "blueprint", "joining", "owning", "signing"]

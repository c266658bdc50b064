"""The addresses of the pages: /s sign, /c, /m mine, /a approve, /j join, /u news, /problems."""

from __future__ import annotations

from api.pages.routes import approving, joining, own_signature, problems, signing, updating
from api.pages.routes.base import blueprint

__all__ = ["approving", "blueprint", "joining", "own_signature", "problems", "signing", "updating"]

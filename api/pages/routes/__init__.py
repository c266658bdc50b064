"""The addresses of the pages: /, /docs, /problems; /s sign, /c, /m, /a, /n, /r, /j join, /u."""

from __future__ import annotations

from api.pages.routes import (
    approving,
    commenting,
    guides,
    joining,
    naming,
    own_signature,
    problems,
    signing,
    updating,
)
from api.pages.routes.base import blueprint

__all__ = [
    "approving",
    "blueprint",
    "commenting",
    "guides",
    "joining",
    "naming",
    "own_signature",
    "problems",
    "signing",
    "updating",
]

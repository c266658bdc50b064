"""The addresses of the desk: signing in, /you, and the areas of a coalition."""

from __future__ import annotations

from api.desk.routes import (
    asking,
    assembling,
    deciding,
    draft_parts,
    founding,
    home,
    look,
    papers,
    reviewing,
    searching,
    signing_in,
    statement_new,
    statement_versions,
    statements,
    writing,
    you,
)
from api.desk.routes.base import blueprint

__all__ = [
    "asking",
    "assembling",
    "blueprint",
    "deciding",
    "draft_parts",
    "founding",
    "home",
    "look",
    "papers",
    "reviewing",
    "searching",
    "signing_in",
    "statement_new",
    "statement_versions",
    "statements",
    "writing",
    "you",
]

"""The addresses of the desk: signing in, /you, and the areas of a coalition."""

from __future__ import annotations

from api.desk.routes import founding, home, look, searching, signing_in, you
from api.desk.routes.base import blueprint

__all__ = ["blueprint", "founding", "home", "look", "searching", "signing_in", "you"]

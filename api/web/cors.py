"""Web clients at other origins: those that the operator names may use /v1 from a browser.

A token goes in a header that a page sets itself, so no cookie is let along. What is public of a
statement is let to the sites that its coalition names besides (`signing/routes`).
"""

from __future__ import annotations

from flask import Flask
from flask_cors import CORS

READ = (
    "Content-Disposition",
    "Deprecation",
    "ETag",
    "Idempotent-Replayed",
    "Link",
    "Location",
    "Retry-After",
    "X-Request-ID",
)
SENT = ("Authorization", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Match")
TWO_HOURS = 7200  # as long as browsers remember at the most


def install(app: Flask, origins: tuple[str, ...]) -> None:
    """Answer browsers of these origins, as `https://desk.specimen.example`; none: none is asked."""
    if origins:
        CORS(
            app,
            resources={"/v1/*": {"origins": list(origins)}},
            methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=list(SENT),
            expose_headers=list(READ),
            max_age=TWO_HOURS,
            vary_header=True,
        )

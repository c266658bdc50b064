"""Web clients at other origins: those that the operator names may use /v1 from a browser.

A token goes in a header that a page sets itself, so no cookie is let along. What is public of a
statement is let to the sites that its coalition names besides, for forms of their own.
"""

from __future__ import annotations

from flask import Flask, Response, request
from flask_cors import CORS

from api.infra.runtime import runtime
from api.web.openapi.headers import HEADERS

PATHS = "/v1/"
# What openapi.yaml tells of answers, and what may come with any of them.
READ = (*HEADERS, "Content-Disposition", "X-Request-ID")
SENT = ("Authorization", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Match")
SENT_BY_FORMS = ("Content-Type", "Idempotency-Key", "If-None-Match")
A_DAY = 86_400
TWO_HOURS = 7200  # as long as browsers remember at the most


def install(app: Flask, origins: tuple[str, ...]) -> None:
    """Answer browsers of these origins, as `https://desk.specimen.example`; none: none is asked."""
    if not origins:
        return
    CORS(
        app,
        resources={rf"{PATHS}.*": {"origins": list(origins)}},
        methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
        allow_headers=list(SENT),
        expose_headers=list(READ),
        max_age=TWO_HOURS,
        always_send=False,
        vary_header=False,
    )

    @app.after_request
    def _differ(answer: Response) -> Response:
        """Have no cache hand one origin what another was answered, or somebody without any."""
        if request.path.startswith(PATHS):
            answer.vary.add("Origin")
        return answer


def let(answer: Response, origin: str) -> None:
    """Let a site use what is public, unless the operator's answer to its origin is to come."""
    if origin in runtime().settings.cors_origins:
        return
    answer.headers["Access-Control-Allow-Origin"] = origin
    answer.headers["Access-Control-Allow-Methods"] = "GET, POST"
    answer.headers["Access-Control-Allow-Headers"] = ", ".join(SENT_BY_FORMS)
    answer.headers["Access-Control-Expose-Headers"] = ", ".join(READ)
    answer.headers["Access-Control-Max-Age"] = str(A_DAY)

"""Answers travel compressed, but for those that hold a secret: their length would tell of it."""

from __future__ import annotations

from flask import Flask, Response, request
from flask_compress import Compress

LEAST_BYTES = 600
PUBLIC, STATEMENTS = "/v1/public/", "/v1/public/statements/"


def install(app: Flask) -> None:
    """Compress what is read in whole, where its reader can take it."""
    app.config.update(
        COMPRESS_REGISTER=False,
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_LEVEL=6,
        COMPRESS_MIN_SIZE=LEAST_BYTES,
        COMPRESS_STREAMS=False,
        COMPRESS_MIMETYPES=[
            "application/json",
            "application/yaml",
            "image/svg+xml",
            "text/css",
            "text/html",
            "text/javascript",
            "text/markdown",
            "text/plain",
        ],
    )
    compress = Compress(app)

    @app.after_request
    def _compress(answer: Response) -> Response:
        return answer if _may_hold_a_secret(answer) else compress.after_request(answer)


def _may_hold_a_secret(answer: Response) -> bool:
    """Tell of what nobody may store, of changes, and of what a secret link leads to."""
    leads_there = request.path.startswith(PUBLIC) and not request.path.startswith(STATEMENTS)
    is_read = request.method in {"GET", "HEAD"}
    return leads_there or not is_read or bool(answer.cache_control.no_store)

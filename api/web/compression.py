"""Answers travel compressed, but for those that nobody may store.

What these hold, a secret, could be guessed from their length.
"""

from __future__ import annotations

from flask import Flask, Response
from flask_compress import Compress

LEAST_BYTES = 600


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
        return answer if answer.cache_control.no_store else compress.after_request(answer)

"""Where the document is read: /openapi.yaml and /openapi.json, the same in both; and by pages."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import cast

from flask import Flask, Response, current_app

from api.web.etags import tag_content
from api.web.openapi.document import Node, as_json, as_yaml

EXTENSION = "undersigned.openapi"


def install(app: Flask, document: Callable[[], Node]) -> None:
    """Serve a document, which is made when somebody first asks: few starts need it."""
    made = app.extensions[EXTENSION] = cache(document)
    yaml, json = cache(lambda: as_yaml(made())), cache(lambda: as_json(made()))

    @app.get("/openapi.yaml")
    def openapi() -> Response:
        tag_content()
        return Response(yaml(), content_type="application/yaml")

    @app.get("/openapi.json")
    def openapi_json() -> Response:
        tag_content()
        return Response(json(), content_type="application/json")


def of_app() -> Node:
    """Return the document of the app whose request it is, for who shows it to people."""
    return cast("Node", current_app.extensions[EXTENSION]())

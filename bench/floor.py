"""The floor of signing: a bare Flask app that inserts one row, with the same server and driver."""

from __future__ import annotations

import os
import sys
from uuid import uuid4

from flask import Flask, request
from sqlalchemy import Column, DateTime, MetaData, String, Table, Uuid, create_engine, insert

from api.infra import clock, server

ROWS = Table(
    "floor",
    MetaData(),
    Column("id", Uuid(), primary_key=True),
    Column("name", String(120)),
    Column("email", String(254)),
    Column("at", DateTime(timezone=True)),
)


def make_app() -> Flask:
    """Return the app; each process has an engine of its own."""
    app = Flask("floor")
    app.extensions["undersigned"] = _NoChildren()
    engine = create_engine(os.environ["FLOOR_DATABASE_URL"])

    @app.post("/sign")
    def sign() -> tuple[dict[str, str], int]:
        body = request.get_json()
        row = {"id": uuid4(), "name": body["name"], "email": body["email"], "at": clock.now()}
        with engine.begin() as connection:
            connection.execute(insert(ROWS), row)
        return {"message": "accepted"}, 202

    return app


class _NoChildren:
    """What the server of ours warms up, and this app has not."""

    children = property(lambda self: self)

    def start_soon(self) -> None:
        pass


if __name__ == "__main__":
    ROWS.metadata.drop_all(create_engine(os.environ["FLOOR_DATABASE_URL"]))
    ROWS.metadata.create_all(create_engine(os.environ["FLOOR_DATABASE_URL"]))
    server.run(make_app, sys.argv[1], workers=int(sys.argv[2]), threads=8)

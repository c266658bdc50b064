"""The floors: a bare Flask app that inserts one row, or answers so many bytes, with our server."""

from __future__ import annotations

import os
import socket
import sys
from uuid import uuid4

from flask import Flask, request
from sqlalchemy import Column, DateTime, MetaData, String, Table, Uuid, create_engine, insert

from api.cli import server
from api.cli.supervisor import together
from api.infra import clock

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
    engine = create_engine(os.environ["FLOOR_DATABASE_URL"])

    @app.post("/sign")
    def sign() -> tuple[dict[str, str], int]:
        body = request.get_json()
        row = {"id": uuid4(), "name": body["name"], "email": body["email"], "at": clock.now()}
        with engine.begin() as connection:
            connection.execute(insert(ROWS), row)
        return {"message": "accepted"}, 202

    @app.get("/bytes/<int:number>")
    def answer(number: int) -> str:
        return "x" * number

    return app


def main(bind: str, processes: int) -> None:
    """Serve as `undersigned serve` does."""
    ROWS.metadata.drop_all(create_engine(os.environ["FLOOR_DATABASE_URL"]))
    ROWS.metadata.create_all(create_engine(os.environ["FLOOR_DATABASE_URL"]))
    host, _, port = bind.rpartition(":")
    with socket.create_server((host, int(port)), backlog=1024) as listening:
        command = (sys.executable, "-m", "bench.floor", str(listening.fileno()))
        together(command, processes, listening, [])


if __name__ == "__main__":
    if sys.argv[2:]:
        main(sys.argv[1], int(sys.argv[2]))
    else:
        server.run(make_app(), socket.socket(fileno=int(sys.argv[1])), threads=8)

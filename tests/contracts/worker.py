"""One process of several that change the same rows, told what to do by lines of JSON."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any
from uuid import UUID

from api.accounts import service as accounts
from api.app import create_app
from api.config import Settings
from api.errors import Conflict
from api.infra.database.transactions import touch, transaction
from api.organisations.models import Organisation
from tests.support.client import Client

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask


def by_api(app: Flask, task: dict[str, Any]) -> int:
    """Add one to the number that is an organisation's acronym, as a careful client does."""
    client, path, refused = Client(app.test_client(), task["token"]), task["path"], 0
    for _ in range(task["times"]):
        while True:
            read = client.get(path)
            more = {"acronym": str(int(read["acronym"]) + 1)}
            answer = client.patch(path, more, etag=read.etag)
            if answer.status == 200:
                break
            assert answer.status == 412, answer.body
            refused += 1
    return refused


def by_transaction(app: Flask, task: dict[str, Any]) -> int:
    """Add one to it within a use case's transaction, which waits for its turn."""
    with app.app_context():
        for _ in range(task["times"]):
            with transaction() as session:
                row = session.get_one(Organisation, UUID(task["id"]), with_for_update=True)
                row.acronym = str(int(row.acronym or 0) + 1)
                touch(row, None)
    return 0


def by_creating(app: Flask, task: dict[str, Any]) -> str:
    """Make the first user of all."""
    with app.app_context():
        try:
            accounts.create_user(task["email"], "First")
        except Conflict:
            return "was there"
    return "made"


def main() -> None:
    """Make an app of the first line's settings, and do what each later line says."""
    settings = json.loads(sys.stdin.readline())
    settings["master_keys"] = tuple(settings["master_keys"])
    app = create_app(Settings(**settings))
    print("ready", flush=True)  # noqa: T201 # this is how it talks
    for line in sys.stdin:
        task = json.loads(line)
        print(HOW[task["how"]](app, task), flush=True)  # noqa: T201


HOW: dict[str, Callable[[Flask, dict[str, Any]], int | str]] = {
    "by API": by_api,
    "by transaction": by_transaction,
    "by creating": by_creating,
}

if __name__ == "__main__":
    main()

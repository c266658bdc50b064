"""Starvation: how long a confirmation takes while two coalitions keep slow receivers busy.

Each writes an update to `PEOPLE` over a mail server of its own that takes a second for a letter, or
hands as many over to a mailing tool that takes a second for each answer. Meanwhile somebody signs a
third coalition's text, and one of the first two's. Then many more have such servers and endpoints.
A worker as users start it, on SQLite and on PostgreSQL; measured is from the request to the
letter's arrival.
"""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory

from flask_migrate import upgrade

from api.app import create_app
from api.config import Settings
from api.infra.database.transactions import db
from api.infra.vault import new_master_key
from bench.signing import database
from tests.conftest import World
from tests.support import slow_receivers

PEOPLE, REACH = int(os.environ.get("PEOPLE", "300")), 10
SERVERS, ENDPOINTS = int(os.environ.get("SERVERS", "200")), int(os.environ.get("ENDPOINTS", "50"))


def measure() -> None:
    """Print how many seconds a confirmation took, behind each kind of slow receiver."""
    with TemporaryDirectory() as folder:
        _measured("sqlite", f"sqlite:///{folder}/db", Path(folder))
    with TemporaryDirectory() as folder, database() as url:
        _measured("postgresql", url.replace("postgresql://", "postgresql+psycopg://"), Path(folder))


def _measured(engine: str, url: str, folder: Path) -> None:
    settings = Settings(
        database_url=url,
        storage_path=str(folder / "storage"),
        master_keys=(new_master_key(),),
        log_level="ERROR",
        render_spares=0,
    )
    app = create_app(settings)
    with app.app_context():
        upgrade()
    world = World(app, engine)
    mail = slow_receivers.behind_mail_servers(world, world.user("owner"), folder, PEOPLE)
    print(
        f"{engine}: behind two mail servers, {PEOPLE} people each: {mail.elsewhere:.1f} s;"
        f" over one of these: {mail.beside:.1f} s (reach {REACH})"
    )
    tools = slow_receivers.behind_tools(world, world.user("owner"), PEOPLE)
    print(f"{engine}: behind two mailing tools: {tools.elsewhere:.1f} s (reach {REACH})")
    many = {"servers": SERVERS, "endpoints": ENDPOINTS, "letters": 8, "threads": 2}
    waited = slow_receivers.behind_many(world, world.user("owner"), folder, **many)
    print(
        f"{engine}: behind {SERVERS} mail servers to which letters go that people wait for, and"
        f" {ENDPOINTS} endpoints: {waited.elsewhere:.1f} s (reach {REACH})"
    )
    with app.app_context():
        db.engine.dispose()

"""A million signatures on PostgreSQL: its pages, its counts, and its export's memory.

They are written by SQL, with a sealed name each, as a petition of ninety days leaves them: of ten
seven are public, one shows initials, two are hidden. The first page and the last take turns, as do
the counts of the million and of ten thousand; each is what a route calls. The export runs in a
process of its own, which says how much memory it took at most.
"""

from __future__ import annotations

import base64
import json
import multiprocessing
import os
import statistics
import tempfile
import time
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import psycopg
from flask_migrate import upgrade
from sqlalchemy import func, insert, select, text, update

from api.accounts import service as accounts
from api.app import create_app
from api.config import Settings
from api.infra.database.paging import PageRequest
from api.infra.database.transactions import db, reading, transaction
from api.infra.security import keys
from api.infra.vault import new_master_key
from api.signatures.models import CountChange, Signature, SignatureIdentity
from api.signatures.service import counts, lists, places, rows
from api.statements.models import Statement
from tests.support import builders
from tests.support.client import Client

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.connection import Connection

    from flask import Flask

MANY, FEW = int(os.environ.get("SIGNATURES", "1000000")), 10_000
ROUNDS = 40
AT_ONCE = 10_000
PAGE = 50
REACH_PAGE, REACH_COUNT, REACH_BYTES = 1.5, 1.5, 200 << 20
SERVER = "postgresql://postgres@127.0.0.1:5432"
DATABASE = "undersigned_bench_signatures"

SIGN = """
INSERT INTO signatures (
  id, coalition_id, statement_id, revision_number, revision_sha256, source, state, kind, country,
  lead, visibility, position, day, language, shows_logo, flags, version, created_at, updated_at
)
SELECT
  gen_random_uuid(), :coalition, :statement, 1, :sha256, 'public', 'confirmed',
  CASE WHEN n % 50 = 0 THEN 'organisation' ELSE 'individual' END,
  (ARRAY['KZ', 'KG', 'UZ', 'TJ', 'TM', 'DE', 'FR', 'PL', 'US', 'GB'])[1 + n / 7 % 10],
  false,
  CASE n % 10 WHEN 0 THEN 'initials' WHEN 1 THEN 'anonymous' WHEN 2 THEN 'coalition'
    ELSE 'public' END,
  n, DATE '2031-05-01' + (n % 90), 'en', true, '[]', 1, now(), now()
FROM generate_series(1, :number) AS n
"""
COUNT = """
INSERT INTO count_changes (id, coalition_id, statement_id, change, kind, source, country, day,
  is_shown)
SELECT gen_random_uuid(), coalition_id, statement_id, count(*), kind, source, country, day,
  visibility IN ('public', 'initials')
FROM signatures GROUP BY coalition_id, statement_id, kind, source, country, day, 9
"""


def measure() -> None:
    """Print what pages, counts and the export take."""
    with tempfile.TemporaryDirectory() as folder, a_database() as address:
        settings = Settings(
            database_url=address,
            storage_path=folder,
            master_keys=(new_master_key(),),
            log_level="WARNING",
            queue_url=f"sqlite:///{folder}/queue",
        )
        app = create_app(settings)
        with app.app_context():
            upgrade()
        client = _client(app)
        coalition = builders.a_coalition(client)
        many, few = (builders.a_text(client, coalition) for _ in range(2))
        began = time.perf_counter()
        for statement, number in ((many, MANY), (few, FEW)):
            _sign(app, coalition, statement, number)
        _settle(app)
        print(f"signatures: {MANY:,} written in {time.perf_counter() - began:.0f} s")
        _sizes(app)
        _pages(app, UUID(many[0]))
        _counts(app, UUID(many[0]), UUID(few[0]))
        for whom, ending in (("addressee", "csv"), ("crm", "json")):
            path = f"/v1/statements/{many[0]}/signatures.{ending}?for={whom}"
            _export(settings, path, str(client.token))
        _place(app, UUID(many[0]))
        with app.app_context():
            db.engine.dispose()


@contextmanager
def a_database(name: str = DATABASE) -> Iterator[str]:
    """Yield the address of an empty database on this machine's PostgreSQL."""
    with psycopg.connect(f"{SERVER}/postgres", autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name}")
        try:
            yield f"{SERVER.replace('postgresql', 'postgresql+psycopg', 1)}/{name}"
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _client(app: Flask) -> Client:
    email = "bench@specimen.example"
    with app.app_context():
        accounts.create_user(email, "Bench")
        secret = accounts.create_first_token(email, "bench", days=1)
    return Client(app.test_client(), secret)


def _sign(app: Flask, coalition: str, statement: tuple[str, str], number: int) -> None:
    owner, where = UUID(coalition), {"coalition": coalition, "statement": statement[0]}
    with app.app_context(), transaction() as session:
        session.execute(text("SET LOCAL statement_timeout = 0"))
        session.execute(text(SIGN), {**where, "sha256": statement[1], "number": number})
        query = select(Signature.id).where(Signature.statement_id == UUID(statement[0]))
        every = session.scalars(query).all()
        for start in range(0, number, AT_ONCE):
            session.execute(
                insert(SignatureIdentity),
                [
                    {
                        "signature_id": each,
                        "coalition_id": owner,
                        "identity": keys.seal(session, owner, rows.IDENTITY, each, _who(each)),
                    }
                    for each in every[start : start + AT_ONCE]
                ],
            )


def _who(signature_id: UUID) -> dict[str, Any]:
    name = f"Specimen {signature_id.hex[:12]}"
    return {"name": name, "email": f"{signature_id.hex[:12]}@specimen.example", "role": "Teacher"}


def _settle(app: Flask) -> None:
    """Begin the journal, and let PostgreSQL know its tables as its daemon would."""
    with app.app_context(), transaction() as session:
        session.execute(text(COUNT))
    with app.app_context():
        counts.fold()
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("SET statement_timeout = 0"))
            connection.execute(text("VACUUM ANALYZE"))


def _sizes(app: Flask) -> None:
    with app.app_context(), reading() as session:
        for model in (Signature, SignatureIdentity):
            name = model.__tablename__
            size = session.scalar(text("SELECT pg_total_relation_size(:name)"), {"name": name})
            print(
                f"signatures: {(size or 0) / (MANY + FEW):.0f} bytes each in {name}, with indexes"
            )


def _pages(app: Flask, statement_id: UUID) -> None:
    first, last = _page(statement_id, None), _page(statement_id, _cursor_before_the_end())
    with app.app_context():
        assert len(last().items) > 0
        assert last().following is None
        pairs = [(_timed(first), _timed(last)) for _ in range(ROUNDS)]
    at_first, at_last = (statistics.median(each) * 1000 for each in zip(*pairs, strict=True))
    ratio = statistics.median(last / first for first, last in pairs)
    print(f"signatures: first page {at_first:.1f} ms, last page {at_last:.1f} ms")
    print(f"signatures: last page against first {ratio:.2f} (reach {REACH_PAGE})")


def _page(statement_id: UUID, cursor: str | None) -> Callable[[], Any]:
    def page() -> Any:
        with reading() as session:
            statement = session.get_one(Statement, statement_id)
            return lists.public_page(session, statement, PageRequest(limit=PAGE, cursor=cursor))

    return page


def _cursor_before_the_end() -> str:
    """Return the cursor after which the last page is left: of ten, eight are listed."""
    # As `infra/database/paging` writes it; a reader gets it by following every link before.
    return base64.urlsafe_b64encode(json.dumps([MANY - PAGE]).encode()).decode().rstrip("=")


def _counts(app: Flask, many: UUID, few: UUID) -> None:
    with app.app_context():
        pairs = [(_timed(_counted(few)), _timed(_counted(many))) for _ in range(ROUNDS)]
        with reading() as session:
            found = counts.of(session, session.get_one(Statement, many))
    assert found.total == MANY
    of_few, of_many = (statistics.median(each) * 1000 for each in zip(*pairs, strict=True))
    ratio = statistics.median(many / few for few, many in pairs)
    print(f"signatures: counts of {FEW:,} in {of_few:.1f} ms, of {MANY:,} in {of_many:.1f} ms")
    print(f"signatures: counts of the many against the few {ratio:.2f} (reach {REACH_COUNT})")


def _counted(statement_id: UUID) -> Callable[[], Any]:
    def count() -> Any:
        with reading() as session:
            return counts.of(session, session.get_one(Statement, statement_id))

    return count


def _export(settings: Settings, path: str, token: str) -> None:
    there, here = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=_exported, args=(settings, path, token, there)
    )
    process.start()
    size, seconds, peak = here.recv()
    process.join()
    what = path.rpartition("/")[2]
    print(f"signatures: {what}: {size / 1e6:.0f} MB in {seconds:.0f} s")
    print(f"signatures: {what}: at most {peak >> 20} MB of memory (reach {REACH_BYTES >> 20})")


def _exported(settings: Settings, path: str, token: str, answer: Connection) -> None:
    app, began = create_app(settings), time.perf_counter()
    sent = app.test_client().get(path, headers={"Authorization": f"Bearer {token}"})
    size = sum(len(piece) for piece in sent.response)
    assert sent.status_code == HTTPStatus.OK
    # Not ru_maxrss, which begins with what the parent had.
    status = Path("/proc/self/status").read_text("utf-8")
    peak = int(status.partition("VmHWM:")[2].split()[0]) * 1024
    answer.send((size, time.perf_counter() - began, peak))


def _place(app: Flask, statement_id: UUID) -> None:
    """Give a batch of confirmed signatures their places at the end of the million."""
    with app.app_context(), transaction() as session:
        mine = (Signature.statement_id == statement_id, Signature.position > MANY - FEW)
        session.execute(update(Signature).where(*mine).values(position=None))
        assert session.scalar(select(func.count()).select_from(CountChange)) == 0
    with app.app_context():
        seconds = _timed(places.place)
    print(f"signatures: {FEW:,} placed in {seconds:.1f} s")


def _timed(act: Callable[[], Any]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began

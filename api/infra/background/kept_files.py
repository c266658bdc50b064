"""Files that rows refer to: who tells which, and how they go once no row does.

What lies in other folders is not the house's: a bucket may hold what others keep there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from api.infra.background import jobs
from api.infra.background.jobs import Work
from api.infra.database.transactions import alone, reading, transaction
from api.infra.runtime import runtime
from api.infra.storage import Storage

DELETE = "files.delete"


def _none(_: object) -> set[str]:
    return set()


@dataclass(frozen=True)
class KeptFiles:
    """Who keeps files in a folder, and tells by their keys what its rows know of them."""

    folder: str
    referred: Callable[[Connection], set[str]] = _none  # those that cannot be made again
    damaged: Callable[[Session], Iterable[str]] = _none  # of these, what is not what it was


def keys(storage: Storage) -> Iterator[str]:
    """Yield the key of every file that a house keeps in a storage."""
    for kept in runtime().wiring.all(KeptFiles):
        yield from storage.keys(kept.folder)


def put(session: Session, key: str, content: bytes) -> None:
    """Keep a file in the transaction of its row, under a key that it may have had before.

    A job that deletes what was there waits for the end of that, or is waited for.
    """
    alone(session, _number(key))
    runtime().storage.put(key, content)


def delete_later(session: Session, key: str) -> None:
    """Promise to delete a file, in the transaction in which its row goes.

    The storage may be away after the commit, or the process killed: a job comes back.
    """
    jobs.promise(session, DELETE, None, {"file": key})


def delete(work: Work) -> None:
    """Delete a file, unless a row refers to it again: somebody put the same logo back."""
    key, storage = work.facts["file"], runtime().storage
    folder = key.partition("/")[0]
    # SQLite has one writer at a time, and none may wait for an S3 that hangs.
    is_only_writer = runtime().settings.is_sqlite and storage.is_remote
    with reading() if is_only_writer else transaction() as session:
        alone(session, _number(key))
        for kept in runtime().wiring.all(KeptFiles):
            if kept.folder == folder and key in kept.referred(session.connection()):
                return
        storage.delete(key)


def _number(key: str) -> int:
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], signed=True)

"""Files that rows refer to: who tells which, and how they go once no row does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from api.infra.background import jobs
from api.infra.background.jobs import Work
from api.infra.database.transactions import reading
from api.infra.runtime import runtime

DELETE = "files.delete"


@dataclass(frozen=True)
class KeptFiles:
    """Who tells which files of a folder its rows refer to, by their keys."""

    folder: str
    referred: Callable[[Connection], set[str]]


def delete_later(session: Session, key: str) -> None:
    """Promise to delete a file, in the transaction in which its row goes.

    The storage may be away after the commit, or the process killed: a job comes back.
    """
    jobs.promise(session, DELETE, None, {"file": key})


def delete(work: Work) -> None:
    """Delete a file, unless a row refers to it again: somebody put the same logo back."""
    key = work.facts["file"]
    folder = key.partition("/")[0]
    with reading() as session:
        for kept in runtime().wiring.all(KeptFiles):
            if kept.folder == folder and key in kept.referred(session.connection()):
                return
    runtime().storage.delete(key)

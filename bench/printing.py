"""Letters of 250 signatories to be printed by workers, and the same by WeasyPrint alone."""

from __future__ import annotations

import json
import multiprocessing
import os
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, text

from api.portable.rules import reading, writing
from bench import letter

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.server import Server

SIGNATORIES, NUMBER = 250, int(os.environ.get("DOCUMENTS", "24"))
LEFT = "jobs WHERE kind = 'documents.print' AND state <> 'done'"


def document(slug: str = "scale") -> dict[str, Any]:
    """Return a letter that is too long for a request; of two slugs no one job prints both."""
    names = [f"Specimen Signatory {number} of {slug}" for number in range(SIGNATORIES)]
    signatories = [{"kind": "individual", "name": name} for name in names]
    return {**reading.read(letter.LETTER.read_bytes()), "slug": slug, "signatories": signatories}


def asked(server: Server, run: int) -> list[str]:
    """Ask for as many documents, each of a statement of its own; return the ids of their jobs."""
    jobs = []
    for number in range(NUMBER):
        name = f"bench-{run}-{number}"
        coalition = server.post("/v1/coalitions", {"slug": name, "name": "Bench"})["id"]
        path, data = f"/v1/coalitions/{coalition}/imports", writing.as_yaml(document(name))
        taken = json.loads(server.send("POST", path, data, "application/yaml"))
        job = json.loads(server.get(f"/v1/statements/{taken['statement']['id']}/document"))
        jobs.append(str(job["id"]))
    return jobs


def must_be_done(server: Server, jobs: list[str]) -> None:
    """Look whether each is printed."""
    engine = create_engine(server.environment["UNDERSIGNED_DATABASE_URL"])
    with engine.connect() as connection:
        query = text("SELECT count(*) FROM jobs WHERE id::text = ANY(:ids) AND state = 'done'")
        done = connection.execute(query, {"ids": jobs}).scalar_one()
    assert done == len(jobs), f"{len(jobs) - done} documents were not printed"


_prints: dict[str, Callable[[], object]] = {}  # of a process of the floor


def bare(processes: int) -> float:
    """Return how many documents a second as many processes print by WeasyPrint alone, warm."""
    with TemporaryDirectory() as folder:
        context = multiprocessing.get_context("spawn")
        with context.Pool(processes, _begin, (folder,)) as pool:
            pool.map(_print, range(2 * processes), chunksize=1)
            began = time.monotonic()
            pool.map(_print, range(NUMBER), chunksize=1)
            return NUMBER / (time.monotonic() - began)


def _begin(folder: str) -> None:
    own = Path(folder) / str(multiprocessing.current_process().pid)
    own.mkdir()
    _prints["one"] = letter.bare(own, document())


def _print(_: int) -> None:
    _prints["one"]()

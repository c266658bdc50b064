"""Does an answer tell whether an address has signed? 200 known ones against 200 new ones, in turn.

Every answer must have the same bytes. Their times are compared by the difference of the medians and
by how often a known one is slower than a new one: a half, where nothing tells them apart.
"""

from __future__ import annotations

import json
import os
import statistics
import time
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from unittest.mock import patch

from sqlalchemy import select

from api.app import create_app
from api.infra.database.transactions import reading
from api.infra.security import links
from api.signing import rules
from api.signing.models import PendingSignature
from api.signing.service import confirming, pending_batch
from bench.server import Server
from bench.signing import opened

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

EACH = 200


def measure() -> None:
    """Print how the answers to known and new addresses differ."""
    with TemporaryDirectory() as name:
        options = ("--no-worker",)
        with Server(Path(name), options=options, UNDERSIGNED_TRUSTED_PROXIES="1") as server:
            address, body = opened(server)
            path = f"/v1/public/statements/{address}/signatures"
            known = [body.replace("WHO", f"known-{number}") for number in range(EACH)]
            new = [body.replace("WHO", f"new-{number}") for number in range(EACH)]
            for number, one in enumerate(known):
                _sent(server, path, one, number)
            _confirm(server)
            answers: set[bytes] = set()
            times: tuple[list[float], list[float]] = ([], [])
            for number, pair in enumerate(zip(known, new, strict=True), EACH):
                turns = (0, 1) if number % 2 else (1, 0)  # neither is always the first
                for which in turns:
                    answer, took = _sent(server, path, pair[which], 2 * number + which)
                    answers.add(answer)
                    times[which].append(took)
    assert len(answers) == 1, "the answers differ"
    print(f"{EACH} known and {EACH} new addresses: the same bytes")
    medians = [statistics.median(each) * 1000 for each in times]
    print(f"  median {medians[0]:.2f} ms known, {medians[1]:.2f} ms new")
    print(f"  a known one is slower in {_share(*times):.2f} of all pairs (reach 0.4 to 0.6)")


def _sent(server: Server, path: str, body: str, network: int) -> tuple[bytes, float]:
    """Return an answer's status, headers but those of the moment, and body, and its seconds."""
    headers = {"Content-Type": "application/json"}
    headers["X-Forwarded-For"] = f"10.{network // 250}.{network % 250}.1"
    connection = HTTPConnection("127.0.0.1", server.port, timeout=30)
    began = time.perf_counter()
    connection.request("POST", path, body, headers)
    answer = connection.getresponse()
    content = answer.read()
    took = time.perf_counter() - began
    connection.close()
    moment = {"date", "x-request-id"}
    kept = sorted(pair for pair in answer.getheaders() if pair[0].lower() not in moment)
    return json.dumps([answer.status, kept]).encode() + content, took


def _confirm(server: Server) -> None:
    """Take in what was received, and confirm all of it as its mailboxes would."""
    with patch.dict(os.environ, server.environment), create_app().app_context():
        sum(pending_batch.take_in())
        with reading() as session:
            ids: Sequence[UUID] = session.scalars(select(PendingSignature.id)).all()
            found = [links.newest(session, rules.CONFIRM, each) for each in ids]
            secrets = [links.secret_of(session, each) for each in found if each is not None]
        assert len(secrets) == EACH
        for secret in secrets:
            confirming.confirm(secret)


def _share(known: Sequence[float], new: Sequence[float]) -> float:
    slower = sum((one > other) + (one == other) / 2 for one in known for other in new)
    return slower / (len(known) * len(new))

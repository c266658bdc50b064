"""What the version before left is taken over: its rows, and the work that waited."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import time_machine
from sqlalchemy import select

from api.accounts import service as accounts
from api.accounts.models import User
from api.connectors.models import Push, PushState
from api.infra.background.jobs import Job, JobState
from api.infra.database.transactions import reading
from api.infra.mail.letters import Letter, LetterState
from api.updates.models import Update, UpdateState
from tests.support import house_before, smtp_server
from tests.support.client import Client
from tests.support.smtp_server import Post, mail_at
from tests.support.webhook_receivers import Receiver, reaching, receiver, work

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import World


@pytest.fixture
def before(world: World) -> Iterator[World]:
    with house_before.taken_over(world):
        yield world


@pytest.fixture
def post() -> Iterator[Post]:
    with smtp_server.server(Post()) as found:
        yield found


@pytest.fixture
def hooks(before: World) -> Iterator[Receiver]:
    with receiver(port=house_before.HOOKS) as found, reaching(before, found):
        yield found


def test_what_waited_is_done_and_leaves(before: World, post: Post, hooks: Receiver) -> None:
    with mail_at(before, f"smtp://127.0.0.1:{post.port}"):
        for _ in range(4):  # what is done promises more
            work(before)
    with time_machine.travel(datetime.now(UTC) + timedelta(days=2)):  # a file a day
        work(before)

    with before.app.app_context(), reading() as session:
        jobs = session.scalars(select(Job)).all()
        letters = session.scalars(select(Letter)).all()
        pushes = session.scalars(select(Push)).all()
        update = session.scalars(select(Update)).one()
    assert {job.kind for job in jobs} >= {"signing.take_in", "updates.send", "documents.renew"}
    assert [(job.kind, job.fault) for job in jobs if job.state is not JobState.DONE] == []
    assert [(each.kind, each.fault) for each in letters if each.state is LetterState.FAILED] == []
    assert update.state is UpdateState.SENT
    assert hooks.types == ["update.started"]
    assert {each.state for each in pushes} == {PushState.DONE}
    assert set(post.recipients) >= {
        "ada@specimen.example",
        "cyd@specimen.example",
        "office@specimen.example",
    }


def test_what_was_written_is_read_and_goes_on(before: World) -> None:
    with before.app.app_context():
        with reading() as session:
            email = accounts.person(session, session.scalars(select(User)).one()).email
        owner = Client(
            before.app.test_client(), accounts.create_first_token(email, "tests", days=1)
        )
    (coalition, other) = owner.get("/v1/coalitions")["items"]

    for each in (coalition, other):
        for statement in owner.get(f"/v1/coalitions/{each['id']}/statements")["items"]:
            answer = owner.get(f"/v1/statements/{statement['id']}/document")
            assert answer.status == 200, answer.body

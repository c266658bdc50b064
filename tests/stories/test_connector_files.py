"""A CSV for the tool that nobody named: by letter, or to be fetched."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest
import time_machine
from sqlalchemy import select

from api.accounts import service as accounts
from api.connectors.service import files as connector_files
from api.infra.database.transactions import reading
from api.infra.mail import letters
from api.infra.mail.letters import Letter
from tests.support.mailing_tools import START, Connected, connected, later
from tests.support.signing import letters_of
from tests.support.smtp_server import Post, mail_at, server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from uuid import UUID

    from time_machine import Traveller

    from tests.conftest import World
    from tests.support.client import Client

DAY = 86400
OWN = "/v1/public/own-signatures"


class Csv:
    kind = "csv"

    def settings(self) -> dict[str, str]:
        return {"every": "daily", "list": "Letters"}


@pytest.fixture
def clock(world: World, owner: Client) -> Iterator[Traveller]:
    with time_machine.travel(START, tick=False) as found:
        with world.app.app_context():
            owner.token = accounts.create_first_token(owner.email, "tests", days=100)
        yield found


def files(news: Connected) -> list[list[dict[str, str]]]:
    """Return the lines of each file, the oldest first."""
    listed = news.owner.get(f"{news.path}/files")["items"]
    bodies = [news.owner.get(f"/v1/connector-files/{each['id']}/file") for each in listed]
    texts = [each.body.decode("utf-8-sig") for each in bodies]
    return [list(csv.DictReader(io.StringIO(text))) for text in reversed(texts)]


def lines(news: Connected) -> list[tuple[str, str]]:
    return [(each["action"], each["email"]) for one in files(news) for each in one]


def in_a_file(news: Connected, clock: Traveller) -> list[str]:
    """Have Ada and Eve agree, and a file written with both; return the secrets of their links."""
    owns = []
    for name in ("ada", "eve"):
        owns.append(news.agreed(f"{name}@specimen.example", name=f"{name.title()} Specimen"))
        clock.shift(1)
    later(news.rush.world, clock, DAY)
    return owns


def withdraw(news: Connected, own: str) -> None:
    assert news.rush.world.stranger().post(f"{OWN}/{own}/withdrawal").status == 200


def test_a_file_is_written_on_its_schedule_with_how_each_agreed(
    world: World, owner: Client, clock: Traveller
) -> None:
    news = connected(world, owner, Csv(), fields_told={"country": "land"})
    news.agreed("ada@specimen.example")
    assert files(news) == []
    later(world, clock, DAY)
    later(world, clock, DAY)

    ((line,),) = files(news)
    assert (line["action"], line["email"]) == ("subscribe", "ada@specimen.example")
    assert (line["list"], line["land"], line["consent_day"]) == ("Letters", "KZ", "2031-05-14")
    assert "Specimen Committee" in line["consent_words"]
    assert (line["statement"], news.now()["counts"]["subscribed"]) == ("Open the doors", 1)
    assert b"ada@" not in world.files() + world.rows().split(b"signature_identities")[0]


def test_who_is_left_alone_stands_in_no_file(world: World, owner: Client, clock: Traveller) -> None:
    news = connected(world, owner, Csv())
    path = f"/v1/coalitions/{news.rush.coalition}/suppressions"
    assert owner.post(path, {"email": "eve@gmail.com"}).status == 201
    news.agreed("Eve+news@gmail.com", name="Eve Specimen")
    clock.shift(1)
    news.agreed("ada@specimen.example")
    later(world, clock, DAY)
    later(world, clock, DAY)

    assert lines(news) == [("subscribe", "ada@specimen.example")]
    assert sorted(str(each["fault"]) for each in news.pushes()) == ["None", "suppressed"]


def test_whose_letters_come_back_is_taken_off_in_the_next_file(
    world: World, owner: Client, clock: Traveller
) -> None:
    news = connected(world, owner, Csv())
    in_a_file(news, clock)
    news.comes_back("ada@specimen.example")
    later(world, clock, DAY)
    later(world, clock, DAY)

    assert lines(news) == [
        ("unsubscribe", "ada@specimen.example"),
        ("subscribe", "eve@specimen.example"),
    ]
    assert news.now()["counts"]["unsubscribed"] == 1


def test_who_was_told_of_and_is_dead_before_the_file_is_written_anew_is_taken_off(
    world: World, owner: Client, clock: Traveller
) -> None:
    news = connected(world, owner, Csv())
    owns = in_a_file(news, clock)
    withdraw(news, owns[1])  # so that the file goes, and Ada stands in the next
    news.comes_back("ada@specimen.example")
    later(world, clock, DAY)

    assert sorted(lines(news)) == [
        ("unsubscribe", "ada@specimen.example"),
        ("unsubscribe", "eve@specimen.example"),
    ]


def test_who_was_told_of_and_is_rejected_while_a_file_is_written_comes_off_in_the_next(
    world: World, owner: Client, clock: Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    news = connected(world, owner, Csv())
    owns = in_a_file(news, clock)
    withdraw(news, owns[1])
    (ada,) = [each for each in news.rush.signatures() if each["email"] == "ada@specimen.example"]
    true = connector_files.write

    def meanwhile(connector_id: UUID) -> int:
        path = f"/v1/signatures/{ada['id']}/rejection"
        assert owner.post(path, {"reason": "Odd."}).status == 200
        return true(connector_id)

    monkeypatch.setattr(connector_files, "write", meanwhile)
    later(world, clock, DAY)
    monkeypatch.undo()
    assert lines(news) == [("unsubscribe", "eve@specimen.example")]
    later(world, clock, DAY)

    assert sorted(lines(news)) == [
        ("unsubscribe", "ada@specimen.example"),
        ("unsubscribe", "eve@specimen.example"),
    ]


def test_whoever_withdraws_goes_from_the_file_at_once_and_comes_off_in_the_next(
    world: World, owner: Client, clock: Traveller
) -> None:
    news = connected(world, owner, Csv())
    owns = in_a_file(news, clock)
    assert len(lines(news)) == 2
    withdraw(news, owns[0])

    assert files(news) == []
    later(world, clock, DAY)
    assert lines(news) == [
        ("unsubscribe", "ada@specimen.example"),
        ("subscribe", "eve@specimen.example"),
    ]

    withdraw(news, owns[1])
    later(world, clock, DAY)

    # Who was taken off is told of again, as the last file was not fetched; both in one promise.
    assert sorted(lines(news)) == [
        ("unsubscribe", "ada@specimen.example"),
        ("unsubscribe", "eve@specimen.example"),
    ]


def test_a_file_is_kept_for_thirty_days_with_all_that_is_in_it(
    world: World, owner: Client, clock: Traveller
) -> None:
    news = connected(world, owner, Csv())
    own = news.agreed("ada@specimen.example")
    later(world, clock, DAY)
    withdraw(news, own)
    later(world, clock, DAY)
    assert lines(news) == [("unsubscribe", "ada@specimen.example")]

    later(world, clock, 31 * DAY)

    assert files(news) == []
    assert [each["address"] for each in news.pushes()] == [None]


def test_a_file_goes_by_letter_and_is_gone_with_it(
    world: World, owner: Client, clock: Traveller
) -> None:
    settings = {"every": "daily", "email": "office@specimen.example"}
    news = connected(world, owner, Csv(), settings=settings)
    news.agreed("ada@specimen.example")
    clock.shift(DAY)
    with server(Post()) as post, mail_at(world, f"smtp://127.0.0.1:{post.port}"):
        later(world, clock, 1)

    (letter,) = [each for each in post.took if each["To"] == "office@specimen.example"]
    (attached,) = letter.iter_attachments()
    text = attached.get_content()
    assert str(attached.get_filename()).endswith(".csv")
    assert "ada@specimen.example" in text
    assert files(news) == []
    assert news.now()["counts"]["subscribed"] == 1


def test_a_letter_whose_file_is_gone_is_not_sent(
    world: World, owner: Client, clock: Traveller
) -> None:
    settings = {"every": "daily", "email": "office@specimen.example"}
    news = connected(world, owner, Csv(), settings=settings)
    own = news.agreed("ada@specimen.example")
    later(world, clock, DAY)
    promised = dict(letters_of(world))
    assert promised["connectors.file"] is not None
    withdraw(news, own)

    with world.app.app_context(), reading() as session:
        row = session.scalars(select(Letter).where(Letter.kind == "connectors.file")).one()
        assert letters.facts_of(session, row.kind, row.object_id) is None


def test_a_cell_is_never_a_formula(world: World, owner: Client, clock: Traveller) -> None:
    settings = {"every": "daily", "list": "=SUM(A1)"}
    news = connected(world, owner, Csv(), settings=settings)
    news.agreed("ada@specimen.example")
    later(world, clock, DAY)

    ((line,),) = files(news)
    assert line["list"] == "'=SUM(A1)"


def test_files_of_a_coalition_that_is_deleted_go_too(
    world: World, owner: Client, clock: Traveller
) -> None:
    news = connected(world, owner, Csv())
    news.agreed("ada@specimen.example")
    later(world, clock, DAY)
    assert _stored(news)

    assert owner.delete(f"/v1/coalitions/{news.rush.coalition}").status == 204
    news.work()

    assert not _stored(news)


def _stored(news: Connected) -> list[Path]:
    folder = news.rush.world.storage / "connector-files" / news.rush.coalition
    return [each for each in folder.rglob("*") if each.is_file()]

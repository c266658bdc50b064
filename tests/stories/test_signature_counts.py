"""Counts come from a journal, which equals a recount whatever happened."""

from __future__ import annotations

import random
from collections import Counter
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event, func, select, update

from api.infra import clock
from api.infra.background import jobs
from api.infra.database.paging import PageRequest
from api.infra.database.transactions import db, reading, transaction
from api.signatures.models import (
    CountChange,
    SignatoryKind,
    Signature,
    SignatureState,
    Source,
    Total,
    Visibility,
)
from api.signatures.rules import Audience
from api.signatures.service import counts, lists, places
from api.statements.models import Statement
from tests.support.builders import Signing, a_coalition, a_text, another_revision

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import World
    from tests.support.client import Client

CURSOR = "WzFd"  # after position 1
COUNTRIES = ("KZ", "UZ", None)
VISIBILITIES = [each.value for each in Visibility]


@pytest.fixture
def signing(world: World, owner: Client) -> Signing:
    coalition = a_coalition(owner)
    return Signing(world, owner, coalition, *a_text(owner, coalition))


def told(signing: Signing) -> dict[str, Any]:
    with signing.world.app.app_context(), reading() as session:
        statement = session.get_one(Statement, UUID(signing.statement))
        found = vars(counts.of(session, statement, Audience.COORDINATOR))
        assert counts.total(session, statement) == found["total"]
        listed = counts.total(session, statement, shown_only=True)
        assert listed == found["total"] - found["withheld"]
        return found


def recounted(signing: Signing) -> dict[str, Any]:
    """Count the rows themselves."""
    with signing.world.app.app_context(), reading() as session:
        statement = session.get_one(Statement, UUID(signing.statement))
        query = select(Signature).where(Signature.statement_id == statement.id)
        rows = [each for each in session.scalars(query) if counts.counts(statement, each)]
    days = Counter(each.day.isoformat() for each in rows)
    return {
        "total": len(rows),
        "by_kind": dict(Counter(each.kind.value for each in rows)),
        "by_source": dict(Counter(each.source.value for each in rows)),
        "by_country": dict(Counter(each.country for each in rows if each.country)),
        "by_day": {day: sum(days[d] for d in days if d <= day) for day in days},
        "paper": sum(each.source is Source.PAPER for each in rows),
        "withheld": sum(
            each.visibility in {Visibility.COALITION, Visibility.ANONYMOUS} for each in rows
        ),
    }


def fold(signing: Signing) -> None:
    with signing.world.app.app_context():
        counts.fold()


def confirmed(signing: Signing, number: int = 1, **facts: Any) -> list[UUID]:
    """Have people sign in public, as a confirmation does it; return their signatures' ids."""
    with signing.world.app.app_context(), transaction() as session:
        query = select(Statement).where(Statement.id == UUID(signing.statement))
        statement = session.scalars(query.with_for_update(read=True, key_share=True)).one()
        rows = [
            Signature(
                id=uuid4(),
                coalition_id=statement.coalition_id,
                statement_id=statement.id,
                revision_number=statement.revision_number,
                revision_sha256=signing.sha256,
                source=Source.PUBLIC,
                state=SignatureState.CONFIRMED,
                **{
                    "kind": SignatoryKind.INDIVIDUAL,
                    "country": "KZ",
                    "lead": False,
                    "visibility": Visibility.PUBLIC,
                    "day": clock.today(),
                    **facts,
                },
            )
            for _ in range(number)
        ]
        session.add_all(rows)
        session.flush()
        counts.change(session, [row for row in rows if counts.counts(statement, row)], by=1)
        places.soon(session)
        return [row.id for row in rows]


class Walk:
    """Does one thing after another to a statement's signatures."""

    def __init__(self, signing: Signing, seed: int) -> None:
        self.signing, self.random = signing, random.Random(seed)  # noqa: S311 # a test
        self.ids: list[str] = []

    def step(self) -> None:
        acts: list[Callable[[], None]] = [
            self.enter, self.enter, self.sign, self.import_, self.change, self.confirm,
            self.withdraw, self.erase, self.delete, self.revise, self.fold, self.place,
        ]  # fmt: skip
        self.random.choice(acts)()

    def some(self) -> str | None:
        return self.random.choice(self.ids) if self.ids else None

    def facts(self) -> dict[str, Any]:
        return {
            "country": self.random.choice(COUNTRIES),
            "visibility": self.random.choice(VISIBILITIES),
            "kind": self.random.choice(["individual", "organisation"]),
            "day": self.random.choice(["2031-05-01", "2031-05-02"]),
        }

    def sha256(self) -> str:
        path = f"{self.signing.path}/revisions"
        return str(self.signing.owner.get(path)["items"][0]["sha256"])

    def enter(self) -> None:
        body = {"name": "A. Specimen", **self.facts(), "revision_sha256": self.sha256()}
        answer = self.signing.owner.post(f"{self.signing.path}/signatures", body)
        assert answer.status == 201, answer.body
        self.ids.append(answer.id)

    def sign(self) -> None:
        country, shown = self.random.choice(COUNTRIES), self.random.choice(list(Visibility))
        self.ids += map(str, confirmed(self.signing, 2, country=country, visibility=shown))

    def import_(self) -> None:
        lines = "".join(f"individual,{uuid4().hex},KZ,anonymous\n" for _ in range(3))
        answer = self.signing.owner.send(
            "POST",
            f"{self.signing.path}/signature-imports",
            f"kind,name,country,visibility\n{lines}".encode(),
            kind="text/csv",
            query_string={"revision_sha256": self.sha256()},
        )
        assert answer.status == 200, answer.body

    def change(self) -> None:
        if one := self.some():
            body = {"name": "B. Specimen", **self.facts()}
            assert self.signing.owner.patch(f"/v1/signatures/{one}", body).status in {200, 409}

    def confirm(self) -> None:
        if one := self.some():
            assert self.signing.confirm(one, self.sha256()).status in {200, 409}

    def withdraw(self) -> None:
        self._post("withdrawal")

    def erase(self) -> None:
        self._post("erasure")

    def _post(self, act: str) -> None:
        if one := self.some():
            assert self.signing.owner.post(f"/v1/signatures/{one}/{act}").status == 200

    def delete(self) -> None:
        if one := self.some():
            assert self.signing.owner.delete(f"/v1/signatures/{one}").status == 204
            self.ids.remove(one)

    def revise(self) -> None:
        weight = self.random.choice(["editorial", "material"])
        another_revision(self.signing.owner, self.signing.statement, weight)

    def fold(self) -> None:
        fold(self.signing)

    def place(self) -> None:
        with self.signing.world.app.app_context():
            places.place()


@pytest.mark.parametrize("seed", range(4))
def test_the_journal_equals_a_recount_after_any_walk(signing: Signing, seed: int) -> None:
    walk = Walk(signing, seed)

    for _ in range(10):
        for _ in range(6):
            walk.step()
        assert told(signing) == recounted(signing)
    fold(signing)

    assert told(signing) == recounted(signing)


def test_folding_moves_the_journal_into_totals_and_changes_no_count(signing: Signing) -> None:
    confirmed(signing, 3)
    signing.sign(visibility="anonymous")
    before = told(signing)

    fold(signing)

    with signing.world.app.app_context(), reading() as session:
        assert session.scalar(select(func.count()).select_from(CountChange)) == 0
        assert session.scalar(select(Total.number).where(Total.facet == "all")) == 4
    assert told(signing) == before


def test_the_house_folds_a_long_journal_by_itself(signing: Signing) -> None:
    for _ in range(counts.FOLDED_FROM):
        with signing.world.app.app_context(), reading() as session:
            assert not counts.is_long(session)
        with signing.world.app.app_context(), transaction() as session:
            one = Signature(
                coalition_id=UUID(signing.coalition),
                statement_id=UUID(signing.statement),
                kind=SignatoryKind.INDIVIDUAL,
                source=Source.PUBLIC,
                country=None,
                day=clock.today(),
                visibility=Visibility.PUBLIC,
            )
            counts.change(session, [one], by=1)

    with signing.world.app.app_context():
        jobs.sweep()
        for job_id in jobs.due():
            jobs.run(job_id)

    with signing.world.app.app_context(), reading() as session:
        assert session.scalar(select(func.count()).select_from(CountChange)) == 0


def test_many_alike_are_one_row_of_the_journal(signing: Signing) -> None:
    confirmed(signing, 50)

    with signing.world.app.app_context(), reading() as session:
        assert session.scalars(select(CountChange.change)).all() == [50]


def test_who_signs_in_public_gets_a_place_from_a_batch(signing: Signing) -> None:
    signing.sign(name="First Specimen")
    ids = confirmed(signing, 40)

    assert [one["position"] for one in signing.listed()] == [1]
    assert signing.printed(Audience.PUBLIC)[1] == 0
    with signing.world.app.app_context():
        jobs.sweep()
        for job_id in jobs.due():
            jobs.run(job_id)
    listed = signing.listed()

    assert [one["position"] for one in listed] == list(range(1, 42))
    assert {UUID(one["id"]) for one in listed[1:]} == set(ids)
    assert [UUID(one["id"]) for one in listed[1:]] != ids  # no place tells who signed after whom
    assert signing.counts()["total"] == 41


def test_what_waits_for_a_coordinator_gets_no_place(signing: Signing) -> None:
    (held,) = confirmed(signing)
    with signing.world.app.app_context(), transaction() as session:
        session.execute(update(Signature).values(state=SignatureState.HELD))
    with signing.world.app.app_context():
        places.place()

    assert signing.owner.get(f"/v1/signatures/{held}")["position"] is None
    assert signing.owner.get(f"/v1/signatures/{held}")["state"] == "held"
    assert signing.listed() == []


def test_the_public_list_is_paged_by_place_and_knows_its_total(signing: Signing) -> None:
    confirmed(signing, 5)
    confirmed(signing, 3, visibility=Visibility.ANONYMOUS)
    seen, cursor = [], None
    with signing.world.app.app_context():
        places.place()
        for _ in range(3):
            with reading() as session:
                statement = session.get_one(Statement, UUID(signing.statement))
                page = lists.public_page(session, statement, PageRequest(limit=2, cursor=cursor))
            seen += [each.signature.id for each in page.items]
            cursor = page.following
            assert page.total == 5

    assert cursor is None
    assert len(set(seen)) == 5


def test_the_public_list_walks_an_index_of_who_is_listed(signing: Signing) -> None:
    seen: list[tuple[str, Any]] = []

    def note(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        seen.append((statement, parameters))

    with signing.world.app.app_context():
        event.listen(db.engine, "before_cursor_execute", note)
        with reading() as session:
            statement = session.get_one(Statement, UUID(signing.statement))
            lists.public_page(session, statement, PageRequest(cursor=CURSOR))
        event.remove(db.engine, "before_cursor_execute", note)
        (asked,) = (each for each in seen if "LIMIT" in each[0])
        explain = "EXPLAIN QUERY PLAN " if signing.world.engine == "sqlite" else "EXPLAIN "
        with db.engine.begin() as connection:
            if signing.world.engine == "postgresql":  # it would read so few rows as they lie
                connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
                connection.exec_driver_sql("SET LOCAL enable_bitmapscan = off")
                connection.exec_driver_sql("SET LOCAL enable_sort = off")
            plan = "\n".join(
                str(row) for row in connection.exec_driver_sql(explain + asked[0], asked[1])
            )

    assert "ix_signatures_listed" in plan, plan
    assert "sort" not in plan.lower(), plan
    assert "temp b-tree" not in plan.lower(), plan

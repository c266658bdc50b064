"""A coalition with much of everything, written by SQL: rows like one that the API made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from sqlalchemy import insert, select

from api.cases.models import Case
from api.cases.service.entries import WHO
from api.coalitions.models import Member
from api.demands.models import Demand, DemandCase, DemandList
from api.infra import clock
from api.infra.database.transactions import transaction
from api.infra.mail.letters import Letter, LetterState
from api.infra.security import keys
from api.infra.security.audit import AuditEntry
from api.infra.text import languages, spelling
from api.organisations.models import Organisation, Representative
from api.organisations.service import email_index
from api.signatures import rules
from api.signatures.models import (
    CountChange,
    SignatoryKind,
    Signature,
    SignatureIdentity,
    SignatureState,
    Source,
    Visibility,
)
from api.signatures.service import counts, rows
from api.statements.models import Statement
from tests.support import builders

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from flask import Flask
    from sqlalchemy.orm import Session

    from tests.support.client import Client

SEALED_IN = 20  # of so many cases one may not be named
HELD_IN = 20  # of so many signatures one waits for a coordinator
AT_ONCE = 5_000
MODES = (Visibility.INITIALS, Visibility.ANONYMOUS, Visibility.COALITION)


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """How much there is of each."""

    cases: int
    demands: int
    lists: int
    signatures: int  # of one statement
    members: int
    statements: int
    entries: int  # of the record
    letters: int


@dataclass(frozen=True)
class Plenty:
    """Where to find what there is much of."""

    coalition: str
    statement: str  # that most have signed
    case: str
    demand_list: str
    demand: str


def plenty(app: Flask, owner: Client, sizes: Sizes) -> Plenty:
    """Make a coalition of a few rows through the API, and of the others like these."""
    coalition = builders.a_coalition(owner)
    case, demand_list = builders.a_case(owner, coalition), builders.a_demand_list(owner, coalition)
    demand = builders.a_demand(owner, demand_list, case_ids=[case])
    member = builders.a_member(owner, coalition)
    organisation = owner.get(f"/v1/members/{member}")["organisation"]["id"]
    spokesman = builders.a_representative(owner, organisation)
    statement, sha256 = builders.a_text(owner, coalition)
    signature = builders.a_signature(owner, statement, sha256)
    with app.app_context():
        _cases(UUID(case), sizes.cases)
        _demands(UUID(demand_list), UUID(demand), sizes)
        _members(UUID(member), UUID(organisation), UUID(spokesman), sizes.members)
        _statements(UUID(statement), sizes.statements)
    round_ = f"/v1/statements/{statement}/sign-off-round"
    asked = owner.send("PUT", round_, {"zone": "UTC"})
    assert asked.status < 300, asked.body
    with app.app_context():
        _signatures(UUID(signature), sizes.signatures)
        _entries_and_letters(UUID(coalition), sizes)
        counts.fold()
    return Plenty(coalition, statement, case, demand_list, demand)


def screens(there: Plenty) -> Sequence[tuple[str, str, dict[str, str] | None]]:
    """Return what is opened: its name, its address, and the form that is sent, if one is."""
    desk = f"/desk/{there.coalition}"
    text_ = f"{desk}/statements/{there.statement}"
    return [
        ("home", f"{desk}/", None),
        ("work", f"{desk}/work", None),
        ("statements", f"{desk}/statements", None),
        ("statement", text_, None),
        ("sign-off board", f"{text_}/sign-off", None),
        ("members to ask", f"{text_}/sign-off/ask", None),
        ("publishing", f"{text_}/publish", None),
        ("signing", f"{text_}/signing", None),
        ("signatures", f"{text_}/signatures", None),
        ("signatures, hidden", f"{text_}/signatures?visibility=anonymous", None),
        ("moderation queue", f"{text_}/moderation", None),
        ("deliveries", f"{text_}/deliveries", None),
        ("cases", f"{desk}/cases", None),
        ("cases, late", f"{desk}/cases?verified=late", None),
        ("cases, searched", f"{desk}/cases", {"search": "Specimen 00777"}),
        ("case", f"{desk}/cases/{there.case}", None),
        ("demand lists", f"{desk}/demands", None),
        ("demands", f"{desk}/demands/all", None),
        ("demands, searched", f"{desk}/demands/all", {"search": "Specimen 00777"}),
        ("demand list", f"{desk}/demands/lists/{there.demand_list}", None),
        ("demand", f"{desk}/demands/{there.demand}", None),
        ("members", f"{desk}/members", None),
        ("organisations", f"{desk}/members/organisations", None),
        ("letters", f"{desk}/outgoing", None),
        ("record", f"{desk}/settings/record", None),
        ("search", f"{desk}/search", {"search": "Specimen 00777"}),
        ("statement to copy", f"{desk}/statements/new/copy", None),
        ("new signature", f"{text_}/signatures/new", None),
    ]


def like(
    session: Session,
    model: Any,
    row_id: UUID,
    number: int,
    changed: Callable[[int], dict[str, Any]],
) -> list[dict[str, Any]]:
    """Insert rows like one, each with what differs; return them."""
    table = model.__table__
    row = dict(session.execute(select(table).where(table.c.id == row_id)).mappings().one())
    made = [{**row, "id": uuid4(), **changed(n)} for n in range(1, number + 1)]
    put(session, table, made)
    return made


def put(session: Session, table: Any, made: Iterable[dict[str, Any]]) -> None:
    every = list(made)
    for start in range(0, len(every), AT_ONCE):
        session.execute(insert(table), every[start : start + AT_ONCE])


def _cases(first: UUID, number: int) -> None:
    codes = sorted(languages.COUNTRIES)[:60]
    with transaction() as session:
        owner = session.get_one(Case, first).coalition_id

        def changed(number: int) -> dict[str, Any]:
            name, row_id = f"Specimen {number:05} Zhaksylykova", uuid4()
            facts = {
                "id": row_id,
                "key": f"specimen-{number}",
                "country": codes[number % len(codes)],
                "last_verified": date(2026, 1, 1) + timedelta(days=number % 300),
            }
            if number % SEALED_IN:
                index = spelling.index_of([name])
                return {**facts, "name": name, "sort_name": name.lower(), "spellings": index}
            who: dict[str, Any] = {**dict.fromkeys(WHO), "name": name, "aliases": [], "sources": []}
            sealed = keys.seal(session, owner, "cases.identity", row_id, who)
            hidden: dict[str, Any] = dict.fromkeys(WHO)
            folded = {"sort_name": "", "spellings": ""}
            return {**facts, **hidden, **folded, "may_be_named": False, "identity": sealed}

        like(session, Case, first, number - 1, changed)


def _demands(first_list: UUID, first: UUID, sizes: Sizes) -> None:
    with transaction() as session:
        lists = like(
            session,
            DemandList,
            first_list,
            sizes.lists - 1,
            lambda number: {
                "country": None,
                "party_key": f"party-{number}",
                "party_name": f"Specimen Party {number}",
                "party_countries": [],
                "position": number + 1,
            },
        )
        of_first = sizes.demands // 20  # the longest list has a twentieth of all

        def changed(number: int) -> dict[str, Any]:
            where = first_list if number < of_first else lists[number % len(lists)]["id"]
            text = f"Specimen {number} should repeal the law on assemblies, and free who is held."
            facts = {"key": f"demand-{number}", "text": text, "position": number + 1}
            return {**facts, "list_id": where, "spellings": spelling.index_of([text])}

        demands = like(session, Demand, first, sizes.demands - 1, changed)
        some = session.scalars(select(Case.id).order_by(Case.id).limit(len(demands))).all()
        owner = demands[0]["coalition_id"]
        put(
            session,
            DemandCase.__table__,
            (
                {"coalition_id": owner, "demand_id": demand["id"], "case_id": case, "position": 0}
                for demand, case in zip(demands, some, strict=True)
            ),
        )


def _members(first: UUID, entry: UUID, spokesman: UUID, many: int) -> None:
    with transaction() as session:

        def named(number: int) -> dict[str, Any]:
            name = f"Specimen Committee {number}"
            folded = {"sort_name": name.lower(), "spellings": spelling.index_of([name])}
            return {"names": {"en": name}, "exact_names": name.lower(), **folded}

        entries = like(session, Organisation, entry, many - 1, named)
        ids = [each["id"] for each in entries]
        like(session, Member, first, len(ids), lambda number: {"organisation_id": ids[number - 1]})

        def speaks(number: int) -> dict[str, Any]:
            email, row_id = f"specimen-{number}@specimen.example", uuid4()
            who = {"name": f"Specimen {number}", "email": email, "role": None}
            sealed = keys.seal(session, owner, "representatives.identity", row_id, who)
            index = email_index(session, owner, email)
            return {
                "id": row_id,
                "organisation_id": ids[number - 1],
                "identity": sealed,
                "email_index": index,
            }

        owner = session.get_one(Member, first).coalition_id
        like(session, Representative, spokesman, len(ids), speaks)


def _statements(first: UUID, many: int) -> None:
    long_ago = clock.now() - timedelta(days=400)
    with transaction() as session:
        like(
            session,
            Statement,
            first,
            many - 1,
            lambda number: {
                "slug": f"specimen-{number}",
                "title": f"Open the doors, {number}",
                "created_at": long_ago - timedelta(hours=number),
                "revision_number": 0,
                "counted_from": 0,
            },
        )


def _signatures(first: UUID, many: int) -> None:
    """Sign by ninety in a hundred the first text, in the way that the public does."""
    with transaction() as session:
        codes = sorted(languages.COUNTRIES)[:90]
        row = session.get_one(Signature, first)
        owner, statement = row.coalition_id, row.statement_id

        def changed(number: int) -> dict[str, Any]:
            is_held = number % HELD_IN == 0
            return {
                "source": Source.PUBLIC,
                "state": SignatureState.HELD if is_held else SignatureState.CONFIRMED,
                "kind": SignatoryKind.INDIVIDUAL,
                "country": codes[number % len(codes)],
                "visibility": MODES[number // 10 % 3] if number % 10 < 3 else Visibility.PUBLIC,
                "position": None if is_held else number + 1,
                "day": date(2026, 3, 1) + timedelta(days=number % 90),
                "organisation_id": None,
            }

        made = like(session, Signature, first, many - 1, changed)
        put(session, SignatureIdentity.__table__, (_who(session, owner, each) for each in made))
        put(session, CountChange.__table__, (_counted(owner, statement, each) for each in made))


def _who(session: Session, owner: UUID, row: dict[str, Any]) -> dict[str, Any]:
    name = f"Specimen {row['id'].hex[:8]}"
    who = rules.identity_of({"name": name, "email": f"{row['id'].hex[:12]}@specimen.example"})
    sealed = keys.seal(session, owner, rows.IDENTITY, row["id"], who)
    return {"signature_id": row["id"], "coalition_id": owner, "identity": sealed}


def _counted(owner: UUID, statement: UUID, row: dict[str, Any]) -> dict[str, Any]:
    counts_ = row["state"] is SignatureState.CONFIRMED
    return {
        "id": uuid4(),
        "coalition_id": owner,
        "statement_id": statement,
        "change": int(counts_),
        "kind": row["kind"],
        "source": row["source"],
        "country": row["country"],
        "day": row["day"],
        "is_shown": row["visibility"] in {Visibility.PUBLIC, Visibility.INITIALS},
    }


def _entries_and_letters(coalition: UUID, sizes: Sizes) -> None:
    begun = clock.now() - timedelta(days=300)
    with transaction() as session:
        query = select(AuditEntry.id).where(AuditEntry.coalition_id == coalition)
        entry = session.scalars(query.limit(1)).one()
        like(
            session,
            AuditEntry,
            entry,
            sizes.entries,
            lambda number: {
                "at": begun + timedelta(minutes=number),
                "object_id": uuid4(),
                "salt": None,
                "number": None,
                "hash": None,
            },
        )
        put(
            session,
            Letter.__table__,
            (
                {
                    "id": uuid4(),
                    "kind": "signing.receipt",
                    "coalition_id": coalition,
                    "object_id": uuid4(),
                    "state": LetterState.SENT,
                    "attempts": 1,
                    "run_after": begun,
                    "ended_at": begun + timedelta(minutes=number),
                    "created_at": begun + timedelta(minutes=number),
                    "is_bulk": False,
                }
                for number in range(sizes.letters)
            ),
        )

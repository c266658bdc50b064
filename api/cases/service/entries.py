"""Cases with who they are, for every rung that works with them inside a transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, cast
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.accounts.rules import Actor
from api.cases import rules
from api.cases.models import Case, CaseStatus, CaseStatusChange
from api.cases.service.history import record
from api.cases.service.silences import (
    NONE,
    Entry,
    NamedIn,
    NameSilence,
    Place,
    must_be_free_of,
    must_be_places,
    naming_after,
    spoken_of,
)
from api.coalitions.models import Coalition
from api.coalitions.service.locking import lock_coalition
from api.errors import Code, Conflict, Fault, Invalid, point
from api.infra.database.transactions import flush, touch
from api.infra.security import audit, keys
from api.infra.text import spelling
from api.texts.rules.document import PortableCase

# What a transaction knows already.
HIDDEN, UNNAMED = "cases.hidden", "cases.unnamed"
WHO = ("name", "aliases", "born", "summary", "sources")  # sealed where it may not be named
OPEN = ("key", "country", "occupation", "last_verified", "may_be_named", "public_label")
SHOWN = ("occupation", "public_label")  # words that anybody sees
KEY_TELLS = "It shares a word with the name: choose another, or leave it out."
TOLD = "This tells the name, which may not be told: write it without."


class KeyTaken(Conflict, title="Another one here has this key"):
    """A key is an id in files, and so unique in its coalition."""


class StillNamed(Conflict, title="A text names a case that may not be named"):
    """A case that may not be named stands by its name in a text: in these."""

    def __init__(self, places: Sequence[NamedIn]) -> None:
        """Say in which."""
        super().__init__(f"Take the name out of these first: {', '.join(places)}.")
        self.places = places


def entries(
    session: Session, coalition_id: UUID, keys: Collection[str] | None = None
) -> dict[str, Entry]:
    """Return a coalition's cases by key, all or those of these keys, with who they are."""
    query = select(Case).where(Case.coalition_id == coalition_id).order_by(Case.key)
    if keys is not None:
        query = query.where(Case.key.in_(keys))
    return {row.key: entry_of(session, row) for row in session.scalars(query)}


def hidden(session: Session, coalition_id: UUID) -> list[Entry]:
    """Return the cases of a coalition that may not be named, with who they are."""
    known: dict[UUID, list[Entry]] = session.info.setdefault(HIDDEN, {})
    if coalition_id not in known:
        query = select(Case).where(Case.coalition_id == coalition_id, Case.may_be_named.is_(False))
        known[coalition_id] = [entry_of(session, row) for row in session.scalars(query)]
    return known[coalition_id]


def forget(session: Session) -> None:
    """Have the cases that may not be named read again when they are asked for."""
    for known in (HIDDEN, UNNAMED):
        session.info.pop(known, None)


def unnamed(session: Session, coalition_id: UUID) -> rules.NameIndex:
    """Return the names of the cases of a coalition that may not be named."""
    known: dict[UUID, rules.NameIndex] = session.info.setdefault(UNNAMED, {})
    if coalition_id not in known:
        every = hidden(session, coalition_id)
        known[coalition_id] = rules.NameIndex(name for entry in every for name in entry.names)
    return known[coalition_id]


def put_all(session: Session, coalition_id: UUID, every: Iterable[PortableCase]) -> list[Case]:
    """Enter the cases of a portable statement."""
    facts = [_from_document(each) for each in every]
    entered = enter_cases(session, coalition_id, facts, None)
    for entry in entered:
        _check_id(entry)
    keep_silent(session, coalition_id, silences_of(entered))
    return [entry.case for entry in entered]


def replace_all(
    session: Session, coalition_id: UUID, every: Iterable[tuple[Entry, PortableCase]]
) -> None:
    """Set cases to what a portable statement says of them."""
    lock_coalition(session, coalition_id)
    silences = []
    for entry, facts in every:
        wanted = _from_document(facts)
        status = wanted.pop("status")
        touch(entry.case, None)
        silences.append(rewrite(session, entry, wanted))
        _check_id(entry_of(session, entry.case))
        if status is None:
            entry.case.status = None
        elif status != entry.case.status:
            write_status(session, entry.case, {"status": status}, None)
    session.flush()
    keep_silent(session, coalition_id, filter(None, silences))


def as_document(entry: Entry) -> PortableCase:
    """Return a case as a portable statement holds it; what is empty is left out."""
    case, who = entry.case, entry.identity
    facts = {
        "id": case.key,
        "name": who["name"],
        "aliases": who["aliases"],
        "country": case.country,
        "occupation": case.occupation,
        "born": who["born"],
        "status": case.status and case.status.value,
        "last_verified": case.last_verified and case.last_verified.isoformat(),
        "summary": who["summary"],
        "sources": who["sources"],
        "may_be_named": None if case.may_be_named else False,
        "public_label": case.public_label,
    }
    told = {key: value for key, value in facts.items() if value not in (None, "", [])}
    return cast("PortableCase", told)


def _from_document(facts: PortableCase) -> dict[str, Any]:
    status, verified = facts.get("status"), facts.get("last_verified")
    plain = ("name", "country", "occupation", "born", "summary", "public_label")
    return {
        **{name: facts.get(name) for name in plain},
        "key": facts["id"],
        "aliases": list(facts.get("aliases", ())),
        "sources": list(facts.get("sources", ())),
        "status": status and CaseStatus(status),
        "last_verified": verified and date.fromisoformat(verified),
        "may_be_named": facts.get("may_be_named", True),
    }


def silences_of(entered: Iterable[Entry]) -> list[NameSilence]:
    """Return what no text may hold of cases that are new."""
    return [NameSilence(entry, None) for entry in entered if not entry.case.may_be_named]


def enter_cases(
    session: Session, coalition_id: UUID, every: Sequence[Mapping[str, object]], by: UUID | None
) -> list[Entry]:
    """Enter cases, of which the caller looks for the names in texts.

    Many cost a few queries more than one.
    """
    lock_coalition(session, coalition_id)
    entered = [
        Entry(
            Case(
                id=uuid4(),
                coalition_id=coalition_id,
                status=facts["status"],
                **{name: facts[name] for name in OPEN},
            ),
            {name: facts[name] for name in WHO},
        )
        for facts in every
    ]
    bases = {_base(entry) for entry in entered if not entry.case.key}
    given = [entry.case.key for entry in entered if entry.case.key]
    free = free_keys(session, coalition_id, bases, given)
    for entry in entered:
        entry.case.key = entry.case.key or free.take(_base(entry))
        _keep(session, entry)
    session.add_all([entry.case for entry in entered])
    flush(session, on_clash=KeyTaken("Choose another key, or leave it out to get one."))
    for entry, facts in zip(entered, every, strict=True):
        if facts["status"] is not None:
            write_status(session, entry.case, {"status": facts["status"]}, by)
    session.flush()
    return entered


def change_entry(
    session: Session,
    entry: Entry,
    changes: Mapping[str, object],
    *,
    by: Actor | None = None,
    labels: Mapping[str, str] = NONE,
) -> list[Place]:
    """Change a case; return where its label came to stand, if its name was taken back."""
    silence = rewrite(session, entry, changes)
    flush(session, on_clash=KeyTaken("Choose another key."))
    if silence is None:
        return []
    if silence.label is not None:
        must_be_free_of(labels, silence.entry.names, hidden(session, entry.case.coalition_id))
        silence = replace(silence, labels=labels)
    keep_silent(session, entry.case.coalition_id, [silence], by=by)
    must_be_places(silence.labels, silence.places)
    return silence.places


def rewrite(
    session: Session, entry: Entry, changes: Mapping[str, object], free: rules.Keys | None = None
) -> NameSilence | None:
    """Change a case, and return what must leave the texts once that is flushed."""
    case, was_named, names = entry.case, entry.case.may_be_named, entry.names
    entry = Entry(case, {**entry.identity, **{k: changes[k] for k in WHO if k in changes}})
    for name in OPEN:
        setattr(case, name, changes.get(name, getattr(case, name)))
    is_taken_back = was_named and not case.may_be_named
    if is_taken_back and "key" not in changes and rules.tells(case.key, entry.names):
        base = _base(entry)
        case.key = (free or free_keys(session, case.coalition_id, {base})).take(base)
    _keep(session, entry)
    if is_taken_back:
        # An alias that goes in the same call must leave the texts as well.
        every = {**entry.identity, "aliases": [*entry.identity["aliases"], *names]}
        return NameSilence(Entry(case, every), own_label(session, case))
    if not case.may_be_named and set(entry.names) - set(names):
        return NameSilence(entry, None)
    return None


def write_status(
    session: Session, case: Case, facts: Mapping[str, Any], by: UUID | None
) -> CaseStatusChange:
    case.status = facts["status"]
    row = CaseStatusChange(coalition_id=case.coalition_id, case_id=case.id, status=facts["status"])
    return record(session, row, facts, by)


def _keep(session: Session, entry: Entry) -> None:
    """Write who a case is: in clear where it may be named, else sealed and nowhere else."""
    forget(session)
    case, who = entry.case, entry.identity
    for name in WHO:
        setattr(case, name, who[name] if case.may_be_named else None)
    if case.may_be_named:
        case.identity = None
        case.spellings = spelling.index_of(entry.names)
        case.sort_name = spelling.folded(who["name"])[:300]
        return
    if told := telling({field: getattr(case, field) for field in SHOWN}, entry.names):
        raise Invalid(
            "A case that may not be named is named.",
            [Fault(point(f), Code.HIDDEN_NAME, TOLD) for f in told],
        )
    keys.write(session, case, Case.identity, who)
    case.spellings = case.sort_name = ""


def telling(facts: Mapping[str, str | None], names: Iterable[str]) -> list[str]:
    """Return which facts that anybody sees of a case tell one of its names."""
    sought = rules.NameIndex(names)
    return [field for field in SHOWN if sought.found_in(facts.get(field) or "")]


def _check_id(entry: Entry) -> None:
    """Raise Invalid where a file's id is a whole name; a part of one is the file's to keep."""
    if not entry.case.may_be_named and rules.names_in(entry.case.key, entry.names):
        wrong = "It tells the name, which may not be told: choose another id."
        fault = Fault("/id", Code.HIDDEN_NAME, wrong)
        raise Invalid("A case that may not be named is named.", [fault])


def free_keys(
    session: Session, coalition_id: UUID, bases: Collection[str], given: Iterable[str] = ()
) -> rules.Keys:
    """Return the keys that are left of these bases, besides those that are given just now."""
    query = select(Case.key).where(Case.coalition_id == coalition_id)
    if len(bases) == 1:
        query = query.where(Case.key.startswith(min(bases)))
    with session.no_autoflush:
        taken = session.scalars(query).all() if bases else ()
    return rules.Keys([*taken, *given])


def _base(entry: Entry) -> str:
    """Return what the key of a case begins with: of its name, where that may be told."""
    told = entry.case.may_be_named and rules.slug(entry.identity["name"])
    return told or f"case-{entry.case.country.lower()}"


def keep_silent(
    session: Session,
    coalition_id: UUID,
    silences: Iterable[NameSilence],
    *,
    by: Actor | None = None,
) -> None:
    """Take names out of every text that is told of here, or say which still hold one."""
    every = list(silences)
    for each in every:
        record_silence(session, each, by)
    for each in spoken_of(session, coalition_id, every):
        if naming := naming_after(session, each):
            raise StillNamed(naming)


def record_silence(session: Session, silence: NameSilence, by: Actor | None) -> None:
    if silence.label is not None:
        audit.record(session, by, "case.name_taken_back", silence.entry.case)


def entry_of(session: Session, case: Case) -> Entry:
    if case.identity is None:
        return Entry(case, {name: getattr(case, name) for name in WHO})
    return Entry(case, keys.read(session, case, Case.identity))


def label_of(session: Session, case: Case) -> str:
    """Return what stands for a case in public: its name where that may be told."""
    return (case.name if case.may_be_named else None) or own_label(session, case)


def own_label(session: Session, case: Case) -> str:
    coalition = session.get_one(Coalition, case.coalition_id)
    language = coalition.languages[0]
    own = coalition.country_names.get(language, {})
    return rules.label(case.public_label, case.occupation, case.country, language, own)

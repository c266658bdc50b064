"""Cases with who they are, for every rung that works with them inside a transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID, uuid4

from sqlalchemy import select

from api.accounts.service import Owned, load
from api.cases import rules
from api.cases.models import Case, CaseStatus, CaseStatusChange
from api.cases.service.history import record
from api.coalitions.models import Coalition
from api.errors import Conflict, Fault, Invalid, NotFound, point
from api.infra import audit, keys, spelling
from api.infra.database import flush, insert, touch

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from sqlalchemy.orm import Session

    from api.accounts.rules import Actor, Role

IDENTITY = "cases.identity"
HELD, HIDDEN = "cases.held", "cases.hidden"  # what a transaction knows already
WHO = ("name", "aliases", "born", "summary", "sources")  # sealed where it may not be named
OPEN = ("key", "country", "occupation", "last_verified", "may_be_named", "public_label")

_Row = TypeVar("_Row", bound=Owned)


class KeyTaken(Conflict):
    """A key is an id in files, and so unique in its coalition."""

    title = "Another one here has this key"


class StillNamed(Conflict):
    """A case that may not be named stands by its name in a text."""

    title = "A text names a case that may not be named"


@dataclass(frozen=True)
class Entry:
    """A case and who it is: name, aliases, born, summary and sources, sealed or not."""

    case: Case
    identity: dict[str, Any]

    @property
    def names(self) -> list[str]:
        return [self.identity["name"], *self.identity["aliases"]]


# What higher rungs tell of theirs: what refers to a case, and whose words name it. The latter put
# the label in place of the name where one is given, and return what names the case after that.
references: list[Callable[[Session, Case], list[str]]] = []
texts: list[Callable[[Session, Entry, str | None], list[str]]] = []


def hold(session: Session, coalition_id: UUID) -> Coalition:
    """Let one change of a coalition's cases and demands happen at a time.

    They number keys, give positions and look for names in texts, so each must see what the one
    before it did. Rows that refer to the coalition can still be written (no key update).
    """
    already = session.info.setdefault(HELD, {})
    if coalition_id in already:
        return cast("Coalition", already[coalition_id])
    query = select(Coalition).where(Coalition.id == coalition_id)
    query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    found = session.scalars(query).first()
    if found is None:
        raise NotFound("The coalition was deleted a moment ago.")
    already[coalition_id] = found
    return found


def held(session: Session, actor: Actor, model: type[_Row], row_id: UUID, needed: Role) -> _Row:
    """Return a row to be changed, as it is once its coalition is held."""
    row = load(session, actor, model, row_id, needed)
    hold(session, row.coalition_id)
    session.expunge(row)
    return load(session, actor, model, row_id, needed, lock=True)


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


def put(session: Session, coalition_id: UUID, facts: Mapping[str, Any]) -> Case:
    """Enter a case of a portable statement."""
    case = enter_case(session, coalition_id, _from_document(facts), None)
    _check_id(entry_of(session, case))
    return case


def replace(session: Session, entry: Entry, facts: Mapping[str, Any]) -> None:
    """Set a case to what a portable statement says of it."""
    wanted = _from_document(facts)
    status = wanted.pop("status")
    hold(session, entry.case.coalition_id)
    touch(entry.case, None)
    change_entry(session, entry, wanted)
    _check_id(entry_of(session, entry.case))
    if status is None:
        entry.case.status = None
    elif status != entry.case.status:
        write_status(session, entry.case, {"status": status}, None)


def as_document(entry: Entry) -> dict[str, Any]:
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
    return {key: value for key, value in facts.items() if value not in (None, "", [])}


def _from_document(facts: Mapping[str, Any]) -> dict[str, Any]:
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


def enter_case(
    session: Session, coalition_id: UUID, facts: Mapping[str, Any], by: UUID | None
) -> Case:
    coalition = hold(session, coalition_id)
    case = Case(id=uuid4(), coalition_id=coalition.id, **{name: facts[name] for name in OPEN})
    entry = Entry(case, {name: facts[name] for name in WHO})
    case.key = facts["key"] or _new_key(session, entry)
    _keep(session, entry)
    insert(session, case, on_clash=KeyTaken("Choose another key, or leave it out to get one."))
    if facts["status"] is not None:
        write_status(session, case, {"status": facts["status"]}, by)
    if not case.may_be_named:
        _silence(session, entry, None)
    return case


def change_entry(
    session: Session, entry: Entry, changes: Mapping[str, Any], *, by: Actor | None = None
) -> None:
    case, was_named, names = entry.case, entry.case.may_be_named, entry.names
    entry = Entry(case, {**entry.identity, **{k: changes[k] for k in WHO if k in changes}})
    for name in OPEN:
        setattr(case, name, changes.get(name, getattr(case, name)))
    is_taken_back = was_named and not case.may_be_named
    if is_taken_back and "key" not in changes and rules.tells(case.key, entry.names):
        case.key = _new_key(session, entry)
    _keep(session, entry)
    flush(session, on_clash=KeyTaken("Choose another key."))
    if is_taken_back:
        audit.record(session, by, "case.name_taken_back", case)
        # An alias that goes in the same call must leave the texts as well.
        every = {**entry.identity, "aliases": [*entry.identity["aliases"], *names]}
        _silence(session, Entry(case, every), label_of(session, case))
    elif not case.may_be_named and set(entry.names) - set(names):
        _silence(session, entry, None)


def write_status(
    session: Session, case: Case, facts: Mapping[str, Any], by: UUID | None
) -> CaseStatusChange:
    case.status = facts["status"]
    row = CaseStatusChange(coalition_id=case.coalition_id, case_id=case.id, status=facts["status"])
    return record(session, row, facts, by)


def _keep(session: Session, entry: Entry) -> None:
    """Write who a case is: in clear where it may be named, else sealed and nowhere else."""
    session.info.pop(HIDDEN, None)
    case, who = entry.case, entry.identity
    for name in WHO:
        setattr(case, name, who[name] if case.may_be_named else None)
    if case.may_be_named:
        case.identity = None
        case.spellings = spellings_of(who)
        case.sort_name = spelling.folded(who["name"])[:300]
        return
    fault = "This tells the name, which may not be told: write it without."
    told = [f for f in ("occupation", "public_label") if _is_told(getattr(case, f), entry)]
    if told:
        raise Invalid(
            "A case that may not be named is named.", [Fault(point(f), fault) for f in told]
        )
    case.identity = keys.seal(session, case.coalition_id, IDENTITY, case.id, who)
    case.spellings = case.sort_name = ""


def _is_told(text: str | None, entry: Entry) -> bool:
    return bool(text) and rules.names_in(text or "", entry.names) is not None


def _check_id(entry: Entry) -> None:
    """Raise Invalid where a file's id is a whole name; a part of one is the file's to keep."""
    if not entry.case.may_be_named and _is_told(entry.case.key, entry):
        raise Invalid(
            "A case that may not be named is named.",
            [Fault("/id", "It tells the name, which may not be told: choose another id.")],
        )


def _new_key(session: Session, entry: Entry) -> str:
    neutral = f"case-{entry.case.country.lower()}"
    base = entry.case.may_be_named and rules.slug(entry.identity["name"])
    query = select(Case.key).where(Case.coalition_id == entry.case.coalition_id)
    with session.no_autoflush:
        taken = session.scalars(query.where(Case.key.startswith(base or neutral))).all()
    return rules.free(base or neutral, taken)


def _silence(session: Session, entry: Entry, label: str | None) -> None:
    """Take a case's names out of every text that is told of here, or say which still hold one."""
    naming = [each for rewrite in texts for each in rewrite(session, entry, label)]
    if naming:
        raise StillNamed(f"Take the name out of these first: {', '.join(naming)}.")


def entry_of(session: Session, case: Case) -> Entry:
    if case.identity is None:
        return Entry(case, {name: getattr(case, name) for name in WHO})
    return Entry(case, keys.unseal(session, IDENTITY, case.id, case.identity))


def spellings_of(who: Mapping[str, Any]) -> str:
    return spelling.index_of([who["name"], *who["aliases"]])


def label_of(session: Session, case: Case) -> str:
    coalition = session.get_one(Coalition, case.coalition_id)
    language = coalition.languages[0]
    own = coalition.country_names.get(language, {})
    return rules.label(case.public_label, case.occupation, case.country, language, own)

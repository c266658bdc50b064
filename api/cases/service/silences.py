"""Names that may stand in no text, and the labels that take their places."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from types import MappingProxyType
from typing import Any, Self
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.cases import rules
from api.cases.models import Case
from api.errors import Code, Fault, Invalid, point
from api.infra.database.columns import Owned
from api.infra.database.transactions import touch
from api.infra.runtime import runtime
from api.infra.security import audit
from api.texts.rules import markdown

SAID = ("occupation", "public_label", "summary")  # of a case, in words
NONE: Mapping[str, str] = MappingProxyType({})
BACK = "It would bring the name back, in this or another spelling: write other words."
NOWHERE = "The name does not stand there. A preview lists where it does."


@dataclass(frozen=True)
class Entry:
    """A case and who it is: name, aliases, born, summary and sources, sealed or not."""

    case: Case
    identity: dict[str, Any]

    @property
    def names(self) -> list[str]:
        return names_of(self.identity)


def names_of(who: Mapping[str, Any]) -> list[str]:
    return [who["name"], *who["aliases"]]


@dataclass(frozen=True)
class Place:
    """A text in which a label takes a name's place."""

    place: str  # what a request calls it
    where: str  # in what: draft, revision, demand, template and so on
    url: str
    pointer: str  # into the document, or the row
    before: str
    after: str


class NamedIn(str):
    """Where a name stands in words of the API; for others, in what (as Place) and of which."""

    __slots__ = ("of", "where")

    where: str
    of: str

    def __new__(cls, told: str, where: str, of: str) -> Self:
        """Say it, and keep what it is made of."""
        found = super().__new__(cls, told)
        found.where, found.of = where, of
        return found


@dataclass(frozen=True)
class Edited:
    """A frozen text whose labels were changed: its successor, and how much that changes."""

    url: str
    measure: Callable[[], object]  # of who knows texts

    @property
    def change(self) -> object:
        return self.measure()


@dataclass(frozen=True)
class NameSilence:
    """Names that may stand in no text; where they do, the label takes their place."""

    entry: Entry
    label: str | None  # None: they are there for another reason, and have to go first
    labels: Mapping[str, str] = field(default_factory=dict)  # of single places, in its stead
    places: list[Place] = field(default_factory=list)  # where it came to stand
    edited: list[Edited] = field(default_factory=list)

    def at(self, place: str) -> str:
        """Return the label of one place."""
        return self.labels.get(place) or self.label or ""

    def below(self, place: str) -> dict[str, str]:
        """Return the labels of single places in a document, by their pointers."""
        start = f"{place}#"
        return {
            name.removeprefix(start): label
            for name, label in self.labels.items()
            if name.startswith(start)
        }

    def put_label(self, row: Owned, kind: str, field: str, *, is_markdown: bool = False) -> None:
        """Put the label in place of the names in one field of a row."""
        place, url = f"{kind}s/{row.id}#/{field}", f"/v1/{kind}s/{row.id}"
        before, label = getattr(row, field), self.at(place)
        label = markdown.escape(label) if is_markdown else label
        after = rules.without(before, self.entry.names, label)
        setattr(row, field, after)
        self.places.append(Place(place, kind, url, f"/{field}", before, after))


@dataclass(frozen=True, kw_only=True)
class NamesPeople:
    """Who has texts in which the name of a case may stand."""

    said: Callable[[Session, UUID], Iterator[str]]  # every such text of a coalition
    # Puts the label in place of the name where one is given; returns what names the case then.
    take_back: Callable[[Session, NameSilence], list[NamedIn]]
    references: Callable[[Session, Case], list[NamedIn]] | None = None  # what refers to a case
    # Puts other labels where a name was taken back before, and tells where they stand.
    relabel: Callable[[Session, NameSilence], None] | None = None


def using(session: Session, case: Case) -> list[NamedIn]:
    """Return what refers to a case."""
    return [
        user
        for each in runtime().wiring.all(NamesPeople)
        if each.references
        for user in each.references(session, case)
    ]


def spoken_of(
    session: Session, coalition_id: UUID, silences: Sequence[NameSilence]
) -> list[NameSilence]:
    """Return those of which a name stands in any text, by one look at them all."""
    names = rules.NameIndex(name for each in silences for name in each.entry.names)
    if not names:
        return []
    labels = (each.label for each in silences if each.label)
    said = chain(
        labels, *(each.said(session, coalition_id) for each in runtime().wiring.all(NamesPeople))
    )
    found = {name for text in said for name in names.found_in(text)}
    return [each for each in silences if not found.isdisjoint(each.entry.names)]


def naming_after(session: Session, silence: NameSilence) -> list[NamedIn]:
    """Put the label where the names stand, if there is one; return what names the case then."""
    texts = runtime().wiring.all(NamesPeople)
    return [where for each in texts for where in each.take_back(session, silence)]


def relabel(session: Session, silence: NameSilence, hidden: Iterable[Entry]) -> None:
    """Put other labels where a name was taken back before; tell every place of one."""
    must_be_free_of(silence.labels, silence.entry.names, hidden)
    for each in runtime().wiring.all(NamesPeople):
        if each.relabel:
            each.relabel(session, silence)
    must_be_places(silence.labels, silence.places)


def must_be_free_of(
    labels: Mapping[str, str], names: Iterable[str], hidden: Iterable[Entry]
) -> None:
    """Let labels pass that tell nobody who may not be named, in whatever spelling."""
    own, others = list(names), rules.NameIndex(name for entry in hidden for name in entry.names)
    faults = [
        Fault(point("labels", place, "label"), Code.HIDDEN_NAME, BACK)
        for place, label in enumerate(labels.values())
        if rules.gives_away(label, own) or others.found_in(label)
    ]
    if faults:
        raise Invalid("A label names somebody who may not be named.", faults)


def must_be_places(labels: Mapping[str, str], places: Collection[Place]) -> None:
    """Let labels pass that are of places in which the name stood."""
    there = {each.place for each in places}
    faults = [
        Fault(point("labels", number, "place"), Code.NOT_FOUND, NOWHERE)
        for number, place in enumerate(labels)
        if place not in there
    ]
    if faults:
        raise Invalid("A label is of no place.", faults)


def said(session: Session, coalition_id: UUID) -> Iterator[str]:
    """Yield every word that anybody may read of a coalition's cases, but for their names."""
    columns = [getattr(Case, name) for name in SAID]
    for row in session.execute(select(*columns).where(Case.coalition_id == coalition_id)):
        yield from filter(None, row)


def take_name_back(session: Session, silence: NameSilence) -> list[NamedIn]:
    """Put the label in place of a case's names in what is said of others."""
    case, names = silence.entry.case, rules.NameIndex(silence.entry.names)
    query = select(Case).where(Case.coalition_id == case.coalition_id, Case.id != case.id)
    left = []
    for other in session.scalars(query.order_by(Case.key)).all():
        told = [name for name in SAID if names.found_in(getattr(other, name) or "")]
        if told and silence.label is not None:
            for name in told:
                silence.put_label(other, "case", name)
            touch(other, None)
            audit.record(session, None, "case.relabelled", other)
            told = [name for name in told if names.found_in(getattr(other, name))]
        left += [NamedIn(f"the {name} of case {other.key}", "case", other.key) for name in told]
    return left

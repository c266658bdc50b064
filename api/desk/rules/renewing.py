"""The facts of the screen on which a draft takes in today's words of its demands and cases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from api.desk.rules.statements import StatementAround
from api.pages.rules.facts import Form
from api.statements.rules import Difference
from api.texts.rules import markdown

_WITH_PLACE = 2  # a pointer's parts: the table, and what of it
# What a part of a case or a demand is called; its text goes without.
LABELS = {
    **{part: f"cases.{part}" for part in ("country", "status", "aliases", "occupation", "born")},
    **{part: f"cases.{part}" for part in ("summary", "sources")},
    "last_verified": "cases.verified",
    "rationale": "demands.rationale",
}


@dataclass(frozen=True, kw_only=True)
class NewWords:
    """What a draft would say otherwise: of what kind it is, and the words; "": nothing."""

    kind: str  # a key of [renew]
    part: str  # what of it: the name of a field
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class RenewalScreen:
    """What would change, and what else can be done."""

    around: StatementAround
    version: int
    changes: Sequence[NewWords]
    refill: str  # where its template is filled again; "": it came from none
    back: str
    form: Form = field(default_factory=Form)


def new_words(
    differences: Iterable[Difference], may_be_named: Mapping[str, bool]
) -> Iterator[NewWords]:
    """Yield what changes; of a case that may not be named only that it does."""
    hidden = set()
    for each in differences:
        table, whose = [*each.pointer.strip("/").split("/"), ""][:_WITH_PLACE]
        is_case, part = table == "cases", each.pointer.rpartition("/")[2]
        if not is_case or may_be_named.get(whose, False):
            kind, before, after = "case" if is_case else "demand", each.before, each.after
            yield NewWords(kind=kind, part=part, before=_words(before), after=_words(after))
        elif whose not in hidden:
            hidden.add(whose)
            yield NewWords(kind="hidden_case", part="", before="", after="")


def _words(value: object) -> str:
    """Return the words of a value: of several, those of each."""
    if isinstance(value, dict):
        return _words(value.get("text") or value.get("name") or list(value.values()))
    if isinstance(value, list):
        return "; ".join(filter(None, map(_words, value)))
    return "" if value is None else " ".join(markdown.plain(str(value)).split())

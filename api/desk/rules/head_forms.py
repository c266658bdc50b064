"""What stands over a text, as a form and back: title, day, occasion, to whom, whom to ask."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from api.errors import Fault, point
from api.pages.rules.forms import Sent, one

OF_AN_ADDRESSEE = ("name", "title", "organisation", "country", "salutation")
OF_A_CONTACT = ("name", "role", "email", "phone")
_GROUPS = {"dateline": ("place", "date"), "occasion": ("name", "place", "country", "date")}
_ROWS = {"addressees": OF_AN_ADDRESSEE, "contacts": OF_A_CONTACT}
_NEEDED = ("title", "kind", "language", "slug")
_LINES = (*_NEEDED, "theme")
_DIGITS = 3  # of the place of a row: a form has no thousand of them


def part(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of a draft the form is about."""
    return {key: document[key] for key in (*_LINES, *_GROUPS, *_ROWS) if key in document}


def values(document: Mapping[str, Any]) -> dict[str, str]:
    """Return what each field holds, "" of others: `title`, `addressees.0.name`."""
    found = defaultdict(str, {name: str(document.get(name, "")) for name in _LINES})
    for group, names in _GROUPS.items():
        found |= {f"{group}.{name}": document.get(group, {}).get(name, "") for name in names}
    for group, names in _ROWS.items():
        for place, row in enumerate(document.get(group, ())):
            found |= {f"{group}.{place}.{name}": row.get(name, "") for name in names}
    return found


def rows(sent: Sent, group: str) -> list[dict[str, str]]:
    """Return the rows of a group that say something, in their order."""
    return rows_of(sent, group, _ROWS[group])


def rows_of(sent: Sent, group: str, names: Sequence[str]) -> list[dict[str, str]]:
    """Return the rows of any group, as `addressees.0.name`, that say something, in their order."""
    found = (
        {name: one(sent, f"{group}.{place}.{name}") for name in names}
        for place in sorted(places(sent, group))
    )
    return [
        {name: value for name, value in row.items() if value} for row in found if any(row.values())
    ]


def places(sent: Iterable[str], group: str) -> set[int]:
    """Return the places of the rows of a group that were sent; of a name made by hand, none."""
    parts = (name.split(".") for name in sent)
    told = {part[1] for part in parts if part[0] == group and len(part) > 1}
    return {int(each) for each in told if each.isdecimal() and len(each) <= _DIGITS}


def read(
    sent: Sent, document: Mapping[str, Any], more: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return a draft with what was typed; `more` are addressees of the coalition's to be put in."""
    whole = dict(document)
    whole |= {name: one(sent, name) for name in _NEEDED}
    _put(whole, {"theme": one(sent, "theme")})
    for group, names in _GROUPS.items():
        filled = {name: value for name in names if (value := one(sent, f"{group}.{name}"))}
        _put(whole, {group: filled})
    _put(
        whole,
        {"addressees": [*rows(sent, "addressees"), *more], "contacts": rows(sent, "contacts")},
    )
    return whole


def _put(whole: dict[str, Any], parts: Mapping[str, Any]) -> None:
    for name, value in parts.items():
        if value:
            whole[name] = value
        else:
            whole.pop(name, None)


def renumbered(sent: Sent) -> dict[str, Sequence[str]]:
    """Return what was typed with its rows in a sequence, as faults count them."""
    found = {name: value for name, value in sent.items() if name.split(".")[0] not in _ROWS}
    for group in _ROWS:
        for place, row in enumerate(rows(sent, group)):
            found |= {f"{group}.{place}.{name}": [value] for name, value in row.items()}
    return found


def faults_in(faults: Iterable[Fault]) -> list[Fault]:
    """Return the faults of a save as faults of this form."""
    found = []
    for fault in faults:
        pointer = fault.pointer.removeprefix("/document")
        keys = pointer.strip("/").split("/")
        is_here = keys[0] in {*_LINES, *_GROUPS, *_ROWS}
        found.append(replace(fault, pointer=point(".".join(keys)) if is_here else ""))
    return found


def notes_in(faults: Iterable[Fault]) -> list[Fault]:
    """Return the faults of a save as faults of the form of footnotes: `note.1`."""
    start = "/document/footnotes/"
    return [
        replace(fault, pointer=point(f"note.{fault.pointer.removeprefix(start)}"))
        if fault.pointer.startswith(start)
        else replace(fault, pointer="")
        for fault in faults
    ]

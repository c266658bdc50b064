"""What is wrong in a form of the desk, by its fields and in the reader's language.

A field is named as the place in what the use case takes: `/names/en` is the field `names.en`.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import islice

from api.errors import Code, Conflict, DomainError, Fault
from api.infra.tables.reports import CellFault
from api.infra.text import languages
from api.pages.rules.sentences import Sentences
from api.texts.rules import marks

WHOLE = ""  # the form itself: what belongs to no field of it
MOST_TOLD = 5  # sentences of one refusal


def told(
    faults: Iterable[Fault], sent: Mapping[str, Sequence[str]], said: Sentences
) -> dict[str, str]:
    """Return the first fault of each field that was sent, as a sentence."""
    found: dict[str, str] = {}
    for fault in faults:
        name = _field(fault, sent)
        is_empty = bool(name) and not any(sent[name])
        is_needed = is_empty and fault.code is Code.TOO_SHORT
        told_as = replace(fault, code=Code.REQUIRED) if is_needed else fault
        where = _misfit(told_as, sent.get(name, ()), said)
        found.setdefault(name, where or sentence(told_as, said, name))
    return found


def _misfit(fault: Fault, typed: Sequence[str], said: Sentences) -> str:
    """Return in which line of what was typed a mark does not fit, and which; "" if none shows."""
    found = marks.misfit(typed[0]) if fault.code is Code.BAD_MARKUP and typed else None
    if found is None:
        return ""
    line = languages.number(found.line, said.language)
    return said.say("fault.bad_markup_at", line=line, sign=found.sign)


def _field(fault: Fault, fields: Container[str]) -> str:
    """Return the field that a fault is in: of a part of it, the field around it."""
    path = fault.pointer.strip("/").split("/")
    around = (".".join(path[:length]) for length in range(len(path), 0, -1))
    return next((name for name in around if name and name in fields), WHOLE)


def sentence(fault: Fault | CellFault, said: Sentences, *names: str) -> str:
    """Return what a page says of a fault: the sentence of one of its names, or of its code alone.

    `[fault]` of the words has them: `taken`, and for a field `slug_taken`. What else is known of
    it has its own: `too_long_limit` says how long it may be.
    """
    known = {
        "line": str(getattr(fault, "line", None) or ""),
        "allowed": languages.joined(fault.allowed, said.language) if fault.allowed else "",
        "limit": "" if fault.limit is None else languages.number(int(fault.limit), said.language),
    }
    more = [f"_{name}" for name, value in known.items() if value]
    names = (*filter(None, [getattr(fault, "parameter", "")]), *names)
    starts = [*(f"fault.{name}_{fault.code}" for name in names), f"fault.{fault.code}"]
    keys = (start + end for start in starts for end in (*more, ""))
    return said.say(next(key for key in keys if key in said.all), 0, **known)


def refusal(refused: DomainError, said: Sentences, *names: str) -> str:
    """Return what a page says of an act that was refused: no word of it is the API's.

    `[problem]` has the sentences of kinds of errors: `nothing-changed_text`.
    """
    if (own := f"problem.{refused.slug()}_text") in said.all:
        return said.say(own)
    fields = ((each, each.pointer.strip("/").replace("/", ".")) for each in refused.faults)
    every = dict.fromkeys(sentence(each, said, *names, field) for each, field in fields)
    usual = "fault.standing" if isinstance(refused, Conflict) else "error.422_text"
    return " ".join(islice(every, MOST_TOLD)) or said.say(usual)


def placed(faults: Iterable[Fault], said: Sentences, *names: str) -> list[str]:
    """Return what a page says of faults of a whole document: each with its place in it."""
    told = (f"{_place(fault, said)}{sentence(fault, said, *names)}" for fault in faults)
    return list(islice(dict.fromkeys(told), MOST_TOLD))


def _place(fault: Fault, said: Sentences) -> str:
    pointer = fault.pointer.removeprefix("/document")
    first, _, rest = pointer.removeprefix("/").partition("/")
    number = rest.partition("/")[0]
    if first == "body" and number.isdecimal():
        return f"{said.say('writing.at', place=str(int(number) + 1))}: "
    return f"{pointer}: " if pointer else ""


_SECRET = re.compile("password|secret|token|key$")  # names of fields


def written(sent: Mapping[str, Sequence[str]]) -> list[str]:
    """Return what somebody wrote into a form, each text once; the ids that it carries are none."""
    texts = (
        value
        for name, values in sent.items()
        if not _SECRET.search(name)
        for value in values
        if re.search(r"\s|@|://", value.strip())
    )
    return list(dict.fromkeys(texts))

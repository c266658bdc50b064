"""What is wrong in a form of the desk, by its fields and in the reader's language.

A field is named as the place in what the use case takes: `/names/en` is the field `names.en`.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import replace

from api.errors import Code, Conflict, Fault
from api.infra.text import languages
from api.pages.rules.sentences import Sentences
from api.texts.rules import marks

WHOLE = ""  # the form itself: what belongs to no field of it


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
        found.setdefault(name, where or sentence(name, told_as, said))
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


def sentence(name: str, fault: Fault, said: Sentences) -> str:
    """Return what a page says of a fault: the field's own sentence, or that of its code.

    `[fault]` of the words has them: `taken`, and for a field `slug_taken`.
    """
    keys = (f"fault.{name}_{fault.code}", f"fault.{fault.code}")
    limit = "" if fault.limit is None else languages.number(int(fault.limit), said.language)
    return said.say(next(key for key in keys if key in said.all), limit=limit)


def standing(refused: Conflict, said: Sentences) -> str:
    """Return that a form does not fit how things stand: what its own words say, or in general."""
    own = f"problem.{refused.slug()}_text"
    return said.say(own if own in said.all else "fault.standing")


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

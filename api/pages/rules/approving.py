"""The text that a member is asked to approve, in parts that a reservation can be about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from operator import itemgetter
from typing import Any

from api.documents.rules.blocks import StatementText
from api.documents.rules.html import shortened
from api.infra.text import languages
from api.pages.rules.facts import GivenAnswer, Happening, TextPart
from api.pages.rules.sentences import Sentences
from api.signoffs import rules
from api.signoffs.service.rows import BoardEntry, UnsealedAnswer
from api.texts.rules import markdown

_MOST = 60  # characters of a place in a list to choose from


def parts(
    text: StatementText, printed: Mapping[str, Any], places: Mapping[str, str]
) -> tuple[TextPart, ...]:
    """Return the blocks, set, each with its pointer and the places within it."""
    return tuple(
        TextPart(
            pointer="" if block["type"] == "heading" else f"/blocks/{number}",
            html=html,
            places=tuple(_within(f"/blocks/{number}/", places)),
        )
        for number, (block, html) in enumerate(zip(printed["blocks"], text.blocks, strict=True))
    )


def _within(start: str, places: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    """Yield the places of one block; a demand has its number, and the country above it."""
    heading = ""
    for pointer, words in places.items():
        if not pointer.startswith(start):
            continue
        path = pointer.removeprefix(start).split("/")
        plain = markdown.plain(words)
        if path[-2] == "lists":
            heading = plain
            if not heading:  # all of a list without a name is the whole part
                continue
        elif path[-2] == "demands":
            plain = f"{heading}{' ' if heading else ''}{int(path[-1]) + 1}. {plain}"
        yield pointer, shortened(plain, _MOST)


def given(
    answer: UnsealedAnswer, sha256: str, places: Mapping[str, str], when: Callable[[datetime], str]
) -> GivenAnswer:
    """Return an answer with what was said; of a text that is not that of `sha256`, no places."""
    known = places if answer.row.revision_sha256 == sha256 else {}
    return GivenAnswer(
        when(answer.row.answered_at),
        rules.with_office(answer.content["by"]),
        answer.content["reason"] or "",
        tuple(
            (_about(each["pointer"], known), each["text"])
            for each in answer.content["reservations"]
        ),
        answer.row.prints_reservation,
    )


def _about(pointer: str, places: Mapping[str, str]) -> str:
    """Return the words of a place, or the first ones of its block."""
    block = "/".join(pointer.split("/")[:3])
    within = dict(_within(f"{block}/", places))
    return within.get(pointer) or shortened(markdown.plain(places.get(block, "")), _MOST)


def history(
    entry: BoardEntry, said: Sentences, when: Callable[[datetime], str]
) -> tuple[Happening, ...]:
    """Return what happened so far, in the order in which it did."""
    found: list[tuple[datetime, str]] = [
        (
            one.approver.created_at,
            said.say("approve.handed_on" if one.handed_by else "approve.asked", name=one.name),
        )
        for one in entry.people
    ]
    found += [
        (
            one.row.answered_at,
            said.say(f"approve.event_{one.answer}", name=rules.with_office(one.content["by"])),
        )
        for one in entry.answers
    ]
    if (time := entry.time_asked) is not None:
        until = languages.date_text(time.until.isoformat(), said.language)
        name = time.content["by"]["name"]
        found.append((time.row.asked_at, said.say("approve.event_time", name=name, until=until)))
    if entry.closed is not None:
        found.append((entry.closed.row.closed_at, said.say("approve.event_closed")))
    return tuple(Happening(when(at), what) for at, what in sorted(found, key=itemgetter(0)))

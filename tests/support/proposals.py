"""A text of four scripts, and what is proposed for it."""

from __future__ import annotations

from itertools import count
from typing import Any

from api.portable.rules.diff import Version
from api.portable.rules.proposals import (
    Based,
    Proposal,
    ProposalKind,
    ProposalsMerged,
    lines_of,
    merged,
)

WORDS, INSERTION, DELETION, MOVE = ProposalKind
Blocks = dict[str, Any]  # paragraphs, or whole blocks, by ids

FOUR: Blocks = {
    "en": "We ask the council to publish the report before the end of May.",
    "ru": "Мы просим совет опубликовать доклад до конца мая.",
    "fa": "ما از شورا می‌خواهیم گزارش را تا پایان ماه منتشر کند.",
    "zh": "我们请求理事会在五月底之前公布报告。",
}


def text(blocks: Blocks, **more: Any) -> Version:
    body = [{"paragraph": each} if isinstance(each, str) else each for each in blocks.values()]
    document: dict[str, Any] = {
        "format": "undersigned.statement/1",
        "kind": "open_letter",
        "language": "en",
        "title": "An open letter",
        "coalition": {"name": "Specimen Coalition"},
        "body": body,
    }
    whole: Any = {**document, **more}
    return Version(whole, list(blocks))


BASE = text(FOUR)


def words(one: str, *lines: str, notes: dict[str, str] | None = None) -> Proposal:
    target = one if "/" in one or one == "title" else f"block/{one}"
    return Proposal(WORDS, target, lines, footnotes=notes or {})


def replaced(one: str, *pairs: str, base: Version = BASE) -> Proposal:
    """Return a proposal that puts each second text in the place of the one before it."""
    found = words(one).target or ""
    (line,) = lines_of(base, found) or ()
    for old, new in zip(pairs[::2], pairs[1::2], strict=True):
        assert line.count(old) == 1
        line = line.replace(old, new)
    return Proposal(WORDS, found, (line,))


def put(line: str, after: str | None = None, **more: Any) -> Proposal:
    return Proposal(INSERTION, None, (line,), "paragraph", after, **more)


def left_out(one: str) -> Proposal:
    return Proposal(DELETION, f"block/{one}")


def moved(one: str, after: str | None) -> Proposal:
    return Proposal(MOVE, f"block/{one}", after=after)


def together(
    *proposals: Proposal, now: Version | None = None, base: Version = BASE
) -> ProposalsMerged:
    """Return what becomes of proposals; their keys are their places, from "0"."""
    given_ = [Based(str(key), each, base) for key, each in enumerate(proposals)]
    found = merged(now or base, given_, ids())
    outcomes = [*found.taken, *(key for each in found.collisions for key in each.keys)]
    assert sorted(outcomes) == sorted(each.key for each in given_)
    return found


def ids() -> Any:
    numbers = count(1)
    return lambda: f"new-{next(numbers)}"


def line(found: ProposalsMerged, one: str) -> str:
    (only,) = lines_of(found.version, f"block/{one}") or ()
    return only


def lines(found: ProposalsMerged, one: str) -> tuple[str, ...] | None:
    return lines_of(found.version, one if "/" in one else f"block/{one}")


def collided(found: ProposalsMerged) -> list[tuple[str | None, str, str]]:
    return [(each.target, " ".join(each.keys), each.reason.value) for each in found.collisions]


# Words


SHOPPING = text({"list": {"list": {"lead": "We need", "items": ["bread;", "сыр;", "茶。"]}}})


def listed(*items: str) -> Proposal:
    return words("list", *items)


def order(*proposals: Proposal, now: Version | None = None) -> str:
    found = together(*proposals, now=now)
    assert not found.collisions
    return " ".join(found.version.ids)

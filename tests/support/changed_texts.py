"""What one of the example texts changed, for pages that show it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from api.config import share
from api.documents.rules import diffs
from api.pages.rules import facts, pages, sentences
from api.portable.rules import guard, measuring, reading
from api.portable.rules.diff import Version, diff

if TYPE_CHECKING:
    from collections.abc import Iterator


def on_pages(
    approve: facts.ApprovePage, own: facts.OwnSignaturePage, case: str
) -> Iterator[tuple[str, str]]:
    """Yield the name and the HTML of pages that show what changed."""
    found = since(case, approve.frame.language)
    yield "approve-changes", pages.render("approve.html", replace(approve, changes=found))
    yield "own-changes", pages.render("own.html", replace(own, changes=found))


def since(case: str, language: str) -> facts.Changes:
    """Return what changed of an example whose first block stands last since, for a page."""
    before: Any = reading.read(share("tests", "cases", f"{case}.yaml").read_bytes())
    after: Any = {**before, "title": f"{before['title']} 2031", "body": before["body"][1:-1]}
    after["body"] += [{"paragraph": "*12*: a < b."}, before["body"][0]]
    ids = [str(place) for place in range(len(before["body"]))]
    parts = diff(Version(before, ids), Version(after, [*ids[1:-1], "new", ids[0]]))
    turns = guard.turns(parts, before, after, [])
    change = measuring.measure(parts, turns, after["language"])
    shown = diffs.shown(parts, change, after["language"], language)
    return facts.Changes(sentences.said(language).say("approve.since_answer"), 1, shown)

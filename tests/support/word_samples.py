"""Files of Word to try rules on: together they hold all that a file may."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID

from api.documents.rules.compendium import Compendium, CompendiumEntry, CompendiumPlace
from api.documents.rules.html import Look
from api.documents.rules.word import compendium, document as word
from api.documents.rules.word.pictures import Picture, within
from api.portable.rules.printing import Printed
from api.portable.rules.signing import Signatories
from api.texts.rules import wording
from tests.rules.test_logos import a_png
from tests.rules.test_plain import BARE, NOBODY, SIGNATORIES, STATEMENT
from tests.rules.test_themes import a_report
from tests.support.word_files import RELS, WordFile

LOGO = within(a_png((400, 200)), "Specimen", 8.4, 3.4)
DRAFT = Look(theme="brief-logos", is_draft=True)


def made(
    printed: Printed = STATEMENT,
    signatories: Signatories = SIGNATORIES,
    look: Look | None = None,
    **more: Any,
) -> WordFile:
    return WordFile(word.document(printed, signatories, look or Look(), **more))


def changed(**changes: Any) -> Printed:
    return {**STATEMENT, **changes}  # type: ignore[typeddict-item] # a test's own keys


def _noted() -> WordFile:
    notes = {"*": "A.", "7": "B [^n].", "n": "C, after [^7]."}
    return made(
        changed(
            footnotes=[{"label": label, "text": text} for label, text in notes.items()],
            blocks=[{"type": "paragraph", "text": "X[^*] y[^7] z[^*]."}],
        )
    )


def _crowded() -> WordFile:
    crowd: Signatories = {
        "lines": [{"text": f"Person {n}", "lead": False, "kind": "individual"} for n in range(210)],
        "withheld": 0,
    }
    return made(a_report(headings=9, length=9_000, language="fa", direction="rtl"), crowd, DRAFT)


def _with_logos() -> WordFile:
    logos = [Picture(a_png((40, 20 + n)), f"Specimen House {n}", 3, 2) for n in range(5)]
    nobody_asks = changed(contacts=[])
    return made(nobody_asks, {**SIGNATORIES, "withheld": 0}, DRAFT, logo=LOGO, logos=logos)


def _compendium() -> WordFile:
    run = wording.Comparison().pieces(
        "Open *the* doors.[^7]\nNow.", "Open [doors](https://d.example)."
    )
    reply = CompendiumEntry(label="Reply", about=["X", "1 May"], text="One.\n\nTwo.")
    entry = CompendiumEntry(
        label="Suggestion", about=["Прав"], state="Open", passages=[run], facts=[("Why", "\na")],
        notes=["A guess."], replies=[reply],
    )  # fmt: skip
    places = [CompendiumPlace(label="Part 1", says=["Open *the* doors.[^7]"], entries=[entry])]
    found = Compendium(
        printed=STATEMENT, number=2, is_for_coordinators=True, counts=[("All", 1)], places=places
    )
    return WordFile(compendium.document(found, Look(theme="brief")))


COMPENDIUM = "a compendium"  # which is no text that comes back
SAMPLES: Mapping[str, Callable[[], WordFile]] = {
    "a letter": made,
    "blocks with ids": lambda: made(block_ids=[str(UUID(int=n)) for n in range(8)]),
    "nothing optional": lambda: made(BARE, NOBODY),
    "footnotes of every kind": _noted,
    "a Persian report of many": _crowded,
    "logos": _with_logos,
}


@lru_cache
def sample(name: str) -> WordFile:
    return {**SAMPLES, COMPENDIUM: _compendium}[name]()


def targets(file: WordFile, part: str, *, inside: bool = False) -> dict[str, str]:
    """Return what a part refers to, by id; only other parts, if `inside`."""
    path = PurePosixPath(part)
    name = str(path.parent / "_rels" / f"{path.name}.rels")
    if name not in file.parts:
        return {}
    return {
        each.get("Id", ""): each.get("Target", "")
        for each in file.root(name).iter(f"{RELS}Relationship")
        if not (inside and each.get("TargetMode") == "External")
    }

"""In which languages people are addressed: a catalogue is offered once a reviewer stands for it.

A folder of catalogues has one folder a language, `ru/`, with a `catalogue.toml` in it that names
its reviewer. English and Russian are written here, and always offered.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

OURS = frozenset({"en", "ru"})
LAST_RESORT = "en"
FILE = "catalogue.toml"


@lru_cache
def offered(folder: Path) -> frozenset[str]:
    """Return the tags of the languages that a folder offers."""
    reviewed = {
        path.parent.name
        for path in folder.glob(f"*/{FILE}")
        if str(tomllib.loads(path.read_text("utf-8")).get("reviewed_by", "")).strip()
    }
    return OURS | reviewed


def best(folder: Path, language: str) -> str:
    """Return which of the languages that a folder offers fits a BCP 47 tag."""
    return fitting(offered(folder), language)


def fitting(tags: Iterable[str], language: str) -> str:
    """Return which of some languages fits a BCP 47 tag: itself, a wider one, or English."""
    known = {tag.lower(): tag for tag in tags}
    parts = language.lower().split("-")
    wider = ("-".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((known[tag] for tag in wider if tag in known), LAST_RESORT)

"""The widget: one file with its words and its look inside, for other people's sites."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache

from api.infra.text import languages
from api.pages.rules import forms, pages, sentences
from api.signatures.rules import VISIBILITIES

# What it says, by the tables of the pages' catalogue; of "sign" everything.
_WORDS = {
    "page": ("wrong", "mend", "mend_hint", "optional", "new_tab"),
    "statement": (
        *("sign", "count", "organisations", "none_yet", "opens", "opens_hint", "until", "closed"),
        *("closed_hint", "superseded", "superseded_hint", "successor", "withdrawn"),
        *("withdrawn_hint", "not_open", "changed", "changed_hint"),
    ),
    "mailbox": ("title", "text", "patience", "code_title_alone"),
    "thanks": ("statement",),
    "field": (
        *("initials", "words", "needed", "email", "country", "choice", "tick", "tick_name"),
        *("may_commit", "long", "characters", "link", "name_to_show", "named", "other"),
    ),
    "error": ("422", "429", "429_text", "seconds", "minutes"),
    "widget": ("failed", "failed_text"),
}


@lru_cache
def script() -> str:
    """Return the file, the same until its code, its look or its words change."""
    text = pages.small("widget.js")
    for place, value in {
        "words": {tag: _words(tag) for tag in sentences.offered()},
        "said": forms.SAID,
        "visibilities": [each.value for each in VISIBILITIES],
        "countries": "".join(sorted(languages.COUNTRIES)),
        "style": pages.small("widget.css"),
    }.items():
        text = text.replace(f'"@{place}"', _literal(value))
    return text


@lru_cache
def version() -> str:
    """Return what the address of this very file ends in."""
    return hashlib.sha256(script().encode()).hexdigest()[:12]


def _words(tag: str) -> dict[str, object]:
    table = sentences.table(tag)
    chosen = {part: {key: table[part][key] for key in keys} for part, keys in _WORDS.items()}
    return {**chosen, "sign": table["sign"], "direction": languages.direction(tag)}


def _literal(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

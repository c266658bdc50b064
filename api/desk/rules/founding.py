"""The facts of the first minute: who owns the installation, which coalition, and what is next."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import icu

from api.infra.text import languages
from api.pages.rules.facts import Form
from api.pages.rules.pages import own_name

# What is offered first; the settings take any language.
OFFERED = (
    *("en", "ru", "uk", "be", "kk", "ky", "tg", "tk", "uz", "ka", "hy", "az", "ro", "mn", "tr"),
    *("fa", "ps", "ar", "he", "fr", "de", "es", "pt", "it", "pl", "hi", "bn", "my", "zh"),
)
_MOST = 60  # characters of a slug that is made of a name
_LATIN = icu.Transliterator.createInstance("Any-Latin; Latin-ASCII; Lower")


@dataclass(frozen=True, kw_only=True)
class OwnerScreen:
    """The form of the set-up link; `is_open` tells whether the link works still."""

    is_open: bool
    form: Form = field(default_factory=Form)


@dataclass(frozen=True, kw_only=True)
class FoundingScreen:
    """The form of a new coalition."""

    languages: Sequence[tuple[str, str]]
    usual: str
    accent: str
    form: Form = field(default_factory=Form)


@dataclass(frozen=True)
class FirstStep:
    """One of the first things to do in a new coalition: `steps.…` of the words."""

    key: str
    href: str
    is_done: bool


def offered(usual: str) -> list[tuple[str, str]]:
    """Return the languages that are offered, by their own names; the usual one among them."""
    tags = dict.fromkeys([usual, *OFFERED])
    named = [(tag, own_name(tag)) for tag in tags]
    return sorted(named, key=lambda pair: languages.place_in("en", pair[1]))


def slug_of(name: str) -> str:
    """Return the short name that is made of a coalition's name: "steppe-and-mountain"."""
    plain = _LATIN.transliterate(name)
    words = re.findall(r"[a-z0-9]+", plain)
    slug = "-".join(words)[:_MOST].strip("-")
    return slug or "coalition"

"""What a coalition blocks: domains, addresses and names, and whether a signatory fits one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from api.errors import Code, Reason
from api.infra.text import spelling
from api.signatures.models import BlockAct, BlockKind
from api.signatures.rules import addresses

LEAST_LETTERS = 3  # of a pattern of names: with fewer it fits everybody


class Blocked(NamedTuple):
    """One block, made ready to be compared."""

    kind: BlockKind
    act: BlockAct
    value: str


def ready(kind: BlockKind, act: BlockAct, value: str) -> Blocked:
    """Return a block as `fits` compares it."""
    made = {
        BlockKind.ADDRESS: addresses.normalised,
        BlockKind.DOMAIN: domain,
        BlockKind.NAME: pattern,
    }
    return Blocked(kind, act, made[kind](value))


def fault(kind: BlockKind, value: str) -> Reason | None:
    """Return why a value cannot be blocked and what to do, or None."""
    if kind is BlockKind.NAME:
        letters = sum(each not in "*? " for each in pattern(value))
        if letters >= LEAST_LETTERS:
            return None
        advice = f"Write at least {LEAST_LETTERS} letters."
        return Reason(Code.TOO_SHORT, advice, LEAST_LETTERS)
    local, at, place = value.strip().rpartition("@")
    if kind is BlockKind.ADDRESS:
        advice = "Write one e-mail address, as press@specimen.example."
        return None if local and at and place else Reason(Code.NOT_AN_EMAIL, advice)
    if local or any(each.isspace() for each in place) or "." not in place.strip("."):
        advice = (
            "Write a domain with its ending, as specimen.example; all below it is meant as well."
        )
        return Reason(Code.WRONG_FORMAT, advice)
    return None


def fits(blocks: Iterable[Blocked], email: str, name: str) -> BlockAct | None:
    """Return what becomes of a signatory: to drop goes before to hold; None where nothing fits."""
    address, place = addresses.normalised(email), addresses.domain(email)
    folded = bare(name)
    found = None
    for kind, act, value in blocks:
        if (
            (kind is BlockKind.ADDRESS and value == address)
            or (kind is BlockKind.DOMAIN and (place == value or place.endswith(f".{value}")))
            or (kind is BlockKind.NAME and like(value, folded))
        ):
            if act is BlockAct.DROP:
                return act
            found = act
    return found


def pattern(value: str) -> str:
    """Return a pattern of names folded as `bare` folds names, its * and ? left as they are."""
    words = (_folded_word(word) for word in value.split())
    return " ".join(word for word in words if word)


def bare(name: str) -> str:
    """Return a name in the form in which every spelling of it is one."""
    return spelling.folded(name) or " ".join(name.casefold().split())


def like(wanted: str, text: str) -> bool:
    """Tell whether a whole text fits a folded pattern: * is any signs or none, ? is one.

    No regular expression: the worst pattern costs its length times the text's.
    """
    at = place = 0
    star, resumed = -1, 0
    while at < len(text):
        if place < len(wanted) and wanted[place] == "*":
            star, resumed = place, at
            place += 1
        elif place < len(wanted) and wanted[place] in ("?", text[at]):
            place, at = place + 1, at + 1
        elif star >= 0:
            resumed += 1
            place, at = star + 1, resumed
        else:
            return False
    return not wanted[place:].strip("*")


def _folded_word(word: str) -> str:
    pieces, letters = [], ""
    for each in word:
        if each in "*?":
            pieces += [bare(letters) if letters else "", each]
            letters = ""
        else:
            letters += each
    return "".join([*pieces, bare(letters) if letters else ""])


def domain(value: str) -> str:
    """Return a domain as somebody may write it (@specimen.example, *.specimen.example) plainly."""
    return addresses.plain_domain(value.strip().lstrip("@").lstrip("*").lstrip("."))

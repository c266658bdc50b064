"""The hash of what is signed: the same for the same words, another for another letter."""

from __future__ import annotations

import copy
import hashlib
import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from api.portable.rules import printing, reading

CASES = sorted((Path(__file__).parent.parent / "cases").glob("*.yaml"))


def printed_hash(document: Any) -> str:
    return printing.fingerprint(printing.resolve(document))


def turned(value: Any) -> Any:
    """Return data with the keys of each object in the opposite order."""
    if isinstance(value, dict):
        return {key: turned(value[key]) for key in reversed(list(value))}
    return [turned(inner) for inner in value] if isinstance(value, list) else value


def decomposed(value: Any) -> Any:
    if isinstance(value, str):
        return unicodedata.normalize("NFD", value)
    if isinstance(value, dict):
        return {decomposed(key): decomposed(inner) for key, inner in value.items()}
    return [decomposed(inner) for inner in value] if isinstance(value, list) else value


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_the_hash_of_a_statement_is_of_its_words_and_not_of_their_form(path: Path) -> None:
    document = reading.read(path.read_bytes())
    whole = printed_hash(document)

    assert len(whole) == 64
    assert printed_hash(turned(document)) == whole
    assert printed_hash(decomposed(document)) == whole
    unsigned = {key: document[key] for key in document if not key.startswith("signator")}
    assert printed_hash(unsigned | {"withheld": 3}) == whole
    assert printed_hash(document | {"slug": "other", "theme": "other"}) == whole


@pytest.mark.parametrize(
    "path",
    [
        "title",
        "dateline/place",
        "occasion/name",
        "addressees/0/salutation",
        "contacts/0/name",
        "footnotes/4",
        "body/0/paragraph",
        "body/1/quote/source",
        "cases/0/summary",
        "cases/5/public_label",
        "demand_lists/0/demands/0/rationale",
        "demand_lists/3/party/name",
    ],
)
def test_one_letter_that_prints_changes_the_hash(path: str) -> None:
    document = reading.read((CASES[0].parent / "english.yaml").read_bytes())
    changed = copy.deepcopy(document)
    *keys, last = [int(key) if key.isdigit() and key != "4" else key for key in path.split("/")]
    place: Any = changed
    for key in keys:
        place = place[key]
    place[last] += "!"

    assert printed_hash(changed) != printed_hash(document)


def test_the_hash_is_what_another_program_would_compute() -> None:
    """RFC 8785 sorts keys and leaves out spaces, as Python's own writer can for plain data."""
    document: Any = reading.read((CASES[0].parent / "persian.yaml").read_bytes())
    printed = printing.resolve(document)
    plain = json.dumps(printed, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    assert printing.fingerprint(printed) == hashlib.sha256(plain.encode()).hexdigest()

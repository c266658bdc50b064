"""The hash of what is signed: the same for the same words, another for another letter."""

from __future__ import annotations

import copy
import hashlib
import json
import unicodedata
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from api.portable.rules import identity, printing, reading
from tests.support.portable import ALL

# Of each statement before its blocks had ids, by the name of its file.
BEFORE_IDS = {
    "english": "28cd3e9415adca6c9a61c0f86e5b3389d856f1823415619f8d8eabc888a91e80",
    "persian": "44a83863f67743a686732c8334b12f03d4a176574d051f438c72dd532bba570a",
    "prisoner-twin": "3558533cf9072a0dabcd59c00b546dbb11897ba086eaa48708b0f048f8d9be1a",
    "russian": "f05c6d8f31dd0da60cd8ef1c15ed1228ec127000bb1c9336f1e2a1085549b255",
    "summit-twin": "194afb50dbae9ded0924c0c1d6e9c8c0f0d65b00c0018da20f11bf4a5647a295",
    "visit-twin": "bd14b1a4d4ffd473c0bb675f469b02275e0b181aaa4e3136cd487ce2e851815e",
    "charles-michel-2023": "6151d4f2569170999c76b6a1018af351afe3ba414c0d8672994d73d3a083348e",
    "hudayramov-2023": "0407d4797cc3baa66b6b99f8d03b5b4c51765cc06933108bb53ef0e88150742a",
    "samarkand-2025": "b03e1968cf615c4d426829d9cffc5f2dac1e2446662cc508fa8e99425977fe79",
}
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


def test_ids_of_blocks_change_no_hash_that_was_given_before() -> None:
    hashes = {}
    for path in ALL:
        document: Any = reading.read(path.read_bytes())
        ids = [str(uuid4()) for _ in document["body"]]
        both = identity.bare(document), identity.identified(document, ids)
        (hashes[path.stem],) = {printed_hash(each) for each in both}

    known = hashes.keys() & BEFORE_IDS.keys()
    assert len(known) >= 6
    assert {each: hashes[each] for each in known} == {each: BEFORE_IDS[each] for each in known}


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

"""Every rule of the portable format: kept by the files of `cases`, broken by those of `faults`."""

# ruff: noqa: RUF001 - the texts are in several scripts

from __future__ import annotations

import copy
import os
import time
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from api.errors import Fault, Invalid
from api.portable.rules import checking, reading, schema

if TYPE_CHECKING:
    from collections.abc import Iterator

TESTS = Path(__file__).parent.parent
CASES = sorted((TESTS / "cases").glob("*.yaml"))
INVENTED = [TESTS / "cases" / f"{name}.yaml" for name in ("english", "russian", "persian")]
GIVEN = sorted(Path(os.environ.get("UNDERSIGNED_CASES") or "/nowhere").glob("*.yaml"))
FAULTS = sorted((TESTS / "faults").glob("*.yaml"))


def a_document(**changes: Any) -> dict[str, Any]:
    """Return a small valid document with some keys changed."""
    return {
        "format": "undersigned.statement/1",
        "slug": "bread-and-salt",
        "kind": "appeal",
        "language": "en",
        "title": "Bread and salt",
        "coalition": {"name": "Specimen Coalition"},
        "body": [{"paragraph": "We ask for bread and salt."}],
    } | changes


def found_in(path: Path) -> tuple[list[Fault], list[Fault]]:
    try:
        document = reading.read(path.read_bytes())
    except Invalid as refused:
        return refused.faults, []
    checked = checking.check(document)
    return checked.faults, checked.warnings


@pytest.mark.parametrize("path", CASES + GIVEN, ids=lambda path: path.stem)
def test_a_whole_statement_keeps_every_rule(path: Path) -> None:
    document = reading.read(path.read_bytes())

    assert checking.check(document).faults == []


@pytest.mark.parametrize("path", FAULTS, ids=lambda path: path.stem)
def test_a_file_that_breaks_one_rule_is_told_so_and_where(path: Path) -> None:
    first = path.read_text("utf-8").split("\n", 1)[0]
    sort, _, expected = first.removeprefix("# ").partition(": ")

    faults, warnings = found_in(path)

    found = faults if sort == "fault" else warnings
    assert len(found) == 1, found
    assert (sort == "warning") == (not faults)
    pointer = found[0].pointer or "/"
    assert expected.startswith(f"{pointer} ")
    assert expected.removeprefix(f"{pointer} ") in found[0].detail


def test_a_fault_file_would_be_valid_but_for_its_fault() -> None:
    assert checking.check(a_document()) == checking.Checked([], [])


def used_by(paths: list[Path]) -> set[str]:
    """Return each key and each fixed value that documents use, as path and value."""
    used: set[str] = set()
    for path in paths:
        document = reading.read(path.read_bytes())
        _note(document, schema.load(), schema.load()["$defs"], "", used)
    return used


def _note(value: Any, part: Any, defs: dict[str, Any], path: str, used: set[str]) -> None:
    part = defs[part["$ref"].rsplit("/", 1)[1]] if "$ref" in part else part
    for branch in (part, *part.get("oneOf", ())):
        for key in branch.get("properties", {}):
            if isinstance(value, dict) and key in value:
                used.add(f"{path}/{key}")
                _note(value[key], branch["properties"][key], defs, f"{path}/{key}", used)
    if isinstance(value, list):
        for inner in value:
            _note(inner, part["items"], defs, f"{path}/*", used)
    elif not isinstance(value, dict) and _fixed(part):
        used.add(f"{path}={value}")


def _fixed(part: Any) -> list[Any]:
    """Return the values that a place may have, where the schema says which."""
    if part.get("type") == "boolean":
        return [True, False]
    return [part["const"]] if "const" in part else list(part.get("enum", []))


def everything() -> set[str]:
    """Return every key and fixed value of the schema, in the form of `used_by`."""
    everything: set[str] = set()
    waiting: list[tuple[str, Any]] = [("", schema.load())]
    defs = schema.load()["$defs"]
    for path, raw in waiting:
        part = defs[raw["$ref"].rsplit("/", 1)[1]] if "$ref" in raw else raw
        everything.update(f"{path}={value}" for value in _fixed(part))
        if "items" in part:
            waiting.append((f"{path}/*", part["items"]))
        for branch in (part, *part.get("oneOf", ())):
            for key, inner in branch.get("properties", {}).items():
                everything.add(f"{path}/{key}")
                waiting.append((f"{path}/{key}", inner))
    return everything


def test_the_invented_statements_use_every_key_and_value_of_the_schema() -> None:
    """A statement has one kind, so the kinds need the other three files too."""
    kinds = {name for name in everything() if name.startswith("/kind=")}

    assert everything() - used_by(INVENTED) - kinds == set()
    assert everything() - used_by(CASES) == set()


def test_the_schema_is_read_once_however_many_faults_are_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wrong = a_document(slug="No slug", language="no language")
    told = checking.check(wrong).faults
    monkeypatch.delattr(schema, "load")

    assert checking.check(wrong).faults == told
    assert {fault.pointer for fault in told} == {"/slug", "/language"}


def test_every_fault_is_listed_with_its_pointer() -> None:
    document = a_document(
        title=None,
        withheld=-1,
        language="xx",
        footnotes={"1": "Alone."},
        body=[{"paragraph": "``` x"}],
    )

    with pytest.raises(Invalid) as refused:
        checking.require(document)

    pointers = {fault.pointer for fault in refused.value.faults}
    assert pointers == {"/title", "/withheld", "/language", "/footnotes/1", "/body/0/paragraph"}


def test_a_message_repeats_neither_a_hidden_name_nor_a_whole_value() -> None:
    case = {"id": "nurse", "name": "Ayana Specimenova", "country": "KZ", "may_be_named": False}
    document = a_document(title="Ayana Specimenova " * 40, cases=[case])

    told = str([str(fault) for fault in checking.check(document).faults])

    assert "names the case" in told
    assert "Ayana" not in told
    assert "Specimenova" not in told


def test_a_case_that_may_be_named_is_named_without_a_word() -> None:
    case = {"id": "nurse", "name": "Ayana Specimenova", "country": "KZ"}

    checked = checking.check(a_document(title="For Ayana Specimenova", cases=[case]))

    assert checked == checking.Checked([], [])


def test_a_hidden_case_may_sign_where_its_name_does_not_show() -> None:
    case = {"id": "nurse", "name": "Ayana Specimenova", "country": "KZ", "may_be_named": False}
    one = {"kind": "individual", "name": "Ayana Specimenova", "visibility": "coalition"}

    assert checking.check(a_document(cases=[case], signatories=[one])).faults == []
    shown = checking.check(a_document(cases=[case], signatories=[one | {"visibility": "public"}]))
    assert [fault.pointer for fault in shown.faults] == ["/signatories/0/name"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("O‘tkir Namunazoda", "So Oʻtkir Namunazoda said."),
        ("Пётр Мысалов", "Спросите Петр Мысалов."),
        ("علی نمونه", "گفت‌وگو با علي نمونه"),
        ("Ünvan Nümunə", "U\u0308NVAN NU\u0308MUNƏ"),
        ("STRASSE Specimen", "straße specimen"),
        ("Ivan Petrovskiy", "Ivan\u200bPetrovskiy Ivan\u00a0Petrovskiy"),
        ("Ivan Petrovskiy", "“Ivan”, (Petrovskiy)"),
    ],
)
def test_a_hidden_name_is_found_however_it_is_typed(name: str, text: str) -> None:
    case = {"id": "hidden", "name": name, "country": "UZ", "may_be_named": False}

    checked = checking.check(a_document(cases=[case], body=[{"paragraph": text}]))

    assert [fault.pointer for fault in checked.faults] == ["/body/0/paragraph"]


def test_a_part_of_a_hidden_name_in_another_word_is_no_fault() -> None:
    case = {"id": "hidden", "name": "Ann Lee", "country": "UZ", "may_be_named": False}

    checked = checking.check(a_document(cases=[case], title="Ann Leesome and Joann Lee"))

    assert checked == checking.Checked([], [])


BAD: list[Any] = [None, True, 1, 1.5, "x", "", [], {}, [[]], [{}], {"a": {}}, [None], {"*": ["x"]}]


@pytest.mark.parametrize("key", sorted(schema.load()["properties"]))
def test_a_value_of_any_shape_is_told_of_and_breaks_nothing(key: str) -> None:
    for bad, is_redacted in product(BAD, (False, True)):
        for value in (bad, [bad], [{"id": bad, "name": bad, "demands": bad, "cases": bad}]):
            document = a_document(**({"redacted": True} if is_redacted else {}))

            checking.check(document | {key: value})


def places_in(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield the way to every value within a value."""
    inside = dict(enumerate(value)) if isinstance(value, list) else value
    for key, each in inside.items() if isinstance(inside, dict) else ():
        yield (*path, key)
        yield from places_in(each, (*path, key))


def with_value(value: Any, path: tuple[str | int, ...], new: Any) -> Any:
    """Return a value with another one at a place in it."""
    if not path:
        return new
    changed = copy.copy(value)
    changed[path[0]] = with_value(value[path[0]], path[1:], new)
    return changed


@pytest.mark.parametrize("key", ["cases", "demand_lists", "body", "signatories"])
def test_a_value_of_another_shape_in_the_midst_of_sound_ones_breaks_nothing(key: str) -> None:
    sound = reading.read((TESTS / "cases" / "english.yaml").read_bytes())[key]
    of_kind = {
        tuple("*" if isinstance(step, int) else step for step in path): path
        for path in places_in(sound)
    }
    others: list[Any] = [[], {}, [[]], 1, None]
    for path, bad in product(of_kind.values(), others):
        document = a_document(**{key: with_value(sound, path, bad)})

        checking.check(document)
        checking.check(document | {"redacted": True})


@pytest.mark.parametrize("block", ["paragraph", "heading", "quote", "list", "demands", "cases"])
def test_a_block_of_any_shape_is_told_of_and_breaks_nothing(block: str) -> None:
    keys = ("lead", "text", "items", "ids", "lists", "countries")
    for bad in BAD:
        checking.check(a_document(body=[{block: bad}, bad, {block: dict.fromkeys(keys, bad)}]))


def a_large_document() -> dict[str, Any]:
    words = "Free all who were *held* for **writing**,[^1] and let [doctors](https://a.example) in."
    return a_document(
        cases=[
            {
                "id": f"case-{number}",
                "name": f"Имя{number} Specimen{number}",
                "country": "KZ",
                "summary": "held since 2030",
                "may_be_named": number % 10 > 0,
                "public_label": "a writer",
            }
            for number in range(300)
        ],
        demand_lists=[
            {
                "country": code,
                "demands": [
                    {"id": f"{code.lower()}-{number}", "text": words, "rationale": words}
                    for number in range(100)
                ],
            }
            for code in ("KZ", "KG", "TJ", "TM", "UZ")
        ],
        body=[{"paragraph": words}, {"demands": {}}, {"cases": {"countries": ["KZ"]}}],
        footnotes={"1": "A note."},
        signatories=[
            {
                "kind": "individual",
                "name": f"Әйгерім Үлгібаева {n}",
                "role": "teacher",
                "country": "KZ",
            }
            for n in range(2000)
        ],
    )


def test_a_large_document_is_checked_in_about_a_second() -> None:
    document = a_large_document()
    checking.check(a_document())  # the schema is read once
    start = time.process_time()

    checked = checking.check(document)

    assert checked.faults == []
    assert time.process_time() - start < 2  # some 0.4 s on a quiet machine


WALLS: dict[str, list[dict[str, Any]]] = {
    "brackets": [{"paragraph": "[" * 2000}] * 1000,
    "one text": [{"paragraph": "[^" * 1_000_000}],
    "stars": [{"paragraph": "*a " * 1_000_000}],
    "lines": [{"paragraph": "#\n" * 200}] * 5000,
    "rules": [{"paragraph": "- " * 1_000_000}],
    "accents": [{"paragraph": "a" + "\u0301\u0323" * 1_000_000}],
    "kinds": [{"p": "x"}] * 50_000,
    "addresses": [{"quote": {"text": "x", "url": "https://[" + "1:" * 1_000_000}}],
}


@pytest.mark.parametrize("wall", WALLS)
def test_a_wall_of_signs_is_refused_within_two_seconds(wall: str) -> None:
    start = time.process_time()

    checked = checking.check(a_document(body=WALLS[wall]))

    assert checked.faults
    assert time.process_time() - start < 2


def test_the_example_in_the_manual_keeps_every_rule() -> None:
    manual = (TESTS.parent / "docs" / "format.md").read_text("utf-8")
    example = manual.split("```yaml\n")[1].split("```")[0]

    assert checking.check(reading.read(example.encode())) == checking.Checked([], [])

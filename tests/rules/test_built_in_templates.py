"""Every template that ships: sound, whole with its example, and never awkward with less."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from api.assemblies import rules
from api.config import share
from api.documents.rules import html
from api.portable.rules import checking, printing, reading, signing
from api.templates.rules import filling, rows, template
from api.texts.rules import markdown, themes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.texts.rules.document import PortableCoalition

NAMES = [path.stem for path in sorted(share("templates", "statements").glob("*.yaml"))]
COALITION: PortableCoalition = {"name": "Specimen Coalition"}
# What an example leaves out on purpose: a petition asks for little.
LEFT_OUT = {("petition", "countries")}
AWKWARD = re.compile(r" [,.;:]|\(\)|[.,:;]{2}|\{|\}|\bNone\b|^[^\w“]|  ")
INTRODUCES = re.compile(r":$")


def source_of(name: str) -> dict[str, Any]:
    return reading.read(share("templates", "statements", f"{name}.yaml").read_bytes(), first="name")


def drafted(source: Any, facts: dict[str, Any], **more: Any) -> Any:
    """Return the document of a template with the invented demands and cases."""
    made = rules.specimen(rows.of_type(source["facts"], facts, "country"))
    given = {
        "coalition": {**COALITION, "members": made.members},
        "demand_lists": [rules.list_given(each, "en", COALITION) for each in made.lists],
        "cases": [rules.case_given(each, "en", COALITION) for each in made.cases.values()],
    } | more
    draft: Any = filling.fill(source, facts, given)
    whole = rules.document(source, draft, source["name"], made.lists, made.cases, specimen=True)
    return {"format": "undersigned.statement/1", "coalition": COALITION, **whole}


def required_of(declarations: list[dict[str, Any]], example: dict[str, Any]) -> dict[str, Any]:
    """Return the least that a template asks for, of its example: one of each list."""
    facts = {}
    for fact in declarations:
        if not fact.get("required") or "default" in fact:
            continue
        value = example[fact["name"]]
        if fact["type"] == "list":
            value = value[:1]
            if "fields" in fact:
                value = [required_of(fact["fields"], each) for each in value]
        facts[fact["name"]] = value
    return facts


def fewer(source: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the example without each fact, and without each field, that may stay empty."""
    example = source["example"]
    for fact in source["facts"]:
        name = fact["name"]
        if not fact.get("required"):
            yield name, {key: value for key, value in example.items() if key != name}
        for part in fact.get("fields", ()):
            if not part.get("required"):
                short = [
                    {key: value for key, value in each.items() if key != part["name"]}
                    for each in example.get(name, ())
                ]
                yield f"{name}.{part['name']}", {**example, name: short}


def faults_of(document: Any) -> list[str]:
    """Return what is wrong with a document, or awkward in what it prints."""
    checked = checking.check(document)
    found = [str(fault) for fault in [*checked.faults, *checked.warnings]]
    printed = printing.resolve(document)
    texts = [printed["title"], printed.get("dateline", ""), printed.get("occasion", "")]
    for block in printed["blocks"]:
        texts += [markdown.plain(text) for text in printing.texts(block)]
    found += [text for text in texts if AWKWARD.search(text)]
    for block in printed["blocks"]:
        if block["type"] in {"paragraph", "heading"} and INTRODUCES.search(str(block.get("text"))):
            found.append(f"introduces nothing: {block}")
    return found


@pytest.mark.parametrize("name", NAMES)
def test_a_template_that_ships_is_sound_and_is_called_as_its_file(name: str) -> None:
    source = source_of(name)

    assert template.check(source) == []
    assert source["name"] == name
    assert source["description"]
    assert f"\n| `{name}` |" in share("docs", "templates.md").read_text("utf-8")
    assert len(str(source)) < template.MAX_BYTES // 2


@pytest.mark.parametrize("name", NAMES)
def test_its_example_shows_every_fact_and_says_specimen(name: str) -> None:
    source = source_of(name)
    shown = source["example"].keys() | {f["name"] for f in source["facts"] if "default" in f}

    lacking = {fact["name"] for fact in source["facts"]} - shown
    assert {(name, each) for each in lacking} <= LEFT_OUT
    assert "Specimen" in str(source["example"].get("headline"))
    for fact in source["facts"]:
        for part in fact.get("fields", ()):
            given = [each.get(part["name"]) for each in source["example"].get(fact["name"], ())]
            assert any(given), (fact["name"], part["name"])


@pytest.mark.parametrize("name", NAMES)
def test_its_example_makes_a_sound_document(name: str) -> None:
    source = source_of(name)
    document = drafted(source, source["example"])

    assert faults_of(document) == []
    assert document["kind"] == source["kind"]
    kinds = {next(iter(block)) for block in document["body"]}
    assert {"paragraph", "demands"} <= kinds or name == "petition"
    assert document.get("theme", "letter") in themes.available()


@pytest.mark.parametrize("name", NAMES)
def test_what_it_must_know_is_enough(name: str) -> None:
    source = source_of(name)
    facts = required_of(source["facts"], source["example"])

    assert faults_of(drafted(source, facts)) == []
    assert faults_of(drafted(source, facts, coalition=COALITION)) == []


@pytest.mark.parametrize("name", NAMES)
def test_nothing_awkward_prints_where_one_fact_is_empty(name: str) -> None:
    source = source_of(name)

    wrong = {
        what: found for what, facts in fewer(source) if (found := faults_of(drafted(source, facts)))
    }

    assert wrong == {}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("theme", themes.available())
def test_its_example_is_a_page_in_every_theme(name: str, theme: str) -> None:
    source = source_of(name)
    document = drafted(source, source["example"])
    printed = printing.resolve(document)

    page = html.html(
        printed, signing.signatories(document), html.Look(theme=theme), for_paper=False
    )

    assert document["title"].split()[0] in page


def blocks(name: str, **facts: Any) -> list[dict[str, Any]]:
    source = source_of(name)
    found: list[dict[str, Any]] = drafted(source, source["example"] | facts)["body"]
    return found


def words(name: str, **facts: Any) -> str:
    return " ".join(str(block) for block in blocks(name, **facts))


def test_an_urgent_appeal_asks_what_is_asked_for_its_people_and_no_more() -> None:
    source = source_of("urgent-appeal")
    document = drafted(source, source["example"] | {"people": ["bek"]})

    [asked] = document["demand_lists"]
    assert [each["id"] for each in asked["demands"]] == ["kg-1"]
    assert [case["id"] for case in document["cases"]] == ["bek"]
    assert "authorities of Kyrgyzstan for Bek Specimen" in str(document["body"])


def test_an_urgent_appeal_for_a_case_that_may_not_be_named_says_its_label() -> None:
    source = source_of("urgent-appeal")
    document = drafted(source, source["example"] | {"people": ["teacher"]})

    assert "for a schoolteacher, held without contact" in document["body"][0]["paragraph"]
    assert "Zzyx" not in str(document["body"])


def test_a_letter_without_a_salutation_greets_by_name() -> None:
    source = source_of("open-letter")
    document = drafted(source, source["example"] | {"addressees": [{"name": "A. Specimen"}]})

    assert document["addressees"] == [{"name": "A. Specimen", "salutation": "Dear A. Specimen,"}]


def test_a_press_release_says_until_when_it_may_not_be_printed() -> None:
    assert "Embargoed until 14 May 2031, 10:00 in Brussels" in words("press-release")
    assert "For immediate release" in words("press-release", embargo="")


def test_a_briefing_has_a_part_for_each_country_with_its_own_demands_and_cases() -> None:
    found = blocks("briefing", countries=["KG", "KZ"])

    headings = [block["heading"] for block in found if "heading" in block]
    assert headings[1:3] == ["Kyrgyzstan", "Kazakhstan"]
    lists = [block["demands"]["lists"] for block in found if "demands" in block]
    assert lists == [["KG"], ["KZ"]]
    of = [block["cases"]["countries"] for block in found if "cases" in block]
    assert of == [["KG"], ["KZ"]]
    [others] = [
        b["list"] for b in found if b.get("list", {}).get("lead", "").startswith("Findings")
    ]
    assert [item.split(".")[0] for item in others["items"]] == [
        "**Tajikistan", "**Turkmenistan", "**Uzbekistan",
    ]  # fmt: skip


def test_a_briefing_cites_a_source_once() -> None:
    source = source_of("briefing")
    document = drafted(source, source["example"])

    sources = {each["source"] for each in source["example"]["findings"] if "source" in each}
    assert sorted(document["footnotes"].values()) == sorted(sources)
    assert list(document["footnotes"]) == ["1", "2", "3", "4", "5"][: len(sources)]


def test_a_country_that_nothing_is_invented_for_gets_demands_and_cases_too() -> None:
    made = rules.specimen(["BY", "KZ"])

    by, kz = made.lists[:2]
    assert (by["country"], kz["country"]) == ("BY", "KZ")
    assert by["demands"][0]["cases"] == ["ayan-by", "dana-by"]
    assert made.cases["ayan-by"]["country"] == "BY"
    assert made.cases["ayan"]["country"] == "KZ"

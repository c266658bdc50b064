"""The portable statement, in over HTTP and out again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml

from api.portable.rules import reading, writing
from tests.support.builders import a_case, a_coalition, a_demand, a_demand_list, a_role
from tests.support.portable import ALL, OURS, WHOLE

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import World
    from tests.support.client import Answer, Client

YAML = "application/yaml"


def take_in(client: Client, coalition: str, document: Any, **query: str) -> Answer:
    data = document if isinstance(document, bytes) else writing.as_yaml(document)
    address = f"/v1/coalitions/{coalition}/imports"
    return client.send("POST", address, data, kind=YAML, query_string=query)


def given_out(client: Client, statement: str, **query: str) -> Any:
    answer = client.get(f"/v1/statements/{statement}/export", **query)
    assert answer.status == 200, answer.body
    return reading.read(answer.body)


@pytest.mark.parametrize("path", WHOLE, ids=lambda path: path.stem)
@pytest.mark.parametrize("form", ["yaml", "json"])
def test_what_comes_in_goes_out_equal(owner: Client, path: Path, form: str) -> None:
    document = reading.read(path.read_bytes())

    taken = take_in(owner, a_coalition(owner), path.read_bytes())

    assert taken.status == 201, taken.body
    assert taken["signatures"] == len(document.get("signatories", []))
    assert given_out(owner, taken["statement"]["id"], format=form) == document


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_yaml_and_json_are_read_as_they_were_written(path: Path) -> None:
    document = reading.read(path.read_bytes())

    assert reading.read(writing.as_yaml(document)) == document
    assert reading.read(writing.as_json(document)) == document


@pytest.mark.parametrize("text", ["NO", "yes", "1e3", "0o17", "007", "2025-04-10", "~", "", ".5"])
def test_a_text_that_looks_like_something_else_stays_a_text(text: str) -> None:
    assert reading.read(writing.as_yaml({"slug": text})) == {"slug": text}


def test_a_redacted_export_is_sound_and_cannot_be_imported(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    document = a_document(
        cases=[
            {"id": "x", "name": "Hidden Person", "country": "TJ", "may_be_named": False,
             "occupation": "teacher", "aliases": ["Pinhon"], "summary": "seen in Dushanbe"}
        ],
        signatories=[
            {"kind": "individual", "name": "Open Name"},
            {"kind": "individual", "name": "Anna Initial", "country": "KG",
             "visibility": "initials"},
            {"kind": "individual", "name": "Secret Name", "visibility": "coalition"},
        ],
        withheld=2,
    )  # fmt: skip
    statement = take_in(owner, coalition, document)["statement"]["id"]
    viewer = a_role(owner, coalition, world.user(), "viewer")

    redacted = given_out(viewer, statement)

    assert redacted["redacted"] is True
    assert redacted["withheld"] == 3
    assert redacted["cases"][0]["name"] == "teacher, Tajikistan"
    text = yaml.safe_dump(redacted)
    for hidden in ("Hidden", "Pinhon", "Dushanbe", "Anna", "Secret"):
        assert hidden not in text
    refused = take_in(owner, coalition, redacted)
    assert refused.status == 422
    assert "/redacted" in refused.faults


def a_document(**more: Any) -> dict[str, Any]:
    return {
        "format": "undersigned.statement/1",
        "slug": "specimen",
        "kind": "appeal",
        "language": "en",
        "title": "Open the doors",
        "coalition": {"name": "Specimen Coalition"},
        "body": [{"paragraph": "We ask that the doors be opened."}],
        **more,
    }


def a_difference(client: Client) -> tuple[str, dict[str, Any]]:
    """Return a coalition with a live case and demand, and a document with other words for both."""
    coalition = a_coalition(client)
    case = a_case(client, coalition, key="ayan", name="Ayan Specimen", occupation="teacher")
    demands = a_demand_list(client, coalition, country="KZ")
    a_demand(client, demands, key="kz-1", text="Release him.", case_ids=[case])
    document = a_document(
        cases=[{"id": "ayan", "name": "Ayan Specimen", "country": "KZ", "occupation": "poet"}],
        demand_lists=[
            {"country": "KZ", "demands": [{"id": "kz-1", "text": "Free him.", "cases": ["ayan"]}]}
        ],
        body=[{"demands": {}}],
    )
    return coalition, document


@pytest.mark.parametrize(
    ("choice", "occupations", "demands"),
    [
        ("keep", {"ayan": "teacher"}, {"kz-1": "Release him."}),
        ("update", {"ayan": "poet"}, {"kz-1": "Free him."}),
        (
            "new",
            {"ayan": "teacher", "ayan-2": "poet"},
            {"kz-1": "Release him.", "kz-1-2": "Free him."},
        ),
    ],
)
def test_a_difference_is_reported_and_goes_as_the_caller_chose(
    owner: Client, choice: str, occupations: dict[str, str], demands: dict[str, str]
) -> None:
    coalition, document = a_difference(owner)

    taken = take_in(owner, coalition, document, on_difference=choice)

    differing = {each["pointer"]: each["after"] for each in taken["differences"]}
    assert differing["/cases/ayan/occupation"] == "poet"
    assert differing["/demands/kz-1/text"] == "Free him."
    cases = owner.get(f"/v1/coalitions/{coalition}/cases")["items"]
    assert {case["key"]: case["occupation"] for case in cases} == occupations
    live = owner.get(f"/v1/coalitions/{coalition}/demands")["items"]
    assert {each["key"]: each["text"] for each in live} == demands
    assert given_out(owner, taken["statement"]["id"]) == document


def test_a_preview_tells_what_would_differ_and_stores_nothing(owner: Client) -> None:
    coalition, document = a_difference(owner)

    seen = take_in(owner, coalition, document, on_difference="update", preview="true")

    assert seen["statement"] is None
    assert len(seen["differences"]) == 2
    assert owner.get(f"/v1/coalitions/{coalition}/statements")["total"] == 0
    case = owner.get(f"/v1/coalitions/{coalition}/cases")["items"][0]
    assert case["occupation"] == "teacher"


def test_a_preview_is_refused_as_the_import_would_be(owner: Client) -> None:
    coalition, document = a_coalition(owner), a_document()
    assert take_in(owner, coalition, document).status == 201

    for preview in ("true", "false"):
        again = take_in(owner, coalition, document, preview=preview)
        assert (again.status, again["type"]) == (409, "/problems/slug-taken")


def test_a_live_list_never_shrinks(owner: Client) -> None:
    coalition, document = a_difference(owner)
    lists = owner.get(f"/v1/coalitions/{coalition}/demand-lists")["items"]
    a_demand(owner, lists[0]["id"], key="kz-2", text="Repeal the law.")

    take_in(owner, coalition, document, on_difference="update")

    keys = [each["key"] for each in owner.get(f"/v1/coalitions/{coalition}/demands")["items"]]
    assert sorted(keys) == ["kz-1", "kz-2"]


def test_a_document_that_breaks_rules_is_refused_whole(owner: Client) -> None:
    coalition = a_coalition(owner)
    document = a_document(
        body=[{"paragraph": "<b>No</b>"}, {"demands": {"lists": ["KZ"]}}],
        cases=[{"id": "a", "name": "A", "country": "KZ"}],
    )

    refused = take_in(owner, coalition, document)

    assert refused.status == 422
    assert {"/body/0/paragraph", "/body/1/demands/lists/0"} <= set(refused.faults)
    assert owner.get(f"/v1/coalitions/{coalition}/cases")["total"] == 0


def test_public_organisations_that_sign_become_entries_and_are_known_again(owner: Client) -> None:
    coalition = a_coalition(owner)
    signatories = [
        {"kind": "organisation", "name": "House of the Press", "acronym": "HP"},
        {"kind": "organisation", "name": "Quiet House", "visibility": "coalition"},
    ]
    take_in(owner, coalition, a_document(signatories=signatories))
    take_in(owner, coalition, a_document(slug="second", signatories=signatories))

    entries = owner.get(f"/v1/coalitions/{coalition}/organisations")["items"]
    assert [entry["names"] for entry in entries] == [{"en": "House of the Press"}]


def test_only_a_coordinator_imports(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    editor = a_role(owner, coalition, world.user(), "editor")

    assert take_in(editor, coalition, a_document()).status == 403
    assert take_in(world.user(), coalition, a_document()).status == 404


def test_the_same_slug_twice_is_told(owner: Client) -> None:
    coalition = a_coalition(owner)
    take_in(owner, coalition, a_document())

    assert take_in(owner, coalition, a_document())["type"] == "/problems/slug-taken"


@pytest.mark.parametrize(
    "data",
    [
        b"a: &a [1,1]\nb: *a",
        b"slug: a\nslug: b",
        b"[" * 100_000,
        b"{" * 100_000,
        b"\xff\xfe",
        b"- just\n- a list",
        b"",
        b"a: !!python/object:os.system b",
    ],
)
@pytest.mark.timeout(20)
def test_hostile_yaml_is_refused_with_a_reason(owner: Client, data: bytes) -> None:
    refused = take_in(owner, a_coalition(owner), data)

    assert refused.status in {400, 422}
    assert refused["detail"]


def test_five_megabytes_are_too_large(owner: Client) -> None:
    assert take_in(owner, a_coalition(owner), b"a" * 5_000_001).status == 413


def test_there_are_twins_of_our_own() -> None:
    assert {path.stem for path in OURS} >= {"summit-twin", "visit-twin", "prisoner-twin"}

"""A character that no font has is refused by its name, wherever a text or a name enters."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest

from tests.contracts.scene import Scene, a_document, a_source, document, operations
from tests.support.builders import a_coalition, a_statement, a_text, made

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.conftest import World
    from tests.support.client import Answer, Client

BOX = "Ay \U000133cf"
NAME = "U+133CF EGYPTIAN HIEROGLYPH X001"
# They have a form of their own, which no such character fits; they are refused for that.
CODES = {
    *(
        "accent",
        "after",
        "block_id",
        "built_in",
        "code",
        "confirmed_cases",
        "confirmed_mentions",
        "countries",
        "country",
        "domain",
        "email",
        "language",
    ),
    *("languages", "pointer", "proof", "sensitive_countries", "target", "website", "zone"),
}
NO_TEXT = {
    ("POST /v1/coalitions/{coalition_id}/assemblies", "/demands/ids/0"),  # it chooses, by keys
    ("POST /v1/coalitions/{coalition_id}/template-previews", "/demands/ids/0"),
    ("PATCH /v1/cases/{case_id}", "/labels/0/place"),  # it chooses
    ("POST /v1/cases/{case_id}/status-changes", "/sources/0"),  # a web address
    ("POST /v1/demands/{demand_id}/status-changes", "/sources/0"),
    ("POST /v1/coalitions/{coalition_id}/case-imports", "/cases/0/label"),  # goes out, never in
    ("POST /v1/coalitions/{coalition_id}/demand-imports", "/demands/0/party_countries/0"),
    ("POST /v1/coalitions/{coalition_id}/demand-imports", "/demands/0/cases/0"),  # a case's key
    ("POST /v1/consultations/{consultation_id}/suggestions", "/reason"),  # as a comment
    ("POST /v1/public/consultations/{secret}/suggestions", "/reason"),
    ("POST /v1/suggestions/{suggestion_id}/decline", "/reason"),
}

# Of a portable statement: what chooses, and what stands in no print.
UNPRINTED = {"aliases", "format", "represented_by", "sources", "theme"}
# The name of a template stands in lists; of a preview's title, only what it becomes prints.
OF_TEMPLATES = {"/name", "/source/name", "/source/title"}

# What is read in a mail program or by a machine is in fonts of theirs.
NOT_PRINTED = (
    *("mail-server", "update", "cover-letter", "connector", "webhook", "deliver", "response"),
    "comments",
)

Path = tuple[str | int, ...]


@pytest.fixture
def world(worlds: dict[str, World]) -> Iterator[World]:
    """One app: what it lets in does not depend on its database."""
    found = worlds["sqlite"]
    yield found
    found.empty()


def texts_of(
    schema: Mapping[str, Any], parts: Mapping[str, Any], path: Path = ()
) -> Iterator[Path]:
    """Yield the place of each free text that a schema takes."""
    while "$ref" in schema:
        schema = parts[schema["$ref"].rsplit("/", 1)[1]]
    for branch in schema.get("anyOf", ()):
        yield from texts_of(branch, parts, path)
    kinds = schema.get("type", [])
    if "string" in kinds and not {"format", "enum", "pattern"} & schema.keys():
        yield path
    if "items" in schema:
        yield from texts_of(schema["items"], parts, (*path, 0))
    if isinstance(schema.get("additionalProperties"), dict):
        yield from texts_of(schema["additionalProperties"], parts, (*path, "en"))
    for name, inner in schema.get("properties", {}).items():
        yield from texts_of(inner, parts, (*path, name))


def with_text(body: Any, path: Path, text: str) -> Any:
    """Return a body with a text at a place; what leads there is made where it is missing."""
    if not path:
        return text
    key, *rest = path
    if isinstance(key, int):
        there = body[0] if isinstance(body, list) and body else None
        return [with_text(there, tuple(rest), text)]
    there = dict(body) if isinstance(body, dict) else {}
    return {**there, key: with_text(there.get(key), tuple(rest), text)}


def is_named(answer: Answer) -> bool:
    return answer.status == 422 and NAME in answer.body.decode()


def is_import(path: str) -> bool:
    return path.endswith("}/imports")


@pytest.mark.rest  # every text of every address
def test_every_text_of_every_body_is_refused_for_it(world: World) -> None:
    parts = document(world)["components"]["schemas"]
    let_in, tried = [], 0
    for operation in operations(world):
        content = operation.content.get("application/json", {})
        if any(word in operation.path for word in NOT_PRINTED):
            continue
        for path in dict.fromkeys(texts_of(content.get("schema", {}), parts)):
            place = "".join(f"/{key}" for key in path)
            keys = set(map(str, path))
            if CODES & keys or (operation.name, place) in NO_TEXT:
                continue
            if UNPRINTED & keys and (place.startswith("/document/") or is_import(operation.path)):
                continue
            if "template" in operation.path and place in OF_TEMPLATES:
                continue
            scene = Scene(world)
            request = scene.request(operation)
            request.body = with_text(request.body, path, BOX)
            tried += 1
            if not is_named(request.sent_by(scene.owner)):
                let_in.append(f"{operation.name} {place}")

    assert let_in == []
    assert tried > 50


DOCUMENTS: dict[str, dict[str, Any]] = {
    "title": {"title": BOX},
    "paragraph": {"body": [{"paragraph": BOX}]},
    "source": {"body": [{"quote": {"text": "Bread.", "source": BOX}}]},
    "addressee": {"addressees": [{"name": BOX}]},
    "case": {"cases": [{"id": "baker", "name": BOX, "country": "KZ"}]},
    "demand": {"demand_lists": [{"country": "KZ", "demands": [{"id": "kz-1", "text": BOX}]}]},
    "footnote": {"body": [{"paragraph": "Bread.[^1]"}], "footnotes": {"1": BOX}},
    "label of a footnote": {
        "body": [{"paragraph": f"Bread.[^{BOX[-1]}]"}],
        "footnotes": {BOX[-1]: "Salt."},
    },
    "name of a country": {"coalition": {"name": "Circle", "country_names": {"KZ": BOX}}},
    "contact": {"contacts": [{"name": BOX}]},
}


def begun(owner: Client, changes: dict[str, Any]) -> Answer:
    body = {"document": {**a_document(), **changes}}
    return owner.post(f"/v1/coalitions/{a_coalition(owner)}/statements", body)


def saved(owner: Client, changes: dict[str, Any]) -> Answer:
    address = f"/v1/statements/{a_statement(owner, a_coalition(owner))}/draft"
    written = copy.deepcopy(owner.get(address)["document"])
    return owner.put(address, {"document": {**written, **changes}})


def imported(owner: Client, changes: dict[str, Any]) -> Answer:
    path = f"/v1/coalitions/{a_coalition(owner)}/imports"
    return owner.post(path, {**a_document(), **changes})


@pytest.mark.parametrize("changes", DOCUMENTS.values(), ids=DOCUMENTS.keys())
@pytest.mark.parametrize("send", [begun, saved, imported], ids=lambda send: send.__name__)
def test_a_document_with_it_is_refused(owner: Client, send: Any, changes: dict[str, Any]) -> None:
    assert is_named(send(owner, changes))


@pytest.mark.parametrize("field", ["name", "as_printed", "reservation"])
def test_a_signatory_of_a_file_with_it_is_refused(owner: Client, field: str) -> None:
    one = {"kind": "organisation", "name": "Specimen House", field: BOX}

    assert is_named(imported(owner, {"signatories": [one]}))


def test_a_template_and_a_fact_with_it_are_refused(owner: Client) -> None:
    coalition = a_coalition(owner)
    address = f"/v1/coalitions/{coalition}"
    source = a_source()

    in_text = {**source, "body": [{"paragraph": BOX}]}
    assert is_named(owner.post(f"{address}/templates", {"source": in_text}))
    template = made(owner, f"{address}/templates", {"source": source})
    body = {"template_id": template, "slug": "letter", "facts": {"city": BOX}}
    assert is_named(owner.post(f"{address}/assemblies", body))


def test_a_line_of_a_table_with_it_is_reported(owner: Client) -> None:
    statement, sha256 = a_text(owner, a_coalition(owner))
    lines = f"kind,name,role,represented_by\norganisation,{BOX},,\nindividual,A,{BOX},\n"
    lines += f"organisation,House,,{BOX}\n"

    path = f"/v1/statements/{statement}/signature-imports?revision_sha256={sha256}"
    refused = owner.send("POST", path, lines.encode(), kind="text/csv")

    assert refused.status == 422
    assert set(refused.faults) == {"/2/name", "/3/role", "/4/represented_by"}
    assert all(NAME in detail for detail in refused.faults.values())

"""openapi.yaml reads well in every tool: names, types, headers, and each thing said once."""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
import yaml
from jsonschema import Draft202012Validator

from api import config
from api.portable.rules.reading import read
from api.statements.models import State
from api.statements.rules import MOVES
from api.web.openapi import names, shapes, sharing
from api.web.openapi.document import as_json, as_yaml
from api.web.openapi.headers import HEADERS
from tests.conftest import World
from tests.contracts.prepared import ENDS_ALL
from tests.contracts.scene import Operation, Scene, document, operations
from tests.support import client_tools

TOLD = set(HEADERS)  # headers that an answer may have only where openapi.yaml says so
# Their ETag is only there where something was stored, or is a document's.
PERHAPS_TAGGED = {
    "POST /v1/coalitions/{coalition_id}/assemblies",
    "POST /v1/coalitions/{coalition_id}/imports",
    "POST /v1/coalitions/{coalition_id}/template-previews",
    "POST /v1/coalitions/{coalition_id}/word-imports",
    "POST /v1/statements/{statement_id}/renewals",
}


@pytest.fixture
def world(worlds: dict[str, World]) -> Iterator[World]:
    """One app: what it says of itself does not depend on its database."""
    found = worlds["sqlite"]
    yield found
    found.empty()


def test_each_operation_has_a_name_of_its_own_that_reads_well_in_every_language(
    world: World,
) -> None:
    found = {each.facts["operationId"]: each for each in operations(world)}

    assert len(found) == len(operations(world))
    for name, operation in found.items():
        assert re.fullmatch("[a-z]+([A-Z][a-z]+)*", name), name
        assert name == names.operation_id(operation.method.lower(), operation.path)
    known = {f"{each.method.lower()} {each.path}" for each in found.values()}
    assert set(names.EXCEPTIONS) <= known, "an exception for an address that is not there"


@pytest.mark.parametrize(
    ("operation", "name"),
    [
        ("post /v1/coalitions/{coalition_id}/statements", "createStatement"),
        ("get /v1/statements/{statement_id}/signatures", "listSignatures"),
        ("get /v1/public/statements/{address}/signatures", "listPublicSignatures"),
        ("patch /v1/cases/{case_id}", "changeCase"),
        ("put /v1/statements/{statement_id}/draft", "putDraft"),
        ("post /v1/statements/{statement_id}/transitions", "transitionStatement"),
        ("post /v1/public/own-signatures/{secret}/withdrawal", "withdrawOwnSignature"),
        ("post /v1/coalitions/{coalition_id}/case-imports", "importCases"),
        ("get /v1/coalitions/{coalition_id}/cases.csv", "exportCasesAsCsv"),
        ("delete /v1/organisations/{organisation_id}/logo", "deleteOrganisationLogo"),
    ],
)
def test_the_name_follows_from_method_and_address(operation: str, name: str) -> None:
    method, path = operation.split(" ")

    assert names.operation_id(method, path) == name


def test_it_says_whose_it_is_where_it_runs_and_under_which_licence(world: World) -> None:
    found = document(world)

    assert found["info"]["license"]["identifier"] == "AGPL-3.0-or-later"
    assert found["servers"][0]["url"] == "/"
    told = {each["name"] for each in found["tags"]}
    assert {tag for each in operations(world) for tag in each.facts["tags"]} <= told


def schemas_of(found: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield every schema of the document, whatever holds it."""
    held = [*found["components"]["schemas"].values()]
    held += [each["schema"] for each in found["components"]["parameters"].values()]
    held += [
        each["schema"]
        for listed in sharing.parameters(found)
        for each in listed
        if "schema" in each
    ]
    for operation in sharing.operations(found):
        held += [content["schema"] for content in sharing.contents(operation)]
    for schema in held:
        yield from within(schema)


def within(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield schema
    for part in shapes.parts(schema):
        yield from within(part)


def test_every_enum_has_a_type_and_every_pattern_is_whole_and_of_ecma_262(world: World) -> None:
    seen = Counter[str]()
    for schema in schemas_of(document(world)):
        assert not [key for key in schema if key.startswith("x-")], schema
        if "enum" in schema or "const" in schema:
            seen["enum"] += 1
            assert "type" in schema, schema
        if "pattern" in schema:
            seen["pattern"] += 1
            assert re.fullmatch(r"\^.*\$", schema["pattern"]), schema
            assert not re.search(r"\\[AZz]|\(\?P|\(\?#|\(\?[aiLmsux]", schema["pattern"]), schema
        if schema.get("type") == "object":
            assert not {"minLength", "maxLength"} & schema.keys(), schema
    assert seen["enum"] > 50
    assert seen["pattern"] > 5


def test_each_thing_is_said_once(world: World) -> None:
    found = document(world)
    text = world.stranger().get("/openapi.yaml").body.decode()

    assert not re.search(r"^\s*(?:- )?(?:[\w'-]+: )?[&*]id\d", text, re.MULTILINE)
    inline = Counter(
        json.dumps(each, sort_keys=True)
        for group in ("paths", "webhooks")
        for item in found[group].values()
        for facts in (item, *item.values())
        if isinstance(facts, dict)
        for each in facts.get("parameters", ())
        if "$ref" not in each
    )
    assert max(inline.values(), default=1) == 1, inline
    bodies = [each["post"]["requestBody"]["content"] for each in found["webhooks"].values()]
    assert all("$ref" in each["application/json"]["schema"] for each in bodies)
    held = set(re.findall(r"#/components/[\w./-]+", json.dumps(found)))
    for group in ("schemas", "parameters", "examples", "responses", "headers"):
        for name in found["components"][group]:
            assert f"#/components/{group}/{name}" in held, f"nothing uses {group}/{name}"


def test_a_change_has_no_defaults_so_that_what_a_client_leaves_out_stays(world: World) -> None:
    schemas = document(world)["components"]["schemas"]
    changes = {name for name in schemas if name.endswith("Change")}

    assert len(changes) > 5
    for name in changes:
        for key, part in schemas[name]["properties"].items():
            assert "default" not in part, f"{name}.{key}"


def test_the_portable_statement_stands_in_it_with_all_its_parts(world: World) -> None:
    found = document(world)
    schema = {"$ref": "#/components/schemas/PortableStatement", "components": found["components"]}
    validator = Draft202012Validator(schema)

    for name in ("english", "persian", "russian", "summit-twin"):
        text = config.share("tests", "cases", f"{name}.yaml").read_bytes()
        assert not list(validator.iter_errors(read(text))), name
    wrong = {**found["components"]["schemas"]["PortableStatement"]["example"], "kind": "letter"}
    assert list(validator.iter_errors(wrong))
    imports = found["paths"]["/v1/coalitions/{coalition_id}/imports"]["post"]["requestBody"]
    assert {each["schema"]["$ref"] for each in imports["content"].values()} == {schema["$ref"]}
    draft = found["components"]["schemas"]["DraftOut"]["properties"]["document"]
    assert draft["$ref"] == "#/components/schemas/PortableDraft"


def test_it_tells_which_state_of_a_text_may_follow_which(world: World) -> None:
    schemas = document(world)["components"]["schemas"]
    told = schemas["StatementState"]["description"]

    for state, moves in MOVES.items():
        assert state in told
        if moves:
            there = ", ".join(each for each in State if each in moves)
            assert f"{state} → {there}" in told
    for weight in ("editorial", "material", "redaction"):
        assert f"`{weight}`" in schemas["RevisionWeight"]["description"]


def test_an_answer_has_the_headers_that_it_promises_and_no_other_of_them(world: World) -> None:
    scene = Scene(world)
    wrong: list[str] = []
    for operation in operations(world):
        ends_all = operation.name in ENDS_ALL
        wrong += differences(Scene(world) if ends_all else scene, operation)

    assert not wrong, "\n".join(wrong)


def differences(scene: Scene, operation: Operation) -> Iterator[str]:
    """Yield what an operation's answers have and do not promise, or promise and do not have."""
    request = scene.request(operation)
    answer = request.sent_by(scene.owner)
    if str(answer.status) not in operation.facts["responses"]:
        yield f"{operation.name}: {answer.status} is not in it: {answer.body[:300]!r}"
        return
    promised = headers_of(scene.world, operation, answer.status)
    for name in TOLD & answer.headers.keys() - promised:
        yield f"{operation.name}: {answer.status} has {name}, which is not in openapi.yaml"
    if "ETag" in promised - answer.headers.keys() and operation.name not in PERHAPS_TAGGED:
        yield f"{operation.name}: {answer.status} has no ETag"
    if operation.method != "GET" or answer.status != 200:
        return
    is_tagged = "ETag" in answer.headers
    if is_tagged != ("304" in operation.facts["responses"]):
        yield f"{operation.name}: 304 is {'not ' if is_tagged else ''}in openapi.yaml"
    if is_tagged:
        again = scene.owner.send(
            "GET",
            request.path,
            headers={"If-None-Match": answer.etag},
            query_string=request.query or None,
        )
        if again.status != 304 or again.headers.get("ETag") != answer.etag:
            yield f"{operation.name}: {again.status} to who has it"


def headers_of(world: World, operation: Operation, status: int) -> set[str]:
    answer = operation.facts["responses"][str(status)]
    if "$ref" in answer:
        answer = document(world)["components"]["responses"][answer["$ref"].rpartition("/")[2]]
    return set(answer.get("headers", ()))


def test_each_answer_may_say_that_it_is_to_end_and_each_that_takes_a_key_that_it_came_before(
    world: World,
) -> None:
    for operation in operations(world):
        takes_key = "Idempotency-Key" in {each["name"] for each in operation.facts["parameters"]}
        for status, answer in operation.facts["responses"].items():
            headers = answer.get("headers", {}) if status.startswith("2") else {}
            is_ours = status.startswith("2") and operation.path.startswith("/v1/")
            assert ("Deprecation" in headers) is is_ours, operation.name
            assert ("Idempotent-Replayed" in headers) is (is_ours and takes_key), operation.name


def test_a_refusal_has_no_etag(world: World) -> None:
    owner, stranger = world.user(), world.stranger()
    evidence = f"/v1/statements/{uuid4()}/evidence"
    answers = [
        stranger.get("/v1/public/statements/nothing-23456789"),
        owner.send("POST", evidence, b"%PDF-1.7", kind="application/pdf"),
        owner.get(f"/v1/evidence/{uuid4()}"),
    ]

    for answer in answers:
        assert answer.status == 404
        assert "ETag" not in answer.headers


def test_problems_promise_the_headers_that_they_come_with(world: World) -> None:
    responses = document(world)["components"]["responses"]
    refused = world.stranger().get("/v1/me")

    assert refused.headers["WWW-Authenticate"] == "Bearer"
    assert "WWW-Authenticate" in responses["Unauthenticated"]["headers"]
    for name in ("Conflict", "TooOften", "Unavailable"):
        assert "Retry-After" in responses[name]["headers"]


def test_it_is_there_as_json_too_and_both_travel_small_and_once(world: World) -> None:
    caller = world.stranger()
    as_yaml_, as_json_ = caller.get("/openapi.yaml"), caller.get("/openapi.json")

    assert as_json_.headers["Content-Type"] == "application/json"
    assert yaml.load(as_yaml_.body, yaml.CSafeLoader) == as_json_.json  # it is safe
    for path, whole in (("/openapi.yaml", as_yaml_), ("/openapi.json", as_json_)):
        packed = caller.send("GET", path, headers={"Accept-Encoding": "gzip"})
        assert gzip.decompress(packed.body) == whole.body
        assert len(packed.body) < len(whole.body) / 5
        for tag in (whole.etag, packed.etag):
            headers = {"If-None-Match": tag, "Accept-Encoding": "gzip"}
            again = caller.send("GET", path, headers=headers)
            assert (again.status, again.body) == (304, b""), path


def test_what_is_shared_in_python_is_written_out(world: World) -> None:
    shared = {"type": "string"}

    assert "&id" not in as_yaml({"a": shared, "b": shared})
    assert as_json({"a": "ё"}) == '{"a":"ё"}'


def test_docs_name_the_versions_and_options_that_are_tried() -> None:
    words = config.share("docs", "clients.md").read_text("utf-8")

    for version in client_tools.VERSIONS:
        assert version in words, version
    for option in ("--default-non-nullable=false", "importFileExtension=.js", "--fail-on-warning"):
        assert option in words, option


@pytest.mark.parametrize(
    ("python", "ecma"),
    [
        (r"[a-z]+\Z", "^[a-z]+$"),
        ("^[0-9a-f]{64}$", "^[0-9a-f]{64}$"),
        (r"a|b\Z", "^(?:a|b)$"),
    ],
)
def test_a_pattern_that_python_matches_is_anchored_on_both_sides(python: str, ecma: str) -> None:
    assert shapes.in_ecma_262(python) == ecma

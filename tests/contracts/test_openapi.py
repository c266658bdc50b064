"""openapi.yaml is what the app does: generated, valid, with examples that work, and fuzzed."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api import config
from api.documents.rules.word.package import DOCX
from api.web.openapi.answers import BY_STATUS, PROBLEM
from tests.contracts.prepared import ENDS_ALL
from tests.contracts.scene import Operation, Request, Scene, document, operations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemathesis import Case
    from schemathesis.schemas import APIOperation

    from tests.conftest import World
    from tests.support.client import Answer

PUBLIC = {"GET /healthz", "GET /readyz"}
JSON = "application/json"
# A Word file goes as the bytes that were made up for it.
schemathesis.serializer.alias(DOCX, "application/octet-stream")
# Their examples name what only a running coalition has: ids in order, a text's SHA-256.
OF_A_STATE = {
    "POST /v1/cover-letters/{cover_letter_id}/deliveries",
    "POST /v1/public/consultations/{secret}/comments",
    "POST /v1/public/consultations/{secret}/suggestions",
    "POST /v1/consultations/{consultation_id}/suggestions",
    "POST /v1/public/statements/{address}/signatures",
    "POST /v1/public/statements/{address}/confirmations",
    "PUT /v1/coalitions/{coalition_id}/demand-list-order",
    "PUT /v1/demand-lists/{list_id}/order",
    "PUT /v1/templates/{template_id}",
    "PUT /v1/templates/{template_id}/file",
    "POST /v1/statements/{statement_id}/signatures",
    "PUT /v1/statements/{statement_id}/signature-order",
    "POST /v1/signatures/{signature_id}/confirmation",
    "POST /v1/statements/{statement_id}/signature-confirmations",
    "POST /v1/statements/{statement_id}/moderation-decisions",
    "POST /v1/statements/{statement_id}/sign-off-round/asks",
    "POST /v1/statements/{statement_id}/sign-offs",
    "POST /v1/statements/{statement_id}/appearances",
    "POST /v1/statements/{statement_id}/time-requests",
    "POST /v1/statements/{statement_id}/closed-questions",
    "POST /v1/statements/{statement_id}/learned-names",
    "POST /v1/public/member-names/{secret}/removals",
    "POST /v1/public/sign-offs/{secret}/answers",
}
CHECKS = [
    not_a_server_error,
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
]


@pytest.fixture
def world(worlds: dict[str, World]) -> Iterator[World]:
    """One app: what it says of itself does not depend on its database."""
    found = worlds["sqlite"]
    yield found
    found.empty()


def test_the_committed_file_is_what_the_app_says(world: World) -> None:
    committed = config.share("openapi.yaml").read_text("utf-8")

    assert committed == world.stranger().get("/openapi.yaml").body.decode(), "./run spec writes it"


def test_it_is_valid_openapi(world: World) -> None:
    found = document(world)

    assert found["openapi"].startswith("3.1.")
    OpenAPIV31SpecValidator(found).validate()


def tells_more_of_a_problem(world: World, answer: dict[str, Any]) -> bool:
    """Tell whether an answer is a problem with more than every problem has."""
    schemas = document(world)["components"]["schemas"]
    (content,) = answer.get("content", {"": {}}).items()
    if content[0] != "application/problem+json":
        return False
    own = schemas[content[1]["schema"]["$ref"].rpartition("/")[2]]["properties"].keys()
    return bool(own > schemas["ProblemOut"]["properties"].keys())


def test_every_operation_says_what_it_does_needs_and_answers(world: World) -> None:
    for operation in operations(world):
        facts = operation.facts
        assert re.fullmatch("[A-Z][a-z ]+", facts["summary"]), operation.name
        assert facts["description"].endswith((".", "?")), operation.name
        is_open = operation.path.startswith("/v1/public/")
        is_public = operation.name in PUBLIC or is_open
        assert (facts.get("security") == []) is is_public, operation.name
        answers = facts["responses"]
        assert any(status.startswith("2") for status in answers), operation.name
        assert all(
            answer == BY_STATUS.get(status, PROBLEM) or tells_more_of_a_problem(world, answer)
            for status, answer in answers.items()
            if status.startswith("4")
        ), operation.name
        wanted = {"400", "422"} if operation.name in PUBLIC else {"400", "413", "415", "422", "503"}
        assert wanted <= set(answers), operation.name
        assert is_public or "401" in answers, operation.name
        if is_open:
            assert {"404", "410"} <= set(answers), operation.name
        elif operation.parameters:
            assert {"403", "404"} <= set(answers), operation.name
        if operation.needs_match:
            assert {"412", "428"} <= set(answers), operation.name
    assert document(world)["security"] == [{"token": []}]


def bodies(operation: Operation) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the content type and description of each body that is asked for or answered."""
    yield from operation.content.items()
    for status, answer in operation.facts["responses"].items():
        if status.startswith("2"):
            yield from answer.get("content", {}).items()


def test_every_body_has_an_example_that_fits_its_schema(world: World) -> None:
    components = document(world)["components"]
    for operation in operations(world):
        for kind, content in bodies(operation):
            schema = {**content["schema"], "components": components}
            is_file = kind not in operation.content and content["schema"].get("format") == "binary"
            if kind.startswith("image/") or is_file:
                continue  # nobody reads bytes in a text
            assert "example" in content, f"{operation.name} {kind}"
            faults = [
                fault.message
                for fault in Draft202012Validator(schema).iter_errors(content["example"])
            ]
            assert not faults, f"{operation.name}: {faults}"


def test_an_example_works_as_it_is_once_its_ids_are_known(world: World) -> None:
    wrong = []
    for operation in operations(world):
        if operation.content and operation.name not in OF_A_STATE:
            scene = Scene(world)
            answer = scene.request(operation, example=True).sent_by(scene.owner)
            if answer.status >= 300:
                wrong.append(f"{operation.name}: {answer.body.decode()}")

    assert not wrong, "\n".join(wrong)


@pytest.mark.rest  # a minute
def test_what_schemathesis_makes_up_is_answered_as_promised_on_both_databases(
    both: list[World],
) -> None:
    wrong = fuzzed(both, examples=5)

    assert not wrong, "\n".join(wrong)


@pytest.mark.long
@pytest.mark.parametrize("quarter", range(4))
def test_a_lot_of_what_schemathesis_makes_up_is_answered_as_promised(
    both: list[World], quarter: int
) -> None:
    wrong = fuzzed(both, examples=150, only=slice(quarter, None, 4))

    assert not wrong, "\n".join(wrong)


def fuzzed(both: list[World], *, examples: int, only: slice = slice(None)) -> list[str]:
    """Send made-up requests to operations, on living things; return what went wrong."""
    known = {operation.name: operation for operation in operations(both[0])}
    schema = schemathesis.openapi.from_wsgi("/openapi.yaml", both[0].app)
    scenes = [Scene(world) for world in both]
    wrong: list[str] = []
    for result in [*schema.get_all_operations()][only]:
        assert isinstance(result, Ok), result
        described = result.ok()
        operation = known[described.label]
        ends_all = operation.name in ENDS_ALL
        wrong += _fuzzed(
            [Scene(world) for world in both] if ends_all else scenes, operation, described, examples
        )
    return wrong


def _fuzzed(
    scenes: list[Scene],
    operation: Operation,
    described: APIOperation[Any, Any, Any, Any],
    examples: int,
) -> set[str]:
    targets = [scene.target(operation) for scene in scenes]
    wrong: set[str] = set()

    @seed(20310514)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=described.as_strategy())
    def send(case: Case[Any]) -> None:
        statuses = []
        for scene, target in zip(scenes, targets, strict=True):
            case.path_parameters = target.ids
            case.headers["Authorization"] = f"Bearer {scene.owner.token}"
            case.headers["Accept-Encoding"] = "identity"  # nothing unpacks it on the way
            if "If-Match" in case.headers and target.match:
                case.headers["If-Match"] = target.match
            answer = case.call(app=scene.world.app)
            statuses.append(answer.status_code)
            try:
                case.validate_response(answer, checks=CHECKS)
            except (Failure, FailureGroup) as fault:
                wrong.add(f"{operation.name}: {answer.status_code} {fault}"[:2000])
        if len(set(statuses)) > 1:
            wrong.add(f"{operation.name}: {statuses} to {case.as_curl_command()}"[:2000])

    send()
    return wrong


ODD: list[Any] = [
    None, "", " ", 0, -1, 2**31, 2**53 - 1, 1.5, True, [], {}, [None], [[]], {"x": {}},
    {"en": None}, "a" * 70_000, "\u202e", "\U00013000", "\u200d", "O'Brien; DROP", "%",
    "{{ 7 * 7 }}", "2031-02-30", "0001-01-01", "9999-12-31", "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00", "2f1c6c0e-6d1a-4f0e-9a43-0d6a3f1f9b11", "x" * 64, ["x"] * 300,
    [{}], "9999-12-31T23:59:59Z", "{#", "{{ 1e999 }}",
]  # fmt: skip


@pytest.mark.rest  # half a minute
def test_an_odd_value_in_any_field_is_answered_alike_on_both_databases(
    both: list[World],
) -> None:
    wrong = list(odd_values(both, every=19))  # each place gets one or two of them

    assert not wrong, "\n".join(wrong)


@pytest.mark.long
def test_each_odd_value_in_each_field_is_answered_alike_on_both_databases(
    both: list[World],
) -> None:
    wrong = list(odd_values(both, every=1))

    assert not wrong, "\n".join(wrong)


def odd_values(both: list[World], *, every: int) -> Iterator[str]:
    """Put one odd value in `every` into each place of each body, by turns; yield what differs."""
    turn = 0
    scenes = [Scene(world) for world in both]
    for operation in operations(both[0]):
        if JSON not in operation.content:
            continue
        requests = [scene.request(operation) for scene in scenes]
        for place in places(_read(requests[0])):
            for odd in ODD:
                turn += 1
                if turn % every:
                    continue
                answers = [
                    _sent(scene, request, place, odd)
                    for scene, request in zip(scenes, requests, strict=True)
                ]
                statuses = [answer.status for answer in answers]
                if max(statuses) >= 500 or len(set(statuses)) > 1:
                    yield f"{operation.name} {place} {str(odd)[:40]!r}: {statuses}"


def _read(request: Request) -> Any:
    return json.loads(request.body) if isinstance(request.body, bytes) else request.body


def places(value: Any, place: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield the way to the whole and to everything in it."""
    yield place
    if isinstance(value, dict | list):
        for key, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(part, (*place, key))


def put(value: Any, place: tuple[str | int, ...], odd: Any) -> Any:
    """Return a copy of a value with `odd` in one place."""
    if not place:
        return odd
    copy: Any = dict(value) if isinstance(value, dict) else list(value)
    copy[place[0]] = put(copy[place[0]], place[1:], odd)
    return copy


def _sent(scene: Scene, request: Request, place: tuple[str | int, ...], odd: Any) -> Answer:
    body = json.dumps(put(_read(request), place, odd)).encode()
    sent = replace(request, body=body, kind=JSON)
    answer = sent.sent_by(scene.owner)
    if answer.status < 300 and request.match:
        request.match = scene.etag_of(request.path)
    return answer


def test_an_unknown_field_is_named_wherever_json_is_taken(world: World) -> None:
    scene = Scene(world)
    extra = ("is_admin", "id", "version", "created_at", "coalition", "__proto__")
    for operation in operations(world):
        request = scene.request(operation)
        if request.kind != JSON or not isinstance(request.body, dict):
            continue
        body = {**request.body, **dict.fromkeys(extra, 1)}
        answer = replace(request, body=body).sent_by(scene.owner)
        assert answer.status == 422, operation.name
        assert {f"/{name}" for name in extra} <= answer.faults.keys(), operation.name

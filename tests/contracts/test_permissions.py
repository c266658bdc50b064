"""Every route of openapi.yaml, as everybody: one table says who may do what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.contracts.prepared import ENDS_ALL
from tests.contracts.scene import ROLES, Operation, Request, Scene, operations
from tests.support.people import a_session

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import World
    from tests.support.client import Client


def _of(path: str, ways: str, least: str) -> dict[str, str]:
    """Return who may what of one thing: its methods, with what stands behind its path."""
    parts = [each.partition(" ") for each in ways.split(", ")]
    return {f"{method} {path}{rest}": least for method, _, rest in parts}


# The least that may: anyone; user (any token); self (a user, of its own things); or a role.
PERMISSIONS = {
    "GET /healthz": "anyone",
    "GET /readyz": "anyone",
    "GET /v1/me": "user",
    "GET /v1/tokens": "user",
    "GET /v1/connector-kinds": "user",
    "POST /v1/coalitions/{coalition_id}/connector-trials": "coordinator",
    "GET /v1/coalitions/{coalition_id}/connectors": "coordinator",
    "POST /v1/coalitions/{coalition_id}/connectors": "coordinator",
    **_of(
        "/v1/connectors/{connector_id}",
        "GET, PATCH, DELETE, POST /trials, POST /synchronisations, POST /read-backs, GET /pushes,"
        " GET /files",
        "coordinator",
    ),
    "GET /v1/connectors/{connector_id}/people": "owner",
    "GET /v1/connector-files/{file_id}/file": "coordinator",
    "GET /v1/sessions": "user",
    "POST /v1/session-revocations": "user",
    "POST /v1/sessions/{session_id}/revocation": "self",
    "POST /v1/coalitions/{coalition_id}/access-revocations": "owner",
    "POST /v1/tokens": "user",
    "GET /v1/tokens/{token_id}": "self",
    "POST /v1/tokens/{token_id}/revocation": "self",
    "GET /v1/coalitions/{coalition_id}/roles": "coordinator",
    "POST /v1/coalitions/{coalition_id}/roles": "owner",
    "GET /v1/roles/{role_id}": "coordinator",
    **_of("/v1/roles/{role_id}", "PATCH, DELETE", "owner"),
    "GET /v1/coalitions/{coalition_id}/jobs": "coordinator",
    "GET /v1/jobs/{job_id}": "coordinator",  # and who asked for it
    "POST /v1/jobs/{job_id}/replays": "coordinator",  # and who asked for it
    "GET /v1/coalitions/{coalition_id}/audit-entries": "owner",
    "GET /v1/audit-head": "user",
    "GET /v1/directory": "user",
    "GET /v1/coalitions/{coalition_id}/organisations.csv": "viewer",
    "POST /v1/coalitions/{coalition_id}/organisation-imports": "editor",
    "POST /v1/coalitions/{coalition_id}/representative-imports": "coordinator",
    "GET /v1/coalitions/{coalition_id}/organisations": "viewer",
    "POST /v1/coalitions/{coalition_id}/organisations": "editor",
    "POST /v1/coalitions/{coalition_id}/directory-uses": "editor",
    "GET /v1/organisations/{organisation_id}": "viewer",
    "PATCH /v1/organisations/{organisation_id}": "editor",
    "DELETE /v1/organisations/{organisation_id}": "coordinator",
    "GET /v1/organisations/{organisation_id}/logo": "viewer",
    **_of("/v1/organisations/{organisation_id}/logo", "PUT, DELETE", "editor"),
    **_of("/v1/organisations/{organisation_id}/representatives", "GET, POST", "coordinator"),
    "GET /v1/representatives/{representative_id}": "coordinator",
    "PATCH /v1/representatives/{representative_id}": "coordinator",
    "GET /v1/coalitions": "user",
    "POST /v1/coalitions": "user",
    "GET /v1/coalitions/{coalition_id}": "viewer",
    "PATCH /v1/coalitions/{coalition_id}": "coordinator",
    "DELETE /v1/coalitions/{coalition_id}": "owner",
    "POST /v1/coalitions/{coalition_id}/copies": "coordinator",
    "GET /v1/coalitions/{coalition_id}/logo": "viewer",
    **_of("/v1/coalitions/{coalition_id}/logo", "PUT, DELETE", "coordinator"),
    "GET /v1/coalitions/{coalition_id}/members": "viewer",
    "POST /v1/coalitions/{coalition_id}/members": "coordinator",
    "GET /v1/members/{member_id}": "viewer",
    **_of("/v1/members/{member_id}", "PATCH, DELETE", "coordinator"),
    "GET /v1/coalitions/{coalition_id}/invitations": "coordinator",
    "POST /v1/coalitions/{coalition_id}/invitations": "coordinator",
    **_of("/v1/invitations/{invitation_id}", "GET, POST /letters, POST /withdrawal", "coordinator"),
    "GET /v1/statements/{statement_id}/updates": "coordinator",
    "POST /v1/statements/{statement_id}/updates": "coordinator",
    **_of(
        "/v1/updates/{update_id}",
        "GET, PATCH, DELETE, GET /preview, POST /tests, POST /counts, POST /sending, POST /pause,"
        " POST /resumption, GET /progress",
        "coordinator",
    ),
    "GET /v1/statements/{statement_id}/signing": "viewer",
    "PUT /v1/statements/{statement_id}/signing": "coordinator",
    "POST /v1/statements/{statement_id}/successors": "coordinator",
    "GET /v1/public/statements/{address}": "anyone",
    "GET /v1/public/statements/{address}/signatures": "anyone",
    "GET /v1/public/statements/{address}/document": "anyone",
    "POST /v1/public/statements/{address}/signatures": "anyone",
    "GET /v1/public/statements/{address}/signature-counts": "anyone",
    "GET /v1/public/statements/{address}/challenge": "anyone",
    "POST /v1/public/statements/{address}/confirmations": "anyone",
    "GET /v1/public/pending-signatures/{secret}": "anyone",
    "POST /v1/public/pending-signatures/{secret}/confirmation": "anyone",
    **_of("/v1/public/own-signatures/{secret}", "GET, GET /data, POST /corrections", "anyone"),
    "POST /v1/public/own-signatures/{secret}/hiding": "anyone",
    "POST /v1/public/own-signatures/{secret}/withdrawal": "anyone",
    **_of("/v1/public/invitations/{secret}", "GET, POST /acceptance, POST /refusal", "anyone"),
    "POST /v1/coalitions/{coalition_id}/addressee-imports": "coordinator",
    "GET /v1/coalitions/{coalition_id}/addressees": "viewer",
    "POST /v1/coalitions/{coalition_id}/addressees": "coordinator",
    "GET /v1/addressees/{addressee_id}": "viewer",
    **_of("/v1/addressees/{addressee_id}", "PATCH, DELETE", "coordinator"),
    "GET /v1/coalitions/{coalition_id}/cases": "viewer",
    "POST /v1/coalitions/{coalition_id}/cases": "editor",
    "GET /v1/coalitions/{coalition_id}/cases.csv": "viewer",
    "GET /v1/coalitions/{coalition_id}/cases.json": "viewer",
    "POST /v1/coalitions/{coalition_id}/case-imports": "editor",
    "PATCH /v1/cases/{case_id}": "editor",
    "DELETE /v1/cases/{case_id}": "coordinator",
    "POST /v1/cases/{case_id}/status-changes": "editor",
    **_of(
        "/v1/cases/{case_id}", "GET, GET /status-changes, GET /demands, GET /statements", "viewer"
    ),
    "GET /v1/coalitions/{coalition_id}/demand-lists": "viewer",
    "POST /v1/coalitions/{coalition_id}/demand-lists": "editor",
    "GET /v1/coalitions/{coalition_id}/demand-list-order": "viewer",
    "PUT /v1/coalitions/{coalition_id}/demand-list-order": "editor",
    "GET /v1/demand-lists/{list_id}": "viewer",
    **_of("/v1/demand-lists/{list_id}", "PATCH, DELETE, PUT /order, POST /demands", "editor"),
    "GET /v1/demand-lists/{list_id}/order": "viewer",
    "GET /v1/demand-lists/{list_id}/demands": "viewer",
    "GET /v1/coalitions/{coalition_id}/demands": "viewer",
    "GET /v1/coalitions/{coalition_id}/demands.csv": "viewer",
    "GET /v1/coalitions/{coalition_id}/demands.json": "viewer",
    "POST /v1/coalitions/{coalition_id}/demand-imports": "editor",
    "GET /v1/demands/{demand_id}": "viewer",
    "PATCH /v1/demands/{demand_id}": "editor",
    "DELETE /v1/demands/{demand_id}": "editor",
    "GET /v1/demands/{demand_id}/status-changes": "viewer",
    "POST /v1/demands/{demand_id}/status-changes": "editor",
    "GET /v1/built-in-templates": "user",
    "GET /v1/coalitions/{coalition_id}/templates": "viewer",
    "POST /v1/coalitions/{coalition_id}/templates": "editor",
    "POST /v1/coalitions/{coalition_id}/built-in-template-uses": "editor",
    "GET /v1/templates/{template_id}": "viewer",
    **_of("/v1/templates/{template_id}", "PUT, DELETE, PUT /file", "editor"),
    "GET /v1/templates/{template_id}/versions": "viewer",
    "GET /v1/templates/{template_id}/file": "viewer",
    "POST /v1/coalitions/{coalition_id}/template-files": "editor",
    "POST /v1/coalitions/{coalition_id}/template-previews": "editor",
    "GET /v1/coalitions/{coalition_id}/statements": "viewer",
    "POST /v1/coalitions/{coalition_id}/statements": "editor",
    "GET /v1/demands/{demand_id}/statements": "viewer",
    "GET /v1/coalitions/{coalition_id}/past-demands": "viewer",
    "GET /v1/coalitions/{coalition_id}/work-list": "viewer",
    "GET /v1/statements/{statement_id}": "viewer",
    "DELETE /v1/statements/{statement_id}": "editor",
    "GET /v1/statements/{statement_id}/draft": "viewer",
    "PUT /v1/statements/{statement_id}/draft": "editor",
    "GET /v1/statements/{statement_id}/revisions": "viewer",
    "POST /v1/statements/{statement_id}/revisions": "editor",
    "GET /v1/statements/{statement_id}/revisions/{number}": "viewer",
    "POST /v1/statements/{statement_id}/transitions": "editor",  # to publish: coordinator
    "POST /v1/coalitions/{coalition_id}/assemblies": "editor",
    "POST /v1/statements/{statement_id}/renewals": "editor",
    "POST /v1/statements/{statement_id}/copies": "editor",
    "GET /v1/statements/{statement_id}/signatures": "viewer",
    "POST /v1/statements/{statement_id}/signatures": "coordinator",
    "GET /v1/statements/{statement_id}/signature-order": "coordinator",
    "PUT /v1/statements/{statement_id}/signature-order": "coordinator",
    "GET /v1/statements/{statement_id}/signature-counts": "viewer",
    "GET /v1/statements/{statement_id}/signatures.csv": "viewer",
    "GET /v1/statements/{statement_id}/signatures.json": "viewer",
    "POST /v1/statements/{statement_id}/signature-imports": "coordinator",
    **_of("/v1/statements/{statement_id}/evidence", "GET, POST", "coordinator"),
    **_of("/v1/evidence/{evidence_id}", "GET, DELETE, GET /file", "coordinator"),
    "GET /v1/signatures/{signature_id}": "viewer",
    "PATCH /v1/signatures/{signature_id}": "coordinator",
    "DELETE /v1/signatures/{signature_id}": "coordinator",
    "POST /v1/signatures/{signature_id}/confirmation": "coordinator",
    "POST /v1/signatures/{signature_id}/withdrawal": "coordinator",
    "POST /v1/signatures/{signature_id}/erasure": "coordinator",
    "POST /v1/signatures/{signature_id}/hiding": "coordinator",
    "GET /v1/coalitions/{coalition_id}/mail-server": "coordinator",
    "PUT /v1/coalitions/{coalition_id}/mail-server": "owner",
    "DELETE /v1/coalitions/{coalition_id}/mail-server": "owner",
    "POST /v1/coalitions/{coalition_id}/mail-server/trials": "owner",
    "GET /v1/coalitions/{coalition_id}/suppressions": "coordinator",
    "POST /v1/coalitions/{coalition_id}/suppressions": "coordinator",
    "GET /v1/coalitions/{coalition_id}/suppressions.csv": "coordinator",
    "DELETE /v1/suppressions/{suppression_id}": "coordinator",
    "GET /v1/coalitions/{coalition_id}/blocks": "coordinator",
    "POST /v1/coalitions/{coalition_id}/blocks": "coordinator",
    "DELETE /v1/blocks/{block_id}": "coordinator",
    **_of(
        "/v1/statements/{statement_id}",
        "GET /moderation-queue, POST /moderation-decisions, GET /invalidations,"
        " POST /invalidations, GET /signing-trends, GET /retention, POST /sign-offs,"
        " POST /time-requests, POST /learned-names, POST /appearances, POST /consultations",
        "coordinator",
    ),
    "POST /v1/signatures/{signature_id}/approval": "coordinator",
    "POST /v1/signatures/{signature_id}/rejection": "coordinator",
    "GET /v1/invalidations/{invalidation_id}": "coordinator",
    "POST /v1/invalidations/{invalidation_id}/undoing": "coordinator",
    "GET /v1/signatures/{signature_id}/data": "coordinator",
    "GET /v1/statements/{statement_id}/sign-off-round": "viewer",
    "PUT /v1/statements/{statement_id}/sign-off-round": "coordinator",
    **_of(
        "/v1/statements/{statement_id}/sign-off-round", "POST /closing, POST /asks", "coordinator"
    ),
    "GET /v1/statements/{statement_id}/sign-off-board": "viewer",
    "POST /v1/statements/{statement_id}/closed-questions": "owner",
    "DELETE /v1/statements/{statement_id}/closed-questions/{member_id}": "owner",
    **_of(
        "/v1/statements/{statement_id}",
        "GET /cover-letters, POST /cover-letters, GET /deliveries, POST /deliveries,"
        " GET /responses, POST /responses",
        "coordinator",
    ),
    **_of(
        "/v1/cover-letters/{cover_letter_id}", "GET, GET /preview, POST /deliveries", "coordinator"
    ),
    "GET /v1/deliveries/{delivery_id}": "coordinator",
    "GET /v1/responses/{response_id}": "coordinator",
    "GET /v1/consultations/{consultation_id}": "viewer",
    **_of(
        "/v1/consultations/{consultation_id}",
        "PATCH, DELETE, POST /closing, GET /commenters, POST /commenters, POST /comments,"
        " POST /suggestions, POST /suggestion-merges, POST /word-files",
        "coordinator",
    ),
    **_of(
        "/v1/consultations/{consultation_id}",
        "GET /comments, GET /suggestions, GET /compendium",
        "editor",
    ),
    **_of("/v1/suggestions/{suggestion_id}", "GET", "editor"),
    **_of(
        "/v1/suggestions/{suggestion_id}",
        "POST /acceptance, POST /decline, POST /reopening, POST /erasure",
        "coordinator",
    ),
    **_of(
        "/v1/commenters/{commenter_id}",
        "GET, POST /letters, POST /withdrawal, POST /erasure",
        "coordinator",
    ),
    **_of("/v1/comments/{comment_id}", "GET", "editor"),
    **_of(
        "/v1/comments/{comment_id}",
        "POST /resolution, POST /reopening, POST /erasure",
        "coordinator",
    ),
    **_of(
        "/v1/public/consultations/{secret}",
        "GET, GET /document, POST /word-files, POST /comments,"
        " POST /comments/{comment_id}/withdrawal, POST /suggestions,"
        " POST /suggestions/{suggestion_id}/withdrawal, POST /erasure",
        "anyone",
    ),
    **_of(
        "/v1/public/sign-offs/{secret}",
        "GET, GET /diff, POST /answers, POST /appearances, POST /hand-overs, POST /time-requests,"
        " POST /name-links",
        "anyone",
    ),
    **_of("/v1/statements/{statement_id}/answer-evidence", "GET, PUT", "coordinator"),
    **_of("/v1/public/member-names/{secret}", "GET, POST /removals", "anyone"),
    **_of(
        "/v1/statements/{statement_id}",
        "GET /document, GET /documents/{key}, GET /diff, GET /diff/document, GET /draft/document,"
        " GET /draft/length, GET /bounds, GET /consultations, GET /revisions/{number}/credits",
        "viewer",
    ),
    "PUT /v1/statements/{statement_id}/bounds": "editor",
    "POST /v1/coalitions/{coalition_id}/imports": "coordinator",
    "POST /v1/coalitions/{coalition_id}/word-imports": "editor",
    "GET /v1/statements/{statement_id}/export": "viewer",
    "GET /v1/coalitions/{coalition_id}/letters": "coordinator",
    "POST /v1/letters/{letter_id}/replays": "coordinator",
    **_of("/v1/coalitions/{coalition_id}/webhook-endpoints", "GET, POST", "coordinator"),
    **_of(
        "/v1/webhook-endpoints/{endpoint_id}",
        "GET, PATCH, DELETE, POST /secret-rotations, POST /test-events, GET /deliveries,"
        " POST /replays",
        "coordinator",
    ),
    **_of("/v1/webhook-deliveries/{webhook_delivery_id}", "GET, POST /replays", "coordinator"),
}


def test_every_route_stands_in_the_table(world: World) -> None:
    names = {operation.name for operation in operations(world)}

    new, gone = names - set(PERMISSIONS), set(PERMISSIONS) - names
    assert not new, f"Say in PERMISSIONS of {__file__} who may, at least: {sorted(new)}"
    assert not gone, f"Take out of PERMISSIONS, as no route is there: {sorted(gone)}"


@pytest.fixture
def scene(world: World) -> Scene:
    return Scene(world)


def walked(scene: Scene, *levels: str) -> list[Operation]:
    return [
        operation
        for operation in operations(scene.world)
        if PERMISSIONS.get(operation.name) in levels
    ]


def test_each_role_may_do_what_the_table_says_and_no_more(scene: Scene) -> None:
    wrong = [
        fault
        for operation in sorted(walked(scene, *ROLES), key=lambda each: each.method == "DELETE")
        for fault in _of_roles(_stage(scene, operation), operation)
    ]

    assert not wrong, "\n".join(wrong)


# These succeed once in a coalition.
ONCE = (
    *ENDS_ALL,
    "POST /v1/coalitions/{coalition_id}/built-in-template-uses",
)


# Here a tool would have to answer; who is allowed hears that it does not.
ALLOWED = {"GET /v1/connectors/{connector_id}/people": 409}


def _stage(scene: Scene, operation: Operation) -> Scene:
    return Scene(scene.world) if operation.name in ONCE else scene


def _of_roles(scene: Scene, operation: Operation) -> Iterator[str]:
    least = ROLES.index(PERMISSIONS[operation.name])
    request = scene.request(operation)
    refused: list[tuple[str, Client, int]] = [
        ("nobody", scene.nobody, 401),
        ("a stranger", scene.stranger, 404),
        ("another coalition's owner", scene.other_owner, 404),
        *((role, scene.callers[role], 403) for role in ROLES[:least]),
    ]
    before = _whole(scene, request)
    for who, caller, status in refused:
        answer = request.sent_by(caller)
        if answer.status != status:
            yield f"{operation.name} as {who}: {answer.status} instead of {status}"
    if _whole(scene, request) != before:
        yield f"{operation.name}: something changed although everybody was refused"
    for role in (ROLES[least], "owner"):
        answer = scene.request(operation).sent_by(scene.callers[role])
        if answer.status >= 300 and answer.status != ALLOWED.get(operation.name):
            yield f"{operation.name} as {role}: {answer.status} {answer.body[:300]!r}"
        if operation.name in ONCE:
            return


def _whole(scene: Scene, request: Request) -> bytes:
    """Return what the request's address shows, or what is there to be counted."""
    return scene.owner.get(request.path).body


def test_what_any_user_may_needs_a_token_and_no_role(scene: Scene) -> None:
    for operation in walked(scene, "user"):
        request = scene.request(operation)
        assert request.sent_by(scene.nobody).status == 401, operation.name
        assert request.sent_by(scene.stranger).status < 300, operation.name


def test_what_is_public_needs_no_token(scene: Scene) -> None:
    for operation in walked(scene, "anyone"):
        answer = scene.request(operation).sent_by(scene.nobody)
        assert answer.status < 300, (operation.name, answer.body)


def test_what_is_ones_own_is_nobody_elses(scene: Scene) -> None:
    for operation in walked(scene, "self"):
        token = scene.stranger.post("/v1/tokens", {"label": "Site"})["token"]["id"]
        session = a_session(scene.world, scene.stranger.email)
        path = operation.path.format(token_id=token, session_id=session)
        request = Request(operation.method, path)
        assert request.sent_by(scene.nobody).status == 401, operation.name
        assert request.sent_by(scene.owner).status == 404, operation.name
        assert request.sent_by(scene.stranger).status < 300, operation.name


def test_a_token_of_another_coalition_opens_nothing_though_its_user_may(scene: Scene) -> None:
    elsewhere = scene.owner.post(
        "/v1/coalitions", {"slug": "specimen-elsewhere", "name": "Elsewhere"}
    ).id
    made = scene.owner.post("/v1/tokens", {"label": "Narrow", "coalition_ids": [elsewhere]})
    narrow = scene.world.stranger()
    narrow.token = made["secret"]

    for operation in walked(scene, *ROLES):
        answer = scene.request(operation).sent_by(narrow)
        assert answer.status == 404, f"{operation.name}: {answer.status}"

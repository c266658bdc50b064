"""One live thing of each kind, and a valid request for each operation of openapi.yaml.

A new address needs, at most: a maker of the thing that its path names (MAKERS), a body where the
generated example does not fit what is there (BODIES, in bodies.py), and things in another state
(PREPARED).
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import yaml

from api.infra.text.languages import COUNTRIES
from api.signatures.models import SignatureState
from tests.contracts.bodies import BODIES, QUERIES, a_document, a_source
from tests.contracts.prepared import PREPARED
from tests.support import builders
from tests.support.builders import a_coalition, a_role, an_organisation, made
from tests.support.consultations import an_opening
from tests.support.mailing_tools import a_file
from tests.support.people import a_session
from tests.support.public_signatures import strangers
from tests.support.signing import a_rush
from tests.support.webhook_receivers import a_delivery, another_endpoint
from tests.support.word_written import DOCX

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.conftest import World
    from tests.support.client import Answer, Client

__all__ = ["Operation", "Request", "Scene", "a_document", "a_source", "document", "operations"]
ROLES = ("viewer", "editor", "coordinator", "owner")
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><circle r="9"/></svg>'


@dataclass(frozen=True)
class Operation:
    """One method of one address of openapi.yaml."""

    method: str
    path: str
    facts: dict[str, Any]

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def parameters(self) -> list[str]:
        return [part[1:-1] for part in self.path.split("/") if part.startswith("{")]

    @property
    def content(self) -> dict[str, Any]:
        found: dict[str, Any] = self.facts.get("requestBody", {}).get("content", {})
        return found

    @property
    def needs_match(self) -> bool:
        return any(each["name"] == "If-Match" for each in self.facts.get("parameters", ()))


_DOCUMENTS: dict[str, dict[str, Any]] = {}


def document(world: World) -> dict[str, Any]:
    """Return openapi.yaml as an app serves it."""
    if world.engine not in _DOCUMENTS:
        text = world.stranger().get("/openapi.yaml").body
        _DOCUMENTS[world.engine] = yaml.load(text, yaml.CSafeLoader)  # it is safe
    return _DOCUMENTS[world.engine]


def operations(world: World) -> list[Operation]:
    """Return all operations of openapi.yaml."""
    found = document(world)
    return [
        Operation(method.upper(), path, _read_along(found, facts))
        for path, methods in found["paths"].items()
        for method, facts in methods.items()
        if method != "parameters"
    ]


def _read_along(found: dict[str, Any], facts: dict[str, Any]) -> dict[str, Any]:
    """Return what an operation says, with the parameters and examples that it refers to."""

    def said(node: dict[str, Any]) -> dict[str, Any]:
        if "$ref" not in node:
            return node
        _, group, name = node["$ref"].removeprefix("#/").split("/")
        return dict(found["components"][group][name])

    facts = deepcopy(facts)
    facts["parameters"] = [said(each) for each in facts.get("parameters", ())]
    for body in (facts.get("requestBody", {}), *facts["responses"].values()):
        for content in body.get("content", {}).values():
            for each in content.pop("examples", {}).values():
                content["example"] = said(each)["value"]
    return facts


@dataclass
class Request:
    """What one caller sends, so that another can send the same."""

    method: str
    path: str
    body: Any = None
    kind: str = "application/json"
    query: dict[str, str] = field(default_factory=dict)
    match: str | None = None
    ids: dict[str, str] = field(default_factory=dict)

    def sent_by(self, caller: Client) -> Answer:
        headers = {} if self.match is None else {"If-Match": self.match}
        return caller.send(
            self.method,
            self.path,
            self.body,
            headers=headers,
            kind=self.kind,
            query_string=self.query or None,
        )


class Scene:
    """A coalition with somebody in each role, and two who have nothing to do with it."""

    world: World  # said here for bodies.py, which is imported in a circle
    owner: Client
    countries: Iterator[str]

    def __init__(self, world: World) -> None:
        self.world = world
        self.owner = world.user("owner")
        self.coalition = a_coalition(self.owner)
        self.nobody = world.stranger()
        self.countries = iter(sorted(COUNTRIES))

    @cached_property
    def callers(self) -> dict[str, Client]:
        return {
            role: a_role(self.owner, self.coalition, self.world.user(role), role) for role in ROLES
        }

    @cached_property
    def stranger(self) -> Client:
        return self.world.user("stranger")

    @cached_property
    def other_owner(self) -> Client:
        other = self.world.user("other")
        a_coalition(other)
        return other

    def request(self, operation: Operation, *, example: bool = False) -> Request:
        """Return a valid request of an operation on fresh things, or its own example."""
        ids = self._things(operation)
        request = self._addressed(operation, ids)
        if operation.name in QUERIES:
            request.query = QUERIES[operation.name](self, ids)
        if operation.content:
            request.kind = next(iter(operation.content))
            request.body = operation.content[request.kind].get("example")
        if "image/svg+xml" in operation.content:
            request.body, request.kind = SVG, "image/svg+xml"
        elif operation.name in BODIES and (not example or request.kind == DOCX):
            request.body = BODIES[operation.name](self, ids)
        elif isinstance(request.body, str):
            request.body = request.body.encode()
        elif isinstance(request.body, dict):
            request.body = {key: self._live(key, value) for key, value in request.body.items()}
        return request

    def target(self, operation: Operation) -> Request:
        """Return the request of an operation without a body."""
        return self._addressed(operation, self._things(operation))

    def _things(self, operation: Operation) -> dict[str, str]:
        prepare = PREPARED.get(operation.name)
        ids = prepare(self) if prepare else {}
        for name in operation.parameters:
            if name not in ids:
                assert name in MAKERS, f"Add a maker of {name} to MAKERS in {__file__}"
                ids[name] = MAKERS[name](self)
        return ids

    def _addressed(self, operation: Operation, ids: dict[str, str]) -> Request:
        request = Request(operation.method, operation.path.format(**ids), ids=ids)
        if operation.needs_match:
            request.match = self.etag_of(request.path)
        return request

    def _live(self, key: str, value: Any) -> Any:
        """Put a living thing where an example names any."""
        if value is None or key not in REFERENCES:
            return value
        if key == "coalition_ids":
            return None
        found = REFERENCES[key](self)
        return [found] if isinstance(value, list) and not isinstance(found, list) else found

    def etag_of(self, path: str) -> str:
        """Return the ETag of the thing that a change is of: its own, or that of what it is in."""
        while path.count("/") > 2:
            answer = self.owner.get(path)
            if answer.status == 200 and "ETag" in answer.headers and "/logo" not in path:
                return answer.etag
            path = path.rpartition("/")[0]
        raise AssertionError(f"No GET of {path} gives an ETag for If-Match.")

    def draft(self) -> str:
        return builders.a_statement(self.owner, self.coalition)

    def text(self) -> tuple[str, str]:
        return builders.a_text(self.owner, self.coalition)

    def member(self) -> str:
        body = {"organisation_id": an_organisation(self.owner, self.coalition)}
        return made(self.owner, f"/v1/coalitions/{self.coalition}/members", body)

    def addressee(self) -> str:
        body = {"name": "A. Specimen", "email": "office@specimen.example"}
        return made(self.owner, f"/v1/coalitions/{self.coalition}/addressees", body)

    def role(self) -> str:
        body = {"email": f"{uuid4().hex}@specimen.example", "name": "Someone", "role": "viewer"}
        return made(self.owner, f"/v1/coalitions/{self.coalition}/roles", body)

    def demand_list(self) -> str:
        return builders.a_demand_list(self.owner, self.coalition, country=next(self.countries))

    def demand(self) -> str:
        return builders.a_demand(self.owner, self.demand_list())

    def case(self) -> str:
        return builders.a_case(self.owner, self.coalition, may_be_named=True)

    def token(self) -> str:
        return str(self.owner.post("/v1/tokens", {"label": "Site"})["token"]["id"])

    def template(self) -> str:
        path = f"/v1/coalitions/{self.coalition}/templates"
        source = {**a_source(), "example": {"city": "Specimen City"}}  # for previews
        return made(self.owner, path, {"source": source})

    def assembly(self) -> dict[str, Any]:
        slug = f"assembled-{uuid4().hex[:8]}"
        return {"template_id": self.template(), "slug": slug, "facts": {"city": "Specimen City"}}

    def assembled(self) -> str:
        answer = self.owner.post(f"/v1/coalitions/{self.coalition}/assemblies", self.assembly())
        assert answer.status == 201, answer.body
        return str(answer["statement"]["id"])

    def order(self, path: str) -> dict[str, Any]:
        return {"ids": self.owner.get(path)["ids"]}

    def statement_of(self, signature: str) -> str:
        return str(self.owner.get(f"/v1/signatures/{signature}")["statement_id"])

    def sha256_of(self, statement: str) -> str:
        path = f"/v1/statements/{statement}/revisions"
        return str(self.owner.get(path)["items"][0]["sha256"])

    def signature(self) -> str:
        return builders.a_signature(self.owner, *self.text())

    def invitation(self) -> str:
        return builders.an_invitation(self.owner, self.coalition)

    def evidence(self) -> str:
        path = f"/v1/statements/{self.text()[0]}/evidence"
        answer = self.owner.send("POST", path, b"%PDF-1.7", kind="application/pdf")
        assert answer.status == 201, answer.body
        return answer.id

    def held(self, statement: str) -> str:
        """Return a signature of the public page that waits for a coordinator."""
        return strangers(self.world, statement, ["A. Specimen"], state=SignatureState.HELD)[0]

    def block(self) -> str:
        body = {"kind": "domain", "value": f"{uuid4().hex}.example"}
        return made(self.owner, f"/v1/coalitions/{self.coalition}/blocks", body)

    def suppression(self) -> str:
        body = {"email": f"{uuid4().hex}@specimen.example"}
        return made(self.owner, f"/v1/coalitions/{self.coalition}/suppressions", body)

    def organisation(self) -> str:
        return an_organisation(self.owner, self.coalition)

    def connector(self) -> str:
        body = BODIES["POST /v1/coalitions/{coalition_id}/connectors"](self, {})
        return made(self.owner, f"/v1/coalitions/{self.coalition}/connectors", body)

    def invalidation(self) -> str:
        body = {"rule": {"country": "KZ"}, "reason": "Robots."}
        path = f"/v1/statements/{self.text()[0]}/invalidations"
        return str(self.owner.post(path, body)["made"]["id"])

    def published(self) -> str:
        rush = a_rush(self.world, self.owner, coalition=self.coalition)
        rush.publish()
        return rush.statement

    def consultation(self) -> str:
        return str(an_opening(self.owner, self.text()[0])["id"])

    def commenter(self) -> str:
        path = f"/v1/consultations/{self.consultation()}/commenters"
        return str(self.owner.get(path)["items"][0]["id"])

    def comment(self) -> str:
        path = f"/v1/consultations/{self.consultation()}/comments"
        return made(self.owner, path, {"text": "Ask for a date."})

    def suggestion(self) -> str:
        statement, sha256 = self.text()
        path = f"/v1/consultations/{an_opening(self.owner, statement)['id']}/suggestions"
        body = {"kind": "words", "target": "title", "lines": ["Open them"]}
        return made(self.owner, path, {**body, "revision_sha256": sha256})

    def cover_letter(self) -> str:
        return builders.a_cover_letter(self.owner, self.published())

    def delivery(self) -> str:
        body = {"addressee_id": self.addressee(), "means": "in_person"}
        return made(self.owner, f"/v1/statements/{self.published()}/deliveries", body)

    def response(self) -> str:
        body = {"addressee_id": self.addressee(), "text": "No."}
        return made(self.owner, f"/v1/statements/{self.text()[0]}/responses", body)

    def logo_of(self, path: str) -> None:
        answer = self.owner.put(f"{path}/logo", SVG, kind="image/svg+xml")
        assert answer.status == 200, answer.body


# What a name in a path stands for.
MAKERS: dict[str, Callable[[Scene], str]] = {
    "coalition_id": lambda scene: scene.coalition,
    "organisation_id": lambda scene: an_organisation(scene.owner, scene.coalition),
    "member_id": Scene.member,
    "representative_id": lambda scene: builders.a_representative(
        scene.owner, an_organisation(scene.owner, scene.coalition)
    ),
    "invitation_id": Scene.invitation,
    "addressee_id": Scene.addressee,
    "consultation_id": Scene.consultation,
    "commenter_id": Scene.commenter,
    "comment_id": Scene.comment,
    "suggestion_id": Scene.suggestion,
    "cover_letter_id": Scene.cover_letter,
    "delivery_id": Scene.delivery,
    "response_id": Scene.response,
    "role_id": Scene.role,
    "case_id": Scene.case,
    "list_id": Scene.demand_list,
    "demand_id": Scene.demand,
    "template_id": Scene.template,
    "statement_id": lambda scene: scene.text()[0],
    "number": lambda _: "1",
    "signature_id": Scene.signature,
    "evidence_id": Scene.evidence,
    "token_id": Scene.token,
    "session_id": lambda scene: a_session(scene.world, scene.owner.email),
    "block_id": Scene.block,
    "suppression_id": Scene.suppression,
    "invalidation_id": Scene.invalidation,
    "connector_id": Scene.connector,
    "file_id": lambda scene: a_file(scene.world, scene.owner, scene.connector()),
    "update_id": lambda scene: builders.an_update(scene.owner, scene.coalition, scene.text()[0]),
    "job_id": lambda scene: builders.a_dead_job(scene.world, scene.coalition),
    "letter_id": lambda scene: builders.a_failed_letter(scene.world, scene.coalition),
    "endpoint_id": lambda scene: another_endpoint(scene.owner, scene.coalition),
    "webhook_delivery_id": lambda scene: a_delivery(scene.owner, scene.coalition),
}

# What a field of a body stands for, where its example cannot know.
REFERENCES: dict[str, Callable[[Scene], Any]] = {
    "organisation_id": lambda scene: an_organisation(scene.owner, scene.coalition),
    "entry_id": lambda scene: an_organisation(scene.owner, scene.coalition, is_public=True),
    "list_id": Scene.demand_list,
    "template_id": Scene.template,
    "case_ids": Scene.case,
    "addressee_id": Scene.addressee,
    "slug": lambda _: f"specimen-{uuid4().hex[:8]}",
    "key": lambda _: f"specimen-{uuid4().hex[:8]}",
    "coalition_ids": lambda _: None,  # another caller's tokens may not name them
}

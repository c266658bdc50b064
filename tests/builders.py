"""One valid thing each, through the API; a builder takes only the facts that a test is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

if TYPE_CHECKING:
    from tests.client import Client


def made(client: Client, path: str, body: dict[str, Any]) -> str:
    """Create a thing and return its id."""
    answer = client.post(path, body)
    assert answer.status == 201, answer.body
    return answer.id


def a_coalition(client: Client, **facts: Any) -> str:
    body = {"slug": f"specimen-{uuid4().hex[:8]}", "name": "Specimen Coalition", **facts}
    return made(client, "/v1/coalitions", body)


def an_organisation(client: Client, coalition: str, **facts: Any) -> str:
    body = {"names": {"en": "Specimen Committee"}, **facts}
    return made(client, f"/v1/coalitions/{coalition}/organisations", body)


def a_role(owner: Client, coalition: str, someone: Client, role: str) -> Client:
    """Give somebody a role, and return them."""
    body = {"email": someone.email, "name": "Someone", "role": role}
    made(owner, f"/v1/coalitions/{coalition}/roles", body)
    return someone

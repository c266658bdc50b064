"""The use cases of webhook endpoints."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, select

from api.accounts.rules import Actor, Role
from api.accounts.service import load, load_at
from api.coalitions.models import Coalition
from api.errors import Conflict, Forbidden, Invalid
from api.infra.database import paging
from api.infra.database.paging import Page, PageRequest
from api.infra.database.transactions import reading, touch, transaction
from api.infra.net import http
from api.infra.runtime import runtime
from api.infra.security import audit
from api.webhooks import rules
from api.webhooks.models import Endpoint, WebhookDelivery
from api.webhooks.service import events, rows
from api.webhooks.service.rows import EndpointView

OURS = ("label", "types", "is_custodian", "is_enabled")


class TooManyEndpoints(Conflict, title="The coalition has as many webhook endpoints as it may"):
    """Each event goes to each endpoint, so there are not any number of them."""


def of_coalition(actor: Actor, coalition_id: UUID, page: PageRequest) -> Page[EndpointView]:
    """Return a coalition's endpoints, the oldest first."""
    actor.must(coalition_id, Role.COORDINATOR)
    with reading() as session:
        query = select(Endpoint).where(Endpoint.coalition_id == coalition_id)
        found = paging.page(session, query, page)
        return found.of(lambda row: rows.shown(session, row))


def endpoint(actor: Actor, endpoint_id: UUID) -> EndpointView:
    """Return one endpoint."""
    with reading() as session:
        return rows.shown(session, load(session, actor, Endpoint, endpoint_id, Role.COORDINATOR))


def enter(actor: Actor, coalition_id: UUID, facts: Mapping[str, Any]) -> EndpointView:
    """Have another system told of events; its secret is shown this once."""
    actor.must(coalition_id, Role.COORDINATOR)
    if facts["is_custodian"]:
        _must_own(actor, coalition_id)
    _must_be_outside(facts["url"])
    with transaction() as session:
        # Held, so that of two at once one sees the other's.
        session.get_one(Coalition, coalition_id, with_for_update={"key_share": True})
        mine = select(func.count()).where(Endpoint.coalition_id == coalition_id)
        if (session.scalar(mine) or 0) >= rules.MOST_ENDPOINTS:
            raise TooManyEndpoints(f"It has {rules.MOST_ENDPOINTS}. Delete one that is not used.")
        row = Endpoint(id=uuid4(), coalition_id=coalition_id)
        for name in OURS:
            setattr(row, name, facts[name])
        shown = rows.renew(session, row, facts["url"])
        session.add(row)
        session.flush()
        audit.record(session, actor, "webhook_endpoint.entered", row, facts)
        return shown


def change(
    actor: Actor, endpoint_id: UUID, expected: int, changes: Mapping[str, Any]
) -> EndpointView:
    """Change whom is told what; to switch one on again forgives it its failures."""
    with transaction() as session:
        row = load(session, actor, Endpoint, endpoint_id, Role.COORDINATOR, lock=True)
        known = rows.access_of(session, row)
        url = changes.get("url", known.url)
        is_moved = url != known.url
        is_custodian = changes.get("is_custodian", row.is_custodian)
        # Whose server hears who signed is for owners to say.
        if is_custodian and (is_moved or not row.is_custodian):
            _must_own(actor, row.coalition_id)
        if is_moved:
            _must_be_outside(url)
            rows.keep(session, row, url, known.secrets)
        touch(row, expected)
        was_enabled = row.is_enabled
        for name in set(OURS) & changes.keys():
            setattr(row, name, changes[name])
        if is_moved or row.is_enabled != was_enabled:
            row.failures, row.rests_until = 0, None
            if row.is_enabled != was_enabled:
                row.disabled_for = None
        if was_enabled and not row.is_enabled:
            events.stop(session, WebhookDelivery.endpoint_id == row.id, fault="disabled")
        audit.record(session, actor, "webhook_endpoint.changed", row, changes)
        return EndpointView(row, url)


def remove(actor: Actor, endpoint_id: UUID, expected: int) -> None:
    """Delete an endpoint, with what it was told."""
    with transaction() as session:
        row = load_at(session, actor, Endpoint, endpoint_id, Role.COORDINATOR, expected)
        audit.record(session, actor, "webhook_endpoint.deleted", row)
        session.delete(row)


def rotate(actor: Actor, endpoint_id: UUID) -> EndpointView:
    """Give an endpoint a new secret; for a day the old one signs beside it."""
    with transaction() as session:
        row = load(session, actor, Endpoint, endpoint_id, Role.COORDINATOR, lock=True)
        if row.is_custodian:
            _must_own(actor, row.coalition_id)
        known = rows.access_of(session, row)
        touch(row, None)
        audit.record(session, actor, "webhook_endpoint.secret_rotated", row)
        return rows.renew(session, row, known.url, known.secrets)


def _must_own(actor: Actor, coalition_id: UUID) -> None:
    if not actor.may(coalition_id, Role.OWNER):
        raise Forbidden("Which other system is told who signed is for an owner to say.")


def _must_be_outside(url: str) -> None:
    if faults := http.faults(runtime().egress, url, "/url"):
        raise Invalid("This address cannot be told of anything.", faults)

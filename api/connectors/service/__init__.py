"""The use cases of connectors: which tool serves whom, does it work, who was handed to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.accounts.rules import Actor, Role
from api.accounts.service import load, load_at
from api.connectors import rules
from api.connectors.models import Connector, Push, PushAction, PushState
from api.connectors.rules import Field, MailingList, ToolFault
from api.connectors.service import files, following, people, tools, trouble, work
from api.errors import Code, Conflict, Fault, Invalid
from api.infra import clock
from api.infra.background.jobs import Job
from api.infra.database import paging
from api.infra.database.columns import Owned
from api.infra.database.paging import Page, PageRequest
from api.infra.database.transactions import reading, transaction
from api.infra.runtime import runtime
from api.infra.security import audit, keys
from api.organisations.models import Organisation
from api.statements.models import Statement

MOST = 100  # connectors of a coalition
TRIAL_NEEDS_NO = "list"  # which is chosen from what the trial finds


class TooManyConnectors(Conflict, title="The coalition has no room for another connector"):
    """Every confirmed signature is compared with each connector."""


class PeopleWait(Conflict, title="People are still to be unsubscribed"):
    """Somebody asked to be taken off a list, and the tool does not know yet."""


@dataclass(frozen=True)
class ConnectorView:
    """A connector, what of its settings is no secret, and how it does."""

    connector: Connector
    settings: Mapping[str, str]
    secrets_set: Sequence[str]
    counts: Mapping[str, int]
    etag: int

    @property
    def advice(self) -> str | None:
        return self.connector.fault and rules.ADVICE.get(self.connector.fault)

    @property
    def status(self) -> str:
        if self.connector.is_paused:
            return "paused"
        return "failing" if self.connector.fault else "working"


@dataclass(frozen=True)
class Trial:
    """Whether a tool works, what to do if not, and its lists."""

    fault: str | None
    lists: Sequence[MailingList]

    @property
    def works(self) -> bool:
        return self.fault is None

    @property
    def advice(self) -> str | None:
        return self.fault and rules.ADVICE[self.fault]


@dataclass(frozen=True)
class ShownPush:
    """A push; the address only while it is to be unsubscribed, so that it can be done by hand."""

    push: Push
    address: str | None


def try_out(actor: Actor, coalition_id: UUID, kind: str, settings: Mapping[str, str]) -> Trial:
    """Find out whether a tool works, before a connector is made; nothing is kept."""
    actor.must(coalition_id, Role.COORDINATOR)
    return _tried(kind, _checked(kind, settings, without=TRIAL_NEEDS_NO))


def try_again(actor: Actor, connector_id: UUID) -> Trial:
    """Find out whether a connector's tool works, and go on at once if it does."""
    with reading() as session:
        connector = load(session, actor, Connector, connector_id, Role.COORDINATOR)
        kind, settings = connector.kind, people.settings_of(session, connector)
    found = _tried(kind, settings)
    with transaction() as session:
        connector = load(session, actor, Connector, connector_id, Role.COORDINATOR, lock=True)
        if found.works:
            trouble.healed(connector)
            work.soon(session, connector.id, connector.coalition_id)
        audit.record(session, actor, "connector.tried", connector, {"fault": found.fault})
    return found


def _tried(kind: str, settings: Mapping[str, str]) -> Trial:
    if kind in tools.FILES:
        return Trial(None, [])
    try:
        with tools.guarded(kind):
            tool = tools.opened(kind, settings)
            with tool.many():
                return Trial(None, list(tool.lists()))
    except ToolFault as fault:
        return Trial(fault.fault, [])


def add(actor: Actor, coalition_id: UUID, facts: Mapping[str, Any]) -> ConnectorView:
    """Connect a tool of an organisation; those who agreed so far are handed over by a job."""
    actor.must(coalition_id, Role.COORDINATOR)
    settings = _checked(facts["kind"], facts["settings"])
    with transaction() as session:
        number = select(func.count()).where(Connector.coalition_id == coalition_id)
        if (session.scalar(number) or 0) >= MOST:
            raise TooManyConnectors(f"It has {MOST}: delete what is not needed.")
        _must_be_own(session, coalition_id, Organisation, facts, "organisation_id")
        _must_be_own(session, coalition_id, Statement, facts, "statement_id")
        row = Connector(id=uuid4(), coalition_id=coalition_id, **_told(facts))
        keys.write(session, row, Connector.settings, settings)
        if row.kind not in tools.FILES:
            row.read_after = clock.now() + rules.READ_EVERY
        session.add(row)
        session.flush()
        audit.record(session, actor, "connector.added", row, _told(facts))
        work.soon(session, row.id, coalition_id)
        return _shown(session, row)


def change(
    actor: Actor, connector_id: UUID, expected: int, changes: Mapping[str, Any]
) -> ConnectorView:
    """Change a connector; what is mapped anew is told of those who come from then on."""
    with transaction() as session:
        row = load_at(session, actor, Connector, connector_id, Role.COORDINATOR, expected)
        if "settings" in changes:
            known = people.settings_of(session, row)
            settings = _checked(row.kind, _put(row.kind, known, changes["settings"]))
            keys.write(session, row, Connector.settings, settings)
        for name, value in _told(changes).items():
            setattr(row, name, value)
        row.run_after = None  # whatever was wrong may be right now
        audit.record(session, actor, "connector.changed", row, _told(changes))
        work.soon(session, row.id, row.coalition_id)
        session.flush()
        return _shown(session, row)


def remove(actor: Actor, connector_id: UUID, expected: int, *, abandon: bool) -> None:
    """Disconnect a tool; those who are on its lists stay there."""
    with transaction() as session:
        row = load_at(session, actor, Connector, connector_id, Role.COORDINATOR, expected)
        number = _counts(session, row)["to_unsubscribe"]
        if number and not abandon:
            raise PeopleWait(
                f"{number} asked to be taken off. Wait until the tool knows; or take those off by"
                " hand whom its pushes show, and delete with `abandon=true`."
            )
        files.forget_all(session, row)
        audit.record(session, actor, "connector.deleted", row)
        session.delete(row)


def synchronise(actor: Actor, connector_id: UUID, *, again: bool) -> Job:
    """Look who is missing at a tool and hand them over; `again` all who are there, too."""
    with transaction() as session:
        row = load(session, actor, Connector, connector_id, Role.COORDINATOR, lock=True)
        if again:
            following.push_again(session, row)
        row.is_planned, row.run_after = False, None
        audit.record(session, actor, "connector.synchronised", row, {"again": again})
        return work.soon(session, row.id, row.coalition_id)


def read_back(actor: Actor, connector_id: UUID, *, accept_many: bool) -> Job:
    """Ask a tool now who left; `accept_many` also if that is more than half."""
    with transaction() as session:
        row = load(session, actor, Connector, connector_id, Role.COORDINATOR, lock=True)
        if row.read_after is not None:
            row.read_after, row.run_after, row.accepts_many = clock.now(), None, accept_many
        audit.record(session, actor, "connector.read_back", row, {"accept_many": accept_many})
        return work.soon(session, row.id, row.coalition_id)


def one(actor: Actor, connector_id: UUID) -> ConnectorView:
    """Return one connector."""
    with reading() as session:
        row = load(session, actor, Connector, connector_id, Role.COORDINATOR)
        return _shown(session, row)


def of_coalition(actor: Actor, coalition_id: UUID, page: PageRequest) -> Page[ConnectorView]:
    """Return a coalition's connectors, the oldest first."""
    actor.must(coalition_id, Role.COORDINATOR)
    with reading() as session:
        query = select(Connector).where(Connector.coalition_id == coalition_id)
        found = paging.page(session, query, page)
        return found.of(lambda row: _shown(session, row))


def pushes(
    actor: Actor,
    connector_id: UUID,
    page: PageRequest,
    *,
    state: PushState | None = None,
    action: PushAction | None = None,
) -> Page[ShownPush]:
    """Return who was handed to a tool, the latest first."""
    with reading() as session:
        row = load(session, actor, Connector, connector_id, Role.COORDINATOR)
        mine = select(Push).where(Push.connector_id == row.id)
        query = paging.narrowed(mine, {Push.state: state, Push.action: action})
        found = paging.page(session, query, page, descending=True)
        return found.of(lambda push: ShownPush(push, people.address_of(session, push)))


def _shown(session: Session, row: Connector) -> ConnectorView:
    settings = people.settings_of(session, row)
    secret = {each.name for each in _fields(row.kind) if each.is_secret}
    if row.kind not in tools.kinds():
        secret = set(settings)  # who knows which of them is
    return ConnectorView(
        row,
        {key: value for key, value in settings.items() if key not in secret},
        sorted(secret & settings.keys()),
        _counts(session, row),
        row.version,
    )


def _counts(session: Session, row: Connector) -> dict[str, int]:
    query = select(Push.action, Push.state, func.count()).where(Push.connector_id == row.id)
    found = {
        (action, state): number
        for action, state, number in session.execute(query.group_by(Push.action, Push.state))
    }
    subscribe, unsubscribe = PushAction.SUBSCRIBE, PushAction.UNSUBSCRIBE
    return {
        "subscribed": found.get((subscribe, PushState.DONE), 0),
        "to_subscribe": found.get((subscribe, PushState.WAITING), 0),
        "to_unsubscribe": found.get((unsubscribe, PushState.WAITING), 0),
        "refused": found.get((subscribe, PushState.REFUSED), 0),
        "unsubscribed": found.get((unsubscribe, PushState.DONE), 0),
        "expired": found.get((unsubscribe, PushState.EXPIRED), 0),
    }


def _fields(kind: str) -> Sequence[Field]:
    return tools.kinds()[kind].FIELDS if kind in tools.kinds() else ()


def _told(facts: Mapping[str, object]) -> dict[str, object]:
    """Return what its row holds in clear, and the record commits to: no key."""
    return {name: value for name, value in facts.items() if name != "settings"}


def _put(kind: str, known: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    """Return new settings: a secret that is not given stays, unless the tool is another one.

    Who may change the address must not have the old key sent to it.
    """
    fields = _fields(kind)
    addresses = [each.name for each in fields if each.is_address]
    if any(given.get(name) != known.get(name) for name in addresses):
        return dict(given)
    kept = {each.name for each in fields if each.is_secret} - given.keys()
    return {**given, **{name: known[name] for name in kept if name in known}}


def _checked(kind: str, given: Mapping[str, str], *, without: str | None = None) -> dict[str, str]:
    """Return the settings of a kind of tool, or raise Invalid."""
    if kind not in tools.kinds():
        allowed = tuple(sorted(tools.kinds()))
        wrong = f"Choose one of {', '.join(allowed)}."
        fault = Fault("/kind", Code.NOT_A_CHOICE, wrong, allowed=allowed)
        raise Invalid("This kind of tool is not known here.", [fault])
    fields = {each.name: each for each in _fields(kind)}
    only = f"{kind} needs {', '.join(fields)}, and nothing else."
    wrong_ones = [
        Fault(f"/settings/{name}", Code.UNKNOWN_FIELD, only) for name in given if name not in fields
    ]
    for name, each in fields.items():
        if given.get(name):
            wrong_ones += _wrong(each, given[name])
        elif each.is_needed and name != without:
            wrong_ones.append(Fault(f"/settings/{name}", Code.REQUIRED, each.about))
    if wrong_ones:
        raise Invalid("The tool cannot be used with these settings.", wrong_ones)
    return {name: given[name] for name in fields if given.get(name)}


def _wrong(wanted: Field, value: str) -> list[Fault]:
    pointer = f"/settings/{wanted.name}"
    if wanted.choices and value not in wanted.choices:
        choices = tuple(wanted.choices)
        advice = f"Choose one of {', '.join(choices)}."
        return [Fault(pointer, Code.NOT_A_CHOICE, advice, allowed=choices)]
    if not value.isprintable():
        return [
            Fault(pointer, Code.BAD_CHARACTER, "Leave out line breaks and signs that nobody sees.")
        ]
    if wanted.is_email and not rules.is_email(value):
        return [Fault(pointer, Code.NOT_AN_EMAIL, "This is no e-mail address.")]
    if not wanted.is_address:
        return []
    try:
        return runtime().egress.faults(httpx.URL(value), pointer)
    except (httpx.InvalidURL, ValueError):  # of a host that begins with xn--, and is no such name
        return [Fault(pointer, Code.NOT_A_URL, "Give a whole address that begins with https://.")]


def _must_be_own(
    session: Session, coalition_id: UUID, model: type[Owned], facts: Mapping[str, object], name: str
) -> None:
    if facts[name] is None:
        return
    row = session.get(model, facts[name])
    if row is None or row.coalition_id != coalition_id:
        wrong = Fault(f"/{name}", Code.NOT_FOUND, "The coalition has nothing of this id.")
        raise Invalid("It is not the coalition's.", [wrong])

"""The catalogue of events, what is told of each, how a telling is signed, and when it is retried.

The catalogue is the record's (docs/record.md): what stands there and is listed here is told, under
the same name. So no event is announced twice, and none can be forgotten by a use case.
"""

from __future__ import annotations

import base64
import json
import random
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from standardwebhooks import Webhook

from api.infra.net import http

Secrets = Sequence[tuple[str, str | None]]  # each with until when it signs

SECRET_BYTES = 32
OVERLAP = timedelta(days=1)  # in which an old secret signs, too
MOST_SECRETS = 5
MOST_ENDPOINTS = 20  # of a coalition
KEPT = timedelta(days=30)
# Before each further attempt: three days and four hours in all, and a little more for the jitter.
PAUSES = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 300, 1800, *(hours * 3600 for hours in (2, 5, 10, 14, 20, 24)))
)
JITTER = 0.1
REST, LONGEST_REST = timedelta(seconds=5), timedelta(minutes=5)
LONGEST_RETRY_AFTER = timedelta(days=1)
TESTED = "webhook_endpoint.tested"
PUBLISHED = "statement.published"


@dataclass(frozen=True)
class EventKind:
    """An event: what it says, of what, and which facts of it are told besides the ids."""

    about: str
    of: str
    near: tuple[str, ...] = ()  # of the row: ids of what it belongs to
    facts: tuple[str, ...] = ()
    later: tuple[str, ...] = ()  # looked up as it is told: what not everybody may know

    @property
    def ids(self) -> Iterator[str]:
        """The fields that hold ids: "statement_id" and so on."""
        yield "coalition_id"
        yield f"{self.of}_id"
        yield from self.near

    @property
    def tells_who(self) -> bool:
        """Whether a custodian is told who it is about."""
        return self.of == "signature"


def _signature(about: str) -> EventKind:
    return EventKind(about, "signature", ("statement_id",))


def _statement(about: str, *facts: str) -> EventKind:
    return EventKind(about, "statement", (), facts)


def _answer(about: str) -> EventKind:
    return EventKind(about, "sign_off", _ROUND, later=("member_id", "answer"))


def _handed(about: str, what: str = "delivery") -> EventKind:
    return EventKind(about, what, ("statement_id", "addressee_id"))


def _comment(about: str) -> EventKind:
    return EventKind(about, "comment", ("consultation_id",))


def _suggestion(about: str) -> EventKind:
    return EventKind(about, "suggestion", ("consultation_id",))


_ROUND = ("statement_id",)
CATALOGUE: Mapping[str, EventKind] = {
    "statement.begun": _statement("A draft was begun."),
    "statement.assembled": _statement("A template was filled into a draft."),
    "statement.copied": _statement("A draft was begun from another statement."),
    "statement.imported": _statement("A portable statement was taken in."),
    "statement.revised": _statement("A text was frozen.", "number", "sha256", "weight", "measure"),
    "statement.redacted": _statement(
        "A name was taken back: this text stands without it.", "number", "sha256"
    ),
    "revision.taken_back": _statement(
        "Texts that held a name answer 410 now: delete your copies.", "numbers"
    ),
    "statement.moved": _statement("It went on in its life, but for publishing.", "state"),
    PUBLISHED: _statement("It was published.", "state"),
    "statement.succeeded": _statement("A new text goes on in its place.", "successor_id"),
    "statement.deleted": _statement("A draft was deleted."),
    "signing.changed": _statement("When or how the public signs was set."),
    "sign_off_round.opened": EventKind("Members are asked for it.", "sign_off_round", _ROUND),
    "sign_off_round.changed": EventKind("Its deadlines changed.", "sign_off_round", _ROUND),
    "sign_off_round.closed": EventKind("It ended.", "sign_off_round", _ROUND),
    "sign_off.answered": _answer("A member answered."),
    "sign_off.entered": _answer("A coordinator entered a member's answer."),
    "sign_off.time_needed": EventKind("A member needs time to answer.", "time_request", _ROUND),
    "sign_off.time_entered": EventKind(
        "A coordinator entered that a member needs time.", "time_request", _ROUND
    ),
    "question.closed": EventKind(
        "An owner closed the question to a member.", "question_closing", _ROUND
    ),
    "question.reopened": EventKind(
        "An owner opened the question to a member again.", "question_closing", _ROUND
    ),
    "answer_evidence.forgotten": _statement(
        "What proves the answers that were entered is forgotten: delete your copies."
    ),
    "consultation.opened": EventKind("A text is open for comments.", "consultation", _ROUND),
    "consultation.changed": EventKind(
        "Its deadline or its keeping changed.", "consultation", _ROUND
    ),
    "consultation.closed": EventKind("It takes no more comments.", "consultation", _ROUND),
    "consultation.deleted": EventKind(
        "It is deleted: delete your copies of what was said.", "consultation", _ROUND
    ),
    "consultation.forgotten": EventKind(
        "Its day came: delete your copies of what was said.", "consultation", _ROUND
    ),
    "comment.written": _comment("Somebody said something of a text, or replied."),
    "comment.resolved": _comment("A thread is settled."),
    "comment.reopened": _comment("A thread is not settled after all."),
    "comment.relabelled": _comment("A name was taken back from it: delete your copies."),
    "comment.erased": _comment("Its words were taken back or erased: delete your copies."),
    "suggestion.made": _suggestion("Somebody suggested other words for a text."),
    "suggestion.accepted": _suggestion("It went into the draft."),
    "suggestion.declined": _suggestion("A coordinator said why not."),
    "suggestion.reopened": _suggestion("It is not declined after all."),
    "suggestion.relabelled": _suggestion("A name was taken back from it: delete your copies."),
    "suggestion.erased": _suggestion("Its words were taken back or erased: delete your copies."),
    "commenter.erased": EventKind(
        "Who was asked is forgotten, with all that they wrote: delete it, too.",
        "commenter",
        ("consultation_id",),
    ),
    "signature.confirmed_by_letter": _signature("Somebody signed in public, and confirmed it."),
    "signature.entered": _signature("A coordinator entered it."),
    "signature.made_of_approval": _signature("Publishing made it of a member's approval."),
    "signature.imported": _statement("Signatures were entered from a table.", "count"),
    "signature.confirmed": _signature("It stands under the newest text again."),
    "signature.approved": _signature("A coordinator lets it count."),
    "signature.rejected": _signature("A coordinator does not let it count."),
    "signature.held": _signature("A coordinator looks at it again; it does not count meanwhile."),
    "signature.invalidated": EventKind(
        "A rule took signatures out of the count.", "invalidation", ("statement_id",), ("number",)
    ),
    "invalidation.undone": EventKind(
        "Signatures that a rule took out count again.", "invalidation", ("statement_id",)
    ),
    "signature.changed": _signature("A coordinator changed it."),
    "signature.changed_by_signatory": _signature("Its signatory changed it, or a consent."),
    "consent.taken_back": _signature("Its mailbox wants no more mailings of an organisation."),
    "signature.hidden": _signature("Its name is shown to nobody any more."),
    "signature.hidden_by_signatory": _signature("Its signatory hid the name."),
    "signature.withdrawn": _signature("It was taken back, and does not count."),
    "signature.withdrawn_by_signatory": _signature("Its signatory took it back."),
    "signature.erased": _signature("Who gave it is forgotten: forget them, too."),
    "signature.deleted": _signature("It was entered by mistake."),
    "signature.purged": _statement("Who signed is forgotten: the day came.", "count"),
    "member.entered": EventKind("An organisation became a member.", "member", ("organisation_id",)),
    "member.changed": EventKind(
        "Its part in the coalition changed.", "member", ("organisation_id",)
    ),
    "member.deleted": EventKind("It is no member.", "member", ("organisation_id",)),
    "invitation.sent": EventKind("An organisation was asked to join.", "invitation"),
    "invitation.accepted": EventKind(
        "It joined.", "invitation", (), ("organisation_id", "member_id")
    ),
    "invitation.declined": EventKind("It will not join.", "invitation"),
    "invitation.taken_back": EventKind("It was taken back.", "invitation"),
    "organisation.entered": EventKind("It was entered.", "organisation"),
    "organisation.joined": EventKind("It named itself when it joined.", "organisation"),
    "organisation.changed": EventKind("It changed.", "organisation"),
    "organisation.deleted": EventKind("It was deleted.", "organisation"),
    "case.entered": EventKind("It was entered.", "case"),
    "case.changed": EventKind("It changed, perhaps its name.", "case"),
    "case.name_taken_back": EventKind("It may not be named any more: delete the name.", "case"),
    "case.status_changed": EventKind("What became of the person is known.", "case"),
    "case.deleted": EventKind("It was deleted.", "case"),
    "demand_list.started": EventKind("It was started.", "demand_list"),
    "demand_list.changed": EventKind("It changed.", "demand_list"),
    "demand_list.deleted": EventKind("It was deleted.", "demand_list"),
    "demand.added": EventKind("It was added.", "demand"),
    "demand.changed": EventKind("It changed.", "demand"),
    "demand.status_changed": EventKind("What became of it is known.", "demand"),
    "demand.deleted": EventKind("It was deleted.", "demand"),
    "update.started": EventKind("It goes to those who agreed.", "update", ("statement_id",)),
    "update.sent": EventKind("All have it.", "update", ("statement_id",)),
    "delivery.promised": _handed("A text goes to an addressee."),
    "delivery.delivered": _handed("The addressee's mail server took it."),
    "delivery.failed": _handed("It did not arrive, and is not tried again by itself."),
    "delivery.recorded": _handed("It was handed over by other means."),
    "response.recorded": _handed("An addressee answered.", "response"),
    "suppression.added": EventKind("An address is left alone.", "suppression"),
    "suppression.lifted": EventKind("It may be written to again.", "suppression"),
    TESTED: EventKind(
        "You asked for it: it goes to the endpoint that you test.", "webhook_endpoint"
    ),
}
# Whoever keeps or shows a name learns at once that it is to go, also of one that is not public.
AT_ONCE = frozenset(
    {
        "consent.taken_back", "signature.hidden", "signature.hidden_by_signatory",
        "signature.withdrawn", "signature.withdrawn_by_signatory", "signature.erased",
        "signature.deleted",
    }
)  # fmt: skip
CHOSEN = tuple(name for name in CATALOGUE if name != TESTED)  # what an endpoint can ask for


def type_of(action: str, facts: Mapping[str, object]) -> str | None:
    """Return the event that an entry of the record is; None: nobody is told."""
    if action == "statement.moved" and facts.get("state") == "published":
        return PUBLISHED
    return action if action in CATALOGUE else None


def told(
    kind: EventKind, object_id: UUID | None, row: object, facts: Mapping[str, object]
) -> dict[str, object]:
    """Return what every endpoint is told: ids, counts, choices."""
    found: dict[str, object] = {f"{kind.of}_id": object_id}
    found |= {name: getattr(row, name, None) for name in kind.near}
    found |= {name: facts.get(name) for name in kind.facts}
    return {name: _plain(value) for name, value in found.items() if value is not None}


def _plain(value: object) -> object:
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    return value if value is None or type(value) in {int, bool} else str(value)


def body(type_: str, at: datetime, data: Mapping[str, object]) -> str:
    """Return what is sent, and signed to the letter."""
    sent = {"type": type_, "timestamp": at.isoformat(), "data": data}
    return json.dumps(sent, ensure_ascii=False, separators=(",", ":"))


def new_secret() -> str:
    """Return a secret as the specification writes one."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def rotated(secrets_: Secrets, new: str, now: datetime) -> Secrets:
    """Return the secrets after a new one came: what signed until now does so for a day more."""
    until = (now + OVERLAP).isoformat()
    old = [
        (secret, min(until, end or until))
        for secret, end in secrets_
        if end is None or datetime.fromisoformat(end) > now
    ]
    return [(new, None), *old][:MOST_SECRETS]


class Signer:
    """Signs what one endpoint is told."""

    def __init__(self, secrets_: Secrets) -> None:
        """Take its secrets."""
        self._secrets = [
            (Webhook(secret), datetime.fromisoformat(end) if end else None)
            for secret, end in secrets_
        ]

    def headers(self, event_id: str, now: datetime, text: str) -> dict[str, str]:
        """Return the headers of a telling: a signature for each secret that holds."""
        now = now.astimezone(UTC).replace(microsecond=0)  # the library takes any zone for UTC
        signed = [
            each.sign(event_id, now, text)
            for each, until in self._secrets
            if until is None or now < until
        ]
        return {
            "Content-Type": "application/json",
            "webhook-id": event_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": " ".join(signed),
        }


def pause(attempts: int) -> timedelta | None:
    """Return how long to wait after so many attempts; None: that was the last one."""
    if attempts > len(PAUSES):
        return None
    return PAUSES[attempts - 1] * random.uniform(1, 1 + JITTER)  # noqa: S311 # to spread, not to hide


def rest(failures: int) -> timedelta:
    """Return how long an endpoint is left alone that failed so often in a row."""
    return min(REST * 2.0 ** min(failures - 1, 20), LONGEST_REST)


def retry_after(written: str | None, now: datetime) -> timedelta:
    """Return how long a receiver asks us to wait, within reason."""
    wait = http.retry_after(written, now) or timedelta()
    return max(timedelta(), min(wait, LONGEST_RETRY_AFTER))

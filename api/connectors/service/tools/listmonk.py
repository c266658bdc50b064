"""listmonk, by its REST interface."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from itertools import count
from typing import Any
from urllib.parse import urlencode

from api.connectors.rules import Field, MailingList, NotTaken, Recipient, ToolFault
from api.connectors.service.tools.calls import Caller, as_object, inside

PAGE = 500
BLOCKED = "blocklisted"


class Listmonk(Caller):
    """One listmonk, by the token of an API user."""

    NAME = "listmonk"
    READS = True
    FIELDS = (
        Field("url", "Where it is, as https://letters.specimen.example.", is_address=True),
        Field("user", "The name of an API user of listmonk."),
        Field("token", "Its token. Its role needs lists:get_all, subscribers:get_all,"
              " subscribers:manage and subscribers:sql_query.", is_secret=True),
        Field("list", "The list's number."),
    )  # fmt: skip

    def __init__(self, settings: Mapping[str, str]) -> None:
        """Prepare the calls."""
        headers = {"Authorization": f"token {settings['user']}:{settings['token']}"}
        super().__init__(settings["url"], headers)

    def lists(self) -> Sequence[MailingList]:
        found = self.json("GET", "/api/lists?per_page=all")
        return [
            MailingList(str(inside(each, "id", kind=int)), inside(each, "name", kind=str))
            for each in inside(found, "data", "results")
        ]

    def subscribe(self, mailing_list: str, person: Recipient) -> None:
        """Subscribe as confirmed, with the proof; whom it blocks stays blocked."""
        proof = person.proof
        agreed = {
            "day": proof.day.isoformat(),
            "words": proof.words,
            "statement": proof.statement,
            "confirmed_by": "letter",
        }
        body = {
            "email": person.email,
            "name": person.name or person.email.partition("@")[0],
            "status": "enabled",
            "lists": [_number(mailing_list)],
            "attribs": {**person.told, "consent": agreed},
            "preconfirm_subscriptions": True,
        }
        fine = {HTTPStatus.CONFLICT, HTTPStatus.BAD_REQUEST}
        answer = self.call("POST", "/api/subscribers", body=body, fine=fine)
        if answer.is_success:
            inside(as_object(answer), "data", "id", kind=int)
            return
        there = self._of(person.email)
        if there is None:  # the list, then, or the address
            if any(each.id == mailing_list for each in self.lists()):
                raise NotTaken("refused")
            raise ToolFault("list-gone")
        if there.get("status") == BLOCKED:
            raise NotTaken(BLOCKED)
        self._put(there, mailing_list, action="add", status="confirmed")

    def unsubscribe(self, mailing_list: str, email: str) -> None:
        there = self._of(email)
        if there is not None:
            self._put(there, mailing_list, action="unsubscribe")

    def left(
        self, mailing_list: str, emails: Collection[str], since: datetime | None
    ) -> Iterator[str]:
        """Yield who is not subscribed or blocked, asking again for each: pages shift."""
        del since  # a subscriber's last change need not be of this list
        number = _number(mailing_list)
        there = {each["email"].lower() for each in self._all(number) if _gets(each, number)}
        if not there and not any(each.id == mailing_list for each in self.lists()):
            raise ToolFault("list-gone")
        for email in emails:
            if email not in there and not _gets(self._of(email), number):
                yield email

    def people(self, mailing_list: str) -> Iterator[Mapping[str, object]]:
        number = _number(mailing_list)
        for each in self._all(number):
            if _gets(each, number):
                more = each.get("attribs")
                known = more if isinstance(more, dict) else {}
                yield {**known, "email": each["email"], "name": each.get("name")}

    def _all(self, number: int) -> Iterator[dict[str, Any]]:
        for page in count(1):
            query = urlencode({"list_id": number, "per_page": PAGE, "page": page})
            found = self._subscribers(query)
            yield from found
            if len(found) < PAGE:
                return

    def _of(self, email: str) -> dict[str, Any] | None:
        quoted = email.replace("'", "''")
        query = f"LOWER(subscribers.email) = LOWER('{quoted}')"
        found = self._subscribers(urlencode({"query": query, "per_page": 1}))
        return found[0] if found else None

    def _subscribers(self, query: str) -> list[dict[str, Any]]:
        found = self.json("GET", f"/api/subscribers?{query}")
        results: list[dict[str, Any]] = inside(found, "data", "results")
        for each in results:
            inside(each, "email", kind=str)
        return results

    def _put(self, there: Mapping[str, object], mailing_list: str, **more: str) -> None:
        ids = {"ids": [inside(there, "id", kind=int)], "target_list_ids": [_number(mailing_list)]}
        done = self.json("PUT", "/api/subscribers/lists", body={**ids, **more})
        inside(done, "data", kind=bool)


def _number(mailing_list: str) -> int:
    if not (mailing_list.isascii() and mailing_list.isdigit()):
        raise ToolFault("list-gone")
    return int(mailing_list)


def _gets(there: Mapping[str, Any] | None, number: int) -> bool:
    """Tell whether somebody gets what goes to a list."""
    if there is None or there.get("status") == BLOCKED:
        return False
    return any(
        isinstance(each, dict)
        and each.get("id") == number
        and each.get("subscription_status") != "unsubscribed"
        for each in there.get("lists") or ()
    )

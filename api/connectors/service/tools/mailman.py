"""Mailman 3, by the REST interface of its core."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from itertools import count
from urllib.parse import quote

from api.connectors.rules import Field, MailingList, NotTaken, Recipient, ToolFault
from api.connectors.service.tools.calls import Caller, as_object, inside

PAGE = 500


class Mailman(Caller):
    """One Mailman core. It keeps no proof of consent, so that ours is the only one."""

    NAME = "Mailman 3"
    READS = True
    FIELDS = (
        Field("url", "Where its REST interface is, as https://lists.specimen.example/3.1.",
              is_address=True),
        Field("user", "The user of the REST interface, as restadmin."),
        Field("password", "The password of that user.", is_secret=True),
        Field("list", "The list's id, as news.specimen.example."),
    )  # fmt: skip

    def __init__(self, settings: Mapping[str, str]) -> None:
        """Prepare the calls."""
        pair = f"{settings['user']}:{settings['password']}".encode()
        headers = {"Authorization": f"Basic {b64encode(pair).decode()}"}
        super().__init__(settings["url"], headers)

    def lists(self) -> Sequence[MailingList]:
        found = self.json("GET", "/lists")
        entries = inside(found, "entries") if found.get("total_size") else []
        return [
            MailingList(inside(each, "list_id", kind=str), inside(each, "fqdn_listname", kind=str))
            for each in entries
        ]

    def subscribe(self, mailing_list: str, person: Recipient) -> None:
        """Subscribe without a letter of Mailman's own: the mailbox was confirmed with us."""
        answer = self.call(
            "POST",
            "/members",
            form={
                "list_id": mailing_list,
                "subscriber": person.email,
                "display_name": person.name or "",
                "pre_verified": "true",
                "pre_confirmed": "true",
                "pre_approved": "true",
                "send_welcome_message": "false",
            },
            fine={HTTPStatus.CONFLICT, HTTPStatus.BAD_REQUEST},
        )
        if answer.status in {HTTPStatus.CREATED, HTTPStatus.CONFLICT}:  # 409: it is there
            return
        if answer.status != HTTPStatus.BAD_REQUEST:
            raise ToolFault("junk")
        self.json("GET", f"/lists/{quote(mailing_list, safe='')}")  # not there: it is gone
        raise NotTaken("banned" if b"banned" in answer.body.lower() else "refused")

    def unsubscribe(self, mailing_list: str, email: str) -> None:
        roster = f"/lists/{quote(mailing_list, safe='')}/roster/member"
        lower = email.lower()  # as it knows everybody; by another spelling it finds nobody
        done = self.json("DELETE", roster, form={"emails": [lower]})
        inside(done, lower, kind=bool)

    def left(
        self, mailing_list: str, emails: Collection[str], since: datetime | None
    ) -> Iterator[str]:
        """Yield who is not on the roster, asking again for each: pages shift while it is read."""
        del since  # it keeps no days
        there = {inside(each, "email", kind=str).lower() for each in self._roster(mailing_list)}
        for email in emails:
            if email not in there and not self._has(mailing_list, email):
                yield email

    def people(self, mailing_list: str) -> Iterator[Mapping[str, object]]:
        for each in self._roster(mailing_list):
            yield {"email": each.get("email"), "name": each.get("display_name")}

    def _roster(self, mailing_list: str) -> Iterator[Mapping[str, object]]:
        fields = "fields=email&fields=display_name"
        roster = f"/lists/{quote(mailing_list, safe='')}/roster/member?{fields}&count={PAGE}"
        for page in count(1):
            found = self.json("GET", f"{roster}&page={page}")
            entries = inside(found, "entries") if "entries" in found else []
            yield from entries
            if len(entries) < PAGE:
                inside(found, "total_size", kind=int)  # else it is no roster
                return

    def _has(self, mailing_list: str, email: str) -> bool:
        """Ask for one address, which no path holds: servers log paths."""
        wanted = {"list_id": mailing_list, "subscriber": email, "role": "member"}
        answer = self.call("POST", "/members/find", form=wanted)
        return bool(inside(as_object(answer), "total_size", kind=int))

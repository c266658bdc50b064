"""Action Network, by OSDI: signatures of a petition there, with who gave them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from urllib.parse import quote, urlencode

from api.connectors.rules import Field, MailingList, Recipient
from api.connectors.service.tools.calls import Caller, as_object, inside

URL = "https://actionnetwork.org"
PREFIX = "action_network:"


class ActionNetwork(Caller):
    """One group of Action Network, by its key. A list is a petition there."""

    NAME = "Action Network"
    READS = True
    FIELDS = (
        Field("key", "The group's API key.", is_secret=True),
        Field("list", "The petition's id there."),
        Field("url", f"Where it is, if not at {URL}.", is_address=True, is_needed=False),
    )

    def __init__(self, settings: Mapping[str, str]) -> None:
        """Prepare the calls."""
        headers = {"OSDI-API-Token": settings["key"], "Accept": "application/hal+json"}
        super().__init__(settings.get("url") or URL, headers)

    def lists(self) -> Sequence[MailingList]:
        return [
            MailingList(_id(each), str(each.get("title") or _id(each)))
            for each in self._all("/api/v2/petitions", "osdi:petitions")
        ]

    def subscribe(self, mailing_list: str, person: Recipient) -> None:
        """Record the signature; Action Network knows the person by the address."""
        proof = person.proof
        agreed = {
            "consent_day": proof.day.isoformat(),
            "consent_words": proof.words,
            "consent_statement": proof.statement,
        }
        found: dict[str, object] = {
            "email_addresses": [{"address": person.email, "status": "subscribed"}],
            "custom_fields": {**person.told, **agreed},
        }
        if person.name:
            found["given_name"] = person.name  # what is whose family's name, nobody told us
        if person.language:
            found["languages_spoken"] = [person.language]
        if country := person.told.get("country"):
            found["postal_addresses"] = [{"primary": True, "country": country}]
        body = {"person": found, "triggers": {"autoresponse": {"enabled": False}}}
        path = f"/api/v2/petitions/{quote(mailing_list, safe='')}/signatures"
        answer = as_object(self.call("POST", path, body=body))
        inside(answer, "identifiers")  # without a right to, it answers well, and with nothing

    def unsubscribe(self, mailing_list: str, email: str) -> None:
        """Unsubscribe from the group: it has no list of its own for each petition."""
        del mailing_list
        quoted = email.replace("'", "''")
        query = urlencode({"filter": f"email_address eq '{quoted}'"})
        found = self.json("GET", f"/api/v2/people?{query}")
        if inside(found, "_embedded", "osdi:people"):
            address = {"address": email, "status": "unsubscribed"}
            body = {"person": {"email_addresses": [address]}}
            inside(as_object(self.call("POST", "/api/v2/people", body=body)), "identifiers")

    def left(
        self, mailing_list: str, emails: Collection[str], since: datetime | None
    ) -> Iterator[str]:
        """Yield who was changed since the last time and is subscribed no more."""
        del mailing_list
        query = ""
        if since is not None:
            query = "?" + urlencode({"filter": f"modified_date gt '{since.date().isoformat()}'"})
        for each in self._all(f"/api/v2/people{query}", "osdi:people"):
            for address, gets in _addresses(each):
                if address in emails and not gets:
                    yield address

    def people(self, mailing_list: str) -> Iterator[Mapping[str, object]]:
        """Yield who is subscribed to the group: a petition has no list of its own."""
        del mailing_list
        for each in self._all("/api/v2/people", "osdi:people"):
            email = next((address for address, gets in _addresses(each) if gets), None)
            if email is not None:
                more = each.get("custom_fields")
                known = more if isinstance(more, dict) else {}
                names = {name: each.get(name) for name in ("given_name", "family_name")}
                yield {**known, "email": email, **names, "country": _country(each)}

    def _all(self, path: str, relation: str) -> Iterator[Mapping[str, object]]:
        """Yield what a collection has, page by page."""
        page, pages = 1, 1
        joint = "&" if "?" in path else "?"
        while page <= pages:
            found = self.json("GET", f"{path}{joint}page={page}")
            yield from inside(found, "_embedded", relation)
            told = found.get("total_pages")
            pages = told if isinstance(told, int) else 1
            page += 1


def _id(found: Mapping[str, object]) -> str:
    """Return the id that is Action Network's own, of those by which a thing is known."""
    ids = [each for each in inside(found, "identifiers") if isinstance(each, str)]
    own = [each.removeprefix(PREFIX) for each in ids if each.startswith(PREFIX)]
    return (own or ids or [""])[0]


def _addresses(person: Mapping[str, object]) -> Iterator[tuple[str, bool]]:
    for each in inside(person, "email_addresses") if "email_addresses" in person else ():
        address, status = inside(each, "address", kind=str), each.get("status")
        yield address.lower(), status in {None, "subscribed"}


def _country(person: Mapping[str, object]) -> object:
    places = person.get("postal_addresses")
    found = [each for each in places if isinstance(each, dict)] if isinstance(places, list) else []
    return next((each.get("country") for each in found if each.get("primary")), None)

"""More texts of the demo, so that each state of one can be seen at the desk."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from steps import Work


def hand_over(work: Work) -> str:
    """Record that the letter was handed over, and what came of it."""
    path = f"/v1/statements/{work.statement}"
    addressees = work.api.get(f"/v1/coalitions/{work.coalition}/addressees")["items"]
    for each in addressees:
        work.api.post(f"{path}/deliveries", {"addressee_id": each["id"], "means": "in_person"})
    answer = {"addressee_id": addressees[0]["id"], **work.data["response"]}
    work.api.post(f"{path}/responses", answer)
    return f"Handed it over to {len(addressees)} addressees; one has answered"


def open_for_comments(work: Work) -> str:
    """Begin an appeal, and have others comment on it while it is written."""
    path, sha256 = _begun(work, work.data["appeal"])
    asked = {
        "closes_at": _in_days(20),
        "read_by": "commenters_named",
        "guests": work.data["guests"],
    }
    opened = work.api.post(f"{path}/consultations", asked)
    here = f"/v1/consultations/{opened['id']}"
    for text in work.data["comments"]:
        work.api.post(f"{here}/comments", {"text": text})
    suggestion = {**work.data["suggestion"], "revision_sha256": sha256}
    work.api.post(f"{here}/suggestions", suggestion)
    return f"Opened an appeal for comments: {len(work.data['comments'])}, and a suggestion"


def ask_members(work: Work) -> str:
    """Begin a statement that members are asked to sign off; some have answered."""
    path, sha256 = _begun(work, work.data["statement"])
    members = work.api.get(f"/v1/coalitions/{work.coalition}/members")["items"]
    for place, each in enumerate(members):
        organisation = each["organisation"]["id"]
        person = {"name": f"R. Specimen {place + 1}", "email": f"r{place + 1}@specimen.example"}
        work.api.post(f"/v1/organisations/{organisation}/representatives", person)
    work.api.put(f"{path}/sign-off-round", {"hard_deadline": _in_days(10)}, "")
    for member, answer in zip(members, work.data["answers"], strict=False):
        by = {"name": "R. Specimen", "role": "director"}
        facts = {"member_id": member["id"], "revision_sha256": sha256, "by": by, **answer}
        work.api.post(f"{path}/sign-offs", facts)
    waiting = len(members) - len(work.data["answers"])
    return f"Asked {len(members)} members to sign a statement off; {waiting} have not answered"


def sign_in_public(work: Work) -> str:
    """Publish a text that everybody may sign; who signs confirms by a letter."""
    path, sha256 = _begun(work, work.data["petition"])
    etag = work.api.get(path).etag
    for state in ("review", "published"):
        etag = work.api.post(f"{path}/transitions", {"state": state}, etag).etag
    closed = work.api.get(f"{path}/signing").etag
    begun = datetime.now(UTC).isoformat(timespec="seconds")
    opened = work.api.put(f"{path}/signing", {"opens_at": begun}, closed)
    here = f"/v1/public/statements/{opened['address']}"
    for person in work.data["signatories"]:
        consents = _agreed(work, here, person["language"])
        sent = {**person, "consents": consents, "revision_sha256": sha256}
        work.api.post(f"{here}/signatures", sent)
    for person in work.data["signatories"]:
        work.api.post(f"{here}/confirmations", {"code": work.post.code_for(person["email"])})
    waiting = len(work.api.get(f"{path}/signatures", state="held")["items"])
    signed = len(work.data["signatories"])
    return f"Opened a petition in Persian: {signed} signed, {waiting} wait for a look"


def _agreed(work: Work, here: str, language: str) -> list[dict[str, Any]]:
    """Return that somebody agrees to be signed and shown, in the words of their language."""
    return [
        {key: each[key] for key in ("purpose", "words_sha256")}
        for each in work.api.get(here, language=language)["consents"]
        if each["purpose"] in {"signing", "name"}
    ]


def begin_drafts(work: Work) -> str:
    """Begin drafts that nobody has seen yet."""
    for document in work.data["drafts"]:
        work.api.post(f"/v1/coalitions/{work.coalition}/statements", {"document": document})
    return f"Began {len(work.data['drafts'])} drafts, one of them in Russian"


def _begun(work: Work, document: dict[str, Any]) -> tuple[str, str]:
    """Begin a text and freeze it; return its address and its SHA-256."""
    begun = work.api.post(f"/v1/coalitions/{work.coalition}/statements", {"document": document})
    path = f"/v1/statements/{begun['statement']['id']}"
    frozen = work.api.post(f"{path}/revisions", {}, work.api.get(path).etag)
    return path, frozen["sha256"]


def _in_days(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).isoformat(timespec="seconds")


ALL = (hand_over, open_for_comments, ask_members, sign_in_public, begin_drafts)

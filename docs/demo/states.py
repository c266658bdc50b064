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


def begin_draft(work: Work) -> str:
    """Begin a draft that nobody has seen yet."""
    document = work.data["draft"]
    work.api.post(f"/v1/coalitions/{work.coalition}/statements", {"document": document})
    return "Began a draft"


def _begun(work: Work, document: dict[str, Any]) -> tuple[str, str]:
    """Begin a text and freeze it; return its address and its SHA-256."""
    begun = work.api.post(f"/v1/coalitions/{work.coalition}/statements", {"document": document})
    path = f"/v1/statements/{begun['statement']['id']}"
    frozen = work.api.post(f"{path}/revisions", {}, work.api.get(path).etag)
    return path, frozen["sha256"]


def _in_days(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).isoformat(timespec="seconds")


ALL = (hand_over, open_for_comments, ask_members, begin_draft)

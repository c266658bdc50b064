"""What each operation may answer beside what its route says: problems, 304 and an ETag."""

from __future__ import annotations

from typing import Any

from api.errors import kinds
from api.web.openapi.headers import REPLAYED, SENDS_TAG, TAG, sends
from api.web.problems import CONTENT_TYPE, status_of
from api.web.rest import OPEN

Node = dict[str, Any]
# What any operation may answer; 404, 412 and 428 only where there is an id or an If-Match.
ALWAYS = {"400", "401", "413", "415", "422", "503"}
RESPONSE = "#/components/responses/"
PROBLEM, NOT_MODIFIED = {"$ref": f"{RESPONSE}Problem"}, {"$ref": f"{RESPONSE}NotModified"}
# Where a problem comes with a header.
BY_STATUS = {
    "401": {"$ref": f"{RESPONSE}Unauthenticated"},
    "409": {"$ref": f"{RESPONSE}Conflict"},
    "429": {"$ref": f"{RESPONSE}TooOften"},
    "503": {"$ref": f"{RESPONSE}Unavailable"},
}


def responses() -> dict[str, Node]:
    """Return the answers that operations share."""
    known = (
        "A problem of one of the x-problem-types; its `errors` point at what is wrong, and"
        " docs/problems.md says what to do."
    )
    listed = {
        f"/problems/{kind.slug()}": {"status": int(status_of(kind)), "title": kind.title}
        for kind in sorted(set(kinds()), key=lambda kind: kind.slug())
    }
    later = sends("Retry-After")
    return {
        "Problem": {"description": known, "x-problem-types": listed, "content": _content()},
        "Unauthenticated": _problem("No token, or none that is valid now.", "WWW-Authenticate"),
        "Conflict": _problem(
            "Something that is there says no. With Retry-After: the same request is being carried"
            " out.",
            *later,
        ),
        "TooOften": _problem("You ask too often.", *later),
        "Unavailable": _problem("A part that it needs does not answer.", *later),
        "NotModified": {
            "description": "You have it: your If-None-Match holds its ETag.",
            "headers": sends(TAG),
        },
    }


def _problem(description: str, *headers: str) -> Node:
    return {"description": description, "headers": sends(*headers), "content": _content()}


def _content() -> Node:
    return {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemOut"}}}


def complete(operation: Node, path: str, method: str) -> None:
    """Add to an operation what is known of all of its kind."""
    answers = operation["responses"]
    own = _own_problems(answers)
    sent = {each.get("name") for each in operation.get("parameters", ())}
    perhaps = sends("Deprecation", *([REPLAYED] if "Idempotency-Key" in sent else []))
    for status in [status for status in answers if status.startswith("2")]:
        answers[status].setdefault("headers", {}).update(perhaps)
    if operation.pop(SENDS_TAG, False):
        for status in {"200", "201"} & answers.keys():
            answers[status].setdefault("headers", {}).update(sends(TAG))
        if method == "get":
            answers["304"] = NOT_MODIFIED
    if path.startswith(OPEN):
        operation["security"] = []
    for status in sorted(_problems(sent, path, method) - own):
        answers[status] = dict(BY_STATUS.get(status, PROBLEM))


def _own_problems(answers: Node) -> set[str]:
    """Return which problems a route tells more of itself; what is said of the others goes."""
    own = {status for status in answers if CONTENT_TYPE in answers[status].get("content", ())}
    for status in [*answers]:
        if status in own:
            answers[status] = answers.pop(status)  # behind what it answers where all is well
        elif status == "default" or status[0] in "45":
            del answers[status]
    return own


def _problems(sent: set[object], path: str, method: str) -> set[str]:
    statuses = set(ALWAYS) | ({"403", "404"} if "{" in path else set())
    if path.startswith(OPEN):
        statuses = (statuses - {"401", "403"}) | {"410", "429"}
    if "If-Match" in sent:
        statuses |= {"412", "428"}
    may_clash = "/statements/{" in path or "/connectors/{" in path or path.endswith("/compendium")
    if method != "get" or may_clash:
        statuses |= {"409"}
    return statuses | ({"410"} if "/statements/{" in path else set())

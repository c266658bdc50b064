"""The operationId of each operation, by which generated clients call it.

One rule from method and address; what it would call badly stands in EXCEPTIONS, and no more.
"""

from __future__ import annotations

import re

# What a POST to a noun does to the thing that the noun belongs to.
ACTS = {
    "acceptance": "accept",
    "answers": "answer",
    "approval": "approve",
    "closing": "close",
    "confirmation": "confirm",
    "copies": "copy",
    "corrections": "correct",
    "disclosure": "disclose",
    "erasure": "erase",
    "hand-overs": "hand over",
    "hiding": "hide",
    "pause": "pause",
    "refusal": "decline",
    "rejection": "reject",
    "renewals": "renew",
    "reopening": "reopen",
    "replays": "replay",
    "resolution": "resolve",
    "resumption": "resume",
    "revocation": "revoke",
    "sending": "send",
    "successors": "succeed",
    "synchronisations": "synchronise",
    "test-events": "test",
    "tests": "test",
    "transitions": "transition",
    "trials": "try",
    "undoing": "undo",
    "withdrawal": "withdraw",
}
READINGS = {"export": "export", "preview": "preview"}  # of a GET, likewise
# What a POST to a noun with one of these at its end does to what stands before it.
COMPOUNDS = {"imports": "import", "previews": "preview", "uses": "use"}
VERBS = {"get": "get", "post": "create", "put": "put", "patch": "change", "delete": "delete"}
# Nearly everything belongs to one of these, so that it goes without saying.
HOMES = {"coalitions", "statements"}
# But for these, which are nothing without their owner.
OWNED = {"logo"}
# What their names do not tell: the first are lists, the others are none.
LISTS = {"evidence"}
NO_LISTS = {"progress", "signature-counts", "signing-trends"}
EXCEPTIONS = {
    "get /healthz": "getHealth",
    "get /readyz": "getReadiness",
    "get /v1/directory": "searchDirectory",
    "post /v1/coalitions/{coalition_id}/directory-uses": "useDirectoryEntry",
    "post /v1/invitations/{invitation_id}/letters": "resendInvitation",
    "post /v1/commenters/{commenter_id}/letters": "resendConsultationLetter",
    "get /v1/demand-lists/{list_id}/order": "getDemandOrder",
    "put /v1/demand-lists/{list_id}/order": "putDemandOrder",
    "post /v1/demand-lists/{list_id}/demands": "createDemand",
    "post /v1/coalitions/{coalition_id}/assemblies": "assembleStatement",
    "post /v1/coalitions/{coalition_id}/imports": "importStatement",
    "post /v1/coalitions/{coalition_id}/word-imports": "importWordFile",
    "post /v1/public/statements/{address}/confirmations": "confirmSignatureByCode",
    "post /v1/statements/{statement_id}/sign-off-round/asks": "askForSignOffs",
    "post /v1/public/consultations/{secret}/erasure": "eraseMyself",
    "post /v1/statements/{statement_id}/moderation-decisions": "decideSignatures",
    "post /v1/statements/{statement_id}/signature-confirmations": "confirmSignatures",
    "get /v1/statements/{statement_id}/documents/{key}": "getKeptDocument",
    "post /v1/coalitions/{coalition_id}/connector-trials": "tryConnectorSettings",
    "post /v1/connectors/{connector_id}/read-backs": "readBackConnector",
    "get /v1/connectors/{connector_id}/people": "exportConnectorPeople",
    "get /v1/connector-files/{file_id}/file": "getConnectorFile",
    "post /v1/webhook-endpoints/{endpoint_id}/secret-rotations": "rotateWebhookSecret",
    "post /v1/webhook-endpoints/{endpoint_id}/replays": "replayWebhookEvents",
    "post /v1/updates/{update_id}/counts": "countUpdateRecipients",
    "post /v1/cover-letters/{cover_letter_id}/deliveries": "sendCoverLetter",
}
_SINGULAR = (
    (re.compile("ies$"), "y"),
    (re.compile("(sh|ss|ch|x)es$"), r"\1"),
    (re.compile("s$"), ""),
)


def operation_id(method: str, path: str) -> str:
    """Return what clients call an operation: `createStatement`, `listSignatures`."""
    named = EXCEPTIONS.get(f"{method} {path}")
    return named or _camel(_words(method, path))


def _words(method: str, path: str) -> str:
    parts = path.removeprefix("/v1/").split("/")
    nouns = [part for part in parts if not part.startswith("{")]
    is_public = nouns[0] == "public"
    nouns = nouns[is_public:]
    last, is_one = nouns[-1], parts[-1].startswith("{")
    owner = nouns[-2] if len(nouns) > 1 else ""
    # A signature of one's own, or one that waits, is nobody else's: that it is public says nothing.
    is_private = re.match("own-|pending-", nouns[0])
    public = "public " if is_public and not is_private else ""
    if is_one:
        return f"{VERBS[method]} {public}{_one(last)}"
    acts = ACTS if method == "post" else READINGS if method == "get" else {}
    if last in acts:
        return f"{acts[last]} {public}{_one(owner)}"
    head, _, tail = last.rpartition("-")
    if method == "post" and tail in COMPOUNDS:
        return f"{COMPOUNDS[tail]} {_many(head) if tail == 'imports' else head}"
    name, _, ending = last.partition(".")
    if ending:
        return f"export {name} as {ending}"
    whose = "" if (owner in HOMES and last not in OWNED) or not owner else f"{_one(owner)} "
    is_list = method == "get" and _is_list(last)
    thing = _one(last) if method == "post" else last
    return f"{'list' if is_list else VERBS[method]} {public}{whose}{thing}"


def _is_list(noun: str) -> bool:
    return noun in LISTS or (noun.endswith("s") and noun not in NO_LISTS)


def _one(noun: str) -> str:
    for plural, singular in _SINGULAR:
        if plural.search(noun):
            return plural.sub(singular, noun)
    return noun


def _many(noun: str) -> str:
    return f"{noun}s"


def _camel(words: str) -> str:
    first, *others = re.split("[ -]", words)
    return first + "".join(word.capitalize() for word in others)


def title(name: str) -> str:
    """Return an operationId as the words of a heading: `Create statement`."""
    return re.sub("(?<!^)(?=[A-Z])", " ", name).capitalize()

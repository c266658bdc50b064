"""Things in another state than the one that the scene's makers give, for its requests."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from tests.support import builders
from tests.support.builders import an_organisation
from tests.support.consultations import an_opening
from tests.support.signing import a_rush
from tests.support.webhook_receivers import another_endpoint

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.contracts.scene import Scene

# What takes the coalition away, or the owner's access to it.
ENDS_ALL = (
    "DELETE /v1/coalitions/{coalition_id}",
    "POST /v1/coalitions/{coalition_id}/access-revocations",
)


def _organisation_with_logo(scene: Scene) -> dict[str, str]:
    organisation = an_organisation(scene.owner, scene.coalition)
    scene.logo_of(f"/v1/organisations/{organisation}")
    return {"organisation_id": organisation}


def _press_house(scene: Scene) -> dict[str, str]:
    """The one organisation that the example of a table of representatives names."""
    name = "Specimen Press House"
    path = f"/v1/coalitions/{scene.coalition}/organisations"
    if not scene.owner.get(path, q=name)["items"]:
        an_organisation(scene.owner, scene.coalition, names={"en": name})
    return {}


def _coalition_with_logo(scene: Scene) -> dict[str, str]:
    scene.logo_of(f"/v1/coalitions/{scene.coalition}")
    return {}


def _list_with_demands(scene: Scene) -> dict[str, str]:
    demand_list = scene.demand_list()
    for _ in range(2):
        builders.a_demand(scene.owner, demand_list)
    return {"list_id": demand_list}


def _invited(scene: Scene) -> dict[str, str]:
    return {"secret": builders.secret_of(scene.world, "invitation.answer", scene.invitation())}


def _mail_server(scene: Scene) -> dict[str, str]:
    path = f"/v1/coalitions/{scene.coalition}/mail-server"
    if scene.owner.get(path).status != 200:
        body = {"host": "mail.specimen.example", "sender": "letters@specimen.example"}
        assert scene.owner.send("PUT", path, body).status == 200
    return {}


def _held(scene: Scene) -> dict[str, str]:
    return {"signature_id": scene.held(scene.text()[0])}


def _signing_off(scene: Scene) -> dict[str, str]:
    """A text that its members are asked to sign off, with one member and its link."""
    statement, _ = scene.text()
    member = builders.a_member(scene.owner, scene.coalition)
    organisation = scene.owner.get(f"/v1/members/{member}")["organisation"]["id"]
    builders.a_representative(scene.owner, organisation)
    answer = scene.owner.send("PUT", f"/v1/statements/{statement}/sign-off-round", {})
    assert answer.status == 200, answer.body
    secret = builders.secret_of(
        scene.world, "signoff.answer", builders.an_approver(scene.world, member)
    )
    return {"statement_id": statement, "member_id": member, "secret": secret}


def _member_names(scene: Scene) -> dict[str, str]:
    """The link of a member that asked to see all texts with its name."""
    ids = _signing_off(scene)
    path = f"/v1/public/sign-offs/{ids['secret']}/name-links"
    assert scene.nobody.post(path, None).status == 204
    approver = builders.an_approver(scene.world, ids["member_id"])
    organisation = scene.owner.get(f"/v1/members/{ids['member_id']}")["organisation"]["id"]
    named = {"kind": "organisation", "name": "Specimen", "organisation_id": organisation}
    sha256 = scene.sha256_of(ids["statement_id"])
    builders.a_signature(scene.owner, ids["statement_id"], sha256, **named)
    return {**ids, "secret": builders.secret_of(scene.world, "signoff.names", approver)}


def _corrected_name(scene: Scene) -> dict[str, str]:
    """A member that gave another name than its entry has."""
    ids = _signing_off(scene)
    body = {
        "answer": "approved",
        "printed_name": "Committee of Specimens",
        "revision_sha256": scene.sha256_of(ids["statement_id"]),
    }
    answer = scene.nobody.post(f"/v1/public/sign-offs/{ids['secret']}/answers", body)
    assert answer.status == 200, answer.body
    return ids


def _closed_question(scene: Scene) -> dict[str, str]:
    """A question to a member that an owner closed."""
    ids = _signing_off(scene)
    body = {"member_id": ids["member_id"], "reason": "Nobody can be reached."}
    answer = scene.owner.post(f"/v1/statements/{ids['statement_id']}/closed-questions", body)
    assert answer.status == 201, answer.body
    return ids


def _revised(scene: Scene) -> dict[str, str]:
    """A text that changed since it was asked about."""
    ids = _signing_off(scene)
    builders.another_revision(scene.owner, ids["statement_id"], "editorial")
    return ids


def _consulted(scene: Scene) -> dict[str, str]:
    """A text that somebody outside is asked about, with a comment and a suggestion of theirs."""
    statement, sha256 = scene.text()
    opening = an_opening(scene.owner, statement)["id"]
    asked = scene.owner.get(f"/v1/consultations/{opening}/commenters")["items"][0]["id"]
    secret = builders.secret_of(scene.world, "consultation.comment", asked)
    body = {"text": "Ask for a day.", "revision_sha256": sha256}
    door = f"/v1/public/consultations/{secret}"
    said = scene.nobody.post(f"{door}/comments", body)
    words = {"kind": "words", "target": "title", "lines": ["Open them"], "revision_sha256": sha256}
    suggested = scene.nobody.post(f"{door}/suggestions", words)
    return {
        "statement_id": statement,
        "secret": secret,
        "comment_id": said["comments"][0]["id"],
        "suggestion_id": suggested["suggestions"][0]["id"],
    }


def _consultation(scene: Scene) -> dict[str, str]:
    statement, _ = scene.text()
    opened = an_opening(scene.owner, statement)
    return {"statement_id": statement, "consultation_id": opened.id}


def _suggested(scene: Scene) -> dict[str, str]:
    """A text with one suggestion, which is open."""
    statement, sha256 = scene.text()
    opened = an_opening(scene.owner, statement)
    words = {"kind": "words", "target": "title", "lines": ["Open them"], "revision_sha256": sha256}
    path = f"/v1/consultations/{opened.id}/suggestions"
    return {
        "statement_id": statement,
        "consultation_id": opened.id,
        "suggestion_id": builders.made(scene.owner, path, words),
    }


def _declined(scene: Scene) -> dict[str, str]:
    ids = _suggested(scene)
    path = f"/v1/suggestions/{ids['suggestion_id']}/decline"
    assert scene.owner.post(path, {"reason": "Not now."}).status == 200
    return ids


def _resolved(scene: Scene) -> dict[str, str]:
    comment = scene.comment()
    assert scene.owner.post(f"/v1/comments/{comment}/resolution").status == 200
    return {"comment_id": comment}


def _old_signature(scene: Scene) -> dict[str, str]:
    """A signature that waits for its confirmation, since a material revision came."""
    statement, sha256 = scene.text()
    signature = builders.a_signature(scene.owner, statement, sha256)
    builders.another_revision(scene.owner, statement, "material")
    return {"statement_id": statement, "signature_id": signature}


def _document(scene: Scene) -> dict[str, str]:
    statement, _ = scene.text()
    answer = scene.owner.get(f"/v1/statements/{statement}/document", format="text")
    return {"statement_id": statement, "key": answer.etag.strip('"')}


def _open(scene: Scene) -> dict[str, str]:
    """A statement that is open for signing."""
    return {"address": a_rush(scene.world, scene.owner, coalition=scene.coalition).address}


def _published(scene: Scene) -> dict[str, str]:
    """A statement that is published, and open for signing."""
    rush = a_rush(scene.world, scene.owner, coalition=scene.coalition)
    rush.publish()
    return {"address": rush.address}


def _pending(scene: Scene) -> dict[str, str]:
    """A signature that waits for its mailbox, by its link."""
    rush = a_rush(scene.world, scene.owner, coalition=scene.coalition)
    rush.sent(f"{uuid4().hex}@specimen.example")
    rush.work()
    return {"secret": rush.secrets()[-1]}


def _own(scene: Scene) -> dict[str, str]:
    """A signature by the link of the one who gave it."""
    rush = a_rush(scene.world, scene.owner, coalition=scene.coalition)
    return {"secret": rush.signed(f"{uuid4().hex}@specimen.example")}


def _delivered(scene: Scene) -> dict[str, str]:
    """A statement that can be handed over."""
    return {"statement_id": scene.published()}


def _reviewed(scene: Scene) -> dict[str, str]:
    """A frozen text that can be opened for signing."""
    statement, _ = scene.text()
    here = f"/v1/statements/{statement}"
    match = {"If-Match": scene.owner.get(here).etag}
    scene.owner.send("POST", f"{here}/transitions", {"state": "review"}, headers=match)
    return {"statement_id": statement}


def _opened(scene: Scene) -> dict[str, str]:
    rush = a_rush(scene.world, scene.owner, coalition=scene.coalition)
    return {"statement_id": rush.statement}


def _code(scene: Scene) -> dict[str, str]:
    """A signature that waits for its mailbox, by its short code."""
    rush = a_rush(scene.world, scene.owner, coalition=scene.coalition)
    rush.sent(f"{uuid4().hex}@specimen.example")
    rush.work()
    return {"address": rush.address, "code": rush.code()}


def _with_room(scene: Scene) -> dict[str, str]:
    """A coalition that may have one more webhook endpoint."""
    another_endpoint(scene.owner, scene.coalition)
    return {"coalition_id": scene.coalition}


def _begun(scene: Scene) -> dict[str, str]:
    """An update that is being sent."""
    update = builders.an_update(scene.owner, scene.coalition, scene.text()[0])
    path = f"/v1/updates/{update}"
    match = {"If-Match": scene.owner.get(path).etag}
    assert scene.owner.send("POST", f"{path}/sending", headers=match).status == 200
    return {"update_id": update}


def _paused(scene: Scene) -> dict[str, str]:
    ids = _begun(scene)
    assert scene.owner.post(f"/v1/updates/{ids['update_id']}/pause").status == 200
    return ids


# Where the thing must be in another state than the one that its maker gives.
PREPARED: dict[str, Callable[[Scene], dict[str, str]]] = {
    "GET /v1/organisations/{organisation_id}/logo": _organisation_with_logo,
    "DELETE /v1/organisations/{organisation_id}/logo": _organisation_with_logo,
    "GET /v1/coalitions/{coalition_id}/logo": _coalition_with_logo,
    "DELETE /v1/coalitions/{coalition_id}/logo": _coalition_with_logo,
    "POST /v1/coalitions/{coalition_id}/representative-imports": _press_house,
    "PUT /v1/statements/{statement_id}/signing": _reviewed,
    "POST /v1/statements/{statement_id}/deliveries": _delivered,
    "POST /v1/statements/{statement_id}/successors": _opened,
    "GET /v1/public/statements/{address}": _open,
    "GET /v1/public/statements/{address}/signatures": _open,
    "POST /v1/public/statements/{address}/signatures": _open,
    "GET /v1/public/statements/{address}/document": _published,
    "GET /v1/public/statements/{address}/signature-counts": _open,
    "GET /v1/public/statements/{address}/challenge": _open,
    "POST /v1/public/statements/{address}/confirmations": _code,
    "GET /v1/public/pending-signatures/{secret}": _pending,
    "POST /v1/public/pending-signatures/{secret}/confirmation": _pending,
    **{
        f"{method} /v1/public/own-signatures/{{secret}}{part}": _own
        for method, part in (
            ("GET", ""),
            ("GET", "/data"),
            ("POST", "/corrections"),
            ("POST", "/hiding"),
            ("POST", "/withdrawal"),
        )
    },
    "GET /v1/public/invitations/{secret}": _invited,
    "POST /v1/public/invitations/{secret}/acceptance": _invited,
    "POST /v1/public/invitations/{secret}/refusal": _invited,
    "GET /v1/statements/{statement_id}/sign-off-round": _signing_off,
    "PUT /v1/statements/{statement_id}/sign-off-round": _signing_off,
    "POST /v1/statements/{statement_id}/sign-off-round/closing": _signing_off,
    "POST /v1/statements/{statement_id}/sign-off-round/asks": _signing_off,
    "POST /v1/statements/{statement_id}/sign-off-round/reminders": _signing_off,
    "POST /v1/statements/{statement_id}/sign-off-letter-previews": _signing_off,
    "POST /v1/statements/{statement_id}/sign-offs": _signing_off,
    "POST /v1/statements/{statement_id}/appearances": _signing_off,
    "POST /v1/statements/{statement_id}/time-requests": _signing_off,
    "POST /v1/statements/{statement_id}/closed-questions": _signing_off,
    "DELETE /v1/statements/{statement_id}/closed-questions/{member_id}": _closed_question,
    "GET /v1/public/sign-offs/{secret}": _signing_off,
    "POST /v1/public/sign-offs/{secret}/time-requests": _signing_off,
    "POST /v1/public/sign-offs/{secret}/name-links": _signing_off,
    "GET /v1/public/member-names/{secret}": _member_names,
    "POST /v1/statements/{statement_id}/learned-names": _corrected_name,
    "POST /v1/public/member-names/{secret}/removals": _member_names,
    "GET /v1/public/sign-offs/{secret}/diff": _revised,
    "POST /v1/public/sign-offs/{secret}/appearances": _signing_off,
    "POST /v1/public/sign-offs/{secret}/answers": _signing_off,
    "POST /v1/public/sign-offs/{secret}/hand-overs": _signing_off,
    "POST /v1/comments/{comment_id}/reopening": _resolved,
    "POST /v1/consultations/{consultation_id}/suggestions": _consultation,
    "POST /v1/consultations/{consultation_id}/suggestion-merges": _suggested,
    "POST /v1/suggestions/{suggestion_id}/reopening": _declined,
    "POST /v1/consultations/{consultation_id}/word-files": _consultation,
    **{
        f"{method} /v1/public/consultations/{{secret}}{part}": _consulted
        for method, part in (
            ("GET", ""),
            ("GET", "/document"),
            ("POST", "/comments"),
            ("POST", "/comments/{comment_id}/withdrawal"),
            ("POST", "/suggestions"),
            ("POST", "/suggestions/{suggestion_id}/withdrawal"),
            ("POST", "/word-files"),
            ("POST", "/erasure"),
        )
    },
    "PUT /v1/demand-lists/{list_id}/order": _list_with_demands,
    "GET /v1/coalitions/{coalition_id}/mail-server": _mail_server,
    "PUT /v1/coalitions/{coalition_id}/mail-server": _mail_server,
    "DELETE /v1/coalitions/{coalition_id}/mail-server": _mail_server,
    "POST /v1/coalitions/{coalition_id}/mail-server/trials": _mail_server,
    "DELETE /v1/statements/{statement_id}": lambda scene: {"statement_id": scene.draft()},
    "POST /v1/statements/{statement_id}/revisions": lambda scene: {"statement_id": scene.draft()},
    "POST /v1/statements/{statement_id}/renewals": lambda s: {"statement_id": s.assembled()},
    "POST /v1/signatures/{signature_id}/confirmation": _old_signature,
    "POST /v1/statements/{statement_id}/signature-confirmations": _old_signature,
    "GET /v1/statements/{statement_id}/documents/{key}": _document,
    "POST /v1/updates/{update_id}/pause": _begun,
    "POST /v1/updates/{update_id}/resumption": _paused,
    "POST /v1/signatures/{signature_id}/approval": _held,
    "POST /v1/signatures/{signature_id}/rejection": _held,
    "POST /v1/coalitions/{coalition_id}/webhook-endpoints": _with_room,
}

"""Bodies and queries that depend on what is there, for the scene's requests."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from tests.support.signing import at
from tests.support.word_written import a_word_file, p

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.contracts.scene import Scene


def a_document() -> dict[str, Any]:
    """Return the portable document of a short statement."""
    return {
        "format": "undersigned.statement/1",
        "slug": f"appeal-{uuid4().hex[:8]}",
        "kind": "appeal",
        "language": "en",
        "title": "Open the doors",
        "coalition": {"name": "Specimen Coalition"},
        "body": [{"paragraph": "We ask that the doors be opened."}],
    }


def a_source() -> dict[str, Any]:
    """Return the source of a short template."""
    return {
        "name": f"release-{uuid4().hex[:8]}",
        "title": "Call for a release",
        "kind": "appeal",
        "language": "en",
        "facts": [{"name": "city", "type": "text", "label": "City", "required": True}],
        "title_text": "Open the doors in {{ city }}",
        "body": [{"paragraph": "We write about those who are held in {{ city }}."}],
    }


# Bodies that depend on what is there.
BODIES: dict[str, Callable[[Scene, dict[str, str]], Any]] = {
    "PUT /v1/statements/{statement_id}/signing": lambda *_: {"moderation": "all"},
    "POST /v1/public/statements/{address}/signatures": lambda scene, ids: at(
        scene.world, ids["address"]
    ).body(f"{uuid4().hex}@specimen.example"),
    "POST /v1/public/statements/{address}/confirmations": lambda _, ids: {"code": ids["code"]},
    "POST /v1/public/own-signatures/{secret}/corrections": lambda *_: {"name": "Eve Specimen"},
    "POST /v1/coalitions/{coalition_id}/roles": lambda *_: {
        "email": f"{uuid4().hex}@specimen.example",
        "name": "Someone",
        "role": "viewer",
    },
    "PATCH /v1/connectors/{connector_id}": lambda *_: {"label": "Another"},
    "POST /v1/coalitions/{coalition_id}/connectors": lambda scene, _: {
        "kind": "csv",
        "settings": {"every": "daily"},
        "organisation_id": scene.organisation(),
        "label": "Specimen letters",
    },
    "POST /v1/coalitions/{coalition_id}/case-verifications": lambda scene, *_: {
        "case_ids": [scene.case()]
    },
    "PATCH /v1/cases/{case_id}": lambda *_: {"occupation": "lawyer"},
    "POST /v1/coalitions/{coalition_id}/demand-lists": lambda scene, _: {
        "country": next(scene.countries)
    },
    "PATCH /v1/demand-lists/{list_id}": lambda scene, _: {"country": next(scene.countries)},
    "PUT /v1/coalitions/{coalition_id}/demand-list-order": lambda scene, ids: scene.order(
        f"/v1/coalitions/{ids['coalition_id']}/demand-list-order"
    ),
    "PUT /v1/demand-lists/{list_id}/order": lambda scene, ids: scene.order(
        f"/v1/demand-lists/{ids['list_id']}/order"
    ),
    "PUT /v1/statements/{statement_id}/signature-order": lambda scene, ids: scene.order(
        f"/v1/statements/{ids['statement_id']}/signature-order"
    ),
    "POST /v1/demand-lists/{list_id}/demands": lambda scene, _: {
        "text": "Kazakhstan should release them at once.",
        "case_ids": [scene.case()],
    },
    "PATCH /v1/demands/{demand_id}": lambda *_: {"rationale": "They wrote the truth."},
    "PUT /v1/templates/{template_id}": lambda scene, ids: {
        "source": scene.owner.get(f"/v1/templates/{ids['template_id']}")["source"]
    },
    "POST /v1/statements/{statement_id}/deliveries": lambda scene, _: {
        "addressee_id": scene.addressee(),
        "means": "in_person",
    },
    "POST /v1/cover-letters/{cover_letter_id}/deliveries": lambda scene, _: {
        "addressee_ids": [scene.addressee()]
    },
    "POST /v1/coalitions/{coalition_id}/templates": lambda *_: {"source": a_source()},
    "POST /v1/coalitions/{coalition_id}/statements": lambda *_: {"document": a_document()},
    "PUT /v1/statements/{statement_id}/draft": lambda scene, ids: {
        "document": scene.owner.get(f"/v1/statements/{ids['statement_id']}/draft")["document"]
    },
    "POST /v1/coalitions/{coalition_id}/assemblies": lambda scene, _: scene.assembly(),
    "POST /v1/statements/{statement_id}/revisions": lambda *_: {"weight": None},
    "POST /v1/statements/{statement_id}/signatures": lambda scene, ids: {
        "kind": "individual",
        "name": "A. Specimen",
        "revision_sha256": scene.sha256_of(ids["statement_id"]),
    },
    "POST /v1/statements/{statement_id}/signature-imports": lambda *_: (
        b"kind,name,country\norganisation,Specimen Committee,KZ\n"
    ),
    "POST /v1/signatures/{signature_id}/confirmation": lambda scene, ids: {
        "revision_sha256": scene.sha256_of(scene.statement_of(ids["signature_id"]))
    },
    "POST /v1/statements/{statement_id}/signature-confirmations": lambda scene, ids: {
        "ids": [ids["signature_id"]],
        "revision_sha256": scene.sha256_of(ids["statement_id"]),
    },
    "POST /v1/coalitions/{coalition_id}/invitations": lambda *_: {
        "name": "A. Specimen",
        "email": "invited@specimen.example",
    },
    "POST /v1/coalitions/{coalition_id}/suppressions": lambda *_: {
        "email": f"{uuid4().hex}@specimen.example"
    },
    "POST /v1/coalitions/{coalition_id}/blocks": lambda *_: {
        "kind": "domain",
        "value": f"{uuid4().hex}.example",
    },
    "POST /v1/statements/{statement_id}/moderation-decisions": lambda scene, ids: {
        "decision": "approve",
        "ids": [scene.held(ids["statement_id"])],
    },
    "POST /v1/statements/{statement_id}/sign-off-round/asks": lambda _, ids: {
        "member_ids": [ids["member_id"]]
    },
    "POST /v1/statements/{statement_id}/sign-offs": lambda scene, ids: {
        "member_id": ids["member_id"],
        "by": {"name": "A. Specimen"},
        "answer": "approved",
        "revision_sha256": scene.sha256_of(ids["statement_id"]),
    },
    "POST /v1/statements/{statement_id}/appearances": lambda _, ids: {
        "member_id": ids["member_id"],
        "visibility": "coalition",
    },
    "POST /v1/statements/{statement_id}/time-requests": lambda _, ids: {
        "member_id": ids["member_id"],
        "until": f"{datetime.now(UTC).date() + timedelta(7)}",
        "by": {"name": "A. Specimen"},
    },
    "POST /v1/statements/{statement_id}/closed-questions": lambda _, ids: {
        "member_id": ids["member_id"],
        "reason": "Nobody can be reached.",
    },
    "POST /v1/statements/{statement_id}/learned-names": lambda _, ids: {
        "member_id": ids["member_id"]
    },
    "POST /v1/public/member-names/{secret}/removals": lambda _, ids: {
        "statement_id": ids["statement_id"]
    },
    "POST /v1/public/sign-offs/{secret}/answers": lambda scene, ids: {
        "answer": "approved",
        "revision_sha256": scene.sha256_of(ids["statement_id"]),
    },
    "POST /v1/public/consultations/{secret}/comments": lambda scene, ids: {
        "text": "Ask for a date.",
        "revision_sha256": scene.sha256_of(ids["statement_id"]),
    },
    **{
        f"POST /v1/{whose}/suggestions": lambda scene, ids: {
            "kind": "words",
            "target": "title",
            "lines": ["Open every door"],
            "revision_sha256": scene.sha256_of(ids["statement_id"]),
        }
        for whose in ("consultations/{consultation_id}", "public/consultations/{secret}")
    },
    "POST /v1/coalitions/{coalition_id}/imports": lambda *_: json.dumps(a_document()).encode(),
    "POST /v1/coalitions/{coalition_id}/word-imports": lambda *_: a_word_file(p("We ask.")),
    **{
        f"POST /v1/{whose}/word-files": lambda scene, ids: (
            scene.owner.get(f"/v1/statements/{ids['statement_id']}/document", format="docx").body
        )
        for whose in ("consultations/{consultation_id}", "public/consultations/{secret}")
    },
    "POST /v1/coalitions/{coalition_id}/template-files": lambda *_: json.dumps(a_source()).encode(),
    "PUT /v1/templates/{template_id}/file": lambda scene, ids: (
        scene.owner.get(f"/v1/templates/{ids['template_id']}/file", format="json").body
    ),
    "POST /v1/coalitions/{coalition_id}/template-previews": lambda scene, _: {
        "template_id": scene.template(),
        "format": "text",
    },
}

# What must stand in a query; the PDF is tried elsewhere, as the text takes less time.
QUERIES: dict[str, Callable[[Scene, dict[str, str]], dict[str, str]]] = {
    "GET /v1/statements/{statement_id}/document": lambda *_: {"format": "text"},
    "GET /v1/statements/{statement_id}/draft/document": lambda *_: {"format": "text"},
    "GET /v1/coalitions/{coalition_id}/past-demands": lambda *_: {"q": "repeal the law"},
    "POST /v1/coalitions/{coalition_id}/word-imports": lambda *_: {
        "slug": f"specimen-{uuid4().hex}",
        "language": "en",
    },
    "POST /v1/statements/{statement_id}/signature-imports": lambda scene, ids: {
        "revision_sha256": scene.sha256_of(ids["statement_id"])
    },
}

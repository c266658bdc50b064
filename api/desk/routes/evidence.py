"""/desk/…/statements/{id}/signatures/evidence: the scans and mails that prove what was said."""

from __future__ import annotations

from uuid import UUID

from flask import Response
from werkzeug.wrappers import Response as AnyResponse

from api.accounts.rules import Role
from api.desk.routes.base import Screen, at, cursors, onward, page_request, said, screen, to, when
from api.desk.routes.shared import columns_of
from api.desk.routes.signing_base import around, statement_of
from api.desk.routes.visiting import actor
from api.desk.rules.frames import Danger
from api.desk.rules.signatories import EvidenceScreen
from api.desk.rules.tables import Cell, Listing, ListRow
from api.infra.text import languages
from api.pages.rules.facts import Anchor
from api.signatures import rules
from api.signatures.service import evidence
from api.signatures.service.evidence import EvidenceView

_KILOBYTE = 1000


@at("/<uuid:coalition_id>/statements/<uuid:statement_id>/signatures/evidence", "evidence")
class ListEvidence(Screen):
    least = Role.COORDINATOR

    def get(self, coalition_id: UUID, statement_id: UUID) -> Response:
        """List what was kept: of signatures on paper, and of answers in other ways."""
        del coalition_id
        words, path = said(), to("evidence", statement_id=statement_id)
        found = evidence.listed(actor(), statement_id, page_request())
        return screen(
            "evidence.html",
            EvidenceScreen(
                around=around(statement_of(statement_id)),
                back=Anchor(
                    words.say("signatures.title"), to("signatures", statement_id=statement_id)
                ),
                kept=Listing(
                    caption=words.say("evidence.title"),
                    columns=columns_of("evidence", "what", "size", "since", "act"),
                    rows=[_row(each) for each in found.items],
                    path=path,
                    query=cursors("cursor"),
                    total=found.total,
                    following=found.following,
                ),
            ),
        )


def _row(each: EvidenceView) -> ListRow:
    words, row = said(), each.row
    kind = rules.EVIDENCE[row.content_type].upper()
    size = languages.number(-(-row.bytes // _KILOBYTE), words.language)
    return ListRow(
        cells=[
            Cell(
                text=each.note or words.say("evidence.one", kind=kind),
                href=to("evidence_file", evidence_id=row.id),
                small=kind if each.note else "",
            ),
            Cell(text=words.say("evidence.kilobytes", number=size)),
            Cell(html=when(row.created_at)),
            Cell(text=words.say("evidence.delete"), href=to("evidence_end", evidence_id=row.id)),
        ]
    )


@at("/<uuid:coalition_id>/evidence/<uuid:evidence_id>/deletion", "evidence_end")
class DeleteEvidence(Screen):
    least = Role.COORDINATOR
    is_fresh = True

    def get(self, coalition_id: UUID, evidence_id: UUID) -> Response:
        """Ask once."""
        del coalition_id
        words, found = said(), evidence.one(actor(), evidence_id)
        return screen(
            "danger.html",
            Danger(
                title=words.say("evidence.delete_title"),
                points=[words.say("evidence.delete_1"), words.say("evidence.delete_2")],
                button=words.say("evidence.delete"),
                back=to("evidence", statement_id=found.row.statement_id),
            ),
        )

    def post(self, coalition_id: UUID, evidence_id: UUID) -> AnyResponse:
        """Delete what no signature and no answer stands on."""
        del coalition_id
        of = evidence.one(actor(), evidence_id).row.statement_id
        evidence.remove(actor(), evidence_id)
        return onward("evidence", "evidence_deleted", statement_id=of)

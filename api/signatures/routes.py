"""The addresses of signatures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from flask import Response, request
from flask.views import MethodView

from api.accounts.routes import PROMISED, current_actor, promised
from api.accounts.schemas import JobOut
from api.infra.background.jobs import Job
from api.infra.database.paging import Page, PageRequest
from api.infra.tables.reports import Report
from api.signatures import rules, schemas
from api.signatures.rules import Signatory
from api.signatures.service import changes, evidence, exports, lists, search, tables as service
from api.signatures.service.evidence import EvidenceView
from api.signatures.service.exports import For
from api.signatures.service.rows import SignatureView
from api.web import tables
from api.web.etags import needs_match, sends_tag, tag, tagged_by
from api.web.files import body_of, received, sent
from api.web.openapi.headers import LINK, sends
from api.web.paging import listed, paged, paginated
from api.web.rest import Blueprint
from api.web.table_schemas import file_args
from api.web.tables import CSV, JSON

TABLES: dict[For, tuple[Sequence[str], Callable[[Signatory], dict[str, str | None]]]] = {
    For.ADDRESSEE: (rules.CLEAN, rules.cells_of),
    For.CRM: (rules.CRM_COLUMNS, rules.crm_cells),
    For.IMPORT: (rules.COLUMNS, rules.cells_of),
}
EXAMPLES = {
    "application/pdf": "%PDF-1.7",
    rules.MAIL: "From: a@specimen.example\nDate: Tue, 20 May 2031 09:00:00 +0000\n\nWe sign.",
    rules.NOTE: "A. Specimen said by telephone that they sign.",
}
EXAMPLE = "kind,name,country\norganisation,Specimen Committee,KZ\n"
blueprint = Blueprint("signatures", __name__, url_prefix="/v1", description="Who signed.")
_tagged = tagged_by("etag")


@blueprint.route("/statements/<uuid:statement_id>/signatures")
class Signatures(MethodView):
    @blueprint.arguments(schemas.ListArgs, location="query")
    @blueprint.response(200, listed(schemas.SignatureOut), headers=sends(LINK))
    @blueprint.alt_response(
        202, schema=JobOut, headers=PROMISED, description="A job: names are opened one by one."
    )
    def get(self, args: dict[str, Any], statement_id: UUID) -> Any:
        """List or search a statement's signatures, in their order.

        Coordinators and owners see all; others see those that print, as they print. A search of
        more than 2,000 becomes a job: ask the one at `Location` until it is done, then get the
        URL in its result.
        """
        page, sought, job_id = args.pop("page"), args.pop("q", None), args.pop("found", None)
        if job_id is not None:
            return paged(search.found(current_actor(), statement_id, page, args, job_id))
        if sought is None:
            return paged(lists.signatures(current_actor(), statement_id, page, args))
        found = search.searched(current_actor(), statement_id, page, args, sought)
        return promised(found) if isinstance(found, Job) else paged(found)

    @blueprint.arguments(schemas.SignatureIn)
    @blueprint.response(201, schemas.WarnedSignatureOut)
    @_tagged
    def post(self, facts: dict[str, Any], statement_id: UUID) -> SignatureView:
        """Enter a signature under the newest revision, of which the signatory saw the text."""
        sha256 = facts.pop("revision_sha256")
        return changes.enter(current_actor(), statement_id, sha256, facts)


@blueprint.route("/statements/<uuid:statement_id>/signature-order")
class SignatureOrder(MethodView):
    @blueprint.response(200, schemas.OrderOut)
    @sends_tag
    def get(self, statement_id: UUID) -> dict[str, list[UUID]]:
        """Give the ids of a statement's signatures in order."""
        ids, version = changes.order(current_actor(), statement_id)
        tag(version)
        return {"ids": ids}

    @needs_match
    @blueprint.arguments(schemas.OrderIn)
    @blueprint.response(200, schemas.OrderOut)
    @sends_tag
    def put(
        self, given: dict[str, list[UUID]], statement_id: UUID, expected: int
    ) -> dict[str, list[UUID]]:
        """Put a statement's signatures into another order, all in one call."""
        ids, version = changes.reorder(current_actor(), statement_id, expected, given["ids"])
        tag(version)
        return {"ids": ids}


@blueprint.route("/statements/<uuid:statement_id>/signature-counts")
class SignatureCounts(MethodView):
    @blueprint.response(200, schemas.CountsOut)
    def get(self, statement_id: UUID) -> dict[str, object]:
        """Count a statement's signatures: in all, by kind, source, country and day."""
        return lists.numbers(current_actor(), statement_id)


@blueprint.route("/statements/<uuid:statement_id>/signatures.csv")
class SignatureTable(MethodView):
    @sent(CSV)
    @blueprint.arguments(schemas.TableArgs, location="query")
    def get(self, wanted: dict[str, Any], statement_id: UUID) -> Response:
        """Give a statement's signatories as a table.

        For its addressee, as they print; for a mailing tool, with addresses and consents
        (coordinators); or as the import takes it. A cell that a spreadsheet would run begins with
        an apostrophe, which the import takes off.
        """
        whom, reason = wanted.pop("for"), wanted.pop("reason")
        batches = exports.exported(current_actor(), statement_id, whom, wanted, reason)
        columns, cells_of = TABLES[whom]
        return tables.as_csv("signatures", columns, batches, cells_of)


@blueprint.route("/statements/<uuid:statement_id>/signatures.json")
class SignatureList(MethodView):
    @sent(JSON, schemas={JSON: {"type": "object"}})
    @blueprint.arguments(schemas.TableArgs, location="query")
    def get(self, wanted: dict[str, Any], statement_id: UUID) -> Response:
        """Give a statement's signatories as one list; for whom, as for the table."""
        whom, reason = wanted.pop("for"), wanted.pop("reason")
        batches = exports.exported(current_actor(), statement_id, whom, wanted, reason)
        return tables.as_json("signatures", batches)


@blueprint.route("/statements/<uuid:statement_id>/signature-imports")
class SignatureImports(MethodView):
    @tables.takes_table(rules.MOST_BYTES, {tables.CSV: EXAMPLE})
    @blueprint.arguments(schemas.SignatoryImportArgs, location="query")
    @blueprint.response(200, schemas.ReportOut)
    @blueprint.doc(description=schemas.TABLE)
    def post(self, args: dict[str, Any], statement_id: UUID) -> Report:
        """Enter the signatories of a table; the answer tells what became of each line."""
        service.must_be_allowed(current_actor(), statement_id)
        take = partial(
            service.take_in,
            current_actor(),
            statement_id,
            args["revision_sha256"],
            partial=args["is_partial"],
            preview=args["is_preview"],
            evidence_id=args["evidence_id"],
        )
        return tables.imported(file_args(args), rules.LAYOUT, schemas.SignatoryIn(), take)


@blueprint.route("/statements/<uuid:statement_id>/evidence")
class Scans(MethodView):
    @paginated(blueprint, schemas.EvidenceOut)
    def get(self, args: dict[str, PageRequest], statement_id: UUID) -> Page[EvidenceView]:
        """List the evidence of what was signed on paper, or answered in another way."""
        return evidence.listed(current_actor(), statement_id, args["page"])

    @received(*rules.EVIDENCE, max_bytes=rules.MOST_OF_A_SCAN, examples=EXAMPLES)
    @blueprint.arguments(schemas.EvidenceArgs, location="query")
    @blueprint.response(201, schemas.EvidenceOut)
    @sends_tag
    def post(self, args: dict[str, str | None], statement_id: UUID) -> EvidenceView:
        """Keep a scan of what was signed on paper, or the mail or note of an answer: to 20 MB."""
        content, kind = request.get_data(), request.mimetype
        tag(1)
        return evidence.put(current_actor(), statement_id, content, kind, args["note"])


@blueprint.route("/evidence/<uuid:evidence_id>")
class OneScan(MethodView):
    @blueprint.response(200, schemas.EvidenceOut)
    @sends_tag
    def get(self, evidence_id: UUID) -> EvidenceView:
        """Show what is known of a piece of evidence."""
        tag(1)  # it never changes
        return evidence.one(current_actor(), evidence_id)

    @blueprint.response(204)
    def delete(self, evidence_id: UUID) -> None:
        """Delete evidence on which no signature and no answer stands."""
        evidence.remove(current_actor(), evidence_id)


@blueprint.route("/evidence/<uuid:evidence_id>/file")
class ScanFile(MethodView):
    @sent(*rules.EVIDENCE)
    @sends_tag
    def get(self, evidence_id: UUID) -> Response:
        """Give a scan, a mail or a note as a file."""
        row, content = evidence.content_of(current_actor(), evidence_id)
        tag(row.sha256)
        ending = rules.EVIDENCE[row.content_type]
        return body_of(content, row.content_type, f"{row.id}.{ending}")


@blueprint.route("/signatures/<uuid:signature_id>")
class OneSignature(MethodView):
    @blueprint.response(200, schemas.SignatureOut)
    @_tagged
    def get(self, signature_id: UUID) -> SignatureView:
        """Show a signature, as far as you may see it."""
        return lists.signature(current_actor(), signature_id)

    @needs_match
    @blueprint.arguments(schemas.SignatoryIn(partial=True))
    @blueprint.response(200, schemas.WarnedSignatureOut)
    @_tagged
    def patch(self, facts: dict[str, object], signature_id: UUID, expected: int) -> SignatureView:
        """Change what is known of a signatory, or who may see it."""
        return changes.change(current_actor(), signature_id, expected, facts)

    @needs_match
    @blueprint.response(204)
    def delete(self, signature_id: UUID, expected: int) -> None:
        """Delete a signature that was entered by mistake; who takes it back withdraws it."""
        changes.remove(current_actor(), signature_id, expected)


@blueprint.route("/signatures/<uuid:signature_id>/confirmation")
class Confirmation(MethodView):
    @blueprint.arguments(schemas.ConfirmationIn)
    @blueprint.response(200, schemas.SignatureOut)
    @_tagged
    def post(self, given: dict[str, str], signature_id: UUID) -> SignatureView:
        """Bind a signature to the newest revision, of which the signatory saw the text."""
        sha256 = given["revision_sha256"]
        return changes.confirm(current_actor(), signature_id, sha256)


@blueprint.route("/statements/<uuid:statement_id>/signature-confirmations")
class Confirmations(MethodView):
    @blueprint.arguments(schemas.ConfirmationsIn)
    @blueprint.response(200, schemas.ConfirmedOut)
    def post(self, given: dict[str, Any], statement_id: UUID) -> Mapping[str, int]:
        """Bind several signatures to the newest revision; all or none."""
        ids, sha256 = given["ids"], given["revision_sha256"]
        return changes.confirm_all(current_actor(), statement_id, ids, sha256)


@blueprint.route("/signatures/<uuid:signature_id>/disclosure")
class Disclosure(MethodView):
    @blueprint.response(200, schemas.SignatureOut)
    @_tagged
    def post(self, signature_id: UUID) -> SignatureView:
        """Show all that coordinators may know of one signatory; the record tells who looked."""
        return lists.disclosed(current_actor(), signature_id)


@blueprint.route("/signatures/<uuid:signature_id>/withdrawal")
class Withdrawal(MethodView):
    @blueprint.response(200, schemas.SignatureOut)
    @_tagged
    def post(self, signature_id: UUID) -> SignatureView:
        """Take a signature back: it does not count any more, and who gave it is forgotten."""
        return changes.withdraw(current_actor(), signature_id)


@blueprint.route("/signatures/<uuid:signature_id>/hiding")
class Hiding(MethodView):
    @blueprint.response(200, schemas.SignatureOut)
    @_tagged
    def post(self, signature_id: UUID) -> SignatureView:
        """Take a name out of all that others see; coordinators go on seeing it, and it counts."""
        return changes.hide(current_actor(), signature_id)


@blueprint.route("/signatures/<uuid:signature_id>/erasure")
class Erasure(MethodView):
    @blueprint.response(200, schemas.SignatureOut)
    @_tagged
    def post(self, signature_id: UUID) -> SignatureView:
        """Forget who gave a signature, for good, and go on counting it as anonymous."""
        return changes.erase(current_actor(), signature_id)

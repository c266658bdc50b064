"""The addresses of signing: for coordinators below /v1, for everybody below /v1/public."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, TypeVar
from uuid import UUID

from flask import Response, jsonify, request
from flask.views import MethodView

from api.accounts.routes import current_actor
from api.infra.database.paging import Page, PageRequest
from api.signatures.schemas import PublicCountsOut
from api.signatures.service.counts import Counts
from api.signatures.service.rows import SignatureView
from api.signing import schemas
from api.signing.service import (
    confirming,
    own_signature,
    reader,
    receiving,
    settings,
)
from api.signing.service.confirming import WaitingSignature
from api.signing.service.own_signature import Own
from api.signing.service.reader import Public
from api.statements.schemas import DraftOut
from api.statements.service import SavedStatement
from api.web import cors
from api.web.etags import let_caches_keep, needs_match, sends_tag, tag, tag_content, tagged_by
from api.web.files import sent
from api.web.idempotency import REPLAYED, given_key
from api.web.paging import paginated
from api.web.rest import Blueprint

blueprint = Blueprint("signing", __name__, url_prefix="/v1", description="The public signs.")
ACCEPTED = (
    "If this address can sign, a letter is on its way to it. Open it, and confirm within 7 days."
)
HERE = "/public/statements/<string:address>"
_tagged = tagged_by("signing.version")
_Headers = Mapping[str, str]
_T = TypeVar("_T")


@blueprint.after_request
def let_sites_read(answer: Response) -> Response:
    """Let pages of the sites that a coalition names use what is public; no cookie goes along."""
    origin, asked = request.headers.get("Origin"), request.view_args or {}
    whose = {name: asked[name] for name in ("address", "secret") if name in asked}
    if whose:
        answer.vary.add("Origin")
        if origin and reader.may_be_read_by(origin, **whose):
            cors.let(answer, origin)
    return answer


def _shared(read: reader.Read[_T]) -> _T:
    """Let caches keep what everybody may read, and say whether it is still the same."""
    tag_content()
    let_caches_keep(is_sensitive=read.is_sensitive)
    return read.found


@blueprint.route("/statements/<uuid:statement_id>/signing")
class StatementSigning(MethodView):
    @blueprint.response(200, schemas.SigningOut)
    @_tagged
    def get(self, statement_id: UUID) -> settings.Set:
        """Show how a statement is signed in public."""
        return settings.signing(current_actor(), statement_id)

    @needs_match
    @blueprint.arguments(schemas.SigningIn)
    @blueprint.response(200, schemas.SigningOut)
    @_tagged
    def put(self, given: dict[str, Any], statement_id: UUID, expected: int) -> settings.Set:
        """Say how a statement is signed in public: from when, until when, by whom.

        From the moment it opens, its text takes editorial revisions only. A text that names people
        who were released or have died since opens where each is confirmed, as it is published.
        """
        return settings.put(current_actor(), statement_id, expected, given)


@blueprint.route("/statements/<uuid:statement_id>/successors")
class Successors(MethodView):
    @blueprint.arguments(schemas.SuccessorIn)
    @blueprint.response(201, DraftOut)
    @sends_tag
    def post(self, given: dict[str, str], statement_id: UUID) -> SavedStatement:
        """Close a statement's signing, and continue it in a new one with the draft's text.

        For a material change after signing opened: who signed the one has not signed the other.
        """
        begun = settings.succeed(current_actor(), statement_id, given["slug"])
        tag(begun.statement.version)
        return begun


@blueprint.route(HERE)
class PublicStatement(MethodView):
    @blueprint.arguments(schemas.PublicStatementArgs, location="query")
    @blueprint.response(200, schemas.PublicStatementOut)
    @sends_tag
    def get(self, args: dict[str, str | None], address: str) -> Public:
        """Read a statement that is, was or will be signed in public, and how to sign it."""
        found = reader.public(address, args["language"])
        return _shared(reader.Read(found, found.signing.is_sensitive))


@blueprint.route(f"{HERE}/signatures")
class PublicSignatures(MethodView):
    @paginated(blueprint, schemas.PublicSignatoryOut)
    @sends_tag
    def get(self, args: dict[str, PageRequest], address: str) -> Page[SignatureView]:
        """List who signed, as far as they wish to be seen, in their order."""
        return _shared(reader.signatories(address, args["page"]))

    @blueprint.arguments(schemas.PublicSignatureIn())  # made once, not for each of a rush
    @blueprint.response(202, schemas.AcceptedOut)
    def post(self, given: dict[str, Any], address: str) -> tuple[dict[str, str], int, _Headers]:
        """Ask to sign. Everybody is answered alike; what comes of it, the mailbox learns.

        With an `Idempotency-Key` this very body is taken once, however often it is sent.
        """
        key, sha256 = given_key(), given["revision_sha256"]
        once = None if key is None else receiving.Once(key, request.get_data())
        is_new = receiving.receive(address, given, sha256, request.remote_addr, once)
        return {"message": ACCEPTED}, HTTPStatus.ACCEPTED, {} if is_new else REPLAYED


@blueprint.route(f"{HERE}/signature-counts")
class PublicCounts(MethodView):
    @blueprint.response(200, PublicCountsOut)
    @sends_tag
    def get(self, address: str) -> Counts:
        """Count who signed."""
        return _shared(reader.counts(address))


@blueprint.route(f"{HERE}/challenge")
class Challenge(MethodView):
    @blueprint.response(200, schemas.ChallengeOut)
    def get(self, address: str) -> Response:
        """Get a proof of work to do: with it, more signatures are taken from one network."""
        answer = jsonify(reader.challenge(address))
        answer.headers["Cache-Control"] = "no-store"
        return answer


@blueprint.route(f"{HERE}/confirmations")
class CodeConfirmations(MethodView):
    @blueprint.arguments(schemas.CodeIn)
    @blueprint.response(200, schemas.PendingOut)
    def post(self, given: dict[str, str], address: str) -> WaitingSignature:
        """Confirm a signature by the short code of its letter."""
        return confirming.confirm_by_code(address, given["code"], request.remote_addr)


@blueprint.route("/public/pending-signatures/<string:secret>")
class PendingSignatureView(MethodView):
    @blueprint.response(200, schemas.PendingOut)
    def get(self, secret: str) -> WaitingSignature:
        """Show what a link of a letter would confirm; nothing changes."""
        return confirming.pending(secret)


@blueprint.route("/public/pending-signatures/<string:secret>/confirmation")
class LinkConfirmation(MethodView):
    @blueprint.response(200, schemas.PendingOut)
    def post(self, secret: str) -> WaitingSignature:
        """Confirm a signature by the link of its letter, any number of times in seven days.

        Of several that one mailbox asked for, what was asked for last stands, whichever letter is
        confirmed last.
        """
        return confirming.confirm(secret)


@blueprint.route("/public/own-signatures/<string:secret>")
class OwnSignature(MethodView):
    @blueprint.response(200, schemas.OwnSignatureOut)
    def get(self, secret: str) -> Own:
        """Show one's own signature, and all that is kept of it."""
        return own_signature.own(secret)


@blueprint.route("/public/own-signatures/<string:secret>/corrections")
class OwnCorrections(MethodView):
    @blueprint.arguments(schemas.OwnSignatureIn)
    @blueprint.response(200, schemas.OwnSignatureOut)
    def post(self, given: dict[str, Any], secret: str) -> Own:
        """Correct one's own signature, show it to more or fewer, or end a mailing."""
        return own_signature.correct(secret, given)


@blueprint.route("/public/own-signatures/<string:secret>/hiding")
class OwnHiding(MethodView):
    @blueprint.response(200, schemas.OwnSignatureOut)
    def post(self, secret: str) -> Own:
        """Show one's name nowhere any more, at once; the signature goes on counting."""
        return own_signature.hide(secret)


@blueprint.route("/public/own-signatures/<string:secret>/withdrawal")
class OwnWithdrawal(MethodView):
    @blueprint.response(200, schemas.OwnSignatureOut)
    def post(self, secret: str) -> Own:
        """Take one's own signature back: it does not count, and who gave it is forgotten."""
        return own_signature.withdraw(secret)


@blueprint.route("/public/own-signatures/<string:secret>/data")
class OwnData(MethodView):
    @sent("application/json")
    def get(self, secret: str) -> Response:
        """Take away all that is kept of oneself."""
        answer = jsonify(own_signature.export_own(secret))
        answer.headers.set("Content-Disposition", "attachment", filename="my-signature.json")
        return answer

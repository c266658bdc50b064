"""Who calls, and the addresses of users, roles, tokens, jobs and the record."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, cast
from uuid import UUID

from flask import Flask, Response, g, jsonify, request
from flask.views import MethodView

from api.accounts import schemas, service
from api.accounts.models import Token
from api.accounts.rules import Actor, Role
from api.accounts.service import authentication, jobs, record, sessions
from api.infra.background.jobs import Job
from api.infra.database.paging import Page, PageRequest
from api.infra.security import audit
from api.web.etags import needs_match, sends_tag, tag_content, tagged_by
from api.web.idempotency import secret_answer
from api.web.openapi.headers import sends
from api.web.paging import paginated
from api.web.problems import Unauthenticated
from api.web.rest import OPEN, Blueprint

POLL_SECONDS = "1"  # until a job may be further
PROMISED = sends("Location", "Retry-After")  # with the answer that a job will do it
blueprint = Blueprint("accounts", __name__, url_prefix="/v1", description="Who may do what.")


def install(app: Flask) -> None:
    """Let nobody without a valid token past /v1, but to what is public."""

    @app.before_request
    def _authenticate() -> None:
        if not request.path.startswith("/v1/") or request.path.startswith(OPEN):
            return
        if request.method == "OPTIONS":  # browsers ask so what they may send, without the token
            return
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        actor = (
            authentication.authenticate(secret) if scheme.lower() == "bearer" and secret else None
        )
        if actor is None:
            raise Unauthenticated("Send `Authorization: Bearer …` with a token that is valid now.")
        g.actor = actor


def current_actor() -> Actor:
    """Return who calls."""
    return cast("Actor", g.actor)


_tagged = tagged_by("grant.version")


@blueprint.route("/me")
class Me(MethodView):
    @blueprint.response(200, schemas.MeOut)
    def get(self) -> dict[str, object]:
        """Who am I, and what may I do with this token?"""
        return _told(service.me(current_actor()))


@blueprint.route("/me/language")
class MyLanguage(MethodView):
    @blueprint.arguments(schemas.MyLanguageIn)
    @blueprint.response(200, schemas.MeOut)
    def post(self, choice: dict[str, str | None]) -> dict[str, object]:
        """Say in which language the desk, and letters about your access, speak to you."""
        return _told(service.speak(current_actor(), choice["language"]))


def _told(who: service.UserView) -> dict[str, object]:
    roles = [{"coalition_id": key, "role": role} for key, role in current_actor().roles.items()]
    return {**vars(who), "roles": roles}


@blueprint.route("/tokens")
class Tokens(MethodView):
    @paginated(blueprint, schemas.TokenOut)
    def get(self, args: dict[str, PageRequest]) -> Page[Token]:
        """List your tokens, newest first."""
        return service.tokens(current_actor(), args["page"])

    @blueprint.arguments(schemas.TokenIn)
    @blueprint.response(201, schemas.NewTokenOut)
    def post(self, new: dict[str, Any]) -> dict[str, object]:
        """Make a token. Its secret is shown this once."""
        token, secret = service.create_token(current_actor(), **new)
        secret_answer()
        return {"token": token, "secret": secret}


@blueprint.route("/tokens/<uuid:token_id>")
class OneToken(MethodView):
    @blueprint.response(200, schemas.TokenOut)
    def get(self, token_id: UUID) -> Token:
        """Show one of your tokens."""
        return service.token(current_actor(), token_id)


@blueprint.route("/tokens/<uuid:token_id>/revocation")
class TokenRevocation(MethodView):
    @blueprint.response(200, schemas.TokenOut)
    def post(self, token_id: UUID) -> Token:
        """End one of your tokens now, for good."""
        return service.revoke_token(current_actor(), token_id)


@blueprint.route("/sessions")
class Sessions(MethodView):
    @paginated(blueprint, schemas.SessionOut)
    def get(self, args: dict[str, PageRequest]) -> Page[sessions.SessionView]:
        """List where you are signed in at the desk, newest first."""
        return sessions.listed(current_actor(), args["page"])


@blueprint.route("/sessions/<uuid:session_id>/revocation")
class SessionRevocation(MethodView):
    @blueprint.response(204)
    def post(self, session_id: UUID) -> None:
        """End one of your sessions now, for good."""
        sessions.end(current_actor(), session_id)


@blueprint.route("/session-revocations")
class SessionRevocations(MethodView):
    @blueprint.response(204)
    def post(self) -> None:
        """End all of your sessions now, for good. Your tokens go on."""
        sessions.end_all(current_actor())


@blueprint.route("/coalitions/<uuid:coalition_id>/access-revocations")
class AccessRevocations(MethodView):
    @blueprint.response(204)
    def post(self, coalition_id: UUID) -> None:
        """End everybody's access to a coalition: for its owners, when a computer was seized.

        Sessions and tokens that are there now act in this coalition no more, yours too; nor does
        what is made by them later. Who signs in anew by a letter works as before.
        """
        sessions.end_everybody(current_actor(), coalition_id)


@blueprint.route("/coalitions/<uuid:coalition_id>/roles")
class Roles(MethodView):
    @paginated(blueprint, schemas.RoleOut)
    def get(self, args: dict[str, PageRequest], coalition_id: UUID) -> Page[service.Granted]:
        """List who works in a coalition."""
        return service.roles_of(current_actor(), coalition_id, args["page"])

    @blueprint.arguments(schemas.RoleIn)
    @blueprint.response(201, schemas.RoleOut)
    @_tagged
    def post(self, new: dict[str, Any], coalition_id: UUID) -> service.Granted:
        """Give a person a role; who is not known here yet becomes a user."""
        return service.grant_role(current_actor(), coalition_id, **new)


@blueprint.route("/roles/<uuid:role_id>")
class OneRole(MethodView):
    @blueprint.response(200, schemas.RoleOut)
    @_tagged
    def get(self, role_id: UUID) -> service.Granted:
        """Show one role."""
        return service.role(current_actor(), role_id)

    @needs_match
    @blueprint.arguments(schemas.RoleChangeIn)
    @blueprint.response(200, schemas.RoleOut)
    @_tagged
    def patch(self, change: dict[str, Role], role_id: UUID, expected: int) -> service.Granted:
        """Change what a person may do."""
        return service.change_role(current_actor(), role_id, expected, change["role"])

    @needs_match
    @blueprint.response(204)
    def delete(self, role_id: UUID, expected: int) -> None:
        """Take a person's role away."""
        service.take_role(current_actor(), role_id, expected)


@blueprint.route("/roles/<uuid:role_id>/letters")
class RoleLetters(MethodView):
    @blueprint.response(200, schemas.RoleOut)
    @_tagged
    def post(self, role_id: UUID) -> service.Granted:
        """Write to a person what it may do, and where to sign in; also once more."""
        return service.invite(current_actor(), role_id)


@blueprint.route("/coalitions/<uuid:coalition_id>/jobs")
class Jobs(MethodView):
    @paginated(blueprint, schemas.JobOut, schemas.JobArgs)
    def get(self, args: dict[str, Any], coalition_id: UUID) -> Page[Job]:
        """List a coalition's jobs, newest first; those that failed for good are `dead`."""
        return jobs.of_coalition(current_actor(), coalition_id, **args)


@blueprint.route("/jobs/<uuid:job_id>")
class OneJob(MethodView):
    @blueprint.response(200, schemas.JobOut, headers=sends("Retry-After"))
    @sends_tag
    def get(self, job_id: UUID) -> tuple[Job, HTTPStatus, dict[str, str]]:
        """Show how far a job is, and its result.

        While it is not over, `Retry-After` says when to ask again; with `If-None-Match` an answer
        that would be the same is 304.
        """
        found = jobs.job(current_actor(), job_id)
        tag_content()
        return found, HTTPStatus.OK, {} if found.finished_at else {"Retry-After": POLL_SECONDS}


@blueprint.route("/jobs/<uuid:job_id>/replays")
class JobReplays(MethodView):
    @blueprint.response(200, schemas.JobOut)
    def post(self, job_id: UUID) -> Job:
        """Try a job again that failed for good."""
        return jobs.replay(current_actor(), job_id)


@blueprint.route("/coalitions/<uuid:coalition_id>/audit-entries")
class AuditEntries(MethodView):
    @paginated(blueprint, schemas.AuditEntryOut, schemas.AuditEntryArgs)
    def get(self, args: dict[str, Any], coalition_id: UUID) -> Page[record.EntryView]:
        """List what was done in a coalition, newest first; for its owners."""
        return record.entries(current_actor(), coalition_id, **args)


@blueprint.route("/audit-head")
class AuditHead(MethodView):
    @blueprint.response(200, schemas.HeadOut)
    def get(self) -> dict[str, object]:
        """Show the record's head: keep it, to find out later whether the record was changed."""
        head = audit.head()
        return {**vars(head), "head": str(head), "backed_up_at": record.backed_up_at()}


def promised(job: Job) -> Response:
    """Return the answer that something will be done: the job, and where to ask for it."""
    answer = jsonify(schemas.JobOut().dump(job))
    answer.status_code = HTTPStatus.ACCEPTED
    answer.headers["Location"] = f"/v1/jobs/{job.id}"
    answer.headers["Retry-After"] = POLL_SECONDS
    return answer

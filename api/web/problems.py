"""Every error leaves through here, as RFC 9457 problem+json."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from http import HTTPStatus
from itertools import islice
from typing import Any

import structlog
from flask import Flask, Response, json, request
from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    OperationalError,
    TimeoutError as PoolTimeout,
)
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from api import errors
from api.infra import metrics
from api.infra.database.transactions import Stale
from api.infra.net.rate_limits import TooOften
from api.web import validate
from api.web.guard import TooLarge, Unreadable, WrongContentType

log = structlog.get_logger()
CONTENT_TYPE = "application/problem+json"
RETRY_SECONDS = 5
MOST_FAULTS = 1000  # a body of a million faults is not worth an answer of them all


class Unauthenticated(errors.DomainError, title="A valid token is needed"):
    """No token, or none that is valid now."""


class MatchNeeded(errors.DomainError, title="Say which version you change"):
    """A change must say which version it is a change of."""


class StillRunning(errors.Conflict, title="The same request is being carried out"):
    """A request with the same Idempotency-Key is being carried out."""


STATUS: dict[type[errors.DomainError], HTTPStatus] = {
    Unreadable: HTTPStatus.BAD_REQUEST,
    TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    WrongContentType: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    Unauthenticated: HTTPStatus.UNAUTHORIZED,
    MatchNeeded: HTTPStatus.PRECONDITION_REQUIRED,
    Stale: HTTPStatus.PRECONDITION_FAILED,
    errors.Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.Gone: HTTPStatus.GONE,
    errors.Forbidden: HTTPStatus.FORBIDDEN,
    errors.Conflict: HTTPStatus.CONFLICT,
    TooOften: HTTPStatus.TOO_MANY_REQUESTS,
    errors.Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}


def install(app: Flask) -> None:
    """Have every error of an app leave as a problem."""
    for kind, answer in _answers().items():
        app.register_error_handler(kind, answer)
    app.log_exception = _log_without_values  # type: ignore[method-assign,assignment] # Flask's own prints values


def _answers() -> dict[type[Exception], Callable[[Any], Response]]:
    """Return how each kind of error is answered; the nearest class counts."""
    return {
        errors.DomainError: of_domain,
        HTTPException: of_http,
        **dict.fromkeys((OperationalError, PoolTimeout), of_database),
        **dict.fromkeys((IntegrityError, StaleDataError), of_race),
        **dict.fromkeys((DataError, OverflowError, RecursionError, UnicodeError), of_misfit),
        Exception: of_surprise,
    }


def of(error: Exception) -> Response:
    """Return the problem of an error, for who says it in another way."""
    answers = _answers()
    return next(answers[base] for base in type(error).__mro__ if base in answers)(error)


def status_of(kind: type[errors.DomainError]) -> HTTPStatus:
    """Return the status of an error, by the nearest class in the table."""
    return next(STATUS[base] for base in kind.__mro__ if base in STATUS)


def problem(
    status: int,
    slug: str,
    title: str,
    detail: str | None = None,
    faults: Iterable[errors.Fault] = (),
    **extensions: object,
) -> Response:
    """Write one problem. `type` is an address below /problems, described in docs/problems.md."""
    metrics.PROBLEMS.count(slug)
    body: dict[str, object] = {"type": f"/problems/{slug}", "title": title, "status": int(status)}
    if detail:
        body["detail"] = detail
    if listed := list(islice(faults, MOST_FAULTS)):
        body["errors"] = list(map(_written, listed))
    body |= extensions
    return Response(json.dumps(body), status=status, content_type=CONTENT_TYPE)


def _written(fault: errors.Fault) -> dict[str, object]:
    place = {"parameter": fault.parameter} if fault.parameter else {"pointer": fault.pointer}
    more: dict[str, object] = {} if fault.limit is None else {"limit": fault.limit}
    if fault.allowed:
        more["allowed"] = fault.allowed
    return {**place, "code": fault.code, "detail": fault.detail, **more}


def of_domain(error: errors.DomainError) -> Response:
    status = status_of(type(error))
    answer = problem(
        status, error.slug(), error.title, error.detail, error.faults, **error.extensions
    )
    if status is HTTPStatus.UNAUTHORIZED:
        answer.headers["WWW-Authenticate"] = "Bearer"
    if status is HTTPStatus.SERVICE_UNAVAILABLE or isinstance(error, StillRunning):
        answer.headers["Retry-After"] = str(RETRY_SECONDS)
    if isinstance(error, TooOften):
        answer.headers["Retry-After"] = str(error.retry_after)
    return answer


def of_http(error: HTTPException) -> Response:
    status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
    if status is HTTPStatus.INTERNAL_SERVER_ERROR:
        return _our_fault()
    messages = getattr(error, "data", {}).get("messages")
    if messages:
        return problem(
            status,
            errors.Invalid.slug(),
            errors.Invalid.title,
            "Mend what the errors point at and send it again.",
            _pointed(messages),
        )
    slug = status.phrase.lower().replace(" ", "-")
    answer = problem(status, slug, status.phrase, _detail(status, error))
    for name in ("Allow", "Retry-After", "Location"):
        kept = error.get_response().headers.get(name)
        if kept:
            answer.headers[name] = kept
    return answer


def of_database(error: Exception) -> Response:
    log.error("database", error=type(error).__name__)
    unavailable = errors.Unavailable("The database does not answer. Try again in a moment.")
    return of_domain(unavailable)


def of_race(error: Exception) -> Response:
    """Answer a change that crossed another one: what it refers to has gone or come meanwhile."""
    log.warning("race", error=type(error).__name__, at=_where(error))
    crossed = errors.Conflict("Something changed at the same moment. Read again, then try again.")
    return of_domain(crossed)


def of_misfit(error: Exception) -> Response:
    """Answer a value that no field's bounds stopped and that still cannot be kept.

    The log has it as an error: the field wants a bound.
    """
    log.error("misfit", error=type(error).__name__, at=_where(error))
    return of_domain(errors.Invalid("A value is too large, too deep or of no fitting kind."))


def _log_without_values(info: tuple[type[BaseException], BaseException, object]) -> None:
    log.error("surprise", error=info[0].__name__, at=_where(info[1]))


def of_surprise(error: Exception) -> Response:
    """Tell the log where it broke, without values, and the caller that it is our fault."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    log.error("surprise", error=type(cause).__name__, at=_where(error))
    return _our_fault()


def _our_fault() -> Response:
    return problem(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "internal-error",
        "Something broke on our side",
        "Nothing was changed. Tell the operator the X-Request-ID of this answer.",
    )


def _where(error: BaseException) -> list[str]:
    places, step = [], error.__traceback__
    while step is not None:
        places.append(f"{step.tb_frame.f_code.co_filename.rsplit('/', 2)[-1]}:{step.tb_lineno}")
        step = step.tb_next
    return places[-8:]


def _detail(status: HTTPStatus, error: HTTPException) -> str | None:
    if status is HTTPStatus.NOT_FOUND:
        return "No address like this exists here. /docs/reference lists them all."
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        return f"{request.method} is not possible here; the Allow header says what is."
    return error.description


def _pointed(messages: Mapping[str, object]) -> Iterator[errors.Fault]:
    """Turn webargs' {location: {field: messages}} into pointers and parameters."""
    for location, inner in messages.items():
        for keys, reason in validate.reasons(inner):
            if location == "json":
                yield errors.Fault.of(errors.point(*keys), reason)
            else:
                yield errors.Fault.of("", reason, str(keys[0]) if keys else "")

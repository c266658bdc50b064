"""Signing in by a letter: a link and a code, of which either works once, in the browser that asked.

Asking does the same for every address: one row, one letter promised. Only who sends the letters
looks whether there is a user, and writes none where there is not (promise 5). So neither the answer
nor its time tells who works here; nor do the limits, which count what was asked for, and not what
was sent.
"""

from __future__ import annotations

import base64
import hmac
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from api.accounts.models import DeskSession, SignInMeans, SignInRequest, User
from api.accounts.rules import (
    A_DAY,
    AN_HOUR,
    ASKING,
    CODE,
    CODE_SIGNS,
    MOST_A_DAY,
    MOST_AN_HOUR,
    MOST_TRIES,
    SECRET,
    SIGN_IN,
    TYPING,
    WORKS,
    Browser,
)
from api.accounts.service import email_index, person, sessions
from api.errors import Code, Conflict, DomainError, Fault, Gone, Invalid, NotFound
from api.infra import clock
from api.infra.database.transactions import delete_all, is_any, reading, transaction
from api.infra.mail import letters
from api.infra.net.rate_limits import prefix_of
from api.infra.runtime import runtime
from api.infra.security import audit, codes, keys, secret_tokens

MINUTES = int(WORKS.total_seconds() // 60)


class CodeWrong(Invalid, title="This code signs nobody in"):
    """A code is of one letter, works five tries long and in the browser that asked."""


class SignInLinkUsed(Gone, title="This link has signed somebody in already"):
    """A link signs in once."""


class SignInLinkOver(Gone, title="This link signs nobody in any more"):
    """A link works for a quarter of an hour, and until the browser asks for another one."""


class AskedElsewhere(Conflict, title="Another browser asked for this link"):
    """A link works in the browser that asked for it."""


class LinkState(StrEnum):
    """What a link of a letter would do now, in one browser."""

    READY = "ready"
    ELSEWHERE = "elsewhere"  # in the browser that asked
    USED = "used"
    OVER = "over"
    UNKNOWN = "unknown"


def ask(email: str, browser: Browser, language: str) -> None:
    """Ask for the letter that signs the user of an address in, if there is one."""
    runtime().rate_limits.hit(ASKING, "sign_in", prefix_of(browser.remote))
    with transaction() as session:
        whose = email_index(session, email)
        asks = secret_tokens.hashed(browser.secret)
        mine = update(SignInRequest).where(SignInRequest.browser_hash == asks, _is_open())
        session.execute(mine.values(ended_at=clock.now()))
        row_id, now = uuid4(), clock.now()
        _code(session, row_id)  # its key is there from now on, also for who only reads
        row = SignInRequest(
            id=row_id,
            email_index=whose,
            browser_hash=asks,
            secret_hash=secret_tokens.hashed(_secret(session, row_id)),
            language=language,
            asked_at=now,
            ended_at=now if _are_too_many(session, whose, asks) else None,
        )
        session.add(row)
        session.flush()
        audit.append(session, None, "sign_in.asked", None, row.id)
        letters.promise(session, SIGN_IN, None, row.id)


def letter(session: Session, request_id: UUID) -> letters.Facts | None:
    """Give the user of an address the link and the code; None: there is nobody to write to."""
    row = session.get(SignInRequest, request_id)
    if row is None or not _works(row):
        return None
    user = _user(session, row)
    if user is None:
        return None
    secret = _secret(session, row.id)
    return letters.Facts(
        to=person(session, user).email,
        language=row.language,
        facts={
            "link": f"{runtime().settings.public_url}/desk/sign-in/{secret}",
            "code": codes.spelled(_code(session, row.id)),
            "number": MINUTES,
        },
    )


def look(secret: str, browser: Browser) -> LinkState:
    """Return what a link would do in a browser. Nothing changes: what scans mail opens it too."""
    with reading() as session:
        return _state(_of_secret(session, secret), browser)


def by_link(secret: str, browser: Browser) -> str:
    """Sign in by the link of a letter; return the new session's secret."""
    with transaction() as session:
        row = _of_secret(session, secret, lock=True)
        state = _state(row, browser)
        if row is None or state is not LinkState.READY:
            raise _refusal(state)
        user = _user(session, row)
        if user is None:
            raise _refusal(LinkState.OVER)
        return _signed_in(session, row, user, browser)


def by_code(email: str, code: str, browser: Browser) -> str:
    """Sign in by the code of a letter; return the new session's secret.

    Whatever is wrong is said in the same words. Each try counts, and the fifth is the last.
    """
    runtime().rate_limits.hit(TYPING, "sign_in_code", prefix_of(browser.remote))
    with transaction() as session:
        secret = _tried(session, email, codes.typed(code, CODE_SIGNS), browser)
    if secret is None:  # after the commit: a try that is refused counts too
        wrong = (
            f"Look at the newest letter. Its code works for {MINUTES} minutes, in the browser that"
            " asked for it, and five times may be typed. Ask for a new letter if it is older."
        )
        raise CodeWrong(wrong, [Fault("/code", Code.OUTDATED, wrong)])
    return secret


def _tried(session: Session, email: str, typed: str, browser: Browser) -> str | None:
    query = select(SignInRequest).where(
        SignInRequest.browser_hash == secret_tokens.hashed(browser.secret),
        SignInRequest.email_index == email_index(session, email),
        _is_open(),
    )
    newest = query.order_by(SignInRequest.asked_at.desc(), SignInRequest.id).limit(1)
    row = session.scalars(newest.with_for_update()).first()
    if row is None or row.tries >= MOST_TRIES:
        return None
    row.tries += 1
    user = _user(session, row)
    is_right = hmac.compare_digest(typed, _code(session, row.id))
    if user is not None and is_right:
        return _signed_in(session, row, user, browser)
    if row.tries == MOST_TRIES:
        audit.append(session, None, "sign_in.locked", None, row.id)
    return None


def _signed_in(session: Session, row: SignInRequest, user: User, browser: Browser) -> str:
    row.used_at = clock.now()
    return sessions.begin(session, user.id, browser, SignInMeans.LETTER)


def _are_too_many(session: Session, whose: bytes, asks: bytes) -> bool:
    """Tell whether an address was asked for too often, by strangers or in its user's browser."""
    its = select(DeskSession.id).join(User, User.id == DeskSession.user_id)
    is_own = is_any(session, its.where(User.email_index == whose, DeskSession.browser_hash == asks))
    known = its.where(
        User.email_index == whose, DeskSession.browser_hash == SignInRequest.browser_hash
    ).exists()
    counted = SignInRequest.browser_hash == asks if is_own else ~known
    now = clock.now()
    query = select(func.count().filter(SignInRequest.asked_at > now - AN_HOUR), func.count()).where(
        SignInRequest.email_index == whose, SignInRequest.asked_at > now - A_DAY, counted
    )
    an_hour, a_day = session.execute(query).one()
    return bool(an_hour >= MOST_AN_HOUR or a_day >= MOST_A_DAY)


def _of_secret(session: Session, secret: str, *, lock: bool = False) -> SignInRequest | None:
    hashed = secret_tokens.hashed(secret)
    query = select(SignInRequest).where(SignInRequest.secret_hash == hashed)
    return session.scalars(query.with_for_update() if lock else query).first()


def _is_open() -> ColumnElement[bool]:
    return (
        SignInRequest.used_at.is_(None)
        & SignInRequest.ended_at.is_(None)
        & (SignInRequest.asked_at > clock.now() - WORKS)
    )


def _works(row: SignInRequest) -> bool:
    is_recent = row.asked_at > clock.now() - WORKS
    return row.used_at is None and row.ended_at is None and is_recent


def _state(row: SignInRequest | None, browser: Browser) -> LinkState:
    if row is None:
        return LinkState.UNKNOWN
    if row.used_at is not None:
        return LinkState.USED
    if not _works(row):
        return LinkState.OVER
    is_same = hmac.compare_digest(row.browser_hash, secret_tokens.hashed(browser.secret))
    return LinkState.READY if is_same else LinkState.ELSEWHERE


def _refusal(state: LinkState) -> DomainError:
    if state is LinkState.ELSEWHERE:
        return AskedElsewhere("Type the letter's code in the browser that asked, or ask anew here.")
    if state is LinkState.USED:
        return SignInLinkUsed("If that was not you, look at your sessions. Ask for a new letter.")
    if state is LinkState.OVER:
        return SignInLinkOver("Ask for a new letter.")
    return NotFound("Check that the whole address came with the letter; it may have been cut.")


def _user(session: Session, row: SignInRequest) -> User | None:
    return session.scalars(select(User).where(User.email_index == row.email_index)).first()


def _secret(session: Session, row_id: UUID) -> str:
    digest = keys.blind(session, None, SECRET, str(row_id))
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _code(session: Session, row_id: UUID) -> str:
    return codes.from_digest(keys.blind(session, None, CODE, str(row_id)), CODE_SIGNS)


def _is_old() -> ColumnElement[bool]:
    return SignInRequest.asked_at < clock.now() - A_DAY


def are_old(session: Session) -> bool:
    """Tell whether requests are kept that count for nothing any more."""
    return is_any(session, select(SignInRequest.id).where(_is_old()))


def forget() -> None:
    """Delete the requests of more than a day ago."""
    delete_all(SignInRequest, _is_old())

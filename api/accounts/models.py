"""People who work here, their roles in coalitions, their sessions, and tokens of their programs."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from api.infra.database import columns
from api.infra.security.keys import BlindBytes, Sealed


class Role(StrEnum):
    """What a user may do in one coalition; each may do all that the ones below it may.

    `owner`: gives roles, deletes the coalition. `coordinator`: sees every identity, enters
    signatories, publishes. `editor`: writes cases, demands, templates and texts. `viewer`:
    reads, without what may not be seen.
    """

    OWNER = "owner"
    COORDINATOR = "coordinator"
    EDITOR = "editor"
    VIEWER = "viewer"

    @property
    def rank(self) -> int:
        return -list(Role).index(self)

    def may(self, needed: Role) -> bool:
        return self.rank >= needed.rank


class User(columns.Base):
    """A person who works here; name and e-mail are sealed, the e-mail is found by its index."""

    __tablename__ = "users"

    id: Mapped[columns.Id]
    identity: Mapped[Sealed]  # {"email", "name"}
    language: Mapped[columns.Language | None]  # that they chose to be spoken to in
    # Of the folded address.
    email_index: Mapped[bytes] = mapped_column(BlindBytes("users.email"), unique=True)
    created_at: Mapped[columns.Created]


class RoleGrant(columns.Versioned, columns.Base):
    """One user's role in one coalition."""

    __tablename__ = "roles"
    __table_args__ = (UniqueConstraint("coalition_id", "user_id"),)

    id: Mapped[columns.Id]
    coalition_id: Mapped[UUID] = columns.part_of("coalitions", index=False)
    user_id: Mapped[UUID] = columns.part_of("users")
    role: Mapped[Role] = mapped_column(columns.choice(Role))
    # {"email", "name"} as this coalition wrote them: what another one, or the person, calls the
    # same user stays there.
    identity: Mapped[Sealed]
    given_by: Mapped[UUID | None] = columns.refers_to("users")


class AccessCut(columns.Base):
    """That an owner ended all access to a coalition: only who signed in since acts in it."""

    __tablename__ = "access_cuts"

    coalition_id: Mapped[UUID] = columns.part_of("coalitions", index=False, primary_key=True)
    cut_at: Mapped[datetime]


class Token(columns.Base):
    """A program's secret, kept as its SHA-256; it acts as its user until it ends."""

    __tablename__ = "tokens"

    id: Mapped[columns.Id]
    user_id: Mapped[UUID] = columns.part_of("users")
    label: Mapped[str] = mapped_column(String(100))
    secret_hash: Mapped[bytes] = mapped_column(unique=True)
    is_scoped: Mapped[bool]  # to the coalitions of its scopes, also when none of them is left
    created_at: Mapped[columns.Created]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    # When its user last proved who it is, before the token was made; None: as it was made.
    proven_at: Mapped[datetime | None]
    scopes: Mapped[list[TokenScope]] = relationship(lazy="selectin", cascade="all, delete-orphan")

    @property
    def coalition_ids(self) -> list[UUID] | None:
        """The coalitions that the token is limited to; None is all of its user's."""
        return [scope.coalition_id for scope in self.scopes] if self.is_scoped else None


class TokenScope(columns.Base):
    """One coalition that a scoped token may act in."""

    __tablename__ = "token_scopes"

    token_id: Mapped[UUID] = columns.part_of("tokens", index=False, primary_key=True)
    coalition_id: Mapped[UUID] = columns.part_of("coalitions", primary_key=True)


class SignInMeans(StrEnum):
    """By what a person signed in."""

    LETTER = "letter"
    PASSKEY = "passkey"
    PROVIDER = "provider"
    SETUP = "setup"


class DeskSession(columns.Base):
    """A person signed in at the desk with one browser, whose cookie is kept as its SHA-256."""

    __tablename__ = "desk_sessions"

    id: Mapped[columns.Id]
    user_id: Mapped[UUID] = columns.part_of("users")
    secret_hash: Mapped[bytes] = mapped_column(unique=True)
    browser_hash: Mapped[bytes]  # of the cookie that the browser had before
    device: Mapped[Sealed]  # "Firefox, Linux"
    means: Mapped[SignInMeans] = mapped_column(columns.choice(SignInMeans))
    created_at: Mapped[columns.Created]
    last_seen_at: Mapped[datetime]  # to the minute
    ended_at: Mapped[datetime | None]
    # When the person proved who it is other than by what a computer holds.
    proven_at: Mapped[datetime]


class SignInRequest(columns.Base):
    """Somebody asked for the letter that signs in; whether the address is known, no row says.

    The letter's link and code follow from the row's id and a key. It works in the browser that
    asked, once, for a quarter of an hour, and stays for a day to be counted.
    """

    __tablename__ = "sign_in_requests"
    __table_args__ = (
        Index("ix_sign_in_requests_email_index_asked_at", "email_index", "asked_at"),
        Index("ix_sign_in_requests_asked_at", "asked_at"),
    )

    id: Mapped[columns.Id]
    email_index: Mapped[bytes] = mapped_column(BlindBytes("users.email"))  # of what was typed
    browser_hash: Mapped[bytes] = mapped_column(index=True)
    secret_hash: Mapped[bytes] = mapped_column(unique=True)
    language: Mapped[columns.Language]
    tries: Mapped[int] = mapped_column(default=0)  # codes that were typed
    asked_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]  # a newer one came, or there were too many


class Passkey(columns.Base):
    """What a device of a person holds to sign in without a letter (WebAuthn): its public half."""

    __tablename__ = "passkeys"

    id: Mapped[columns.Id]
    user_id: Mapped[UUID] = columns.part_of("users")
    credential_id: Mapped[bytes] = mapped_column(unique=True)  # as the device knows it
    public_key: Mapped[bytes]  # COSE
    sign_count: Mapped[int] = mapped_column(BigInteger)  # of devices that count; else 0
    is_synced: Mapped[bool]  # it may be on other devices of the same account
    label: Mapped[Sealed]  # as its person calls it
    created_at: Mapped[columns.Created]
    last_used_at: Mapped[datetime | None]
    # As of the session in which it was added: sessions that it begins go back to that sign-in.
    proven_at: Mapped[datetime]


class SignInChallenge(columns.Base):
    """Something that is good once, for one purpose, in one browser or session, for a while."""

    __tablename__ = "sign_in_challenges"

    id: Mapped[columns.Id]
    purpose: Mapped[str] = mapped_column(String(40))  # noun.verb
    secret_hash: Mapped[bytes] = mapped_column(unique=True)
    # SHA-256 of the cookie of a browser or session; None: whoever has the secret.
    holder_hash: Mapped[bytes | None]
    facts: Mapped[Sealed | None]  # that belong to it, as JSON
    expires_at: Mapped[datetime] = mapped_column(index=True)

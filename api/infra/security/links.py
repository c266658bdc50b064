"""Links that people get by letter: 256 random bits for one purpose, kept as their SHA-256.

A secret is not kept anywhere. It follows from the link's id and a key of its coalition, so a letter
can be written again after a crash, and who has only the rows has no link.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import Index, String, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from api.errors import Gone, NotFound
from api.infra import clock
from api.infra.database.columns import Base, CoalitionId, Created, Id
from api.infra.security import keys, secret_tokens

KEY = "links.secret"


class LinkExpired(Gone, title="This link does not work any more"):
    """A link works until its day, or until it is taken back."""


class Link(Base):
    """One link: what it is for, of what, and until when."""

    __tablename__ = "links"
    __table_args__ = (Index("ix_links_object_id_purpose", "object_id", "purpose"),)

    id: Mapped[Id]
    purpose: Mapped[str] = mapped_column(String(40))  # noun.verb
    coalition_id: Mapped[CoalitionId]
    object_id: Mapped[UUID]
    secret_hash: Mapped[bytes] = mapped_column(unique=True)
    created_at: Mapped[Created]
    expires_at: Mapped[datetime | None]  # None: as long as its object
    revoked_at: Mapped[datetime | None]


def issue(  # noqa: PLR0913 # the columns of a link
    session: Session,
    purpose: str,
    coalition_id: UUID,
    object_id: UUID,
    *,
    until: datetime | None = None,
    tells_day_only: bool = False,
) -> Link:
    """Write a new link to a thing; earlier ones go on working."""
    ids = [object_id]
    return issue_all(
        session, purpose, coalition_id, ids, until=until, tells_day_only=tells_day_only
    )[0]


def issue_all(  # noqa: PLR0913 # the columns of a link
    session: Session,
    purpose: str,
    coalition_id: UUID,
    object_ids: Sequence[UUID],
    *,
    until: datetime | None = None,
    tells_day_only: bool = False,
) -> list[Link]:
    """Write a new link to each of several things of one coalition."""
    made = []
    now = clock.day() if tells_day_only else clock.now()
    for object_id in object_ids:
        link_id = uuid4()
        found = secret_tokens.hashed(_secret(session, coalition_id, link_id))
        made.append(
            Link(
                id=link_id,
                purpose=purpose,
                coalition_id=coalition_id,
                object_id=object_id,
                secret_hash=found,
                created_at=now,
                expires_at=until,
            )
        )
    session.add_all(made)
    session.flush()
    return made


def secret_of(session: Session, link: Link) -> str:
    """Return a link's secret, for a letter to whom it is for: 43 characters of an address."""
    return _secret(session, link.coalition_id, link.id)


def newest(session: Session, purpose: str, object_id: UUID) -> Link | None:
    """Return the link to a thing that was written last and works."""
    query = select(Link).where(
        Link.object_id == object_id, Link.purpose == purpose, Link.revoked_at.is_(None)
    )
    return session.scalars(query.order_by(Link.created_at.desc(), Link.id).limit(1)).first()


def follow(session: Session, purpose: str, secret: str) -> Link:
    """Return the link of a secret; raise NotFound, or LinkExpired where it works no more.

    One of another purpose is as unknown as one that never was.
    """
    query = select(Link).where(Link.secret_hash == secret_tokens.hashed(secret))
    found = session.scalars(query).first()
    if found is None or found.purpose != purpose:
        raise NotFound("Check that the whole address came with the letter; it may have been cut.")
    is_over = found.expires_at is not None and found.expires_at <= clock.now()
    if found.revoked_at is not None or is_over:
        raise LinkExpired("Ask for a new letter where this one came from.")
    return found


def coalition_of(session: Session, secret: str) -> UUID | None:
    """Return whose the link of a secret is, whether it works or not; None: there never was one."""
    query = select(Link.coalition_id).where(Link.secret_hash == secret_tokens.hashed(secret))
    return session.scalar(query)


def revoke(session: Session, object_id: UUID, purpose: str | None = None) -> None:
    """End every link to a thing, or those of one purpose."""
    mine = update(Link).where(Link.object_id == object_id, Link.revoked_at.is_(None))
    if purpose is not None:
        mine = mine.where(Link.purpose == purpose)
    session.execute(mine.values(revoked_at=clock.now()))


def _secret(session: Session, coalition_id: UUID, link_id: UUID) -> str:
    code = keys.blind(session, coalition_id, KEY, str(link_id))
    return base64.urlsafe_b64encode(code).decode().rstrip("=")

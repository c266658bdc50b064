"""What pages show around what they are about: whose they are."""

from __future__ import annotations

from uuid import UUID

from api.coalitions.models import Coalition
from api.errors import NotFound
from api.infra.database.transactions import reading
from api.infra.pdf import pictures, thumbnails


def coalition(coalition_id: UUID) -> Coalition:
    """Return the coalition whose page it is."""
    with reading() as session:
        return session.get_one(Coalition, coalition_id)


def logo(coalition_id: UUID, sha256: str) -> tuple[bytes, str]:
    """Return a coalition's logo as small as a page shows it, and its content type."""
    with reading() as session:
        found = session.get(Coalition, coalition_id)
        if found is None or found.logo_sha256 != sha256:
            raise NotFound("The coalition has another logo now, or none.")
        picture, kind = pictures.must_have_logo(found)
    return thumbnails.made(picture, kind).content, kind

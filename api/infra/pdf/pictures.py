"""Logos: a PNG drawn anew, or an SVG rebuilt from what is known to be harmless."""

from __future__ import annotations

import hashlib
import io
import re
import warnings
from collections.abc import Iterator
from uuid import UUID
from xml.etree import ElementTree as ET  # writes only; defusedxml reads

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring
from PIL import Image, UnidentifiedImageError
from sqlalchemy import Connection, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column, object_session

from api.errors import Invalid, NotFound
from api.infra.background import kept_files
from api.infra.database.columns import Base, Id
from api.infra.runtime import runtime

FOLDER = "logos"
PNG, SVG = "image/png", "image/svg+xml"
MAX_BYTES = 500_000
MAX_SIDE = 4000  # pixels
KEPT_SIDE = 1200  # pixels: at its largest in a document, more than 600 an inch
MAX_PARTS = 3000
_NS = "http://www.w3.org/2000/svg"
_PARTS = frozenset(
    {
        "svg",
        "g",
        "path",
        "rect",
        "circle",
        "ellipse",
        "line",
        "polyline",
        "polygon",
        "defs",
        "linearGradient",
        "radialGradient",
        "stop",
        "clipPath",
        "title",
        "desc",
    }
)
_LOOKS = frozenset(
    {
        "fill",
        "fill-opacity",
        "fill-rule",
        "stroke",
        "stroke-width",
        "stroke-linecap",
        "stroke-linejoin",
        "stroke-miterlimit",
        "stroke-dasharray",
        "stroke-dashoffset",
        "stroke-opacity",
        "opacity",
        "stop-color",
        "stop-opacity",
        "clip-path",
        "clip-rule",
    }
)
_SHAPES = frozenset(
    {
        "id",
        "d",
        "x",
        "y",
        "x1",
        "y1",
        "x2",
        "y2",
        "cx",
        "cy",
        "r",
        "rx",
        "ry",
        "fx",
        "fy",
        "width",
        "height",
        "points",
        "transform",
        "viewBox",
        "offset",
        "gradientUnits",
        "gradientTransform",
        "spreadMethod",
        "clipPathUnits",
        "preserveAspectRatio",
    }
)
_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_BOX = re.compile(rf"\s*{_NUMBER}(?:[\s,]+{_NUMBER}){{3}}\s*\Z")  # of a viewBox
_VALUE = re.compile(r"(?:url\(#[\w-]+\)|[\w\s.,#%+()-]*)\Z")


class NoPicture(Invalid, title="This is no picture that we can use"):
    """The bytes are no picture that can be printed safely."""


class WithLogo:
    """A row that may have a logo, kept in the storage under the row's id and the logo's hash."""

    id: Mapped[Id]
    logo_type: Mapped[str | None] = mapped_column(String(20))
    logo_sha256: Mapped[str | None] = mapped_column(String(64))

    @property
    def logo_key(self) -> str:
        return key_of(self.id, self.logo_sha256)


def key_of(row_id: UUID, sha256: str | None) -> str:
    return f"{FOLDER}/{row_id}/{sha256}"


def referred(connection: Connection) -> set[str]:
    """Return the key of every logo that a row refers to."""
    found = set()
    for mapper in Base.registry.mappers:
        if issubclass(mapper.class_, WithLogo):
            table = mapper.local_table
            with_logo = table.c.logo_sha256.is_not(None)
            rows = connection.execute(select(table.c.id, table.c.logo_sha256).where(with_logo))
            found |= {key_of(*row) for row in rows}
    return found


def damaged(session: Session) -> Iterator[str]:
    """Yield the key of every logo that is there and has another hash."""
    for key in sorted(referred(session.connection())):
        found = runtime().storage.get(key)
        if found is not None and not key.endswith(hashlib.sha256(found).hexdigest()):
            yield key


def put_logo(row: WithLogo, data: bytes) -> None:
    """Make `data` a row's logo, or raise NoPicture."""
    picture, kind = safe(data)
    sha256 = hashlib.sha256(picture).hexdigest()
    if sha256 != row.logo_sha256:
        drop_logo(row)
    row.logo_type, row.logo_sha256 = kind, sha256
    kept_files.put(_session_of(row), row.logo_key, picture)


def copy_logo(source: WithLogo, row: WithLogo) -> None:
    """Give a row the logo of another, if that one has one; it is safe already."""
    if found := logo(source):
        row.logo_type, row.logo_sha256 = source.logo_type, source.logo_sha256
        runtime().storage.put(row.logo_key, found[0])


def drop_logo(row: WithLogo) -> None:
    """Take a row's logo away, if it has one; the file goes once the change is kept."""
    if row.logo_sha256:
        kept_files.delete_later(_session_of(row), row.logo_key)
        row.logo_type = row.logo_sha256 = None


def _session_of(row: WithLogo) -> Session:
    session = object_session(row)
    if session is None:
        raise RuntimeError("The row is in no transaction.")
    return session


def logo(row: WithLogo) -> tuple[bytes, str] | None:
    """Return a row's logo and its content type, if it has one."""
    if row.logo_type is None:
        return None
    found = runtime().storage.get(row.logo_key)
    return None if found is None else (found, row.logo_type)


def must_have_logo(row: WithLogo) -> tuple[bytes, str]:
    """Return a row's logo and its content type, or raise NotFound."""
    found = logo(row)
    if found is None:
        raise NotFound("It has no logo. PUT a PNG or an SVG here.")
    return found


def safe(data: bytes) -> tuple[bytes, str]:
    """Return a picture as it may be kept, and its content type; or raise NoPicture."""
    if len(data) > MAX_BYTES:
        raise NoPicture(f"Send at most {MAX_BYTES:,} bytes.")
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return _png(data), PNG
    if b"<svg" in data[:4096]:
        return _svg(data), SVG
    raise NoPicture("Send a PNG or an SVG.")


def _png(data: bytes) -> bytes:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(data), formats=["PNG"])
            if max(picture.size) > MAX_SIDE:
                raise NoPicture(f"Make it at most {MAX_SIDE} pixels wide and high.")
            drawn = picture.convert("RGBA")
    except (OSError, ValueError, SyntaxError, UnidentifiedImageError, Image.DecompressionBombError,
            Image.DecompressionBombWarning) as broken:  # fmt: skip
        raise NoPicture("The PNG cannot be read. Export it again.") from broken
    drawn.thumbnail((KEPT_SIDE, KEPT_SIDE))
    out = io.BytesIO()
    drawn.save(out, "PNG", optimize=True)
    return out.getvalue()


def _svg(data: bytes) -> bytes:
    try:
        root = fromstring(data, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, RecursionError) as broken:
        raise NoPicture(
            "The SVG cannot be read. Export it as plain SVG, without a DTD."
        ) from broken
    if sum(1 for _ in root.iter()) > MAX_PARTS:
        raise NoPicture(f"The SVG has more than {MAX_PARTS} parts. Simplify it.")
    if root.tag != f"{{{_NS}}}svg":
        raise NoPicture("The SVG does not begin with an svg element of its namespace.")
    if next(root.iter(f"{{{_NS}}}style"), None) is not None:
        raise NoPicture("The SVG holds a style sheet. Export it with presentation attributes.")
    ET.register_namespace("", _NS)
    rebuilt = _rebuilt(root)
    if "viewBox" not in rebuilt.attrib and not {"width", "height"} <= rebuilt.attrib.keys():
        raise NoPicture("The SVG has neither a viewBox nor a width and height.")
    written: bytes = ET.tostring(rebuilt, encoding="utf-8")
    return written


def _rebuilt(part: ET.Element) -> ET.Element:
    name = part.tag.rsplit("}", 1)[-1]
    copy = ET.Element(f"{{{_NS}}}{name}", _attributes(part))
    if name in {"title", "desc"}:
        copy.text = part.text
    for inner in part:
        space, _, kind = str(inner.tag).rpartition("}")
        if space == f"{{{_NS}" and kind in _PARTS:
            copy.append(_rebuilt(inner))
    return copy


def _attributes(part: ET.Element) -> dict[str, str]:
    styled = (pair.split(":", 1) for pair in part.get("style", "").split(";") if ":" in pair)
    given = dict(part.attrib) | {name.strip(): value.strip() for name, value in styled}
    return {
        name: value
        for name, value in given.items()
        if (name in _LOOKS or name in _SHAPES)
        and (_BOX if name == "viewBox" else _VALUE).match(value)
    }

"""Fields that our schemas share: texts that print, codes that exist."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from enum import Enum as StdEnum
from functools import cache
from types import MappingProxyType
from typing import Any, ClassVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

import marshmallow as ma
from email_validator import EmailNotValidError, validate_email

from api.errors import Code, Reason
from api.infra.pdf import fonts
from api.infra.tables import parsing
from api.infra.text import characters, countries, languages
from api.web import validate
from api.web.openapi import shapes


class Described(ma.fields.Field[Any]):
    """What every field of ours takes: an example and a description, for openapi.yaml.

    What is usual for fields of a class stands behind its name; a field may say otherwise.
    """

    _usual: ClassVar[Mapping[str, Any]] = MappingProxyType({})

    def __init_subclass__(cls, **usual: object) -> None:
        super().__init_subclass__()
        cls._usual = {**cls._usual, **usual}

    def __init__(self, *args: Any, **more: Any) -> None:
        """Keep `example` and `description`; and whether somebody said that it is not required."""
        self.is_optional = more.get("required") is False  # see `rest.OutSchema`
        given = {**self._usual, **more}
        told = [each for each in given if each in {"example", "description"}]
        metadata = {each: given.pop(each) for each in told} | given.pop("metadata", {})
        super().__init__(*args, metadata=metadata, **given)

    def _deserialize(self, value: Any, *place: Any, **more: Any) -> Any:
        return self.taken(super()._deserialize(value, *place, **more))

    def taken(self, value: Any) -> Any:
        """Return what was read as it is kept, or raise ValidationError."""
        return value


class String(Described, ma.fields.String):
    """A text, as it came."""


class UUID(Described, ma.fields.UUID):
    """An id of a row."""


class Integer(Described, ma.fields.Integer):
    """A whole number."""


class Float(Described, ma.fields.Float):
    """Any number."""


class Boolean(Described, ma.fields.Boolean):
    """True or false, also in the words of a query."""


class Date(Described, ma.fields.Date):
    """A day."""


class AwareDateTime(Described, ma.fields.AwareDateTime):
    """An instant with its zone."""


class Enum(Described, ma.fields.Enum[Any], by_value=True):
    """One of an enum, by its value; openapi.yaml has the enum under its name."""

    def __init__(self, enum: type[StdEnum], **more: object) -> None:
        """Take the values of an enum."""
        super().__init__(enum, metadata=shapes.marks_of(enum), **more)


class List(Described, ma.fields.List[Any]):
    """Several of one field."""


class Nested(Described, ma.fields.Nested):
    """What another schema says."""


class Dict(Described, ma.fields.Dict):
    """An object of any keys."""


class Raw(Described, ma.fields.Raw):
    """Any JSON."""


class Function(Described, ma.fields.Function):
    """What a function makes of the whole."""


class Text(String):
    """One text that can be kept and printed: NFC, without controls, every character in a font."""

    def __init__(
        self,
        *,
        most: int = 300,
        least: int = 1,
        lines: bool = False,
        prints: bool = True,
        **more: object,
    ) -> None:
        """Take texts of `least` to `most` characters; with `lines`, line breaks too.

        What may never print needs no font; who lets it print asks for one then.
        """
        self.lines, self.prints = lines, prints
        length = validate.Length(least, most, error="Write {min} to {max} characters.")
        super().__init__(validate=length, **more)

    def taken(self, value: str) -> str:
        given = characters.without_left_overs(value, one_line=not self.lines).strip()
        if not self.lines and any(c in "\n\r\t" for c in given):
            raise ma.ValidationError(Reason(Code.SEVERAL_LINES, "Write it on one line."))
        if wrong := characters.unkept(given):
            raise ma.ValidationError(Reason(Code.BAD_CHARACTER, wrong))
        text = unicodedata.normalize("NFC", given)
        if self.prints and (missing := fonts.unprintable(text)):
            raise ma.ValidationError(Reason(Code.NO_FONT, fonts.no_font(missing)))
        return text


class Truth(Boolean):
    """True or false, and nothing that is only like them."""

    def _deserialize(self, value: object, *_: object, **__: object) -> bool:
        if type(value) is not bool:
            raise self.make_error("invalid", input=value)
        return value


def _by_iso(value: object) -> object:
    try:
        return parsing.day(value) if isinstance(value, str) else value
    except parsing.Unclear as unclear:
        raise ma.ValidationError(Reason(Code.WRONG_FORMAT, str(unclear))) from unclear


class Day(Date, pre_load=_by_iso):
    """A day of a table, which spreadsheets like to write their own way."""


class Instant(AwareDateTime):
    """A moment with its zone, as UTC; one that UTC has no year for is none."""

    def taken(self, value: datetime) -> datetime:
        return _in_utc(value)


def _in_utc(at: datetime) -> datetime:
    try:
        return at.astimezone(UTC)
    except OverflowError as beyond:
        raise ma.ValidationError(
            Reason(Code.WRONG_FORMAT, "In UTC this is outside the years 1 to 9999.")
        ) from beyond


class Colour(
    String,
    validate=validate.Regexp(
        r"#[0-9a-fA-F]{6}\Z",
        error="Write the colour as #0b5563: # and six hexadecimal digits.",
    ),
):
    """A colour as #rrggbb, written in capitals or small letters; kept in small ones."""

    def taken(self, value: str) -> str:
        return value.lower()


_SHA256 = "Send 64 hexadecimal digits, in lower case."


class Sha256(
    String,
    validate=[
        validate.Length(equal=64, error=_SHA256),
        validate.Regexp("^[0-9a-f]{64}$", error=_SHA256),
    ],
):
    """The SHA-256 of a text that somebody saw."""


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _zone(name: str) -> None:
    if name not in _zones():
        wrong = "Name a zone of IANA, as in Asia/Almaty or Europe/Berlin."
        raise ma.ValidationError(Reason(Code.NOT_A_ZONE, wrong))


class Zone(
    String,
    load_default="UTC",
    validate=[validate.Length(1, 64), _zone],
    description="In which both are shown, and read where they have no offset (IANA).",
    example="Asia/Almaty",
):
    """A time zone of IANA, UTC where it is left out."""


class Moment(Described, ma.fields.DateTime):
    """An instant; without an offset it is a local time, which `in_their_zone` reads."""

    def __init__(self, *, description: str = "", **more: object) -> None:
        said = "Without an offset it is a local time of the `zone`."
        super().__init__(description=f"{description} {said}".strip(), **more)

    def taken(self, value: datetime) -> datetime:
        return value if value.tzinfo is None else _in_utc(value)


def in_their_zone(
    facts: dict[str, Any], given: Mapping[str, object], names: Iterable[str]
) -> dict[str, Any]:
    """Return facts whose local times are read in the `zone` (IANA) that was given with them.

    Without one a time needs its offset. Raises ValidationError.
    """
    zone = facts.get("zone", "UTC")
    there = ZoneInfo(zone)
    faults: dict[str, list[str]] = {}
    for name in names:
        at = facts.get(name)
        if at is None:
            continue
        is_local = at.tzinfo is None
        if is_local and "zone" not in given:
            wrong = "Write its offset, as in 2031-05-14T18:00:00+05:00, or a `zone`."
            faults[name] = [Reason(Code.AMBIGUOUS, wrong)]
            continue
        try:
            instant = (at.replace(tzinfo=there) if is_local else at).astimezone(UTC)
            shown = instant.astimezone(there).replace(tzinfo=None)
            is_there = shown == at if is_local else True
        except OverflowError:
            is_there = False
        if not is_there:
            wrong = f"Clocks in {zone} never show it. Choose another time."
            faults[name] = [Reason(Code.WRONG_FORMAT, wrong)]
        else:
            facts[name] = instant
    if faults:
        raise ma.ValidationError(faults)
    return facts


def _country(code: str) -> None:
    if code not in languages.COUNTRIES:
        if several := countries.choices(code):
            raise ma.ValidationError(
                Reason(Code.AMBIGUOUS, f"This may be {' or '.join(several)}: write which.")
            )
        most = 60
        raise ma.ValidationError(
            Reason(Code.NOT_A_COUNTRY, f"{code[:most]} is no country code of ISO 3166-1.")
        )


def _language(tag: str) -> None:
    most = 35
    if len(tag) > most or not languages.is_language(tag):
        raise ma.ValidationError(
            Reason(Code.NOT_A_LANGUAGE, f"{tag[:most]} is no language tag that we know.")
        )


def _web(address: str) -> None:
    try:
        parts = urlsplit(address)
        fine = (
            parts.scheme in {"https", "http"} and bool(parts.hostname) and "@" not in parts.netloc
        )
    except ValueError:
        fine = False
    if not fine or any(c.isspace() for c in address):
        raise ma.ValidationError(
            Reason(Code.NOT_A_URL, "Give a whole address that begins with https:// or http://.")
        )


class CountryCode(
    String, validate=_country, example="KZ", description="ISO 3166-1 alpha-2, and XK for Kosovo."
):
    """ISO 3166-1 alpha-2, and XK."""


class LanguageTag(String, validate=_language, example="en", description="BCP 47."):
    """BCP 47."""


class Slug(
    String,
    validate=[
        validate.Length(1, 80),
        validate.Regexp(
            r"[a-z0-9]+(?:-[a-z0-9]+)*\Z", error="Use lower-case letters, digits and hyphens."
        ),
    ],
):
    """A short name of lower-case letters, digits and hyphens."""


class WebAddress(
    String, validate=[validate.Length(1, 500), _web], example="https://specimen.example"
):
    """An https or http address."""


class Email(String, validate=validate.Length(3, 254), example="press@specimen.example"):
    """One e-mail address, normalised; nothing is sent to find out whether it exists."""

    def taken(self, value: str) -> str:
        text = characters.without_left_overs(value, one_line=True).strip(" \u200e\u200f")
        try:
            checked = validate_email(text, check_deliverability=False, test_environment=True)
        except EmailNotValidError as fault:
            raise ma.ValidationError(
                Reason(Code.NOT_AN_EMAIL, f"This is no e-mail address: {fault}")
            ) from fault
        return checked.normalized


def names_by_language(**more: object) -> Dict:
    """Return a field of names: language to name, at least one."""
    return Dict(
        keys=LanguageTag(),
        values=Text(most=300),
        validate=validate.Length(1, 40),
        example={"en": "Specimen Committee", "ru": "Комитет-образец"},
        **more,
    )

"""What schemas refuse: each kind of it with its code, and the bound or the choices."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import marshmallow as ma
import pytest

from api.errors import Code, Fault, Invalid
from api.web import validate
from api.web.fields import (
    Colour,
    CountryCode,
    Email,
    Instant,
    LanguageTag,
    Sha256,
    Slug,
    Text,
    Truth,
    WebAddress,
    Zone,
    names_by_language,
)
from api.web.rest import Schema


class Way(StrEnum):
    NORTH = "north"
    SOUTH = "south"


class Part(Schema):
    size = ma.fields.Integer(strict=True, validate=validate.Range(1, 9))


class Whole(Schema):
    name = Text(most=5, required=True)
    tall = Text(lines=True)
    flag = Truth()
    way = ma.fields.Enum(Way, by_value=True)
    side = ma.fields.String(validate=validate.OneOf(["left", "right"]))
    not_this = ma.fields.String(validate=validate.NoneOf(["this"]))
    slug = Slug()
    colour = Colour()
    country = CountryCode()
    countries = ma.fields.List(CountryCode(), validate=[validate.Length(1, 2), validate.unique])
    language = LanguageTag()
    names = names_by_language()
    email = Email()
    site = WebAddress()
    at = Instant()
    zone = Zone()
    seen = Sha256()
    id = ma.fields.UUID()
    number = ma.fields.Float()
    part = ma.fields.Nested(Part)
    parts = ma.fields.List(ma.fields.Nested(Part))


def faults(**given: Any) -> list[Fault]:
    with pytest.raises(Invalid) as refused:
        validate.loaded(Whole(), {"name": "Ada", **given})
    return refused.value.faults


@pytest.mark.parametrize(
    ("given", "pointer", "code"),
    [
        ({"name": None}, "/name", Code.REQUIRED),
        ({"name": 1}, "/name", Code.WRONG_TYPE),
        ({"name": ""}, "/name", Code.TOO_SHORT),
        ({"name": "Ada B."}, "/name", Code.TOO_LONG),
        ({"name": "A\nB"}, "/name", Code.SEVERAL_LINES),
        ({"name": "A\u202eB"}, "/name", Code.BAD_CHARACTER),
        ({"name": "\U00012000"}, "/name", Code.NO_FONT),
        ({"called": "Ada"}, "/called", Code.UNKNOWN_FIELD),
        ({"flag": "yes"}, "/flag", Code.WRONG_TYPE),
        ({"way": "up"}, "/way", Code.NOT_A_CHOICE),
        ({"side": "up"}, "/side", Code.NOT_A_CHOICE),
        ({"not_this": "this"}, "/not_this", Code.NOT_A_CHOICE),
        ({"slug": "No Slug"}, "/slug", Code.WRONG_FORMAT),
        ({"colour": "red"}, "/colour", Code.WRONG_FORMAT),
        ({"country": "ZZ"}, "/country", Code.NOT_A_COUNTRY),
        ({"countries": "KZ"}, "/countries", Code.WRONG_TYPE),
        ({"countries": []}, "/countries", Code.TOO_FEW),
        ({"countries": ["KZ", "KG", "TJ"]}, "/countries", Code.TOO_MANY),
        ({"countries": ["KZ", "KZ"]}, "/countries", Code.DUPLICATE),
        ({"countries": ["KZ", None]}, "/countries/1", Code.REQUIRED),
        ({"countries": ["KZ", "ZZ"]}, "/countries/1", Code.NOT_A_COUNTRY),
        ({"language": "nowhere-at-all"}, "/language", Code.NOT_A_LANGUAGE),
        ({"names": []}, "/names", Code.WRONG_TYPE),
        ({"names": {"en": 1}}, "/names/en", Code.WRONG_TYPE),
        ({"names": {"nowhere-at-all": "Ada"}}, "/names/nowhere-at-all", Code.NOT_A_LANGUAGE),
        ({"email": "ada@"}, "/email", Code.NOT_AN_EMAIL),
        ({"site": "specimen"}, "/site", Code.NOT_A_URL),
        ({"at": "today"}, "/at", Code.WRONG_FORMAT),
        ({"zone": "Steppe"}, "/zone", Code.NOT_A_ZONE),
        ({"seen": "z" * 64}, "/seen", Code.WRONG_FORMAT),
        ({"id": "7"}, "/id", Code.WRONG_FORMAT),
        ({"number": "many"}, "/number", Code.WRONG_TYPE),
        ({"part": []}, "/part", Code.WRONG_TYPE),
        ({"part": {"size": 0}}, "/part/size", Code.TOO_SMALL),
        ({"parts": [{"size": 1}, {"size": 10}]}, "/parts/1/size", Code.TOO_LARGE),
        ({"parts": [{"length": 1}]}, "/parts/0/length", Code.UNKNOWN_FIELD),
    ],
)
def test_what_is_refused_has_the_code_of_its_kind(
    given: dict[str, Any], pointer: str, code: Code
) -> None:
    assert [(fault.pointer, fault.code) for fault in faults(**given)] == [(pointer, code)]


@pytest.mark.parametrize(
    ("given", "limit"),
    [
        ({"name": "Ada B."}, 5),
        ({"name": ""}, 1),
        ({"countries": ["KZ", "KG", "TJ"]}, 2),
        ({"part": {"size": 10}}, 9),
        ({"part": {"size": 0}}, 1),
        ({"seen": "a"}, 64),
        ({"name": 1}, None),
    ],
)
def test_a_bound_that_is_passed_is_told(given: dict[str, Any], limit: int | None) -> None:
    assert faults(**given)[0].limit == limit


@pytest.mark.parametrize(
    ("given", "allowed"),
    [({"way": "up"}, ("north", "south")), ({"side": "up"}, ("left", "right")), ({"name": 1}, ())],
)
def test_the_values_that_are_taken_are_told(
    given: dict[str, Any], allowed: tuple[str, ...]
) -> None:
    assert faults(**given)[0].allowed == allowed

"""One guard before any endpoint: no input may surprise what lies behind it (promise 11)."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import NoReturn

import marshmallow as ma
from flask import Flask, Request, current_app, request
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import NotFound, RequestEntityTooLarge
from werkzeug.routing import IntegerConverter, Map

from api.errors import Code, Fault, Invalid, point
from api.infra.text.characters import piled, unfit

MAX_BYTES = 1_000_000
MAX_DEPTH = 32
BYTES_A_VALUE = 10  # at least: a body of more values costs seconds to refuse one by one
MAX_COLUMN = 2**31 - 1  # what both databases keep in an integer column
MAX_INTEGER = 2**53 - 1  # what every JSON reader keeps exactly
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"  # of pages of ours
MULTIPART = "multipart/form-data"  # of those with a file
_STRUCTURE = re.compile(rb'"(?:[^"\\]|\\.)*"?|[][{}]', re.DOTALL)


class Unreadable(Invalid, title="The body cannot be read"):
    """The body is not what its content type says."""


class TooLarge(Invalid, title="The body is too large"):
    """The body is larger than this address takes."""


class WrongContentType(Invalid, title="This content type is not taken here"):
    """The body is of a kind that this address does not take."""


class GuardedRequest(Request):
    """A request whose JSON was read once, by the guard."""

    guarded: object = ma.missing


class GuardedParser(FlaskParser):
    """Gives the schemas what the guard has read, not the raw body again."""

    # A misspelt filter that is passed over would show what it was meant to leave out.
    DEFAULT_UNKNOWN_BY_LOCATION: dict[str, str | None] = {}  # noqa: RUF012 # webargs' own shape

    def load_json(self, req: Request, schema: ma.Schema) -> object:
        del schema
        return getattr(req, "guarded", ma.missing)


class Number(IntegerConverter):
    """An integer of an address; one that no column holds is no address."""

    def __init__(self, url_map: Map) -> None:
        """Take 0 to the largest that both databases keep."""
        super().__init__(url_map, max=MAX_COLUMN)


def install(app: Flask) -> None:
    """Put the guard before every endpoint of an app."""
    app.request_class = GuardedRequest
    app.config["MAX_CONTENT_LENGTH"] = MAX_BYTES
    app.url_map.converters["int"] = Number
    app.before_request(_guard)


def _guard() -> None:
    _check_address()
    types, most = _taken()
    body = _read(most)
    if not body:
        return
    if request.mimetype not in types:
        raise WrongContentType(f"Send {' or '.join(types)} in the Content-Type header.")
    if request.mimetype == JSON and isinstance(request, GuardedRequest):
        if body.count(b",") > most / BYTES_A_VALUE:
            raise Unreadable("The body holds too many values. Send it in parts.")
        request.guarded = read_json(body)
    if request.mimetype in {FORM, MULTIPART}:
        _check_form()


def _check_address() -> None:
    if unfit(request.path):
        raise NotFound  # nothing is called so, and not each database can be asked
    for name, value in request.args.items(multi=True):
        if wrong := unfit(name + value):
            fault = Fault("", Code.BAD_CHARACTER, wrong, parameter=name)
            raise Invalid("The query holds text that cannot be kept.", [fault])


def _check_form() -> None:
    """Refuse in a form what is refused in JSON. Its fields are told by the page, not by us."""
    for name, value in request.form.items(multi=True):
        if unfit(name + value) or piled(name + value):
            fault = Fault(
                point(name), Code.BAD_CHARACTER, "It holds characters that cannot be kept."
            )
            raise Invalid("The form holds text that cannot be kept.", [fault])


def _read(most: int) -> bytes:
    too_large = TooLarge(f"Send at most {most:,} bytes.")
    request.max_content_length = most + 1  # a chunked body is cut there without a word
    request.max_form_memory_size = most
    try:
        body = request.get_data(cache=True)
    except RequestEntityTooLarge as large:
        raise too_large from large
    except Exception as broken:  # each server has its own for a body that breaks off
        raise Unreadable("The body broke off or its chunks are malformed.") from broken
    if len(body) > most:
        raise too_large
    return body


def _taken() -> tuple[tuple[str, ...], int]:
    view = current_app.view_functions.get(request.endpoint or "")
    method = getattr(getattr(view, "view_class", None), request.method.lower(), None)
    declared: tuple[tuple[str, ...], int] = getattr(method, "takes", ((JSON,), MAX_BYTES))
    return declared


def read_json(body: bytes) -> object:
    """Return the value of a JSON body that is safe to keep, or raise Unreadable or Invalid."""
    if _depth(body) > MAX_DEPTH:
        raise Unreadable(f"Nest at most {MAX_DEPTH} levels.")
    try:
        value: object = json.loads(
            body.decode("utf-8-sig"),
            parse_constant=_no_constant,
            parse_int=_integer,
            parse_float=_finite,
            object_pairs_hook=_no_twins,
        )
    except UnicodeDecodeError as fault:
        raise Unreadable("The body is not UTF-8.") from fault
    except json.JSONDecodeError as fault:
        raise Unreadable(
            f"The body is not JSON: {fault.msg} at line {fault.lineno}, column {fault.colno}."
        ) from fault
    faults = list(_unfit_texts(value, ()))
    if faults:
        raise Invalid("The body holds text that cannot be kept.", faults)
    return value


def _depth(body: bytes) -> int:
    deepest = depth = 0
    for token in _STRUCTURE.finditer(body):
        if token[0] in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif token[0] in b"]}":
            depth -= 1
    return deepest


def _no_constant(name: str) -> NoReturn:
    raise Unreadable(f"{name} is not a number in JSON.")


def _integer(text: str) -> int:
    most_digits = 17
    if len(text) > most_digits or abs(int(text)) > MAX_INTEGER:
        raise Unreadable(f"{text[:20]} is too large a number.")
    return int(text)


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise Unreadable(f"{text[:20]} is too large a number.")
    return number


def _no_twins(pairs: list[tuple[str, object]]) -> dict[str, object]:
    read = dict(pairs)
    if len(read) != len(pairs):
        raise Unreadable("The body names a key twice in one object.")
    return read


def _unfit_texts(value: object, place: tuple[str | int, ...]) -> Iterator[Fault]:
    if isinstance(value, str):
        if wrong := unfit(value) or piled(value):
            yield Fault(point(*place), Code.BAD_CHARACTER, wrong)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if unfit(key) or piled(key):
                yield Fault(
                    point(*place), Code.BAD_CHARACTER, "A key holds characters that cannot be kept."
                )
            else:
                yield from _unfit_texts(inner, (*place, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _unfit_texts(inner, (*place, index))

"""Answers and bodies that are files, and how openapi.yaml tells of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import TypeVar

from flask import Response

from api.web.openapi.headers import WARNINGS, sends

_View = TypeVar("_View", bound="Callable[..., object]")
_NONE: Mapping[str, object] = MappingProxyType({})


def sent(
    *types: str,
    status: int = 200,
    schemas: Mapping[str, object] = _NONE,
    headers: Mapping[str, object] = _NONE,
) -> Callable[[_View], _View]:
    """Describe a view that answers with a file of one of these content types.

    `schemas` are by content type, where it is known what is in the file.
    """

    def describe(view: _View) -> _View:
        content = {kind: {"schema": schemas.get(kind) or _schema(kind)} for kind in types}
        answer = {"description": "OK", "content": content}
        more = {"headers": dict(headers)} if headers else {}
        return described(view, responses={str(status): {**answer, **more}})

    return describe


def received(
    *types: str,
    max_bytes: int,
    examples: Mapping[str, object] = _NONE,
    schemas: Mapping[str, object] = _NONE,
) -> Callable[[_View], _View]:
    """Have the guard take these content types, up to a size, instead of JSON; describe it.

    `examples` and `schemas` are by content type.
    """

    def describe(view: _View) -> _View:
        content = {kind: {"schema": schemas.get(kind) or _schema(kind)} for kind in types}
        for kind, example in examples.items():
            content[kind]["example"] = example
        view.takes = (types, max_bytes)  # type: ignore[attr-defined] # a mark that the guard reads
        return described(view, requestBody={"required": True, "content": content})

    return describe


def _schema(kind: str) -> dict[str, object]:
    if kind in {"application/json", "application/yaml"}:
        return {"type": "object"}
    return {"type": "string", "format": "binary"}


def body_of(content: bytes | Iterator[str], kind: str, name: str | None = None) -> Response:
    """Return a file as an answer; with a `name`, to be saved under it."""
    answer = Response(content, content_type=kind)
    if name:
        answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer


WARNED = sends(WARNINGS)
_MOST_WARNED = 4000


def warned(answer: Response, details: Iterable[str]) -> Response:
    """Return an answer that is a file with warnings beside it."""
    told: list[str] = []
    for detail in dict.fromkeys(details):
        if len(json.dumps([*told, detail])) > _MOST_WARNED:
            break
        told.append(detail)
    if told:
        answer.headers[WARNINGS] = json.dumps(told)
    return answer


def described(view: _View, **manual: object) -> _View:
    """Describe a view beside what flask-smorest knows of it."""
    known = dict(getattr(view, "_apidoc", {}))
    known["manual_doc"] = {**known.get("manual_doc", {}), **manual}
    view._apidoc = known  # type: ignore[attr-defined] # noqa: SLF001 # where flask-smorest keeps a view's description
    return view

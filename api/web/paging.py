"""What a list takes and gives: limit and cursor in, items, total and a Link header out."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, wraps
from typing import Any
from urllib.parse import urlencode

import marshmallow as ma
from flask import request

from api.infra.database.paging import MOST, Page, PageRequest
from api.web import fields, validate
from api.web.openapi.headers import LINK, sends
from api.web.rest import Blueprint, OutSchema, Schema


class PageArgs(Schema):
    """Which part of a list; lists with filters add theirs."""

    limit = fields.Integer(load_default=50, validate=validate.Range(1, MOST), example=50)
    cursor = fields.String(validate=validate.Length(1, 2000), description="From the Link header.")

    @ma.post_load
    def _gather(self, given: dict[str, Any], **_: object) -> dict[str, object]:
        page = PageRequest(limit=given.pop("limit"), cursor=given.pop("cursor", None))
        return {"page": page, **given}


@cache  # two lists of the same thing are the same schema
def listed(item: type[Schema]) -> type[Schema]:
    """Return the schema of a page of items."""
    name = item.__name__.removesuffix("Out") + "PageOut"
    items, total = fields.List(fields.Nested(item)), fields.Integer(example=1)
    return OutSchema.from_dict({"items": items, "total": total}, name=name)  # type: ignore[return-value] # one of ours


def paged(page: Page[object]) -> tuple[dict[str, object], int, dict[str, str]]:
    """Return a page as a route's answer, with `Link: rel=next` (RFC 8288) where there is more."""
    headers = {}
    if page.following:
        query = [(k, v) for k, v in request.args.items(multi=True) if k != "cursor"]
        address = f"{request.path}?{urlencode([*query, ('cursor', page.following)])}"
        headers["Link"] = f'<{address}>; rel="next"'
    return {"items": page.items, "total": page.total}, 200, headers


def paginated(
    blueprint: Blueprint, item: type[Schema], args: type[Schema] = PageArgs
) -> Callable[[Callable[..., Page[object]]], Callable[..., object]]:
    """Make a view that returns a page of items, as its `args` ask for it, the GET of a list."""

    def decorate(view: Callable[..., Page[object]]) -> Callable[..., object]:
        @blueprint.arguments(args, location="query")
        @blueprint.response(200, listed(item), headers=sends(LINK))
        @wraps(view)
        def answered(*given: object, **named: object) -> object:
            return paged(view(*given, **named))

        found: Callable[..., object] = answered
        return found

    return decorate

"""Bar 31: input that no schema knows; both databases answer alike, and never by falling over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bench.bars.live import Figure, Live, Place, Said
from bench.bars.logs import HEADS
from tests.contracts.test_guard import BODIES

if TYPE_CHECKING:
    from collections.abc import Iterator

EDGES: tuple[Any, ...] = (
    "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "2031-02-30T00:00:00Z",
    "2031-01-01T24:00:01Z", "+010000-01-01T00:00:00Z", "", 1e300, None, {}, [],
)  # fmt: skip
QUERIES = (
    "limit=0", "limit=99999999999999999999", "limit=-1", "limit=1e3", "cursor=%00",
    "cursor=AAAA", "q=%00", "q=%ED%A0%80", "q=" + "a" * 5000, "sort=%27", "limit=5&limit=6",
)  # fmt: skip
PATHS = (
    "/%00",
    "/v1/coalitions/%00",
    "/v1/%2e%2e/x",
    "/s/%00",
    "/v/%00",
    "/m/%00",
    "//v1",
    "/v1/\\",
)
MATCHES = ("*", '"1", "2"', 'W/"1"', "", '"', "1" * 5000, '"\\"')


def answered(place: Place) -> Iterator[Figure]:
    """Each is answered by a success or a problem, none by a fault of ours."""
    wrong: list[str] = []
    with place.served(None, "--no-worker") as live:
        made = live.post("/v1/coalitions", {"slug": "bench", "name": "Specimen"})
        coalition = f"/v1/coalitions/{made['id']}"
        for name, said in _answers(live, coalition):
            place.statuses[name] = said.status
            if not (said.is_proper or _is_page(name, said)):
                wrong.append(f"{name}: {said.status} {said.body[:80]!r}")
        yield Figure(f"{len(place.statuses)} inputs; wrong: {wrong or 'none'}", not wrong)
        yield Figure("and it still serves", live.call("GET", "/readyz").status == 200)


def _is_page(name: str, said: Said) -> bool:
    """Tell whether a person's page says no in its own way."""
    is_html = said.headers.get("content-type", "").startswith("text/html")
    return name.startswith(("path /s/", "path /v/", "path /m/")) and is_html and said.status < 500


def _answers(live: Live, coalition: str) -> Iterator[tuple[str, Said]]:
    for name, (body, _, _) in BODIES.items():
        yield f"body {name}", live.call("POST", f"{coalition}/organisations", body)
    yield from _instants(live, _statement(live, coalition))
    for query in QUERIES:
        yield f"query {query[:40]}", live.call("GET", f"{coalition}/organisations?{query}")
    for path in PATHS:
        yield f"path {path}", live.call("GET", path)
    for match in MATCHES:
        said = live.call("PATCH", coalition, {"name": "Specimen"}, If_Match=match)
        yield f"If-Match {match[:20]}", said
    for number, head in enumerate(HEADS):
        said = live.raw(head.encode("latin-1"))
        if said.status:
            yield f"head {number}", said


def _instants(live: Live, statement: str) -> Iterator[tuple[str, Said]]:
    for edge in EDGES:
        for noun, body in (
            ("signing", {"opens_at": edge}),
            ("signing", {"opens_at": "2031-01-01T00:00:00Z", "closes_at": edge}),
            ("sign-off-round", {"hard_deadline": edge}),
            ("retention", {"retain_until": edge}),
        ):
            path = f"{statement}/{noun}"
            headers = live.call("GET", path).headers
            said = live.call("PUT", path, body, If_Match=headers.get("etag", '"1"'))
            yield f"{noun} {body!r}"[:90], said


def _statement(live: Live, coalition: str) -> str:
    text = {"slug": "rush", "kind": "petition", "language": "en", "title": "Open the doors"}
    document = {**text, "body": [{"paragraph": "We ask that the doors be opened."}]}
    begun = live.post(f"{coalition}/statements", {"document": document})
    here = f"/v1/statements/{begun['statement']['id']}"
    live.post(f"{here}/revisions", {}, match=live.etag(here))
    live.post(f"{here}/transitions", {"state": "review"}, match=live.etag(here))
    return here

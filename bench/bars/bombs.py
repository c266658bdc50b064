"""Bars 13 and 15: templates and layouts that are made to eat time and memory."""

from __future__ import annotations

import io
import threading
from collections import Counter
from typing import TYPE_CHECKING, Any

from PIL import Image

from api.templates.schemas import SOURCE
from bench.bars.live import Figure, Live, Place, Said, p95
from tests.rules.test_template_payloads import REFUSED

if TYPE_CHECKING:
    from collections.abc import Iterator

SAVED_SECONDS, LAID_SECONDS, OTHERS_SECONDS, GROWN_MEGABYTES = 2.0, 30.0, 0.3, 100
AT_ONCE = 20
MEGABYTE = 1 << 20
LONG = "".join(f"word{number} " for number in range(100_000))
TEXTS = {
    "a word of a megabyte": "a" * (MEGABYTE * 9 // 10),
    "a word of 400,000 letters": "a" * 400_000,
    "900,000 characters": "We ask for bread. " * 50_000,
    "400,000 characters": "We ask for bread. " * 22_000,
    "words of two directions": "We ask for \u0646\u0627\u0646 " * 25_000,
    "emphasis within emphasis": "*a **b " * 60_000,
    "brackets": "[" * 400_000,
    "marks on one letter": "e" + "\u0301" * 300_000,
    "directions": "\u2067a" * 100_000,
    "120,000 links": "[a](https://specimen.example/) " * 28_000,
}
BOMB = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><defs>'
    '<g id="a0"><path d="M0 0h9"/></g>{}</defs><use href="#a8"/></svg>'
)


def templates(place: Place) -> Iterator[Figure]:
    """Each payload is refused in time, saved or previewed, and others are served meanwhile."""
    with place.served(None, "--no-worker") as live:
        here = _coalition(live)
        sound = {"source": SOURCE, "facts": {"city": "Specimen"}}
        live.call("POST", f"{here}/template-previews", sound)  # the render process is there now
        before = live.megabytes()
        took = []
        with live.watched(here) as others:
            for name, payload in REFUSED.items():
                body = [{"paragraph": "We write."}, {"paragraph": f"In {{{{ city }}}}.\n{payload}"}]
                source = {**SOURCE, "body": body}
                for path, sent in (
                    ("templates", {"source": source}),
                    ("template-previews", {"source": source, "facts": {"city": "Specimen"}}),
                ):
                    said = live.call("POST", f"{here}/{path}", sent)
                    place.statuses[f"{path} {name}"] = said.status
                    took.append(said)
        grown = live.megabytes() - before
    refused = sum(each.status == 422 and each.is_proper for each in took)
    slowest = max(each.seconds for each in took)
    yield Figure(f"{refused} of {len(took)} payloads refused", refused == len(took))
    yield Figure(f"the slowest answered in {slowest:.2f} s", slowest < SAVED_SECONDS)
    yield Figure(f"p95 of others {p95(others):.3f} s", p95(others) < OTHERS_SECONDS)
    yield Figure(f"grown by {grown:.0f} MB", grown < GROWN_MEGABYTES)


def layouts(place: Place) -> Iterator[Figure]:
    """Each document ends within its time with a document or a named error, and the next is laid."""
    with place.served() as live:
        here = _coalition(live)
        ends = {name: _laid(live, here, name, text) for name, text in TEXTS.items()}
        ends |= {name: _logo(live, here, *logo) for name, logo in _logos().items()}
        place.statuses |= {name: said.status for name, said in ends.items()}
        slowest = max(ends, key=lambda name: ends[name].seconds)
        proper = [name for name, said in ends.items() if said.is_proper]
        yield Figure(f"{len(proper)} of {len(ends)} end as they should", len(proper) == len(ends))
        seconds = ends[slowest].seconds
        yield Figure(f"the slowest, {slowest}, in {seconds:.1f} s", seconds < LAID_SECONDS)
        with live.watched("/healthz") as others:
            said = _many(live, here)
        slow = max(each.seconds for each in said)
        yield Figure(f"{AT_ONCE} previews at once: the last in {slow:.1f} s", slow < LAID_SECONDS)
        told = Counter(each.status for each in said)
        yield Figure(f"previews, or told to come again: {dict(told)}", {*told} == {200, 503})
        worst = max(others)
        yield Figure(f"/healthz meanwhile within {worst:.2f} s", worst < 1.0)
        after = _laid(live, here, "after", "We ask for bread.")
        yield Figure(f"the next document: {after.status}", after.status == 200)


def _many(live: Live, here: str) -> list[Said]:
    said: list[Said] = []
    path = _draft(live, here, "many", "We ask for bread. " * 5_000)
    threads = [
        threading.Thread(target=lambda: said.append(live.call("GET", path, seconds=120)))
        for _ in range(AT_ONCE)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return said


def _coalition(live: Live) -> str:
    made = live.post("/v1/coalitions", {"slug": "bench", "name": "Specimen Coalition"})
    return f"/v1/coalitions/{made['id']}"


def _laid(live: Live, here: str, name: str, text: str) -> Said:
    """Write a text and print it; what is refused on the way is an end too."""
    begun = live.call("POST", f"{here}/statements", {"document": _document(name, text)})
    if begun.status != 201:
        return begun
    path = f"/v1/statements/{begun.json['statement']['id']}/draft/document"
    return live.call("GET", path, seconds=120)


def _draft(live: Live, here: str, name: str, text: str) -> str:
    begun = live.post(f"{here}/statements", {"document": _document(name, text)})
    return f"/v1/statements/{begun['statement']['id']}/draft/document"


def _document(name: str, text: str) -> dict[str, Any]:
    return {
        "slug": name.replace(" ", "-").replace(",", ""), "kind": "appeal", "language": "en",
        "title": "Bread", "body": [{"paragraph": text}],
    }  # fmt: skip


def _logo(live: Live, here: str, kind: str, picture: bytes) -> Said:
    match = live.etag(here)
    return live.call("PUT", f"{here}/logo", picture, Content_Type=kind, If_Match=match)


def _logos() -> dict[str, tuple[str, bytes]]:
    file = io.BytesIO()
    Image.new("1", (12_000, 12_000)).save(file, "PNG")
    groups = "".join(
        f'<g id="a{level}">' + f'<use href="#a{level - 1}"/>' * 10 + "</g>" for level in range(1, 9)
    )
    return {
        "a picture of 144 million points": ("image/png", file.getvalue()),
        "a drawing of a hundred million parts": ("image/svg+xml", BOMB.format(groups).encode()),
    }

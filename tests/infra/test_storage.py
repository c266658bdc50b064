"""Files by key, in a folder and in S3: the same; and S3 that is away, slow or not ours."""

from __future__ import annotations

import os
import socket
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import pytest

from api.config import BadSettings, read
from api.infra import storage as storages
from api.infra.storage import Storage, StorageUnavailable
from tests.support import s3
from tests.support.postgres import free_port

if TYPE_CHECKING:
    from tests.support.s3 import S3


@pytest.fixture
def bucket() -> Iterator[S3]:
    yield from s3.server()


@pytest.fixture(params=["folder", "S3"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    if request.param == "folder":
        return Storage(str(tmp_path / "storage"))
    return Storage(request.getfixturevalue("bucket").address())


def test_what_is_put_is_got_and_what_is_there_stays(storage: Storage) -> None:
    storage.put("documents/one", b"first")
    storage.put("documents/one", b"second")

    assert storage.get("documents/one") == b"first"
    assert storage.get("documents/two") is None


def test_what_is_put_into_a_folder_is_on_the_disk_before_a_row_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    sync = os.fsync

    def seen(handle: int) -> None:
        path = Path(f"/proc/self/fd/{handle}").readlink()
        synced.append(str(path.relative_to(tmp_path)))
        sync(handle)

    monkeypatch.setattr(os, "fsync", seen)
    Storage(str(tmp_path)).put("logos/a/b", b"x")

    assert synced == ["logos/a/b", "logos/a", "logos", "."]


def test_what_is_written_takes_the_place_of_what_was_there_however_large(storage: Storage) -> None:
    storage.put("documents/one", b"first")
    large = [bytes([number]) * 4_000_000 for number in range(6)]
    storage.write("documents/one", iter(large))

    assert b"".join(storage.read("documents/one") or ()) == b"".join(large)
    assert storage.read("documents/two") is None


def test_the_first_bytes_are_got_of_what_has_some(storage: Storage) -> None:
    storage.put("documents/one", b"abcdef")
    storage.put("documents/empty", b"")

    assert storage.start("documents/one", 4) == b"abcd"
    assert storage.start("documents/empty", 4) == b""
    assert storage.start("documents/none", 4) == b""


def test_keys_are_those_of_a_folder_and_below_and_no_others(storage: Storage) -> None:
    for key in ("logos/a/1", "logos/b/2", "logos-of-others/3", "evidence/4"):
        storage.put(key, b"x")

    assert sorted(storage.keys("logos")) == ["logos/a/1", "logos/b/2"]
    assert len(list(storage.keys())) == 4


def test_what_is_deleted_is_gone_and_may_be_deleted_again(storage: Storage) -> None:
    storage.put("logos/a", b"x")
    storage.delete("logos/a")
    storage.delete("logos/a")

    assert storage.get("logos/a") is None


def test_two_houses_in_one_bucket_see_each_others_files_not(bucket: S3) -> None:
    one, other = Storage(bucket.address(prefix="one")), Storage(bucket.address(prefix="one-more"))
    one.put("logos/a", b"x")

    assert other.get("logos/a") is None
    assert list(other.keys()) == []


def each_way(storage: Storage) -> list[type[Exception] | None]:
    """Try all that can be asked of a storage; return how each failed."""
    found: list[type[Exception] | None] = []
    for act in (
        lambda: storage.get("a"),
        lambda: storage.put("a", b"x"),
        lambda: storage.write("a", iter([b"x"])),
        lambda: storage.start("a", 1),
        lambda: storage.read("a"),
        lambda: storage.delete("a"),
        lambda: list(storage.keys()),
        storage.must_answer,
    ):
        try:
            act()
        except StorageUnavailable as refused:
            found.append(type(refused))
        else:
            found.append(None)
    return found


def test_a_server_that_is_away_is_told_from_a_file_that_is_not_there(
    bucket: S3, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storages, "REST_SECONDS", 0.0)
    storage = Storage(bucket.address())
    bucket.stop()
    assert each_way(storage) == [StorageUnavailable] * 8
    bucket.start()
    assert each_way(storage) == [None] * 8


def test_a_bucket_that_is_missing_is_no_bucket_without_files(
    bucket: S3, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storages, "REST_SECONDS", 0.0)

    assert each_way(Storage(bucket.address("no-such-bucket"))) == [StorageUnavailable] * 8


def test_after_a_failure_it_is_left_alone_for_a_while_and_then_one_tries(
    bucket: S3, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storages, "REST_SECONDS", 0.5)
    storage = Storage(bucket.address())
    storage.put("a", b"x")
    bucket.stop()
    with pytest.raises(StorageUnavailable):
        storage.get("a")
    bucket.start()

    with pytest.raises(StorageUnavailable):  # at once, unasked
        storage.get("a")
    time.sleep(0.5)
    assert storage.get("a") == b"x"


def test_a_server_that_hangs_holds_few_threads_and_the_others_not_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(storages, "PATIENCE_SECONDS", 0.2)
    monkeypatch.setattr(storages, "READ_SECONDS", 2.0)
    waited: list[float] = []
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(64)
        storage = Storage(f"s3+http://key:secret@127.0.0.1:{silent.getsockname()[1]}/bucket")

        def ask() -> None:
            began = time.monotonic()
            with pytest.raises(StorageUnavailable):
                storage.get("a")
            waited.append(time.monotonic() - began)

        threads = [threading.Thread(target=ask) for _ in range(12)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()

    waited.sort()
    assert max(waited[:8]) < 1.5  # those that found no place
    assert max(waited) < 6


def test_the_log_tells_why_and_not_the_secret(
    bucket: S3, capsys: pytest.CaptureFixture[str]
) -> None:
    address = bucket.address("no-such-bucket")
    with pytest.raises(StorageUnavailable):
        Storage(address).get("a")
    told = "".join(capsys.readouterr())

    assert "no-such-bucket" in told
    assert not any(secret in told for secret in (s3.KEY, s3.SECRET, "sand%2Fmar%2Btin"))


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({}, "UNDERSIGNED_STORAGE_PATH"),
        ({"URL": "s3://host/bucket", "PATH": "/srv"}, "not both"),
        ({"URL": "https://host/bucket"}, "s3://"),
        ({"URL": "s3://host"}, "s3://"),
        ({"URL": "s3:///bucket"}, "s3://"),
        ({"URL": "s3://key:sand/mar@host/bucket"}, "%2F"),
        ({"URL": "s3://host:port/bucket"}, "s3://"),
        ({"URL": "s3://[host/bucket"}, "s3://"),
    ],
)
def test_where_files_are_kept_is_said_once_and_wholly(
    given: dict[str, str], wrong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNDERSIGNED_DATABASE_URL", "sqlite:////tmp/db")
    monkeypatch.setenv("UNDERSIGNED_MASTER_KEYS", "x")
    for name in ("URL", "PATH"):
        monkeypatch.delenv(f"UNDERSIGNED_STORAGE_{name}", raising=False)
    for name, value in given.items():
        monkeypatch.setenv(f"UNDERSIGNED_STORAGE_{name}", value)

    with pytest.raises(BadSettings, match=wrong):
        read()


class Answers(socketserver.StreamRequestHandler):
    """Speaks as much of S3 as a test needs: for each method, an answer that it closes after."""

    given: ClassVar[dict[str, bytes]] = {}

    def handle(self) -> None:
        method, size = self.rfile.readline().split(b" ")[0].decode(), 0
        while (line := self.rfile.readline()).strip():
            if line.lower().startswith(b"content-length:"):
                size = int(line.partition(b":")[2])
        self.rfile.read(size)
        self.wfile.write(self.given[method])


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Storage]]:
    """Give a storage at a server that answers so."""
    monkeypatch.setattr(storages, "REST_SECONDS", 0.0)
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def made(**answers: bytes) -> Storage:
        monkeypatch.setattr(Answers, "given", answers)
        return Storage(f"s3+http://key:secret@127.0.0.1:{server.server_address[1]}/bucket")

    yield made
    server.shutdown()
    server.server_close()


def answer(status: str, body: bytes = b"", length: int | None = None) -> bytes:
    head = f'HTTP/1.1 {status}\r\nETag: "x"\r\nLast-Modified: Thu, 01 May 2031 09:00:00 GMT\r\n'
    size = len(body) if length is None else length
    return f"{head}Content-Length: {size}\r\nConnection: close\r\n\r\n".encode() + body


def test_an_answer_that_breaks_off_is_no_file(answering: Callable[..., Storage]) -> None:
    storage = answering(GET=answer("200 OK", b"half", length=8))

    with pytest.raises(StorageUnavailable):
        storage.get("logos/a")
    with pytest.raises(StorageUnavailable):
        b"".join(storage.read("logos/a") or ())


@pytest.mark.parametrize("put", [answer("403 Forbidden"), answer("501 Not Implemented")])
def test_what_may_not_or_cannot_be_written_so_is_told(
    answering: Callable[..., Storage], put: bytes
) -> None:
    storage = answering(PUT=put)

    with pytest.raises(StorageUnavailable):
        storage.put("logos/a", b"x")


def test_keys_that_may_not_list_are_told_from_a_file_that_is_not_there(
    answering: Callable[..., Storage],
) -> None:
    """AWS answers who may not list 403 for what is not there."""
    with pytest.raises(StorageUnavailable):
        answering(GET=answer("403 Forbidden")).must_answer()


def test_a_bucket_that_keeps_what_is_put_is_found_so_and_left_empty(bucket: S3) -> None:
    storage = Storage(bucket.address())
    storage.must_keep()

    assert list(storage.keys()) == []


def test_a_server_that_overwrites_in_spite_of_the_condition_is_found_out(
    bucket: S3, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = Storage(bucket.address())
    monkeypatch.setattr(storage, "put", lambda key, content: storage.write(key, iter([content])))

    with pytest.raises(StorageUnavailable, match="If-None-Match"):
        storage.must_keep()
    assert list(storage.keys()) == []


def test_nobody_is_where_a_port_is_closed() -> None:
    storage = Storage(f"s3+http://key:secret@127.0.0.1:{free_port()}/bucket")
    with pytest.raises(StorageUnavailable):
        storage.must_answer()

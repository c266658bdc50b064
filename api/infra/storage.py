"""Files by key: in a folder, or in S3. What is personal is sealed before it comes here."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import uuid4

import structlog
from obstore.exceptions import AlreadyExistsError, BaseError, GenericError
from obstore.store import LocalStore, S3Store

from api.errors import Unavailable

if TYPE_CHECKING:
    from obstore.store import S3Config  # it is there for types alone

log = structlog.get_logger()

AT_A_TIME = 4  # requests to S3 of one process: it hangs with no more threads than these
PATIENCE_SECONDS = 2.0  # until one of them is free
REST_SECONDS = 5.0  # after it failed, in which it is not asked again
CONNECT_SECONDS = 2.0
READ_SECONDS = 10.0
_NOTHING_THERE = "<Code>NoSuchKey</Code>"
_NO_SUCH_KEY = "readyz"  # is never kept
_PROBE = "doctor"  # a folder of nothing else


class StorageUnavailable(Unavailable, title="Files cannot be kept or read at the moment"):
    """The folder or the S3 of files does not answer; nothing else needs it."""


class Storage:
    """Keeps bytes under a key such as `documents/…`; keys hold no names."""

    def __init__(self, address: str) -> None:
        """Open a folder, made for its owner only where it is missing, or `s3://…`.

        The settings have looked at an address of S3 (`config`).
        """
        self.is_remote = address.startswith(("s3://", "s3+http://"))
        self.folder = None if self.is_remote else Path(address)
        self.store = _bucket(address) if self.folder is None else _folder(self.folder)
        self._places = threading.BoundedSemaphore(AT_A_TIME)
        self._asks_again_at = 0.0  # 0: it does its part

    def put(self, key: str, content: bytes) -> None:
        """Keep `content` under `key`, also if the power fails now; what is there already stays."""
        try:
            with self._answering():
                self.store.put(key, content, mode="create")
                if self.folder is not None:
                    _sync(self.folder, self.folder / key)
        except AlreadyExistsError:
            return

    def get(self, key: str) -> bytes | None:
        """Return what is under `key`, or None."""
        with self._answering():
            try:
                return bytes(self.store.get(key).bytes())
            except FileNotFoundError as missing:
                self._must_be_of_key(missing)
                return None

    def read(self, key: str) -> Iterator[bytes] | None:
        """Return the parts of what is under `key`, of any size, or None."""
        with self._answering():
            try:
                found = self.store.get(key)
            except FileNotFoundError as missing:
                self._must_be_of_key(missing)
                return None
        return self._parts(iter(found.stream()))

    def _parts(self, stream: Iterator[object]) -> Iterator[bytes]:
        while True:
            with self._answering():
                part = next(stream, None)
            if part is None:
                return
            yield bytes(part)  # type: ignore[call-overload] # obstore's own bytes

    def write(self, key: str, parts: Iterator[bytes]) -> None:
        """Keep parts under `key`, in place of what is there."""
        with self._answering():
            self.store.put(key, parts)

    def start(self, key: str, length: int) -> bytes:
        """Return the first bytes of what is under `key`; none where there is nothing."""
        with self._answering():
            try:
                return bytes(self.store.get_range(key, start=0, length=length))
            except FileNotFoundError as missing:
                self._must_be_of_key(missing)
            except GenericError:  # an empty file has no first bytes
                if self.store.head(key)["size"]:
                    raise
        return b""

    def delete(self, key: str) -> None:
        """Remove what is under `key`, if anything."""
        with self._answering():
            try:
                self.store.delete(key)
            except FileNotFoundError:
                if self.is_remote:  # S3 deletes what is not there: its bucket is missing
                    raise

    def keys(self, folder: str | None = None) -> Iterator[str]:
        """Yield the key of each file, or of each in a folder such as `documents/…` and below."""
        batches = iter(self.store.list(folder))
        while True:
            with self._answering():
                batch = next(batches, None)
            if batch is None:
                return
            yield from (str(each["path"]) for each in batch)

    def free_bytes(self) -> int | None:
        """Return how many bytes a folder has room for; None: S3 does not say."""
        return None if self.folder is None else shutil.disk_usage(self.folder).free

    def must_answer(self) -> None:
        """Raise StorageUnavailable where nothing can be read."""
        self.get(_NO_SUCH_KEY)

    def must_keep(self) -> None:
        """Raise StorageUnavailable unless files can be put, listed, read and deleted, and stay.

        What takes no conditional writes lets two who put one file overwrite each other.
        """
        key = f"{_PROBE}/{uuid4()}"
        self.put(key, b"first")
        try:
            self.put(key, b"second")
            if self.get(key) != b"first" or key not in self.keys(_PROBE):
                raise StorageUnavailable("It does not keep what was put (If-None-Match: *).")
        finally:
            self.delete(key)

    @contextmanager
    def _answering(self) -> Iterator[None]:
        """Have what cannot be done now tried again; its operator reads why in the log.

        S3 that is away or hangs keeps few threads, and after that nobody for a while.
        """
        if not self.is_remote:
            with _told(self):
                yield
            return
        now = time.monotonic()
        if now < self._asks_again_at or not self._places.acquire(timeout=PATIENCE_SECONDS):
            raise _away()
        try:
            if self._asks_again_at:  # one tries whether it is back; the others wait for that
                self._asks_again_at = now + REST_SECONDS
            with _told(self):
                yield
            self._asks_again_at = 0.0
        except AlreadyExistsError:
            self._asks_again_at = 0.0
            raise
        except StorageUnavailable:
            self._asks_again_at = time.monotonic() + REST_SECONDS
            raise
        finally:
            self._places.release()

    def _must_be_of_key(self, missing: FileNotFoundError) -> None:
        """Let pass that a key is not there; a bucket or a proxy that is wrong says 404 too."""
        if self.is_remote and _NOTHING_THERE not in str(missing):
            raise missing


@contextmanager
def _told(storage: Storage) -> Iterator[None]:
    try:
        yield
    except AlreadyExistsError:
        raise
    except (BaseError, OSError) as fault:
        log.warning("storage fails", is_remote=storage.is_remote, error=_first_line(fault))
        raise _away() from None


def _first_line(fault: Exception) -> str:
    return str(fault).partition("\n")[0]


def _away() -> StorageUnavailable:
    return StorageUnavailable("The storage of files takes and gives nothing at the moment.")


def _sync(folder: Path, file: Path) -> None:
    """Have a file, and the folders that it is found by, written to the disk."""
    for each in (file, *file.parents):
        handle = os.open(each, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        if each == folder:
            return


def _folder(path: Path) -> LocalStore:
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return LocalStore(path)


def _bucket(address: str) -> S3Store:
    """Return the bucket at `s3://KEY:SECRET@HOST:PORT/BUCKET/PREFIX?region=…`.

    Without a key, the credentials are those that AWS's own tools would find here.
    """
    at = urlsplit(address)
    bucket, _, prefix = unquote(at.path).strip("/").partition("/")
    host = at.netloc.rpartition("@")[2]
    is_plain = at.scheme == "s3+http"
    endpoint = f"{'http' if is_plain else 'https'}://{host}"
    how: S3Config = {
        "aws_endpoint_url_s3": endpoint,
        "region": parse_qs(at.query).get("region", ["us-east-1"])[0],
    }
    if at.username:
        how["access_key_id"] = unquote(at.username)
        how["secret_access_key"] = unquote(at.password or "")
    return S3Store(
        bucket,
        prefix=prefix or None,
        config=how,
        client_options={
            "allow_http": is_plain,
            "connect_timeout": timedelta(seconds=CONNECT_SECONDS),
            "read_timeout": timedelta(seconds=READ_SECONDS),
        },
        retry_config={"max_retries": 1, "retry_timeout": timedelta(seconds=5)},
    )

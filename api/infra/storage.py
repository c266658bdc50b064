"""Files by key: a local folder. What is personal is sealed before it comes here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog
from obstore.exceptions import AlreadyExistsError, GenericError, PermissionDeniedError
from obstore.store import LocalStore

from api.errors import Unavailable

log = structlog.get_logger()


class Storage:
    """Keeps bytes under a key such as `documents/…`; keys hold no names."""

    def __init__(self, folder: str) -> None:
        """Open the folder, and make it, for its owner only, where it is missing."""
        path = Path(folder)
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.store = LocalStore(path)

    def put(self, key: str, content: bytes) -> None:
        """Keep `content` under `key`; what is there already stays."""
        try:
            with _answering():
                self.store.put(key, content, mode="create")
        except AlreadyExistsError:
            return

    def get(self, key: str) -> bytes | None:
        """Return what is under `key`, or None."""
        try:
            with _answering():
                return bytes(self.store.get(key).bytes())
        except FileNotFoundError:
            return None

    def read(self, key: str) -> Iterator[bytes] | None:
        """Return the parts of what is under `key`, of any size, or None."""
        try:
            found = self.store.get(key)
        except FileNotFoundError:
            return None
        return (bytes(part) for part in found.stream())

    def write(self, key: str, parts: Iterator[bytes]) -> None:
        """Keep parts under `key`, in place of what is there."""
        with _answering():
            self.store.put(key, parts)

    def start(self, key: str, length: int) -> bytes:
        """Return the first bytes of what is under `key`; none where there is nothing."""
        try:
            return bytes(self.store.get_range(key, start=0, length=length))
        except (FileNotFoundError, GenericError):  # GenericError: it is empty
            return b""

    def delete(self, key: str) -> None:
        """Remove what is under `key`, if anything."""
        try:
            self.store.delete(key)
        except FileNotFoundError:
            return

    def keys(self, folder: str | None = None) -> Iterator[str]:
        """Yield the key of each file, or of each in a folder such as `documents/…` and below."""
        for found in self.store.list(folder):
            yield from (str(each["path"]) for each in found)


@contextmanager
def _answering() -> Iterator[None]:
    """Have what a full or missing disk cannot do tried again; its operator reads why in the log."""
    try:
        yield
    except (GenericError, PermissionDeniedError) as fault:
        log.warning("storage fails", error=str(fault).partition("\n")[0])
        raise Unavailable("The storage of files takes and gives nothing at the moment.") from None

"""Files that rows keep in the storage, each under a key of its own that its row seals.

For what cannot be made again as documents are: a rotation seals the key anew, and leaves the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from sqlalchemy import Connection, select
from sqlalchemy.orm import Mapped, Session

from api.infra.background import kept_files
from api.infra.background.kept_files import KeptFiles
from api.infra.database import columns
from api.infra.runtime import runtime
from api.infra.security import keys
from api.infra.security.keys import Sealed
from api.infra.vault import KeyMissing


class WithFile(columns.OfCoalition):
    """A row of a coalition that keeps a file."""

    __tablename__: str
    secret: Mapped[Sealed]  # the key of its file


Row = TypeVar("Row", bound=WithFile)


@dataclass(frozen=True)
class SealedFiles(Generic[Row]):
    """The files of one table, in a folder of the storage."""

    folder: str
    table: type[Row]

    @property
    def keeper(self) -> KeptFiles:
        """Return who tells backups and commands of these files."""
        return KeptFiles(self.folder, self.referred, self.damaged)

    @property
    def _column(self) -> str:
        return f"{self.table.__tablename__}.secret"

    def put(self, coalition_id: UUID, file_id: UUID, content: bytes) -> bytes:
        """Put a file into the storage; return its key, which its row seals."""
        secret, locked = keys.lock(content, file_id)
        runtime().storage.put(self.place(coalition_id, file_id), locked)
        return secret

    def sealed(self, session: Session, coalition_id: UUID, file_id: UUID, secret: bytes) -> bytes:
        """Return the key of a file as its row keeps it."""
        return keys.seal_bytes(session, coalition_id, self._column, file_id, secret)

    def read(self, session: Session, row: Row) -> bytes | None:
        """Return what a file holds; None: it is not in the storage."""
        locked = runtime().storage.get(self.place(row.coalition_id, row.id))
        if locked is None:
            return None
        return keys.unlock(
            keys.unseal_bytes(session, self._column, row.id, row.secret), locked, row.id
        )

    def delete_later(self, session: Session, row: Row) -> None:
        """Promise to delete a file, in the transaction in which its row goes."""
        kept_files.delete_later(session, self.place(row.coalition_id, row.id))

    def delete(self, coalition_id: UUID, file_id: UUID) -> None:
        """Delete a file now."""
        runtime().storage.delete(self.place(coalition_id, file_id))

    def forget(self, coalition_id: UUID) -> None:
        """Delete the files of a coalition that was deleted."""
        storage = runtime().storage
        for place in list(storage.keys(f"{self.folder}/{coalition_id}")):
            storage.delete(place)

    def place(self, coalition_id: UUID, file_id: UUID) -> str:
        """Return where a file lies."""
        return f"{self.folder}/{coalition_id}/{file_id}"

    def referred(self, connection: Connection) -> set[str]:
        """Return where the files lie that rows know of."""
        rows = connection.execute(select(self.table.coalition_id, self.table.id))
        return {self.place(*row) for row in rows}

    def damaged(self, session: Session) -> Iterator[str]:
        """Yield the key of every file that is there and does not open."""
        for row in session.scalars(select(self.table)):
            try:
                self.read(session, row)
            except (KeyMissing, ValueError):  # ValueError: it is cut short
                yield self.place(row.coalition_id, row.id)

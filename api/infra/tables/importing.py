"""The way of a table into a coalition, and out: what each line does, then all of it at once."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, Protocol, TypeVar
from uuid import UUID

from sqlalchemy.orm import Session

from api.infra.database.columns import By
from api.infra.database.transactions import reading, rehearsal, transaction
from api.infra.security import audit
from api.infra.tables.reports import How, Line, LineState, Report, Reported, must_be_whole

T = TypeVar("T")
AT_ONCE = 500  # rows that are read together


class Sender(By, Protocol):
    """Who sends a table, and may or may not."""

    def must(self, coalition_id: UUID, needed: Any) -> None:
        """Let who has a role in the coalition pass, or raise."""


class Import(ABC):
    """A table on its way into a coalition, in one transaction."""

    action: ClassVar[str]  # in the record
    needs: ClassVar[object]  # the role of who may send it
    session: Session

    def __init__(self, by: Sender, coalition_id: UUID, how: How) -> None:
        """Ask whether they may send it before it is read, which may take long."""
        by.must(coalition_id, self.needs)
        self.by, self.coalition_id, self.how = by, coalition_id, how

    @abstractmethod
    def begin(self) -> None:
        """Lock the coalition, and read what is there."""

    @abstractmethod
    def take(self, reported: Reported, line: Line) -> None:
        """Say what becomes of a line without faults, and keep what has to be done for it."""

    def settle(self) -> None:  # noqa: B027 # most have nothing to settle
        """Look at all lines together, and refuse some of them."""

    @abstractmethod
    def write(self) -> None:
        """Write what is not refused."""

    def take_in(self, lines: Sequence[Line]) -> Report:
        """Bring a table's lines together with what is there, in one transaction."""
        how = self.how
        with rehearsal() if how.preview else transaction() as self.session:
            self.begin()
            report = [self._reported(line) for line in lines]
            self.settle()
            if not how.partial and not how.preview:
                must_be_whole(report)
            self.write()
            done = Report(stored=not how.preview, lines=report)
            if done.stored:
                told, owner = dict(done.counts), self.coalition_id
                audit.append(self.session, self.by, self.action, owner, owner, facts=told)
            return done

    def _reported(self, line: Line) -> Reported:
        reported = Reported(line.line, line.place, LineState.REFUSED, line.faults)
        if not line.faults:
            self.take(reported, line)
        return reported


def batches(
    ids: Sequence[UUID], read: Callable[[Session, Sequence[UUID]], Mapping[UUID, T]]
) -> Iterator[list[T]]:
    """Yield rows as lines of a table, some at a time, in the order of their ids here.

    Between two batches no transaction is open, for the reader may be slow.
    """
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        with reading() as session:
            found = read(session, some)
        yield [found[each] for each in some if each in found]

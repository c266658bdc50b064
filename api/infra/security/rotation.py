"""Rotation: a new data key takes over all that an old one sealed, and the old one is destroyed.

Each step is a short transaction, and the rows tell what is left to do: a run that was cut goes on
where it was, and two at once share the work. Whoever seals holds the row of its key, so an old one
goes only when nobody can seal under it any more, and nothing is.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import (
    Column,
    ColumnElement,
    LargeBinary,
    bindparam,
    delete,
    false,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from api.infra.background import kept_files
from api.infra.database.columns import Base
from api.infra.database.transactions import reading, transaction
from api.infra.runtime import runtime
from api.infra.security import audit, keys
from api.infra.security.keys import FIRST, FOR_INDEXES, ID_BYTES, BlindBytes, DataKey
from api.infra.vault import KeyMissing

Owner = UUID | None  # a coalition; None: the house

BATCH = 500  # values that one transaction seals anew
OWNERS = 500  # that one round takes
PATIENCE_SECONDS = 60
PAUSE_SECONDS, MOST_PAUSE_SECONDS = 0.2, 1.0


@dataclass
class Rotated:
    """What a rotation did."""

    made: int = 0  # new generations
    continued: int = 0  # of an earlier run that was cut
    values: int = 0  # sealed anew
    files: int = 0  # deleted: they are made again when they are asked for
    destroyed: int = 0
    broken: set[str] = field(default_factory=set)  # values that no key opens


def owners() -> list[Owner]:
    """Return who has a data key: coalitions, and None for the house."""
    with reading() as session:
        return list(session.scalars(select(DataKey.coalition_id).distinct()))


def wrapped_otherwise() -> int:
    """Return how many keys are wrapped by another master key than the first."""
    with reading() as session:
        query = select(func.count()).where(DataKey.master != runtime().vault.first)
        return session.scalar(query) or 0


def rotate(chosen: Sequence[Owner]) -> Rotated:
    """Give each owner a new data key, or finish the rotation that it is in.

    Raise KeyMissing where a value cannot be opened, KeyInUse where a transaction does not end.
    """
    done = Rotated()
    for start in range(0, len(chosen), OWNERS):
        some = chosen[start : start + OWNERS]
        _begin(some, done)
        _finish(some, done)
    if done.broken:
        raise KeyMissing(
            "These values fit neither their key nor their row, so their old keys are still there:"
            f" {', '.join(sorted(done.broken)[:10])}. Mend or delete them, and run it again."
        )
    return done


def _begin(chosen: Collection[Owner], done: Rotated) -> None:
    """Write the next generation of each key, unless it is there; from now on it seals."""
    with transaction() as session:
        for owner, found in _held(session, chosen).items():
            newest = max(row.generation for row in found)
            if newest == FIRST:
                _keep_indexes(session, owner)
            for row in found:
                if row.master != runtime().vault.first:
                    key = runtime().vault.open(row.id, row.master, row.wrapped)
                    row.master, row.wrapped = runtime().vault.wrap(row.id, key)
                    audit.append(session, None, "key.rewrapped", owner, row.id)
            if any(FIRST <= row.generation < newest for row in found):
                done.continued += 1
                continue
            row = keys.generation(session, owner, newest + 1)
            audit.append(session, None, "key.rotated", owner, row.id)
            done.made += 1


def _held(session: Session, chosen: Collection[Owner]) -> dict[Owner, list[DataKey]]:
    """Return the keys of each owner, held against other rotations; sealing goes on.

    First their coalitions, in the order in which deleting one takes both.
    """
    coalitions = Base.metadata.tables["coalitions"]
    ids = [owner for owner in chosen if owner is not None]
    there = select(coalitions.c.id).where(coalitions.c.id.in_(ids)).order_by(coalitions.c.id)
    present = set(session.scalars(there.with_for_update(read=True, key_share=True)))
    query = select(DataKey).where(_of([owner for owner in chosen if owner in {None, *present}]))
    held = query.order_by(DataKey.id).with_for_update(key_share=True)
    session.scalars(held).all()
    found: dict[Owner, list[DataKey]] = {}
    for row in session.scalars(query):  # asked again: another run may have put a newer one there
        found.setdefault(row.coalition_id, []).append(row)
    return found


def _of(chosen: Collection[Owner]) -> ColumnElement[bool]:
    is_of_house = DataKey.coalition_id.is_(None) if None in chosen else false()
    return or_(DataKey.coalition_id.in_([each for each in chosen if each]), is_of_house)


def _keep_indexes(session: Session, owner: Owner) -> None:
    """Keep the indexes' keys that the first data key gave before they had rows of their own."""
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            is_theirs = (owner is None) != ("coalition_id" in table.columns)
            if isinstance(column.type, BlindBytes) and is_theirs:
                purpose = column.type.purpose
                secret = keys.first_index(session, owner, purpose)
                keys.keep_index(session, owner, purpose, secret)


def _finish(chosen: Collection[Owner], done: Rotated) -> None:
    """Seal anew what old keys sealed, and destroy these, until there are none."""
    _drop_files(_old(chosen), done)
    until = time.monotonic() + PATIENCE_SECONDS
    while old := _old(chosen):
        before = done.values, done.destroyed
        for place, column in keys.sealed_columns():
            _seal_anew(place, column, old, done)
        _destroy(old, done)
        if (done.values, done.destroyed) != before:
            until = time.monotonic() + PATIENCE_SECONDS
        elif done.broken:
            return
        elif time.monotonic() > until:
            raise keys.KeyInUse(
                "All else is sealed anew. See what holds a transaction open, and run it again."
            )
        else:
            time.sleep(PAUSE_SECONDS)


def _old(chosen: Collection[Owner]) -> dict[bytes, Owner]:
    """Return the ids of the keys that are not the newest of their owners, and whose they are."""
    with reading() as session:
        query = select(DataKey.id, DataKey.coalition_id, DataKey.generation)
        found = session.execute(query.where(_of(chosen), DataKey.generation > FOR_INDEXES)).all()
    newest: dict[Owner, int] = {}
    for _, owner, number in found:
        newest[owner] = max(number, newest.get(owner, FIRST))
    return {key_id.bytes: owner for key_id, owner, number in found if number < newest[owner]}


def _seal_anew(
    place: str, column: Column[bytes], old: Mapping[bytes, Owner], done: Rotated
) -> None:
    """Go through a column in the order of its rows' ids, a batch in each transaction."""
    after: UUID | None = None
    while True:
        began = time.monotonic()
        with transaction() as session:
            found = _batch(session, column, old, after)
            changed = list(_anew(session, place, found, old, done))
            _write(session, column, changed)
        if not found:
            return
        done.values += len(changed)
        after = found[-1][0]
        time.sleep(min(time.monotonic() - began, MOST_PAUSE_SECONDS))  # half of it is for others


def _batch(
    session: Session, column: Column[bytes], old: Collection[bytes], after: UUID | None
) -> Sequence[tuple[UUID, bytes]]:
    """Return some values, their rows locked; those that others hold wait for another round."""
    (primary,) = column.table.primary_key
    query = select(primary, column).where(_key_of(column).in_(old)).order_by(primary).limit(BATCH)
    if after is not None:
        query = query.where(primary > after)
    rows = session.connection().execute(query.with_for_update(skip_locked=True))
    return [(row[0], row[1]) for row in rows]


def _key_of(column: Column[bytes]) -> ColumnElement[bytes]:
    return func.substr(column, 1, ID_BYTES, type_=LargeBinary)


def _anew(
    session: Session,
    place: str,
    found: Iterable[tuple[UUID, bytes]],
    old: Mapping[bytes, Owner],
    done: Rotated,
) -> Iterator[dict[str, object]]:
    for row_id, sealed in found:
        try:
            content = keys.unseal_bytes(session, place, row_id, sealed)
        except KeyMissing:
            done.broken.add(f"{place} of {row_id}")
            continue
        owner = old[sealed[:ID_BYTES]]
        yield {"row": row_id, "new": keys.seal_bytes(session, owner, place, row_id, content)}


def _write(session: Session, column: Column[bytes], changed: list[dict[str, object]]) -> None:
    """Put values into their rows; nobody changed these, so their times stay."""
    if not changed:
        return
    table = column.table
    (primary,) = table.primary_key
    as_it_was = {each: each for each in table.columns if each.onupdate is not None}
    new = update(table).where(primary == bindparam("row"))
    session.connection().execute(new.values({**as_it_was, column: bindparam("new")}), changed)


def _drop_files(old: Collection[bytes], done: Rotated) -> None:
    """Delete kept documents; one that is put here later is unreadable, and so made again."""
    storage = runtime().storage
    for key in list(kept_files.keys(storage)) if old else ():
        if storage.start(key, ID_BYTES) in old:
            storage.delete(key)
            done.files += 1


def _destroy(old: Mapping[bytes, Owner], done: Rotated) -> None:
    """Delete the old keys that nobody holds and that nothing is sealed under."""
    with transaction() as session:
        query = select(DataKey.id).where(DataKey.id.in_([UUID(bytes=each) for each in old]))
        query = query.order_by(DataKey.id).with_for_update(skip_locked=True)
        free = {key_id.bytes for key_id in session.scalars(query)}
        for _, column in keys.sealed_columns():
            used = select(_key_of(column)).where(_key_of(column).in_(free)).distinct()
            free -= set(session.connection().scalars(used))
        for key_id in sorted(free):
            row_id = UUID(bytes=key_id)
            session.execute(delete(DataKey).where(DataKey.id == row_id))
            audit.append(session, None, "key.destroyed", old[key_id], row_id)
        done.destroyed += len(free)

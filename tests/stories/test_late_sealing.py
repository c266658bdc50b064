"""What was written in clear by the version before is read as it was, and sealed by a job."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from api.infra.database.columns import Base
from api.infra.database.transactions import reading, transaction
from api.infra.security.late_sealing import SEALED_AS
from tests.support.builders import a_coalition, made
from tests.support.signing import a_rush
from tests.support.signoffs import a_sign_off
from tests.support.webhook_receivers import work

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Client

PDF = b"%PDF-1.7"


def clear(world: World) -> dict[str, list[Any]]:
    """Return what stands in each column that is sealed by now."""
    columns = [
        column
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if SEALED_AS in column.info
    ]
    with world.app.app_context(), reading() as session:
        return {
            f"{column.table.name}.{column.name}": list(session.scalars(select(column)))
            for column in columns
        }


def test_words_in_clear_are_read_until_a_job_seals_them(world: World, owner: Client) -> None:
    text = a_sign_off(world, owner)
    tag = text.open(note="Look.").etag
    evidence = f"/v1/statements/{text.statement}/evidence"
    note = owner.send("POST", f"{evidence}?note=Look.", PDF, kind="application/pdf")
    assert note.status == 201, note.body
    blocked = {"kind": "domain", "value": "robin.specimen.example", "note": "Look."}
    made(owner, f"/v1/coalitions/{text.coalition}/blocks", blocked)
    rush = a_rush(world, owner, coalition=a_coalition(owner))
    taken = {"rule": {"country": "KZ"}, "reason": "Look."}
    assert owner.post(f"/v1/statements/{rush.statement}/invalidations", taken).status < 300
    paths = {
        f"{text.path}/sign-off-round": "note",
        evidence: "note",
        f"/v1/coalitions/{text.coalition}/blocks": "note",
        f"/v1/statements/{rush.statement}/invalidations": "reason",
    }

    def told() -> list[str]:
        answers = [(owner.get(path).json, name) for path, name in paths.items()]
        return [(found["items"][0] if "items" in found else found)[name] for found, name in answers]

    assert told() == ["Look."] * 4
    assert not any(any(found) for found in clear(world).values()), "it is sealed at once"
    _as_before(world, "Then.")
    assert told() == ["Then."] * 4

    work(world)

    assert told() == ["Then."] * 4
    assert {name for name, found in clear(world).items() if found} == set(clear(world))
    assert not any(any(found) for found in clear(world).values())
    assert owner.get(f"{text.path}/sign-off-round").etag == tag, "nobody's change is refused"


def _as_before(world: World, words: str) -> None:
    """Write each as the version before does."""
    names = list(clear(world))
    with world.app.app_context(), transaction() as session:
        for name in names:
            table, _, column = name.partition(".")
            written = update(Base.metadata.tables[table]).values({column: words})
            session.connection().execute(written)

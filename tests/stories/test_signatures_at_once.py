"""Places and counts while many sign, and while the house places and folds, all at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from sqlalchemy import select

from api.infra.database.transactions import reading
from api.signatures.models import Signature
from api.signatures.service import counts, places
from api.statements.models import Statement
from tests.stories.test_signature_counts import confirmed, fold, recounted, told
from tests.support.builders import Signing, a_coalition, a_text

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Client

SIGNERS, EACH = 4, 12


@pytest.fixture
def signing(world: World, owner: Client) -> Signing:
    coalition = a_coalition(owner)
    return Signing(world, owner, coalition, *a_text(owner, coalition))


def place(signing: Signing) -> None:
    with signing.world.app.app_context():
        places.place()


def test_four_batches_at_once_give_each_signature_one_place(
    signing: Signing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "AT_ONCE", 7)
    confirmed(signing, 60)

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(place, signing) for _ in range(4)]:
            done.result()

    with signing.world.app.app_context(), reading() as session:
        found = session.scalars(select(Signature.position).order_by(Signature.position)).all()
    assert found == list(range(1, 61))


def test_no_count_goes_back_while_people_sign_and_the_journal_is_folded(signing: Signing) -> None:
    over: list[bool] = []
    seen: list[int] = []

    def sign(_: int) -> None:
        for _ in range(EACH):
            confirmed(signing)

    def keep_folding() -> None:
        while not over:
            fold(signing)
            place(signing)

    def watch() -> None:
        while not over:
            with signing.world.app.app_context(), reading() as session:
                statement = session.get_one(Statement, UUID(signing.statement))
                seen.append(counts.total(session, statement))

    with ThreadPoolExecutor(SIGNERS + 2) as pool:
        others: list[Any] = [pool.submit(keep_folding), pool.submit(watch)]
        try:
            list(pool.map(sign, range(SIGNERS)))
        finally:
            over.append(True)
        for each in others:
            each.result()

    assert seen == sorted(seen)
    assert told(signing)["total"] == SIGNERS * EACH
    assert told(signing) == recounted(signing)


def test_one_signature_that_many_withdraw_at_once_is_taken_off_once(signing: Signing) -> None:
    signature, _ = signing.sign(), signing.sign()

    with ThreadPoolExecutor(6) as pool:
        answers = list(
            pool.map(
                lambda act: signing.owner.post(f"/v1/signatures/{signature}/{act}").status,
                ["withdrawal", "erasure", "hiding"] * 2,
            )
        )

    assert set(answers) <= {200, 409}
    assert told(signing) == recounted(signing)
    assert told(signing)["total"] == 1

"""Who signed is forgotten on its day, or at a word; the count stays."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from api.infra import clock
from api.infra.background import jobs
from api.infra.database.transactions import reading, transaction
from api.infra.mail import letters
from api.infra.security import links
from api.infra.security.audit import AuditEntry
from api.moderation import rules
from api.moderation.service import retention
from api.signatures.models import (
    Consent,
    Evidence,
    Signature,
    SignatureIdentity,
    SignatureState,
    Visibility,
)
from api.signing.models import PendingSignature
from api.statements.models import Signing as Opened
from tests.support.builders import Signing, a_coalition, a_text, an_organisation
from tests.support.public_signatures import number_of, opened, row_of, strangers, with_letters
from tests.support.smtp_server import mail_at

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Client

BEFORE_OWNERS_WERE_TOLD = "b7c1d40e92fa"
YESTERDAY = clock.today() - timedelta(days=1)


@pytest.fixture
def signing(world: World, owner: Client) -> Signing:
    coalition = a_coalition(owner)
    return Signing(world, owner, coalition, *a_text(owner, coalition))


def swept(world: World) -> None:
    """Do what the house does by itself, without a mail server."""
    with mail_at(world, None):
        with world.app.app_context():
            jobs.sweep()
        world.work()


def evidence(signing: Signing) -> str:
    path, scan = f"{signing.path}/evidence", b"%PDF-1.7\nA sheet"
    answer = signing.owner.send("POST", path, scan, kind="application/pdf")
    assert answer.status == 201, answer.body
    return answer.id


def test_before_its_day_everything_is_previewed_and_nothing_goes(
    signing: Signing, world: World
) -> None:
    opened(world, signing.statement, until=clock.today())
    (given, _) = strangers(world, signing.statement, ["Ada Specimen", "Bob Specimen"])
    strangers(world, signing.statement, ["Robot"], state=SignatureState.REJECTED)
    with_letters(world, given)
    evidence(signing)

    swept(world)

    found = signing.owner.get(f"{signing.path}/retention").json
    assert found.pop("turned_away_until")
    assert found == {
        "retain_until": clock.today().isoformat(),
        "acts_on": (clock.today() + timedelta(days=1)).isoformat(),
        "told_on": (clock.today() - timedelta(days=7)).isoformat(),
        "warning": None,
        "purged_on": None,
        "identities": 3,
        "mailing_consents": 0,
        "evidence": 1,
        "pending": 0,
        "turned_away": 1,
    }
    assert sorted(map(str, signing.names())) == ["Ada Specimen", "Bob Specimen"]


def test_after_its_day_nobody_is_known_and_everybody_counts(
    signing: Signing, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "AT_ONCE", 2)
    opened(world, signing.statement, until=YESTERDAY)
    given = strangers(world, signing.statement, [f"Ada Specimen {n}" for n in range(5)])
    with_letters(world, given[0])
    scan = evidence(signing)
    assert list(world.storage.rglob(scan))
    kept = signing.sign(kind="organisation", name="Specimen Committee")
    signing.sign(name="Entered Person")

    swept(world)

    assert signing.counts()["total"] == 7
    assert signing.names(signing.somebody("editor")) == ["Specimen Committee"]
    row = row_of(world, given[0])
    assert row.visibility is Visibility.ANONYMOUS
    marks = (row.address_index, row.domain_index, row.prefix, row.organisation_id, row.language)
    assert marks == (None,) * 5
    for model in (PendingSignature, Consent, links.Link, Evidence):
        assert number_of(world, model) == 0, model
    assert number_of(world, SignatureIdentity) == 1
    assert not list(world.storage.rglob(scan))
    assert row_of(world, kept).visibility is Visibility.PUBLIC
    shown = signing.owner.get(f"{signing.path}/retention")
    assert shown["purged_on"] == clock.today().isoformat()
    assert shown["identities"] == 0


def test_a_purge_that_is_killed_between_batches_is_finished_by_a_rerun(
    signing: Signing, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "AT_ONCE", 2)
    opened(world, signing.statement, until=YESTERDAY)
    strangers(world, signing.statement, [f"Ada Specimen {n}" for n in range(7)])
    act = retention.forget_batch  # a worker that is killed ends anywhere
    done: list[int] = []

    def cut(*args: Any) -> int:
        if len(done) == 2:
            monkeypatch.setattr(retention, "forget_batch", act)
            raise OSError
        done.append(1)
        return act(*args)

    monkeypatch.setattr(retention, "forget_batch", cut)
    swept(world)
    assert number_of(world, SignatureIdentity) == 3
    assert signing.counts()["total"] == 7

    with world.app.app_context(), transaction() as session:
        session.execute(update(jobs.Job).values(run_after=clock.now()))
    world.work()
    assert number_of(world, SignatureIdentity) == 0
    assert signing.counts()["total"] == 7
    assert purged(world) == 7

    swept(world)
    assert purged(world) == 7


def purged(world: World) -> int:
    """Return how many batches the record tells of, counted as signatures."""
    with world.app.app_context(), reading() as session:
        query = select(AuditEntry).where(AuditEntry.action == "signature.purged")
        return len(session.scalars(query).all()) * 2 - 1  # the last batch of 2, 2, 2, 1


def test_whom_a_coordinator_turned_away_is_forgotten_after_ninety_days(
    signing: Signing, world: World
) -> None:
    away, long_ago = SignatureState.REJECTED, timedelta(days=91)
    (old,) = strangers(world, signing.statement, ["Old Robot"], state=away, ago=long_ago)
    (new,) = strangers(world, signing.statement, ["New Robot"], state=away)
    (good,) = strangers(world, signing.statement, ["Ada Specimen"], ago=long_ago)

    swept(world)

    assert row_of(world, old).address_index is None
    assert row_of(world, new).address_index is not None
    assert row_of(world, good).address_index is not None
    assert number_of(world, SignatureIdentity) == 2


def test_from_where_was_signed_is_forgotten_after_seven_days(
    signing: Signing, world: World
) -> None:
    (old,) = strangers(world, signing.statement, ["Ada Specimen"], ago=timedelta(days=8))
    (new,) = strangers(world, signing.statement, ["Bob Specimen"])
    before = row_of(world, old).updated_at

    swept(world)

    assert row_of(world, old).prefix is None
    assert row_of(world, old).updated_at == before
    assert row_of(world, new).prefix is not None


def test_a_person_gets_all_that_is_kept_of_them(signing: Signing, world: World) -> None:
    (given,) = strangers(world, signing.statement, ["Ada Specimen"])
    with_letters(world, given, name="Ada Once")

    told = signing.owner.get(f"/v1/signatures/{given}/data")

    assert told.status == 200, told.body
    assert told["identity"]["name"] == "Ada Specimen"
    assert told["identity"]["email"].endswith("@strangers.example")
    assert [each["words"] for each in told["consents"]] == ["I sign."]
    assert [each["told"] for each in told["requests"]] == [{"name": "Ada Once"}]
    assert len(told["letters"]) == 2
    assert {each["purpose"] for each in told["links"]} == {"signature.own", "signature.confirm"}
    assert told["kept"] == ["address_index", "domain_index", "prefix"]
    assert "secret" not in told.body.decode()


def test_a_person_who_is_erased_leaves_a_count_and_nothing_else(
    signing: Signing, world: World
) -> None:
    (given, other) = strangers(world, signing.statement, ["Ada Specimen", "Bob Specimen"])
    with_letters(world, given)
    path = f"/v1/signatures/{given}"
    signing.owner.patch(path, {"role": "Nurse"})
    with world.app.app_context(), transaction() as session:
        again = session.scalars(select(PendingSignature)).one()
        row = {c.key: getattr(again, c.key) for c in PendingSignature.__table__.columns}
        fresh = {"id": UUID(other), "signature_id": None, "code_index": None, "request": None}
        session.add(PendingSignature(**{**row, **fresh}))

    for _ in range(2):
        assert signing.owner.post(f"{path}/erasure").status == 200

    assert signing.counts()["total"] == 2
    told = signing.owner.get(f"{path}/data").json
    assert {part: told[part] for part in ("identity", "kept", "consents", "requests")} == {
        "identity": {},
        "kept": [],
        "consents": [],
        "requests": [],
    }
    assert (told["letters"], told["links"]) == ([], [])
    assert number_of(world, PendingSignature) == 0
    assert number_of(world, letters.Letter) == 0
    with world.app.app_context(), reading() as session:
        about = select(AuditEntry).where(AuditEntry.object_id == UUID(given))
        assert all(entry.salt is None for entry in session.scalars(about))
    assert row_of(world, other).address_index is not None


def test_a_day_that_was_moved_is_the_day(signing: Signing, world: World) -> None:
    opened(world, signing.statement, until=YESTERDAY)
    strangers(world, signing.statement, ["Ada Specimen"])
    with world.app.app_context(), transaction() as session:
        session.execute(update(Opened).values(retain_until=clock.today()))

    swept(world)

    assert number_of(world, SignatureIdentity) == 1


def test_an_organisation_link_goes_with_the_name(signing: Signing, world: World) -> None:
    opened(world, signing.statement, until=YESTERDAY)
    (given,) = strangers(world, signing.statement, ["Ada Specimen"])
    entry = an_organisation(signing.owner, signing.coalition)
    with world.app.app_context(), transaction() as session:
        mine = update(Signature).where(Signature.id == UUID(given))
        session.execute(mine.values(organisation_id=UUID(entry)))

    swept(world)

    assert row_of(world, given).organisation_id is None

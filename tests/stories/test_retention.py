"""Who signed is forgotten on its day, or at a word; the count stays."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
import time_machine
from flask_migrate import downgrade, upgrade
from sqlalchemy import delete, func, select, update

from api.accounts.models import RoleGrant
from api.infra import clock, jobs, letters, links
from api.infra.audit import AuditEntry
from api.infra.database import reading, transaction
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
from tests.appearing import lasting
from tests.builders import Signing, a_coalition, a_text, an_organisation
from tests.post import Post, mail_at, server
from tests.strangers import number_of, opened, row_of, strangers, with_letters

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.client import Answer, Client
    from tests.conftest import World

BEFORE_OWNERS_WERE_TOLD = "b7c1d40e92fa"
YESTERDAY = clock.today() - timedelta(days=1)


@pytest.fixture
def signing(world: World, owner: Client) -> Signing:
    coalition = a_coalition(owner)
    return Signing(world, owner, coalition, *a_text(owner, coalition))


def swept(world: World, post: Post | None = None) -> None:
    """Do what the house does by itself, with a mail server or without one."""
    with mail_at(world, f"smtp://127.0.0.1:{post.port}" if post else None):
        with world.app.app_context():
            jobs.sweep()
        world.work()


@pytest.fixture
def post() -> Iterator[Post]:
    with server(Post()) as there:
        yield there


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
        "pending": 1,
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
    act = retention._forget  # noqa: SLF001 # a worker that is killed ends anywhere
    done: list[int] = []

    def cut(*args: Any) -> int:
        if len(done) == 2:
            monkeypatch.setattr(retention, "_forget", act)
            raise OSError
        done.append(1)
        return act(*args)

    monkeypatch.setattr(retention, "_forget", cut)
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


def in_days(number: int) -> date:
    return clock.today() + timedelta(days=number)


def set_day(signing: Signing, day: date | None, **more: Any) -> Answer:
    path = f"{signing.path}/signing"
    headers = {"If-Match": signing.owner.get(path).etag}
    body = {"opens_at": None, "retain_until": day and day.isoformat(), **more}
    return signing.owner.send("PUT", path, body, headers=headers)


def number_sent(world: World) -> int:
    """Return how many letters of such a day have left."""
    with world.app.app_context(), reading() as session:
        sent = (letters.Letter.kind == "moderation.retention", letters.Letter.state == "sent")
        query = select(func.count()).select_from(letters.Letter).where(*sent)
        return session.scalar(query) or 0


def told(world: World) -> list[letters.Facts]:
    """Return the letters to owners that wait, of the day on which who signed is forgotten."""
    with world.app.app_context(), reading() as session:
        waits = (letters.Letter.kind == "moderation.retention", letters.Letter.state == "queued")
        query = select(letters.Letter).where(*waits)
        found = session.scalars(query).all()
        facts = [letters.FACTS[each.kind](session, each.object_id) for each in found]
        return [each for each in facts if each is not None]


def test_a_day_that_is_set_is_at_least_seven_days_ahead_and_one_that_is_there_may_stay(
    signing: Signing, world: World
) -> None:
    for day in (in_days(-400), in_days(0), in_days(6)):
        answer = set_day(signing, day)
        assert (answer.status, answer["errors"][0]["pointer"]) == (422, "/retain_until")
        assert in_days(7).isoformat() in answer["errors"][0]["detail"]
    assert set_day(signing, in_days(7)).status == 200
    with world.app.app_context(), transaction() as session:
        session.execute(update(Opened).values(retain_until=YESTERDAY))

    assert set_day(signing, YESTERDAY, shows_list=False).status == 200
    assert set_day(signing, in_days(3)).status == 422
    assert set_day(signing, None).status == 200


def test_a_day_is_within_a_hundred_years_and_a_later_one_that_is_there_has_its_preview(
    signing: Signing, world: World
) -> None:
    for day in (date.max, in_days(36_526)):
        answer = set_day(signing, day)
        assert (answer.status, answer["errors"][0]["pointer"]) == (422, "/retain_until")
        assert in_days(36_525).isoformat() in answer["errors"][0]["detail"]
    assert set_day(signing, in_days(36_525)).status == 200
    with world.app.app_context(), transaction() as session:
        session.execute(update(Opened).values(retain_until=date.max))

    found = signing.owner.get(f"{signing.path}/retention")

    assert (found.status, found["acts_on"]) == (200, date.max.isoformat()), found.body


def untold(world: World, signing: Signing) -> None:
    """Have a day be past of which the owners were never told, under what one person signed."""
    opened(world, signing.statement, until=YESTERDAY)
    with world.app.app_context(), transaction() as session:
        session.execute(update(Opened).values(told_until=None, told_on=None))
    strangers(world, signing.statement, ["Ada Specimen"])


def test_owners_are_told_seven_days_before_and_only_then_it_acts(
    signing: Signing, world: World, post: Post
) -> None:
    assert set_day(signing, in_days(20)).status == 200
    strangers(world, signing.statement, ["Ada Specimen", "Bob Specimen"])
    owner, path = lasting(signing.owner), f"{signing.path}/retention"
    swept(world)
    assert told(world) == []
    assert owner.get(path)["acts_on"] == in_days(21).isoformat()
    day = in_days(21)

    with time_machine.travel(clock.now() + timedelta(days=13)):
        swept(world)
        swept(world)
        (letter,) = told(world)
        (statement,) = letter.facts["statements"]
        assert statement["number"] == 2
        assert letter.to == signing.owner.email
    with time_machine.travel(clock.now() + timedelta(days=13, hours=1)):
        swept(world, post)
        assert number_sent(world) == 1
        assert owner.get(path)["told_on"] == in_days(0).isoformat()
    with time_machine.travel(clock.now() + timedelta(days=20)):
        swept(world)
        assert number_of(world, SignatureIdentity) == 2
    with time_machine.travel(clock.now() + timedelta(days=21)):
        assert clock.today() == day
        swept(world)
        assert number_of(world, SignatureIdentity) == 0
        assert number_sent(world) == 1


def test_while_no_letter_has_left_nobody_is_forgotten_and_the_coordinator_reads_why(
    signing: Signing, world: World, post: Post
) -> None:
    untold(world, signing)
    owner, path = lasting(signing.owner), f"{signing.path}/retention"

    for days in (0, 8, 40):
        with time_machine.travel(clock.now() + timedelta(days=days), tick=False):
            swept(world)
            swept(world)
            assert number_of(world, SignatureIdentity) == 1
            shown = owner.get(path)
            assert "No letter" in shown["warning"]
            assert (shown["told_on"], shown["acts_on"]) == (None, in_days(7).isoformat())
            assert len(told(world)) == 1
    with time_machine.travel(clock.now() + timedelta(days=41), tick=False):
        swept(world, post)
        swept(world)
        shown = owner.get(path)
        assert (shown["warning"], shown["told_on"]) == (None, in_days(0).isoformat())
        assert number_of(world, SignatureIdentity) == 1
    with time_machine.travel(clock.now() + timedelta(days=48), tick=False):
        swept(world)
        assert number_of(world, SignatureIdentity) == 0


def test_a_letter_that_failed_tells_nobody_and_is_promised_again_after_a_week(
    signing: Signing, world: World
) -> None:
    untold(world, signing)
    swept(world)
    with world.app.app_context(), transaction() as session:
        failed = {"state": letters.LetterState.FAILED, "ended_at": clock.now()}
        session.execute(update(letters.Letter).values(failed))
    assert (told(world), number_sent(world)) == ([], 0)
    assert "No letter" in signing.owner.get(f"{signing.path}/retention")["warning"]

    with time_machine.travel(clock.now() + timedelta(days=6)):
        swept(world)
        assert told(world) == []
    with time_machine.travel(clock.now() + timedelta(days=8)):
        swept(world)
        assert number_of(world, SignatureIdentity) == 1
        assert len(told(world)) == 1


def test_where_there_is_no_owner_nobody_is_waited_for(signing: Signing, world: World) -> None:
    untold(world, signing)
    with world.app.app_context(), transaction() as session:
        session.execute(delete(RoleGrant))

    swept(world)
    assert number_of(world, SignatureIdentity) == 1
    with time_machine.travel(clock.now() + timedelta(days=7)):
        swept(world)
        assert number_of(world, SignatureIdentity) == 0


def test_of_a_day_that_acted_before_owners_are_told_is_told_nothing(
    signing: Signing, world: World
) -> None:
    opened(world, signing.statement, until=YESTERDAY - timedelta(days=30))
    with world.app.app_context(), transaction() as session:
        session.execute(update(Opened).values(purged_on=YESTERDAY))
    with world.app.app_context():
        downgrade(revision=BEFORE_OWNERS_WERE_TOLD)
        upgrade()

    swept(world)

    assert told(world) == []


def test_a_day_that_was_set_before_acts_seven_days_after_the_letter_and_a_moved_one_not(
    signing: Signing, world: World, post: Post
) -> None:
    untold(world, signing)

    swept(world, post)
    assert number_of(world, SignatureIdentity) == 1
    assert number_sent(world) == 1
    assert signing.owner.get(f"{signing.path}/retention")["acts_on"] == in_days(7).isoformat()
    with time_machine.travel(clock.now() + timedelta(days=6)):
        swept(world)
        assert number_of(world, SignatureIdentity) == 1
    with world.app.app_context(), transaction() as session:
        session.execute(update(Opened).values(retain_until=in_days(5)))
    assert told(world) == []
    with time_machine.travel(clock.now() + timedelta(days=8)):
        swept(world, post)
        assert number_of(world, SignatureIdentity) == 1
        assert number_sent(world) == 2
    with time_machine.travel(clock.now() + timedelta(days=15)):
        swept(world)
        assert number_of(world, SignatureIdentity) == 0

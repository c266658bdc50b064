"""A document is known by the versions of its rows: whatever changes a printed word changes these.

Each act of these stories is done with everything kept and warm: the answer after it is the document
that would be made anew, and its version is another wherever its content is.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from sqlalchemy import delete, select, update

from api.documents import service
from api.documents.rules.rendering import Format
from api.documents.service import DocumentSpec
from api.infra.clock import today
from api.infra.database.stamps import STAMPS
from api.infra.database.transactions import reading, transaction
from api.infra.security import keys
from api.signatures.models import Signature, SignatureIdentity
from api.signatures.service import rows
from api.statements.models import Statement
from tests.stories.test_document_logos import SVG
from tests.stories.test_documents import document_of
from tests.stories.test_jobs_of_documents import MANY
from tests.stories.test_organisations import a_png
from tests.stories.test_own_signature import OWN
from tests.stories.test_signature_csv import send
from tests.support.builders import (
    a_coalition,
    a_role,
    a_signature,
    a_text,
    an_organisation,
    another_revision,
)
from tests.support.public_signatures import strangers
from tests.support.signing import a_rush
from tests.support.signoffs import START, SigningOff, a_sign_off

if TYPE_CHECKING:
    from collections.abc import Callable

    import time_machine

    from tests.conftest import World
    from tests.support.client import Client

FORMS = ((Format.TEXT, None), (Format.HTML, "letter-logos"), (Format.DOCX, None))
Look = dict[tuple[Format, str | None], tuple[str, str]]


@dataclass
class Watched:
    """A statement whose document is compared before and after each act."""

    world: World
    owner: Client
    statement: str

    def looked_at(self) -> Look:
        """Return of each kind of document the hash of its content, and its version."""
        found = {}
        with self.world.app.app_context(), reading(one_moment=True) as session:
            statement = session.get_one(Statement, UUID(self.statement))
            for form, theme in FORMS:
                render = service.render_of(session, statement, DocumentSpec(form, None, theme))
                found[form, theme] = render.inputs.key, render.version
        return found

    def given(self) -> str:
        answer = self.owner.get(document_of(self.statement), format="text")
        assert answer.status == 200, answer.body
        return str(answer.headers["ETag"]).strip('"')

    def after(self, act: Callable[[], object], *, prints: bool = True) -> None:
        """Do something: the document is another one if it `prints`, and none is old."""
        self.given()
        before = self.looked_at()
        act()
        after = self.looked_at()
        others = [one for one in before if before[one][0] != after[one][0]]
        assert bool(others) is prints
        assert [one for one in others if before[one][1] == after[one][1]] == []
        assert self.given() == after[Format.TEXT, None][0]

    def patch(self, path: str, **facts: Any) -> None:
        assert self.owner.patch(path, facts).status == 200

    def post(self, path: str, body: dict[str, Any] | None = None) -> None:
        answer = self.owner.post(path, body)
        assert answer.status in {200, 201}, answer.body

    def written(self, *statements: Any) -> None:
        """Write past the models, as whoever does not know of documents."""
        with self.world.app.app_context(), transaction() as session:
            for each in statements:
                session.execute(each.execution_options(synchronize_session=False))


def test_each_change_of_those_who_signed_is_seen(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    text, sha256 = a_text(owner, coalition)
    watched = Watched(world, owner, text)
    known = an_organisation(owner, coalition, names={"en": "Specimen House"})
    signed: list[str] = []
    number = itertools.count(1)

    def sign(**facts: Any) -> Callable[[], None]:
        who = {"name": f"Specimen {next(number)}", **facts}
        return lambda: signed.append(a_signature(owner, text, sha256, **who))

    def reorder() -> None:
        order = f"/v1/statements/{text}/signature-order"
        ids = owner.get(order)["ids"]
        assert owner.put(order, {"ids": ids[::-1]}).status == 200

    watched.after(sign())
    watched.after(sign(visibility="coalition"))
    watched.after(sign(kind="organisation", name=None, organisation_id=known))
    watched.after(sign())
    one, hidden, house, last = (f"/v1/signatures/{each}" for each in signed)
    watched.after(reorder)
    watched.after(lambda: watched.patch(one, name="Renamed Specimen"))
    watched.after(lambda: watched.patch(one, role="Baker"))
    watched.after(lambda: watched.patch(one, visibility="initials"))
    watched.after(lambda: watched.patch(hidden, name="Other Specimen"), prints=False)
    watched.after(lambda: watched.patch(hidden, visibility="public"))
    watched.after(lambda: watched.patch(house, lead=True))
    logo = f"/v1/organisations/{known}/logo"
    watched.after(lambda: owner.put(logo, SVG, kind="image/svg+xml"))
    shown = update(Signature).where(Signature.organisation_id == UUID(known))
    watched.after(lambda: watched.written(shown.values(shows_logo=False)))
    watched.after(lambda: watched.written(shown.values(shows_logo=True)))
    watched.after(lambda: owner.put(logo, a_png(), kind="image/png"))
    watched.after(lambda: owner.delete(f"/v1/organisations/{known}"))
    watched.after(lambda: watched.post(f"{one}/hiding"))
    watched.after(lambda: watched.post(f"{last}/withdrawal"))
    watched.after(lambda: watched.post(f"{hidden}/erasure"))
    watched.after(lambda: owner.delete(house, etag=owner.get(house).etag))


def test_each_change_of_a_text_and_of_its_look_is_seen(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    text, sha256 = a_text(owner, coalition)
    signature = a_signature(owner, text, sha256)
    watched = Watched(world, owner, text)

    watched.after(lambda: another_revision(owner, text, "editorial"))
    watched.after(lambda: another_revision(owner, text, "material"))
    newest = owner.get(f"/v1/statements/{text}/revisions/3")["sha256"]
    confirmed = {"revision_sha256": newest}
    watched.after(lambda: watched.post(f"/v1/signatures/{signature}/confirmation", confirmed))
    watched.after(lambda: watched.patch(f"/v1/coalitions/{coalition}", accent="#7a1f5c"))
    logo = f"/v1/coalitions/{coalition}/logo"
    watched.after(lambda: owner.put(logo, a_png(), kind="image/png"))
    watched.after(lambda: owner.delete(logo))


def test_each_change_of_a_text_in_public_is_seen(world: World, owner: Client) -> None:
    rush = a_rush(world, owner)
    rush.publish()
    watched = Watched(world, owner, rush.statement)
    forgotten: list[Any] = [delete(SignatureIdentity)]
    robots = {"rule": {"domain": "strangers.example"}, "reason": "Robots."}

    def sign(email: str, **facts: Any) -> Callable[[], object]:
        return lambda: rush.signed(f"{email}@specimen.example", **facts)

    def undo() -> None:
        path = f"/v1/statements/{rush.statement}/invalidations"
        (made,) = owner.get(path)["items"]
        watched.post(f"/v1/invalidations/{made['id']}/undoing")

    watched.after(sign("ada"))
    watched.after(sign("bob", visibility="anonymous"))
    watched.after(lambda: strangers(world, rush.statement, ["Cyd Specimen", "Dan Specimen"]))
    watched.after(lambda: rush.set(shows_withheld=False))
    watched.after(sign("eve", visibility="anonymous"), prints=False)
    watched.after(lambda: rush.set(shows_withheld=True))
    invalidations = f"/v1/statements/{rush.statement}/invalidations"
    watched.after(lambda: watched.post(invalidations, robots))
    watched.after(undo)
    watched.after(lambda: another_revision(owner, rush.statement, "editorial"))
    watched.after(lambda: watched.written(*forgotten))


def test_who_corrects_hides_or_withdraws_by_their_own_link_is_seen(
    world: World, owner: Client
) -> None:
    rush = a_rush(world, owner)
    watched = Watched(world, owner, rush.statement)
    own = f"{OWN}/{rush.signed('ada@specimen.example')}"

    def ask(path: str, body: dict[str, Any] | None = None) -> Callable[[], None]:
        def act() -> None:
            answer = world.stranger().post(f"{own}/{path}", body)
            assert answer.status == 200, answer.body
            rush.work()

        return act

    watched.after(ask("corrections", {"name": "Ada Corrected"}))
    watched.after(ask("hiding"))


def test_what_is_kept_anew_with_other_keys_is_the_same_document(
    world: World, owner: Client
) -> None:
    text, sha256 = a_text(owner, a_coalition(owner))
    watched = Watched(world, owner, text)
    signature = UUID(a_signature(owner, text, sha256))

    def seal_anew() -> None:
        with world.app.app_context(), transaction() as session:
            row = session.get_one(SignatureIdentity, signature)
            known = keys.unseal(session, rows.IDENTITY, signature, row.identity)
            row.identity = keys.seal(session, row.coalition_id, rows.IDENTITY, signature, known)

    watched.after(seal_anew, prints=False)


@pytest.fixture
def asked(world: World, owner: Client) -> SigningOff:
    return a_sign_off(world, owner)


def test_each_change_of_what_members_answer_is_seen(asked: SigningOff) -> None:
    owner, world = asked.owner, asked.world
    watched = Watched(world, owner, asked.statement)
    bread = f"/v1/organisations/{asked.organisation('Bread')}"
    asked.open()

    watched.after(lambda: asked.say("Ada"))
    watched.after(lambda: asked.reserve("Bob", prints_reservation=True))
    watched.after(lambda: asked.say("Cyd", "declined", reason="No."), prints=False)
    watched.after(lambda: asked.say("Cyd"))
    watched.after(lambda: asked.appear("Ada", "coalition"))
    watched.after(lambda: asked.appear("Ada", "public"))
    watched.after(lambda: watched.patch(bread, names={"en": "Bread and Salt"}))
    watched.after(lambda: watched.patch(bread, acronym="BAS"))
    watched.after(lambda: owner.put(f"{bread}/logo", SVG, kind="image/svg+xml"))
    member = f"/v1/members/{asked.members['Water']}"
    watched.after(lambda: watched.patch(member, role="lead"))
    watched.after(lambda: watched.patch(member, until=today().isoformat()))
    watched.after(lambda: watched.patch(member, until=None))
    watched.after(lambda: watched.patch(bread, needs_two=True))
    watched.after(lambda: watched.patch(bread, needs_two=False))
    watched.after(lambda: asked.move("review", "published"), prints=False)
    watched.after(lambda: another_revision(owner, asked.statement, "editorial"))


def test_silence_that_approves_by_the_clock_alone_is_seen(
    text: SigningOff, clock: time_machine.Traveller
) -> None:
    watched = Watched(text.world, text.owner, text.statement)
    text.open(hard_deadline=(START + timedelta(hours=1)).isoformat(), silence="approval")
    text.appear("Ada", "public")
    member = f"/v1/members/{text.members['Bread']}"
    leaves = (START + timedelta(days=1)).date().isoformat()

    watched.after(lambda: clock.shift(timedelta(hours=2)))
    watched.after(lambda: watched.patch(member, until=leaves), prints=False)
    watched.after(lambda: clock.shift(timedelta(days=1)))


def test_of_many_signatures_none_is_unsealed_to_say_that_all_is_as_it_was(
    world: World, owner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = a_text(owner, a_coalition(owner))
    send(owner, text, MANY)
    path = document_of(text[0])

    def unsealed(*_: object) -> None:
        raise AssertionError

    with monkeypatch.context() as patched:
        patched.setattr(rows, "identities", unsealed)
        assert owner.get(path, format="text").status == 202
    world.work()
    with monkeypatch.context() as patched:
        patched.setattr(rows, "identities", unsealed)
        kept = owner.get(path, format="text")
        spared = owner.send(
            "GET", f"{path}?format=text", headers={"If-None-Match": kept.headers["ETag"]}
        )

    assert (kept.status, spared.status) == (200, 304)
    assert b"Specimen Signatory 200" in kept.body


def test_who_may_not_read_a_statement_any_more_is_not_told_that_it_is_as_it_was(
    world: World, owner: Client
) -> None:
    coalition = a_coalition(owner)
    text, _ = a_text(owner, coalition)
    viewer = a_role(owner, coalition, world.user(), "viewer")
    tag = viewer.get(document_of(text), format="text").headers["ETag"]
    roles = f"/v1/coalitions/{coalition}/roles"
    (mine,) = [each for each in owner.get(roles)["items"] if each["role"] == "viewer"]

    assert owner.delete(f"/v1/roles/{mine['id']}").status == 204
    asked = viewer.send("GET", f"{document_of(text)}?format=text", headers={"If-None-Match": tag})

    assert asked.status == 404


def test_what_is_shown_of_a_document_does_not_tell_what_is_hidden(
    world: World, owner: Client
) -> None:
    rush = a_rush(world, owner, shows_withheld=False)
    watched = Watched(world, owner, rush.statement)
    before = watched.given()

    rush.signed("ada@specimen.example", visibility="anonymous")

    assert watched.given() == before


def test_a_stamp_is_there_as_long_as_whose_it_is(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    text, sha256 = a_text(owner, coalition)
    a_signature(owner, text, sha256)

    def stamps() -> int:
        ids = [UUID(coalition), UUID(text)]
        with world.app.app_context(), reading() as session:
            return len(session.execute(select(STAMPS).where(STAMPS.c.owner_id.in_(ids))).all())

    assert stamps() == 2
    owner.delete(f"/v1/coalitions/{coalition}", etag=owner.get(f"/v1/coalitions/{coalition}").etag)
    assert stamps() == 0

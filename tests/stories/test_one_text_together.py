"""Five members write one text, sign it off and publish it; each reader is told of whom they may."""

from __future__ import annotations

import json
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
import time_machine

from api.mailings import rules as mailings
from tests.stories.test_members_named import left_of, published as publish
from tests.stories.test_published_to_members import public_page
from tests.stories.test_sign_off_rounds import at, remind
from tests.stories.test_unanswered import need
from tests.support import drafting, webhook_receivers
from tests.support.appearances import lasting, says_who_approved
from tests.support.builders import letters_of
from tests.support.drafting import (
    ALMOND,
    BIRCH,
    CANARIES,
    CEDAR,
    DOORS,
    DUNE,
    ELM,
    HEADING,
    MEMBERS,
    SAID,
    TYPIST,
    WINDOWS,
    WRITTEN,
    by_member,
    holds,
    thanked,
)
from tests.support.pdf_words import letters, pages_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from flask.testing import FlaskClient

    from tests.conftest import World
    from tests.support.client import Client
    from tests.support.signoffs import SigningOff
    from tests.support.suggestions import Suggesting
    from tests.support.webhook_receivers import Receiver

MONDAY = datetime(2031, 5, 5, 10, tzinfo=UTC)
WEDNESDAY, THURSDAY = 7, 8
HIDDEN = (CEDAR, MEMBERS[CEDAR])
PEOPLE = (*MEMBERS.values(), TYPIST)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MONDAY, tick=True) as traveller:
        yield traveller


@pytest.fixture
def owner(world: World, clock: time_machine.Traveller) -> Client:
    del clock
    return lasting(world.user("owner"))


def test_five_members_write_one_text_and_each_reader_is_told_whom_they_may_know(
    world: World, owner: Client, browser: FlaskClient, clock: time_machine.Traveller
) -> None:
    table = drafting.a_draft(world, owner)
    viewer, editor = (drafting.a_reader(table, role) for role in ("viewer", "editor"))
    with ExitStack() as stack:
        plain, custodian = _receivers(stack, table)
        table.open(read_by="commenters_named")
        _two_comment_and_are_answered(table)
        _one_suggests_in_the_browser(table, browser)
        _two_return_files_of_word(table)
        _what_fits_goes_in_at_once_and_what_collides_is_decided(table, browser)
        _the_second_revision_thanks_them(table, viewer)
        text = drafting.signing_off(table)
        _they_sign_off_by_thursday(text, viewer, clock)
        address = public_page(text)
        _publishing_stops_for_the_name_of_who_declined(text)
        webhook_receivers.work(world)
        clock.shift(86_400)  # of what not everybody may know, hooks hear a day later
        webhook_receivers.work(world)

    _each_that_approved_has_its_letter(text, address)
    _prints_and_exports_name_who_approved_by_name(text, [owner, viewer], address)
    _the_board_tells_coordinators_alone_who_hides_and_who_declined(text, viewer)
    _what_was_said_is_read_by_whom_it_may(table, editor, viewer)
    _each_member_reads_its_own(table, text, browser)
    _hooks_tell_of_who_approved_by_name(text, plain, custodian)
    _the_record_and_the_rows_hold_no_word(text, viewer)


def _receivers(stack: ExitStack, table: Suggesting) -> tuple[Receiver, Receiver]:
    """Return a receiver that may know what everybody may, and one that may know more."""
    plain, custodian = (stack.enter_context(webhook_receivers.receiver()) for _ in range(2))
    stack.enter_context(webhook_receivers.reaching(table.world, plain, custodian))
    for receiver in (plain, custodian):
        facts = {"types": drafting.TYPES, "is_custodian": receiver is custodian}
        webhook_receivers.an_endpoint(table.owner, table.coalition, url=receiver.url, **facts)
    return plain, custodian


# It is written


def _two_comment_and_are_answered(table: Suggesting) -> None:
    comment = table.comment(MEMBERS[ALMOND], SAID["a comment"], DOORS)
    table.comment(MEMBERS[BIRCH], SAID["another comment"], None)
    table.answer(SAID["a reply"], parent_id=comment)
    assert table.owner.post(f"/v1/comments/{comment}/resolution").status == 200

    assert table.heard(MEMBERS[CEDAR]) == [
        (SAID["a comment"], [SAID["a reply"]]), (SAID["another comment"], []),
    ]  # fmt: skip


def _one_suggests_in_the_browser(table: Suggesting, browser: FlaskClient) -> None:
    why = SAID["why in the browser"]
    drafting.suggests_on_the_page(table, browser, MEMBERS[CEDAR], HEADING, (WRITTEN[0], why))

    (one,) = table.listed()
    assert (one["source"], one["lines"], one["reason"]) == ("page", [WRITTEN[0]], why)


def _two_return_files_of_word(table: Suggesting) -> None:
    doors, windows = table.block(DOORS), table.block(WINDOWS)
    tracked = drafting.downloads(table, MEMBERS[DUNE])
    drafting.writes_in_word(tracked, doors, ".", " by 1 June", tracked=True)
    drafting.adds_in_word(tracked, doors, WRITTEN[2])
    untracked = drafting.downloads(table, MEMBERS[ELM])
    late = f" {SAID['what was declined']}"
    drafting.writes_in_word(untracked, doors, ".", late, tracked=False)
    drafting.writes_in_word(untracked, windows, ",", " wide", tracked=False)

    sent = drafting.sends_back(table, MEMBERS[DUNE], tracked.saved("word", author=TYPIST))
    entered = drafting.enters_file(table, ELM, untracked.saved("google"))

    for report, is_tracked in ((sent, True), (entered, False)):
        assert report.status == 201, report.body
        assert report["remarks"] == []
        assert [each["is_tracked"] for each in report["suggestions"]] == [is_tracked] * 2
        assert not any(each["is_guess"] for each in report["suggestions"])
    found = by_member(table)
    assert {name: len(each) for name, each in found.items()} == {CEDAR: 1, DUNE: 2, ELM: 2}
    assert {each["written_by"] for each in found[DUNE]} == {TYPIST}
    assert TYPIST not in sent.body.decode()


def _what_fits_goes_in_at_once_and_what_collides_is_decided(
    table: Suggesting, browser: FlaskClient
) -> None:
    made = by_member(table)
    (june,) = [each["id"] for each in made[DUNE] if each["kind"] == "words"]
    (late,) = [each["id"] for each in made[ELM] if SAID["what was declined"] in str(each)]
    would, merged = table.merge(preview=True), table.merge()

    assert would["taken"] == merged["taken"]
    assert {each["id"] for each in table.listed(state="open")} == {june, late}
    (clash,) = merged["collisions"]
    assert (clash["target"], clash["reason"]) == (table.target(DOORS), "words")
    assert {each["id"] for each in clash["suggestions"]} == {june, late}

    assert table.accept(june)["state"] == "accepted"
    assert table.decline(late, SAID["why it was declined"])["state"] == "declined"
    assert table.lines() == WRITTEN
    page = browser.get(f"/r/{table.secret(MEMBERS[ELM])}").text
    assert SAID["why it was declined"] in page
    answers = [each["answer"] for each in table.seen(MEMBERS[ELM])["suggestions"]]
    assert SAID["why it was declined"] in [each["reason"] for each in answers if each]


def _the_second_revision_thanks_them(table: Suggesting, viewer: Client) -> None:
    table.freeze()

    everybody = ({CEDAR: 1, DUNE: 2, ELM: 1}, 0)
    assert thanked(table, table.owner) == everybody
    assert thanked(table, viewer) == everybody, "it was said at the opening, and none hides yet"


# It is signed off


def _they_sign_off_by_thursday(
    text: SigningOff, viewer: Client, clock: time_machine.Traveller
) -> None:
    text.open(hard_deadline=at(20), remind_after_days=1, remind_every_days=1)
    assert text.say(MEMBERS[ALMOND]).status == 200
    assert text.say(MEMBERS[CEDAR], visibility="anonymous").status == 200
    assert text.say(MEMBERS[BIRCH], "declined", reason=SAID["why not"]).status == 200
    until = MONDAY.replace(day=THURSDAY).date().isoformat()
    assert need(text, MEMBERS[DUNE], until, reason=SAID["why until Thursday"]).status == 200

    assert text.entry(DUNE)["time_asked"]["until"] == until
    assert text.entry(DUNE, viewer)["time_asked"] is None
    clock.move_to(MONDAY.replace(day=WEDNESDAY))
    assert remind(text) == [MEMBERS[ELM]], "who has until Thursday is left alone until then"
    clock.move_to(MONDAY.replace(day=THURSDAY))
    assert remind(text) == [MEMBERS[DUNE], MEMBERS[ELM]]
    for person in (MEMBERS[DUNE], MEMBERS[ELM]):
        assert text.say(person).status == 200


def _publishing_stops_for_the_name_of_who_declined(text: SigningOff) -> None:
    told = f'"{BIRCH}" does not sign: it declined.'
    assert [each["detail"] for each in text.board()["warnings"]] == [told]

    assert left_of(publish(text)) == {text.members[BIRCH]: f"/body/4: {told}"}
    assert text.board()["state"] == "review"
    assert publish(text, text.members[BIRCH])["state"] == "published"


# It is read


def _nobody_of(
    said: Iterable[tuple[str, str]], *others: str, but: tuple[str, ...] = ()
) -> dict[str, str]:
    """See that no place names who hides, nor a person, nor says a word that was not printed."""
    places = dict(said)
    for place, text in places.items():
        unseen = (*HIDDEN, *PEOPLE, *CANARIES, *others)
        found = [each for each in unseen if each not in but and holds(each, text)]
        assert not found, (place, found)
    return places


def _each_that_approved_has_its_letter(text: SigningOff, address: str) -> None:
    found = [each for each in letters_of(text.world, "deliveries.published") if each]

    assert {each.to_name for each in found} == {
        MEMBERS[each] for each in (ALMOND, CEDAR, DUNE, ELM)
    }  # fmt: skip
    for each in found:
        message = mailings.write("deliveries.published", each)
        (pdf,) = message.attachments
        says = (("the letter", message.text), ("its PDF", "".join(pages_of(pdf.data))))
        own = HIDDEN if each.to_name in HIDDEN else (str(each.to_name),)
        _nobody_of(says[:1], but=own)
        places = _nobody_of(says[1:])
        assert holds(ALMOND, places["its PDF"])
        assert f"/s/{address}" in message.text


def _prints_and_exports_name_who_approved_by_name(
    text: SigningOff, readers: list[Client], address: str
) -> None:
    hidden, signed = (text.members[CEDAR], text.organisation(CEDAR)), (ALMOND, DUNE, ELM)
    for client in readers:
        places = dict(drafting.printed(text, client))
        # Coordinators work with who signed by name for an organisation; nobody else is told.
        known = tuple(MEMBERS[each] for each in signed) if client is text.owner else ()
        for place in drafting.OF_SIGNATURES:
            _nobody_of([(place, places[place])], *hidden, but=known)
        rest = [
            (place, said) for place, said in places.items() if place not in drafting.OF_SIGNATURES
        ]
        _nobody_of(rest, *hidden)
        for form in drafting.FORMS:
            assert all(holds(each, places[form]) for each in (*signed, *WRITTEN)), form
            times = letters(places[form]).count(letters(BIRCH))
            assert times == 1, "it stands in the text, and not under it"
        assert holds(WRITTEN[2], places["diff as pdf"])
    names = [each["name"] for each in text.owner.get(f"{text.path}/signatures")["items"]]
    assert sorted(map(str, names)) == sorted([*signed, "None"])

    places = _nobody_of(drafting.public(text, address), *hidden)
    listed = json.loads(places["/v1/public/statements/…/signatures"])["items"]
    assert {each["name"] for each in listed} == {*signed}
    assert (
        json.loads(places["/v1/public/statements/…/signature-counts"])["total"] == len(signed) + 1
    )


def _the_board_tells_coordinators_alone_who_hides_and_who_declined(
    text: SigningOff, viewer: Client
) -> None:
    hides, declined = text.entry(CEDAR), text.entry(BIRCH)
    assert (hides["state"], hides["visibility"]) == ("approved", "anonymous")
    assert (declined["state"], declined["answers"][0]["reason"]) == ("declined", SAID["why not"])

    board = text.board(viewer)
    told = says_who_approved(board, text)
    assert told[CEDAR] == told[BIRCH], "who hides looks as who declined"
    assert {told[each]["state"] for each in (ALMOND, DUNE, ELM)} == {"approved"}
    _nobody_of([("the board", json.dumps(board))], but=HIDDEN[:1])  # a member it is, as any


def _what_was_said_is_read_by_whom_it_may(
    table: Suggesting, editor: Client, viewer: Client
) -> None:
    assert thanked(table, table.owner) == ({CEDAR: 1, DUNE: 2, ELM: 1}, 0)
    for reader in (editor, viewer):
        assert thanked(table, reader) == ({DUNE: 2, ELM: 1}, 1), "it hides now"
    told = json.dumps([table.listed(), table.threads()])
    assert all(each in told for each in (*MEMBERS, *PEOPLE)), "a coordinator knows who says what"
    told = json.dumps([table.listed(editor), table.threads(editor)])
    assert not [each for each in (*MEMBERS, *PEOPLE) if each in told]
    for path in ("comments", "suggestions", "compendium?format=html", "commenters"):
        assert viewer.get(f"{table.path}/{path}").status == 403, path
        assert table.world.stranger().get(f"{table.path}/{path}").status == 401, path

    for form in ("pdf", "html", "docx"):
        of_all, of_editors, of_members = (
            drafting.text_of(client.get(f"{table.path}/compendium", format=form, **asked))
            for client, asked in (
                (table.owner, {}), (editor, {}), (table.owner, {"audience": "commenters"}),
            )
        )  # fmt: skip
        for name in (ALMOND, CEDAR, DUNE, ELM):
            assert holds(name, of_all), form
            assert not holds(name, of_editors), form
            assert holds(name, of_members) == (name != CEDAR), form
        for word in ("tamarisk", "marjoram", "celandine", "saxifrage", "bryony"):
            assert all(holds(word, each) for each in (of_all, of_editors, of_members)), word
        for each in (of_editors, of_members):
            assert not [person for person in PEOPLE if holds(person, each)], form


def _each_member_reads_its_own(table: Suggesting, text: SigningOff, browser: FlaskClient) -> None:
    for name, person in MEMBERS.items():
        pages = [browser.get(f"/{page}/{secret}").text for page, secret in (
            ("r", table.secret(person)), ("a", text.door(person).rpartition("/")[2]),
        )]  # fmt: skip
        whole = "\n".join([*pages, table.seen(person).body.decode()])
        whole += text.seen(person).body.decode()
        others = {each for each in PEOPLE if each != person}
        others |= {CEDAR} if name != CEDAR else set()
        assert not [each for each in others if each in whole], name
        assert (SAID["why not"] in whole) is (name == BIRCH)
        assert (SAID["why until Thursday"] in whole) is (name == DUNE)


def _hooks_tell_of_who_approved_by_name(
    text: SigningOff, plain: Receiver, custodian: Receiver
) -> None:
    for receiver in (plain, custodian):
        assert {*receiver.types} == {*drafting.TYPES}
        told = [(each.json["type"], each.body.decode()) for each in receiver.took]
        _nobody_of(told, *MEMBERS, *WRITTEN)
    named = {name for name in MEMBERS if text.members[name] in _all_of(plain)}
    assert named == {ALMOND, DUNE, ELM}
    assert all(member in _all_of(custodian) for member in text.members.values())


def _all_of(receiver: Receiver) -> str:
    return json.dumps([each.json for each in receiver.took])


def _the_record_and_the_rows_hold_no_word(text: SigningOff, viewer: Client) -> None:
    record = drafting.recorded(text)
    _nobody_of([("the record", record)], *MEMBERS, *WRITTEN)
    for action in {*drafting.TYPES, "statement.moved"} - {"statement.published"}:
        assert f'"{action}"' in record, action
    path = f"/v1/coalitions/{text.coalition}/audit-entries"
    assert viewer.get(path).status == 403
    kept: Any = text.world.dump() + text.world.files()
    assert not [each for each in (*CANARIES, *PEOPLE) if each.encode() in kept]

"""The desk's own rules: its words, its proofs, where it leads, and what it calls a browser."""

from __future__ import annotations

from string import Formatter
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from api.accounts.models import Role, SignInMeans
from api.cases.models import CaseStatus
from api.cases.schemas import WHERE
from api.coalitions.models import InvitationState, MemberRole
from api.demands.models import DemandKind, DemandStatus
from api.desk.routes.visiting import safe
from api.desk.rules import csrf, devices, filling, home, navigation, typed_facts
from api.desk.rules.frames import DESK, WORDS
from api.desk.rules.tables import Filter, Listing
from api.errors import Code, Fault
from api.infra.tables.matching import ImportState
from api.statements.models import State, StatementKind
from api.statements.service.work import WorkKind

if TYPE_CHECKING:
    from collections.abc import Iterable

LANGUAGES = WORDS.offered()
NAMED: dict[str, Iterable[str]] = {
    "case_place": WHERE,
    "case_status": CaseStatus,
    "demand_kind": DemandKind,
    "demand_status": DemandStatus,
    "invitation_state": InvitationState,
    "member_role": MemberRole,
    "table_state": ImportState,
}


def places(sentence: Any) -> set[str]:
    one = sentence if isinstance(sentence, str) else "".join(sentence.values())
    return {name for _, name, _, _ in Formatter().parse(one) if name}


@pytest.mark.parametrize(
    ("typed", "zone", "instant"),
    [
        ("2031-05-14T10:00", "Asia/Almaty", "2031-05-14T10:00:00+05:00"),
        ("2031-03-30T02:30", "Europe/Brussels", "2031-03-30T02:30"),  # clocks are put forward
        ("2031-05-14T10:00+02:00", "Asia/Almaty", "2031-05-14T10:00+02:00"),
        ("2031-05-14T10:00", "Nowhere/At_All", "2031-05-14T10:00"),
        ("tomorrow", "Asia/Almaty", "tomorrow"),
    ],
)
def test_a_local_time_is_read_in_its_zone_or_left_for_a_schema_to_refuse(
    typed: str, zone: str, instant: str
) -> None:
    assert typed_facts.instant(typed, zone) == instant


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_all_with_the_same_places(language: str) -> None:
    english, other = WORDS.table("en"), WORDS.table(language)

    assert {(part, key) for part in other for key in other[part]} == {
        (part, key) for part in english for key in english[part]
    }
    for part, sentences in english.items():
        for key, sentence in sentences.items():
            assert places(sentence) - {"count"} == places(other[part][key]) - {"count"}, key


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_program_names_has_its_words(language: str) -> None:
    words = WORDS.said(language).all

    assert {f"fault.{code}" for code in Code} <= words.keys()
    assert {f"nav.{area.key}" for area in navigation.AREAS} <= words.keys()
    assert {f"said.{code}" for code in navigation.UNDOES} <= words.keys()
    assert {f"waits.{wait.key}" for wait in home.WAITS} <= words.keys()
    assert {f"role.{role}" for role in Role} <= words.keys()
    assert {f"you.by_{means}" for means in SignInMeans} <= words.keys()
    assert {f"work.{kind}" for kind in WorkKind} <= words.keys()
    assert {f"kind.{kind}" for kind in StatementKind} <= words.keys()
    for table, values in NAMED.items():
        assert {f"{table}.{value}" for value in values} <= words.keys()
    for state in State:
        assert f"state.{state}" in words
    assert set(home.TONES) == set(State)
    problems = {key for key in words if key.startswith("problem.")}  # a title is of some alone
    assert {f"{key.removesuffix('_text')}_text" for key in problems} <= problems


def test_no_table_says_a_thing_twice(tmp_path: Any) -> None:
    folder = tmp_path / "en"
    folder.mkdir()
    for name in ("catalogue", "members"):
        (folder / f"{name}.toml").write_text('[said]\nsaved = "Saved."\n', "utf-8")

    with pytest.raises(ValueError, match=r"said\.saved"):
        type(WORDS)(tmp_path).table("en")


@pytest.mark.parametrize(
    "path",
    [
        "https://evil.example/desk/",
        "//evil.example/desk/",
        "/desk//evil.example",
        "/desk/\\evil.example",
        "\\\\evil.example/desk/",
        "/deskevil",
        "/v1/me",
        "javascript:alert(1)",
        "/desk/\t/evil.example",
        "desk/you",
        "",
    ],
)
def test_no_way_back_leads_to_another_site(path: str) -> None:
    assert safe(path) == ""


def test_a_way_back_keeps_what_it_asks_for_and_says_nothing_was_done() -> None:
    assert safe("/desk/you?said=saved") == "/desk/you"
    assert safe("/desk/x/file?format=json&said=saved") == "/desk/x/file?format=json"
    assert (
        safe("/desk/you?next=//evil.example%0d%0a#x") == "/desk/you?next=%2F%2Fevil.example%0D%0A"
    )


@pytest.mark.parametrize("text", ["9" * 5000, "9" * 10, "-1", "1.5", "x", "²", " 1", "1_000"])
def test_what_is_no_number_of_ours_stays_the_text_that_was_typed(text: str) -> None:
    assert typed_facts.whole(text) is None
    assert typed_facts.number(text) == text
    assert typed_facts.labels({f"labels.{text}.label": ["Chair"]}) == ([], [])


@pytest.mark.parametrize(
    ("text", "number"), [("0", 0), ("007", 7), ("٣", 3), ("9" * 9, 999_999_999)]
)
def test_a_number_is_read_in_any_digits(text: str, number: int) -> None:
    assert typed_facts.whole(text) == typed_facts.number(text) == number


def test_nothing_typed_is_no_number() -> None:
    for nothing in ("", None):
        assert typed_facts.whole(nothing) is None
        assert not typed_facts.number(nothing)


def test_labels_come_in_order_and_without_empty_ones() -> None:
    sent = {
        "labels.10.place": ["/b"],
        "labels.10.label": ["Chair"],
        "labels.2.place": ["/a"],
        "labels.2.label": ["Board"],
        "labels.3.place": ["/c"],
        "labels.3.label": [""],
    }
    given = [{"place": "/a", "label": "Board"}, {"place": "/b", "label": "Chair"}]
    assert typed_facts.labels(sent) == (given, [2, 10])


@pytest.mark.parametrize(
    ("below", "key"),
    [
        ("", "home"),
        ("/work", "home"),
        ("/statements/new/words", "statements"),
        ("/signatures/1/change", "statements"),
        ("/tables/cases", "cases"),
        ("/tables/demands/file", "demands"),
        ("/tables/representatives", "members"),
        ("/webhooks/1", "outgoing"),
        ("/settings", "settings"),
    ],
)
def test_a_screen_is_of_the_area_that_has_the_beginning_of_its_address(
    below: str, key: str
) -> None:
    found = navigation.area_of(below)
    assert found is not None
    assert found.key == key


def test_a_form_fits_its_own_browser_and_person_alone() -> None:
    ada, ben = uuid4(), uuid4()
    proof = csrf.token("one", ada)

    assert csrf.fits("one", ada, proof)
    assert not csrf.fits("another", ada, proof)
    assert not csrf.fits("one", ben, proof)
    assert not csrf.fits("one", None, proof)
    assert not csrf.fits("one", ada, "")
    assert not csrf.fits("one", ada, "ё")
    assert csrf.fits("one", None, csrf.token("one", None))


FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Safari/604.1"
EDGE = "Mozilla/5.0 (Windows NT 10.0) Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0"


@pytest.mark.parametrize(
    ("agent", "label"),
    [
        (FIREFOX, "Firefox, Linux"),
        (IPHONE, "Safari, iPhone"),
        (EDGE, "Edge, Windows"),
        ("curl/8.5", ""),
    ],
)
def test_a_browser_is_called_by_kind_and_system(agent: str, label: str) -> None:
    assert devices.label(agent) == label


def test_a_fault_is_told_at_its_field_and_else_above_the_form() -> None:
    faults = [
        Fault("/names/en", Code.TOO_SHORT, ""),
        Fault("/days", Code.TOO_LARGE, "", limit=366.0),
        Fault("/coalition_ids/0", Code.FORBIDDEN, ""),
        Fault("/else", Code.CONFLICT, ""),
    ]

    sent = {"names.en": [""], "days": ["400"], "coalition_ids": ["1"]}
    told = filling.told(faults, sent, WORDS.said("en"))

    assert told == {
        "names.en": "This is needed.",
        "days": "This is too large: at most 366.",
        "coalition_ids": "This is for another role to say.",
        "": "This does not go with the rest.",
    }


def test_what_somebody_wrote_is_told_from_what_a_form_carries() -> None:
    sent = {
        "csrf": ["0" * 64],
        "ids": ["0c1d4f0e-97f0-4d39-a6f4-3a1cd5a0b1f4"],
        "packed": ["aGVsbG8="],
        "do": ["save", ""],
        "note": ["We meet on Friday."],
        "email": ["a@specimen.example"],
        "site": ["https://specimen.example"],
        "password": ["two words"],
        "mailbox.password": ["two words"],
        "text": ["One.\r\n\r\nTwo."],
        "again": ["We meet on Friday."],
    }

    assert filling.written(sent) == [
        "We meet on Friday.",
        "a@specimen.example",
        "https://specimen.example",
        "One.\r\n\r\nTwo.",
    ]


def test_a_table_keeps_what_is_asked_of_it_in_its_links() -> None:
    table = Listing(
        caption="",
        columns=[],
        rows=[],
        path="/desk/x",
        query={"country": "KZ", "cursor": "abc"},
        filters=[Filter(name="country", words="", choices=[])],
    )

    assert table.at(cursor="") == "/desk/x?country=KZ"
    assert table.at(country="", cursor="") == "/desk/x"
    assert table.is_narrowed


def test_the_look_is_small() -> None:
    assert len(DESK.style("#0b5563")) < 40_000
    assert len(DESK.small("desk.js")) < 4_000

"""Organisations and people come in from tables of others: mapped, previewed, never subscribed."""

from __future__ import annotations

import csv
import io
import re
import textwrap
import time
from typing import TYPE_CHECKING, Any

import pytest

from api import config
from api.infra.tables.reports import MOST_LINES
from tests.support.builders import a_coalition, an_organisation

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Answer, Client

MOST_SECONDS = 120
KINDS = ("organisation", "representative", "addressee")


def send(client: Client, coalition: str, table: str | bytes, kind: str, **query: Any) -> Answer:
    data = table.encode() if isinstance(table, str) else table
    path = f"/v1/coalitions/{coalition}/{kind}-imports"
    return client.send("POST", path, data, kind="text/csv", query_string=query)


def organisations(client: Client, coalition: str, table: str | bytes, **query: Any) -> Answer:
    return send(client, coalition, table, "organisation", **query)


def states(answer: Answer) -> list[str]:
    assert answer.status == 200, answer.body
    return [line["state"] for line in answer["lines"]]


def read_as(answer: Answer) -> dict[str, str | None]:
    return {each["header"]: each["column"] for each in answer["columns"]}


def there(client: Client, coalition: str, what: str = "organisations") -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = client.get(f"/v1/coalitions/{coalition}/{what}")["items"]
    return items


def people(client: Client, organisation: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = client.get(f"/v1/organisations/{organisation}/representatives")[
        "items"
    ]
    return items


RUSSIAN = (
    "N;Название организации;Название (англ.);Аббревиатура;Страна;Сайт;Примечание;Подписка\r\n"
    '1;"Комитет-образец ""Степь""";Specimen Committee;ЖОК;Казахстан;specimen.example;важно;да\r\n'
    "2;Фонд примеров;;;Кыргызстан;https://fund.example;;нет\r\n"
)


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("cp1251", {}),  # as Excel saves CSV where Russian is spoken
        ("utf-8-sig", {}),
        ("utf-16", {}),
        ("koi8-r", {"encoding": "koi8-r"}),
        ("koi8-r", {}),
        ("cp866", {}),  # Excel's CSV (MS-DOS)
        ("mac-cyrillic", {}),  # and CSV (Macintosh)
        ("mac-cyrillic", {"encoding": "x-mac-cyrillic"}),
        ("utf-16-le", {}),
        ("utf-16-be", {}),
    ],
)
def test_a_russian_table_of_excel_is_read_without_being_told_how(
    owner: Client, code: str, told: dict[str, str]
) -> None:
    coalition = a_coalition(owner)
    table = RUSSIAN.encode(code)

    answer = organisations(owner, coalition, table, **told)

    assert states(answer) == ["entered", "entered"]
    assert list(read_as(answer).values()) == [
        None, "name_ru", "name_en", "acronym", "country", "website", None, None,
    ]  # fmt: skip
    found = {row["names"]["ru"]: row for row in there(owner, coalition)}
    steppe = found['Комитет-образец "Степь"']
    assert steppe["names"]["en"] == "Specimen Committee"
    assert (steppe["acronym"], steppe["country"]) == ("ЖОК", "KZ")
    assert steppe["website"] == "https://specimen.example"
    assert {row["country"] for row in found.values()} == {"KZ", "KG"}


def test_a_table_of_excel_for_mac_is_read(owner: Client) -> None:
    coalition = a_coalition(owner)
    table = "\ufeffName;Country\rFund, a, b, c;Iran, Islamic Republic of\rUnion, d;Congo\r"

    answer = organisations(owner, coalition, table.encode(), preview="true", partial="true")

    assert states(answer) == ["entered", "refused"]
    (fault,) = answer["lines"][1]["faults"]
    assert (fault["column"], fault["detail"]) == ("country", "This may be CD or CG: write which.")


def test_what_two_encodings_make_sense_of_is_not_guessed(owner: Client) -> None:
    coalition = a_coalition(owner)
    table = "Name,Website\nComité de Genève,https://geneve.example\n".encode("cp1252")

    refused = organisations(owner, coalition, table)
    told = organisations(owner, coalition, table, encoding="windows-1252")

    assert (refused.status, refused["type"]) == (422, "/problems/not-a-table")
    assert "encoding=windows-1252" in refused["detail"]
    assert states(told) == ["entered"]
    (row,) = there(owner, coalition)
    assert row["names"] == {"en": "Comité de Genève"}


def test_the_caller_says_what_a_column_is(owner: Client) -> None:
    coalition = a_coalition(owner)
    table = "sep=|\nWho: they are|Organisation|Land\nSpecimen House|A. Specimen|DE\n"

    vague = organisations(owner, coalition, table.replace("Who: they are", "Name"))
    wrong = organisations(owner, coalition, table, map=["Hwo:name_en", "Land:cuontry", "x"])
    wrong_too = organisations(owner, coalition, table, map=["Hwo:name_en", "Land:cuontry"])
    answer = organisations(
        owner,
        coalition,
        table,
        map=["Who: they are:name_kk", "Organisation:", "land:country"],
    )

    assert vague["type"] == wrong_too["type"] == "/problems/not-a-table"
    assert "map=Name:" in str(vague["errors"])
    assert wrong.status == 422
    assert [error["parameter"] for error in wrong_too["errors"]] == ["map", "map"]
    assert "Is it country?" in str(wrong_too["errors"])
    assert states(answer) == ["entered"]
    assert [line["line"] for line in answer["lines"]] == [3]
    (row,) = there(owner, coalition)
    assert (row["names"], row["country"]) == ({"kk": "Specimen House"}, "DE")


def test_a_table_in_which_nothing_is_a_name_is_refused(owner: Client) -> None:
    answer = organisations(owner, a_coalition(owner), "Telephone,City\n+7 1,Almaty\n")

    assert answer["type"] == "/problems/not-a-table"
    assert "Telephone, City" in str(answer["errors"])


def test_a_preview_says_what_would_happen_and_stores_nothing(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    there_already = {
        "same": an_organisation(owner, coalition, names={"en": "Open House"}, country="KZ"),
        "other": an_organisation(owner, coalition, names={"en": "Quiet House"}, aliases=["QH"]),
        "alias": an_organisation(
            owner, coalition, names={"en": "Press Union"}, aliases=["Union of the Press"]
        ),
        "site": an_organisation(
            owner, coalition, names={"en": "Fund for Letters"}, website="https://www.fund.example/"
        ),
        "abroad": an_organisation(owner, coalition, names={"en": "Memory"}, country="RU"),
    }
    table = (
        "name,aliases,country,website\n"
        "Open  House,,KZ,\n"  # the same
        "Quiet House,Silent House,,\n"  # changed
        "Union of the Press,,,\n"  # an alias of one
        "Another Fund,,,http://fund.example\n"  # the address of one
        "Memory,,KZ,\n"  # the name of one of another country
        "The House (Open),,KZ,\n"  # the words of one in another order
        "Specimen Committee,,TJ,\n"  # new
        "Specimen Committee,,TJ,\n"  # new twice is once
        ",,KZ,\n"  # no name
        "Wrong Land,,Atlantis,\n"
    )
    expected = ["same", "kept", *["doubtful"] * 4, "entered", "same", "refused", "refused"]
    before = world.rows()

    preview = organisations(owner, coalition, table, preview="true")
    updating = organisations(owner, coalition, table, preview="true", on_difference="update")
    unchanged = world.rows() == before
    whole = organisations(owner, coalition, table)
    answer = organisations(owner, coalition, table, partial="true", on_difference="update")

    assert states(preview) == expected
    assert unchanged
    assert (preview["stored"], preview["doubtful"], preview["entered"]) == (False, 4, 1)
    assert [line["id"] for line in preview["lines"]] == [
        *there_already.values(), there_already["same"], None, None, None, None,
    ]  # fmt: skip
    assert preview["lines"][1]["changes"] == [
        {"column": "aliases", "before": ["QH"], "after": ["QH", "Silent House"]}
    ]
    assert preview["lines"][6]["changes"][0] == {
        "column": "names",
        "before": None,
        "after": {"en": "Specimen Committee"},
    }
    told = [line["faults"][0] for line in preview["lines"][2:6]]
    assert [fault["column"] for fault in told] == ["name_en", "website", "name_en", "name_en"]
    assert "Press Union" in told[0]["detail"]
    assert whole["type"] == "/problems/lines-refused"
    assert set(whole.faults) == {"/10/name_en", "/11/country"}
    expected[1] = "changed"
    assert states(updating) == states(answer) == expected
    assert answer["stored"]
    assert len(there(owner, coalition)) == len(there_already) + 1


def test_a_doubt_is_settled_by_an_id_or_by_entering_it(owner: Client) -> None:
    coalition = a_coalition(owner)
    union = an_organisation(owner, coalition, names={"en": "Press Union"}, acronym="PU")
    table = f"id,name\n{union},The Union (Press)\n,PU\n"

    answer = organisations(owner, coalition, table, on_difference="update", doubtful="enter")

    assert states(answer) == ["changed", "entered"]
    names = {row["id"]: row["names"]["en"] for row in there(owner, coalition)}
    assert names == {union: "The Union (Press)", answer["lines"][1]["id"]: "PU"}


def test_two_of_one_name_are_doubtful_and_not_chosen_from(owner: Client) -> None:
    coalition = a_coalition(owner)
    for country in ("KZ", "KG"):
        an_organisation(owner, coalition, names={"en": "Memory"}, country=country)

    answer = organisations(owner, coalition, "name\nMemory\n", on_difference="update")

    assert states(answer) == ["doubtful"]
    assert len(answer["lines"][0]["faults"]) == 2


def test_the_first_line_about_one_counts_and_an_empty_cell_says_nothing(owner: Client) -> None:
    coalition = a_coalition(owner)
    house = an_organisation(
        owner, coalition, names={"en": "Open House", "ru": "Дом"}, website="https://a.example"
    )
    table = (
        "name_en,name_ru,country,website\n"
        "Open House,,KZ,\n"
        "Open House,Открытый дом,KG,\n"
        "Open House,,KZ,https://a.example\n"
    )

    answer = organisations(owner, coalition, table, on_difference="update")

    assert states(answer) == ["changed", "doubtful", "same"]
    found = owner.get(f"/v1/organisations/{house}")
    assert (found["country"], found["website"]) == ("KZ", "https://a.example")
    assert found["names"] == {"en": "Open House", "ru": "Дом"}


def test_organisations_go_out_and_come_in_equal_and_no_cell_runs(owner: Client) -> None:
    coalition = a_coalition(owner, languages=["ru", "en"])
    an_organisation(
        owner,
        coalition,
        names={"en": "=HYPERLINK(1)", "ru": "@Сумма", "zh-Hant": "委員會"},
        aliases=["+1", "a; b"],
        acronym="-A",
        country="KZ",
        is_public=True,
    )
    an_organisation(owner, coalition, names={"ru": "Дом"}, needs_two=True, aliases=["Один; дом"])

    answer = owner.get(f"/v1/coalitions/{coalition}/organisations.csv")
    again = organisations(owner, coalition, answer.body, on_difference="update")
    other = a_coalition(owner)
    copied = organisations(owner, other, answer.body)

    rows = list(csv.reader(io.StringIO(answer.body.decode("utf-8-sig"))))
    assert rows[0][:4] == ["id", "name_ru", "name_en", "name_zh-Hant"]
    assert not [cell for row in rows[1:] for cell in row if cell[:1] in "=+-@" and cell]
    assert states(again) == ["same", "same"]
    assert states(copied) == ["entered", "entered"]
    own = ("id", "coalition_id", "created_at", "updated_at")
    before, after = (
        [{key: it for key, it in row.items() if key not in own} for row in there(owner, which)]
        for which in (coalition, other)
    )
    assert before == after


NO_TABLES = (
    b"",
    b"\xef\xbb\xbf",
    b"\n\n",
    b"\xff\xfe",
    b"\x00\x01\x02",
    b'name\n"open',
    b"name" + b",x" * 200,
    b"name\n" + b"a" * 200_000,
    b"name\n\x98\xff\n",
    b"sep=\n",
    b"name,name\na,b\n",
    b"name\n" * 10_003,
    b"id\nnone\n",
    b"name,country\na,KZ,c\n",
    b"name\n\xe2\x80\xae turned\n",
    b"name\na\x00b\n",
    "name,country\nx,\U0001f600\n".encode(),
)
NO_ORGANISATIONS = (
    b"name,website\nx,javascript://alert(1)\n",
    b"name,website\nx,http://[bad\n",
    b"name,aliases\nx," + b"a;" * 5000 + b"\n",
    b"name,is_public\nx,perhaps\n",
    b"name_xx-yy-zz-11\nx\n",
)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_table_or_breaks_rules_is_refused(owner: Client, kind: str) -> None:
    coalition = a_coalition(owner)

    answers = [send(owner, coalition, table, kind) for table in NO_TABLES]
    if kind == "organisation":
        answers += [send(owner, coalition, table, kind) for table in NO_ORGANISATIONS]

    assert [answer.status for answer in answers] == [422] * len(answers)
    assert all(answer["detail"] for answer in answers)
    assert there(owner, coalition) == there(owner, coalition, "addressees") == []


def test_the_record_has_an_entry_of_each_table_and_of_each_row(owner: Client) -> None:
    coalition = a_coalition(owner)
    tables = {
        "organisation": "name\nFirst\nSecond\n",
        "representative": "organisation,name,email\nFirst,A,a@specimen.example\n",
        "addressee": "name\nA. Specimen\n",
    }

    for kind, table in tables.items():
        assert send(owner, coalition, table, kind)["stored"]

    listed = owner.get(f"/v1/coalitions/{coalition}/audit-entries", limit=50)["items"]
    actions = [each["action"] for each in listed]
    for kind, table in tables.items():
        assert actions.count(f"{kind}.imported") == 1
        assert actions.count(f"{kind}.entered") == table.count("\n") - 1
    assert not [each for each in actions if each.startswith("consent")]


def test_the_example_of_the_manual_is_what_it_says(owner: Client) -> None:
    manual = config.share("docs", "imports.md").read_text("utf-8")
    example = textwrap.dedent(re.findall(r"(?:^    .*\n|^\n(?=    ))+", manual, re.MULTILINE)[0])
    head, _, table = example.lstrip("\n").partition("\n\n")
    coalition = a_coalition(owner)
    path = head.split()[1].replace("{id}", coalition)

    answer = owner.send("POST", path, table.encode(), kind=head.split()[-1])

    assert states(answer) == ["entered", "entered"]
    assert list(read_as(answer).values()) == ["name_ru", "name_en", "country", "website", None]
    assert there(owner, coalition) == []


@pytest.mark.long
def test_ten_thousand_lines_come_in_within_the_time_of_a_request(owner: Client) -> None:
    coalition = a_coalition(owner)
    numbers = range(MOST_LINES)
    houses = (f"Specimen House {n},Дом {n},KZ,https://h{n}.example,H{n}\n" for n in numbers)
    people = (f"Specimen House {n},Ada {n},a{n}@specimen.example\n" for n in numbers)
    offices = (f"Office {n % 200},Ministry {n},a{n}@specimen.example\n" for n in numbers)
    tables = {
        "organisation": "name_en,name_ru,country,website,acronym\n" + "".join(houses),
        "representative": "organisation,name,email\n" + "".join(people),
        "addressee": "name,organisation,email\n" + "".join(offices),
    }

    for kind, table in tables.items():
        begun = time.monotonic()
        answer = send(owner, coalition, table, kind, doubtful="enter")
        entered = time.monotonic()
        again = send(owner, coalition, answer_of(owner, coalition, kind, table), kind)
        print(f"{kind}: {entered - begun:.1f} s, again {time.monotonic() - entered:.1f} s")  # noqa: T201 # the figure

        assert answer["entered"] == MOST_LINES
        assert again["entered"] == 0
        assert time.monotonic() - begun < MOST_SECONDS


def answer_of(owner: Client, coalition: str, kind: str, table: str) -> str | bytes:
    if kind != "organisation":
        return table
    return owner.get(f"/v1/coalitions/{coalition}/organisations.csv").body

"""Tables come in as workbooks of Excel, with what a workbook hides told to who sends them."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from api.infra.runtime import EXTENSION
from tests.support.builders import a_coalition, a_role, a_text, an_organisation
from tests.support.workbooks import XLSX, packed, saved, sheet, text, written

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

    from tests.conftest import World
    from tests.support.client import Answer, Client

CASES = [
    ["key", "name", "country", "born", "last_verified", "may_be_named", "aliases"],
    ["007", " Ayan Specimenov ", "Казахстан", 1980, date(2031, 5, 14), True, "A\nB"],
    ["b-1", "Bota Specimenova", "kz", 1990.0, "14.05.2031", "да", None],
]


def send(client: Client, path: str, file: bytes, kind: str = XLSX, **query: Any) -> Answer:
    return client.send("POST", path, file, kind=kind, query_string=query)


def cases(client: Client, coalition: str, file: bytes, kind: str = XLSX, **query: Any) -> Answer:
    return send(client, f"/v1/coalitions/{coalition}/case-imports", file, kind, **query)


def organisations(client: Client, coalition: str, file: bytes, **query: Any) -> Answer:
    return send(client, f"/v1/coalitions/{coalition}/organisation-imports", file, **query)


def states(answer: Answer) -> list[str]:
    assert answer.status == 200, answer.body
    return [line["state"] for line in answer["lines"]]


def test_cases_come_in_as_excel_keeps_them(owner: Client) -> None:
    coalition = a_coalition(owner)

    answer = cases(owner, coalition, saved(CASES))

    assert states(answer) == ["entered", "entered"]
    assert [line["line"] for line in answer["lines"]] == [2, 3]
    first, second = owner.get(f"/v1/coalitions/{coalition}/cases")["items"]
    assert [first[key] for key in ("key", "name", "country", "born", "last_verified")] == [
        "007", "Ayan Specimenov", "KZ", 1980, "2031-05-14",
    ]  # fmt: skip
    assert (first["aliases"], first["may_be_named"]) == (["A", "B"], True)
    assert (second["born"], second["last_verified"]) == (1990, "2031-05-14")


def test_a_workbook_and_the_csv_that_excel_saves_of_it_say_the_same(owner: Client) -> None:
    coalition = a_coalition(owner)
    cases(owner, coalition, saved(CASES))
    csv = (
        "key;name;country;born;last_verified;may_be_named;aliases\n"
        '007; Ayan Specimenov ;Казахстан;1980;14.05.2031;ИСТИНА;"A\nB"\n'
        "b-1;Bota Specimenova;kz;1990;14.05.2031;да;\n"
    )

    answer = cases(owner, coalition, csv.encode(), "text/csv")

    assert states(answer) == ["same", "same"]
    assert answer["workbook"] is None


def test_demands_and_signatories_come_in_from_a_workbook(owner: Client) -> None:
    coalition = a_coalition(owner)
    statement, sha256 = a_text(owner, coalition)
    demands = saved([["country", "text", "kind"], ["KZ", "Release them.", "Release"]])
    signatories = saved(
        [["kind", "name", "day"], ["individual", "A. Specimen", datetime(2031, 5, 14, 9, 30)]]  # noqa: DTZ001 # as Excel keeps it
    )

    asked = send(owner, f"/v1/coalitions/{coalition}/demand-imports", demands)
    path = f"/v1/statements/{statement}/signature-imports"
    signed = send(owner, path, signatories, revision_sha256=sha256)

    assert states(asked) == states(signed) == ["entered"]
    assert signed["workbook"]["sheet"] == {"name": "Members", "is_hidden": False}
    (one,) = owner.get(f"/v1/statements/{statement}/signatures")["items"]
    assert (one["name"], one["day"]) == ("A. Specimen", "2031-05-14")


def test_organisations_people_and_addressees_come_in_from_workbooks(owner: Client) -> None:
    coalition = a_coalition(owner)
    path = f"/v1/coalitions/{coalition}"

    entered = organisations(
        owner, coalition, saved([["Название", "Страна", "Тел."], ["Комитет", "Казахстан", 7]])
    )
    people = saved([["Организация", "ФИО", "Почта", "left_on"],
                    ["Комитет", "Образец", "a@specimen.example", date(2031, 5, 14)]])  # fmt: skip
    committing = send(owner, f"{path}/representative-imports", people)
    addressed = send(
        owner, f"{path}/addressee-imports", saved([["Name", "Country"], ["A. Specimen", "UK"]])
    )

    assert states(entered) == states(committing) == states(addressed) == ["entered"]
    assert {each["header"]: each["column"] for each in entered["columns"]} == {
        "Название": "name_ru", "Страна": "country", "Тел.": None,
    }  # fmt: skip
    assert entered["encoding"] == "utf-8"


def test_our_own_csv_comes_back_from_excel_as_it_went_out(owner: Client) -> None:
    coalition = a_coalition(owner)
    an_organisation(owner, coalition, names={"en": "=HYPERLINK(1)", "ru": "Дом"}, aliases=["+1"])
    out = owner.get(f"/v1/coalitions/{coalition}/organisations.csv").body.decode("utf-8-sig")
    rows = [line.strip('"').split('","') for line in out.splitlines()]

    answer = organisations(owner, coalition, saved(rows), on_difference="update")

    assert states(answer) == ["same"]


def test_what_is_hidden_is_told(owner: Client) -> None:
    def hide(book: Workbook, sheet: Worksheet) -> None:
        sheet.row_dimensions[3].hidden = True
        sheet.column_dimensions["B"].hidden = True
        old = book.create_sheet("Old")
        old["A1"] = "name"
        old.sheet_state = "hidden"
        book.create_sheet("Empty").sheet_state = "veryHidden"
        book.create_sheet("Sheet3")

    coalition = a_coalition(owner)
    table = saved([["name", "acronym"], ["One", "O"], ["Two", "T"], ["Three", None]], hide)

    answer = organisations(owner, coalition, table, preview="true")

    assert states(answer) == ["entered"] * 3
    assert answer["workbook"] == {
        "sheet": {"name": "Members", "is_hidden": False},
        "other_sheets": [{"name": "Old", "is_hidden": True}],
        "hidden_lines": [3],
        "hidden_columns": ["acronym"],
    }


def two_sheets(book: Workbook, sheet: Worksheet) -> None:
    del sheet
    second = book.create_sheet("Партнёры")
    second.append(["name"])
    second.append(["Partner House"])


def test_of_several_sheets_one_is_named(owner: Client) -> None:
    coalition = a_coalition(owner)
    table = saved([["name"], ["Open House"]], two_sheets)

    unclear = organisations(owner, coalition, table)
    unknown = organisations(owner, coalition, table, sheet="Partners")
    empty = organisations(
        owner, coalition, saved([["name"]], lambda book, _: book.create_sheet("New")), sheet="New"
    )
    answer = organisations(owner, coalition, table, sheet=" партнёры")
    of_csv = cases(owner, coalition, b"name\n", "text/csv", sheet="Members")
    of_json = owner.send(
        "POST", f"/v1/coalitions/{coalition}/case-imports?sheet=Members", {"cases": []}
    )

    for refused in (unclear, unknown, of_csv, of_json):
        assert (refused.status, refused["type"]) == (422, "/problems/not-a-table")
        assert [error["parameter"] for error in refused["errors"]] == ["sheet"]
    assert "It has no line" in empty["detail"]
    assert "Members, Партнёры" in unclear["errors"][0]["detail"]
    assert states(answer) == ["entered"]
    assert answer["workbook"]["other_sheets"] == [{"name": "Members", "is_hidden": False}]
    (row,) = owner.get(f"/v1/coalitions/{coalition}/organisations")["items"]
    assert row["names"] == {"en": "Partner House"}


def test_a_formula_without_a_result_and_an_error_are_told_where_they_stand(owner: Client) -> None:
    coalition = a_coalition(owner)
    rows = [
        ["name", "acronym", "note"],
        ["One", '=UPPER("o")', None],  # as a program writes it that computes nothing
        ["Two", "#REF!", None],
        ["Three", "T", "=A2"],  # nobody reads the column
        ["=A2", None, None],
    ]

    answer = organisations(owner, coalition, saved(rows), partial="true")
    whole = organisations(owner, coalition, saved(rows))

    assert states(answer) == ["refused", "refused", "entered", "refused"]
    told = [line["faults"] for line in answer["lines"]]
    assert [[fault["column"] for fault in faults] for faults in told] == [
        ["acronym"], ["acronym"], [], ["name_en"],
    ]  # fmt: skip
    assert "save it there" in told[0][0]["detail"]
    assert "#REF!" in told[1][0]["detail"]
    assert set(whole.faults) == {"/2/acronym", "/3/acronym", "/5/name_en"}


def test_an_empty_cell_of_a_formula_does_not_empty_what_is_there(owner: Client) -> None:
    coalition = a_coalition(owner)
    cases(owner, coalition, saved([["key", "name", "country", "occupation"],
                                   ["a", "A. Specimen", "KZ", "baker"]]))  # fmt: skip
    table = saved([["key", "occupation"], ["a", "=B1"]])

    answer = cases(owner, coalition, table, on_difference="update")

    assert set(answer.faults) == {"/2/occupation"}
    (case,) = owner.get(f"/v1/coalitions/{coalition}/cases")["items"]
    assert case["occupation"] == "baker"


def test_one_cell_over_several_lines_holds_for_each_of_them(owner: Client) -> None:
    def merge(book: Workbook, sheet: Worksheet) -> None:
        del book
        sheet.merge_cells("B2:B4")
        sheet.merge_cells("C4:C9")  # over lines that hold nothing too

    coalition = a_coalition(owner)
    rows = [
        ["name", "country", "public"], ["One", "KZ"], ["Two"], ["Three", None, True], ["Four"],
    ]  # fmt: skip

    answer = organisations(owner, coalition, saved(rows, merge), map="public:is_public")

    assert states(answer) == ["entered"] * 4
    found = owner.get(f"/v1/coalitions/{coalition}/organisations")["items"]
    assert {row["names"]["en"]: (row["country"], row["is_public"]) for row in found} == {
        "One": ("KZ", False), "Two": ("KZ", False), "Three": ("KZ", True), "Four": (None, True),
    }  # fmt: skip


def test_a_table_may_begin_anywhere_and_lines_are_counted_as_excel_does(owner: Client) -> None:
    def shift(book: Workbook, sheet: Worksheet) -> None:
        del book
        sheet.insert_rows(1, 4)
        sheet.insert_cols(1, 2)
        sheet.row_dimensions[5000].height = 30  # and what is formatted only is no line

    coalition = a_coalition(owner)
    table = saved([["name", "country"], ["One", "KZ"], [None, " "], ["Two", "??"]], shift)

    answer = organisations(owner, coalition, table, partial="true")

    assert [(line["line"], line["state"]) for line in answer["lines"]] == [
        (6, "entered"), (8, "refused"),
    ]  # fmt: skip


@pytest.mark.parametrize("kind", [XLSX, "text/csv"])
def test_a_workbook_is_known_by_its_bytes(owner: Client, kind: str) -> None:
    answer = cases(owner, a_coalition(owner), saved(CASES), kind)

    assert states(answer) == ["entered", "entered"]


OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
NO_WORKBOOKS = [
    (b"", "no workbook"),
    (b"name\nOne\n", "text/csv"),
    (OLD, "(.xls)"),
    (OLD + "EncryptedPackage".encode("utf-16-le"), "password"),
    (packed({"content.xml": "<x/>", "mimetype": "application/vnd.oasis"}), "LibreOffice"),
    (packed({"Index/Document.iwa": b"x"}), "Numbers"),
    (packed({"xl/workbook.bin": b"x"}), ".xlsb"),
    (packed({"word/document.xml": "<x/>"}), "Word"),
    (packed({"a.txt": b"x"}), "cannot be read"),
    (b"PK\x03\x04" + bytes(100), "cannot be read"),
    (saved(CASES)[:-200], "cannot be read"),
    (saved([]), "No sheet"),
]


@pytest.mark.parametrize(("file", "says"), NO_WORKBOOKS)
def test_what_is_no_workbook_is_refused_with_what_to_do(
    world: World, owner: Client, file: bytes, says: str
) -> None:
    coalition = a_coalition(owner)
    before = world.rows()

    answers = [
        cases(owner, coalition, file),
        send(owner, f"/v1/coalitions/{coalition}/addressee-imports", file),
    ]

    for answer in answers:
        assert (answer.status, answer["type"]) == (422, "/problems/not-a-table")
        assert says in answer["detail"] + str(answer.json.get("errors"))
    assert world.rows() == before


def test_who_may_not_enter_cases_enters_none_by_a_workbook(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    viewer = a_role(owner, coalition, world.user(), "viewer")

    assert cases(viewer, coalition, saved(CASES)).status == 403
    assert cases(world.user("stranger"), coalition, saved(CASES)).status == 404


def test_a_workbook_of_who_may_not_send_it_is_not_unpacked(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    viewer = a_role(owner, coalition, world.user(), "viewer")
    paths = [f"{kind}-imports" for kind in ("case", "demand", "organisation", "addressee")]

    answers = [
        send(viewer, f"/v1/coalitions/{coalition}/{path}", b"PK\x03\x04 of whatever else")
        for path in [*paths, "representative-imports"]
    ]
    statement, sha256 = a_text(owner, coalition)
    path = f"/v1/statements/{statement}/signature-imports"
    answers.append(send(viewer, path, b"PK\x03\x04 of whatever else", revision_sha256=sha256))

    assert [answer.status for answer in answers] == [403] * 6


def test_a_workbook_that_takes_too_much_is_refused_with_what_to_do(owner: Client) -> None:
    coalition = a_coalition(owner)
    names = "".join(text(name) for name in ("key", "name", "country"))
    line = '<c t="s"><v>0</v></c>' * 3
    swollen = written(sheet(names, line), shared=f"<sst><si><t>{'a' * 90_000_000}</t></si></sst>")
    repeated = written(
        sheet(names, *[line * 33] * 10_000), shared=f"<sst><si><t>{'a' * 32_000}</t></si></sst>"
    )

    answers = [cases(owner, coalition, file) for file in (swollen, repeated)]

    for answer in answers:
        assert (answer.status, answer["type"]) == (422, "/problems/not-a-table")
        assert "Copy the table alone into a new one" in answer["detail"]


def test_a_workbook_for_which_there_is_no_place_may_come_again(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    places = world.app.extensions[EXTENSION].bulkhead

    with places.one(UUID(coalition)), places.one(UUID(coalition)):
        busy = cases(owner, coalition, saved(CASES))
        csv = cases(owner, coalition, b"name,country\nA. Specimen,KZ\n", "text/csv")

    assert (busy.status, busy["type"]) == (503, "/problems/busy")
    assert "Retry-After" in busy.headers
    assert states(csv) == ["entered"]
    assert states(cases(owner, coalition, saved(CASES))) == ["entered", "entered"]


def test_text_that_cannot_be_kept_is_refused_in_its_line(owner: Client) -> None:
    coalition = a_coalition(owner)
    table = written(sheet(text("name"), text("a_x0000_b")))

    answer = organisations(owner, coalition, table, partial="true")
    header = organisations(owner, coalition, written(sheet(text("name") + text("_x0000_"))))

    assert states(answer) == ["refused"]
    assert header.status == 200

"""All suggestions and comments on a text with their answers, printed by the order of the text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from api.documents.rules.word.package import DOCX
from tests.contracts.scene import SVG
from tests.support.builders import a_case
from tests.support.consultations import Consulting, a_consulting
from tests.support.pdf_words import letters, pages_of
from tests.support.suggestions import DOORS
from tests.support.word_files import WordFile

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Answer, Client

NAME = "Ayan Specimenov"
BOX = "\U000133cf"  # of no font
FORMATS = ("pdf", "html", "docx")
SAID = (
    "Open the gates and the shutters.",  # words for a paragraph, accepted
    "Bound to a day, they would move.",
    "Repeats the sentence above.",  # why a part is to go, declined
    "Members hold on to it.",
    "Nobody waits behind a wall.",  # a new part, with a note that it brings
    "Gazette of Specimen, number nine.",
    "Shutters rather than windows.",  # accepted with other words
    "Kindly open each shutter.",
    "Which gates, precisely?",  # a comment, and a reply
    "Those facing north.",
    "Splendid otherwise.",
)


@pytest.fixture
def table(world: World, owner: Client) -> Consulting:
    found = a_consulting(world, owner)
    found.open(read_by="commenters_named")
    return found


def suggest(table: Consulting, person: str, **facts: Any) -> str:
    body = {"revision_sha256": table.sha256, **facts}
    answer = table.world.stranger().post(f"{table.door(person)}/suggestions", body)
    assert answer.status == 201, answer.body
    return str(answer["suggestions"][-1]["id"])


def words(table: Consulting, person: str, place: int, text: str, **facts: Any) -> str:
    target = f"block/{table.block(place)}"
    return suggest(table, person, kind="words", target=target, lines=[text], **facts)


def compendium(client: Client, table: Consulting, form: str, **asked: Any) -> Answer:
    return client.get(f"{table.path}/compendium", format=form, **asked)


def text_of(form: str, content: bytes) -> str:
    if form == "docx":
        return WordFile(content).text
    return "".join(pages_of(content)) if form == "pdf" else content.decode()


def a_discussion(table: Consulting) -> None:
    doors, windows = table.block(1), table.block(2)
    taken = words(table, "Ada", 1, SAID[0], reason=SAID[1])
    left = suggest(table, "Bob", kind="deletion", target=f"block/{windows}", reason=SAID[2])
    suggest(
        table, "Gia", kind="insertion", block="paragraph", after=doors,
        lines=[f"{SAID[4]}[^9]"], footnotes={"9": SAID[5]},
    )  # fmt: skip
    changed = words(table, "Gia", 2, SAID[6])
    thread = table.comment("Ada", SAID[8])
    table.answer(SAID[9], parent_id=thread)
    table.comment("Bob", SAID[10], None)
    for one, act, body in (
        (taken, "acceptance", {"lines": None}),
        (left, "decline", {"reason": SAID[3]}),
        (changed, "acceptance", {"lines": [SAID[7]]}),
    ):
        answer = table.owner.post(f"/v1/suggestions/{one}/{act}", body)
        assert answer.status == 200, answer.body


@pytest.mark.parametrize("form", FORMATS)
def test_every_word_of_what_was_suggested_said_and_answered_is_in_it(
    table: Consulting, form: str
) -> None:
    a_discussion(table)
    answer = compendium(table.owner, table, form)
    assert answer.status == 200, answer.body

    text = text_of(form, answer.body)
    for said in SAID:
        for word in said.split():
            assert letters(word) in letters(text), word
    for name in ("Bread", "Salt", "Gia Specimen", "Specimen Institute"):
        assert letters(name) in letters(text)
    for state in ("Accepted", "Accepted with a change", "Declined", "Waiting"):
        assert letters(state) in letters(text)


def test_it_goes_by_the_order_of_the_text_with_what_goes_struck_and_what_comes_underlined(
    table: Consulting,
) -> None:
    a_discussion(table)
    html = compendium(table.owner, table, "html", revision=1).body.decode()
    file = WordFile(compendium(table.owner, table, "docx", revision=1).body)

    here = [html.index(each) for each in ("Paragraph 2", "Paragraph 3", "The whole text")]
    assert here == sorted(here)
    assert html.index("Which gates") < html.index("Paragraph 3") < html.index("Members hold")
    assert "<del>" in html
    assert "<ins>" in html
    struck = file.parts["word/document.xml"].decode()
    assert "<w:strike/>" in struck
    assert '<w:u w:val="single"/>' in struck
    assert "Heading 1" not in html  # of a part of which nothing was said


def test_signs_stand_at_the_words_in_word_too(table: Consulting) -> None:
    first, rest = DOORS.split(" ", 1)
    words(table, "Ada", 1, rest)

    text = text_of("docx", compendium(table.owner, table, "docx", revision=1).body)
    assert f"[\u2212{first}] {rest}" in text


def test_it_says_on_each_page_for_whom_it_is_and_what_it_is(table: Consulting) -> None:
    a_discussion(table)
    for number in range(12):
        table.comment("Ada", f"{number}: " + ("a long remark " * 60).strip())
    answer = compendium(table.owner, table, "pdf", revision=1)
    pages = pages_of(answer.body)

    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"].endswith("-suggestions.pdf")
    assert len(pages) > 2
    for page in pages:
        assert letters("Confidential: for the coordinators") in letters(page)
    assert letters("Suggestions and comments: Revision 1") in letters(pages[0])
    word = compendium(table.owner, table, "docx")
    assert word.headers["Content-Type"] == DOCX
    heads = WordFile(word.body).parts
    for part in ("word/header1.xml", "word/header2.xml"):
        assert b"Confidential: for the coordinators" in heads[part]
    assert b"SHA-256" not in heads["docProps/custom.xml"]  # it is not the text that comes back


@pytest.mark.parametrize("form", FORMATS)
def test_a_hidden_name_is_not_printed_and_its_place_says_why(
    world: World, owner: Client, form: str
) -> None:
    table = a_consulting(world, owner)
    a_case(owner, table.coalition, name=NAME, may_be_named=False, public_label="a baker")
    table.open(read_by="commenters_named")
    words(table, "Ada", 1, f"We ask that {NAME} be freed.", reason="Since long.")
    words(table, "Gia", 2, "We ask that the shutters be opened.", reason=f"For {NAME}.")
    table.comment("Bob", f"Think of {NAME}.")
    answer = compendium(owner, table, form)

    assert answer.status == 200
    text = text_of(form, answer.body)
    assert "Specimenov" not in text
    assert letters(text).count(letters("This names somebody who may not be named.")) == 3
    told = text_of(form, compendium(owner, table, form, audience="commenters").body)
    assert "Specimenov" not in told
    assert letters("may not be named") not in letters(told)  # nor that there was one


def test_editors_read_no_names_in_it_and_viewers_and_strangers_nothing(
    table: Consulting, world: World
) -> None:
    a_discussion(table)
    read = compendium(table.somebody("editor"), table, "html")
    assert read.status == 200
    assert "Bread" not in read.body.decode()
    assert "A member" in read.body.decode()
    assert compendium(table.somebody("viewer"), table, "html").status == 403
    assert compendium(world.user("other"), table, "html").status == 404


def test_for_all_who_were_asked_it_names_whom_they_may_know(
    table: Consulting, world: World, owner: Client
) -> None:
    a_discussion(table)
    told = compendium(owner, table, "html", audience="commenters").body.decode()
    assert "Confidential: for the coalition and those it asked" in told
    assert "Bread" in told
    assert "Ada" not in told
    assert "director" not in told

    table.open(read_by="commenters_unnamed")
    words(table, "Ada", 1, SAID[0])
    told = compendium(owner, table, "html", audience="commenters").body.decode()
    assert "A member" in told
    assert "Bread" not in told

    table.open(read_by="coordinators")
    refused = compendium(owner, table, "html", audience="commenters")
    assert refused.status == 409
    assert refused["type"].endswith("/only-for-coordinators")


def test_what_was_said_of_parts_that_are_gone_stands_at_the_end(table: Consulting) -> None:
    words(table, "Ada", 2, "We ask that the shutters be opened.")
    table.comment("Bob", "Which windows?", 2)
    table.redraft(*table.body()[:2])
    html = compendium(table.owner, table, "html").body.decode()

    gone = html.partition("No longer in the text")[2]
    assert "shutters" in gone
    assert "Which windows?" in gone
    assert "We ask that the windows be opened, too." in gone  # as it read
    assert html.index("Draft") < html.index("No longer in the text")


@pytest.mark.parametrize(
    ("language", "text", "says"),
    [
        ("ru", "Откройте двери.", "Конфиденциально: для координаторов"),
        ("fa", "درها را باز کنید.", "محرمانه: برای هماهنگ‌کنندگان"),
    ],
)
def test_it_speaks_the_language_of_the_text(
    world: World, owner: Client, language: str, text: str, says: str
) -> None:
    table = a_consulting(world, owner, language=language, body=[{"paragraph": text}] * 2)
    table.open()
    words(table, "Gia", 1, f"{text} {text}")
    html = compendium(owner, table, "html").body.decode()

    assert says in html
    assert f'lang="{language}"' in html
    assert compendium(owner, table, "pdf").status == 200


def test_without_a_word_it_says_so_and_a_name_taken_back_leaves_it(
    world: World, owner: Client
) -> None:
    coalition_text = [{"paragraph": f"Free {NAME}."}, {"paragraph": "We wait."}]
    table = a_consulting(world, owner)
    case = a_case(owner, table.coalition, name=NAME, key="ayan", public_label="a baker")
    document = {**owner.get(f"{table.here}/draft")["document"], "body": coalition_text}
    document["cases"] = [{"id": "ayan", "name": NAME, "country": "KZ"}]
    assert owner.put(f"{table.here}/draft", {"document": document}).status == 200
    table.freeze()
    table.open()
    assert "Nobody suggested" in compendium(owner, table, "html").body.decode()

    words(table, "Gia", 0, f"Free {NAME} now.")
    assert NAME in compendium(owner, table, "html").body.decode()
    assert owner.patch(f"/v1/cases/{case}", {"may_be_named": False}).status == 200
    html = compendium(owner, table, "html").body.decode()
    assert "Specimenov" not in html
    assert "a baker" in html


@pytest.mark.parametrize(("form", "shown"), [("pdf", "[U+133CF]"), ("html", BOX), ("docx", BOX)])
def test_a_sign_that_no_font_has_is_not_a_box_on_paper(
    table: Consulting, form: str, shown: str
) -> None:
    table.comment("Ada", f"Well said {BOX} indeed.")
    words(table, "Bob", 1, SAID[0], reason=f"So {BOX} it is.")

    printed = letters(text_of(form, compendium(table.owner, table, form).body))

    assert letters(f"Well said {shown} indeed.") in printed
    assert letters(f"So {shown} it is.") in printed


def test_it_has_the_logo_in_word_too(table: Consulting) -> None:
    there = f"/v1/coalitions/{table.coalition}/logo"
    assert table.owner.put(there, SVG, kind="image/svg+xml").status == 200
    table.comment("Ada", "A date.")

    file = WordFile(compendium(table.owner, table, "docx").body)

    assert [name for name in file.parts if name.startswith("word/media/")]

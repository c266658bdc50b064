"""What a text changes of one before it: shown to who may read both, on screen and on paper."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.support import pdf_words
from tests.support.builders import a_case, a_coalition, a_revision, a_text
from tests.support.signoffs import a_sign_off

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Client

NAME = "Ayan Specimenov"


def differing(answer: Any) -> list[dict[str, Any]]:
    return [part for part in answer["parts"] if part["change"] != "same" or part["came_from"]]


def words(part: dict[str, Any], *ops: str) -> str:
    return "".join(
        piece["words"]
        for passage in part["passages"]
        for piece in passage["pieces"]
        if piece["op"] in ops
    )


def body(*lines: str) -> list[dict[str, str]]:
    return [{"paragraph": line} for line in lines]


def changed(client: Client, statement: str, **document: Any) -> None:
    path = f"/v1/statements/{statement}/draft"
    draft = client.get(path)["document"]
    assert client.put(path, {"document": {**draft, **document}}).status == 200


def a_changed_text(owner: Client) -> str:
    """Return a statement of two revisions, and a draft that goes on."""
    statement, _ = a_text(owner, a_coalition(owner), body=body("We ask.", "We wait.", "We write."))
    changed(owner, statement, body=body("We write.", "We ask today.", "We wait."))
    a_revision(owner, statement, "material")
    changed(owner, statement, body=body("We write.", "We ask 12 times today."))
    return f"/v1/statements/{statement}"


def test_a_revision_is_compared_with_the_one_before_it(owner: Client) -> None:
    found = owner.get(f"{a_changed_text(owner)}/diff?after=2")

    assert (found["before"]["revision"], found["after"]["revision"]) == (1, 2)
    moved, asked = differing(found)
    assert (moved["change"], moved["came_from"], moved["place"]) == ("same", 3, 1)
    assert (words(asked, "added"), words(asked, "removed")) == (" today", "")
    assert found["change"]["words_added"] == 1
    assert found["change"]["blocks_moved"] == 1


def test_the_draft_is_compared_with_the_newest_revision_or_any(owner: Client) -> None:
    path = a_changed_text(owner)

    newest, first = owner.get(f"{path}/diff"), owner.get(f"{path}/diff?before=1")

    assert newest["after"]["revision"] is None
    assert newest["before"]["revision"] == 2
    assert [part["change"] for part in differing(newest)] == ["changed", "removed"]
    assert newest["change"]["numbers"] == ["12"]
    assert words(differing(first)[1], "added") == " 12 times today"


def test_a_text_and_itself_differ_by_nothing(owner: Client) -> None:
    found = owner.get(f"{a_changed_text(owner)}/diff?before=2&after=2")

    assert differing(found) == []
    assert len(found["parts"]) > 3  # so that a reader sees what there is
    assert found["before"]["sha256"] == found["after"]["sha256"]


def test_there_must_be_a_text_before(owner: Client) -> None:
    statement, _ = a_text(owner, a_coalition(owner))
    path = f"/v1/statements/{statement}"

    assert owner.send("GET", f"{path}/diff?after=1").status == 404
    assert owner.send("GET", f"{path}/diff?before=7").status == 404
    assert owner.send("GET", f"{path}/diff?before=0").status == 422


def test_a_name_that_was_taken_back_stands_on_neither_side(owner: Client) -> None:
    coalition = a_coalition(owner)
    case = a_case(owner, coalition, name=NAME, key="ayan", public_label="a baker")
    cases = [{"id": "ayan", "name": NAME, "country": "KZ"}]
    lines = body(f"Free {NAME}.", "We wait.")
    statement, _ = a_text(owner, coalition, body=lines, cases=cases)
    changed(owner, statement, body=body(f"Free {NAME} now.", "We wait."))
    a_revision(owner, statement, "material")
    assert owner.patch(f"/v1/cases/{case}", {"may_be_named": False}).status == 200

    found = owner.send("GET", f"/v1/statements/{statement}/diff?before=1&after=2")

    assert found.status == 200
    assert "Specimenov" not in found.body.decode()
    (part,) = differing(found)
    assert words(part, "same", "removed") == "Free a baker."
    assert words(part, "added") == " now"


def test_strangers_and_members_of_others_get_404(owner: Client, world: World) -> None:
    path = a_changed_text(owner)

    assert world.user("other").send("GET", f"{path}/diff").status == 404
    assert world.user("other").send("GET", f"{path}/diff/document").status == 404


def test_a_diff_prints_with_signs_that_need_no_colour(owner: Client) -> None:
    answer = owner.send("GET", f"{a_changed_text(owner)}/diff/document?before=1")

    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/pdf"
    text = " ".join("".join(pdf_words.pages_of(answer.body)).split())
    assert "Revision 1 → Draft" in text
    assert "[+12 times today]" in text
    assert "[\u2212We wait.]" in text


@pytest.mark.parametrize(("language", "says"), [("ru", "Редакция 1 → Черновик"), ("fa", "ویرایش")])
def test_a_diff_speaks_the_language_of_its_text(owner: Client, language: str, says: str) -> None:
    statement, _ = a_text(owner, a_coalition(owner), language=language, body=body("Раз.", "Два."))
    changed(owner, statement, body=body("Раз.", "Три."))

    answer = owner.send("GET", f"/v1/statements/{statement}/diff/document?format=html")

    assert says in answer.body.decode()
    assert f'lang="{language}"' in answer.body.decode()
    assert "<del>" in answer.body.decode()
    assert "<ins>" in answer.body.decode()


def test_a_diff_begins_as_its_statement_does_in_the_theme_that_it_names(owner: Client) -> None:
    coalition = a_coalition(owner)
    statement, _ = a_text(owner, coalition, theme="brief", body=body("We ask.", "We wait."))
    changed(owner, statement, body=body("We ask today.", "We wait."))

    path = f"/v1/statements/{statement}"
    diff = owner.send("GET", f"{path}/diff/document?format=html").body.decode()
    document = owner.get(f"{path}/document", format="html").body.decode()

    heads = [
        re.search(r'<header class="band.*?</header>', one, re.DOTALL) for one in (diff, document)
    ]
    assert heads[0]
    assert heads[1]
    assert heads[0][0].split("<h1")[0] == heads[1][0].split("<h1")[0]
    assert "Changes: Revision 1 → Draft" in diff


def test_what_a_text_holds_is_never_markup(owner: Client) -> None:
    statement, _ = a_text(owner, a_coalition(owner), body=body("a \\< b & c"), title="<b>&</b>")
    changed(owner, statement, body=body("a \\<script> & [c](https://example.org/?a=1&b='2')"))

    answer = owner.send("GET", f"/v1/statements/{statement}/diff/document?format=html")

    assert "<script>" not in answer.body.decode()
    assert "<b>" not in answer.body.decode()
    assert 'href="https://example.org/?a=1&amp;b=' in answer.body.decode()


def test_the_answer_to_freezing_measures_as_the_diff_does(world: World, owner: Client) -> None:
    text = a_sign_off(world, owner)
    lines = body("We ask that 12 doors be shut in Kazakhstan.", "Soon.")
    changed(owner, text.statement, body=lines)
    headers = {"If-Match": owner.get(text.path).etag}
    frozen = owner.send("POST", f"{text.path}/revisions", {"weight": "material"}, headers=headers)

    assert frozen["change"] == owner.get(f"{text.path}/diff?after=2")["change"]
    assert frozen["change"]["blocks_added"] == 1

"""Updates: those who agreed read what came of it, each once, until they want no more."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from api.updates import service
from api.updates.service import sending
from tests.support.builders import a_coalition, a_role, an_organisation, an_update
from tests.support.mailing_consents import HEADER, TEXTS, News, gone, news, page_of, updates
from tests.support.signing import letters_of
from tests.support.smtp_server import Post, server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage

    from tests.conftest import World
    from tests.support.client import Client

ONE_CLICK = "List-Unsubscribe=One-Click"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def post() -> Iterator[Post]:
    with server(Post()) as found:
        yield found


@pytest.fixture
def them(world: World, owner: Client) -> News:
    return news(world, owner)


def _words(letter: EmailMessage) -> str:
    part = letter.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def test_each_who_agreed_gets_it_in_their_language_and_nobody_else(them: News, post: Post) -> None:
    them.agreed("ada@specimen.example")
    them.agreed("anna@specimen.example", language="ru-KZ")
    them.agreed("ayan@specimen.example", language="kk")
    them.rush.signed("eve@specimen.example")
    path = them.written()
    them.work(post)
    post.recipients.clear()

    them.begin(path)
    them.work(post)

    found = {str(each["To"]): each for each in updates(post)}
    assert sorted(post.recipients) == sorted(found)
    subjects = {to: str(each["Subject"]) for to, each in found.items()}
    assert subjects == {
        "ada@specimen.example": "It was handed over",
        "anna@specimen.example": "Письмо передано",
        "ayan@specimen.example": "It was handed over",
    }
    letter = found["anna@specimen.example"]
    assert "Комитет «Образец»" in str(letter["From"])
    assert "Письмо передано" in _words(letter)
    assert str(letter["List-Unsubscribe-Post"]) == ONE_CLICK
    assert page_of(letter) in _words(letter)
    told = them.progress(path)
    assert (told["state"], told["percent"], told["sent"]) == ("sent", 100, 3)
    assert them.owner.get(path)["ended_at"]


def test_a_preview_shows_the_letter_as_each_reader_gets_it(them: News) -> None:
    path = them.written()

    english = them.owner.get(f"{path}/preview")
    russian = them.owner.get(f"{path}/preview", language="ru-KZ")

    assert (english["language"], english["subject"]) == ("en", "It was handed over")
    assert ">handed over</strong>" in english["html"]
    assert "handed over." in english["text"]
    assert "**" not in english["text"]
    assert (russian["language"], russian["sender_name"]) == ("ru", "Комитет «Образец»")
    assert them.owner.get(f"{path}/preview", language="fr")["language"] == "en"


def test_a_test_goes_to_who_asks_for_it_alone(them: News, post: Post) -> None:
    them.agreed("ada@specimen.example")
    path = them.written()
    them.work(post)
    post.took.clear()

    answer = them.owner.post(f"{path}/tests", {"language": "ru"})
    them.work(post)

    assert (answer.status, answer["language"]) == (202, "ru")
    (letter,) = post.took
    assert str(letter["To"]).endswith(f"{them.owner.email}>") or them.owner.email in str(
        letter["To"]
    )
    assert str(letter["Subject"]) == "Проверка: Письмо передано"
    assert letter[HEADER] is None
    assert them.progress(path)["recipients"] == 0


def test_it_is_counted_before_it_is_sent(them: News) -> None:
    for number in range(3):
        them.agreed(f"ada{number}@specimen.example")
    them.agreed("anna@specimen.example", language="ru-KZ")
    them.agreed("Eve+news@gmail.com")
    path = f"/v1/coalitions/{them.rush.coalition}/suppressions"
    assert them.owner.post(path, {"email": "eve@gmail.com"}).status == 201
    (row, *_) = them.rush.signatures()
    assert (
        them.owner.post(f"/v1/signatures/{row['id']}/rejection", {"reason": "Odd."}).status == 200
    )

    counted = them.owner.post(f"{them.written()}/counts")

    assert (counted.status, counted["number"], counted["consents"]) == (200, 3, 5)
    assert counted["languages"] == [
        {"language": "en", "text_language": "en", "number": 2},
        {"language": "ru-KZ", "text_language": "ru", "number": 1},
    ]
    left_out = {"not_confirmed": 1, "no_address": 0, "suppressed": 1, "twice": 0}
    assert counted["left_out"] == left_out
    assert letters_of(them.world) == [] or all(
        kind != sending.LETTER for kind, _ in letters_of(them.world)
    )


def test_many_are_counted_by_a_job(them: News, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MOST_IN_REQUEST", 2)
    them.many(3)

    answer = them.owner.post(f"{them.written()}/counts")
    them.rush.work()

    assert answer.status == 202
    job = them.owner.get(answer.headers["Location"])
    assert (job["state"], job["result"]["number"]) == ("done", 3)


def test_a_mailbox_that_signed_twice_gets_it_once(them: News, post: Post) -> None:
    other = them.another()
    them.agreed("ada@specimen.example")
    them.agreed("Ada+news@specimen.example", rush=other)
    them.agreed("eve@specimen.example", rush=other)
    path = them.written(also_statement_ids=[other.statement])

    counted = them.owner.post(f"{path}/counts")
    them.begin(path)
    them.work(post)

    assert (counted["number"], counted["left_out"]["twice"]) == (2, 1)
    to = sorted(str(each["To"]).lower().replace("+news", "") for each in updates(post))
    assert to == ["ada@specimen.example", "eve@specimen.example"]
    assert them.progress(path)["left_out"]["twice"] == 1


@pytest.mark.parametrize("how", ["taken_back", "withdrawal", "erasure", "rejection", "deletion"])
def test_who_goes_between_the_beginning_and_the_letter_gets_none(
    them: News, post: Post, how: str
) -> None:
    own = them.agreed("ada@specimen.example")
    them.agreed("eve@specimen.example")
    them.work(post)
    path = them.written()
    them.promised(path)

    gone(them, own, how)
    them.work(post)

    assert [str(each["To"]) for each in updates(post)] == ["eve@specimen.example"]
    told = them.progress(path)
    assert (told["state"], told["sent"], told["gone"]) == ("sent", 1, 1)


def test_what_was_begun_changes_no_more(them: News) -> None:
    path = them.written()
    match = {"If-Match": them.owner.get(path).etag}
    changed = them.owner.send("PATCH", path, {"language": "ru"}, headers=match)
    assert (changed.status, changed["language"]) == (200, "ru")
    assert them.owner.send("POST", f"{path}/sending", headers=match).status == 412
    them.begin(path)

    match = {"If-Match": them.owner.get(path).etag}
    for method, where, body in (
        ("PATCH", path, {"language": "en"}),
        ("DELETE", path, None),
        ("POST", f"{path}/sending", None),
    ):
        answer = them.owner.send(method, where, body, headers=match)
        assert (answer.status, answer["type"]) == (409, "/problems/update-begun")


def test_a_draft_can_be_deleted_but_not_paused(them: News) -> None:
    path = them.written()

    for part in ("pause", "resumption"):
        answer = them.owner.post(f"{path}/{part}")
        assert (answer.status, answer["type"]) == (409, "/problems/update-not-underway")
    match = {"If-Match": them.owner.get(path).etag}
    assert them.owner.send("DELETE", path, headers=match).status == 204
    assert them.owner.get(path).status == 404


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("See [here](https://specimen.example) now.", "stands alone"),
        ("> [here](https://specimen.example)", "stands alone"),
        ("[a](https://a.example)[b](https://b.example)", "stands alone"),
        ("<https://specimen.example>", "stands alone"),
        ("[^1](https://specimen.example)", "footnotes"),
        ("A text.[^1]", "footnotes"),
        ("# News", "heading"),
        ("One\n\n---\n\nTwo", "rule"),
        ("<script>alert(1)</script>", "HTML"),
        ("![](https://specimen.example/pixel.png)", "image"),
        ("[a](javascript:alert)", "link"),
        ("- one\n- two", "list"),
    ],
)
def test_a_text_that_a_letter_cannot_hold_is_refused_at_its_place(
    them: News, text: str, said: str
) -> None:
    texts = [TEXTS[0], {"language": "ru", "subject": "News", "text": text}]
    path = f"/v1/statements/{them.rush.statement}/updates"

    answer = them.owner.post(path, them.body(texts=texts))

    assert answer.status == 422
    faults = answer["errors"]
    assert {each["pointer"] for each in faults} == {"/texts/1/text"}
    assert any(said in each["detail"] for each in faults), faults


@pytest.mark.parametrize(
    "texts",
    [[{}], [{}, {}], [{"language": "en"}], [TEXTS[0], {"language": "ru"}], [{"text": "Hello."}]],
)
def test_a_change_gives_whole_texts(them: News, texts: list[dict[str, str]]) -> None:
    path = f"/v1/updates/{an_update(them.owner, them.rush.coalition, them.rush.statement)}"
    before = them.owner.get(path)["texts"]

    answer = them.owner.patch(path, {"texts": texts})

    assert answer.status == 422, answer.body
    assert all(each.startswith("/texts/") for each in answer.faults)
    assert them.owner.get(path)["texts"] == before


def test_what_an_update_names_belongs_to_its_coalition(world: World, them: News) -> None:
    path = f"/v1/statements/{them.rush.statement}/updates"
    other = world.user("other")
    foreign = an_organisation(other, a_coalition(other))

    for body, pointer in (
        (them.body(organisation_id=foreign), "/organisation_id"),
        (them.body(also_statement_ids=[foreign]), "/also_statement_ids/0"),
        (them.body(language="fr"), "/language"),
        (them.body(texts=[TEXTS[0], TEXTS[0]]), "/texts"),
        (them.body(texts=[]), "/texts"),
    ):
        answer = them.owner.post(path, body)
        assert answer.status == 422, body
        assert [each["pointer"] for each in answer["errors"]] == [pointer]


def test_an_editor_may_not_write_to_people(world: World, them: News) -> None:
    editor = a_role(them.owner, them.rush.coalition, world.user("editor"), "editor")

    assert editor.get(them.written()).status == 403


def test_of_a_sensitive_statement_the_letter_tells_nothing_and_the_page_all(
    world: World, owner: Client, post: Post
) -> None:
    them = news(world, owner, is_sensitive=True)
    them.agreed("ada@specimen.example", visibility="anonymous")
    path = them.written()
    assert owner.post(f"{path}/tests", {}).status == 202
    them.begin(path)
    them.work(post)

    found = [each for each in post.took if each[HEADER] or str(each["Subject"]) == "A test"]
    assert len(found) == 2
    for letter in found:
        whole = _words(letter) + "".join(f"{name}: {value}" for name, value in letter.items())
        for told in ("handed over", "Specimen Committee", "Specimen Coalition", "Open the doors"):
            assert told not in whole
    (letter,) = updates(post)
    page = world.stranger().get(page_of(letter)).body.decode()
    assert "The letter was <strong>handed over</strong>" in page


def test_who_asks_what_is_kept_learns_of_the_updates(them: News, post: Post) -> None:
    them.agreed("ada@specimen.example")
    them.begin(them.written())
    them.work(post)
    (row,) = them.rush.signatures()

    kept = them.owner.get(f"/v1/signatures/{row['id']}/data")

    assert sending.LETTER in {each["kind"] for each in kept["letters"]}
    assert sending.LINK in {each["purpose"] for each in kept["links"]}


PAGE = (Path(__file__).parents[2] / "docs" / "updates.md").read_text("utf-8")


def test_what_the_page_about_updates_says_works(them: News, post: Post) -> None:
    (calls,) = re.findall(r"^```http\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    (body,) = re.findall(r"^```json\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    ids = {"statement_id": them.rush.statement, "organisation_id": them.organisation}
    given = json.loads(body.replace("{organisation_id}", them.organisation))
    them.agreed("anna@specimen.example", language="ru")
    bodies = {"updates": given, "tests": {}}

    for line in calls.splitlines():
        method, path = line.split()
        path, _, query = path.format(**ids).partition("?")
        part = path.rpartition("/")[2]
        headers = {}
        if part == "sending":
            headers["If-Match"] = them.owner.get(path.removesuffix("/sending")).etag
        answer = them.owner.send(
            method, path, bodies.get(part), headers=headers, query_string=query
        )
        assert answer.status < 300, (line, answer.body)
        if part == "updates":
            ids["update_id"] = answer.id
        if part == "preview":
            assert "Ваша" in answer["text"]
    them.work(post)
    assert [str(each["Subject"]) for each in updates(post)] == ["Письмо передано"]

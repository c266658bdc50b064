"""Updates end by one click, from a page or a mail program, and by nothing less."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.mailing_consents import News, gone, news, page_of, updates
from tests.support.smtp_server import Post, server

if TYPE_CHECKING:
    from collections.abc import Iterator

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


def test_the_page_shows_the_news_and_only_its_button_ends_them(them: News, post: Post) -> None:
    own = them.agreed("anna@specimen.example", language="ru")
    them.work(post)
    them.begin(them.written())
    them.work(post)
    (letter,) = updates(post)
    page, stranger = page_of(letter), them.world.stranger()

    for _ in range(2):
        shown = stranger.get(page)
        assert shown.status == 200
        assert "Письмо <strong>передано</strong>" in shown.body.decode()
        assert shown.headers["Cache-Control"] == "no-store"
        assert shown.headers["Referrer-Policy"] == "no-referrer"
    assert them.consents(own) == [True]
    ended = stranger.send("POST", page, ONE_CLICK.encode(), kind=FORM)

    assert ended.status == 200
    assert "Комитет «Образец»" in ended.body.decode()
    assert them.consents(own) == [False]
    assert "<form" not in stranger.get(page).body.decode()


MULTIPART = (
    b'--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n'
)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (ONE_CLICK.encode(), FORM),
        (MULTIPART, 'multipart/form-data; boundary="x"'),
        (None, FORM),
    ],
)
def test_one_click_ends_them_for_a_mail_program_that_shows_no_page(
    them: News, post: Post, body: Any, kind: str
) -> None:
    other = them.another()
    owns = [them.agreed("ada@specimen.example"), them.agreed("ada@specimen.example", rush=other)]
    eve = them.agreed("eve@specimen.example")
    them.begin(them.written(also_statement_ids=[other.statement]))
    them.work(post)
    (letter,) = [each for each in updates(post) if "ada@" in str(each["To"])]

    for _ in range(2):
        answer = them.world.stranger().send("POST", page_of(letter), body, kind=kind)
        assert answer.status == 200
        assert "Set-Cookie" not in answer.headers

    assert [them.consents(own) for own in owns] == [[False], [False]]
    assert them.consents(eve) == [True]
    actions = [
        each["action"]
        for each in them.owner.get(f"/v1/coalitions/{them.rush.coalition}/audit-entries")["items"]
    ]
    assert actions.count("consent.taken_back") == 2
    post.took.clear()
    them.begin(them.written(also_statement_ids=[other.statement]))
    them.work(post)
    assert [str(each["To"]) for each in updates(post)] == ["eve@specimen.example"]


def test_a_button_of_another_site_ends_nothing(them: News, post: Post) -> None:
    own = them.agreed("ada@specimen.example")
    them.begin(them.written())
    them.work(post)
    (letter,) = updates(post)

    answer = them.world.stranger().send(
        "POST", page_of(letter), headers={"Origin": "https://evil.example"}
    )

    assert answer.status == 403
    assert them.consents(own) == [True]


def test_the_link_of_who_withdrew_tells_that_it_is_over(them: News, post: Post) -> None:
    own = them.agreed("ada@specimen.example")
    them.begin(them.written())
    them.work(post)
    (letter,) = updates(post)
    gone(them, own, "withdrawal")

    for method in ("GET", "POST"):
        answer = them.world.stranger().send(method, page_of(letter))
        assert answer.status == 200
        assert "You get no more of these letters" in answer.body.decode()
    assert them.world.stranger().get("/u/" + "x" * 43).status == 404

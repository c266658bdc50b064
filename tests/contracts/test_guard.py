"""Whatever comes in: the same status on both databases, never a 5xx, always a problem."""

from __future__ import annotations

import base64
import io
import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.builders import a_coalition, an_organisation

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Answer, Client

ID = "2f1c6c0e-6d1a-4f0e-9a43-0d6a3f1f9b11"


@pytest.fixture
def organisations(owner: Client) -> str:
    """The address of one coalition's organisations, of which there are three."""
    coalition = a_coalition(owner)
    for number in range(3):
        an_organisation(owner, coalition, names={"en": f"House {number}"})
    return f"/v1/coalitions/{coalition}/organisations"


def wrong_in(answer: Answer, status: int, place: str | None = None) -> str | None:
    """Return what is wrong with an answer that should be a problem (or a success) of a status."""
    if answer.status != status:
        return f"{answer.status} instead of {status}: {answer.body[:200]!r}"
    if status < 400:
        return None
    problem = answer.json
    if answer.headers["Content-Type"] != "application/problem+json":
        return "no problem"
    if problem["status"] != status or not problem["type"].startswith("/problems/"):
        return "another status or no type"
    if not (problem["title"] and problem["detail"] and answer.headers["X-Request-ID"]):
        return "no title, detail or request id"
    places = {e.get("pointer", e.get("parameter")) for e in problem.get("errors", [])}
    return None if place is None or place in places else f"{place} is not in {places}"


def must_be_a_problem(answer: Answer, status: int, place: str | None = None) -> None:
    assert status >= 400
    assert wrong_in(answer, status, place) is None


def a_body(names: str = '{"en": "House"}', more: str = "") -> bytes:
    return f'{{"names": {names}{more}}}'.encode()


def deep(levels: int) -> str:
    return '{"a":' * levels + "1" + "}" * levels


BODIES: dict[str, tuple[bytes, int, str | None]] = {
    "200,000 open brackets": (b"[" * 200_000, 400, None),
    "5,000 nested objects": (deep(5_000).encode(), 400, None),
    "33 nested lists": (b"[" * 33 + b"]" * 33, 400, None),
    "brackets within a string": (a_body('{"en": "' + "[" * 200 + '"}'), 201, None),
    "an escaped quote before brackets": (a_body('{"en": "\\"' + "[" * 99 + '"}'), 201, None),
    "NaN": (a_body("NaN"), 400, None),
    "NaN within": (a_body('{"en": NaN}'), 400, None),
    "Infinity": (a_body(more=', "country": Infinity'), 400, None),
    "minus Infinity": (a_body(more=', "country": -Infinity'), 400, None),
    "an integer of 71 bits": (a_body(more=f', "country": {2**70}'), 400, None),
    "an integer of 6,000 digits": (a_body(more=f', "country": {"9" * 6_000}'), 400, None),
    "1e999": (a_body(more=', "country": 1e999'), 400, None),
    "a number of 500,000 digits": (a_body(more=f', "country": 0.{"1" * 500_000}'), 422, "/country"),
    "NUL": (a_body('{"en": "a\\u0000b"}'), 422, "/names/en"),
    "half of a pair": (a_body('{"en": "a\\ud800b"}'), 422, "/names/en"),
    "the other half": (a_body('{"en": "a\\udfff"}'), 422, "/names/en"),
    "halves in the wrong order": (a_body('{"en": "\\udc00\\ud800"}'), 422, "/names/en"),
    "a half in a key": (a_body('{"en": "House", "\\ud800": "x"}'), 422, "/names"),
    "a half in a key of the whole": (a_body(more=', "\\ud800": 1'), 422, ""),
    "a control character": (a_body('{"en": "a\\u0007b"}'), 422, "/names/en"),
    "a control character of C1": (a_body('{"en": "a\\u0085b"}'), 422, "/names/en"),
    "a raw control character": (a_body('{"en": "a\x07b"}'), 400, None),
    "a noncharacter": (a_body('{"en": "a\\ufffe"}'), 422, "/names/en"),
    "a noncharacter beyond the first plane": (a_body('{"en": "\U0001ffff"}'), 422, "/names/en"),
    "an override of direction": (a_body('{"en": "a\\u202eb"}'), 422, "/names/en"),
    "a line break in a name": (a_body('{"en": "a\\nb"}'), 422, "/names/en"),
    "a key twice": (b'{"names": {"en": "a"}, "names": {"en": "b"}}', 400, None),
    "a key twice within": (a_body('{"en": "a", "en": "b"}'), 400, None),
    "a byte order mark": (b"\xef\xbb\xbf" + a_body(), 201, None),
    "UTF-16": (a_body().decode().encode("utf-16"), 400, None),
    "no UTF-8": (a_body('{"en": "').replace(b'"}', b"\xff\xfe") + b'"}}', 400, None),
    "an overlong NUL": (b'{"names": {"en": "\xc0\x80"}}', 400, None),
    "half of a pair as bytes": (b'{"names": {"en": "\xed\xa0\x80"}}', 400, None),
    "nothing": (b"", 422, "/names"),
    "a blank": (b" ", 400, None),
    "no JSON": (b"names=House", 400, None),
    "more after the end": (a_body() + b"{}", 400, None),
    "null": (b"null", 422, ""),
    "a list": (b"[]", 422, ""),
    "a text": (b'"House"', 422, ""),
    "zero": (b"0", 422, ""),
    "false": (b"false", 422, ""),
    "an unknown field": (a_body(more=', "is_admin": true'), 422, "/is_admin"),
    "the id": (a_body(more=f', "id": "{ID}"'), 422, "/id"),
    "another coalition": (a_body(more=f', "coalition_id": "{ID}"'), 422, "/coalition_id"),
    "a list for an object": (a_body("[]"), 422, "/names"),
    "an object for a text": (a_body('{"en": {}}'), 422, "/names/en"),
    "null for a text": (a_body('{"en": null}'), 422, "/names/en"),
    "a text for a truth": (a_body(more=', "is_public": "yes"'), 422, "/is_public"),
    "a one for a truth": (a_body(more=', "is_public": 1'), 422, "/is_public"),
    "a number for a text": (a_body(more=', "acronym": 5'), 422, "/acronym"),
    "a text for a list": (a_body(more=', "aliases": "SPC"'), 422, "/aliases"),
    "a long text": (a_body('{"en": "' + "a" * 900_000 + '"}'), 422, "/names/en"),
    "300,000 values": (a_body(more=', "aliases": [' + "1," * 300_000 + "1]"), 400, None),
    "50,000 faults": (a_body(more=', "aliases": [' + "1," * 50_000 + "1]"), 422, "/aliases/7"),
    "a key with a slash": (a_body(more=', "a/b~c": 1'), 422, "/a~1b~0c"),
    "a key of no name": (a_body(more=', "": 1'), 422, "/"),
    "a language that is none": (a_body('{"xx": "House"}'), 422, "/names/xx"),
    "a country in lower case": (a_body(more=', "country": "kz"'), 422, "/country"),
}


def test_no_body_surprises(owner: Client, organisations: str) -> None:
    wrong = {}
    for name, (body, status, pointer) in BODIES.items():
        answer = owner.send("POST", organisations, body)
        wrong[name] = wrong_in(answer, status, pointer)
        assert len(answer.body) < 200_000, name

    assert not {name: what for name, what in wrong.items() if what}
    taken = sum(1 for _, status, _ in BODIES.values() if status == 201)
    assert owner.get(organisations)["total"] == 3 + taken


KINDS = {
    "application/json": 201,
    "application/json; charset=utf-8": 201,
    "Application/JSON": 201,
    "": 415,
    "text/plain": 415,
    "text/json": 415,
    "application/x-www-form-urlencoded": 415,
    "multipart/form-data; boundary=x": 415,
    "application/merge-patch+json": 415,
    "application/jsonx": 415,
    "\x7f\xff": 415,
}


def test_only_json_is_taken_for_json(owner: Client, organisations: str) -> None:
    for kind, status in KINDS.items():
        answer = owner.send("POST", organisations, a_body(), kind=kind)
        assert wrong_in(answer, status) is None, kind


@pytest.mark.parametrize("body", [b"names=House&x=1", b"--x\r\n\r\n--x--\r\n"])
@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
)
def test_forms_are_refused_even_with_much_in_them(
    owner: Client, organisations: str, kind: str, body: bytes
) -> None:
    must_be_a_problem(owner.send("POST", organisations, body * 20_000, kind=kind), 415)


def test_a_body_over_the_cap_is_refused_however_it_comes(owner: Client, organisations: str) -> None:
    for more in (1, 1_000_000):
        large = a_body('{"en": "' + "a" * (1_000_000 - len(a_body('{"en": ""}')) + more) + '"}')
        told = owner.send("POST", organisations, large)
        untold = chunked(owner, organisations, io.BytesIO(large))
        must_be_a_problem(told, 413)
        must_be_a_problem(untold, 413)
        assert told["type"] == untold["type"] == "/problems/too-large"


def chunked(owner: Client, path: str, stream: io.BytesIO) -> Answer:
    """Send a body without its length, as a server hands it on."""
    environ = {"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}
    return owner.send(
        "POST",
        path,
        input_stream=stream,
        environ_overrides=environ,
        content_type="application/json",
    )


def test_a_chunked_body_below_the_cap_is_taken(owner: Client, organisations: str) -> None:
    assert chunked(owner, organisations, io.BytesIO(a_body())).status == 201


def test_a_body_that_breaks_off_is_unreadable(owner: Client, organisations: str) -> None:
    class Broken(io.BytesIO):
        def read(self, *_: Any) -> bytes:
            raise OSError("no more chunks")

        readinto = readline = read  # type: ignore[assignment] # whichever is called

    must_be_a_problem(chunked(owner, organisations, Broken()), 400)


def test_a_length_that_lies_is_no_5xx(owner: Client, organisations: str) -> None:
    for length in ("-1", "abc", "99999999999999999999", "3"):
        answer = owner.send(
            "POST",
            organisations,
            input_stream=io.BytesIO(a_body()),
            environ_overrides={"CONTENT_LENGTH": length},
            content_type="application/json",
        )
        assert 400 <= answer.status < 500


def a_cursor(value: Any) -> str:
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


CURSORS = {
    "empty": "",
    "no base64": "!!!",
    "half a byte": "A",
    "not ASCII": "курсор",
    "no JSON": a_cursor(b"{"),
    "no UTF-8": a_cursor(b"\xff\xff\xff"),
    "an object": a_cursor({"house": 1, ID: 2}),
    "a number": a_cursor(5),
    "null": a_cursor(None),
    "one value": a_cursor(["house"]),
    "three values": a_cursor(["house", ID, 1]),
    "a number for a text": a_cursor([5, ID]),
    "a number for an id": a_cursor(["house", 5]),
    "null for an id": a_cursor(["house", None]),
    "a list for an id": a_cursor(["house", [ID]]),
    "a short id": a_cursor(["house", "2f1c"]),
    "NUL": a_cursor(["a\0b", ID]),
    "half of a pair": a_cursor(["a\ud800b", ID]),
    "NaN": a_cursor(b'[NaN, "x"]'),
    "a large number": a_cursor(b"[" + b"9" * 400 + b', "x"]'),
    "deep": a_cursor(b"[" * 1_200),
    "long": "A" * 10_000,
}


def test_a_cursor_that_was_not_ours_is_named(owner: Client, organisations: str) -> None:
    for name, cursor in CURSORS.items():
        answer = owner.get(organisations, cursor=cursor)
        assert wrong_in(answer, 422, "cursor") is None, name


def test_a_cursor_with_a_time_that_is_none_is_named(owner: Client) -> None:
    early, late = "0001-01-01T00:00:00+14:00", "9999-12-31T23:59-14:00"
    other = ("2031-05-14", "2031-05-14T09:30:00", "99999-01-01T00:00:00+00:00", "", "now", 5)
    for moment in (early, late, *other):
        answer = owner.get("/v1/tokens", cursor=a_cursor([moment, ID]))
        assert wrong_in(answer, 422, "cursor") is None, moment


QUERIES = [
    ("limit=1", 200, None),
    ("limit=200", 200, None),
    ("limit=0", 422, "limit"),
    ("limit=-1", 422, "limit"),
    ("limit=201", 422, "limit"),
    ("limit=", 422, "limit"),
    ("limit=ten", 422, "limit"),
    ("limit=1.5", 422, "limit"),
    ("limit=NaN", 422, "limit"),
    ("limit=1e999", 422, "limit"),
    (f"limit={2**70}", 422, "limit"),
    (f"limit={'9' * 6_000}", 422, "limit"),
    ("limit[]=5", 422, "limit[]"),
    ("page=-1", 422, "page"),
    ("q=%00", 422, "q"),
    ("q=%01", 422, "q"),
    ("q=%ef%bf%be", 422, "q"),
    ("%00=1", 422, None),
    ("q=%ff%fe", 200, None),
    ("q=%ed%a0%80", 200, None),
    ("q=%zz%", 200, None),
    ("q=", 422, "q"),
    ("q=" + "a" * 201, 422, "q"),
    ("q=" + "a" * 100_000, 422, "q"),
    ("q=%25_%5c", 200, None),
    ("q=a&q=b", 200, None),
    ("&".join(f"x{n}=1" for n in range(5_000)), 422, None),
    ("=1", 422, None),
    ("&&&", 200, None),
]


def test_no_query_surprises(owner: Client, organisations: str) -> None:
    for query, status, parameter in QUERIES:
        answer = owner.get(f"{organisations}?{query}")
        assert wrong_in(answer, status, parameter) is None, query[:50]


NOWHERE = [
    "/nothing",
    "/v1/nothing",
    "/v1/organisations/1",
    f"/v1/organisations/{'9' * 30}",
    "/v1/organisations/-1",
    f"/v1/organisations/{ID}",
    f"/v1/organisations/{{{ID}}}",
    f"/v1/organisations/urn:uuid:{ID}",
    f"/v1/organisations/{ID}/",
    f"/v1/organisations/{ID}%00",
    f"/v1/organisations/{ID}%0a",
    "/v1/organisations/%00",
    "/v1/organisations/%ff%fe",
    "/v1/organisations/%ed%a0%80",
    "/v1/organisations/..%2f..%2fetc%2fpasswd",
    f"/v1/statements/{ID}/revisions/-1",
    f"/v1/statements/{ID}/revisions/{2**31}",
    f"/v1/statements/{ID}/revisions/{'9' * 6_000}",
    "/v1/organisations/" + "a" * 10_000,
    "//v1/me",
    "/v1//me",
    "/v1/me/",
    "/v1/./me",
    "/v1/%2e%2e/me",
    "/v1",
    "/v1/",
    "/v1/public/statements/bread%00",
]


def test_what_has_no_address_is_404(owner: Client) -> None:
    for path in NOWHERE:
        assert wrong_in(owner.get(path), 404) is None, path[:50]


def test_a_page_whose_address_no_text_can_be_is_404(world: World) -> None:
    for rule in world.app.url_map.iter_rules():
        for sign in ("%00", "a%00b", "%01", "%c2%80", "%ef%bf%bf"):
            path = re.sub("<[^>]*>", sign, rule.rule)
            answer = world.stranger().get(path if sign in path else f"{path}{sign}")
            assert answer.status == 404, path


@pytest.mark.parametrize("method", ["PUT", "DELETE", "TRACE", "PROPFIND", "X" * 100])
def test_a_method_that_is_not_possible_is_told_which_are(owner: Client, method: str) -> None:
    answer = owner.send(method, "/v1/coalitions")

    must_be_a_problem(answer, 405)
    allowed = {each.strip() for each in answer.headers["Allow"].split(",")}
    assert allowed == {"GET", "HEAD", "POST", "OPTIONS"}


def test_head_is_get_without_its_body(owner: Client, organisations: str) -> None:
    got, head = owner.get(organisations), owner.send("HEAD", organisations)

    assert head.status == got.status == 200
    assert head.body == b""
    assert head.headers["Content-Type"] == got.headers["Content-Type"]
    assert owner.send("HEAD", "/v1/organisations/1").status == 404


def test_options_tells_the_methods(owner: Client) -> None:
    answer = owner.send("OPTIONS", "/v1/me")

    assert answer.status == 200
    assert "GET" in answer.headers["Allow"]


def test_what_is_no_token_is_401(owner: Client) -> None:
    owner.token = None
    for given in ("", "Bearer", "Bearer ", "bearer x", "Basic YTpi", "Bearer \0", "Bearer \xff",
                  "Bearer a b", "Bearer " + "x" * 10_000, "\0", 'Digest username="a"'):  # fmt: skip
        answer = owner.send("GET", "/v1/me", environ_overrides={"HTTP_AUTHORIZATION": given})
        assert wrong_in(answer, 401) is None, given
        assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_integers_are_numbers_and_within_their_range(owner: Client) -> None:
    wrong: list[Any] = ["12", 1.0, 1.5, True, None, 0, -1, 367, 2**53 - 1, [], {}]
    for days in wrong:
        answer = owner.post("/v1/tokens", {"label": "Site", "days": days})
        must_be_a_problem(answer, 422, "/days")

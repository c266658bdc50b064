"""What a server says of itself: / to people and programs, and the guides below /docs."""

from __future__ import annotations

import json
import re
import shlex
import unicodedata
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
from flask.testing import FlaskClient

from api import config
from api.pages.rules import guides, pages
from tests.conftest import World
from tests.rules.test_pages import Tags

DOCS = config.share("docs")
PEOPLE = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
FILES = [*DOCS.glob("*.md"), *DOCS.glob("decisions/*.md")]
MOST_BYTES = 60_000


def links(html: str) -> list[str]:
    return [unescape(found) for found in re.findall(r'<a[^>]* href="([^"]+)"', html)]


def test_the_root_says_to_people_what_this_is_and_where_to_go(browser: FlaskClient) -> None:
    page = browser.get("/", headers=PEOPLE)

    assert page.mimetype == "text/html"
    assert "statement" in page.text
    ways = [link for link in links(page.text) if link.startswith("/")]
    assert {"/docs", "/docs/reference"} < set(ways)
    for way in ways:
        assert browser.get(way, follow_redirects=True).status_code == 200, way
    russian = browser.get("/", headers={**PEOPLE, "Accept-Language": "ru"})
    assert 'lang="ru"' in russian.text


@pytest.mark.parametrize("accept", ["*/*", "application/json", None])
def test_the_root_says_to_programs_where_the_parts_are(
    browser: FlaskClient, accept: str | None
) -> None:
    answer = browser.get("/", headers={"Accept": accept} if accept else {})

    assert answer.mimetype == "application/json"
    assert "Accept" in answer.headers["Vary"]
    told: Any = answer.json
    assert told["name"] == "Undersigned"
    for part in ("openapi", "docs", "reference", "problems", "health"):
        assert browser.get(told[part]).status_code == 200, part
    same = browser.get("/", headers={"If-None-Match": answer.headers["ETag"]})
    assert same.status_code == 304


def test_each_guide_is_a_page_that_stands_in_the_list_of_all(browser: FlaskClient) -> None:
    index = browser.get("/docs")
    listed = set(links(index.text))
    for path in FILES:
        if path.name == "README.md":
            continue
        here = f"/docs/{path.relative_to(DOCS).with_suffix('')}"
        page = browser.get(here)
        assert page.status_code == 200, here
        title = path.read_text("utf-8").partition("\n")[0].removeprefix("# ")
        assert f">{title}</h1>" in unescape(page.text)
        if path.parent == DOCS:
            assert here in listed, f"Name docs/{path.name} in docs/README.md."
    assert browser.get("/docs/").text == index.text
    assert "/docs/changelog" in listed


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_link_of_a_guide_leads_to_a_file_and_its_heading(path: Path) -> None:
    """As viewers of Markdown follow it, on a disk or on a forge."""
    parts = re.split(r"```.*?```|`[^`\n]*`", path.read_text("utf-8"), flags=re.DOTALL)
    for link in re.findall(r"\]\(([^)\s]+)\)", "".join(parts)):
        if re.match("[a-z]+:", link):
            continue
        file, _, anchor = link.partition("#")
        target = (path.parent / file).resolve() if file else path
        assert target.exists(), link
        assert DOCS.parent in target.parents
        if anchor:
            said = re.findall(r"^#+ (.+)$", target.read_text("utf-8"), re.MULTILINE)
            assert anchor in map(guides.slug_of, (each.replace("`", "") for each in said)), link


def test_every_link_of_every_guide_works_on_the_server(browser: FlaskClient) -> None:
    ids: dict[str, set[str]] = {}

    def ids_of(path: str) -> set[str]:
        if path not in ids:
            page = browser.get(path)
            assert page.status_code == 200, path
            ids[path] = set(Tags(page.text).each("id"))
        return ids[path]

    for guide in guides.all_guides().values():
        for link in links(browser.get(guide.path).text):
            path, _, anchor = urljoin(guide.path, link).partition("#")
            if link.startswith("http"):
                continue
            assert not anchor or anchor in ids_of(path), f"{guide.path}: {link}"
            assert ids_of(path) is not None


def test_a_file_that_a_guide_leads_to_is_read_there_as_it_is(browser: FlaskClient) -> None:
    assert "/docs/operating/grafana.json" in [
        urljoin("/docs/metrics", link) for link in links(browser.get("/docs/metrics").text)
    ]
    for folder in ("clients", "operating"):
        for path in (DOCS / folder).iterdir():
            answer = browser.get(f"/docs/{folder}/{path.name}")
            assert (answer.status_code, answer.mimetype) == (200, "text/plain")
            assert answer.text == path.read_text("utf-8")


def test_what_is_wider_than_a_page_can_be_scrolled_by_keys(browser: FlaskClient) -> None:
    for guide in guides.all_guides().values():
        tags = Tags(browser.get(guide.path).text)
        assert all(each.get("tabindex") == "0" for each in tags.named("pre")), guide.path


def test_a_guide_loads_nothing_from_elsewhere_and_needs_no_script(browser: FlaskClient) -> None:
    for path in ("/", "/docs", "/docs/settings", "/docs/search?q=etag", "/docs/reference"):
        page = browser.get(path, headers=PEOPLE)
        tags = Tags(page.text)
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]
        assert "unsafe-inline" not in page.headers["Content-Security-Policy"]
        assert not tags.named("script")
        loaded = [str(found["href"]) for found in tags.named("link")]
        for part in filter(lambda href: not href.startswith("data:"), loaded):
            assert browser.get(part).status_code == 200, part
        assert page.headers["Cache-Control"] == "public, max-age=300"
        same = browser.get(path, headers={**PEOPLE, "If-None-Match": page.headers["ETag"]})
        assert same.status_code == 304


def test_a_style_sheet_is_asked_for_by_its_name_or_by_a_colour(browser: FlaskClient) -> None:
    look = f"/look/{pages.version()}"

    assert "--accent:#0b5563" in browser.get(f"{look}/0B5563.css").text
    assert "--accent:" not in browser.get(f"{look}/guides.css").text
    for nothing in ("orange", "0b556", "0b55633", "page"):
        assert browser.get(f"{look}/{nothing}.css").status_code == 404


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("if-match", "/docs/etags"),
        ("idempotency key", "/docs/idempotency"),
        ("paging cursor", "/docs/paging"),
        ("webhooks signature", "/docs/webhooks"),
        ("UNDERSIGNED_SMTP_URL", "/docs/settings"),
        ("altcha proof", "/docs/own-form"),
        ("withdraw own signature", "/docs/reference/signing"),
        ("КОМИТЕТ образец", "/docs/imports"),
        (unicodedata.normalize("NFD", "сайт"), "/docs/imports"),
        ("خواستار", "/docs/decisions/0003-fonts"),
    ],
)
def test_what_is_looked_for_stands_among_the_first(
    browser: FlaskClient, asked: str, first: str
) -> None:
    page = browser.get("/docs/search", query_string={"q": asked})
    found = re.findall(r'<li><a href="(/docs[^"]*)">', page.text.partition('class="found"')[2])

    assert first in [link.partition("#")[0] for link in found[:4]], found[:6]


def test_a_search_marks_what_it_found_and_brings_no_markup_in(browser: FlaskClient) -> None:
    marked = browser.get("/docs/search?q=Settings").text
    evil = browser.get("/docs/search", query_string={"q": '"><script>alert(1)</script>'}).text

    assert re.search("<mark>settings</mark>", marked, re.IGNORECASE)
    assert "<script>" not in evil
    assert browser.get("/docs/search").status_code == 200
    nothing = browser.get("/docs/search?q=xylophone").text
    assert "Nothing found" in nothing
    many = browser.get("/docs/search", query_string={"q": "a " * 3000})
    assert many.status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/docs/nothing",
        "/docs/reference/nothing",
        "/docs/%00",
        "/docs/..%2f..%2fapp.py",
        "/docs/clients/../README.md",
        "/docs/clients/",
    ],
)
def test_a_guide_that_is_not_there_is_a_page_that_says_so(browser: FlaskClient, path: str) -> None:
    answer = browser.get(path, headers=PEOPLE)

    assert (answer.status_code, answer.mimetype) == (404, "text/html")


def test_the_reference_has_every_address_with_its_fields_and_a_call(
    world: World, browser: FlaskClient
) -> None:
    listed = browser.get("/docs/reference").text
    rules = [each for each in world.app.url_map.iter_rules() if each.rule.startswith("/v1/")]
    described = unescape(re.sub("<[^>]+>", "", listed))
    for rule in rules:
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
        assert path in described, path
    cases = browser.get("/docs/reference/cases").text
    for told in ("may_be_named", "ISO 3166-1 alpha-2", "One of: at_risk", "curl -K me", "If-Match"):
        assert told in unescape(cases), told


@pytest.fixture
def chapters(browser: FlaskClient) -> dict[str, str]:
    """The pages of the reference, by their addresses."""
    ways = {link for link in links(browser.get("/docs/reference").text) if "#" not in link}
    return {
        way: browser.get(way).text for way in sorted(ways) if way.startswith("/docs/reference/")
    }


def test_each_call_of_the_reference_is_a_line_that_a_shell_takes(chapters: dict[str, str]) -> None:
    calls = [
        unescape(call)
        for page in chapters.values()
        for call in re.findall("<code>(curl .*?)</code>", page, re.DOTALL)
    ]

    assert len(calls) > 200
    for call in calls:
        words = shlex.split(call.replace("\\\n", " "))
        if "--json" in words:
            assert isinstance(json.loads(words[words.index("--json") + 1]), dict), call


def test_what_the_reference_says_is_set_and_leads_to_the_guides_that_it_names(
    browser: FlaskClient, chapters: dict[str, str]
) -> None:
    ways = {link.partition("#")[0] for page in chapters.values() for link in links(page)}

    assert {"/docs/problems", "/docs/format"} < ways
    for way in filter(None, ways):
        assert way.startswith("/"), way
        assert browser.get(way).status_code == 200, way
    for page in (*chapters.values(), browser.get("/docs/reference").text):
        told = re.sub("<pre.*?</pre>", "", page, flags=re.DOTALL)
        assert "`" not in told

"""Other people's sites that carry the form, as strict as a site can be, and who uses it there."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from axe_playwright_python.sync_playwright import Axe
from werkzeug.wrappers import Request, Response

from api.config import share
from tests.support import browser as browsers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import BrowserContext, Page

    from tests.support.signing import Rush

TOLD = "https://sign.specimen.example"  # by the demo page
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
HOST = """<!DOCTYPE html><html lang="{language}" dir="{direction}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>A site</title>
<link rel="icon" href="data:,"><script src="{script}" {more} defer></script></head>
<body><main><h1>A site</h1><undersigned-form statement="{statement}">
<a href="{statement}">Sign there</a></undersigned-form></main></body></html>"""


# What is pressed is at least 44 pixels high.
SMALL = """
host => [...host.shadowRoot.querySelectorAll("button, select, input, summary, .onward")]
  .filter(one => !one.closest(".trap") && one.getClientRects().length)
  .map(one => [one, one.matches("[type=checkbox], [type=radio]") ? one.labels[0] : one])
  .filter(([, felt]) => felt.getBoundingClientRect().height < 44)
  .map(([one]) => one.outerHTML.slice(0, 80))
"""


def allow(rush: Rush, *sites: str) -> None:
    path = f"/v1/coalitions/{rush.coalition}"
    assert rush.owner.patch(path, {"origins": list(sites)}).status == 200


@contextmanager
def a_site(rush: Rush, place: str, pages: dict[str, str]) -> Iterator[str]:
    """Serve somebody else's pages from another port, as strict as a site can be."""
    policy = (
        f"default-src 'none'; script-src {place}; connect-src {place}; frame-src {place};"
        " style-src 'self'; img-src data:; require-trusted-types-for 'script'; trusted-types"
    )

    @Request.application
    def site(request: Request) -> Response:
        name = request.path.removeprefix("/")
        kind = "text/css" if name.endswith(".css") else "text/html"
        headers = {"Content-Security-Policy": policy}
        found = pages.get(name)
        return Response(found, 200 if found else 404, mimetype=kind, headers=headers)

    with browsers.served(site) as address:
        allow(rush, address)
        yield address


def host(rush: Rush, place: str, **facts: str) -> str:
    facts = {
        "language": "en",
        "direction": "ltr",
        "script": f"{place}/widget.js",
        "more": "",
        "statement": f"{place}/s/{rush.address}",
        **facts,
    }
    return HOST.format(**facts)


def demo(rush: Rush, place: str) -> dict[str, str]:
    """Return the demo's page and style, at our own statement."""
    pages = {}
    for name in ("index.html", "site.css"):
        text = share("docs", "demo", "site", name).read_text("utf-8")
        pages[name] = text.replace("specimen-appeal-k3w7q9xz", rush.address).replace(TOLD, place)
    return pages


def fill_in(form: Any) -> None:
    form.get_by_role("textbox", name="Name", exact=True).fill("Ada Specimen")
    form.get_by_label("E-mail").fill("ada@specimen.example")
    form.get_by_label("Country", exact=True).select_option("KZ")
    form.get_by_label("Full name").check()
    for box in form.get_by_role("group", name="Your consent").get_by_role("checkbox").all():
        box.check()


def complaints(page: Page) -> list[str]:
    """Return a list that grows by what the browser complains of."""
    found: list[str] = []
    page.on("console", lambda said: found.append(said.text))
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


def by_widget(rush: Rush, place: str, person: BrowserContext, **facts: str) -> Iterator[Any]:
    """Yield the element on a page of another site."""
    with a_site(rush, place, {"": host(rush, place, **facts)}) as site:
        page = person.new_page()
        page.goto(site)
        yield page.locator("undersigned-form")


def send(form: Any) -> None:
    form.get_by_role("button", name="Sign", exact=True).click()


def wrong(form: Any) -> list[str]:
    """Return what keeps somebody from using the form: by axe, by its width, by small targets."""
    page = form.page
    seen = Axe().run(page, options=RULES).response["violations"]
    found = [f"{one['id']} {[node['html'][:120] for node in one['nodes'][:3]]}" for one in seen]
    wide = page.evaluate("document.documentElement.scrollWidth")
    if wide > browsers.PHONE["width"]:
        found.append(f"{wide} pixels wide")
    return found + [f"small target: {one}" for one in form.evaluate(SMALL)]

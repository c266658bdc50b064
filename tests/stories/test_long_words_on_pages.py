"""Words without a space, as names, addresses and hashes are: no page is wider than a phone."""

# ruff: noqa: RUF001 - words stand in their own letters

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.stories.test_pages_of_members import DEADLINES, page_of
from tests.support import browser as browsers
from tests.support.builders import a_text, secret_of
from tests.support.signing import OPENED, Rush
from tests.support.signoffs import a_sign_off

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

    from tests.conftest import World
    from tests.support.client import Client

NARROW = {"width": 375, "height": 812}
GERMAN = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunter"
UZBEK = "Insonparvarlashtirilmaganlardanmisizlaryoʻqsamisizlarbirlashmasi"
CHINESE = "中华人民共和国示例人权与法律援助组织联合会北京市朝阳区办事处"
THAI = "มูลนิธิเพื่อสิทธิมนุษยชนและการพัฒนาสังคมแห่งประเทศตัวอย่างและเสรีภาพในการแสดงออก"
ADDRESS = f"https://{'specimen' * 7}.onion/letter-2031/{'9f86d081884c7d65' * 4}?a=1"
BODY = [
    {"heading": ADDRESS},
    {"paragraph": f"See **{ADDRESS}**. {UZBEK} {CHINESE}"},
    {"quote": {"text": THAI, "source": ADDRESS}},
    {"list": {"items": [ADDRESS, THAI, "See the note.[^1]"]}},
]
LONG = {
    "title": f"Let the {GERMAN} go home",
    "addressees": [{"name": GERMAN, "organisation": UZBEK}],
    "body": BODY,
    "footnotes": {"1": ADDRESS},
    "contacts": [{"name": UZBEK, "email": f"office@{'specimen' * 7}.example"}],
}
# What sticks out of the page, but for what is read by machines or by Tab alone.
OUTSIDE = """
width => [...document.querySelectorAll("body *")]
  .filter(one => !one.closest(".trap, .skip"))
  .filter(one => [...one.getClientRects()].some(at => at.left < 0 || at.right > width))
  .map(one => one.outerHTML.slice(0, 80))
"""


def wide(person: BrowserContext, place: str, path: str, direction: str) -> list[str]:
    """Return what of a page, with all unfolded, is seen only by who scrolls to the side."""
    page = person.new_page()
    page.set_viewport_size(NARROW)  # type: ignore[arg-type] # a dict of the shape
    page.goto(place + path)
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    page.evaluate("to => { document.documentElement.dir = to }", direction)
    width = page.evaluate("document.scrollingElement.scrollWidth")
    found = page.evaluate(OUTSIDE, NARROW["width"])
    page.close()
    return [f"{path} is {width} wide", *found] if found or width > NARROW["width"] else []


def a_long_rush(world: World, owner: Client, coalition: str) -> Rush:
    """Return a text of long words that one person signed, and another has yet to confirm."""
    statement, sha256 = a_text(owner, coalition, **LONG)
    settings = {"opens_at": OPENED, "moderation": "none"}
    rush = Rush(world, owner, coalition, statement, sha256, "", settings)
    rush.move("review")
    rush.address = rush.set()["address"]
    who = {"name": GERMAN, "role": UZBEK, "affiliation": CHINESE}
    rush.signed("ada@specimen.example", **who)
    assert rush.sent("bea@specimen.example", **who).status == 202
    rush.work()
    return rush


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_no_word_makes_a_page_wider_than_a_phone(
    world: World, person: BrowserContext, direction: str
) -> None:
    owner = world.user("coordinator")
    table = a_sign_off(world, owner, **LONG)
    rush = a_long_rush(world, owner, table.coalition)
    for number, name in enumerate((GERMAN, UZBEK, CHINESE, THAI)):
        table.member(name, f"Bea{number}")
    table.open(**DEADLINES, note=f"{ADDRESS}\n\n{THAI}", silence="approval")
    facts = {"name": GERMAN, "email": "bea@specimen.example", "note": f"{ADDRESS}\n\n{THAI}"}
    made = owner.post(f"/v1/coalitions/{table.coalition}/invitations", facts)
    invited = secret_of(world, "invitation.answer", made["id"])
    here = f"/s/{rush.address}"
    paths = [here, f"{here}?language=ru", f"{here}/signatories", f"{here}/code"]
    paths += [page_of(table, "Bea0"), f"/j/{invited}", f"/c/{rush.secrets()[-1]}", "/problems"]
    with browsers.served(world.app) as place:
        found = [each for path in paths for each in wide(person, place, path, direction)]

    assert not found, "\n".join(found)

"""Names as people have them, whatever telephones put around them; what the page says of others."""

# ruff: noqa: RUF001 - names stand in their own letters

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.builders import a_coalition
from tests.support.signing import Rush

if TYPE_CHECKING:
    from tests.support.client import Client

LONG = (
    "Общественный фонд «Образцовая международная инициатива и бюро по содействию соблюдению"
    " законности, свободы слова и прав человека в регионе образцов»"
)
SITE = "epicentre.works"
BY = {"name": "A. Specimen", "role": "гл.редактор"}


@pytest.mark.parametrize(
    ("facts", "kept"),
    [
        ({"name": "李"}, "李"),
        ({"name": "Э"}, "Э"),
        ({"name": "Prof.Dr. Ayşe Örnek"}, "Prof.Dr. Ayşe Örnek"),
        ({"name": "Ada Specimen", "role": "Node.js developer"}, "Ada Specimen"),
        ({"name": "Ada Specimen", "affiliation": "Specimen.kz"}, "Ada Specimen"),
        ({"name": "\u2068علی رضا\u2069"}, "علی رضا"),
        ({"name": "\ufeffAda\u00adline\u202fSpecimen\u200b"}, "Adaline Specimen"),
        ({"name": "\u202aAda\u00a0Specimen\u202c"}, "Ada Specimen"),
        ({"name": "Rainbow ❤\ufe0f House"}, "Rainbow ❤ House"),
        ({"name": "می\u200cنمونه"}, "می\u200cنمونه"),
        (
            {"kind": "organisation", "represented_by": BY, "name": "epicentre.works"},
            "epicentre.works",
        ),
        ({"kind": "organisation", "represented_by": BY, "name": LONG}, LONG),
        ({"name": "𐎠𒀀", "visibility": "coalition"}, "𐎠𒀀"),
    ],
)
def test_a_sound_name_is_taken(rush: Rush, facts: dict[str, Any], kept: str) -> None:
    rush.set(moderation="none")
    rush.signed("\u2068a@specimen.example\u2069 ", **facts)

    (listed,) = rush.owner.get(f"/v1/statements/{rush.statement}/signatures")["items"]
    assert listed["name"] == kept


def test_a_name_that_no_font_prints_is_shown_to_nobody_by_a_coordinator(rush: Rush) -> None:
    rush.set(moderation="none")
    rush.signed("a@specimen.example", name="𐎠𒀀", visibility="coalition")
    (one,) = rush.signatures()
    path = f"/v1/signatures/{one['id']}"
    rush.owner.get(path)

    refused = rush.owner.patch(path, {"visibility": "public"})

    assert (refused.status, list(refused.faults)) == (422, ["/visibility"])
    rush.owner.get(path)
    assert rush.owner.patch(path, {"visibility": "anonymous"}).status == 200
    rush.owner.get(path)
    assert rush.owner.patch(path, {"visibility": "public", "name": "Ada"}).status == 200


@pytest.mark.parametrize(
    ("facts", "place"),
    [
        ({"name": "Win at casino-win.com"}, "/name"),
        ({"name": "Ada Specimen", "role": "see casino-win.com"}, "/role"),
        ({"name": "Ada\u202eSpecimen"}, "/name"),
        ({"name": "x" * 121}, "/name"),
        ({"name": "𐎠𒀀"}, "/name"),
        ({"kind": "organisation", "represented_by": BY, "name": "Win at casino-win.com"}, "/name"),
    ],
)
def test_what_harms_is_refused_at_its_field(rush: Rush, facts: dict[str, Any], place: str) -> None:
    answer = rush.sent("a@specimen.example", **facts)

    assert answer.status == 422
    assert set(answer.faults) == {place}


@pytest.mark.parametrize(
    ("typed", "language", "said"),
    [
        ({"name": "x" * 121}, "en", "shorten this"),
        ({"role": "see casino-win.com"}, "en", "a space after each full stop"),
        ({"role": "see casino-win.com"}, "ru", "пробел после каждой точки"),
        ({"name": "𐎠𒀀"}, "en", "no font that prints this"),
        ({"name": "Ada\u202eSpecimen"}, "en", "turn the direction"),
        ({"name": "..."}, "en", "write it with letters"),
        ({"name": "123"}, "ru", "напишите это буквами"),
        ({"role": "=Baker"}, "en", "begin it with one"),
    ],
)
def test_the_page_says_what_is_wrong(
    rush: Rush, typed: dict[str, str], language: str, said: str
) -> None:
    form = {"kind": "individual", "name": "Ada Specimen", "email": "a@specimen.example",
            "country": "KZ", "visibility": "public", "revision_sha256": rush.sha256}  # fmt: skip
    consents = [f"{c['purpose']}:{c['organisation_id'] or ''}:{c['words_sha256']}"
                for c in rush.consents()]  # fmt: skip

    page = rush.world.app.test_client().post(
        f"/s/{rush.address}?lang={language}", data={**form, **typed, "consent": consents}
    )

    assert said in page.get_data(as_text=True)


def test_entries_lose_the_marks_that_nobody_meant(owner: Client) -> None:
    path = f"/v1/coalitions/{a_coalition(owner)}/organisations"

    entered = owner.post(path, {"names": {"en": "\u2068Specimen\u202fHouse\u2069", "zh": "王力"}})

    assert entered.status == 201, entered.body
    assert entered["names"] == {"en": "Specimen House", "zh": "王力"}

"""Organisations: entered, found by any spelling, shared through the directory, with a logo."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from tests.support.builders import a_coalition, an_organisation

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Client


def found(client: Client, path: str, sought: str) -> list[str]:
    return [item["names"]["en"] for item in client.get(path, q=sought)["items"]]


@pytest.mark.parametrize(
    "sought",
    [
        "Hakimova",
        "khakimova fund",
        "ХАКИМОВА",
        "хакимова фонд",
        "ҲАКИМОВА",
        "khf",
        "Ḫākimova",
    ],
)
def test_an_organisation_is_found_by_any_spelling(owner: Client, sought: str) -> None:
    coalition = a_coalition(owner)
    an_organisation(
        owner,
        coalition,
        names={"en": "Khakimova Fund", "ru": "Фонд Хакимова", "tg": "Бунёди Ҳакимова"},
        acronym="KHF",
    )
    an_organisation(owner, coalition, names={"en": "House of the Press"})

    assert found(owner, f"/v1/coalitions/{coalition}/organisations", sought) == ["Khakimova Fund"]


def test_only_public_entries_stand_in_the_directory_of_all(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    an_organisation(owner, coalition, names={"en": "Open House"}, is_public=True)
    an_organisation(owner, coalition, names={"en": "Quiet House"})

    assert found(world.user(), "/v1/directory", "house") == ["Open House"]


def test_using_an_entry_copies_its_public_fields_and_its_logo(world: World, owner: Client) -> None:
    entry = an_organisation(owner, a_coalition(owner), names={"en": "Open House"}, is_public=True)
    owner.put(f"/v1/organisations/{entry}/logo", a_png(), kind="image/png")
    other = world.user()

    copy = other.post(f"/v1/coalitions/{a_coalition(other)}/directory-uses", {"entry_id": entry})

    assert copy.status == 201
    assert copy["names"] == {"en": "Open House"}
    assert not copy["is_public"]
    assert other.get(f"/v1/organisations/{copy.id}/logo").status == 200


def a_png(size: tuple[int, int] = (40, 20)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, "PNG", text="secret")
    return out.getvalue()


def put_logo(owner: Client, picture: bytes, kind: str) -> Any:
    organisation = an_organisation(owner, a_coalition(owner))
    put = owner.put(f"/v1/organisations/{organisation}/logo", picture, kind=kind)
    return put, owner.get(f"/v1/organisations/{organisation}/logo")


def test_a_png_is_drawn_anew(owner: Client) -> None:
    put, logo = put_logo(owner, a_png(), "image/png")

    assert put["logo_type"] == "image/png"
    assert Image.open(io.BytesIO(logo.body)).size == (40, 20)


def test_a_png_larger_than_it_ever_prints_is_kept_smaller(owner: Client) -> None:
    _, logo = put_logo(owner, a_png((4000, 1000)), "image/png")

    assert Image.open(io.BytesIO(logo.body)).size == (1200, 300)


def test_an_svg_keeps_its_shapes_and_loses_all_that_acts_or_loads(owner: Client) -> None:
    hostile = b"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9" onload="alert(1)">
      <script>alert(1)</script><image href="file:///etc/passwd"/>
      <a href="javascript:alert(1)"><rect/></a><foreignObject/><use href="#x"/>
      <path d="M0 0h9" style="fill:#0b5563;background:url(http://x.example)" fill="url(http://x)"/>
    </svg>"""

    _, logo = put_logo(owner, hostile, "image/svg+xml")

    text = logo.body.decode()
    assert 'd="M0 0h9"' in text
    assert "#0b5563" in text
    for taken in ("script", "onload", "href", "http://x", "foreignObject", "use", "javascript"):
        assert taken not in text


@pytest.mark.parametrize(
    ("picture", "kind"),
    [
        (b"GIF89a", "image/png"),
        (b"\x89PNG\r\n\x1a\n" + b"x" * 99, "image/png"),
        (a_png((4001, 1)), "image/png"),
        (b'<!DOCTYPE svg [<!ENTITY a "b">]><svg xmlns="http://www.w3.org/2000/svg">&a;</svg>',
         "image/svg+xml"),
        (b"<svg", "image/svg+xml"),
        (b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><style>*{}</style></svg>',
         "image/svg+xml"),
        (b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="a b c d"><g/></svg>', "image/svg+xml"),
        (b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0"><g/></svg>', "image/svg+xml"),
        (b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1">' + b"<g>" * 5000,
         "image/svg+xml"),
        (b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1">' + b"<g>" * 4000
         + b"</g>" * 4000 + b"</svg>", "image/svg+xml"),
    ],
)  # fmt: skip
def test_what_is_no_safe_picture_is_refused_with_a_reason(
    owner: Client, picture: bytes, kind: str
) -> None:
    put, logo = put_logo(owner, picture, kind)

    assert put.status == 422
    assert put["type"] == "/problems/no-picture"
    assert logo.status == 404


def test_a_picture_of_another_kind_or_too_large_is_refused(owner: Client) -> None:
    assert put_logo(owner, base64.b64decode("R0lGODdhAQAB"), "image/gif")[0].status == 415
    assert put_logo(owner, b"x" * 500_001, "image/png")[0].status == 413


def test_a_change_names_the_version_that_it_changes(owner: Client) -> None:
    organisation = an_organisation(owner, a_coalition(owner))
    path = f"/v1/organisations/{organisation}"

    assert owner.patch(path, {"acronym": "A"}, etag="").status == 428
    assert owner.patch(path, {"acronym": "A"}, etag='"1"').status == 200
    assert owner.patch(path, {"acronym": "B"}, etag='"1"').status == 412
    assert owner.get(path)["acronym"] == "A"


def test_who_has_the_version_already_gets_304(owner: Client) -> None:
    path = f"/v1/organisations/{an_organisation(owner, a_coalition(owner))}"
    first = owner.get(path)

    assert owner.send("GET", path, headers={"If-None-Match": first.etag}).status == 304


def test_a_list_is_walked_by_the_link_header(owner: Client) -> None:
    coalition = a_coalition(owner)
    for number in range(5):
        an_organisation(owner, coalition, names={"en": f"House {number}"})

    path, seen = f"/v1/coalitions/{coalition}/organisations?limit=2", []
    while path:
        answer = owner.get(path)
        assert answer["total"] == 5
        seen += [item["names"]["en"] for item in answer["items"]]
        path = answer.headers.get("Link", "").partition(">")[0].removeprefix("<")

    assert seen == [f"House {number}" for number in range(5)]

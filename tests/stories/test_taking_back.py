"""A case's name, taken back: it leaves every live text at one call, and the count stays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.builders import (
    a_case,
    a_coalition,
    a_demand,
    a_demand_list,
    a_revision,
    a_role,
    a_signature,
    a_statement,
)

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Client

NAME, SURNAME, ALIAS = "Canary Kanareyka", "Kanareyka", "Канарейка"


def a_named_text(owner: Client) -> tuple[str, str, str]:
    """Return a coalition, a case and a frozen statement that names it everywhere."""
    coalition = a_coalition(owner)
    case = a_case(owner, coalition, key="kanareyka", name=NAME, aliases=[ALIAS], country="TJ")
    asked = a_demand_list(owner, coalition, country="TJ")
    a_demand(owner, asked, key="tj-1", text=f"Release {NAME}.", case_ids=[case])
    statement = a_statement(
        owner,
        coalition,
        slug="kanareyka-2031",
        title=f"Free {NAME}",
        cases=[{"id": "kanareyka", "name": NAME, "aliases": [ALIAS], "country": "TJ",
                "occupation": "teacher"}],
        demand_lists=[{"country": "TJ", "demands": [
            {"id": "tj-1", "text": f"Release {NAME}.", "cases": ["kanareyka"]}]}],
        body=[
            {"paragraph": f"We write for *{NAME}*, also written {ALIAS}."},
            {"demands": {}},
            {"cases": {"ids": ["kanareyka"]}},
        ],
    )  # fmt: skip
    return coalition, case, statement


def take_back(owner: Client, case: str) -> Any:
    changes = {"may_be_named": False, "aliases": [ALIAS, SURNAME]}
    answer = owner.patch(f"/v1/cases/{case}", changes)
    assert answer.status == 200, answer.body
    return answer


def is_told(text: bytes) -> bool:
    return any(name.encode() in text for name in (NAME, SURNAME, SURNAME.lower(), ALIAS))


def test_a_name_leaves_the_draft_and_its_label_stands_there(owner: Client) -> None:
    _, case, statement = a_named_text(owner)

    take_back(owner, case)

    printed = owner.get(f"/v1/statements/{statement}/draft/document", format="text").body
    assert not is_told(printed)
    assert b"Free Tajikistan" in printed
    document = owner.get(f"/v1/statements/{statement}/draft")["document"]
    assert document["cases"][0]["may_be_named"] is False
    assert document["cases"][0]["id"] == document["demand_lists"][0]["demands"][0]["cases"][0]


def test_a_frozen_text_gets_a_successor_and_the_old_one_is_for_owners_only(
    world: World, owner: Client
) -> None:
    coalition, case, statement = a_named_text(owner)
    sha256 = a_revision(owner, statement)
    coordinator = a_role(owner, coalition, world.user(), "coordinator")

    take_back(owner, case)

    path = f"/v1/statements/{statement}"
    rows = owner.get(f"{path}/revisions")["items"]
    assert [(row["number"], row["weight"], row["is_taken_back"]) for row in rows] == [
        (2, "redaction", False),
        (1, "first", True),
    ]
    assert rows[1]["sha256"] == sha256
    assert NAME in str(owner.get(f"{path}/revisions/1")["printed"])
    assert coordinator.get(f"{path}/revisions/1").status == 410
    assert not is_told(coordinator.get(f"{path}/revisions/2").body)


@pytest.mark.parametrize("form", ["pdf", "html", "text", "markdown"])
def test_live_documents_are_made_anew_and_old_ones_are_gone(owner: Client, form: str) -> None:
    _, case, statement = a_named_text(owner)
    a_revision(owner, statement)
    path = f"/v1/statements/{statement}/document"
    before = owner.get(path, format=form)

    take_back(owner, case)

    after = owner.get(path, format=form)
    assert after.status == 200
    assert after.etag != before.etag
    assert not is_told(after.body)
    assert owner.get(path, format=form, revision=1).status == 410
    assert owner.get(f"/v1/statements/{statement}/export", revision=1).status == 410


def test_signatures_stay_and_keep_the_hash_that_they_saw(owner: Client) -> None:
    _, case, statement = a_named_text(owner)
    sha256 = a_revision(owner, statement)
    signature = a_signature(owner, statement, sha256)

    take_back(owner, case)

    assert owner.get(f"/v1/signatures/{signature}")["revision_sha256"] == sha256
    assert owner.get(f"/v1/statements/{statement}/signature-counts")["total"] == 1


def test_nothing_readable_of_a_taken_back_name_is_left_in_the_database(
    world: World, owner: Client
) -> None:
    _, case, statement = a_named_text(owner)
    a_revision(owner, statement)
    owner.get(f"/v1/statements/{statement}/document", format="text")

    take_back(owner, case)

    assert not is_told(world.rows())
    assert not is_told(world.files())


def test_other_statements_stay_as_they_were(owner: Client) -> None:
    coalition, case, _ = a_named_text(owner)
    other = a_statement(owner, coalition)
    sha256 = a_revision(owner, other)
    before = owner.get(f"/v1/statements/{other}").etag

    take_back(owner, case)

    assert owner.get(f"/v1/statements/{other}").etag == before
    assert owner.get(f"/v1/statements/{other}/revisions/1")["sha256"] == sha256


def test_a_case_that_a_draft_holds_is_not_deleted(owner: Client) -> None:
    coalition = a_coalition(owner)
    case = a_case(owner, coalition, key="ayan", name="Ayan Specimen", country="KZ")
    held = [{"id": "ayan", "name": "Ayan Specimen", "country": "KZ"}]
    a_statement(owner, coalition, cases=held, body=[{"cases": {"ids": ["ayan"]}}])

    assert owner.delete(f"/v1/cases/{case}")["type"] == "/problems/case-in-use"


@pytest.mark.parametrize(
    "text",
    [
        "For Pyotr Kanareev.",
        "For **Pyotr** Kanareev, and *Pyotr Kanareev*.",
        "For Pyo\u00adtr Kanare\u00adev.",
        "For Пётр Канареев and Петра.",
        "See [what we know](https://specimen.example/news/pyotr-kanareev?a=1) of him.",
        "See <https://specimen.example/%D0%9F%D0%B5%D1%82%D1%80_%D0%9A%D0%B0%D0%BD%D0%B0%D1%80%D0%B5%D0%B5%D0%B2>.",
    ],
)
def test_a_name_leaves_a_frozen_text_in_every_shape(world: World, owner: Client, text: str) -> None:
    coalition = a_coalition(owner)
    who = {"name": "Pyotr Kanareev", "aliases": ["Пётр Канареев"]}
    case = a_case(owner, coalition, key="kz-1", country="KZ", **who)
    statement = a_statement(owner, coalition, body=[{"paragraph": text}])
    a_revision(owner, statement)

    taken = owner.patch(f"/v1/cases/{case}", {"may_be_named": False})

    assert taken.status == 200, taken.body
    printed = owner.get(f"/v1/statements/{statement}/document", format="markdown").body.decode()
    assert "Kazakhstan" in printed or "https://specimen.example/" in printed
    rows = world.rows().decode().casefold()
    assert not [word for word in ("kanareev", "канареев", "%d0%9a") if word in rows]

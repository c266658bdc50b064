"""Logos of the organisations that sign: only of those that the public may see, in their order."""

from __future__ import annotations

import io
import re
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pikepdf
import pytest

from api.infra.runtime import EXTENSION
from tests.stories.test_documents import document_of
from tests.stories.test_organisations import a_png
from tests.support.builders import (
    a_coalition,
    a_signature,
    a_text,
    an_organisation,
    another_revision,
)

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Answer, Client

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 3"><path d="M0 0h9v3z"/></svg>'
GRID = re.compile(r'<ul class="logos.*?</ul>', re.DOTALL)


@dataclass(frozen=True)
class Signing:
    """A statement that shows logos, and its coalition."""

    owner: Client
    coalition: str
    statement: str
    sha256: str

    def organisation(self, name: str, picture: bytes | None = SVG, **facts: Any) -> str:
        made = an_organisation(self.owner, self.coalition, names={"en": name}, **facts)
        if picture is not None:
            self.give(made, picture)
        return made

    def give(self, organisation: str, picture: bytes) -> None:
        kind = "image/svg+xml" if b"<svg" in picture else "image/png"
        put = self.owner.put(f"/v1/organisations/{organisation}/logo", picture, kind=kind)
        assert put.status == 200, put.body

    def sign(self, organisation: str, **facts: Any) -> str:
        who = {"kind": "organisation", "name": None, "organisation_id": organisation, **facts}
        return a_signature(self.owner, self.statement, self.sha256, **who)

    def printed(self, form: str = "html") -> Answer:
        return self.owner.get(document_of(self.statement), format=form)

    def logos(self) -> list[str]:
        """Return the names that the grid of logos says."""
        grid = GRID.search(self.printed().body.decode())
        return re.findall(r'alt="([^"]*)"', grid[0]) if grid else []


@pytest.fixture
def signing(owner: Client) -> Signing:
    return a_signing(owner)


def a_signing(owner: Client, theme: str = "letter-logos", **document: Any) -> Signing:
    coalition = a_coalition(owner)
    statement, sha256 = a_text(owner, coalition, theme=theme, **document)
    return Signing(owner, coalition, statement, sha256)


@pytest.mark.parametrize("theme", ["letter", "brief"])
def test_a_statement_shows_logos_only_where_its_theme_says_so(owner: Client, theme: str) -> None:
    for name, expected in ((theme, []), (f"{theme}-logos", ["Specimen House"])):
        signing = a_signing(owner, name)
        signing.sign(signing.organisation("Specimen House"))

        assert signing.logos() == expected


def test_logos_stand_in_the_order_of_the_names(owner: Client) -> None:
    signing = a_signing(owner, signatory_list={"order": "alphabetical"})
    for name, lead in (("Cherry", False), ("Walnut", True), ("Apple", False), ("Birch", False)):
        signing.sign(signing.organisation(name, acronym=name[:2]), lead=lead)

    assert signing.logos() == ["Walnut (Wa)", "Apple (Ap)", "Birch (Bi)", "Cherry (Ch)"]


def test_pngs_and_svgs_print_on_paper(signing: Signing) -> None:
    signing.sign(signing.organisation("Specimen House", a_png()))
    signing.sign(signing.organisation("Specimen Circle", SVG))

    answer = signing.printed("pdf")

    assert answer.status == 200
    with pikepdf.open(io.BytesIO(answer.body)) as document:
        assert sum(len(page.get_images()) for page in document.pages) == 1  # an SVG is drawn


@pytest.mark.parametrize("box", ["0 0 1e-320 1e5", "0 0 1e5 1e-320", "0 0 1e-9 1"])
def test_a_logo_of_no_proportion_is_shown_as_a_square(signing: Signing, box: str) -> None:
    signing.sign(signing.organisation("Specimen House", SVG.replace(b"0 0 9 3", box.encode())))

    assert (signing.printed().status, signing.printed("pdf").status) == (200, 200)


def test_who_signs_without_an_entry_or_without_a_logo_has_none(signing: Signing) -> None:
    signing.organisation("Stranger")
    stranger = {"kind": "organisation", "name": "Stranger"}
    a_signature(signing.owner, signing.statement, signing.sha256, **stranger)
    signing.sign(signing.organisation("Plain", None))

    assert signing.logos() == []


@pytest.mark.parametrize("visibility", ["initials", "coalition", "anonymous"])
def test_who_is_not_shown_by_name_has_no_logo(signing: Signing, visibility: str) -> None:
    signing.sign(signing.organisation("Quiet House"), visibility=visibility)
    signing.sign(signing.organisation("Open House"))

    assert signing.logos() == ["Open House"]
    assert "Quiet" not in signing.printed().body.decode()


def test_who_hides_later_loses_the_logo(signing: Signing) -> None:
    signature = signing.sign(signing.organisation("Specimen House"))
    assert signing.logos() == ["Specimen House"]

    signing.owner.patch(f"/v1/signatures/{signature}", {"visibility": "coalition"})

    assert signing.logos() == []


@pytest.mark.parametrize("left", ["withdrawal", "erasure"])
def test_who_withdraws_or_is_erased_takes_the_logo_along(signing: Signing, left: str) -> None:
    signature = signing.sign(signing.organisation("Gone House"))
    signing.sign(signing.organisation("Open House"))
    before = signing.printed()

    assert signing.owner.post(f"/v1/signatures/{signature}/{left}").status < 300

    after = signing.printed()
    assert after.etag != before.etag
    assert signing.logos() == ["Open House"]


def test_who_waits_for_a_changed_text_has_no_logo(signing: Signing) -> None:
    signing.sign(signing.organisation("Waiting House"))
    another_revision(signing.owner, signing.statement, "material")

    assert signing.logos() == []


def test_another_logo_is_another_document_and_a_deleted_one_leaves(signing: Signing) -> None:
    organisation = signing.organisation("Specimen House")
    signing.sign(organisation)
    first = signing.printed()

    signing.give(organisation, a_png())
    second = signing.printed()
    signing.owner.delete(f"/v1/organisations/{organisation}/logo")

    assert len({first.etag, second.etag, signing.printed().etag}) == 3
    assert b"data:image/png" in second.body
    assert signing.logos() == []


def test_a_text_knows_nothing_of_logos(signing: Signing) -> None:
    before = signing.printed("text")
    organisation = signing.organisation("Specimen House", None)
    signing.sign(organisation)
    signed = signing.printed("text")

    signing.give(organisation, SVG)

    assert signing.printed("text").etag == signed.etag != before.etag


def test_a_logo_that_is_put_back_just_as_its_file_goes_stays(
    world: World, owner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The job has seen that no row refers to it, and somebody puts the same logo back."""
    logo = f"/v1/organisations/{an_organisation(owner, a_coalition(owner))}/logo"
    storage = world.app.extensions[EXTENSION].storage
    delete, puts = storage.delete, []

    def put() -> None:
        puts.append(owner.put(logo, SVG, kind="image/svg+xml").status)

    putting = threading.Thread(target=put)

    def meanwhile(key: str) -> None:
        putting.start()
        putting.join(0.5)  # it is done by then, or waits until the file is gone
        delete(key)

    put()
    assert owner.delete(logo).status == 204
    monkeypatch.setattr(storage, "delete", meanwhile)
    world.work()
    putting.join()

    assert puts == [200, 200]
    assert owner.get(logo).status == 200

"""What people hold while the house's keys are rotated: their letters and sessions go on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.accounts.service import sessions, signing_in
from tests.support.installation import rotate
from tests.support.people import a_browser, a_person, asked, signed_in, visiting

if TYPE_CHECKING:
    from tests.conftest import World


def test_a_letter_of_before_signs_in_after_the_keys_were_rotated(world: World) -> None:
    email, browser, other = a_person(world), a_browser(), a_browser()
    letter, second = asked(world, email, browser), asked(world, email, other)
    assert letter is not None
    assert second is not None

    rotate(world, None)

    with world.app.app_context():
        assert signing_in.by_link(letter.secret, browser)
        assert signing_in.by_code(email, second.code, other)


def test_a_session_goes_on_and_its_browser_keeps_its_name(world: World) -> None:
    secret = signed_in(world, a_person(world), a_browser(device="Specimen Browser"))

    done = rotate(world, None)

    assert done.values
    with world.app.app_context():
        (shown,) = sessions.of(visiting(world, secret).actor)
    assert shown.device == "Specimen Browser"

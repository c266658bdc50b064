"""Many sign and confirm in the same moment: each address counts once, no letter too many."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import altcha
import pytest

from api.infra import clock
from api.infra.security import rotation
from api.signing.rules import PROOF_KEPT
from tests.support.builders import another_revision
from tests.support.signing import Rush, a_rush, letters_of

if TYPE_CHECKING:
    from tests.support.client import Client


def test_fifty_signings_and_twenty_confirmations_of_one_address_count_once(rush: Rush) -> None:
    spelled = ["ada@specimen.example", "Ada@Specimen.Example", "ada+x@specimen.example"]
    rush.sent(spelled[0])
    with ThreadPoolExecutor(10) as pool:
        sent = list(pool.map(lambda n: rush.sent(spelled[n % 3]).status, range(49)))
    rush.work()
    secrets = rush.secrets()
    with ThreadPoolExecutor(10) as pool:
        said = list(pool.map(lambda n: rush.confirm(secrets[n % len(secrets)]).status, range(20)))
    rush.work()

    assert set(sent) == {202}
    assert len(secrets) == 3
    assert set(said) == {200}
    assert (rush.total(), len(rush.signatures())) == (1, 1)
    assert [kind for kind, _ in letters_of(rush.world)].count("signing.receipt") == 1


def test_every_signature_has_the_text_that_its_signatory_saw(rush: Rush) -> None:
    seen: list[tuple[int, str]] = []

    def sign(number: int) -> None:
        sha256 = rush.shown()["revision_sha256"]
        answer = rush.sent(f"p{number}@specimen.example", revision_sha256=sha256)
        seen.append((answer.status, sha256))

    with ThreadPoolExecutor(4) as pool:
        signing = [pool.submit(sign, number) for number in range(24)]
        revised = another_revision(rush.owner, rush.statement, "editorial")
        for each in signing:
            each.result()
    rush.work()

    assert {status for status, _ in seen} <= {202, 409}
    accepted = sorted(sha256 for status, sha256 in seen if status == 202)
    assert set(accepted) <= {rush.sha256, revised}
    for secret in rush.secrets():
        assert rush.confirm(secret).status == 200
    rush.work()
    assert sorted(each["revision_sha256"] for each in rush.signatures()) == accepted


def solved(rush: Rush) -> str:
    challenge = rush.world.stranger().get(f"{rush.path}/challenge").json
    made = altcha.Challenge.from_dict(challenge)
    solution = altcha.solve_challenge(made)
    assert solution
    return altcha.Payload(made, solution).to_base64()


def test_a_proof_of_work_is_taken_once_and_for_its_own_statement(rush: Rush, owner: Client) -> None:
    proof = solved(rush)
    other = a_rush(rush.world, owner)

    elsewhere = other.sent("ada@specimen.example", proof=proof)
    first = rush.sent("ada@specimen.example", proof=proof)
    again = rush.sent("eve@specimen.example", proof=proof)
    junk = [rush.sent("eve@specimen.example", proof=each) for each in ("x", "e30=", "W10=")]

    assert (elsewhere.status, first.status, again.status) == (422, 202, 422)
    assert again["type"] == "/problems/proof-refused"
    assert {answer.status for answer in junk} == {422}
    with ThreadPoolExecutor(8) as pool:
        one = solved(rush)
        said = list(
            pool.map(lambda n: rush.sent(f"r{n}@specimen.example", proof=one).status, range(8))
        )
    assert sorted(said) == [202] + [422] * 7


def test_a_proof_of_work_ends_by_the_house_s_clock_though_the_machine_s_stands_back(
    rush: Rush, monkeypatch: pytest.MonkeyPatch
) -> None:
    proof, later = solved(rush), clock.now() + PROOF_KEPT + timedelta(minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)

    late = rush.sent("ada@specimen.example", proof=proof)

    assert (late.status, late["type"]) == (422, "/problems/proof-refused")


def test_a_proof_of_work_lets_a_network_sign_more(rush: Rush) -> None:
    caller, path = rush.world.stranger(), f"{rush.path}/signatures"

    statuses = [
        caller.post(path, rush.body(f"p{number}@specimen.example", proof=solved(rush))).status
        for number in range(8)
    ]

    assert statuses == [202] * 8


def test_a_signature_that_comes_while_keys_are_rotated_is_sealed_under_one_that_stays(
    rush: Rush,
) -> None:
    rush.sent("ada@specimen.example")  # from here on the process knows the keys for a second
    with rush.world.app.app_context():
        rotation.rotate([UUID(rush.coalition)])

    assert rush.sent("eve@specimen.example").status == 202

    rush.work()
    assert [rush.confirm(secret).status for secret in rush.secrets()] == [200, 200]

"""Many of each: two servers and two workers on PostgreSQL, Redis and S3 are one house.

Each process has a folder of its own, as on a machine of its own, and requests take turns between
the servers. What a process remembers, counts or keeps in a file for itself shows here.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from sqlalchemy import delete

from api.infra.background.jobs import Job
from api.infra.database.transactions import reading, transaction
from api.signing import rules
from api.signing.models import LetterMark
from tests.stories import test_own_signature, test_summit_sign_off
from tests.stories.test_jobs_of_documents import MANY
from tests.stories.test_signature_csv import send
from tests.support import postgres, redis as redis_server
from tests.support.builders import a_coalition, a_role, a_text, another_revision
from tests.support.machines import WAIT_SECONDS, running
from tests.support.pdf_words import letters
from tests.support.signing import Rush, a_network, a_rush
from tests.support.webhook_receivers import entered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from email.message import EmailMessage

    from api.infra.sandbox.pool import ChildPool
    from tests.support.client import Answer, Client
    from tests.support.machines import Machines

pytestmark = pytest.mark.long  # four processes, and what they wait for

SECRET = re.compile(r"/c/([A-Za-z0-9_-]{43})")
SIGNED = 40


@pytest.fixture(scope="module")
def servers(
    postgres_server: str | None, children: ChildPool, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Machines]:
    with ExitStack() as opened:
        redis = opened.enter_context(contextmanager(redis_server.server)())
        if postgres_server is None:
            postgres.leave_out()
        if redis is None:
            redis_server.leave_out()
        folder = tmp_path_factory.mktemp("machines")
        yield opened.enter_context(running(postgres_server, redis, children, folder))


@pytest.fixture(scope="module")
def machines(servers: Machines) -> Iterator[Machines]:
    """The servers and two more machines, each with a worker, from the first test that asks."""
    with servers.worker("worker-0"), servers.worker("worker-1"):
        yield servers


@pytest.fixture
def owner(servers: Machines) -> Client:
    return servers.user("owner")


@pytest.fixture
def two(servers: Machines, owner: Client) -> tuple[Client, Client]:
    """The owner, at one server and at the other."""
    one, other = servers.ports
    return servers.at(one, token=owner.token), servers.at(other, token=owner.token)


def _to(message: EmailMessage) -> str:
    return str(message["To"].addresses[0].addr_spec)


def _secrets(machines: Machines, email: str) -> list[str]:
    """Return the secrets of the letters that ask an address to confirm."""
    came = [each for each in machines.post.took if _to(each) == email]
    texts = [str(each.get_body(("plain",)).get_content()) for each in came]  # type: ignore[union-attr] # each has one
    return [found for text in texts for found in SECRET.findall(text)]


def _done(client: Client, job: str) -> Answer:
    """Ask for a job until it is done."""
    until = time.monotonic() + WAIT_SECONDS
    while (answer := client.get(f"/v1/jobs/{job}"))["state"] != "done":
        assert time.monotonic() < until, answer.body
        time.sleep(0.1)
    return answer


def _at_once(*asks: Callable[[], Answer]) -> list[Answer]:
    with ThreadPoolExecutor(len(asks)) as pool:
        return [each.result() for each in [pool.submit(ask) for ask in asks]]


def _attempts(machines: Machines, job: str) -> int:
    with machines.app.app_context(), reading() as session:
        return session.get_one(Job, UUID(job)).attempts


def test_what_a_killed_worker_was_at_the_other_does(
    servers: Machines, owner: Client, two: tuple[Client, Client]
) -> None:
    """Begin with it, before there are workers that would do it."""
    one, other = two
    text = a_text(owner, a_coalition(owner))
    send(owner, text, MANY)
    with servers.worker("worker-2") as killed:
        asked = one.get(f"/v1/statements/{text[0]}/document")
        until = time.monotonic() + WAIT_SECONDS
        while _attempts(servers, asked.id) == 0:
            assert time.monotonic() < until, "no worker takes the job"
            time.sleep(0.002)
        killed.kill()
        killed.wait(WAIT_SECONDS)
    assert other.get(f"/v1/jobs/{asked.id}")["state"] == "running"

    with servers.worker("worker-3"):
        job = _done(other, asked.id)

    assert _attempts(servers, asked.id) == 2
    assert other.get(job["result"]["url"]).body.startswith(b"%PDF")


def test_a_letter_is_written_signed_by_the_public_printed_and_told(
    machines: Machines, owner: Client
) -> None:
    one, other = (machines.at(port) for port in machines.ports)
    owner.token = owner.post("/v1/tokens", {"label": "The letter", "days": 2})["secret"]
    letter = test_summit_sign_off.the_letter(machines, owner)
    types = ["statement.published", "signature.confirmed_by_letter"]
    entered(owner, letter.coalition, url=machines.receiver.url, types=types)
    letter.open(note="Please read the demands.")
    for _, _, _, person in test_summit_sign_off.MEMBERS:
        assert letter.say(person).status == 200, person
    letter.move("review", "published")
    rush = Rush(machines, owner, letter.coalition, letter.statement, letter.sha256, "")
    rush.settings = {"opens_at": "2026-01-01T00:00:00+00:00"}
    rush.address = rush.set()["address"]

    body, headers = rush.body("ada.reader@specimen.example"), {"X-Forwarded-For": a_network()}
    asked = one.send("POST", f"{rush.path}/signatures", body, headers=headers)
    assert asked.status == 202, asked.body
    machines.work()
    (secret,) = _secrets(machines, "ada.reader@specimen.example")
    assert one.get(f"/c/{secret}").status == 200
    assert other.post(f"/v1/public/pending-signatures/{secret}/confirmation").status == 200
    machines.work()

    for client in (one, other):
        names = [each["name"] for each in client.get(f"{rush.path}/signatures")["items"]]
        assert names[-1] == "Ada Specimen"
        assert client.get(f"{rush.path}/signature-counts")["total"] == len(names) == 9
    papers = [
        machines.at(port, token=owner.token).get(f"{letter.path}/document")
        for port in machines.ports
    ]
    assert letters("House of Bread") in letters(letter.printed())
    assert papers[0].body == papers[1].body
    assert papers[0].etag == papers[1].etag
    told = Counter(
        each.json["type"]
        for each in machines.receiver.took
        if each.json["data"].get("statement_id") == letter.statement
    )
    assert told == Counter(types)


@pytest.mark.parametrize(
    "story",
    [
        test_own_signature.test_a_link_shows_all_that_is_kept,
        test_own_signature.test_a_name_is_corrected_by_the_one_who_bears_it,
        test_own_signature.test_a_hidden_name_is_gone_from_every_list_at_once_and_still_counted,
        test_own_signature.test_who_withdraws_is_forgotten_and_may_sign_again,
        test_own_signature.test_a_name_is_shown_only_once_its_bearer_agreed_to_that,
    ],
    ids=lambda story: story.__name__,
)
def test_who_signed_has_a_link_that_works_at_each(
    machines: Machines, owner: Client, story: Callable[[Rush], None]
) -> None:
    with machines.app.app_context(), transaction() as session:
        session.execute(delete(LetterMark))  # all stories write to one person

    story(a_rush(machines, owner))


def test_a_key_that_came_to_one_is_known_to_the_other(two: tuple[Client, Client]) -> None:
    one, other = two
    body = {"slug": f"key-{time.monotonic_ns()}", "name": "Specimen Coalition"}

    first, again = (
        one.post("/v1/coalitions", body, key="k"),
        other.post("/v1/coalitions", body, key="k"),
    )
    path, person = f"/v1/coalitions/{first.id}/addressees", {"name": "A. Specimen"}
    both = _at_once(*(lambda c=c: c.post(path, person, key="at once") for c in two))

    assert (first.status, again.status) == (201, 201)
    assert (first.id, again.headers["Idempotent-Replayed"]) == (again.id, "true")
    assert {each.status for each in both} <= {201, 409}
    assert other.post(path, person, key="at once").status == 201
    assert len(one.get(path)["items"]) == 1


def test_a_signature_sent_again_to_the_other_is_taken_once(
    machines: Machines, owner: Client
) -> None:
    rush = a_rush(machines, owner)
    body = rush.body("once@specimen.example")
    headers = {"X-Forwarded-For": a_network(), "Idempotency-Key": "pressed twice"}

    first, again = (
        machines.at(port).send("POST", f"{rush.path}/signatures", body, headers=headers)
        for port in machines.ports
    )
    machines.work()

    assert (first.status, again.status) == (202, 202)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert len(_secrets(machines, "once@specimen.example")) == 1


def test_the_etag_of_one_is_taken_by_the_other_and_an_old_one_by_neither(
    two: tuple[Client, Client],
) -> None:
    one, other = two
    path = f"/v1/coalitions/{a_coalition(one)}"
    seen = one.get(path)

    unchanged = other.send("GET", path, headers={"If-None-Match": seen.etag})
    changed = other.patch(path, {"name": "Another Specimen"}, etag=seen.etag)
    late = one.patch(path, {"name": "Too late"}, etag=seen.etag)
    renamed = _at_once(
        *(lambda c=c: c.patch(path, {"name": "At once"}, etag=changed.etag) for c in two)
    )

    assert (unchanged.status, changed.status, late.status) == (304, 200, 412)
    assert sorted(each.status for each in renamed) == [200, 412]
    assert one.get(path).etag == other.get(path).etag


def test_what_everybody_reads_has_the_same_etag_at_each(machines: Machines, owner: Client) -> None:
    rush = a_rush(machines, owner)
    rush.signed("reader@specimen.example")

    for path in (rush.path, f"{rush.path}/signatures", "/openapi.yaml", f"/s/{rush.address}"):
        both = [machines.at(port).get(path) for port in machines.ports]
        assert both[0].body == both[1].body, path
        assert both[0].headers.get("ETag") == both[1].headers.get("ETag"), path


def test_how_often_a_network_signs_is_counted_across_both(
    machines: Machines, owner: Client
) -> None:
    rush, network = a_rush(machines, owner), a_network()
    most = rules.WITHOUT_PROOF.a_minute

    answers = [
        machines.at(machines.ports[number % 2]).send(
            "POST",
            f"{rush.path}/signatures",
            rush.body(f"p{number}@specimen.example"),
            headers={"X-Forwarded-For": network},
        )
        for number in range(2 * most)
    ]

    counted = Counter(each.status for each in answers)
    assert counted.keys() == {202, 429}
    assert counted[202] <= most + 1  # a minute may end in between


def test_what_is_changed_at_one_holds_at_the_other(
    machines: Machines, owner: Client, two: tuple[Client, Client]
) -> None:
    one, _ = two
    rush = a_rush(machines, owner)
    someone = a_role(owner, rush.coalition, machines.user(), "editor")
    at_other = machines.at(machines.ports[1], token=someone.token)
    body = rush.body("late@specimen.example")
    headers = {"X-Forwarded-For": a_network()}
    stranger = machines.at(machines.ports[1])
    signed = stranger.send("POST", f"{rush.path}/signatures", body, headers=headers)
    token = one.post("/v1/tokens", {"label": "Short", "days": 1})
    short = machines.at(machines.ports[1], token=token["secret"])
    assert (signed.status, short.get("/v1/me").status) == (202, 200)
    assert at_other.get(f"/v1/coalitions/{rush.coalition}").status == 200

    signing = f"/v1/statements/{rush.statement}/signing"
    closed = {**rush.settings, "closes_at": "2026-01-02T00:00:00+00:00"}
    assert one.put(signing, closed).status == 200
    (role,) = [
        each["id"]
        for each in one.get(f"/v1/coalitions/{rush.coalition}/roles")["items"]
        if each["role"] == "editor"
    ]
    assert one.delete(f"/v1/roles/{role}").status == 204
    assert one.post(f"/v1/tokens/{token['token']['id']}/revocation").status == 200

    assert short.get("/v1/me").status == 401
    assert at_other.get(f"/v1/coalitions/{rush.coalition}").status == 404
    assert stranger.get(rush.path)["phase"] == "closed"
    time.sleep(rules.KNOWN_SECONDS)  # for which a server that takes a rush need not ask
    late = stranger.send("POST", f"{rush.path}/signatures", body, headers=headers)
    assert late.status == 409


def test_a_text_that_is_changed_at_one_is_signed_as_it_is_now_at_the_other(
    machines: Machines, owner: Client
) -> None:
    rush = a_rush(machines, owner)
    assert rush.sent("first@specimen.example").status == 202
    assert rush.sent("second@specimen.example").status == 202

    seen, rush.sha256 = rush.sha256, another_revision(owner, rush.statement, "editorial")

    assert [rush.sent(f"n{n}@specimen.example").status for n in range(2)] == [202, 202]
    time.sleep(rules.KNOWN_SECONDS)
    old = [rush.sent(f"o{n}@specimen.example", revision_sha256=seen).status for n in range(2)]
    assert old == [409, 409]


def test_a_job_that_one_made_is_followed_at_the_other_and_its_document_read_at_both(
    machines: Machines, owner: Client, two: tuple[Client, Client]
) -> None:
    one, other = two
    text = a_text(owner, a_coalition(owner))
    send(owner, text, MANY)
    path = f"/v1/statements/{text[0]}/document"

    asked, again = one.get(path), other.get(path)
    job = _done(other, asked.id)
    papers = [client.get(job["result"]["url"]) for client in two]

    assert (asked.status, again.status, asked.id) == (202, 202, again.id)
    assert one.get(f"/v1/jobs/{asked.id}").etag == job.etag
    assert [each.status for each in papers] == [200, 200]
    assert papers[0].body == papers[1].body
    assert papers[0].body.startswith(b"%PDF")


def test_a_document_that_both_print_at_once_is_one(
    machines: Machines, two: tuple[Client, Client]
) -> None:
    text = a_text(two[0], a_coalition(two[0]))
    path = f"/v1/statements/{text[0]}/document"

    first = _at_once(*(lambda c=c: c.get(path) for c in two))
    second = [client.get(path) for client in two]

    assert len({each.body for each in (*first, *second)}) == 1
    assert first[0].body.startswith(b"%PDF")


def test_two_workers_write_to_each_and_tell_of_each_once(machines: Machines, owner: Client) -> None:
    rush = a_rush(machines, owner)
    types = ["signature.confirmed_by_letter"]
    entered(owner, rush.coalition, url=machines.receiver.url, types=types)
    emails = [f"s{number}@{rush.address}.specimen.example" for number in range(SIGNED)]

    for email in emails:
        assert rush.sent(email).status == 202
    machines.work()
    secrets = [_secrets(machines, email) for email in emails]
    with ThreadPoolExecutor(4) as pool:
        confirmed = list(pool.map(lambda found: rush.confirm(found[0]).status, secrets))
    machines.work()

    assert [len(each) for each in secrets] == [1] * SIGNED
    assert confirmed == [200] * SIGNED
    assert rush.total() == SIGNED
    came = Counter(map(_to, machines.post.took))
    assert [came[email] for email in emails] == [2] * SIGNED  # to confirm, and the receipt
    told = [each.id for each in machines.receiver.took if rush.statement.encode() in each.body]
    assert (len(told), len(set(told))) == (SIGNED, SIGNED)


def test_nothing_is_kept_on_a_machine(machines: Machines, owner: Client) -> None:
    a_rush(machines, owner).signed("files@specimen.example")
    text = a_text(owner, a_coalition(owner))
    assert owner.get(f"/v1/statements/{text[0]}/document").status == 200

    kept = [
        each.relative_to(machines.folder)
        for each in machines.folder.rglob("*")
        if each.is_file() and each.relative_to(machines.folder).parts[1] != "tmp"
    ]
    assert kept == []

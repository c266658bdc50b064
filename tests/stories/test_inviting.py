"""Persons who are invited: by a letter that says who, where and what, and by the set-up link."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import time_machine

from api.accounts import rules, service
from api.accounts.service import EmailTaken, setup
from api.accounts.service.setup import SetupOver
from api.cli import serving
from api.infra import clock
from api.infra.mail import letters
from api.mailings import rules as words
from tests.support.builders import a_coalition
from tests.support.client import Client
from tests.support.command import run
from tests.support.people import a_browser, a_person, signed_in, visiting
from tests.support.signing import letters_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import World

KESTREL = {"email": "kestrel@specimen.example", "name": "K. Kestrel", "role": "editor"}


def invitations(world: World) -> list[letters.Facts | None]:
    return [facts for kind, facts in letters_of(world) if kind == rules.INVITED]


def test_who_is_invited_reads_by_whom_to_what_and_where_and_works_without_the_operator(
    world: World, owner: Client
) -> None:
    coalition = a_coalition(owner, name="Specimen Coalition")
    path = f"/v1/coalitions/{coalition}/roles"

    assert owner.post(path, {**KESTREL, "letter": True}).status == 201

    (facts,) = invitations(world)
    assert facts is not None
    message = words.write(rules.INVITED, facts)
    assert (message.to, message.sender_name) == (KESTREL["email"], "Specimen Coalition")
    assert "owner invites you to work in Specimen Coalition" in message.text
    assert "As an editor" in message.text
    (address,) = re.findall(r"https?://\S+", message.text)
    assert address.endswith("/desk/sign-in")  # no secret: the mailbox is proved by another letter
    found = visiting(world, signed_in(world, KESTREL["email"]))
    with world.app.app_context():
        _, token = service.create_token(found.actor, "Script", 30, None)
    me = Client(world.app.test_client(), token).get("/v1/me")
    assert me["roles"] == [{"coalition_id": coalition, "role": "editor"}]


def test_a_program_invites_without_a_letter_unless_it_asks_for_one(
    world: World, owner: Client
) -> None:
    coalition = a_coalition(owner)
    role = owner.post(f"/v1/coalitions/{coalition}/roles", KESTREL).id
    assert invitations(world) == []

    assert owner.post(f"/v1/roles/{role}/letters").status == 200
    assert owner.post(f"/v1/roles/{role}/letters").status == 200

    assert len(invitations(world)) == 2


def test_nobody_is_written_to_whose_role_is_gone(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    path = f"/v1/coalitions/{coalition}/roles"
    role = owner.post(path, {**KESTREL, "letter": True}).id

    owner.delete(f"/v1/roles/{role}")

    assert invitations(world) == [None]


def test_the_set_up_link_makes_the_first_person_once(world: World) -> None:
    email, browser = "first@specimen.example", a_browser()
    with world.app.app_context():
        assert setup.is_wanted()
        secret = setup.link().rpartition("/desk/setup/")[2]
        assert setup.is_open(secret)
        session = setup.create_owner(secret, email, "F. Specimen", browser)
        assert not setup.is_open(secret)
        assert not setup.is_wanted()
        with pytest.raises(SetupOver):
            setup.create_owner(secret, "second@specimen.example", "S. Specimen", browser)
        me = service.me(visiting_actor(world, session))

    assert (me.email, me.name) == (email, "F. Specimen")
    assert secret.encode() not in world.dump()


def visiting_actor(world: World, secret: str) -> rules.Actor:
    return visiting(world, secret).actor


def test_of_two_who_follow_the_set_up_link_at_once_one_is_entered(world: World) -> None:
    with world.app.app_context():
        secret = setup.link().rpartition("/")[2]

    def follow(number: int) -> bool:
        with world.app.app_context():
            try:
                email = f"p{number}@specimen.example"
                return bool(setup.create_owner(secret, email, "P. Specimen", a_browser()))
            except SetupOver:
                return False

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(follow, range(6))) == [False] * 5 + [True]


def test_the_set_up_link_is_good_for_an_hour_and_opens_nobody_else_s_account(world: World) -> None:
    email = a_person(world)
    with world.app.app_context():
        secret = setup.link().rpartition("/")[2]
        with pytest.raises(EmailTaken):
            setup.create_owner(secret, email.upper(), "Another", a_browser())
        assert setup.is_open(secret)
        with time_machine.travel(clock.now() + timedelta(hours=1, seconds=1)):
            assert not setup.is_open(secret)
            with pytest.raises(SetupOver):
                setup.create_owner(secret, "late@specimen.example", "Late", a_browser())


def test_the_command_prints_a_set_up_link_and_as_serve_asks_only_while_nobody_is_there(
    tmp_path: Path,
) -> None:
    settings = {
        "UNDERSIGNED_DATABASE_URL": f"sqlite:///{tmp_path}/db",
        "UNDERSIGNED_STORAGE_PATH": str(tmp_path / "files"),
        "UNDERSIGNED_MASTER_KEYS": run("key", "create").stdout.strip(),
        "UNDERSIGNED_PUBLIC_URL": "http://localhost:5000",
    }
    assert run("migrate", **settings).returncode == 0

    asked, first = run("setup-link", **settings), run("setup-link", "--if-nobody", **settings)
    run("user", "create", "first@specimen.example", "--name", "First", **settings)
    later = run("setup-link", "--if-nobody", **settings)

    link = r"http://localhost:5000/desk/setup/und_[\w-]{43}\n"
    assert re.fullmatch(link, asked.stdout), asked.stderr
    assert re.fullmatch(f"Nobody works here yet. Begin within an hour at {link}", first.stdout)
    assert (later.returncode, later.stdout) == (0, "")


@pytest.mark.parametrize("is_terminal", [True, False])
def test_serve_offers_a_set_up_link_to_a_terminal_and_to_no_journal(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *, is_terminal: bool
) -> None:
    for name, value in (
        ("DATABASE_URL", f"sqlite:///{tmp_path}/db"),
        ("STORAGE_PATH", str(tmp_path)),
        ("MASTER_KEYS", "x"),
    ):
        monkeypatch.setenv(f"UNDERSIGNED_{name}", value)
    started: list[tuple[str, ...]] = []
    monkeypatch.setattr("sys.stdout.isatty", lambda: is_terminal)
    monkeypatch.setattr("subprocess.run", lambda words, **_: started.append(words))
    monkeypatch.setattr(serving, "together", lambda *_: 0)

    command: Any = serving.serve
    with pytest.raises(SystemExit):
        command.callback("127.0.0.1:0", 1, 8, None, alone=True)

    assert [each[-2:] for each in started] == [("setup-link", "--if-nobody")] * is_terminal

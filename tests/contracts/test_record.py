"""The record is whole: what changes something leaves its entry, what is refused leaves none."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

import api.app
from api import config
from api.infra.database.transactions import reading
from api.infra.security.audit import AuditEntry
from api.infra.tables.importing import Import
from tests.contracts.permissions import PERMISSIONS
from tests.contracts.scene import Operation, Scene, a_document, operations
from tests.contracts.test_permissions import ONCE
from tests.support.word_written import DOCX, a_word_file, p

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from uuid import UUID

    from tests.conftest import World, Worlds
    from tests.support.client import Client

# Operations that are no GET and change nothing, each with its reason.
CHANGES_NOTHING = {
    "POST /v1/public/statements/{address}/signatures": "The batch that takes it in leaves it.",
    "POST /v1/coalitions/{coalition_id}/connector-trials": "It asks a tool, and keeps nothing.",
    "POST /v1/updates/{update_id}/counts": "It counts.",
    "POST /v1/coalitions/{coalition_id}/template-previews": "It prints, and stores nothing.",
    "POST /v1/statements/{statement_id}/sign-off-letter-previews": "It shows what would leave.",
}
OF_THE_HOUSE = (
    "POST /v1/tokens",
    "POST /v1/tokens/{token_id}/revocation",
    "POST /v1/sessions/{session_id}/revocation",
    "POST /v1/session-revocations",
    "POST /v1/me/language",
)
ON_BOTH = (
    "POST /v1/coalitions",
    "PATCH /v1/cases/{case_id}",
    "DELETE /v1/demands/{demand_id}",
    "PUT /v1/templates/{template_id}",
    "POST /v1/signatures/{signature_id}/erasure",
    "POST /v1/coalitions/{coalition_id}/imports",
    "DELETE /v1/coalitions/{coalition_id}",
)


@pytest.fixture
def sqlite(worlds: Worlds) -> Iterator[World]:
    """The app on SQLite alone: the walk is long, and the code the same."""
    yield worlds["sqlite"]
    worlds["sqlite"].empty()


def entries(world: World) -> dict[UUID, AuditEntry]:
    with world.app.app_context(), reading() as session:
        return {entry.id: entry for entry in session.scalars(select(AuditEntry))}


def changing(world: World, names: Iterable[str] | None = None) -> list[Operation]:
    """Return the operations that change something, those last that take the coalition away."""
    found = [
        operation
        for operation in operations(world)
        if operation.method != "GET" and operation.name not in CHANGES_NOTHING
        if names is None or operation.name in names
    ]
    return sorted(found, key=lambda each: each.name in ONCE)


@pytest.mark.rest  # every address
def test_every_change_leaves_an_entry_of_who_made_it_and_a_refusal_none(sqlite: World) -> None:
    wrong = list(_walked(sqlite, changing(sqlite)))

    assert not wrong, "\n".join(wrong)


def test_changes_leave_their_entries_on_either_database(world: World) -> None:
    wrong = list(_walked(world, changing(world, ON_BOTH)))

    assert not wrong, "\n".join(wrong)


def _walked(world: World, walked: list[Operation]) -> Iterator[str]:
    scene = Scene(world)
    for operation in walked:
        own = Scene(world) if operation.name in ONCE else scene
        yield from _refused(own, operation)
        yield from _done(own, operation)


def _done(scene: Scene, operation: Operation) -> Iterator[str]:
    request = scene.request(operation)
    if isinstance(request.body, dict) and "preview" in request.body:
        request.body["preview"] = False  # an example may be of a preview
    before = entries(scene.world)
    answer = request.sent_by(scene.owner)
    if answer.status >= 300:
        yield f"{operation.name}: {answer.status} {answer.body[:300]!r}"
        return
    left = [entry for key, entry in entries(scene.world).items() if key not in before]
    owner = None if operation.name in OF_THE_HOUSE else scene.coalition
    if operation.name == "POST /v1/coalitions":
        owner = answer.id
    is_open = PERMISSIONS.get(operation.name) == "anyone"
    caller = ("None", "None") if is_open else _caller(scene.owner)
    by_caller = [
        entry
        for entry in left
        if (str(entry.user_id), str(entry.token_id)) == caller
        if entry.coalition_id == owner or str(entry.coalition_id) == owner
    ]
    if not by_caller:
        yield f"{operation.name} left {[entry.action for entry in left]}, none as it should"
    for entry in left:
        if not re.fullmatch(r"[a-z_]+\.[a-z_]+", entry.action):
            yield f"{operation.name}: {entry.action} is no noun.past"


def _caller(client: Client) -> tuple[str, str]:
    (token,) = [each for each in client.get("/v1/tokens")["items"] if each["label"] == "tests"]
    return client.get("/v1/me")["id"], token["id"]


def _refused(scene: Scene, operation: Operation) -> Iterator[str]:
    """Send what is refused: by a stranger, by who may not, of an old version, in a bad shape."""
    request = scene.request(operation)
    level = PERMISSIONS.get(operation.name)
    callers = [] if level == "anyone" else [scene.nobody]
    if level in {"editor", "coordinator", "owner"}:
        callers += [scene.stranger, scene.callers["viewer"]]
    before = entries(scene.world)
    statuses = [request.sent_by(caller).status for caller in callers]
    if operation.needs_match:
        request.match = '"123456789"'
        statuses.append(request.sent_by(scene.owner).status)
    if operation.content:
        request.match = request.match and scene.etag_of(request.path)
        request.body = b"\xff" if isinstance(request.body, bytes) else {"nonsense": 1}
        statuses.append(request.sent_by(scene.owner).status)
    if not all(400 <= status < 500 for status in statuses):
        yield f"{operation.name}: {statuses} where a refusal was wanted"
    if left := entries(scene.world).keys() - before.keys():
        yield f"{operation.name} was refused and left {len(left)} entries"


def test_what_changes_nothing_is_an_operation_still(sqlite: World) -> None:
    assert set(CHANGES_NOTHING) <= {operation.name for operation in operations(sqlite)}


def test_previews_leave_no_entry(world: World) -> None:
    scene = Scene(world)
    statement, sha256 = scene.text()
    here, coalition = f"/v1/statements/{statement}", f"/v1/coalitions/{scene.coalition}"
    table = b"kind,name\nindividual,A. Specimen\n"
    assembly = {**scene.assembly(), "preview": True}
    match = {"If-Match": scene.owner.get(here).etag}
    before = entries(world)

    answers: list[Any] = [
        scene.owner.post(f"{coalition}/imports?preview=true", a_document()),
        scene.owner.post(f"{coalition}/assemblies", assembly),
        scene.owner.send(
            "POST",
            f"{coalition}/word-imports?preview=true&slug=specimen-word&language=en",
            a_word_file(p("We ask.")),
            kind=DOCX,
        ),
        scene.owner.send("POST", f"{here}/renewals", {"preview": True}, headers=match),
        scene.owner.send(
            "POST",
            f"{here}/signature-imports?preview=true&revision_sha256={sha256}",
            table,
            kind="text/csv",
        ),
        scene.owner.get(f"{here}/document", format="text"),
        *(
            scene.owner.send("POST", f"{coalition}/{path}?preview=true", row, kind="text/csv")
            for path, row in (
                ("case-imports", b"name,country\nA. Specimen,KZ\n"),
                ("demand-imports", b"text,country\nRelease all.,UZ\n"),
                ("organisation-imports", b"name,country\nSpecimen House,KZ\n"),
                ("representative-imports", b"email,organisation\n"),
                ("addressee-imports", b"name\nA. Specimen\n"),
            )
        ),
    ]

    assert [answer.status < 300 for answer in answers] == [True] * 11, answers
    assert entries(world).keys() == before.keys()


def test_every_action_is_explained_and_no_other() -> None:
    """docs/record.md lists what is said in the calls that write entries, and by imports."""
    writers = {"append", "record", "_record", "_recorded", "Logos"}
    folder = Path(api.app.__file__).parent
    said = {
        argument.value
        for path in folder.rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(call, ast.Call)
        if (getattr(call.func, "attr", None) or getattr(call.func, "id", None)) in writers
        for argument in call.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
        if re.fullmatch(r"[a-z_]+\.[a-z_]+", argument.value)
    }

    said |= {kind.action for kind in _subclasses(Import) if hasattr(kind, "action")}
    text = config.share("docs", "record.md").read_text("utf-8")

    assert sorted(re.findall(r"^\| `([a-z_]+\.[a-z_]+)` \|", text, re.MULTILINE)) == sorted(said)


def _subclasses(kind: type[Any]) -> Iterator[type[Any]]:
    for each in kind.__subclasses__():
        yield each
        yield from _subclasses(each)

"""Templates as files: out, edited by hand, and in again; and what must not come in."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.contracts.scene import a_source
from tests.rules.test_built_in_templates import NAMES
from tests.support.builders import a_case, a_coalition, a_role, made
from tests.support.command import run

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import World
    from tests.support.client import Answer, Client

YAML = "application/yaml"
BOMB = b"a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b,*b,*b]\n"


def sent_in(client: Client, coalition: str, data: bytes, kind: str = YAML) -> Answer:
    path = f"/v1/coalitions/{coalition}/template-files"
    return client.send("POST", path, data, kind=kind)


def file_of(client: Client, template: str, **query: str) -> Answer:
    answer = client.get(f"/v1/templates/{template}/file", **query)
    assert answer.status == 200, answer.body
    return answer


def put_on(client: Client, template: str, data: bytes, etag: str) -> Answer:
    path, headers = f"/v1/templates/{template}/file", {"If-Match": etag}
    return client.send("PUT", path, data, kind=YAML, headers=headers)


@pytest.mark.parametrize("name", NAMES)
def test_what_goes_out_as_a_file_comes_in_the_same(owner: Client, name: str) -> None:
    here, there = a_coalition(owner), a_coalition(owner)
    address = f"/v1/coalitions/{here}/built-in-template-uses"
    template = made(owner, address, {"built_in": name})
    source = owner.get(f"/v1/templates/{template}")["source"]
    yaml, json_file = file_of(owner, template), file_of(owner, template, format="json")

    assert yaml.headers["Content-Disposition"] == f"attachment; filename={name}.yaml"
    assert sent_in(owner, there, yaml.body)["source"] == source
    taken = sent_in(owner, a_coalition(owner), json_file.body, "application/json")
    assert taken["source"] == source
    assert list(taken["source"]) == list(source)


def test_odd_texts_come_in_as_they_went_out(owner: Client) -> None:
    here, there = a_coalition(owner), a_coalition(owner)
    fact = {"name": "it", "type": "number", "label": "NO: yes # \"1e3\" 'é'", "default": 1.0}
    source = a_source() | {
        "description": "Zu\u0308rich\n\ton two lines: *a* &b !c | >\n",
        "facts": [*a_source()["facts"], fact],
        "body": [{"paragraph": "0x1F\n{{ city }}: 2031-05-14\n"}],
        "footnotes": {"1": "{{ city }}"},
    }
    source["body"].append({"paragraph": "Note[^1]"})
    template = made(owner, f"/v1/coalitions/{here}/templates", {"source": source})
    kept = owner.get(f"/v1/templates/{template}")["source"]

    taken = sent_in(owner, there, file_of(owner, template).body)

    assert taken.status == 201, taken.body
    assert taken["source"] == kept
    assert kept["description"].startswith("Zürich")


def test_a_file_edited_by_hand_becomes_the_next_version(owner: Client) -> None:
    coalition = a_coalition(owner)
    template = made(owner, f"/v1/coalitions/{coalition}/templates", {"source": a_source()})
    given = file_of(owner, template)
    edited = given.body.replace(b"Open the doors", b"Open all doors")

    stale = put_on(owner, template, edited, '"9"')
    changed = put_on(owner, template, b"# by hand\n" + edited, given.etag)

    assert stale.status == 412
    assert changed["version_number"] == 2
    assert changed["source"]["title_text"] == "Open all doors in {{ city }}"
    assert owner.send("PUT", f"/v1/templates/{template}/file", edited, kind=YAML).status == 428


def test_a_file_of_a_name_that_is_there_is_a_new_version_or_nothing(owner: Client) -> None:
    coalition = a_coalition(owner)
    data = json.dumps(a_source() | {"name": "release"}).encode()
    assert sent_in(owner, coalition, data).status == 201

    again = sent_in(owner, coalition, data)

    assert (again.status, again["type"]) == (409, "/problems/name-taken")


def a_file(**parts: Any) -> bytes:
    return json.dumps(a_source() | parts).encode()


@pytest.mark.parametrize(
    ("data", "pointer"),
    [
        (b"name: [", ""),
        (b"- a list\n- of things\n", ""),
        (b"just words", ""),
        (BOMB, ""),
        (b"name: !!python/object/apply:os.system ['id']\n", ""),
        (b"name: !include /etc/passwd\n", ""),
        (b"<<: {name: a}\nname: b\n", ""),
        (b"name: a\nname: b\n", ""),
        (b"name: a\n---\nname: b\n", ""),
        (b"name: \xff\n", ""),
        (b"name: a\x00b\n", ""),
        (b"x: " + b"[" * 200 + b"]" * 200, ""),
        (b"x: [" + b"1," * 100_001 + b"]", ""),
        (b"name: yes\ntitle: 12\n", "/title"),
        (a_file(kind="spell"), "/kind"),
        (a_file(title_text="{{ ''.__class__ }}"), "/title_text"),
        (a_file(body=[{"paragraph": "{% include 'a' %}"}]), "/body/0/paragraph"),
        (a_file(body=[{"paragraph": "\u202ex"}]), ""),
        (a_file(format="undersigned.statement/1"), "/format"),
        (a_file(description="a" * 66_000), ""),
    ],
)
@pytest.mark.timeout(20)
def test_a_file_that_is_no_sound_template_is_refused_whole(
    owner: Client, data: bytes, pointer: str
) -> None:
    coalition = a_coalition(owner)

    refused = sent_in(owner, coalition, data)

    assert refused.status == 422, refused.body
    assert any(place.startswith(pointer) for place in refused.faults), refused.body
    assert owner.get(f"/v1/coalitions/{coalition}/templates")["total"] == 0


def test_a_file_too_large_or_of_another_kind_is_not_read(owner: Client) -> None:
    coalition = a_coalition(owner)

    assert sent_in(owner, coalition, b"#" + b"a" * 300_000).status == 413
    assert sent_in(owner, coalition, b"name: a", "text/html").status == 415


def test_a_file_that_names_who_may_not_be_named_is_refused(owner: Client) -> None:
    coalition = a_coalition(owner)
    a_case(owner, coalition, name="Canary Hidden", country="KZ", may_be_named=False)

    refused = sent_in(owner, coalition, a_file(body=[{"paragraph": "For Canary Hidden."}]))

    assert list(refused.faults) == ["/body/0/paragraph"]
    assert b"Canary" not in refused.body


def test_files_are_not_for_strangers_and_come_in_by_editors(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    template = made(owner, f"/v1/coalitions/{coalition}/templates", {"source": a_source()})
    path = f"/v1/templates/{template}/file"
    viewer = a_role(owner, coalition, world.user(), "viewer")
    callers = (world.stranger(), world.user("stranger"), viewer)

    assert [caller.get(path).status for caller in callers] == [401, 404, 200]
    assert [sent_in(one, coalition, a_file()).status for one in callers] == [401, 404, 403]
    assert [sent_in(one, coalition, b"[").status for one in callers] == [401, 404, 403]
    etag = owner.get(path).etag
    assert [put_on(one, template, a_file(), etag).status for one in callers] == [401, 404, 403]


def test_the_command_checks_a_file_without_a_server(tmp_path: Path) -> None:
    sound, broken = tmp_path / "sound.yaml", tmp_path / "broken.yaml"
    sound.write_bytes(a_file())
    broken.write_bytes(a_file(title_text="{{ town }}", kind="spell"))

    good, bad = run("template", "check", sound), run("template", "check", broken)

    assert (good.returncode, good.stdout) == (0, f"{sound}: a sound template of 1 fact.\n")
    assert bad.returncode == 1
    assert "/kind: The kind is one of" in bad.stderr

"""What `deploy/` and the papers for operators name is there, and confines what they promise."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml

from api import config
from api.cli.channel import IDLE_SECONDS
from api.cli.doctor import LIBRARIES
from api.cli.server import STOP_SECONDS
from api.config import Settings, is_bucket
from tests.support.paper import must_be_a_command, undersigned_lines

ROOT = config.share()
DEPLOY = ROOT / "deploy"
OPERATING = (ROOT / "docs/operating.md").read_text("utf-8")
UNITS = sorted((DEPLOY / "systemd").glob("undersigned-*.service"))
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
WITH_S3: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.s3.yaml").read_text("utf-8"))
SERVICES: dict[str, Any] = {**WITH_S3["services"], **COMPOSE["services"]}
TOP = {
    *("api", "bench", "deploy", "docs", "migrations", "templates", "tests"),
    *("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "SECURITY.md", "openapi.yaml"),
    *("pyproject.toml", "requirements.txt", "requirements-dev.txt", "run"),
}


def test_nothing_stands_at_the_top_that_does_not_belong_there() -> None:
    listed = subprocess.check_output(["git", "ls-files"], cwd=ROOT, text=True)  # noqa: S607
    top = {path.split("/")[0] for path in listed.splitlines()}
    assert {name for name in top if not name.startswith(".")} == TOP


def test_every_setting_that_is_set_is_one() -> None:
    known = {f"UNDERSIGNED_{field.name.upper()}" for field in fields(Settings)}
    ours = {
        "UNDERSIGNED_DOMAIN",
        "UNDERSIGNED_IMAGE",
        "UNDERSIGNED_S3_IMAGE",
        "UNDERSIGNED_UPSTREAM",
    }  # of compose
    for path in DEPLOY.rglob("*"):
        if path.is_file() and "secrets" not in path.parts:
            named = set(re.findall(r"\b(UNDERSIGNED_[A-Z0-9_]+)", path.read_text("utf-8")))
            assert {name.removesuffix("_FILE") for name in named} - ours <= known, path


def operators_lines() -> list[list[str]]:
    code = re.findall(r"^```sh\n(.*?)^```", OPERATING, re.DOTALL | re.MULTILINE)
    indented = re.findall(r"^    (undersigned .*)$", OPERATING, re.MULTILINE)
    units = [line for path in UNITS for line in path.read_text("utf-8").splitlines()]
    started = [line.replace("/bin/undersigned ", "/bin/ undersigned ") for line in units]
    lines = [line for block in code for line in block.replace("\\\n", " ").splitlines()]
    return undersigned_lines([*lines, *indented, *started])


@pytest.mark.parametrize("words", operators_lines(), ids=" ".join)
def test_every_command_that_operators_are_told_is_there(words: list[str]) -> None:
    must_be_a_command(words)


@pytest.mark.parametrize("name", ["docs/operating.md", "SECURITY.md"])
def test_every_file_that_operators_are_sent_to_is_there(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text)
    here = [(ROOT / name).parent / link for link in links if "://" not in link]
    named = [ROOT / path for path in re.findall(r"`((?:api|tests|docs|deploy)/[\w/.-]+)`", text)]
    assert len(here) + len(named) > 5
    assert [path for path in [*here, *named] if not path.exists()] == []


def test_every_library_of_the_machine_is_installed_where_papers_and_image_install() -> None:
    image = (DEPLOY / "Containerfile").read_text("utf-8")
    for package in LIBRARIES.values():
        assert package in OPERATING
        assert package in image


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_a_container_has_no_rights_and_writes_nowhere_but_where_it_keeps(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "healthcheck" in service or name in {"migrate", "bucket", "proxy"}
    assert set(service.get("cap_add", [])) <= {
        *("CHOWN", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETUID"),  # of postgres, until it is one
        "NET_BIND_SERVICE",
    }


def named(files: list[dict[str, Any]], kind: str) -> set[str]:
    """Return what is declared under a heading of compose files."""
    return {name for file in files for name in file.get(kind, {})}


@pytest.mark.parametrize("files", [[COMPOSE], [COMPOSE, WITH_S3]], ids=["folder", "s3"])
def test_a_container_is_given_only_what_is_declared_and_waits_for_what_can_happen(
    files: list[dict[str, Any]],
) -> None:
    services = [(name, each) for file in files for name, each in file["services"].items()]
    all_of = {name: [each for key, each in services if key == name] for name, _ in services}
    for name, service in services:
        assert set(service.get("networks", [])) <= named(files, "networks"), name
        given = {secret for each in all_of[name] for secret in each.get("secrets", [])}
        assert given <= named(files, "secrets"), name
        assert set(re.findall(r"/run/secrets/(\w+)", json.dumps(service))) <= given, name
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert source in named(files, "volumes") or (DEPLOY / source).is_file(), (name, volume)
        for other, how in service.get("depends_on", {}).items():
            if how["condition"] == "service_healthy":
                assert any("healthcheck" in each for each in all_of[other]), (name, other)
            else:
                assert all_of[other][0]["restart"] in {"no", "on-failure"}, (name, other)


def test_what_asks_by_a_name_is_in_one_network_with_it_and_asks_where_it_listens() -> None:
    services = COMPOSE["services"]
    web = services["web"]
    port = web["command"][web["command"].index("--bind") + 1].rpartition(":")[2]
    assert f":{port}/readyz'" in web["healthcheck"]["test"][-1]
    assert services["proxy"]["environment"]["UNDERSIGNED_UPSTREAM"] == f"web:{port}"
    assert set(services["proxy"]["networks"]) & set(web["networks"])
    for setting in "QUEUE", "LIMITS":
        host = web["environment"][f"UNDERSIGNED_{setting}_URL"].split("/")[2].split(":")[0]
        for name in "web", "worker", "migrate":
            assert set(services[host]["networks"]) & set(services[name]["networks"])


@pytest.mark.parametrize("name", ["web", "worker", "migrate"])
def test_ours_is_a_user_of_its_own_with_secrets_from_files_and_time_to_end(name: str) -> None:
    service = COMPOSE["services"][name]
    user = service["user"].split(":")[0]
    assert f"--uid {user} " in (DEPLOY / "Containerfile").read_text("utf-8")
    assert (
        service["environment"].keys()
        & {
            "UNDERSIGNED_MASTER_KEYS",
            "UNDERSIGNED_DATABASE_URL",
            "UNDERSIGNED_SMTP_URL",
        }
        == set()
    )
    assert int(service["stop_grace_period"].removesuffix("s")) > 40


def test_the_image_is_given_all_that_the_wheel_is_made_of() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wheel = settings["tool"]["hatch"]["build"]["targets"]["wheel"]
    needed = {*wheel["packages"], *wheel["force-include"], *settings["project"]["license-files"]}
    given = (DEPLOY / "Containerfile.dockerignore").read_text("utf-8").splitlines()
    assert {f"!{name}" for name in needed} <= set(given)


def test_secrets_are_made_once_in_a_folder_for_their_owner(tmp_path: Path) -> None:
    script = tmp_path / "make-secrets"
    script.write_bytes((DEPLOY / "make-secrets").read_bytes())

    def made() -> dict[str, str]:
        subprocess.run(["/bin/sh", script], check=True, capture_output=True)  # noqa: S603 # our own
        return {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()}

    first = made()

    assert made() == first
    assert first.keys() == {*COMPOSE["secrets"], *WITH_S3["secrets"], "s3_key"}
    assert is_bucket(first["storage_url"])
    (identity,) = json.loads(first["s3_config"])["identities"]
    assert f":{identity['credentials'][0]['secretKey']}@" in first["storage_url"]
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700
    assert first["database_password"] in first["database_url"]
    assert len(first["database_password"]) >= 32


def test_a_proxy_keeps_no_line_about_who_asked_for_what() -> None:
    nginx = (DEPLOY / "proxy/nginx.conf").read_text("utf-8")
    assert nginx.count("access_log off;") == nginx.count("server {")
    assert nginx.count(" emerg;") == nginx.count("error_log ") == nginx.count("server {")
    caddy = (DEPLOY / "proxy/Caddyfile").read_text("utf-8")
    assert "exclude http.log.error http.log.access http.handlers.reverse_proxy" in caddy


def test_a_proxy_closes_what_idles_before_the_service_and_has_patience_with_it() -> None:
    for name, idle, answer in (
        ("nginx.conf", r"keepalive_timeout (\d+)s;", r"proxy_read_timeout (\d+)s;"),
        ("Caddyfile", r"keepalive (\d+)s", r"response_header_timeout (\d+)s"),
    ):
        text = (DEPLOY / "proxy" / name).read_text("utf-8")
        assert [float(each) < IDLE_SECONDS for each in re.findall(idle, text)] == [True], name
        assert [float(each) > STOP_SECONDS for each in re.findall(answer, text)] == [True], name


def test_a_rehearsal_finds_its_lines_in_the_guide() -> None:
    found = [
        part
        for script in ("empty-server", "containers")
        for part in re.findall(
            r'(?:blocks "\$guide"|outside "\$\w+") "([^"$]+)" "([^"$]+)"',
            (ROOT / ".ci" / script).read_text("utf-8"),
        )
    ]
    assert len(found) > 8
    for first, last in found:
        assert "```sh" in OPERATING.partition(first)[2].partition(last)[0], (first, last)
        assert last in OPERATING.partition(first)[2], last

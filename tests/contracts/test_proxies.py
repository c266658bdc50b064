"""The two files of `deploy/proxy` hand on what clients and the service say, and nothing false.

They run as they are, but for ports and certificates.
"""

from __future__ import annotations

import http.client
import os
import re
import shutil
import socket
import subprocess
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from api import config
from tests.support import http_server
from tests.support.http_server import PATIENCE, serving
from tests.support.postgres import free_port
from tests.support.tls import certificate

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator, Mapping
    from pathlib import Path

pytestmark = pytest.mark.rest
PROXIES = config.share("deploy", "proxy")
NAME = "sign.specimen.example"
CANARY = "kestrel-canary"
NGINX = """
daemon off;
master_process off;
pid {0}/pid;
error_log {0}/log;
events {{}}
http {{
    client_body_temp_path {0}/body;
    proxy_temp_path {0}/proxy;
    fastcgi_temp_path {0}/fastcgi;
    uwsgi_temp_path {0}/uwsgi;
    scgi_temp_path {0}/scgi;
    include {0}/site;
}}
"""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes


@dataclass(frozen=True)
class Proxy:
    """A proxy before the service, which may be away."""

    folder: Path
    upstream: int
    port: int
    plain_port: int
    trust: ssl.SSLContext

    def ask(
        self,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        *more: tuple[str, str],
        plain: bool = False,
    ) -> Answer:
        """Ask by TLS, as somebody who typed the name of the pages."""
        line = http.client.HTTPConnection(NAME, timeout=3 * PATIENCE)
        line.sock = socket.create_connection(
            ("127.0.0.1", self.plain_port if plain else self.port), timeout=3 * PATIENCE
        )
        if not plain:
            line.sock = self.trust.wrap_socket(line.sock, server_hostname=NAME)
        line.putrequest("GET" if body is None else "POST", path)
        if body is not None:
            line.putheader("Content-Length", str(len(body)))
        for each in (*(headers or {}).items(), *more):
            line.putheader(*each)
        line.endheaders()
        with suppress(OSError):  # who refuses a body does not read it
            line.send(body or b"")
        try:
            answer = line.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            line.close()

    def said(self) -> str:
        """Return all that it wrote down."""
        logs = (self.folder / name for name in ("log", "site.log", "stderr"))
        return "".join(log.read_text("utf-8") for log in logs if log.exists())

    def caddy(self) -> list[str]:
        text = (PROXIES / "Caddyfile").read_text("utf-8")
        ports = f"http_port {self.plain_port}\n\thttps_port {self.port}\n\tdefault_bind 127.0.0.1"
        text = text.replace("{\n", f"{{\n\tadmin off\n\t{ports}\n", 1)
        shown = f"\ttls {self.folder}/certificate.pem {self.folder}/key.pem\n"
        (self.folder / "site").write_text(text.replace("\theader {", f"{shown}\theader {{"))
        return ["run", "--config", f"{self.folder}/site", "--adapter", "caddyfile"]

    def nginx(self) -> list[str]:
        text = (PROXIES / "nginx.conf").read_text("utf-8")
        for old, new in {
            r"listen \[::\].*\n": "",
            r"listen 80;": f"listen 127.0.0.1:{self.plain_port};",
            r"listen 443 ": f"listen 127.0.0.1:{self.port} ",
            r"127\.0\.0\.1:5000": f"127.0.0.1:{self.upstream}",
            r"/etc/ssl/certs/.*;": f"{self.folder}/certificate.pem;",
            r"/etc/ssl/private/.*;": f"{self.folder}/key.pem;",
            r"/var/log/nginx/undersigned\.log": f"{self.folder}/site.log",
        }.items():
            text, count = re.subn(old, new, text)
            assert count, old
        (self.folder / "site").write_text(text)
        (self.folder / "conf").write_text(NGINX.format(self.folder))
        return ["-p", str(self.folder), "-c", f"{self.folder}/conf", "-e", f"{self.folder}/log"]


@contextmanager
def before(upstream: int, kind: str, folder: Path) -> Iterator[Proxy]:
    """Run a proxy before a port of this machine."""
    program = shutil.which(kind, path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        pytest.skip(f"No {kind} to try its file with: apt-get install {kind}")
    proxy = Proxy(folder, upstream, free_port(), free_port(), certificate(folder, NAME)[1])
    words = proxy.caddy() if kind == "caddy" else proxy.nginx()
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "UNDERSIGNED_UPSTREAM": f"127.0.0.1:{upstream}",
    }
    with (
        (folder / "stderr").open("w") as log,
        subprocess.Popen([program, *words], env=environment, stdout=log, stderr=log) as started,  # noqa: S603 # a proxy of Debian's
    ):
        try:
            until = time.monotonic() + PATIENCE
            while not _listens(proxy.port):
                assert started.poll() is None, proxy.said()
                assert time.monotonic() < until, proxy.said()
                time.sleep(0.05)
            yield proxy
        finally:
            started.terminate()


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


@pytest.fixture(params=["caddy", "nginx"])
def proxy(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Proxy]:
    with serving() as house, before(house.address[1], request.param, tmp_path) as started:
        yield started


def told(answer: Answer) -> dict[str, str]:
    assert answer.status == 200, answer
    return http_server.told(b"\r\n\r\n" + answer.body)


def test_nobody_tells_the_service_that_somebody_else_asks(proxy: Proxy) -> None:
    false = {
        "X-Forwarded-For": "203.0.113.9",
        "X-Forwarded-Proto": "http",
        "X-Forwarded-Host": "other.specimen.example",
        "X_Forwarded_For": "203.0.113.9",
        "Forwarded": "for=203.0.113.9",
    }

    heard = told(proxy.ask("/who", None, false, ("X-Forwarded-For", "203.0.113.10")))

    assert heard["HTTP_X_FORWARDED_FOR"] == "127.0.0.1"
    assert heard["HTTP_X_FORWARDED_PROTO"] == "https"
    assert heard["HTTP_X_FORWARDED_HOST"].split(":")[0] == NAME


def test_an_address_arrives_as_it_was_typed(proxy: Proxy) -> None:
    heard = told(proxy.ask("/s/a%2Fb/%D0%B0//c?d=%20&e=+", headers={"If-Match": '"x:gzip"'}))

    assert heard["REQUEST_URI"] == "/s/a%2Fb/%D0%B0//c?d=%20&e=+"
    assert heard["HTTP_IF_MATCH"] == '"x:gzip"'


def test_the_largest_body_arrives_whole_and_a_larger_one_is_refused(proxy: Proxy) -> None:
    scan = b"0123456789" * 2_000_000
    assert told(proxy.ask("/who", scan))["body"].encode() == scan

    for size in 21_500_000, 23_000_000:
        assert proxy.ask("/who", b"x" * size).status == 413, size


def test_a_large_answer_arrives_whole_and_as_the_service_gave_it(proxy: Proxy) -> None:
    answer = proxy.ask("/large", headers={"Accept-Encoding": "gzip, zstd"})

    assert answer.status == 200
    assert answer.body == b"x" * http_server.LARGE["/large"]
    assert "Content-Encoding" not in answer.headers


def test_it_is_asked_by_tls_and_says_nothing_of_itself(proxy: Proxy) -> None:
    answer = proxy.ask("/who")
    assert answer.headers["Strict-Transport-Security"] == "max-age=63072000"
    assert answer.headers.get("Server", "nginx") == "nginx"

    moved = proxy.ask("/s/here?a=b", plain=True)
    assert moved.status == 308
    assert re.fullmatch(rf"https://{NAME}(:\d+)?/s/here\?a=b", moved.headers["Location"])


@pytest.mark.parametrize("path", ["/metrics", "/readyz"])
def test_what_is_for_who_watches_is_not_for_everybody(proxy: Proxy, path: str) -> None:
    for each in path, f"/{path}", path.replace("m", "%6D").replace("y", "%79"):
        assert proxy.ask(each).status == 404, each


@pytest.mark.parametrize("kind", ["caddy", "nginx"])
def test_it_keeps_no_line_about_a_request_also_where_the_service_is_away(
    kind: str, tmp_path: Path
) -> None:
    with serving() as house, before(house.address[1], kind, tmp_path) as proxy:
        proxy.ask(f"/s/{CANARY}")
        proxy.ask(f"/s/{CANARY}", b"x" * 23_000_000)
        proxy.ask(f"/s/{CANARY}", None, {"X-Large": "x" * 20_000})
        house.server.stop()
        house.thread.join(PATIENCE)
        assert proxy.ask(f"/s/{CANARY}").status == 502
        assert CANARY not in proxy.said()


def test_who_reads_by_caddy_while_the_service_starts_again_waits(tmp_path: Path) -> None:
    port = free_port()
    answers = []
    with before(port, "caddy", tmp_path) as proxy:
        asking = threading.Thread(target=lambda: answers.append(proxy.ask("/who")))
        asking.start()
        time.sleep(1)
        assert answers == []
        with serving(port=port):
            asking.join(PATIENCE)

    assert [told(each)["PATH_INFO"] for each in answers] == ["/who"]

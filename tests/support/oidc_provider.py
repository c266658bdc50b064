"""A small provider of OpenID Connect on this machine, that says what a test wants it to say."""

from __future__ import annotations

import base64
import json
import secrets
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey

from api.infra.net.egress import Egress
from api.infra.runtime import EXTENSION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import World

CLIENT, SECRET = "undersigned at specimen", "wren: 7 % +"
NETWORK = ip_network("127.0.0.0/8")


@dataclass
class Provider:
    """Who is asked, what it is asked, and what it says otherwise than it ought to."""

    issuer: str = ""
    about: dict[str, Any] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)  # None: left out
    userinfo: dict[str, Any] = field(default_factory=dict)
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "one"}))
    signs_with: ECKey | OctKey | None = None
    algorithm: str = "ES256"
    junk: set[str] = field(default_factory=set)  # paths that answer nothing of use
    asked: dict[str, dict[str, str]] = field(default_factory=dict)  # by code
    calls: list[str] = field(default_factory=list)

    def agreed(self, address: str, email: str, **more: Any) -> dict[str, str]:
        """Have a person agree at the address that the browser is led to; return what comes back."""
        asked = dict(parse_qsl(urlsplit(address).query))
        code = secrets.token_urlsafe(8)
        self.asked[code] = {**asked, "email": email}
        return {"code": code, "state": asked["state"], "iss": self.issuer, **more}

    def answer(self, path: str, sent: dict[str, str], headers: Any) -> tuple[int, object]:
        self.calls.append(path)
        if path in self.junk:
            return 200, "junk"
        if path == "/.well-known/openid-configuration":
            return 200, {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                **self.about,
            }
        if path == "/keys":
            return 200, KeySet([self.key]).as_dict(private=False)
        if path == "/userinfo":
            return 200, self.userinfo
        return self._tokens(sent, headers) if path == "/token" else (404, {})

    def _tokens(self, sent: dict[str, str], headers: Any) -> tuple[int, object]:
        asked = self.asked.pop(sent.get("code", ""), None)
        basic = base64.b64encode(b"undersigned+at+specimen:wren%3A+7+%25+%2B").decode()
        is_client = headers.get("Authorization") == f"Basic {basic}" or (
            sent.get("client_id"),
            sent.get("client_secret"),
        ) == (CLIENT, SECRET)
        if (
            asked is None
            or not is_client
            or create_s256_code_challenge(sent["code_verifier"]) != asked["code_challenge"]
            or sent["redirect_uri"] != asked["redirect_uri"]
        ):
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": asked["client_id"],
            "sub": "kestrel",
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            "email": asked["email"],
            "email_verified": True,
            **self.claims,
        }
        claims = {name: it for name, it in claims.items() if it is not None}
        header = {"alg": self.algorithm, "kid": "one"}
        if self.algorithm == "none":
            parts = (base64.urlsafe_b64encode(json.dumps(it).encode()) for it in (header, claims))
            token = ".".join(part.decode().rstrip("=") for part in parts) + "."
        else:
            key = self.signs_with or self.key
            token = jwt.encode(header, claims, key, algorithms=[self.algorithm])
        return 200, {"access_token": "specimen", "token_type": "Bearer", "id_token": token}


class _Handler(BaseHTTPRequestHandler):
    provider: Provider

    def do_GET(self) -> None:
        self._answer({})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(dict(parse_qsl(body.decode())))

    def _answer(self, sent: dict[str, str]) -> None:
        status, found = self.provider.answer(self.path, sent, self.headers)
        body = json.dumps(found).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def named(world: World, **settings: Any) -> Iterator[Provider]:
    """Name a provider to an app, as its operator does; both are there for a while."""
    provider = Provider()
    handler = type("Handler", (_Handler,), {"provider": provider})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    before = world.app.extensions[EXTENSION]
    named_so = {
        "oidc_issuer": provider.issuer,
        "oidc_client_id": CLIENT,
        "oidc_client_secret": SECRET,
        "oidc_label": "Specimen ID",
        **settings,
    }
    ports = frozenset({server.server_port})
    world.app.extensions[EXTENSION] = replace(
        before,
        settings=replace(before.settings, **named_so),
        egress=Egress(networks=(NETWORK,), ports=ports, plain_http=True),
    )
    try:
        yield provider
    finally:
        world.app.extensions[EXTENSION] = before
        server.shutdown()
        server.server_close()

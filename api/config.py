"""Settings: every one, typed. Nothing else reads the environment."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from environs import FileAwareEnv

PREFIX = "UNDERSIGNED_"
SOURCE = f"{PREFIX}SOURCE_URL"
QUEUES = ("sqlite:////", "redis://", "rediss://", "postgresql://")
ALONE = "memory://"  # of limits: each process counts by itself
LIMITS = (ALONE, "redis://", "rediss://")
_BIND = re.compile(r"(\[[0-9a-f:.]+\]|[A-Za-z0-9.-]+):[0-9]{1,5}")
_LEAST_TOKEN = 20  # characters
_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?")  # no path, no star, small letters
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


class BadSettings(Exception):
    """The environment holds a setting that cannot work; the start stops."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Read once at start-up from `UNDERSIGNED_…`; a malformed value stops the start."""

    database_url: str
    storage_path: str = ""  # a folder; or, in its place,
    storage_url: str = ""  # s3://KEY:SECRET@HOST/BUCKET/PREFIX
    master_keys: tuple[str, ...]  # base64 of 32 bytes each; the first encrypts, all decrypt
    queue_url: str | None = None  # None: beside the database
    log_level: str = "INFO"
    trusted_proxies: int = 0  # how many proxies in front set X-Forwarded-For
    render_spares: int = 2  # warm children waiting for a rendering
    page_size: str = "A4"  # or Letter
    public_url: str = "http://127.0.0.1:5000"  # what links in letters begin with
    smtp_url: str | None = None  # None: letters wait
    mail_from: str = "undersigned@localhost.localdomain"
    limits_url: str = ALONE  # where the rates of each address prefix are counted
    # What users' targets (webhooks, mailing tools, mail servers) may be besides the internet.
    allowed_networks: tuple[IPv4Network | IPv6Network, ...] = ()
    allowed_ports: tuple[int, ...] = ()
    allow_plain_http: bool = False
    cors_origins: tuple[str, ...] = ()  # of web clients, as browsers send them
    metrics_path: str | None = None  # a folder of this machine; None: nothing is counted
    metrics_bind: str | None = None  # None: /metrics is among the other addresses
    metrics_token: str | None = None
    session_idle_minutes: int = 120  # of people at the desk
    session_hours: int = 12
    # Who vouches for people at the desk (OpenID Connect); None: nobody.
    oidc_issuer: str | None = None
    oidc_client_id: str | None = None
    oidc_client_secret: str | None = None
    oidc_label: str = "Single sign-on"
    oidc_domains: tuple[str, ...] = ()  # of e-mail addresses; none: any
    source_url: str | None = None  # where people find the source of this very version

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")

    @property
    def storage(self) -> str:
        """Where files are kept: a folder, or an address of S3."""
        return self.storage_url or self.storage_path

    @property
    def queue(self) -> str:
        """The address of the queue: a file beside SQLite's, or tables in PostgreSQL."""
        beside = f"{self.database_url}-queue" if self.is_sqlite else self.database_url
        return (self.queue_url or beside).replace("+psycopg", "", 1)


def read() -> Settings:
    """Return the settings of this process's environment, or raise BadSettings."""
    with _environment() as env:
        settings = Settings(
            database_url=_database(env.str("DATABASE_URL")),
            storage_path=env.str("STORAGE_PATH", Settings.storage_path),
            storage_url=env.str("STORAGE_URL", Settings.storage_url),
            master_keys=_keys(env),
            queue_url=env.str("QUEUE_URL", Settings.queue_url),
            log_level=env.str("LOG_LEVEL", Settings.log_level).upper(),
            trusted_proxies=env.int("TRUSTED_PROXIES", Settings.trusted_proxies),
            render_spares=env.int("RENDER_SPARES", Settings.render_spares),
            page_size=env.str("PAGE_SIZE", Settings.page_size),
            public_url=env.str("PUBLIC_URL", Settings.public_url).rstrip("/"),
            smtp_url=env.str("SMTP_URL", Settings.smtp_url),
            mail_from=env.str("MAIL_FROM", Settings.mail_from),
            limits_url=env.str("LIMITS_URL", Settings.limits_url),
            allowed_networks=_networks(env.list("ALLOWED_NETWORKS", [])),
            allowed_ports=tuple(env.list("ALLOWED_PORTS", [], subcast=int)),
            allow_plain_http=env.bool("ALLOW_PLAIN_HTTP", Settings.allow_plain_http),
            cors_origins=tuple(env.list("CORS_ORIGINS", [])),
            metrics_path=env.str("METRICS_PATH", "") or None,
            metrics_bind=env.str("METRICS_BIND", "") or None,
            metrics_token=env.str("METRICS_TOKEN", "") or None,
            session_idle_minutes=env.int("SESSION_IDLE_MINUTES", Settings.session_idle_minutes),
            session_hours=env.int("SESSION_HOURS", Settings.session_hours),
            oidc_issuer=env.str("OIDC_ISSUER", Settings.oidc_issuer),
            oidc_client_id=env.str("OIDC_CLIENT_ID", Settings.oidc_client_id),
            oidc_client_secret=env.str("OIDC_CLIENT_SECRET", Settings.oidc_client_secret),
            oidc_label=env.str("OIDC_LABEL", Settings.oidc_label),
            oidc_domains=tuple(env.list("OIDC_DOMAINS", [], subcast=str.lower)),
            source_url=env.str("SOURCE_URL", Settings.source_url),
        )
    if settings.log_level not in LOG_LEVELS:
        raise BadSettings(f"UNDERSIGNED_LOG_LEVEL must be one of {', '.join(LOG_LEVELS)}.")
    if min(settings.trusted_proxies, settings.render_spares) < 0:
        raise BadSettings("UNDERSIGNED_TRUSTED_PROXIES and UNDERSIGNED_RENDER_SPARES count from 0.")
    if min(settings.session_idle_minutes, settings.session_hours) < 1:
        raise BadSettings("UNDERSIGNED_SESSION_IDLE_MINUTES and …_SESSION_HOURS count from 1.")
    if settings.page_size not in {"A4", "Letter"}:
        raise BadSettings("UNDERSIGNED_PAGE_SIZE must be A4 or Letter. See docs/settings.md.")
    _check_storage(settings)
    _check_outside(settings)
    _check_metrics(settings)
    if not settings.queue.startswith(QUEUES):
        raise BadSettings(
            "UNDERSIGNED_QUEUE_URL must be sqlite:////absolute/path, redis://… or postgresql://…"
            " See docs/settings.md."
        )
    return settings


def master_keys() -> tuple[str, ...]:
    """Return the master keys alone: who proves a backup needs no other setting."""
    with _environment() as env:
        return _keys(env)


def source_url() -> str | None:
    """Return where the source is, whatever else is or is not set."""
    if not {SOURCE, f"{SOURCE}_FILE"} & os.environ.keys():  # `--version` answers at once
        return Settings.source_url
    with _environment() as env:
        return env.str("SOURCE_URL", Settings.source_url)


@contextmanager
def _environment() -> Iterator[FileAwareEnv]:
    """Give what is set, or stands in a file that a `…_FILE` names; raise BadSettings."""
    from environs import FileAwareEnv  # noqa: PLC0415 # with marshmallow

    for name in sorted(os.environ):
        if name.startswith(PREFIX) and os.environ.get(f"{name}_FILE"):
            raise BadSettings(f"{name} and {name}_FILE are both set: leave one of them out.")
    env = FileAwareEnv(strip_whitespace=True)
    try:
        with env.prefixed(PREFIX):
            yield env
    except UnicodeDecodeError:
        raise BadSettings(f"A file that a setting {PREFIX}…_FILE names is no text.") from None
    except ValueError as fault:  # of environs, for what cannot be read or is malformed
        raise BadSettings(f"{str(fault).rstrip('.')}. See docs/settings.md.") from fault


def _keys(env: FileAwareEnv) -> tuple[str, ...]:
    """Return the master keys, with commas between them or one a line."""
    return tuple(re.split(r"[,\s]+", env.str("MASTER_KEYS").strip()))


def _check_outside(settings: Settings) -> None:
    if not settings.public_url.startswith(("https://", "http://")):
        raise BadSettings("UNDERSIGNED_PUBLIC_URL begins with https://. See docs/settings.md.")
    name, at, domain = settings.mail_from.rpartition("@")
    is_one = name and at and domain and settings.mail_from.isascii()
    if not is_one or any(character in settings.mail_from for character in " ,<>"):
        raise BadSettings("UNDERSIGNED_MAIL_FROM is one e-mail address. See docs/settings.md.")
    if wrong := [each for each in settings.cors_origins if not _ORIGIN.fullmatch(each)]:
        raise BadSettings(
            f"UNDERSIGNED_CORS_ORIGINS is a list such as https://desk.example.org: {wrong[0]} is no"
            " origin as browsers send it. See docs/settings.md."
        )
    if settings.source_url and not settings.source_url.startswith(("https://", "http://")):
        raise BadSettings("UNDERSIGNED_SOURCE_URL begins with https://. See docs/settings.md.")
    named = settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret
    if any(named) and not all(named):
        raise BadSettings(
            "UNDERSIGNED_OIDC_ISSUER, …_OIDC_CLIENT_ID and …_OIDC_CLIENT_SECRET are set together."
            " See docs/signing-in.md."
        )
    if not (settings.oidc_issuer or "https://").startswith(("https://", "http://")):
        raise BadSettings("UNDERSIGNED_OIDC_ISSUER begins with https://. See docs/signing-in.md.")
    if not settings.limits_url.startswith(LIMITS):
        raise BadSettings("UNDERSIGNED_LIMITS_URL must be memory:// or redis://…")


def _check_metrics(settings: Settings) -> None:
    bind, token = settings.metrics_bind, settings.metrics_token
    if settings.metrics_path is None:
        if bind or token:
            raise BadSettings(
                "UNDERSIGNED_METRICS_PATH is missing: a folder of this machine in which its"
                " processes count, as /run/undersigned/metrics. See docs/metrics.md."
            )
        return
    if not Path(settings.metrics_path).is_absolute():
        raise BadSettings("UNDERSIGNED_METRICS_PATH begins with /. See docs/metrics.md.")
    if bind is None and token is None:
        raise BadSettings(
            "UNDERSIGNED_METRICS_PATH is not enough: set UNDERSIGNED_METRICS_BIND or"
            " UNDERSIGNED_METRICS_TOKEN as well, or nobody can read what is counted."
            " See docs/metrics.md."
        )
    if bind is not None and not _BIND.fullmatch(bind):
        raise BadSettings("UNDERSIGNED_METRICS_BIND is HOST:PORT, as in 127.0.0.1:9464.")
    if token is not None and (len(token) < _LEAST_TOKEN or not token.isascii()):
        raise BadSettings(
            f"UNDERSIGNED_METRICS_TOKEN has at least {_LEAST_TOKEN} characters, all of ASCII."
        )


def is_reached_by_others(settings: Settings) -> bool:
    """Tell whether links in letters lead anybody here but who sits at this machine."""
    host = urlsplit(settings.public_url).hostname or ""
    try:
        return not (ip_address(host).is_loopback or ip_address(host).is_unspecified)
    except ValueError:
        return host != "localhost" and not host.endswith(".localhost")


def is_named_safely(settings: Settings) -> bool:
    """Tell whether the public address is a name with TLS, or `localhost`: passkeys want that."""
    parts = urlsplit(settings.public_url)
    host = parts.hostname or ""
    try:
        ip_address(host)
    except ValueError:
        is_local = host == "localhost" or host.endswith(".localhost")
        return bool(host) and (parts.scheme == "https" or is_local)
    return False


def _networks(written: list[str]) -> tuple[IPv4Network | IPv6Network, ...]:
    try:
        return tuple(map(ip_network, written))
    except ValueError as fault:
        raise BadSettings(
            "UNDERSIGNED_ALLOWED_NETWORKS is a list such as 10.1.0.0/16,fd00:1::/64."
            " See docs/settings.md."
        ) from fault


def _database(address: str) -> str:
    """Return an address that SQLAlchemy opens with the driver that we have."""
    if address.startswith("postgresql://"):
        return address.replace("postgresql://", "postgresql+psycopg://", 1)
    if not address.startswith(("sqlite:////", "postgresql+psycopg://")):
        raise BadSettings(
            "UNDERSIGNED_DATABASE_URL must be sqlite:////absolute/path or postgresql://…"
            " See docs/settings.md."
        )
    return address


def _check_storage(settings: Settings) -> None:
    if bool(settings.storage_url) == bool(settings.storage_path):
        raise BadSettings(
            "Set UNDERSIGNED_STORAGE_PATH to a folder, or UNDERSIGNED_STORAGE_URL to s3://…, and"
            " not both. See docs/settings.md."
        )
    if settings.storage_url and not is_bucket(settings.storage_url):
        raise BadSettings(
            "UNDERSIGNED_STORAGE_URL must be s3://KEY:SECRET@HOST/BUCKET, with %2F for each / of"
            " the key and the secret. See docs/settings.md."
        )


def is_bucket(address: str) -> bool:
    """Tell whether this is an address of S3, with a host and a bucket.

    A secret with a bare `/` would end the host there: what is left of it would be taken for a
    bucket, asked for at another host, and logged.
    """
    try:
        at = urlsplit(address)
        has_host = bool(at.hostname) and at.port != 0  # it raises where no number stands there
    except ValueError:
        return False
    is_whole = has_host and bool(at.path.strip("/")) and "@" not in at.path
    return at.scheme in {"s3", "s3+http"} and is_whole


def share(*parts: str) -> Path:
    """Return the path of a file that ships beside the code: `templates/…`, `migrations/…`."""
    package = Path(__file__).resolve().parent
    installed = package / "_share"
    root = installed if installed.is_dir() else package.parent
    return root.joinpath(*parts)

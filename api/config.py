"""Settings: every one, typed. Nothing else reads the environment."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from environs import Env, EnvError


class BadSettings(Exception):
    """The environment holds a setting that cannot work; the start stops."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Read once at start-up from `UNDERSIGNED_…`; a malformed value stops the start."""

    database_url: str
    storage_path: str  # a folder
    master_keys: tuple[str, ...]  # base64 of 32 bytes each; the first encrypts, all decrypt
    public_url: str = "http://localhost:5000"
    log_level: str = "INFO"
    trusted_proxies: int = 0  # how many proxies in front set X-Forwarded-For
    render_spares: int = 2  # warm children waiting for a rendering
    page_size: str = "A4"  # or Letter

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")


def read() -> Settings:
    """Return the settings of this process's environment, or raise BadSettings."""
    env = Env()
    try:
        with env.prefixed("UNDERSIGNED_"):
            settings = Settings(
                database_url=env.str("DATABASE_URL"),
                storage_path=env.str("STORAGE_PATH"),
                master_keys=tuple(env.list("MASTER_KEYS")),
                public_url=env.str("PUBLIC_URL", Settings.public_url),
                log_level=env.str("LOG_LEVEL", Settings.log_level).upper(),
                trusted_proxies=env.int("TRUSTED_PROXIES", Settings.trusted_proxies),
                render_spares=env.int("RENDER_SPARES", Settings.render_spares),
                page_size=env.str("PAGE_SIZE", Settings.page_size),
            )
    except EnvError as fault:
        raise BadSettings(f"{fault} See docs/settings.md.") from fault
    if settings.page_size not in {"A4", "Letter"}:
        raise BadSettings("UNDERSIGNED_PAGE_SIZE must be A4 or Letter. See docs/settings.md.")
    return settings


def share(*parts: str) -> Path:
    """Return the path of a file that ships beside the code: `templates/…`, `migrations/…`."""
    package = Path(__file__).resolve().parent
    installed = package / "_share"
    root = installed if installed.is_dir() else package.parent
    return root.joinpath(*parts)

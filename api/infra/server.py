"""gunicorn, told what it needs to know of us."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gunicorn.app.base import BaseApplication

from api.infra.outside import EXTENSION

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

TIMEOUT_SECONDS = 120  # a large document renders in the request


class _Server(BaseApplication):  # type: ignore[misc] # gunicorn ships no types
    def __init__(self, make_app: Callable[[], Flask], options: dict[str, Any]) -> None:
        self.make_app, self.options = make_app, options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Make the app in each process of its own, with its render process warm."""
        app = self.make_app()
        app.extensions[EXTENSION].children.start_soon()
        return app


def run(make_app: Callable[[], Flask], bind: str, workers: int, threads: int) -> None:
    """Serve until a signal ends it."""
    options = {
        "bind": bind,
        "workers": workers,
        "threads": threads,
        "worker_class": "gthread",
        "timeout": TIMEOUT_SECONDS,
        "accesslog": None,  # its lines would hold paths; ours do not
        "loglevel": "warning",
        "worker_tmp_dir": "/dev/shm",  # noqa: S108 # gunicorn's heartbeat, kept off the disk
        "limit_request_line": 8190,
    }
    _Server(make_app, options).run()

"""An app that is watched, and what it tells."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path

from flask import Flask
from prometheus_client.parser import text_string_to_metric_families as families

from api.app import create_app
from api.config import Settings
from api.infra import metrics
from api.infra.runtime import EXTENSION
from api.infra.sandbox.pool import ChildPool
from tests.conftest import World
from tests.support.client import Client

TOKEN = "specimen-of-who-watches-it"  # noqa: S105 # of the tests only
Labels = frozenset[tuple[str, str]]


@cache
def _app(settings: Settings, children: ChildPool) -> Flask:
    """Make one app for all tests of a run: each has connections of its own, which stay open."""
    app = create_app(settings, children)
    app.testing = False
    return app


@contextmanager
def watched(world: World, folder: Path, children: ChildPool) -> Iterator[World]:
    """Give another process's app of the same house, which counts, with a token to read it by."""
    settings: Settings = world.app.extensions[EXTENSION].settings
    app = _app(replace(settings, metrics_path="/nowhere", metrics_token=TOKEN), children)
    own = app.extensions[EXTENSION]
    here = replace(own, settings=replace(own.settings, metrics_path=str(folder)), memory={})
    app.extensions[EXTENSION] = here
    metrics.begin(str(folder))
    try:
        yield World(app, world.engine)
    finally:
        metrics.end()
        app.extensions[EXTENSION] = own


def text(world: World) -> str:
    """Return what a watched app tells."""
    answer = Client(world.app.test_client(), TOKEN).get("/metrics")
    assert answer.status == 200, answer.body
    return answer.body.decode()


class Told:
    """What was told, by name and labels."""

    def __init__(self, told: str) -> None:
        self.text = told
        self.samples: dict[tuple[str, Labels], float] = {
            (each.name, frozenset(each.labels.items())): each.value
            for family in families(told)
            for each in family.samples
        }

    def __call__(self, name: str, **labels: str) -> float:
        """Return a number; 0: nothing was counted."""
        return self.samples.get((name, frozenset(labels.items())), 0.0)

    def words(self, label: str) -> set[str]:
        """Return all words of a label."""
        return {dict(labels)[label] for _, labels in self.samples if label in dict(labels)}


def of(world: World) -> Told:
    """Return what a watched app tells."""
    return Told(text(world))


def names(written: str) -> set[str]:
    """Return the metrics that are named in a text."""
    return set(re.findall(r"\bundersigned_[a-z_]+\b", written))

"""docs/metrics.md lists each metric and no other; the dashboard and the alerts know them all."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import yaml

from api import config
from api.app import FEATURES
from api.infra import metrics
from api.infra.database.gauges import Gauge, GaugeSource
from api.web.metrics import GAUGES
from tests.support.metrics import names

STANDINGS = [part for each in FEATURES for part in each.parts if isinstance(part, GaugeSource)]
DECLARED: list[Gauge] = [*GAUGES, *(gauge for each in STANDINGS for gauge in each.gauges)]
ROW = re.compile(r"^\| `(undersigned_\w+)` \| (\w+) \| (.+?) \| (.+) \|$", re.MULTILINE)
PAPER = config.share("docs", "metrics.md").read_text("utf-8")
BOARD = config.share("docs", "operating", "grafana.json").read_text("utf-8")
ALERTS = config.share("docs", "operating", "alerts.yaml").read_text("utf-8")
BY_PROMETHEUS = {"le", "instance", "job"}


def told() -> dict[str, tuple[str, tuple[str, ...]]]:
    """Return each metric as it is told: its kind and its labels."""
    found = {each.name: ("gauge", tuple(each.labels)) for each in DECLARED}
    for each in metrics.ALL:
        if isinstance(each, metrics.Counter):
            found[f"{each.name}_total"] = ("counter", tuple(each.labels))
        else:
            found[each.name] = ("histogram", tuple(each.labels))
    return found


def series() -> dict[str, tuple[str, ...]]:
    """Return the names by which Prometheus knows them, with their labels."""
    found: dict[str, tuple[str, ...]] = {}
    for name, (kind, labels) in told().items():
        ends = ("_bucket", "_count", "_sum") if kind == "histogram" else ("",)
        found |= {f"{name}{end}": labels for end in ends}
    return found


def expressions() -> list[str]:
    board: dict[str, Any] = json.loads(BOARD)
    of_panels = [each["expr"] for panel in board["panels"] for each in panel.get("targets", ())]
    rules = [rule for group in yaml.safe_load(ALERTS)["groups"] for rule in group["rules"]]
    return [*of_panels, *(rule["expr"] for rule in rules)]


def test_each_metric_is_explained_and_no_other() -> None:
    explained = {
        name: (kind, tuple(re.findall(r"`(\w+)`", labels)))
        for name, kind, labels, _ in ROW.findall(PAPER)
    }

    assert explained == told()


def test_each_way_in_which_something_ends_is_explained() -> None:
    rows = {name: text for name, _, _, text in ROW.findall(PAPER)}

    for each in metrics.ALL:
        for word in each.labels.get("outcome", ()):
            assert f"`{word}`" in rows[f"{each.name}_total"], (each.name, word)


@pytest.mark.parametrize("paper", [BOARD, ALERTS], ids=["dashboard", "alerts"])
def test_what_is_shown_and_what_alerts_is_there(paper: str) -> None:
    assert names(paper) <= {*series(), "undersigned_"}


def test_each_metric_that_is_named_elsewhere_on_paper_is_there() -> None:
    assert names(PAPER) <= {*series(), *told()}


def test_the_dashboard_shows_each_metric() -> None:
    shown = names(BOARD)

    assert [name for name in told() if not any(each.startswith(name) for each in shown)] == []


def test_expressions_ask_for_labels_that_there_are() -> None:
    for expression in expressions():
        for name, inside in re.findall(r"(undersigned_\w+)\{([^}]*)\}", expression):
            for label in re.findall(r"(\w+)\s*(?:=~|!=|!~|=)", inside):
                assert label in series()[name], expression
        labels = {label for name in names(expression) for label in series()[name]}
        for group in re.findall(r"\bby \(([^)]*)\)", expression):
            assert {each.strip() for each in group.split(",")} <= labels | BY_PROMETHEUS, expression


def test_words_that_alerts_wait_for_are_words_of_ours() -> None:
    """An alert on a word that is never told would never go off."""
    for expression in expressions():
        for name, inside in re.findall(r"undersigned_(\w+)_total\{([^}]*)\}", expression):
            (metric,) = [each for each in metrics.ALL if each.name == f"undersigned_{name}"]
            for label, value in re.findall(r'(\w+)=~?"([^"]*)"', inside):
                known = metric.labels[label]
                assert not known or set(value.split("|")) <= set(known), expression


def test_no_metric_goes_by_a_name_of_two() -> None:
    every = [each.name for each in (*DECLARED, *metrics.ALL)]

    assert sorted(every) == sorted(set(every))
    assert all(re.fullmatch(r"undersigned(_[a-z]+)+", each) for each in every)
    assert all(len(each.told) < 100 for each in metrics.ALL)  # it stands in each file for each word

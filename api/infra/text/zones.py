"""In which zone a country's clocks go, by the zones of IANA; knows no domain."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from importlib import resources
from zoneinfo import ZoneInfo


def of_country(code: str | None, at: datetime) -> str | None:
    """Return a zone (IANA) of a country (ISO 3166-1); None where its clocks differ then."""
    zones = _zones().get(code or "", ())
    offsets = {at.astimezone(ZoneInfo(zone)).utcoffset() for zone in zones}
    return zones[0] if len(offsets) == 1 else None


@lru_cache(maxsize=1)
def every() -> tuple[str, ...]:
    """Return all zones of countries, and UTC, by name."""
    return ("UTC", *sorted(zone for zones in _zones().values() for zone in zones))


def told_in(own: str | None, country: str | None, at: datetime, otherwise: str) -> str:
    """Return in which zone somebody is told an instant: their own, their country's, or another."""
    return own or of_country(country, at) or otherwise


@lru_cache(maxsize=1)
def _zones() -> Mapping[str, tuple[str, ...]]:
    """Return the zones of each country, in the order of IANA's own table."""
    found: dict[str, tuple[str, ...]] = {}
    table = resources.files("tzdata").joinpath("zoneinfo", "zone.tab").read_text("utf-8")
    for line in table.splitlines():
        if not line.startswith("#"):
            country, _, zone, *_ = line.split("\t")
            found[country] = (*found.get(country, ()), zone)
    return found

"""What a rule that invalidates signatures must say, and whom it means."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from api.errors import Code, Fault
from api.signatures.models import BlockKind, SignatureState, Source
from api.signatures.rules import Identity, blocking
from api.signing.rules import TOLD_BEFORE
from api.statements.models import Signing

InvalidationRule = Mapping[str, Any]  # what was given of the fields of RuleIn

# Names are sealed: so many are opened in a request, more by a job.
MOST_IN_REQUEST = 2_000
AT_ONCE = 500  # rows of one transaction
SAMPLE = 20
# A coordinator may have been wrong: for so long what was taken out can come back with its names.
DISPUTED = timedelta(days=91)  # ninety from the end of a day: no hour is kept
PREFIXES_KEPT = timedelta(days=7)
A_DAY = timedelta(days=1)
WAS_HELD = "was_held"  # a flag of what was invalidated while it was held

# What a rule may take out, and what of it can come back.
STANDING = (SignatureState.CONFIRMED, SignatureState.HELD)
_SAYS = ("domain", "name_pattern", "from", "until", "country", "prefix_of", "domain_of")


def faults(rule: InvalidationRule) -> list[Fault]:
    """Return what is wrong with a rule; an empty one would mean everybody."""
    if not any(rule.get(part) for part in _SAYS):
        where = "Say at least one of domain, name_pattern, from, until, country, prefix_of,"
        return [Fault("/rule", Code.REQUIRED, f"{where} domain_of.")]
    found = []
    for part, kind in (("domain", BlockKind.DOMAIN), ("name_pattern", BlockKind.NAME)):
        if rule.get(part) and (wrong := blocking.fault(kind, rule[part])):
            found.append(Fault.of(f"/rule/{part}", wrong))
    if rule.get("from") and rule.get("until") and rule["until"] <= rule["from"]:
        found.append(
            Fault("/rule/until", Code.TOO_EARLY, "It is the first moment after: later than from.")
        )
    return found


def kept(rule: InvalidationRule) -> dict[str, object]:
    """Return a rule as it is sealed and shown again."""
    source = rule.get("source") or Source.PUBLIC
    told = {part: rule[part] for part in _SAYS if rule.get(part) is not None}
    for moment in told.keys() & {"from", "until"}:
        told[moment] = told[moment].isoformat()
    for each in told.keys() & {"prefix_of", "domain_of"}:
        told[each] = str(told[each])
    return {**told, "source": source.value}


def is_meant(pattern: str, who: Identity) -> bool:
    """Tell whether a folded pattern fits a signatory or who represents it."""
    names = [who.get("name"), (who.get("represented_by") or {}).get("name")]
    return any(blocking.like(pattern, blocking.bare(name)) for name in names if name)


def after_undoing(flags: list[str]) -> tuple[SignatureState, list[str]]:
    """Return the state that an invalidated signature comes back to, and its flags."""
    if WAS_HELD in flags:
        return SignatureState.HELD, [flag for flag in flags if flag != WAS_HELD]
    return SignatureState.CONFIRMED, flags


def told_on(signing: Signing) -> date | None:
    """Return on which day a letter to the owners left that tells of the day as it is now."""
    return signing.told_on if signing.told_until == signing.retain_until else None


def untold(signing: Signing) -> str | None:
    """Return why a day does not act, if owners were to know of it and no letter has left."""
    is_promised = signing.retain_until is not None and signing.told_until == signing.retain_until
    if not is_promised or signing.told_on is not None:
        return None
    return (
        "No letter that tells the owners of this day has left yet, and nobody is forgotten before"
        " seven days after one has. See that letters leave, and that an owner can be reached."
    )


def acts_on(signing: Signing, today: date) -> date | None:
    """Return on which day who signed is forgotten: a week after the owners were told of it.

    As long as no letter has left it is the day if one leaves in time, or else today.
    """
    until = signing.retain_until
    if until is None:
        return None
    told = told_on(signing) or max(today, until - TOLD_BEFORE)
    day_after = min(until, date.max - A_DAY) + A_DAY  # a day of before is as far as it was allowed
    return max(day_after, told + TOLD_BEFORE)

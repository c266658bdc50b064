"""What the DNS says of the domain that letters come from: whether others may send in its name.

The DNS may be away, or not be asked from here: that is said, and is no fault of this machine.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from api.cli.doctor import Check

if TYPE_CHECKING:  # it takes a tenth of a second, which only a look at a domain needs
    from dns.resolver import Resolver

SECONDS = 4.0  # for all questions together
# RFC 6761 and 8375, and what local networks use: nobody out there can ask about these.
LOCAL = frozenset({"localhost", "localdomain"})
NOT_PUBLIC = frozenset({"example", "test", "invalid", "internal", "local", "arpa", "onion", "alt"})
MOST_PARENTS = 7  # whose DMARC is asked for, where a domain has none itself
EVERYBODY = frozenset({"all", "+all"})


class _NoAnswer(Exception):
    """Nobody answered in time."""


def sender_checks(
    address: str, selector: str | None = None, resolver: Resolver | None = None
) -> Iterator[Check]:
    """Yield what the DNS says of the domain of an address: SPF (RFC 7208) and DMARC.

    A DKIM key (RFC 6376) can be asked for by its selector only.
    """
    domain = address.rpartition("@")[2].rstrip(".").lower()
    last = domain.rpartition(".")[2]
    if last in LOCAL:
        mend = "Set UNDERSIGNED_MAIL_FROM to an address of your domain (docs/settings.md)."
        yield _advice("sender", f"sender of letters: {address}", mend)
        return
    if last in NOT_PUBLIC:
        yield _unknown(f"SPF and DMARC of {domain}: it is no domain of the public DNS", domain)
        return
    try:
        lookup = _Lookup(resolver)
        yield _spf(domain, lookup)
        if selector is not None:
            yield _dkim(f"{selector}._domainkey.{domain}", lookup)
        yield _dmarc(domain, lookup)
    except _NoAnswer:
        yield _unknown(f"SPF and DMARC of {domain}: no DNS server answers here", domain)


def _advice(name: str, what: str, mend: str) -> Check:
    return Check(name, what, is_well=False, mend=mend, is_needed=False)


def _unknown(what: str, domain: str) -> Check:
    mend = f"Ask where it is known: dig TXT {domain} and _dmarc.{domain}"
    return Check("sender", what, is_well=True, mend=mend, is_known=False)


def _well(name: str, what: str) -> Check:
    return Check(name, what, is_well=True, mend="")


def _spf(domain: str, lookup: _Lookup) -> Check:
    found = [each for each in lookup.texts(domain) if each.lower().split(" ")[0] == "v=spf1"]
    mend = (
        f"Publish one TXT record of {domain} that names the mail server of UNDERSIGNED_SMTP_URL,"
        ' as "v=spf1 mx -all".'
    )
    if not found:
        return _advice("spf", f"SPF of {domain}: there is none", mend)
    if len(found) > 1:
        what = f"SPF of {domain}: there are {len(found)}, so that none counts"
        return _advice("spf", what, mend)
    if EVERYBODY & set(found[0].lower().split()):
        what = f"SPF of {domain}: it lets everybody send in its name"
        return _advice("spf", what, 'End it with "-all" or "~all".')
    return _well("spf", f"SPF of {domain}")


def _dkim(name: str, lookup: _Lookup) -> Check:
    keys = [tags["p"] for tags in map(_tags, lookup.texts(name)) if "p" in tags]
    mend = f"Publish the key with which your mail server signs as a TXT record of {name}."
    if not keys:
        return _advice("dkim", f"DKIM: there is no key at {name}", mend)
    if not any(keys):
        return _advice("dkim", f"DKIM: the key at {name} was taken back", mend)
    return _well("dkim", f"DKIM: a key at {name}")


def _dmarc(domain: str, lookup: _Lookup) -> Check:
    labels = domain.split(".")
    parents = [".".join(labels[start:]) for start in range(max(1, len(labels) - 1))]
    for each in parents[:1] + parents[1:][-MOST_PARENTS:]:
        texts = lookup.texts(f"_dmarc.{each}")
        found = [text for text in texts if text.replace(" ", "").startswith("v=DMARC1")]
        if len(found) == 1:
            return _well("dmarc", f"DMARC of {domain}: {_policy(found[0])}")
    mend = f'Publish one TXT record of _dmarc.{domain}, at first "v=DMARC1; p=none".'
    return _advice("dmarc", f"DMARC of {domain}: there is none", mend)


def _policy(record: str) -> str:
    """Return what a record asks of receivers, in words of ours."""
    asked = _tags(record).get("p")
    known = ("none", "quarantine", "reject")
    return next((f"p={each}" for each in known if asked == each), "there is one")


def _tags(record: str) -> dict[str, str]:
    """Return the tags of a record, all in small letters."""
    tags = [each.partition("=") for each in record.split(";")]
    return {name.strip().lower(): value.strip().lower() for name, _, value in tags}


class _Lookup:
    """Asks the DNS, all questions together within SECONDS."""

    def __init__(self, resolver: Resolver | None) -> None:
        """Ask a resolver, or those of this machine; raise _NoAnswer where it has none."""
        from dns.resolver import NoResolverConfiguration, Resolver  # noqa: PLC0415 # see above

        try:
            self._resolver = resolver or Resolver()
        except (NoResolverConfiguration, OSError) as none:
            raise _NoAnswer from none
        self._until = time.monotonic() + SECONDS

    def texts(self, name: str) -> list[str]:
        """Return the texts of a name; raise _NoAnswer."""
        from dns.exception import DNSException  # noqa: PLC0415 # see above
        from dns.resolver import NXDOMAIN, NoAnswer  # noqa: PLC0415

        left = max(0.1, self._until - time.monotonic())
        try:
            answer = self._resolver.resolve(name, "TXT", search=False, lifetime=left)
        except (NXDOMAIN, NoAnswer):
            return []
        except (DNSException, OSError) as away:
            raise _NoAnswer from away
        return [b"".join(each.strings).decode("utf-8", "replace") for each in answer]

"""What a coalition's mail server may be, and what to do about what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from api.errors import Code, Fault
from api.infra.net.egress import Egress

PORTS = frozenset({25, 465, 587, 2525})
MAILBOX_PORTS = frozenset({993})
# By the word of a fault: what it means, and what to do.
ADVICE = {
    "host-unknown": "No such host is known: check its name.",
    "out-of-reach": "It stands in a network that is not connected to: ask who runs this server.",
    "no-connection": "It does not answer: check host and port, and whether it runs.",
    "time-out": "It answers too slowly: see whether it is busy, or ask who runs it.",
    "certificate": "Its certificate is not for this host, or nobody trusts it: renew it there.",
    "no-encryption": "It offers no encryption on this port: try the other kind, or another port.",
    "login-refused": "It refuses the user or the password: set them anew.",
    "sender-refused": "It does not let this user write as this sender: allow it there.",
    "junk": "It answers what no mail server does: check host and port.",
}


def server_faults(facts: Mapping[str, Any], egress: Egress) -> list[Fault]:
    """Return what is wrong with a server that is to be used."""
    found = [*_host_faults("", facts, PORTS, egress)]
    if facts["mailbox"]:
        found += _host_faults("/mailbox", facts["mailbox"], MAILBOX_PORTS, egress)
        if not facts["returns"]:
            found.append(Fault("/returns", Code.REQUIRED, "Say which address this mailbox is of."))
    latin = "The part before the @ has letters of the Latin alphabet only."
    found += [
        Fault(f"/{name}", Code.BAD_CHARACTER, latin)
        for name in ("sender", "returns")
        if facts[name] and not facts[name].isascii()
    ]
    return found


def _host_faults(
    place: str, facts: Mapping[str, Any], usual: frozenset[int], egress: Egress
) -> Iterator[Fault]:
    if wrong := egress.host_fault(facts["host"]):
        yield Fault(f"{place}/host", Code.UNREACHABLE, wrong)
    if wrong := egress.port_fault(facts["port"], usual):
        yield Fault(f"{place}/port", Code.UNREACHABLE, wrong)

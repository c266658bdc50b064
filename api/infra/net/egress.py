"""No way inward: to whom the API may connect for its users.

A target that a user can set (a webhook, a mailing tool, a mail server) is resolved once, every
address that it has is checked, and the connection goes to the one that was checked. So no name
leads to this machine, to the network that it stands in, or to what its host keeps for it. Only the
operator can allow more, by settings that no call changes.
"""

from __future__ import annotations

import re
import socket
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import httpx

from api.errors import Code, Fault

Network = IPv4Network | IPv6Network
Ip = IPv4Address | IPv6Address

HTTPS_PORTS = frozenset({443, 8443})
MOST_ADDRESSES = 3  # of a host that are tried, where one does not take a connection
# Of IPv6 nothing else is routed between networks (RFC 4291); a rule, so that no list has a hole.
_UNICAST = ip_network("2000::/3")
_NAT64 = ip_network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address
# Within _UNICAST, and yet no host of its own: Teredo, ORCHID, documentation, 6to4.
_TUNNELS = tuple(map(ip_network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")))
# Of IPv4 what is no host of the internet (RFC 6890), written out: what Python calls global differs
# from one version to the next. The last is multicast and all that comes after it.
_WITHIN = tuple(
    map(
        ip_network,
        (
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
            "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16",
            "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
        ),
    )
)  # fmt: skip
_LABEL = r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"{_LABEL}(\.{_LABEL})*\.?", re.IGNORECASE)
_MOST_NAME = 253  # characters


class EgressRefused(Exception):
    """A target is not connected to: `fault` is what a delivery or a push says of it."""

    def __init__(self, fault: str) -> None:
        """Keep the word only: which address it was is nobody's business."""
        super().__init__(fault)
        self.fault = fault


@dataclass(frozen=True, kw_only=True)
class Egress:
    """What may be connected to besides the internet; empty unless the operator says so."""

    networks: tuple[Network, ...] = ()
    ports: frozenset[int] = frozenset()
    plain_http: bool = False

    def faults(self, url: httpx.URL, pointer: str) -> list[Fault]:
        """Return what is wrong with an address that a user sets, before anything is asked."""
        schemes = {"https", "http"} if self.plain_http else {"https"}
        wrong: list[tuple[Code, str]] = []
        if url.scheme not in schemes or not (literal_ip(url.host) or _is_name(url)):
            wrong.append((Code.NOT_A_URL, "Begin with https:// and a host's name."))
        if url.userinfo or url.fragment:
            advice = "Leave out user names and what follows a #: give secrets in their fields."
            wrong.append((Code.NOT_A_URL, advice))
        places = self.host_fault(url.host), self.port_fault(port_of(url), HTTPS_PORTS)
        wrong += [(Code.UNREACHABLE, each) for each in places if each]
        return [Fault(pointer, code, each) for code, each in wrong]

    def host_fault(self, host: str) -> str | None:
        """Say what to do about a host that is written as a number; None: it is not, or may be."""
        literal = literal_ip(host)
        if literal is None or self._is_allowed(literal):
            return None
        return "Give the name of a host: numbers are not connected to."

    def port_fault(self, port: int, usual: frozenset[int]) -> str | None:
        """Say which ports may be used where this is none: the usual, and the operator's."""
        allowed = usual | self.ports
        return (
            None
            if port in allowed
            else f"Use one of the ports {', '.join(map(str, sorted(allowed)))}."
        )

    def connected(self, host: str, port: int, seconds: float | None) -> socket.socket:
        """Connect to the first checked address of a host that answers, in `seconds` each.

        Raise EgressRefused or OSError.
        """
        *others, last = self.addresses_of(host, port)
        for address in others:
            with suppress(OSError):
                return socket.create_connection((address, port), seconds)
        return socket.create_connection((last, port), seconds)

    def addresses_of(self, host: str, port: int) -> list[str]:
        """Return the checked addresses of a host, in the order to try them; raise EgressRefused.

        A host of several addresses is refused for one that is inward: it is somebody's trap.
        """
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise EgressRefused("host-unknown") from None
        addresses = list(dict.fromkeys(str(each[4][0]).partition("%")[0] for each in found))
        if not addresses or not all(map(self._may_connect, map(ip_address, addresses))):
            raise EgressRefused("out-of-reach")
        return addresses[:MOST_ADDRESSES]

    def _may_connect(self, ip: Ip) -> bool:
        return self._is_allowed(ip) or is_outside(ip)

    def _is_allowed(self, ip: Ip) -> bool:
        plain = _plain(ip)
        return any(plain in each for each in self.networks)


def is_outside(ip: Ip) -> bool:
    """Tell whether an address is one of the internet.

    Python's `is_global` is not enough: it calls NAT64, 6to4 and multicast global, whatever they
    hold.
    """
    ip = _plain(ip)
    if isinstance(ip, IPv6Address):
        return ip in _UNICAST and not any(ip in each for each in _TUNNELS)
    return not any(ip in each for each in _WITHIN)


def _plain(ip: Ip) -> Ip:
    """Return the IPv4 address that an IPv6 one stands for."""
    if isinstance(ip, IPv4Address):
        return ip
    if ip in _NAT64:
        return IPv4Address(int(ip) & 0xFFFF_FFFF)
    return ip.ipv4_mapped or ip


def literal_ip(host: str) -> Ip | None:
    """Return the address that a host is written as, in any of the forms that resolvers take."""
    try:
        return ip_address(host.strip("[]"))
    except ValueError:
        pass
    try:
        return IPv4Address(socket.inet_aton(host.rstrip(".")))  # 0x7f.1, 2130706433, 0177.0.0.1
    except (OSError, UnicodeError):
        return None


def port_of(url: httpx.URL) -> int:
    """Return the port that an address leads to."""
    if url.port is not None:
        return url.port
    return 80 if url.scheme == "http" else 443


def _is_name(url: httpx.URL) -> bool:
    name = url.raw_host.decode("ascii")
    return len(name) <= _MOST_NAME and _NAME.fullmatch(name) is not None

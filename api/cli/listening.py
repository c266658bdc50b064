"""Sockets that listen, or plain words where they cannot."""

from __future__ import annotations

import socket

import click

from api.cli.running import stop

BACKLOG = 1024  # connections that wait to be taken


def listen(bind: str, said_by: str = "--bind", *, is_shared: bool = False) -> socket.socket:
    """Return a socket that listens, or stop in plain words where it could not.

    One that `is_shared` other processes of this user may open as well.
    """
    host, _, port = bind.rpartition(":")
    if not host or not port.isdecimal() or int(port) >= 1 << 16:
        raise click.BadParameter("Write HOST:PORT, as in 127.0.0.1:5000.", param_hint=said_by)
    host = host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    both = host == "::" and socket.has_dualstack_ipv6()  # every address there is, of IPv4 too
    try:
        return socket.create_server(
            (host, int(port)),
            family=family,
            backlog=BACKLOG,
            reuse_port=is_shared,
            dualstack_ipv6=both,
        )
    except OSError as taken:
        stop(f"{bind}: {taken.strerror}. Choose another address with {said_by}.")

"""A mail server that takes everything and keeps nothing, in a process of its own."""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress

_ANSWERS = {
    b"EHLO": b"250-sink\r\n250 SMTPUTF8\r\n",
    b"DATA": b"354 Go on\r\n",
    b"QUIT": b"221 Bye\r\n",
}


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer one client, as fast as SMTP allows."""
    writer.write(b"220 sink\r\n")
    with suppress(ConnectionError, asyncio.IncompleteReadError):
        while line := await reader.readline():
            word = line[:4].upper()
            writer.write(_ANSWERS.get(word, b"250 OK\r\n"))
            if word == b"DATA":
                await writer.drain()
                await reader.readuntil(b"\r\n.\r\n")
                writer.write(b"250 OK\r\n")
            elif word == b"QUIT":
                break
    writer.close()


async def _main(port: int) -> None:
    server = await asyncio.start_server(_serve, "127.0.0.1", port, limit=2**22)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1])))

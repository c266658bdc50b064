"""Makes the specimen letter as a client would: through the API, from docs/demo/coalition.yaml.

`./run demo` starts a server of its own on what it keeps in demo/, leaves the letter there, and
serves until Ctrl-C; with `--once` it ends instead. Letters go nowhere: demo/letters keeps them.
"""

from __future__ import annotations

import argparse
import ctypes
import fcntl
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import post
import states
import steps
from client import Api, Refused, Stop

from api.portable.rules import reading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HERE = Path(__file__).resolve().parent
COMMAND = str(Path(sys.executable).with_name("undersigned"))
EMAIL = "coordinator@specimen.example"
OURS = ("db.sqlite*", "storage", "settings.env", "server.log", "letter.*", "letters")
HOST, FIRST_PORT, PORTS = "127.0.0.1", 5000, 100
TRIES = 3  # to get a port that was free a moment ago
READY_SECONDS = 60
PR_SET_PDEATHSIG = 1  # of prctl(2)
STOP_SECONDS = 10


def main() -> int:
    """Run the demo; 0 done, 3 where the machine does not let it."""
    wanted = argparse.ArgumentParser(prog="./run demo", description=__doc__)
    wanted.add_argument("--once", action="store_true", help="end instead of serving")
    wanted.add_argument("--folder", type=Path, default=Path("demo"), help="where to leave it all")
    given = wanted.parse_args()
    # A closed terminal and `kill` end the demo as Ctrl-C does: the server is stopped too. Ctrl-C
    # itself may be ignored where we were started in the background.
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.default_int_handler)
    try:
        run(given.folder, once=given.once)
    except KeyboardInterrupt:
        print("\n· Stopped.")
    except Stop as reason:
        print(reason, file=sys.stderr)
        return 3
    return 0


def run(folder: Path, *, once: bool) -> None:
    """Make the letter afresh in a folder, and serve it unless `once`."""
    with afresh(folder), post.office(folder / "letters") as letters:
        environment = settings(folder, letters.port)
        token = user_and_token(environment)
        with server(environment, token, folder / "server.log") as (process, port):
            api = Api(f"http://{HOST}:{port}", token)
            data = reading.read((HERE / "coalition.yaml").read_bytes())
            work = steps.Work(api, data, HERE, folder, letters)
            for step in (*steps.ALL, *states.ALL):
                begun = time.perf_counter()
                try:
                    said = step(work)
                except Refused as refused:
                    raise Stop(f"The API refused a step of the demo.\n{refused}") from refused
                tell(said, begun)
            print(f"\nThe letter: {folder / 'letter.pdf'} (.html and .txt beside it)")
            if not once:
                desk = undersigned("sign-in-link", EMAIL, environment=at(environment, port))
                print(f"\nThe desk, signed in: {desk}")
                print(f"Letters that it sends: {folder / 'letters'}")
                print(f"\n{how_to_look(api, work)}\n\nServing until Ctrl-C.", flush=True)
                process.wait()
                raise Stop(f"The server has ended; {folder / 'server.log'} may say why.")


def tell(said: str, begun: float) -> None:
    """Say one step in one line, with the time that it took."""
    print(f"· {said} ({time.perf_counter() - begun:.2f} s)", flush=True)


@contextmanager
def afresh(folder: Path) -> Iterator[None]:
    """Hold the folder, emptied of an earlier run; a second run beside this one is refused."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        held = os.open(folder / "lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except OSError as wrong:
        raise Stop(f"Cannot write in {folder}: {wrong.strerror}.") from wrong
    with os.fdopen(held):
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as wrong:
            raise Stop(f"Another ./run demo works in {folder}. End that one first.") from wrong
        for path in (path for pattern in OURS for path in folder.glob(pattern)):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        yield


def settings(folder: Path, mail_port: int) -> dict[str, str]:
    """Write the settings of a new installation; return the environment of its processes."""
    begun = time.perf_counter()
    whole = folder.resolve()
    chosen = {
        "UNDERSIGNED_DATABASE_URL": f"sqlite:///{whole / 'db.sqlite'}",
        "UNDERSIGNED_STORAGE_PATH": str(whole / "storage"),
        "UNDERSIGNED_MASTER_KEYS": undersigned("key", "create"),
        "UNDERSIGNED_SMTP_URL": f"smtp://{HOST}:{mail_port}",
        "UNDERSIGNED_LOG_LEVEL": "WARNING",
    }
    file = folder / "settings.env"
    file.touch(mode=0o600)
    file.write_text("".join(f"{key}={shlex.quote(value)}\n" for key, value in chosen.items()))
    others = {k: v for k, v in os.environ.items() if not k.startswith("UNDERSIGNED_")}
    environment = {**others, **chosen}
    undersigned("migrate", environment=environment)
    tell(f"{file} holds a new master key; the database has its tables", begun)
    return environment


def user_and_token(environment: dict[str, str]) -> str:
    """Enter the coordinator, and return the secret of a token."""
    begun = time.perf_counter()
    undersigned("user", "create", EMAIL, "--name", "Ada Specimen", environment=environment)
    created = ("token", "create", EMAIL, "--label", "demo", "--days", "30")
    secret = undersigned(*created, environment=environment)
    tell(f"{EMAIL} is a user, with a token for 30 days", begun)
    return secret


def undersigned(*arguments: str, environment: dict[str, str] | None = None) -> str:
    """Run the command and return what it says, or stop with what it complains of."""
    done = subprocess.run(  # noqa: S603 # our own command
        [COMMAND, *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Stop(f"undersigned {' '.join(arguments[:2])} failed:\n{done.stderr.strip()}")
    return done.stdout.strip()


def at(environment: dict[str, str], port: int) -> dict[str, str]:
    """Return the environment of a server at a port: browsers take passkeys on `localhost`."""
    return {**environment, "UNDERSIGNED_PUBLIC_URL": f"http://localhost:{port}"}


def free_port() -> int:
    """Return 5000 or, where something listens there, the next free one."""
    for port in range(FIRST_PORT, FIRST_PORT + PORTS):
        with socket.socket() as trial:
            # As the server does it: a port whose last connections are closing is free.
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trial.bind((HOST, port))
            except OSError:
                continue
        if port != FIRST_PORT:
            print(f"· Port {FIRST_PORT} is taken; {port} is free")
        return port
    raise Stop(f"All ports from {FIRST_PORT} to {FIRST_PORT + PORTS - 1} are taken.")


@contextmanager
def server(
    environment: dict[str, str], token: str, log: Path
) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Serve in a process that ends with this one, however this one ends."""
    begun = time.perf_counter()
    for _ in range(TRIES):  # a port that was free may be gone when the server asks for it
        port = free_port()
        process = _started(environment, port, log)
        if _is_ready(process, f"http://{HOST}:{port}/v1/me", token):
            break
    else:
        last = log.read_text(errors="replace").strip()[-2000:]
        raise Stop(f"The server did not start:\n{last}")
    try:
        tell(f"Serving on http://{HOST}:{port}", begun)
        yield process, port
    finally:
        _end(process)


def _started(environment: dict[str, str], port: int, log: Path) -> subprocess.Popen[bytes]:
    with log.open("wb") as file:
        return subprocess.Popen(  # noqa: S603 # our own command
            [COMMAND, "serve", "--bind", f"{HOST}:{port}"],
            env=at(environment, port),
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            start_new_session=True,  # Ctrl-C is for us; we end it in order
            preexec_fn=_end_with(os.getpid()),  # noqa: PLW1509 # there are no threads yet
        )


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()


def _end_with(parent: int) -> Callable[[], None]:
    """Return what has the kernel end a child when this process is gone, even by kill -9."""
    libc = ctypes.CDLL(None)

    def ask() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)

    return ask


def _is_ready(process: subprocess.Popen[bytes], address: str, token: str) -> bool:
    """Wait until the server answers; it is ours if it knows our token. False if it ended."""
    asked = urllib.request.Request(address, headers={"Authorization": f"Bearer {token}"})  # noqa: S310 # our own, http
    until = time.monotonic() + READY_SECONDS
    try:
        while time.monotonic() < until:
            if process.poll() is not None:
                return False
            try:
                with urllib.request.urlopen(asked, timeout=5):  # noqa: S310 # as above
                    return True
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
    except BaseException:  # Ctrl-C among them: nothing of ours stays behind
        _end(process)
        raise
    _end(process)
    return False


def how_to_look(api: Api, work: steps.Work) -> str:
    """Return where the API is, the token, and three lines to type."""
    line = f"curl -sS -H 'Authorization: Bearer {api.token}'"
    coalition = f"{api.base}/v1/coalitions/{work.coalition}"
    return "\n".join(
        [
            f"The API: {api.base}/v1 (described on {api.base}/docs/), with the token",
            f"    {api.token}",
            "What is asked of Turkmenistan; who is found by a name in Cyrillic; the letter:",
            f"    {line} '{coalition}/demands?country=TM'",
            f"    {line} -G '{coalition}/cases' --data-urlencode 'q=Намунаев'",
            f"    {line} -o letter.pdf '{api.base}/v1/statements/{work.statement}/document'",
        ]
    )


if __name__ == "__main__":
    sys.exit(main())

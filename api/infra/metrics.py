"""What the processes of a machine count for whoever watches it; docs/metrics.md lists all of it.

A label is one of few words of ours: a route as it is declared, a kind, a state, a class of status.
Nothing that comes from outside is one, and no id. Where nobody watches, to count does nothing.

Each process counts into files of a place of its own in one folder, and prometheus-client adds up
all places when somebody asks. Who starts next takes over a place that is free: counts go on where
the last one was, even one that was killed, and the folder does not grow with each start.
"""

from __future__ import annotations

import errno
import fcntl
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import KW_ONLY, dataclass
from itertools import product
from pathlib import Path
from typing import Any

FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # where prometheus-client looks for it, and nowhere else
MOST_PLACES = 1000
# Kept free for each place from the start: to write into a file that grows while the disk is full
# ends a process.
BYTES = {"counter": 1 << 20, "histogram": 4 << 20}
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
LONG_SECONDS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0)
ANY = ()  # of a label: whichever of its kind the program has


@dataclass(frozen=True)
class Metric:
    """Something that is counted. Labels say which words they take; ANY: of which kind they are."""

    name: str
    told: str
    labels: Mapping[str, tuple[str, ...]]

    def _of(self, values: Iterable[str]) -> Any:
        counted = _here.get(self.name)
        return counted.labels(*values) if counted is not None and self.labels else counted


@dataclass(frozen=True)
class Counter(Metric):
    """How often something happened."""

    def count(self, *values: str) -> None:
        """Count it once more, with the words of its labels."""
        if (counted := self._of(values)) is not None:
            counted.inc()


@dataclass(frozen=True)
class Histogram(Metric):
    """How long something took."""

    _: KW_ONLY
    buckets: tuple[float, ...] = SECONDS

    def observe(self, seconds: float, *values: str) -> None:
        """Count it, with the words of its labels."""
        if (counted := self._of(values)) is not None:
            counted.observe(seconds)


STATUSES = ("2xx", "3xx", "4xx", "5xx", "other")
REQUESTS = Counter(
    "undersigned_http_requests",
    "Requests answered.",
    {"route": ANY, "method": ANY, "status": ANY},
)
REQUEST_SECONDS = Histogram(
    "undersigned_http_request_seconds",
    "From the head read to the answer begun.",
    {"route": ANY, "method": ANY},
)
PROBLEMS = Counter("undersigned_http_problems", "Problems answered.", {"problem": ANY})
WAIT_SECONDS = Histogram(
    "undersigned_http_wait_seconds",
    "From a request read to a thread for it.",
    {},
)
JOBS = Counter(
    "undersigned_job_attempts",
    "Attempts at jobs.",
    {"kind": ANY, "outcome": ("done", "again", "later", "failed", "dead")},
)
JOB_SECONDS = Histogram(
    "undersigned_job_seconds", "What an attempt took.", {"kind": ANY}, buckets=LONG_SECONDS
)
LETTERS = Counter(
    "undersigned_letter_attempts",
    "Letters tried.",
    {"kind": ANY, "outcome": ("sent", "later", "dropped", "failed")},
)
MAIL_SERVER_FAULTS = Counter(
    "undersigned_mail_server_faults",
    "A mail server took nothing.",
    {"server": ("house", "coalition")},
)
BOUNCES = Counter(
    "undersigned_bounces",
    "Messages that came back.",
    {"outcome": ("bounce", "failure", "complaint", "ignored")},
)
WEBHOOKS = Counter(
    "undersigned_webhook_attempts",
    "Webhook deliveries tried.",
    {"status": (*STATUSES, "none")},
)
WEBHOOK_SECONDS = Histogram(
    "undersigned_webhook_seconds", "From the call to the answer.", {}, buckets=LONG_SECONDS
)
RENDERS = Counter(
    "undersigned_renders",
    "Work of limited children.",
    {"what": ANY, "outcome": ("done", "refused", "time", "memory", "size", "depth", "failed")},
)
RENDER_SECONDS = Histogram(
    "undersigned_render_seconds", "What it took.", {"what": ANY}, buckets=LONG_SECONDS
)
ALL: tuple[Counter | Histogram, ...] = (
    *(REQUESTS, REQUEST_SECONDS, PROBLEMS, WAIT_SECONDS, JOBS, JOB_SECONDS),
    *(LETTERS, MAIL_SERVER_FAULTS, BOUNCES, WEBHOOKS, WEBHOOK_SECONDS),
    *(RENDERS, RENDER_SECONDS),
)

_here: dict[str, Any] = {}  # what this process counts into, by name
_places: list[tuple[int, Any]] = []  # its lock, held for as long as this lives, and its files


def status_class(status: int | None) -> str:
    """Return the class of a status, as 2xx; none: there was no answer."""
    if status is None:
        return "none"
    found = f"{status // 100}xx"
    return found if found in STATUSES else "other"


def begin(folder: str) -> None:
    """Count from here on, into a place of a folder that the processes of this machine share.

    Raises OSError where the folder cannot be written to, or is full.
    """
    from prometheus_client import metrics, values  # noqa: PLC0415 # only where somebody watches

    end()
    place, lock = _taken(Path(folder))
    for kind, size in BYTES.items():
        _make_room(Path(folder, f"{kind}_{place}.db"), size)
    os.environ[FOLDER] = folder
    made_of = values.MultiProcessValue(lambda: place)  # type: ignore[no-untyped-call] # it is untyped
    values.ValueClass = made_of  # what is made from here on counts in files
    _places.append((lock, made_of))
    for each in ALL:
        if isinstance(each, Histogram):
            how: dict[str, Any] = {"buckets": each.buckets}
            made: Any = metrics.Histogram(
                each.name, each.told, [*each.labels], registry=None, **how
            )
        else:
            made = metrics.Counter(each.name, each.told, [*each.labels], registry=None)
        if each.labels and all(each.labels.values()):
            for words in product(*each.labels.values()):
                made.labels(*words)  # from nought: what begins at one never seems to have risen
        _here[each.name] = made


def end() -> None:
    """Count no more, and let another process have the place."""
    _here.clear()
    while _places:
        lock, files = _places.pop()
        files.close_all_files()
        os.close(lock)


def _taken(folder: Path) -> tuple[int, int]:
    """Take the first place that is free; return it with its lock."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for place in range(MOST_PLACES):
        try:
            lock = os.open(folder / f"{place}.lock", os.O_CREAT | os.O_RDWR, 0o600)
        except PermissionError:  # somebody ran a command as another user
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            continue
        return place, lock
    raise PermissionError(errno.EACCES, "No place is free", str(folder))


def _make_room(path: Path, size: int) -> None:
    """Have a file that can be written to, whatever becomes of the disk; throw away a broken one."""
    if path.exists() and not _is_whole(path):
        path.unlink()
    handle = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        os.posix_fallocate(handle, 0, size)
    except OSError as full:
        path.unlink()
        raise OSError(full.errno, full.strerror, str(path)) from full
    finally:
        os.close(handle)


def _is_whole(path: Path) -> bool:
    from prometheus_client.mmap_dict import MmapedDict  # noqa: PLC0415 # see begin

    try:
        with path.open("rb") as file:
            used = int.from_bytes(file.read(4), sys.byteorder, signed=True)
        if not 0 <= used <= path.stat().st_size:
            return False
        for _ in MmapedDict.read_all_values_from_file(str(path)):  # type: ignore[no-untyped-call] # it is untyped
            pass
    except Exception:  # noqa: BLE001 # what a machine that lost its power left there
        return False
    return True


def counted(folder: str) -> Iterator[Any]:
    """Yield what all processes of this machine counted, as prometheus-client's families."""
    from prometheus_client.multiprocess import MultiProcessCollector  # noqa: PLC0415 # see begin

    merge: Any = MultiProcessCollector.merge
    files = sorted(Path(folder).glob("*.db"))
    try:
        found = merge(list(map(str, files)))
    except Exception:  # noqa: BLE001 # one is broken; its place is mended when it is taken next
        found = merge([str(path) for path in files if _is_whole(path)])
    yield from found

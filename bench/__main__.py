"""`./run bench [NAME ...]`: each bench prints its figures and what was to be reached."""

from __future__ import annotations

import sys

from bench import (
    bars,
    desk,
    drafting,
    letter,
    letters,
    many,
    oracle,
    previews,
    scale,
    signatures,
    signing,
    starvation,
    webhooks,
)


def _mailings() -> None:
    letters.measure()
    webhooks.measure()


BENCHES = {
    "pdf": letter.measure,
    "desk": desk.measure,
    "drafting": drafting.measure,
    "many": many.measure,
    "previews": previews.measure,
    "signatures": signatures.measure,
    "signing": signing.measure,
    "oracle": oracle.measure,
    "mailings": _mailings,
    "scale": scale.measure,
    "starvation": starvation.measure,
    "bars": bars.measure,
}

unknown = set(sys.argv[1:]) - set(BENCHES)
if unknown:
    sys.exit(f"There is no bench {', '.join(unknown)}. There are: {', '.join(BENCHES)}.")
for name in sys.argv[1:] or BENCHES:
    BENCHES[name]()

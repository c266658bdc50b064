"""The portable statements that tests run on: ours, and those of UNDERSIGNED_CASES."""

from __future__ import annotations

import os
from pathlib import Path

OURS = sorted((Path(__file__).parents[1] / "cases").glob("*.yaml"))
GIVEN = sorted(Path(os.environ.get("UNDERSIGNED_CASES", os.devnull)).glob("*.yaml"))
ALL = [*OURS, *GIVEN]
WHOLE = [path for path in ALL if "\nredacted: true" not in path.read_text("utf-8")]

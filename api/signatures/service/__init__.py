"""The use cases of signatures; here, what other rungs call inside their transactions."""

from __future__ import annotations

from api.signatures.service.counts import total as count
from api.signatures.service.lists import printed, with_logos
from api.signatures.service.rows import put_all

__all__ = ["count", "printed", "put_all", "with_logos"]

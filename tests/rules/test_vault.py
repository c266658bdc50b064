"""Master keys that are none stop the start in plain words."""

from __future__ import annotations

import pytest

from api.config import BadSettings
from api.infra.vault import Vault, new_master_key


@pytest.mark.parametrize("key", ["", "short", "not base64!", "ключ", "A" * 42])
def test_what_is_no_master_key_is_named(key: str) -> None:
    with pytest.raises(BadSettings, match="UNDERSIGNED_MASTER_KEYS"):
        Vault((new_master_key(), key))

"""The API describes itself to people: /docs, with nothing from elsewhere."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.conftest import World


def test_the_pages_of_the_api_load_from_their_own_server_only(world: World) -> None:
    page = world.stranger().get("/docs/")
    parts = re.findall(r'(?:src|href)="([^"]+)"', page.body.decode())

    assert page.status == 200
    assert "default-src 'self'" in page.headers["Content-Security-Policy"]
    assert any(part.endswith(".js") for part in parts)
    for part in parts:
        assert part.startswith("/docs/")
        with world.app.test_client().get(part) as found:
            assert found.status_code == 200, part
    assert "/openapi.json" in page.body.decode()
    assert world.stranger().get("/openapi.yaml").body.startswith(b"openapi:")

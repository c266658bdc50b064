"""A table in an old encoding is read once that is named, whatever the table is of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.contracts.scene import operations
from tests.support.builders import a_coalition, a_demand_list, a_text

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Client

CASES = "/v1/coalitions/{coalition_id}/case-imports"
DEMANDS = "/v1/coalitions/{coalition_id}/demand-imports"
SIGNATURES = "/v1/statements/{statement_id}/signature-imports"
TABLES = {
    CASES: "name,country\nGenève,CH\n",
    DEMANDS: "country,text\nKZ,Genève\n",
    SIGNATURES: "kind,name\nindividual,Genève Specimen\n",
}


@pytest.mark.parametrize("path", TABLES)
def test_a_table_of_ours_is_read_in_the_encoding_that_its_sender_names(
    world: World, owner: Client, path: str
) -> None:
    coalition = a_coalition(owner)
    a_demand_list(owner, coalition, country="KZ")
    statement, sha256 = a_text(owner, coalition)
    whole = path.format(coalition_id=coalition, statement_id=statement)
    of_a_text = {"revision_sha256": sha256} if path == SIGNATURES else {}

    def sent(**query: str) -> Any:
        data = TABLES[path].encode("windows-1252")
        query_string = {**of_a_text, **query}
        return owner.send("POST", whole, data, kind="text/csv", query_string=query_string)

    refused = sent()
    assert (refused.status, refused["type"]) == (422, "/problems/not-a-table")
    assert "encoding=windows-1252" in refused["detail"]
    assert "not utf-8" in sent(encoding="utf-8")["detail"]

    assert sent(encoding="windows-1252")["entered"] == 1

    assert "Genève" in str(owner.get(whole.replace("-imports", "s"))["items"])
    (described,) = (each.facts for each in operations(world) if each.name == f"POST {path}")
    parameters = described["parameters"]
    assert "encoding" in [each.get("name") for each in parameters]
    assert "`encoding`" in described["description"]

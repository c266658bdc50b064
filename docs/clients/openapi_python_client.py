"""One flow with a client of openapi-python-client."""

import json
import os
from urllib.parse import parse_qs, urlsplit

from undersigned_client import AuthenticatedClient
from undersigned_client.api.coalitions import change_coalition, create_coalition
from undersigned_client.api.documents import get_draft_document
from undersigned_client.api.signatures import create_signature, list_signatures
from undersigned_client.api.statements import create_revision, create_statement, get_statement
from undersigned_client.models import (
    CoalitionChange,
    CoalitionIn,
    CoalitionOut,
    DraftOut,
    FrozenOut,
    PortableDraft,
    PortableParagraphBlock,
    ProblemOut,
    RevisionIn,
    SignatoryKind,
    SignatureIn,
    SignaturePageOut,
    StatementIn,
)
from undersigned_client.models.portable_draft_kind import PortableDraftKind
from undersigned_client.types import UNSET, File

client = AuthenticatedClient(base_url=os.environ["BASE"], token=os.environ["TOKEN"])

coalition = create_coalition.sync(
    client=client,
    body=CoalitionIn(slug="by-python", name="Specimen Coalition", countries=["KZ"]),
)
assert isinstance(coalition, CoalitionOut), coalition
document = PortableDraft(
    slug="specimen-appeal",
    kind=PortableDraftKind.APPEAL,
    language="en",
    title="Open the doors",
    body=[PortableParagraphBlock(paragraph="We ask that the doors be opened.")],
)
begun = create_statement.sync(coalition.id, client=client, body=StatementIn(document=document))
assert isinstance(begun, DraftOut), begun
statement = begun.statement.id

read = get_statement.sync_detailed(statement, client=client)
frozen = create_revision.sync(
    statement, client=client, body=RevisionIn(), if_match=read.headers["ETag"]
)
assert isinstance(frozen, FrozenOut), frozen
for name in ("A. Specimen", "B. Specimen", "C. Specimen"):
    signature = SignatureIn(kind=SignatoryKind.INDIVIDUAL, name=name, revision_sha256=frozen.sha256)
    create_signature.sync(statement, client=client, body=signature, idempotency_key=f"sign {name}")

printed = get_draft_document.sync(statement, client=client)
assert isinstance(printed, File), printed
pdf = printed.payload.read(5).decode()

pages, names = 0, []
cursor: str | None = None
while True:
    page = list_signatures.sync_detailed(statement, client=client, limit=2, cursor=cursor or UNSET)
    assert isinstance(page.parsed, SignaturePageOut), page
    names += [each.name for each in page.parsed.items]
    pages += 1
    link = page.headers.get("Link", "")
    if 'rel="next"' not in link:
        break
    cursor = parse_qs(urlsplit(link.partition(">")[0].removeprefix("<")).query)["cursor"][0]

stale = change_coalition.sync(
    coalition.id, client=client, body=CoalitionChange(name="Another name"), if_match='"99"'
)
assert isinstance(stale, ProblemOut), stale
wrong = create_coalition.sync(client=client, body=CoalitionIn(slug="No Slug", name="Specimen"))
assert isinstance(wrong, ProblemOut), wrong
assert isinstance(wrong.errors, list)
pointer = wrong.errors[0].pointer

print(
    json.dumps(
        {"pdf": pdf, "pages": pages, "names": names, "stale": stale.status, "pointer": pointer}
    )
)

"""A text that five members write together: what each does, and all that is to be read of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api.documents.rules.word.package import DOCX
from tests.stories.test_pages import posted
from tests.support import word_edits
from tests.support.appearances import lasting
from tests.support.builders import a_coalition, a_role, a_text
from tests.support.pdf_words import letters, pages_of
from tests.support.signoffs import SigningOff
from tests.support.suggestions import Suggesting
from tests.support.word_edits import EditedFile, Piece
from tests.support.word_files import WordFile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient

    from tests.conftest import World
    from tests.support.client import Answer, Client

ALMOND, BIRCH, CEDAR, DUNE, ELM = (
    "Almond House", "Birchwood Union", "Cedarlight", "Dunefield", "Elmstead Watch",
)  # fmt: skip
MEMBERS = {
    ALMOND: "Alvina", BIRCH: "Boreslav", CEDAR: "Cyntra", DUNE: "Dorotan", ELM: "Eskelina",
}  # fmt: skip
TYPIST = "Ottoline"  # whom Word wrote into the file of Dunefield
HEADING, DOORS, WINDOWS = 0, 1, 2
BODY = [
    {"heading": "What we ask"},
    {"paragraph": "We ask that the doors be opened."},
    {"paragraph": "We ask that the windows be opened, too."},
    {"paragraph": f"{BIRCH} was the first to ask for it."},
]
WRITTEN = [
    "What all of us ask",
    "We ask that the doors be opened by 1 June.",
    "We wait at the gates.",
    "We ask that the windows be opened wide, too.",
    f"{BIRCH} was the first to ask for it.",
]
# What was said on the way, of which no word stands in the text.
SAID = {
    "a comment": "Is tamarisk meant?",
    "another comment": "Think of the periwinkle.",
    "a reply": "It is marjoram.",
    "why in the browser": "Since the celandine is ours.",
    "what was declined": "before the saxifrage blooms",
    "why it was declined": "Nobody knows when the bryony climbs.",
    "why until Thursday": "Our chair prunes the wisteria.",
    "why not": "We plant hellebore alone.",
}
CANARIES = (
    "tamarisk", "periwinkle", "marjoram", "celandine", "saxifrage", "bryony", "wisteria",
    "hellebore",
)  # fmt: skip
FORMS = ("pdf", "html", "text", "markdown", "docx")
# Where coordinators read more of who signed than a print says.
OF_SIGNATURES = (
    "export", "signatures", "signatures.csv for import", "signatures.json for import",
)  # fmt: skip
TYPES = [
    *(f"suggestion.{each}" for each in ("made", "accepted", "declined")),
    *("comment.written", "comment.resolved", "consultation.opened", "statement.revised"),
    *("sign_off.answered", "signature.made_of_approval", "statement.published"),
]


def a_draft(world: World, owner: Client) -> Suggesting:
    """Return a text of five members that is frozen for the first time."""
    coalition = a_coalition(owner)
    table = Suggesting(world, owner, coalition, *a_text(owner, coalition, body=BODY))
    for organisation, person in MEMBERS.items():
        table.member(organisation, person)
    return table


def a_reader(table: Suggesting, role: str) -> Client:
    return lasting(a_role(table.owner, table.coalition, table.world.user(role), role))


# What members do while it is written


def suggests_on_the_page(
    table: Suggesting, browser: FlaskClient, person: str, place: int, text_and_why: tuple[str, str]
) -> None:
    """Have somebody write over the words of a part on their page, without scripts."""
    here, block = f"/r/{table.secret(person)}", table.block(place)
    text, why = text_and_why
    page = browser.get(here).text
    names = [each.partition('"')[0] for each in page.split('name="')[1:]]
    (field,) = [each for each in names if each[:6] == "words/" and each.endswith(f"/{block}")]
    values = {"do": "send", "revision_sha256": table.sha256, field: text, f"why/{block}": why}
    sent = posted(browser, here, values)
    assert sent.status_code == 303, sent.text
    assert why in browser.get(sent.location).text


def downloads(table: Suggesting, person: str) -> EditedFile:
    answer = table.world.stranger().get(f"{table.door(person)}/document")
    assert answer.headers["Content-Type"] == DOCX
    return EditedFile.of(WordFile(answer.body))


def writes_in_word(file: EditedFile, block: str, before: str, words: str, *, tracked: bool) -> None:
    """Put words in before others of a paragraph."""

    def change(said: str) -> list[Piece]:
        at = said.index(before)
        return [Piece(said[:at]), Piece(words, "ins"), Piece(said[at:])]

    word_edits.rewrite(file, _paragraph(file, block), change, tracked=tracked)


def adds_in_word(file: EditedFile, block: str, words: str) -> None:
    """Put a paragraph in behind one, tracked as Word does."""
    word_edits.insert(file, _paragraph(file, block), words, tracked=True, shape="word")


def _paragraph(file: EditedFile, block: str) -> int:
    return file.place(f"_us_{block.replace('-', '')}_0")


def sends_back(table: Suggesting, person: str, content: bytes) -> Answer:
    path = f"{table.door(person)}/word-files"
    return table.world.stranger().send("POST", path, content, kind=DOCX)


def enters_file(table: Suggesting, organisation: str, content: bytes) -> Answer:
    """Have the coordinator send in what a member mailed."""
    path = f"{table.path}/word-files?member_id={table.members[organisation]}"
    return table.owner.send("POST", path, content, kind=DOCX)


def by_member(table: Suggesting) -> dict[str, list[Any]]:
    """Return what is suggested by each member, as coordinators read it."""
    found: dict[str, list[Any]] = {}
    for each in table.listed():
        found.setdefault(each["author"]["organisation"]["en"], []).append(each)
    return found


def thanked(table: Suggesting, client: Client) -> tuple[dict[str, int], int]:
    """Return whom the second revision thanks with how many, and how many are not named."""
    answer = client.get(f"{table.here}/revisions/2/credits")
    assert answer.status == 200, answer.body
    named = {each["organisation"]["en"]: each["suggestions"] for each in answer["credits"]}
    return named, answer["unnamed"]


# What is to be read of it


def signing_off(table: Suggesting) -> SigningOff:
    return SigningOff(
        table.world, table.owner, table.coalition, table.statement, table.sha256,
        table.members, table.people,
    )  # fmt: skip


def text_of(answer: Answer) -> str:
    """Return the words of what came, of a PDF or a file of Word as their readers have them."""
    kind = answer.headers["Content-Type"]
    if kind == "application/pdf":
        return "\n".join(pages_of(answer.body))
    return WordFile(answer.body).text if kind == DOCX else answer.body.decode()


def holds(said: str, text: str) -> bool:
    """Tell whether words stand in a text, also where it is set in lines or without spaces."""
    return said in text or letters(said) in letters(text)


def printed(text: SigningOff, client: Client) -> Iterator[tuple[str, str]]:
    """Yield all prints and exports that roles of the coalition may have."""
    for form in FORMS:
        answer = _got(client, f"{text.path}/document", format=form)
        yield form, text_of(answer)
        if form == "docx":
            yield "all parts of the file of Word", WordFile(answer.body).everything
    for form in ("pdf", "html"):
        about = {"before": "1", "after": "2", "format": form}
        yield f"diff as {form}", text_of(_got(client, f"{text.path}/diff/document", **about))
    for path in ("export", "signatures", "signature-counts", "signatures.csv", "signatures.json"):
        yield path, text_of(_got(client, f"{text.path}/{path}"))
    for path in ("signatures.csv", "signatures.json"):
        yield (
            f"{path} for import",
            text_of(_got(client, f"{text.path}/{path}", **{"for": "import"})),
        )
    yield "what it is", text_of(_got(client, text.path))
    yield "its texts", text_of(_got(client, f"{text.path}/revisions/2"))
    yield "its texts compared", text_of(_got(client, f"{text.path}/diff", before="1", after="2"))


def public(text: SigningOff, address: str) -> Iterator[tuple[str, str]]:
    """Yield all that everybody may read."""
    here, stranger = f"/v1/public/statements/{address}", text.world.stranger()
    for path in (here, f"{here}/signatures", f"{here}/signature-counts", f"{here}/document",
                 f"/s/{address}", f"/s/{address}/signatories"):  # fmt: skip
        yield path.replace(address, "…"), text_of(_got(stranger, path))


def recorded(text: SigningOff) -> str:
    """Return the whole record, as an owner reads it."""
    path, found = f"/v1/coalitions/{text.coalition}/audit-entries?limit=200", ""
    while path:
        answer = _got(text.owner, path)
        found += answer.body.decode()
        path = answer.headers.get("Link", "").partition("<")[2].partition(">")[0]
    return found


def _got(client: Client, path: str, **query: str) -> Answer:
    answer = client.get(path, **query)
    assert answer.status == 200, (path, answer.status, answer.body)
    return answer

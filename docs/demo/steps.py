"""The steps of the demo, in order: each does a piece of the work over HTTP and says what came."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from client import Api, Stop

if TYPE_CHECKING:
    from pathlib import Path

    from post import Post


@dataclass
class Work:
    """Where the demo works, and the ids of what it has made so far."""

    api: Api
    data: dict[str, Any]
    source: Path  # the folder of the logo
    folder: Path  # where the letter goes
    post: Post  # what it sends comes here
    coalition: str = ""
    organisations: list[str] = field(default_factory=list)
    addressees: list[dict[str, Any]] = field(default_factory=list)
    cases: dict[str, str] = field(default_factory=dict)  # key: id
    demands: dict[str, str] = field(default_factory=dict)  # key: id
    template: str = ""
    statement: str = ""
    sha256: str = ""

    def enter(self, kind: str, facts: dict[str, Any]) -> str:
        """Enter a thing of the coalition, and return its id."""
        return str(self.api.post(f"/v1/coalitions/{self.coalition}/{kind}", facts)["id"])


def found_coalition(work: Work) -> str:
    """Found the coalition and give it its logo."""
    facts = work.data["coalition"]
    founded = work.api.post("/v1/coalitions", facts)
    work.coalition = founded["id"]
    logo = (work.source / "logo.svg").read_bytes()
    place = f"/v1/coalitions/{work.coalition}/logo"
    work.api.put(place, logo, founded.etag, "image/svg+xml")
    countries = " ".join(facts["countries"])
    return f"Founded the {facts['name']} ({countries}), with its colour and logo"


def enter_organisations(work: Work) -> str:
    """Enter the organisations, and make each a member."""
    scripts = 0
    for each in work.data["organisations"]:
        facts = {key: value for key, value in each.items() if key not in {"role", "since"}}
        organisation = work.enter("organisations", facts)
        member = {
            "organisation_id": organisation,
            "role": each.get("role", "member"),
            "since": each["since"],
        }
        work.enter("members", member)
        work.organisations.append(organisation)
        scripts += len(each["names"])
    return f"Entered {len(work.organisations)} organisations by {scripts} names; all are members"


def enter_addressees(work: Work) -> str:
    """Enter whom the letter goes to."""
    work.addressees = work.data["addressees"]
    for each in work.addressees:
        work.enter("addressees", each)
    return f"Entered {len(work.addressees)} addressees"


def enter_cases(work: Work) -> str:
    """Enter the cases; who may not be named is sealed by the API."""
    for each in work.data["cases"]:
        work.cases[each["key"]] = work.enter("cases", each)
    hidden = sum(not each.get("may_be_named", True) for each in work.data["cases"])
    sought = work.data["cases"][0]["aliases"][0]
    path = f"/v1/coalitions/{work.coalition}/cases"
    found = work.api.get(path, q=sought)["items"]
    names = ", ".join(each["label"] for each in found)
    return f"Entered {len(work.cases)} cases, {hidden} sealed; a search for {sought} finds {names}"


def enter_demands(work: Work) -> str:
    """Enter a demand list for each country, and what has become of demands."""
    for asked in work.data["demand_lists"]:
        demand_list = work.enter("demand-lists", {"country": asked["country"]})
        for each in asked["demands"]:
            facts = {key: value for key, value in each.items() if key != "cases"}
            facts["case_ids"] = [work.cases[key] for key in each.get("cases", ())]
            made = work.api.post(f"/v1/demand-lists/{demand_list}/demands", facts)
            work.demands[each["key"]] = made["id"]
    for change in work.data["status_changes"]:
        facts = {key: value for key, value in change.items() if key != "demand"}
        work.api.post(f"/v1/demands/{work.demands[change['demand']]}/status-changes", facts)
    lists = len(work.data["demand_lists"])
    return f"Entered {lists} demand lists with {len(work.demands)} demands, and a change of status"


def use_template(work: Work) -> str:
    """Copy the built-in template into the coalition."""
    name = work.data["letter"]["template"]
    path = f"/v1/coalitions/{work.coalition}/built-in-template-uses"
    made = work.api.post(path, {"built_in": name})
    work.template = made["id"]
    return f"Copied the template {name}, which asks for {len(made['source']['facts'])} facts"


def assemble(work: Work) -> str:
    """Fill the template with facts, demands and cases: a draft."""
    letter = work.data["letter"]
    made = work.api.post(
        f"/v1/coalitions/{work.coalition}/assemblies",
        {
            "template_id": work.template,
            "slug": letter["slug"],
            "facts": letter["facts"],
            "demands": {"statuses": ["open", "partly_met"], "specimen": True},
        },
    )
    work.statement = made["statement"]["id"]
    document = made["document"]
    demands = sum(len(asked["demands"]) for asked in document["demand_lists"])
    quotes = sum("quote" in block for block in document["body"])
    blocks = len(document["body"])
    return f"Assembled a draft: {blocks} blocks, {quotes} quotes, {demands} demands not yet met"


def edit_draft(work: Work) -> str:
    """Add addressees, notes and contacts to the draft."""
    letter = work.data["letter"]
    path = f"/v1/statements/{work.statement}/draft"
    read = work.api.get(path)
    document = read["document"]
    shown = ("name", "title", "organisation", "country", "salutation")
    document["addressees"] = [
        {key: each[key] for key in shown if key in each} for each in work.addressees
    ]
    document["contacts"] = letter["contacts"]
    document["footnotes"] = {}
    for note in letter["notes"]:
        document["footnotes"][note["label"]] = note["text"]
        _refer(document["body"], note["after"], note["label"])
    saved = work.api.put(path, {"document": document}, read.etag)
    warnings = len(saved["warnings"])
    return (
        f"Edited the draft: addressees, {len(letter['notes'])} notes, contact; {warnings} warnings"
    )


def _refer(body: list[dict[str, Any]], words: str, label: str) -> None:
    """Put a reference to a note behind words of a paragraph."""
    for block in body:
        if words in block.get("paragraph", ""):
            block["paragraph"] = block["paragraph"].replace(words, f"{words}[^{label}]", 1)
            return
    raise Stop(f"docs/demo/coalition.yaml: no paragraph of the draft says “{words}”.")


def freeze(work: Work) -> str:
    """Freeze the draft: what is signed is fixed from here."""
    path = f"/v1/statements/{work.statement}"
    made = work.api.post(f"{path}/revisions", {}, work.api.get(path).etag)
    work.sha256 = made["sha256"]
    return f"Froze revision {made['number']}, SHA-256 {work.sha256[:12]}…"


def sign(work: Work) -> str:
    """Enter who signs this very text."""
    path = f"/v1/statements/{work.statement}/signatures"
    for place, organisation in enumerate(work.organisations):
        signatory = {"kind": "organisation", "organisation_id": organisation, "lead": place == 0}
        work.api.post(path, {**signatory, "revision_sha256": work.sha256})
    person = {"kind": "individual", **work.data["person"]}
    work.api.post(path, {**person, "revision_sha256": work.sha256})
    counts = work.api.get(f"/v1/statements/{work.statement}/signature-counts")
    return f"Entered {counts['total']} signatures, {counts['withheld']} of them withheld in public"


def publish(work: Work) -> str:
    """Move the statement through review to publication."""
    path = f"/v1/statements/{work.statement}"
    etag = work.api.get(path).etag
    for state in ("review", "published"):
        etag = work.api.post(f"{path}/transitions", {"state": state}, etag).etag
    return "Moved it to review, and published it"


def print_letter(work: Work) -> str:
    """Take the letter as PDF, HTML and text."""
    path = f"/v1/statements/{work.statement}/document"
    sizes = []
    for form, ending in (("pdf", "pdf"), ("html", "html"), ("text", "txt")):
        begun = time.perf_counter()
        got = work.api.get(path, format=form)
        (work.folder / f"letter.{ending}").write_bytes(got.body)
        took = time.perf_counter() - begun
        sizes.append(f"{form} {len(got.body) / 1000:.0f} kB in {took:.2f} s")
    return f"Printed it: {', '.join(sizes)}"


def ask_again(work: Work) -> str:
    """Ask for the PDF again: it is kept, and who has it already gets no body."""
    path = f"/v1/statements/{work.statement}/document"
    kept = work.api.get(path)
    again = work.api.get(path, known=kept.etag)
    if again.status != HTTPStatus.NOT_MODIFIED or kept.body != _letter(work):
        raise Stop("The same letter came back with other bytes; that should not happen.")
    return f'Asked again: the same bytes, and 304 for who sends the ETag {kept.etag[:9]}…"'


def _letter(work: Work) -> bytes:
    return (work.folder / "letter.pdf").read_bytes()


def export(work: Work) -> str:
    """Take the whole statement as one portable file."""
    got = work.api.get(f"/v1/statements/{work.statement}/export")
    (work.folder / "letter.yaml").write_bytes(got.body)
    return f"Exported it to {work.folder / 'letter.yaml'}"


ALL = (
    found_coalition,
    enter_organisations,
    enter_addressees,
    enter_cases,
    enter_demands,
    use_template,
    assemble,
    edit_draft,
    freeze,
    sign,
    publish,
    print_letter,
    ask_again,
    export,
)

"""What a coordinator and everybody else do from the set-up link to an answer: step by step.

Each step is done by what stands on the pages. Nothing of it asks the API.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from api.infra import clock
from tests.stories.test_pages_of_word_files import written_in
from tests.support.story_texts import COUNTRIES

if TYPE_CHECKING:
    from tests.support.story_texts import Texts
    from tests.support.visitors import Mailboxes, Visitor

LOGO = Path(__file__).resolve().parents[2] / "docs/demo/logo.svg"
ADA, GIA, INGA = (f"{name}@specimen.example" for name in ("ada", "gia", "inga"))
NEXT_YEAR = f"{clock.now().year + 1}-01-01"


@dataclass
class Story:
    """Who takes part, and what they write."""

    ada: Visitor  # who coordinates
    reader: Visitor  # everybody else, each by the link of their letter
    mail: Mailboxes
    port: int  # of the coalition's own mail server
    texts: Texts
    folder: Path
    page: str = ""  # the address at which the letter is read


def found(story: Story, link: str) -> None:
    """Follow the set-up link: who one is, and the coalition."""
    ada, texts = story.ada, story.texts
    ada.open(link)
    ada.fill("setup.name", "Ada Specimen")
    ada.fill("setup.email", ADA)
    ada.press("setup.go_on")
    ada.fill("found.name", texts.coalition)
    ada.choose("found.language", texts.language)
    ada.unfold("found.others")
    ada.tick(texts.other)
    ada.hands.colour(ada.field("found.accent"), "#7a1f3d")
    ada.give("found.logo", LOGO)
    ada.press("found.go_on")
    ada.sees("said.founded", "steps.mail")


def set_mail(story: Story) -> None:
    """Give the coalition its own mail server, and see that it takes letters."""
    ada = story.ada
    ada.follow("steps.mail", exact=False)
    ada.fill("mail.host", "127.0.0.1")
    ada.fill("mail.port", str(story.port))
    ada.tick("TLS")
    ada.fill("mail.sender", "letters@specimen.example")
    ada.press("mail.keep")
    assert len(story.mail.letters(ADA)) == 1
    ada.area("settings")
    ada.follow("settings.mail", exact=False)
    ada.sees("mail.works", "mail.try_sent")


def enter_cases(story: Story) -> None:
    ada = story.ada
    for name, country in zip(story.texts.cases, COUNTRIES, strict=True):
        ada.area("cases")
        ada.follow("cases.enter")
        ada.fill("cases.name", name)
        ada.choose("cases.country", country)
        ada.choose("cases.status", "imprisoned")
        ada.tick("cases.named_yes")
        ada.press("cases.enter_it")
        ada.sees("said.case_entered", name)
        ada.press("cases.verify_one")


def enter_demands(story: Story) -> None:
    """Start a list for each country, with a demand; the first is about somebody."""
    ada = story.ada
    for words, country in zip(story.texts.demands, COUNTRIES, strict=True):
        ada.area("demands")
        ada.follow("demands.start")
        ada.tick("demands.of_country")
        ada.choose("demands.country", country)
        ada.press("demands.start_it")
        ada.follow("demands.add")
        ada.fill("demands.text", words)
        ada.press("demands.add_it")
        ada.sees("said.demand_added")
    ada.area("demands")
    ada.follow("demands.all")
    ada.follow(story.texts.demands[0])
    ada.follow("demands.choose_cases")
    ada.fill("cases.search", story.texts.cases[0])
    ada.press("desk.find")
    ada.press("demands.add_case", within=f"li:has-text('{story.texts.cases[0]}')")
    ada.sees("said.demand_changed")


def enter_addressee(story: Story) -> None:
    ada = story.ada
    ada.area("addressees")
    ada.follow("addressees.enter")
    ada.fill("addressees.name", "Inga Specimen")
    ada.fill("addressees.email", INGA)
    ada.press("members.enter_it")
    ada.sees("said.addressee_entered")


def person_of(place: int) -> str:
    """Return the address of who may commit a member."""
    return f"person-{place}@specimen.example"


def bring_members(story: Story) -> None:
    """Bring two organisations and their people by tables, and enter both as members."""
    ada, members = story.ada, story.texts.members[:2]
    tables = {
        "organisations": ["name,country", *(f"{name},KZ" for name in members)],
        "people": [
            "organisation,name,email",
            *(f"{name},B. Specimen,{person_of(place)}" for place, name in enumerate(members)),
        ],
    }
    bring = {"organisations": "tables.bring", "people": "members.bring_people"}
    for kind, lines in tables.items():
        file = story.folder / f"{kind}.csv"
        file.write_text("\n".join(lines), "utf-8")
        ada.area("members")
        ada.follow("members.organisations")
        ada.follow(bring[kind])
        ada.give("tables.file", file)
        ada.press("tables.look")
        ada.press("tables.enter")
        ada.sees("said.table_entered", *members)
    for name in members:
        ada.area("members")
        ada.follow("members.organisations")
        ada.follow(name)
        ada.follow("members.enter")
        ada.tick("member_role.member")
        ada.press("members.enter_it")
        ada.sees("said.member_entered", name)


def invite_members(story: Story) -> None:
    """Invite six people; each names the organisation that they may commit, and joins."""
    ada, reader = story.ada, story.reader
    for place, name in enumerate(story.texts.members[2:], 2):
        ada.area("members")
        ada.follow("members.invite")
        ada.fill("members.person", "B. Specimen")
        ada.fill("members.email", person_of(place))
        ada.tick("member_role.member")
        ada.press("members.send")
        ada.sees("said.invitation_sent")
        reader.open(story.mail.link(person_of(place), "/j/"))
        reader.fill("join.organisation", name)
        reader.choose("sign.country", "UZ")
        reader.tick("join.may_commit")
        reader.press("join.accept")
        reader.sees("join.joined")
    ada.area("members")
    ada.sees(*story.texts.members)


def assemble(story: Story) -> None:
    """Begin the letter from a template: its facts, its people, the demands of three countries."""
    ada, texts = story.ada, story.texts
    ada.area("statements")
    ada.follow("home.begin")
    ada.follow("Open letter")
    ada.choose("To whom you write", "Inga Specimen")
    ada.fill("Headline", texts.title)
    ada.fill("Day of this letter", NEXT_YEAR)
    ada.fill("Why you write now", texts.before)
    ada.fill("What you ask of the addressee", "name these cases in your talks.", 0)
    countries = "Countries whose demands the addressee should support"
    for place, (case, country) in enumerate(zip(texts.cases, COUNTRIES, strict=True)):
        ada.choose("People for whom you write", case, place)
        ada.choose(countries, country, place)
    ada.press("begin.it")
    ada.sees("said.statement_begun")


def begin_with_own_words(story: Story) -> None:
    """Begin the letter with one's own words, then say to whom, and put the demands in."""
    ada, texts = story.ada, story.texts
    ada.area("statements")
    ada.follow("home.begin")
    ada.follow("begin.words", exact=False)
    ada.fill("head.name", texts.title)
    ada.choose("head.kind", "open_letter")
    ada.fill("begin.first", f"{texts.paragraph}\n\n{texts.before}")
    ada.press("begin.it")
    ada.sees("said.statement_begun")
    ada.follow("writing.head")
    ada.choose("head.known", "Inga Specimen")
    ada.press("writing.save")
    ada.sees("said.saved", "Inga Specimen")
    ada.follow("block.kind_demands", within=".adding")
    ada.tick_all("block.lists")
    ada.press("writing.put_in")


def write(story: Story) -> None:
    """Add a heading and a paragraph at the end, and go on writing in it."""
    ada, texts = story.ada, story.texts
    for kind, words in (("heading", texts.coalition), ("paragraph", texts.title)):
        ada.follow(f"block.kind_{kind}", within=".adding")
        ada.fill("block.text", words)
        ada.press("writing.put_in")
    block = ada.main.locator("article.block").last
    ada.hands.fill(block.get_by_role("textbox").first, f"{texts.title}.")
    save = block.get_by_role("button", name=ada.say("writing.save"), exact=True)
    if save.is_visible():
        ada.lead(save)
    else:  # a script saves as one types
        block.get_by_text(ada.say("writing.saved"), exact=True).wait_for()
    ada.sees(texts.before, *texts.demands)


def freeze(story: Story, *, weight: str = "") -> None:
    ada = story.ada
    ada.follow("tab.text")
    ada.follow("step.freeze")
    if weight:
        ada.tick(f"weight.{weight}")
    ada.press("versions.freeze_it")
    ada.sees("said.frozen")


def take_a_file_of_word_back(story: Story) -> None:
    """Open the text for comments, send it out as a file of Word, and decide what came back."""
    ada, texts = story.ada, story.texts
    ada.follow("tab.comments")
    ada.follow("consult.open")
    ada.fill("consult.closes", f"{NEXT_YEAR}T12:00")
    ada.tick("consult.read_coordinators")
    ada.press("consult.open_it")
    ada.sees("said.consultation_opened")
    ada.follow("tab.documents")
    out = ada.takes("papers.docx", story.folder / "letter.docx")
    back = story.folder / "back.docx"
    back.write_bytes(written_in(out.read_bytes(), **{texts.before: texts.after}))
    ada.follow("tab.comments")
    ada.follow("consult.word")
    ada.give("begin.the_file", back)
    ada.choose("consult.whose", texts.members[3])
    ada.press("begin.take_in")
    ada.sees("consult.word_done")
    ada.follow("consult.decide_them")
    ada.press("consult.accept")
    ada.sees("said.suggestion_accept")


def ask_members(story: Story) -> None:
    """Send the text to review, look at the letters, and send them."""
    ada = story.ada
    ada.press("move.review")
    ada.sees("said.moved_review")
    ada.follow("tab.signoff")
    ada.follow("signoff.ask", within="header")
    ada.press("signoff.see_letters")
    ada.sees("signoff.letters_lead", story.texts.title)
    ada.press(ada.say("signoff.send", 8))
    ada.sees("said.asked")


def approve(story: Story) -> None:
    """Have each member approve by the link of its letter."""
    reader = story.reader
    for place in range(len(story.texts.members)):
        reader.open(story.mail.link(person_of(place), "/a/"))
        reader.sees(story.texts.after)
        reader.tick("approve.approved")
        reader.tick("approve.public")
        reader.press("approve.submit")
        reader.sees("approve.sent")


def publish(story: Story) -> None:
    ada = story.ada
    ada.follow("signoff.look_again")
    ada.follow("step.publish", within="header")
    ada.sees("publish.nothing", *story.texts.members)
    ada.press("publish.now")
    ada.sees("said.published")


def open_signing(story: Story) -> None:
    """Have somebody look at each signature first; then open the page to everybody."""
    ada = story.ada
    ada.follow("tab.signing")
    ada.follow("signing.part_page")
    ada.tick("signing.moderation_all")
    ada.press("settings.keep")
    ada.sees("said.saved")
    ada.follow("signing.part_overview")
    ada.follow("signing.open")
    ada.press("signing.open")
    ada.sees("said.signing_opened")
    story.page = ada.opens_beside("signing.read_page")


def sign(story: Story) -> None:
    """Sign as one of the public, confirm by the letter, and be let in at the desk."""
    ada, reader = story.ada, story.reader
    reader.open(story.page)
    reader.sees(*story.texts.members, story.texts.after)
    reader.fill("sign.name", "Gia Specimen")
    reader.fill("sign.email", GIA)
    reader.choose("sign.country", "KZ")
    reader.tick("sign.public")
    reader.tick_all("sign.consent")
    reader.press("sign.submit")
    reader.sees("mailbox.title")
    reader.open(story.mail.link(GIA, "/c/"))
    reader.press("confirm.submit")
    reader.sees("thanks.title_held")

    ada.follow("signing.part_queue")
    ada.press(f"{ada.say('moderation.approve')}: Gia Specimen")
    ada.sees("said.signature_approved")
    reader.open(story.page)
    reader.follow("statement.all_names")
    reader.sees("Gia Specimen", *story.texts.members)


def deliver(story: Story) -> None:
    """Write a cover letter, and send the text to whom it addresses."""
    ada = story.ada
    ada.follow("tab.deliveries")
    ada.follow("deliveries.write")
    ada.fill("deliveries.subject", story.texts.title)
    ada.fill("deliveries.text", story.texts.before)
    ada.press("deliveries.look")
    ada.press("deliveries.send")
    ada.sees("said.handed_over")
    (letter,) = story.mail.letters(INGA)
    (file,) = letter.iter_attachments()
    assert file.get_content_type() == "application/pdf"
    ada.follow("tab.deliveries")
    ada.sees("deliveries.state_delivered")


def keep_the_answer(story: Story) -> None:
    """Keep what the addressee answered, and what became of a demand by it."""
    ada, texts = story.ada, story.texts
    ada.follow("deliveries.record_response")
    ada.choose("deliveries.addressee", "Inga Specimen")
    ada.fill("deliveries.said", texts.answer)
    ada.choose(texts.demands[0], "partly_met")
    ada.press("signoff.save")
    ada.sees("said.response_kept", texts.answer)
    ada.follow(texts.demands[0])
    ada.sees("demand_status.partly_met", texts.answer)

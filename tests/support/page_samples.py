"""Every public page with invented facts, to be measured, read and looked at."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from api.config import share
from api.documents.rules import blocks
from api.mailings.rules import bodies
from api.pages.rules import approving, facts, pages, problems, sentences, widget
from api.portable.rules import printing, reading
from api.signoffs.rules import places
from tests.support import changed_texts, comment_samples

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ADDRESS = "words-given-at-the-summit-k7m2pq9x"
NAMES = {
    "en": ("Specimen Rights Centre", "Dana Exampleva", "Anna S.", "Open Window Initiative"),
    "ru": ("Центр прав «Образец»", "Дана Примерова", "А. С., Казахстан", "Открытое окно"),  # noqa: RUF001
    "fa": ("خانهٔ نمونه", "گلناز نمونه‌ای", "ف. م.، افغانستان", "انجمن پنجره"),
}
WORDS = {
    "en": "I sign this statement. {} may keep what I enter here in order to count my signature.",
    "ru": "Я подписываю это заявление. {} может хранить введённые здесь данные, чтобы её учесть.",
}
NAME_WORDS = {
    "en": "My name may be shown in public under this statement.",
    "ru": "Моё имя может быть открыто указано под этим заявлением.",
}
NEWS_WORDS = {
    "en": "{} may write to me by e-mail about its work.",
    "ru": "{} может писать мне по электронной почте о своей работе.",  # noqa: RUF001
}
VISIBILITIES = ("anonymous", "coalition", "initials", "public")


def integrity() -> str:
    """Return the hash by which a browser takes this very widget and no other (SRI)."""
    digest = hashlib.sha384(widget.script().encode()).digest()
    return "sha384-" + base64.b64encode(digest).decode()


def printed(case: str) -> Any:
    """Return what one of the examples prints."""
    document: Any = reading.read(share("tests", "cases", f"{case}.yaml").read_bytes())
    return printing.resolve(document)


def every(
    language: str, case: str = "summit-twin", **frame: Any
) -> Iterator[tuple[str, str]]:  # they are many
    """Yield the name and the HTML of every page."""
    around = facts.Frame(
        language=language,
        coalition="Steppe and Mountain Coalition",
        style=f"/look/{pages.version()}/0b5563.css",
        script=f"/look/{pages.version()}/sign.js",
        look=f"/look/{pages.version()}",
        **frame,
    )
    print_ = printed(case)
    text = blocks.text(print_)
    lines = tuple(
        facts.ListedSignatory(name, "Kazakhstan" if place % 2 else "")
        for place, name in enumerate(NAMES.get(text.language, NAMES["en"]) * 2)
    )
    offer = facts.Offer(
        revision_sha256="0" * 64,
        visibilities=VISIBILITIES,
        boxes=(
            facts.Box(
                "signing::a",
                WORDS[language].format("Steppe and Mountain Coalition"),
                language,
                "signing",
            ),
            facts.Box("name::b", NAME_WORDS[language], language, "name"),
            facts.Box(
                "mailings:1:c",
                NEWS_WORDS[language].format("Specimen Rights Centre"),
                language,
                "mailings",
            ),
            facts.Box(
                "mailings:2:d",
                NEWS_WORDS[language].format("Open Window Initiative"),
                language,
                "mailings",
            ),
        ),
        is_sensitive=case != "russian",
    )
    statement = facts.StatementPage(
        frame=around,
        address=ADDRESS,
        text=text,
        state="open",
        total=2418,
        organisations=41,
        lines=lines,
        has_more=True,
        when="14 June 2031, 18:00 (Europe/Brussels)",
        offer=offer,
    )
    yield "open", pages.render("statement.html", statement)
    said = sentences.said(language).say
    wrong = facts.Form(
        values={
            "name": ["Dana <Exampleva>"],
            "email": ["dana@"],
            "country": ["KZ"],
            "kind": ["organisation"],
            "organisation": ["Specimen & Co"],
            "visibility": ["public"],
        },
        faults={
            "email": said("field.email"),
            "may_commit": said("field.may_commit"),
            "visibility": said("field.tick_name"),
            "consent": said("field.tick"),
        },
    )
    yield "faults", pages.render("statement.html", replace(statement, form=wrong))
    yield (
        "changed",
        pages.render("statement.html", replace(statement, form=wrong, has_changed=True)),
    )
    wait = said("error.429_text", wait=said("error.seconds", 40))
    yield "wait", pages.render("statement.html", replace(statement, wait=wait))
    for state in ("unopened", "closed", "superseded", "withdrawn", "none"):
        successor = (
            facts.Anchor("A newer text", "/s/newer-23456789") if state == "superseded" else None
        )
        yield (
            state,
            pages.render(
                "statement.html",
                replace(statement, state=state, offer=None, successor=successor, total=1),
            ),
        )
    yield from _framed(statement, wrong, wait)
    yield (
        "empty",
        pages.render("statement.html", replace(statement, total=0, organisations=0, lines=())),
    )
    yield from _mailbox(around, text.title, said)
    listed = facts.SignatoriesPage(
        frame=around,
        address=ADDRESS,
        title=text.title,
        text_language=text.language,
        text_direction=text.direction,
        lines=lines * 12,
        total=2418,
        organisations=41,
        withheld=0,
        next_cursor="abc",
        is_first=True,
    )
    yield "list", pages.render("signatories.html", listed)
    yield (
        "list-end",
        pages.render(
            "signatories.html",
            replace(listed, lines=lines, next_cursor=None, withheld=1400, is_first=False),
        ),
    )
    signing = facts.SigningPage(
        title=text.title,
        text_language=text.language,
        text_direction=text.direction,
        statement=f"/s/{ADDRESS}",
        name="Dana Exampleva",
        visibility="public",
        country="Kazakhstan",
        role="Editor",
        affiliation="Specimen Weekly",
        news=("Specimen Rights Centre", "Open Window Initiative"),
    )
    yield "confirm", pages.render("confirm.html", facts.ConfirmPage(frame=around, signing=signing))
    yield (
        "withdraw",
        pages.render("withdraw.html", facts.ConfirmPage(frame=around, signing=signing)),
    )
    thanks = facts.Thanks(
        frame=around,
        own="/m/secret",
        statement=f"/s/{ADDRESS}",
        share=f"https://sign.specimen.example/s/{ADDRESS}",
    )
    yield "thanks", pages.render("thanks.html", thanks)
    yield "thanks-held", pages.render("thanks.html", replace(thanks, is_held=True))
    yield "update", pages.render("update.html", _update(around, language))
    own = facts.OwnSignaturePage(
        frame=around,
        signing=signing,
        state="confirmed",
        day="14 May 2031",
        line="Dana Exampleva, Editor, Specimen Weekly",
        country="KZ",
        visibilities=VISIBILITIES,
        boxes=offer.boxes[1:],
        is_saved=True,
    )
    yield "own", pages.render("own.html", own)
    blank = facts.Form(values={"name": [""]}, faults={"name": said("field.needed")})
    yield (
        "own-faults",
        pages.render("own.html", replace(own, form=blank, part="correct", is_saved=False)),
    )
    yield "own-organisation", _own_of_an_organisation(own, said)
    nameless = replace(signing, name="", role="", affiliation="", visibility="anonymous")
    yield (
        "own-nameless",
        pages.render("own.html", replace(own, signing=nameless, line="", is_saved=False)),
    )
    yield (
        "own-withdrawn",
        pages.render("own.html", replace(own, state="withdrawn", line="", is_saved=False)),
    )
    approve = facts.ApprovePage(
        frame=around,
        text=text,
        parts=approving.parts(text, print_, places(print_)),
        revision_sha256="0" * 64,
        organisation="Open Window Initiative",
        name="Nino Specimeni",
        role="Director",
        soft="28 May 2031, 18:00 (Europe/Brussels)",
        hard="4 June 2031, 18:00 (Europe/Brussels)",
        note="Please look above all at the demands.\n\nWe publish on the eve of the summit.",
        has_logo=True,
        line="Open Window Initiative (OWI)",
        printed_name="Open Window Initiative",
        may_sign_in_person=True,
        choices=("anonymous", "coalition", "public"),
        may_be_guessed=True,
        history=(
            facts.Happening("20 May 2031, 09:00", said("approve.asked", name="Bea Specimen")),
            facts.Happening("22 May 2031, 11:30", said("approve.handed_on", name="Nino Specimeni")),
        ),
    )
    yield "approve", pages.render("approve.html", approve)
    reserved = facts.Form(
        values={"answer": ["reserved"], "reservation/blocks/1": ["Not the second demand."]},
        faults={"answer": said("field.reservation")},
    )
    yield (
        "approve-faults",
        pages.render("approve.html", replace(approve, form=reserved, has_changed=True)),
    )
    yield (
        "approve-again",
        pages.render(
            "approve.html",
            replace(
                approve,
                answer="approved",
                answered=facts.GivenAnswer("23 May 2031, 10:00", "Nino Specimeni"),
                change="The date in the second paragraph was corrected.",
                carries_over=True,
                is_sent=True,
                visibility="public",
                chooses_apart=True,
            ),
        ),
    )
    yield from (*_over(approve, own, case), *_unanswered(approve, said, language))
    join = facts.JoinPage(
        frame=around,
        coalition="Steppe and Mountain Coalition",
        name="Nino Specimeni",
        role="member",
        expires="4 June 2031",
        since="1 June 2031",
    )
    yield "join", pages.render("join.html", join)
    named = replace(join, organisation="Open Window Initiative", note="Dear Nino.\n\nCome along.")
    yield "join-named", pages.render("join.html", named)
    yield from _wrong(around, said)
    for kind in ("own.gone", "join.declined"):
        done = facts.Notice(
            frame=around,
            title=said(kind),
            text=said(f"{kind}_text"),
            links=(facts.Anchor(said("thanks.statement"), f"/s/{ADDRESS}"),),
        )
        yield f"done-{kind}", pages.render("notice.html", done)


def _over(
    approve: facts.ApprovePage, own: facts.OwnSignaturePage, case: str
) -> Iterator[tuple[str, str]]:
    """Yield how it appears apart from the answer: should none come, and after the time for it."""
    said = sentences.said(approve.frame.language).say
    yield from changed_texts.on_pages(approve, own, case)
    yield from comment_samples.comments(approve, case)
    tacit = replace(approve, silence="approval", chooses_apart=True)
    yield "approve-silent", pages.render("approve.html", tacit)
    how = facts.Form(faults={"how": said("field.choice")})
    again = replace(approve, is_over=True, answer="approved", chooses_apart=True, how=how)
    yield "approve-appear", pages.render("approve.html", again)
    declined = replace(approve, is_over=True, answer="declined")
    yield "approve-over", pages.render("approve.html", declined)


def _unanswered(
    approve: facts.ApprovePage, said: Callable[[str], str], language: str
) -> Iterator[tuple[str, str]]:
    """Yield what stands in place of an answer: time that was asked for, or a closed question."""
    wrong = facts.Form(faults={"until": said("field.until")})
    timed = replace(approve, may_need_time=True, may_see_names=True, until="30 May 2031")
    yield "approve-time", pages.render("approve.html", replace(timed, time=wrong))
    noted = (("The doors of the prison", "Not the second demand."), ("", "Nor this.\n\nAsk us."))
    proposed = facts.GivenAnswer("23 May 2031, 10:00", "Bea Specimen, Chair", "Too new.", noted)
    second = replace(approve, proposal="reserved", proposed=proposed, comments="/r/x")
    yield "approve-second", pages.render("approve.html", second)
    closed = replace(approve, is_over=True, closed="Nobody can be reached.\n\nWe tried twice.")
    yield "approve-closed", pages.render("approve.html", closed)
    yield "names", pages.render("names.html", _names(approve.frame, language))


def _names(around: facts.Frame, language: str) -> facts.NamesPage:
    line = facts.BearingLine("1", "Open the doors", "en", "ltr", f"/s/{ADDRESS}")
    persian = facts.BearingLine("2", "\u062f\u0631\u0647\u0627", "fa", "rtl")
    return facts.NamesPage(
        frame=around, organisation=NAMES[language][0], texts=(line, persian), is_saved=True
    )


def _update(around: facts.Frame, language: str) -> facts.UpdatePage:
    text = (
        "**Yesterday** we handed it over.\n\n> We will answer.\n\n[See](https://specimen.example)"
    )
    return facts.UpdatePage(
        frame=around,
        organisation=NAMES[language][0],
        subject="The letter was handed over",
        html=bodies.html(text),
        text_language="en",
        text_direction="ltr",
    )


def _framed(
    statement: facts.StatementPage, wrong: facts.Form, wait: str
) -> Iterator[tuple[str, str]]:
    framed = replace(statement, is_framed=True)
    yield "framed", pages.render("embed.html", framed)
    yield (
        "framed-faults",
        pages.render("embed.html", replace(framed, form=wrong, has_changed=True, wait=wait)),
    )
    yield "framed-sent", pages.render("embed.html", replace(framed, is_sent=True))
    yield "framed-closed", pages.render("embed.html", replace(framed, state="closed", offer=None))


def _own_of_an_organisation(own: facts.OwnSignaturePage, said: Callable[[str], str]) -> str:
    signing = replace(own.signing, organisation="Open Window Initiative", affiliation="")
    nobody = facts.Form(values={"by_name": [""]}, faults={"by_name": said("field.needed")})
    page = replace(own, signing=signing, is_organisation=True, boxes=(), is_saved=False)
    return pages.render("own.html", replace(page, form=nobody, part="correct"))


def _mailbox(
    around: facts.Frame, title: str, said: Callable[[str], str]
) -> Iterator[tuple[str, str]]:
    mailbox = facts.Mailbox(frame=around, address=ADDRESS, title=title, is_sent=True)
    yield "mailbox", pages.render("mailbox.html", mailbox)
    code = facts.Form(values={"code": ["ABCDE"]}, faults={"code": said("field.code")})
    yield "code", pages.render("mailbox.html", replace(mailbox, is_sent=False, form=code))


def _wrong(around: facts.Frame, said: Callable[[str], str]) -> Iterator[tuple[str, str]]:
    """Yield what goes wrong or has to wait, and what the errors of the API mean."""
    for status in ("404", "409", "410", "413", "500"):
        notice = facts.Notice(
            frame=around,
            title=said(f"error.{status}"),
            text=said(f"error.{status}_text"),
            is_error=True,
        )
        yield f"error-{status}", pages.render("notice.html", notice)
    kinds = facts.Problem(frame=around, title="Problems", html=problems.listed())
    yield "problems", pages.render("problem.html", kinds)
    html = problems.explained()["invalid"]
    yield "problem", pages.render("problem.html", replace(kinds, title="invalid", html=html))
    printing = facts.Notice(
        frame=around,
        title=said("statement.printing"),
        text=said("statement.printing_text"),
        links=(facts.Anchor(said("page.back"), f"/s/{ADDRESS}"),),
        is_error=True,
    )
    yield "printing", pages.render("notice.html", printing)

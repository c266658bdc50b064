"""The page of a text that is open for comments, with invented words, to be looked at."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from api.documents.rules import diffs
from api.pages.rules import commenting, facts, pages, sentences
from api.texts.rules import wording

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMES = {
    "ltr": ("Specimen Rights Centre", "Dana Exampleva"),
    "rtl": ("خانهٔ نمونه", "گلناز نمونه‌ای"),
}


def comments(approve: facts.ApprovePage, print_: Any) -> Iterator[tuple[str, str]]:
    """Yield a text that is open for comments: fresh, said of, changed since, over."""
    around, text = approve.frame, approve.text
    said = sentences.said(around.language).say
    ids = {f"b{place}": block for place, block in enumerate(print_["blocks"])}
    key = next(each for each, block in ids.items() if block["type"] != "heading")

    def remark(who: str, words: str, *, is_mine: bool = False) -> facts.Remark:
        place = f"{who}-{len(words)}".replace(" ", "-")
        return facts.Remark(id=place, who=who, when="20 May 2031", text=words, is_mine=is_mine)

    coordinators = said("comment.by_coordinator")
    before, after = "We ask that **all** doors be opened.", "We ask that the doors be opened today."
    then = diffs.marked(wording.Comparison().pieces(before, after))
    asked = facts.CommentThread(
        head=remark(
            NAMES[text.direction][0], "We would ask for a date here.\n\nElse nobody is bound."
        ),
        replies=(remark(coordinators, "Which one?"), remark(said("comment.you"), "1 June.")),
        has_changed=True,
        then=then,
    )
    own = facts.CommentThread(
        head=remark(said("comment.you"), "The second demand goes too far.", is_mine=True),
        is_resolved=True,
    )
    erased = facts.CommentThread(
        head=remark(said("comment.by_nobody"), ""), replies=(remark(coordinators, "Thank you."),)
    )
    page = facts.CommentPage(
        frame=around,
        text=text,
        parts=commenting.parts(text, ids, {key: (asked, own)}),
        whole=(erased,),
        gone=(
            facts.CommentThread(head=remark(NAMES[text.direction][1], "Leave it out."), then=then),
        ),
        revision_sha256="0" * 64,
        organisation="Open Window Initiative",
        name="Nino Specimeni",
        closes="28 May 2031, 18:00 (Europe/Brussels)",
        read_by="commenters_named",
        note="Please look above all at the demands.",
    )
    fresh = replace(page, parts=commenting.parts(text, ids, {}), whole=(), gone=(), note="")
    guest = replace(fresh, organisation="", read_by="coordinators")
    yield "comment", pages.render("comment.html", guest)
    yield "comment-threads", pages.render("comment.html", page)
    wrong = facts.Form(
        values={f"comment/{key}": ["A" * 80]},
        faults={f"comment/{key}": said("field.long"), "comment": said("field.comment")},
    )
    unsure = facts.Form(faults={"sure": said("field.sure")})
    typed = replace(page, form=wrong, erase=unsure, has_changed=True, unsent=("Not sent.",))
    yield "comment-faults", pages.render("comment.html", typed)
    sent = replace(page, is_sent=True, is_saved=True, wait="40 seconds")
    yield "comment-sent", pages.render("comment.html", sent)
    over = replace(page, is_over=True, read_by="commenters_unnamed", whole=())
    yield "comment-over", pages.render("comment.html", over)

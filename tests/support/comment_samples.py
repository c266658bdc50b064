"""The page of a text that is open for comments, with invented words, to be looked at."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from api.config import share
from api.documents.rules import diffs
from api.pages.rules import commenting, facts, pages, sentences, suggesting
from api.pages.rules.comment_facts import CommentPage, CommentThread, FileRead, Remark, Suggested
from api.pages.rules.commenting import Around
from api.portable.rules import printing, proposals, reading
from api.portable.rules.diff import Version
from api.texts.rules import wording
from api.texts.rules.wording import Op

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMES = {
    "ltr": ("Specimen Rights Centre", "Dana Exampleva"),
    "rtl": ("خانهٔ نمونه", "گلناز نمونه‌ای"),
}


def comments(approve: facts.ApprovePage, case: str) -> Iterator[tuple[str, str]]:
    """Yield a text that is open for comments: fresh, said of, changed since, over."""
    around, text = approve.frame, approve.text
    document: Any = reading.read(share("tests", "cases", f"{case}.yaml").read_bytes())
    words = sentences.said(around.language)
    said = words.say
    ids = {f"b{n}": block for n, block in enumerate(printing.resolve(document)["blocks"])}
    targets = proposals.targets_of(Version(document, list(ids)))
    folds = suggesting.folds(targets, ids, words)
    key = next(each for each, block in ids.items() if block["type"] != "heading")

    def remark(who: str, words: str, *, is_mine: bool = False) -> Remark:
        place = f"{who}-{len(words)}".replace(" ", "-")
        return Remark(id=place, who=who, when="20 May 2031", text=words, is_mine=is_mine)

    coordinators = said("comment.by_coordinator")
    before, after = "We ask that **all** doors be opened.", "We ask that the doors be opened today."
    then = diffs.marked(wording.Comparison().pieces(before, after))
    asked = CommentThread(
        head=remark(
            NAMES[text.direction][0], "We would ask for a date here.\n\nElse nobody is bound."
        ),
        replies=(remark(coordinators, "Which one?"), remark(said("comment.you"), "1 June.")),
        has_changed=True,
        then=then,
    )
    own = CommentThread(
        head=remark(said("comment.you"), "The second demand goes too far.", is_mine=True),
        is_resolved=True,
    )
    erased = CommentThread(
        head=remark(said("comment.by_nobody"), ""), replies=(remark(coordinators, "Thank you."),)
    )
    suggestions = _suggestions(words, NAMES[text.direction][0])
    full = Around(threads={key: (asked, own)}, suggestions={key: suggestions}, folds=folds)
    bare = Around(folds=folds)
    page = CommentPage(
        frame=around,
        text=text,
        head=commenting.head(full),
        parts=commenting.parts(text, ids, full),
        notes=commenting.notes(full),
        whole=(erased,),
        gone=(CommentThread(head=remark(NAMES[text.direction][1], "Leave it out."), then=then),),
        suggested_gone=(replace(suggestions[-1], id="s5"),),
        revision_sha256="0" * 64,
        organisation="Open Window Initiative",
        name="Nino Specimeni",
        word="/r/a/document",
        closes="28 May 2031, 18:00 (Europe/Brussels)",
        read_by="commenters_named",
        note="Please look above all at the demands.",
    )
    fresh = replace(page, parts=commenting.parts(text, ids, bare), whole=(), gone=(),
                    suggested_gone=(), note="")  # fmt: skip
    guest = replace(fresh, organisation="", read_by="coordinators")
    yield "comment", pages.render("comment.html", guest)
    yield "comment-threads", pages.render("comment.html", page)
    first = next(fold for fold in folds.values() if fold.words and fold.leave)
    reworded = first.words[0].name
    wrong = facts.Form(
        values={f"comment/{key}": ["A" * 80], reworded: ["<b>"], first.leave: ["yes"]},
        faults={
            f"comment/{key}": said("field.long"),
            "comment": said("field.comment"),
            reworded: said("suggest.markup"),
            first.leave: said("suggest.both"),
        },
    )
    unsure = facts.Form(faults={"sure": said("field.sure")})
    typed = replace(page, form=wrong, erase=unsure, has_changed=True, unsent=("Not sent.",),
                    file=facts.Form(faults={"file": said("word.another")}))  # fmt: skip
    yield "comment-faults", pages.render("comment.html", typed)
    remarks = ((said("word.looks"), ("We ask",)), (said("word.pictures"), ()))
    gave = commenting.gave({"word.suggestions": 3, "word.comments": 1}, words)
    read = FileRead(gave, remarks)
    sent = replace(page, is_sent=True, is_saved=True, wait="40 seconds", read=read)
    yield "comment-sent", pages.render("comment.html", sent)
    over = replace(page, is_over=True, read_by="commenters_unnamed", whole=())
    yield "comment-over", pages.render("comment.html", over)


def _suggestions(words: sentences.Sentences, who: str) -> tuple[Suggested, ...]:
    """Return a suggestion in each of the states that one can be in."""
    came = diffs.marked(wording.Comparison().pieces("We ask for that.", "We ask for it by 1 June."))
    went, new = (diffs.marked(wording.whole(op, "Not this.")) for op in (Op.REMOVED, Op.ADDED))
    said, when = words.say, "21 May 2031"
    return (
        Suggested(
            id="s1", who=said("comment.you"), when=when, what=said("suggest.what_words"),
            texts=(came,), reason="Else nobody is bound to a day.", state="open", is_mine=True,
            has_changed=True,
        ),
        Suggested(
            id="s2", who=who, when=when, what=said("suggest.what_insertion"), texts=(new, new),
            reason="", state="accepted", revision=3, instead=(came,),
        ),
        Suggested(
            id="s3", who=said("comment.by_member"), when=when,
            what=said("suggest.what_move", part="We ask …"), texts=(), reason="", state="accepted",
        ),
        Suggested(
            id="s4", who=said("comment.you"), when=when, what=said("suggest.what_deletion"),
            texts=(went,), reason="It says nothing new.", state="declined", is_mine=True,
            answer="The members want it to stay.",
        ),
    )  # fmt: skip

"""A file of Word that came back: each change is a suggestion on its block, and none is lost."""

from __future__ import annotations

from functools import cache, cached_property
from itertools import count, pairwise, product
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from api.documents.rules.html import Look
from api.exchange.rules.returning import WordReturn, read_back
from api.exchange.rules.sending import SentText, sent_text
from api.infra.word.views import seen
from api.portable.rules import checking, printing
from api.portable.rules.diff import Version
from api.portable.rules.proposals import Based, ProposalKind, merged
from api.texts.rules import markdown
from tests.rules.test_built_in_templates import NAMES
from tests.rules.test_word_and_back import CASES, document_of, printed_of
from tests.support import word_edits as edits
from tests.support.word_edits import SHAPES, EditedFile, Piece
from tests.support.word_samples import made
from tests.support.word_written import read

if TYPE_CHECKING:
    from api.infra.word.text import WordText
    from tests.support.word_files import WordFile

WORDS = {
    "en": "we ask the state to open doors windows letters of every court prison school and village"
    " for all people who wait without news since winter because nobody answers their families",
    "ru": "мы просим государство открыть двери окна письма каждого суда тюрьмы школы и деревни для"
    " всех людей которые ждут без вестей уже зиму потому что никто не отвечает их семьям",
    "fa": "ما از دولت می‌خواهیم درها پنجره‌ها نامه‌های هر دادگاه زندان مدرسه و روستا را برای همه مردمی"  # noqa: RUF001 # Persian
    " که بی‌خبر از زمستان چشم به راه هستند باز کند زیرا هیچ‌کس پاسخ خانواده‌هایشان را نمی‌دهد",
    "zh": "我们 要求 国家 打开 每个 法院 监狱 学校 和 村庄 的 门 窗 信件 为了 所有 从 冬天"
    " 起 没有 消息 等待 的 人们 因为 无人 回答 他们 家人",
}
KINDS = ("insert", "delete", "replace", "move", "split", "join", "insert an item", "delete an item",
         "reword a demand")  # fmt: skip
IDS = [f"{n:08x}-0000-4000-8000-000000000000" for n in range(1, 200)]


def sentence(random: Random, language: str, length: int = 12) -> str:
    gap = "" if language == "zh" else " "
    said = gap.join(random.choice(WORDS[language].split()) for _ in range(length))
    return said + ("。" if language == "zh" else ".")


@cache
def text_in(language: str) -> Any:
    """Return a text of twenty blocks, of which every fifth is nearly the one before it."""
    random = Random(language)  # noqa: S311 # words of an example
    gap = "" if language == "zh" else " "
    body: list[dict[str, Any]] = []
    for n in range(20):
        said = gap.join(sentence(random, language) for _ in range(2))
        if n % 5 == 4:
            last = next(one["paragraph"] for one in reversed(body) if "paragraph" in one)
            body.append({"paragraph": last[:-1] + gap + sentence(random, language, 2)})
        elif n == 6:
            items = [sentence(random, language) for _ in range(5)]
            body.append({"list": {"lead": sentence(random, language), "items": items}})
        elif n == 12:
            quote = {"text": said, "source": sentence(random, language, 3)[:-1]}
            body.append({"quote": quote})
        elif n % 7 == 1:
            body.append({"heading": sentence(random, language, 4)[:-1]})
        else:
            body.append({"paragraph": said})
    asked = [{"id": f"d-{n}", "text": sentence(random, language)} for n in range(4)]
    document: Any = {
        "format": "undersigned.statement/1",
        "slug": "specimen",
        "kind": "appeal",
        "language": language,
        "title": sentence(random, language, 4)[:-1],
        "coalition": {"name": "Specimen"},
        "demand_lists": [{"country": "KZ", "demands": asked}],
        "body": [*body, {"demands": {}}],
    }
    return checking.require(document)[0]


@cache
def sent_in(language: str) -> tuple[SentText, WordFile]:
    return sent_of(text_in(language))


def sent_of(document: Any) -> tuple[SentText, WordFile]:
    """Return what goes out of a text, and its file."""
    printed = printing.resolve(document)
    ids = IDS[: len(document["body"])]
    file = made(printed, block_ids=ids, revision=3)
    return sent_text(Version(document, ids), read(file.content)), file


def back(sent: SentText, content: bytes) -> WordReturn:
    return read_back(sent, read(content), {})


def applied(sent: SentText, returned: WordReturn) -> list[str]:
    """Return the words of a text as all suggestions would have it, line by line."""
    ids = (f"new-{number}" for number in count())
    based = [
        Based(str(number), one.proposal, sent.version)
        for number, one in enumerate(returned.suggestions)
    ]
    done = merged(sent.version, based, lambda: next(ids))
    assert done.collisions == ()
    return lines_of(done.version.document)


def lines_of(document: Any) -> list[str]:
    printed = printing.resolve(document)
    whole: list[str] = [document["title"]]
    for block in printed["blocks"]:
        whole += [markdown.plain(text) for text in printing.texts(block) if text]
        whole += [block["source"]] if block["type"] == "quote" and "source" in block else []
    return [" ".join(each.split()) for each in whole]


def test_nothing_is_found_in_what_comes_back_as_it_went() -> None:
    for language, shape in product(WORDS, SHAPES):
        sent, file = sent_in(language)

        returned = back(sent, EditedFile.of(file).saved(shape))

        assert (returned.suggestions, returned.threads, returned.remarks) == ([], [], [])
        assert returned.found == returned.blocks


@pytest.mark.parametrize("theme", ["letter", "brief-logos"])
@pytest.mark.parametrize("name", [*CASES, *NAMES])
def test_nothing_is_found_in_any_case_or_template(name: str, theme: str) -> None:
    document, _ = checking.require(document_of(name))
    printed, signed = printed_of(name)
    ids = IDS[: len(printed["blocks"])]
    text = read(made(printed, signed, Look(theme=theme), block_ids=ids).content)

    returned = read_back(sent_text(Version(document, ids), text), text, text["lost"])

    assert (returned.suggestions, returned.remarks) == ([], [])
    assert returned.found == returned.blocks


class Edit:
    """One edit of a file: what it does, and what is to be found."""

    def __init__(self, language: str, shape: str, kind: str, seed: int, *, tracked: bool) -> None:
        self.sent, file = sent_in(language)
        self.random = Random(f"{language} {shape} {kind} {seed} {tracked}")  # noqa: S311
        self.language, self.shape, self.tracked = language, shape, tracked
        self.gap = "" if language == "zh" else " "
        self.file = EditedFile.of(file)
        document = self.sent.version.document
        self.ids = [
            one for one, block in zip(self.sent.blocks, document["body"], strict=True)
            if "paragraph" in block
        ]  # fmt: skip
        self.list_id = self.sent.blocks[6]
        self.expected: set[tuple[ProposalKind, str | None]] = set()
        getattr(self, kind.replace(" ", "_"))()
        self.content = self.file.saved(shape, seed)

    def pick(self) -> tuple[str, int]:
        block = self.random.choice(self.ids[1:-1])
        return block, self.place(block)

    def place(self, block: str, number: int = 0) -> int:
        return self.file.place(f"_us_{block.replace('-', '')}_{number}")

    def new(self) -> str:
        return sentence(self.random, self.language)

    def insert(self) -> None:
        _, place = self.pick()
        edits.insert(self.file, place, self.new(), tracked=self.tracked, shape=self.shape)
        self.expected = {(ProposalKind.INSERTION, None)}

    def delete(self) -> None:
        block, place = self.pick()
        edits.delete(self.file, place, tracked=self.tracked)
        self.expected = {(ProposalKind.DELETION, f"block/{block}")}

    def replace(self) -> None:
        block, place = self.pick()
        edits.rewrite(self.file, place, self.reworded, tracked=self.tracked)
        self.expected = {(ProposalKind.WORDS, f"block/{block}")}

    def reworded(self, words: str) -> list[Piece]:
        cuts = sorted(self.random.sample(range(1, len(words)), 4))
        a, b, c, d = cuts
        return [
            Piece(words[:a]), Piece(words[a:b], "del"), Piece(self.new(), "ins"),
            Piece(words[b:c]), Piece(words[c:d], "del"), Piece(words[d:]),
        ]  # fmt: skip

    def move(self) -> None:
        block, place = self.pick()
        near = {block, *(self.sent.blocks[n] for n in self.beside(block))}
        to = self.place(self.random.choice([one for one in self.ids if one not in near]))
        edits.move(self.file, place, to, tracked=self.tracked, shape=self.shape)
        self.expected = {(ProposalKind.MOVE, f"block/{block}")}

    def beside(self, block: str) -> list[int]:
        """Return the places behind a block: moved there, it stays or changes with one other."""
        at = self.sent.blocks.index(block)
        return [n for n in (at - 1, at + 1, at + 2) if 0 <= n < len(self.sent.blocks)]

    def split(self) -> None:
        block, place = self.pick()
        words = self.file.at(place).words
        at = self.random.choice([n for n in range(3, len(words) - 3) if self.may_part(words, n)])
        edits.split(self.file, place, at, tracked=self.tracked)
        self.expected = {
            (ProposalKind.WORDS, f"block/{block}"), (ProposalKind.INSERTION, None),
        }  # fmt: skip

    def may_part(self, words: str, at: int) -> bool:
        return self.language == "zh" or words[at] == " "

    def join(self) -> None:
        order = self.sent.blocks
        pairs = [
            (one, other) for one, other in pairwise(order)
            if one in self.ids and other in self.ids
        ]  # fmt: skip
        one, other = self.random.choice(pairs)
        edits.join(self.file, self.place(one), tracked=self.tracked)
        self.expected = {
            (ProposalKind.WORDS, f"block/{one}"), (ProposalKind.DELETION, f"block/{other}"),
        }  # fmt: skip

    def insert_an_item(self) -> None:
        place = self.place(self.list_id, self.random.randrange(1, 6))
        edits.insert(self.file, place, self.new(), tracked=self.tracked, shape=self.shape)
        self.expected = {(ProposalKind.WORDS, f"block/{self.list_id}")}

    def delete_an_item(self) -> None:
        edits.delete(
            self.file, self.place(self.list_id, self.random.randrange(1, 6)), tracked=self.tracked
        )
        self.expected = {(ProposalKind.WORDS, f"block/{self.list_id}")}

    def reword_a_demand(self) -> None:
        number = self.random.randrange(4)
        place = self.place(self.sent.blocks[-1], number + 1)  # behind the country's heading
        edits.rewrite(self.file, place, self.reworded, tracked=self.tracked)
        self.expected = {(ProposalKind.WORDS, f"demand/d-{number}")}

    @cached_property
    def text(self) -> WordText:
        return read(self.content)

    def lines(self) -> list[str]:
        """Return the words of the file with all changes, as a reader has them."""
        paragraphs = seen(self.text["paragraphs"], accepted=True)
        said = [" ".join(each.words.split()) for each in paragraphs]
        return [each for each in said if each]


TRIED = [*product(WORDS, SHAPES, KINDS, (True, False))]


@cache
def tried(language: str, shape: str, kind: str, tracked: bool) -> tuple[Edit, WordReturn]:  # noqa: FBT001
    edit = Edit(language, shape, kind, 1, tracked=tracked)
    return edit, read_back(edit.sent, edit.text, {})


def test_no_insertion_or_deletion_is_lost() -> None:
    for case in TRIED:
        edit, returned = tried(*case)

        said = set(edit.lines())
        whole = applied(edit.sent, returned)
        assert [each for each in whole if each not in said] == [], case
        order = [each for each in edit.lines() if each in set(whole)]
        assert [each for each in order if each in whole] == [e for e in whole if e in said], case
        assert {kind.what for kind in returned.remarks} == set(), case


@pytest.mark.rest
def test_of_many_edits_of_one_file_no_word_is_lost() -> None:
    for seed in range(120):
        random = Random(seed)  # noqa: S311 # which edits
        language, shape = random.choice([*WORDS]), random.choice(SHAPES)
        sent, file = sent_in(language)
        edited = EditedFile.of(file)
        for _ in range(random.randrange(2, 8)):
            edit_somewhere(edited, random, language, shape)

        text = read(edited.saved(shape, seed))
        returned = read_back(sent, text, {})

        said = ["".join(each.words.split()) for each in seen(text["paragraphs"], accepted=True)]
        told = ["".join(words.split()) for one in returned.remarks for words in one.words]
        whole = ["".join(line.split()) for line in applied(sent, returned)]
        around = {"".join(one.passage.words.split()) for one in sent.units if one.is_data}
        everything = "".join([*whole, *told])
        lost = [each for each in said if each not in everything and each not in around]
        assert [each for each in lost if not is_in_pieces(each, told, around)] == [], seed
        all_said = "".join([*said, *told])
        assert [line for line in whole if line not in all_said] == [], seed


def is_in_pieces(words: str, told: list[str], around: set[str]) -> bool:
    """Tell whether words are a part of what is printed from data, which was parted."""
    return any(one.startswith(words) and one.removeprefix(words) in told for one in around)


def edit_somewhere(file: EditedFile, random: Random, language: str, shape: str) -> None:
    places = [
        place for place, one in enumerate(file.parts)
        if not isinstance(one, str) and one.names and not one.mark
        and [piece.change for piece in one.pieces] == [""]
    ]  # fmt: skip
    place, tracked = random.choice(places), random.random() < 1 / 2
    words = file.at(place).words
    cuts = sorted(random.sample(range(1, len(words)), 2)) if len(words) > 3 else [1, 2]
    new = sentence(random, language, 4)
    kind = random.choice(["insert", "delete", "rewrite", "move", "split", "join"])
    if kind == "insert":
        edits.insert(file, place, new, tracked=tracked, shape=shape)
    elif kind == "delete":
        edits.delete(file, place, tracked=tracked)
    elif kind == "rewrite":
        pieces = [Piece(words[: cuts[0]]), Piece(words[cuts[0] : cuts[1]], "del"),
                  Piece(new, "ins"), Piece(words[cuts[1] :])]  # fmt: skip
        edits.rewrite(file, place, lambda _: pieces, tracked=tracked)
    elif kind == "move":
        edits.move(file, place, random.choice(places), tracked=tracked, shape=shape)
    elif kind == "split":
        edits.split(file, place, cuts[0], tracked=tracked)
    elif place + 1 in places:
        edits.join(file, place, tracked=tracked)


def test_nearly_all_are_on_the_right_block_and_tell_whether_they_were_tracked() -> None:
    wrong = []
    for case in TRIED:
        edit, returned = tried(*case)
        found = {(one.proposal.kind, one.proposal.target) for one in returned.suggestions}
        if found != edit.expected:
            wrong.append((case, found, edit.expected))
        if any(one.is_guess for one in returned.suggestions):  # most of its words are new
            assert (case[1], case[-1]) == ("google", False), case
        tracked = {one.is_tracked for one in returned.suggestions}
        assert tracked == {case[-1]}, case
        authors = {name for one in returned.suggestions for name in one.authors}
        assert authors == ({"A. Specimen"} if case[-1] else set()), case

    assert len(TRIED) >= 200
    assert len(wrong) * 100 <= len(TRIED), wrong

"""What a file of Word does not say for sure: its language, and which lines are headings. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from api.infra.text import languages
from api.infra.text.script_runs import script_runs
from api.infra.word.text import WordPiece
from api.infra.word.views import SeenParagraph

LONGEST_LINE = 200  # characters of a first line that is taken for a title
_LONGEST_HEADING = 120
_ENDS = (".", ":", ";", ",", "؛", "،", "。", "：", "；", "，", "…")  # noqa: RUF001 # of sentences


def is_heading(each: SeenParagraph) -> bool:
    """Tell whether a paragraph looks like a heading: short, all of it bold, no sentence's end."""
    words = each.words.strip()
    if each.paragraph["place"] != "body" or len(words) > _LONGEST_HEADING or words.endswith(_ENDS):
        return False
    said = [run for run in each.runs if run["words"].strip() and "note" not in run]
    return bool(said) and all("is_strong" in run for run in said)


def shortened(words: str, most: int) -> str:
    """Return as many whole words as fit."""
    if len(words) <= most:
        return words
    return words[: most - 1].rsplit(" ", 1)[0] + "…"


def language(runs: Iterable[WordPiece]) -> tuple[str, bool]:
    """Return the language of a text, and whether the file says it of the letters that it has.

    What Word says is often the language of who installed it: it counts where it is written in the
    letters that most words have.
    """
    letters: Counter[str] = Counter()
    said: Counter[tuple[str, str]] = Counter()
    for run in runs:
        for passage in script_runs(run["words"], "", "ltr"):
            number = sum(map(str.isalpha, passage.words))
            letters[passage.script] += number
            said[passage.script, run.get("language", "")] += number
    script = next((name for name, _ in letters.most_common() if name), "Latn")
    tags = [tag for (name, tag), _ in said.most_common() if _is_of(tag, name) and name == script]
    if tags:
        return _without_region(tags[0]), True
    return languages.of_script(script), False


def _is_of(tag: str, script: str) -> bool:
    if not languages.is_language(tag):
        return False
    return script in languages.scripts(tag)


def _without_region(tag: str) -> str:
    """Return a tag without a region that says nothing: the likeliest one, or that of English."""
    short = "-".join(part for part in tag.split("-") if not part.isupper() and not part.isdecimal())
    is_english = short.lower() == "en"
    return short if is_english or languages.in_full(short) == languages.in_full(tag) else tag

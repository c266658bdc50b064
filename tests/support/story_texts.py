"""What is typed in the story of the desk, in English and in Russian. All of it is invented."""
# ruff: noqa: RUF001 - it is told in Russian, too

from __future__ import annotations

from dataclasses import dataclass

COUNTRIES = ("KZ", "UZ", "TM")


@dataclass(frozen=True)
class Texts:
    """What is typed in one language."""

    language: str
    other: str  # another language, as it names itself
    coalition: str
    cases: tuple[str, str, str]
    demands: tuple[str, str, str]
    members: tuple[str, ...]
    title: str
    paragraph: str  # the first of the text, where one's own words begin it
    before: str  # in the text as it is frozen first
    after: str  # in its place by a file of Word
    answer: str


ENGLISH = Texts(
    language="en",
    other="Русский",
    coalition="Specimen Coalition",
    cases=("Ayan Specimen", "Jamila Specimen", "Merdan Specimen"),
    demands=(
        "Release Ayan Specimen, and let a doctor see him.",
        "Publish the sentences of the Specimen trials.",
        "Let the families of Specimen town write letters.",
    ),
    members=tuple(
        f"Specimen {name}"
        for name in ("Bread", "Salt", "Water", "House", "Bridge", "Lamp", "Well", "Door")
    ),
    title="Specimen letter: raise these cases in Tashkent",
    paragraph="",
    before="On 22 May you will meet the heads of five states.",
    after="On 22 May you are to meet the heads of five states.",
    answer="We have read the Specimen letter, and a doctor was let in.",
)
RUSSIAN = Texts(
    language="ru",
    other="English",
    coalition="Коалиция «Образец»",
    cases=("Аян Образцов", "Джамиля Образцова", "Мердан Образцов"),
    demands=(
        "Освободить Аяна Образцова и допустить к нему врача.",
        "Опубликовать приговоры по делу «Образец».",
        "Разрешить переписку семьям посёлка Образцово.",
    ),
    members=tuple(
        f"Образец «{name}»"
        for name in ("Хлеб", "Соль", "Вода", "Дом", "Мост", "Лампа", "Колодец", "Дверь")
    ),
    title="Образец письма: назовите эти дела в Ташкенте",
    paragraph="Мы пишем вам открыто: речь идёт не только о нас.",
    before="22 мая вы встретитесь с главами пяти государств.",
    after="22 мая вам предстоит встреча с главами пяти государств.",
    answer="Мы прочли письмо «Образец», и врача допустили.",
)

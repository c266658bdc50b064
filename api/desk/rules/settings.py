"""The facts of a coalition's settings: how it looks, who works in it, how its letters leave."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from api.accounts.rules import Role
from api.coalitions.models import Coalition
from api.desk.rules import founding, typed_facts
from api.desk.rules.tables import Listing, Tone
from api.infra.text import languages
from api.pages.rules.facts import Form


@dataclass(frozen=True)
class SettingsPart:
    """A part of the settings: the key of its words (`settings.…`), its screen, who may open it."""

    key: str
    endpoint: str
    least: Role = Role.COORDINATOR


PARTS = (
    SettingsPart("coalition", "settings_coalition"),
    SettingsPart("look", "look"),
    SettingsPart("sites", "settings_sites"),
    SettingsPart("roles", "roles"),
    SettingsPart("mail", "mail"),
    SettingsPart("blocks", "blocks"),
    SettingsPart("retention", "settings_retention"),
    SettingsPart("copy", "coalition_copy"),
    SettingsPart("record", "record", Role.OWNER),
    SettingsPart("everybody_out", "everybody_out", Role.OWNER),
    SettingsPart("end", "coalition_end", Role.OWNER),
)


@dataclass(frozen=True, kw_only=True)
class SettingsLink:
    """A part of the settings, and what it is for."""

    words: str
    text: str
    href: str


@dataclass(frozen=True, kw_only=True)
class SettingsHome:
    """All parts of the settings that a role may open."""

    parts: Sequence[SettingsLink]


@dataclass(frozen=True, kw_only=True)
class CoalitionScreen:
    """A coalition's names, languages and reminders."""

    values: Mapping[str, str]
    version: int
    chosen: Mapping[str, Sequence[str]] = field(default_factory=dict)  # codes, by their fields
    languages: Sequence[tuple[str, str]] = ()
    countries: Sequence[tuple[str, str]] = ()
    form: Form = field(default_factory=Form)


@dataclass(frozen=True, kw_only=True)
class CoalitionCopyScreen:
    """What of a coalition another one begins with."""

    offered: Sequence[tuple[str, str, str]]
    usual: Sequence[str]
    back: str
    form: Form = field(default_factory=Form)


@dataclass(frozen=True, kw_only=True)
class NotCopiedShown:
    """One thing that did not come along, and why."""

    part: str
    name: str
    why: str


@dataclass(frozen=True, kw_only=True)
class CopiedScreen:
    """A coalition that began as another one: what came along, and what did not."""

    name: str
    href: str
    counts: Sequence[tuple[str, str]]
    left_out: Sequence[NotCopiedShown]


@dataclass(frozen=True, kw_only=True)
class ThemePreview:
    """A look of documents, on a text of the coalition's own."""

    name: str
    page: str  # the address of the page in a frame
    pdf: str


@dataclass(frozen=True, kw_only=True)
class LookScreen:
    """Colour and logo, and every theme on the coalition's newest text."""

    values: Mapping[str, str]
    version: int
    logo: str
    themes: Sequence[ThemePreview]
    title: str
    language: str
    form: Form = field(default_factory=Form)


@dataclass(frozen=True, kw_only=True)
class MailScreen:
    """Over which server letters leave, whether it works, and how the last try went."""

    values: Mapping[str, str]
    is_there: bool
    version: int | None
    state: str
    tone: Tone
    advice: str = ""
    since: Any = ""
    tried: str = ""
    tried_tone: Tone = ""
    tried_at: Any = ""
    may_change: bool
    form: Form = field(default_factory=Form)


@dataclass(frozen=True, kw_only=True)
class RolesScreen:
    """Who works in a coalition."""

    roles: Listing
    may_invite: bool
    choices: Sequence[tuple[str, str, str]]
    form: Form = field(default_factory=Form)


@dataclass(frozen=True, kw_only=True)
class RoleScreen:
    """One person's role."""

    id: UUID
    name: str
    email: str
    role: str
    since: Any
    version: int
    may_change: bool
    choices: Sequence[tuple[str, str, str]]
    form: Form = field(default_factory=Form)


@dataclass(frozen=True, kw_only=True)
class RetentionScreen:
    """Until when it is known who signed each statement."""

    statements: Listing


@dataclass(frozen=True, kw_only=True)
class RecordScreen:
    """What was done, by whom and when."""

    entries: Listing
    head: str
    backed_up: Any


COALITION = ("name", "slug", "remind_after_days", "remind_every_days")
CODES = ("languages", "countries", "sensitive_countries")  # chosen from lists, by their names


def coalition_as_typed(coalition: Coalition) -> dict[str, str]:
    """Return what the fields of the form hold of a coalition."""
    return {
        **{name: str(getattr(coalition, name)) for name in COALITION},
        "country_names": "\n".join(
            f"{tag} {code} {name}"
            for tag, names in coalition.country_names.items()
            for code, name in names.items()
        ),
        "conjunctions": "\n".join(f"{tag} {word}" for tag, word in coalition.conjunctions.items()),
        "origins": "\n".join(coalition.origins),
        "accent": coalition.accent,
    }


def chosen(coalition: Coalition) -> dict[str, Sequence[str]]:
    """Return which languages and countries a coalition has, in its order."""
    return {name: getattr(coalition, name) for name in CODES}


def languages_by_name(known: Iterable[str], language: str) -> list[tuple[str, str]]:
    """Return the languages that can be chosen, and those that are, as a language calls them."""
    tags = dict.fromkeys([*known, *founding.OFFERED])
    named = [(tag, languages.language_name(tag, language)) for tag in tags]
    return sorted(named, key=lambda pair: languages.place_in(language, pair[1]))


def coalition_given(values: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return the change of a coalition that a form says, as /v1 takes it."""

    def one(name: str) -> str:
        return (values.get(name) or [""])[0].strip()

    told: dict[str, Any] = {name: one(name) for name in COALITION if name in values}
    for name in ("remind_after_days", "remind_every_days"):
        if name in told:
            told[name] = typed_facts.number(told[name])
    told |= _codes(values)
    if "country_names" in values:
        told["country_names"] = _names(one("country_names"))
    if "conjunctions" in values:
        pairs = (line.split(maxsplit=1) for line in one("conjunctions").splitlines())
        told["conjunctions"] = {each[0]: each[-1] for each in pairs if each}
    if "origins" in values:
        told["origins"] = one("origins").split()
    if "accent" in values:
        told["accent"] = one("accent")
    return told


def _codes(values: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Return the languages, the first one before the others, and the countries that are chosen."""
    sent = {**values, "languages": [*values.get("languages", ()), *values.get("others", ())]}
    return {name: list(dict.fromkeys(filter(None, sent[name]))) for name in CODES if name in values}


def _names(text: str) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for line in text.splitlines():
        tag, code, name = [*line.split(maxsplit=2), "", "", ""][:3]
        if tag:
            found.setdefault(tag, {})[code] = name
    return found


# What the form of a mail server holds before there is one.
NO_MAIL = dict.fromkeys(
    (
        *("host", "user", "sender", "sender_name", "returns"),
        *("mailbox.host", "mailbox.port", "mailbox.user"),
    ),
    "",
) | {"port": "587", "security": "starttls", "a_minute": "120", "a_minute_to_domain": "30"}
MAIL_TEXTS = ("host", "user", "password", "sender", "sender_name", "security", "returns")
MAIL_NUMBERS = ("port", "a_minute", "a_minute_to_domain")


def mail_given(values: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return the mail server that a form says, as /v1 takes it."""

    def one(name: str) -> str:
        return (values.get(name) or [""])[0].strip()

    told: dict[str, Any] = {name: one(name) for name in MAIL_TEXTS if one(name)}
    told |= {name: typed_facts.number(one(name)) for name in MAIL_NUMBERS if one(name)}
    told.setdefault("host", "")
    told.setdefault("sender", "")
    if one("mailbox.host"):
        box = {name: one(f"mailbox.{name}") or None for name in ("host", "user", "password")}
        port = {"port": typed_facts.number(one("mailbox.port"))} if one("mailbox.port") else {}
        told["mailbox"] = {**box, **port}
    return told

"""The facts of the screens on which tools and other systems are connected, and their forms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from api.connectors.rules import TOLD, Field, MailingList
from api.desk.rules.picking import Offered
from api.desk.rules.tables import Listing, Tone
from api.pages.rules import forms
from api.pages.rules.facts import Anchor, Form
from api.pages.rules.forms import Sent
from api.pages.rules.sentences import Sentences
from api.webhooks.rules import CHOSEN

LIST = "list"
# What a new endpoint is told at first: the newest text, who signs, and whom to forget.
USUAL = ("statement.published", "signature.confirmed_by_letter", "signature.erased")
_SETTING, _TOLD, _LANGUAGE = "settings.", "fields_told.", "languages."


@dataclass(frozen=True, kw_only=True)
class ToolField:
    """One thing that a kind of tool needs to know, as a form asks for it."""

    name: str  # of the form's field
    words: str
    hint: str
    is_secret: bool
    is_needed: bool
    type: str  # of the input
    choices: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, kw_only=True)
class KindsScreen:
    """Which kinds of tools there are to connect."""

    kinds: Sequence[tuple[Anchor, str]]  # each with what it is


@dataclass(frozen=True, kw_only=True)
class ToolTried:
    """How a tool did when it was tried: what to do, and its lists."""

    works: bool
    advice: str
    lists: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class ToolForm:
    """The form by which a tool is connected, or changed."""

    title: str
    back: Anchor
    kind: str
    fields: Sequence[ToolField]
    told: Sequence[tuple[str, str]]  # what may be told of a person: the field's name, and words
    languages: Sequence[tuple[str, str]]
    organisations: Offered | None = None  # of a new one alone
    statements: Offered | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    version: int | None = None  # None: it is new
    tried: ToolTried | None = None
    form: Form = field(default_factory=Form)

    @property
    def labels(self) -> Mapping[str, str]:
        return {each.name: each.words for each in self.fields}


@dataclass(frozen=True, kw_only=True)
class ToolScreen:
    """One tool: how it does, who was handed over, and what can be done with it."""

    id: str
    label: str
    version: int
    facts: Sequence[tuple[str, object]]
    state: str
    tone: Tone
    to_do: str
    is_paused: bool
    reads_back: bool
    asks_many: bool  # whether so many left at once that somebody has to say that it is right
    counts: Sequence[tuple[str, int]]
    pushes: Listing
    files: Listing | None
    by_hand: int = 0  # who is to be taken off, and can be by hand
    more_by_hand: str = ""  # the cursor of more of them, where some are shown
    tried: ToolTried | None = None


@dataclass(frozen=True, kw_only=True)
class HookForm:
    """The form of another system that is told of events."""

    title: str
    back: Anchor
    groups: Sequence[tuple[str, Sequence[tuple[str, str]]]]  # of what, and events with their words
    values: Mapping[str, str] = field(default_factory=dict)
    types: Sequence[str] = USUAL
    may_open: bool = False  # whether the visitor may have it told who signed
    may_move: bool = True  # or say where it is
    version: int | None = None
    form: Form = field(default_factory=Form)


@dataclass(frozen=True, kw_only=True)
class SecretScreen:
    """A secret, shown this once."""

    secret: str
    onward: str


@dataclass(frozen=True, kw_only=True)
class AgainForm:
    """The form by which another system is told once more what happened on some days."""

    label: str
    back: str
    form: Form = field(default_factory=Form)


def fields_of(kind: str, wanted: Sequence[Field], words: Sentences) -> list[ToolField]:
    """Return what a kind needs to know, in the reader's language where we have words for it."""
    return [_field(kind, each, words) for each in wanted]


def _field(kind: str, each: Field, words: Sentences) -> ToolField:
    about = f"tool_about.{kind}_{each.name}"
    label = f"tool_field.{each.name}"
    kinds = [(each.is_secret, "password"), (each.is_address, "url"), (each.is_email, "email")]
    return ToolField(
        name=f"{_SETTING}{each.name}",
        words=words.say(label) if label in words.all else each.name,
        hint=words.say(about) if about in words.all else each.about,
        is_secret=each.is_secret,
        is_needed=each.is_needed,
        type=next((name for is_one, name in kinds if is_one), "text"),
        choices=[(one, _choice(each.name, one, words)) for one in each.choices],
    )


def _choice(name: str, value: str, words: Sentences) -> str:
    key = f"tool_choice.{name}_{value}"
    return words.say(key) if key in words.all else value


def told_fields(words: Sentences) -> list[tuple[str, str]]:
    """Return what a tool may be told of a person, as fields."""
    return [(f"{_TOLD}{name}", words.say(f"tools.told_{name}")) for name in TOLD]


def settings_given(sent: Sent) -> dict[str, str]:
    """Return the settings that were typed; what was left empty is not given."""
    return _below(sent, _SETTING)


def mapped(sent: Sent) -> dict[str, object]:
    """Return what else a form says of a tool: what is told of a person, and lists by language."""
    return {"fields_told": _below(sent, _TOLD), "languages": _below(sent, _LANGUAGE)}


def _below(sent: Sent, prefix: str) -> dict[str, str]:
    found = {name: forms.one(sent, name) for name in sent if name.startswith(prefix)}
    return {name.removeprefix(prefix): value for name, value in found.items() if value}


def tool_as_typed(
    label: str,
    settings: Mapping[str, str],
    told: Mapping[str, str],
    languages: Mapping[str, str],
) -> dict[str, str]:
    """Return a tool as its form has it; a key is in none."""
    return {
        "label": label,
        **{f"{_SETTING}{name}": value for name, value in settings.items()},
        **{f"{_TOLD}{name}": value for name, value in told.items()},
        **{f"{_LANGUAGE}{tag}": value for tag, value in languages.items()},
    }


def in_words(lists: Sequence[MailingList]) -> list[str]:
    """Return lists of a tool as one reads and copies them: the id, and the name beside it."""
    return [one.id if one.id == one.name else f"{one.id} · {one.name}" for one in lists]


def event_groups(words: Sentences) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the events that can be told of, by what they are of, each with its words."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for name in CHOSEN:
        thing, _, become = name.partition(".")
        groups.setdefault(thing, []).append((name, words.say(f"act.{become}")))
    return [(words.say(f"act_of.{thing}"), each) for thing, each in groups.items()]


def hook_given(sent: Sent, *, may_open: bool) -> dict[str, object]:
    """Return an endpoint as its form has it; who may not say who is told of people says nothing."""
    custodian = {"is_custodian": "yes" in sent.get("is_custodian", ())} if may_open else {}
    moved = {"url": forms.one(sent, "url")} if "url" in sent else {}
    return {
        "label": forms.one(sent, "label"),
        "types": list(sent.get("types", ())),
        **moved,
        **custodian,
    }


def days_given(sent: Sent) -> dict[str, object]:
    """Return the instants between the beginning of a day and the end of another, in UTC."""
    return {
        "since": _midnight(forms.one(sent, "since"), 0),
        "until": _midnight(forms.one(sent, "until"), 1),
        "only_failed": "yes" in sent.get("only_failed", ()),
    }


def _midnight(day: str, later: int) -> str | None:
    """Return the beginning of a day, or of one later; what is no day a schema refuses."""
    try:
        return f"{date.fromisoformat(day) + timedelta(days=later)}T00:00:00+00:00"
    except (ValueError, OverflowError):
        return day or None

"""What is around every screen: where one is, where one can go, and what was just done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from api.accounts.rules import Role
from api.config import share
from api.pages.rules.facts import Frame
from api.pages.rules.pages import PUBLIC, PageFolder
from api.pages.rules.sentences import PAGES, PageWords

WORDS = PageWords(share("templates", "desk", "words"), below=PAGES)
_BESIDE = ("passkey.js", "desk.js", "fresh.js", "writing.js")
DESK = PageFolder(share("templates", "desk"), WORDS, "desk.css", _BESIDE, below=PUBLIC)


@dataclass(frozen=True)
class AreaLink:
    """An area in the navigation."""

    key: str  # of its name: `nav.members`
    href: str
    is_here: bool


@dataclass(frozen=True)
class UndoForm:
    """A form that undoes what was just done: where it is sent, and its hidden fields."""

    action: str
    fields: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class JustDone:
    """What was just done, by the key of its sentence, and how it is undone where it can be."""

    key: str
    undo: UndoForm | None = None


@dataclass(frozen=True, kw_only=True)
class DeskFrame(Frame):
    """What is around every screen. `role` is the visitor's in the coalition of the address."""

    csrf: str
    home: str = "/desk/"
    here: str = ""  # the screen's own path
    areas: Sequence[AreaLink] = ()
    coalition_id: UUID | None = None
    role: Role | None = None
    is_signed_in: bool = False
    said: JustDone | None = None

    def may(self, needed: str) -> bool:
        """Tell whether the visitor may do here what a role may: a template hides the rest."""
        return self.role is not None and self.role.may(Role(needed))


@dataclass(frozen=True, kw_only=True)
class RefusedScreen:
    """That something cannot be, what to do, and where to go from here."""

    title: str
    text: str
    href: str
    words: str
    written: Sequence[str] = ()  # what was sent, to be copied


@dataclass(frozen=True, kw_only=True)
class AgainScreen:
    """A form that came too late: first a sign-in beside it, then it is sent as it was."""

    key: str  # of its words: the session is `over`, or the sign-in too `old`
    sign_in: str
    action: str
    fields: Sequence[tuple[str, str]]  # all that the form sent, its proof too
    files: Sequence[str]  # the names of its files, which are chosen once more


@dataclass(frozen=True, kw_only=True)
class Danger:
    """What cannot be undone, asked once on a page of its own. Its template: `danger.html`.

    The button sends `fields` to `action`; an empty `action` is the page's own address.
    """

    title: str
    points: Sequence[str]  # what will happen, a sentence each
    button: str
    back: str  # where to go instead
    action: str = ""
    fields: Mapping[str, str] | Sequence[tuple[str, str]] = ()

    @property
    def hidden(self) -> Sequence[tuple[str, str]]:
        return tuple(self.fields.items()) if isinstance(self.fields, Mapping) else self.fields

"""E-mail addresses as one mailbox has them: who signs twice from one is found by it.

Only what a provider says of itself is folded. To take two people for one would silence the second,
which is worse than to count a person twice, who can always use another mailbox.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import icu


@dataclass(frozen=True)
class Provider:
    """How one provider reads what stands before the @."""

    domains: tuple[str, ...]  # of the same mailboxes; the first stands for all
    ignored: str = ""  # signs that make no difference
    dash: bool = False  # a dot and a dash are the same
    tag: str = "+"  # what follows it names a folder, not a mailbox
    below: bool = False  # anything@name.domain is name@domain


# Domains of one provider that give one name to several people are not listed together: outlook.com,
# hotmail.com and live.com, or mail.ru, bk.ru and list.ru, are mailboxes apart.
PROVIDERS = (
    # support.google.com/mail/answer/7436150 (dots), /answer/10313 (googlemail.com), /answer/22370
    Provider(("gmail.com", "googlemail.com"), ignored="."),
    # yandex.com/support/mail: one login has a mailbox in every domain; a dot in it is a dash
    Provider(
        ("yandex.ru", "ya.ru", "yandex.com", "yandex.by", "yandex.kz", "yandex.ua"), dash=True
    ),
    # proton.me/support/addresses-and-aliases: the same name in all; . - and _ make no difference
    Provider(("proton.me", "protonmail.com", "pm.me", "protonmail.ch"), ignored=".-_"),
    # support.apple.com/en-us/102540: who had me.com or mac.com has icloud.com as well
    Provider(("icloud.com", "me.com", "mac.com")),
    # fastmail.help: plus addressing and subdomain addressing
    Provider(("fastmail.com",), below=True),
    Provider(("fastmail.fm",), below=True),
    # help.yahoo.com: a disposable address is a name, a dash and a word
    *(
        Provider((f"yahoo.{end}",), tag="-")
        for end in ("com", "co.uk", "fr", "de", "it", "es", "ca", "com.br", "com.ar", "co.in")
    ),
)
# RFC 5233: elsewhere, too, nearly every server that reads a + at all reads a folder after it.
ELSEWHERE = Provider(())
_OF = {domain: provider for provider in PROVIDERS for domain in provider.domains}


def domain(email: str) -> str:
    """Return the domain of an address, in its one form."""
    return plain_domain(email.rpartition("@")[2])


def plain_domain(text: str) -> str:
    """Return a domain in small ASCII letters, as the DNS has it (IDNA 2008, UTS 46)."""
    given = text.strip().rstrip(".")
    if given.isascii():
        return given.lower()
    info = icu.IDNAInfo()
    found = str(_idna().nameToASCII(given, info))
    return given.casefold() if info.errors() else found.lower()


def normalised(email: str) -> str:
    """Return what equal mailboxes share; nobody writes to it."""
    local, _, _ = email.strip().rpartition("@")
    name, place = _folded(local), domain(email)
    provider = _OF.get(place)
    if provider is None and (under := _under(place)):
        name, place = under
        provider = _OF[place]
    rules = provider or ELSEWHERE
    name = name.partition(rules.tag)[0] or name
    bare = _folded(name.translate(dict.fromkeys(map(ord, rules.ignored)))) or name
    if rules.dash:
        bare = bare.replace(".", "-")
    return f"{bare}@{rules.domains[0] if rules.domains else place}"


def _under(place: str) -> tuple[str, str] | None:
    """Return the mailbox that a domain below a provider's stands for, or None."""
    name, _, above = place.partition(".")
    provider = _OF.get(above)
    return (name, above) if provider is not None and provider.below else None


def _folded(local: str) -> str:
    if local.isascii():
        return local.lower()
    return str(_casefold().normalize(local))


@cache
def _casefold() -> icu.Normalizer2:
    return icu.Normalizer2.getNFKCCasefoldInstance()


@cache
def _idna() -> icu.IDNA:
    return icu.IDNA(icu.IDNA.CHECK_NONTRANSITIONAL_TO_ASCII)

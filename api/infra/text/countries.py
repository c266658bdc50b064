"""Countries by what people call them: ISO 3166's names, CLDR's, everyday and former ones."""

# ruff: noqa: RUF001 - names are in the scripts of their languages

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache

from babel import Locale
from babel.core import get_global

from api.infra.text.languages import COUNTRIES

Key = frozenset[str]
# The languages of those who fill our tables. Where two call different countries the same, that
# name is of none.
_LANGUAGES = (
    "en", "ru", "fr", "de", "es", "fa", "ar", "uk", "be", "kk", "ky", "uz", "tg", "tk", "tr", "az",
    "hy", "ka", "mn", "pl", "cs", "hu", "it", "pt", "nl", "sv", "ro", "sr", "bg", "zh", "ps", "ckb",
    "ku",
)  # fmt: skip
# What ISO 3166 and people call countries that CLDR calls otherwise, in any order of the words.
# Little words and republics, kingdoms and states are left out before they are compared.
_ALSO = """
AE: uae, emirates, emirats arabes, оаэ, эмираты, vae, امارات, الإمارات
BA: bosnia, bosnia herzegovina, bih, босния
BN: brunei darussalam
BO: plurinational bolivia
BQ: bonaire sint eustatius saba
BY: byelorussia, белоруссия, weissrussland, bielorussie, biélorussie, روسیهٔ سفید
CC: cocos keeling islands
CD: drc, dr congo, democratic congo, rdc, congo kinshasa, zaire, дрк, др конго, демократическая
    конго, kongo kinshasa, demokratische kongo, dr kongo, démocratique congo, الكونغو
    الديمقراطية
CG: congo brazzaville, kongo brazzaville, republic congo, rep congo, республика конго,
    république congo, republik kongo, جمهورية الكونغو
CI: ivory coast, cote ivoire, cote divoire, берег слоновой кости, elfenbeinküste, ساحل العاج
CN: peoples china, people s china, prc, mainland china, кнр, китайская народная, volksrepublik
    china, rpc, populaire chine
CV: cabo verde, острова зеленого мыса, kap verde
CZ: czech, czechia, чешская, tschechei, tschechische, tchèque, česká
DE: brd, фрг, bundesrepublik deutschland, rfa, fédérale allemagne, germany frg
EG: arab egypt
EH: sahrawi arab democratic, sahrawi
FK: falkland islands malvinas, malvinas
FM: federated micronesia
GB: uk, great britain, britain, gb, great britain northern ireland,
    england, scotland, wales, northern ireland, united great
    britain northern ireland, united kingdom great britain northern ireland, великобритания,
    соединенное, англия, шотландия, уэльс, северная ирландия, grande bretagne, angleterre,
    écosse, pays de galles, irlande du nord, großbritannien, schottland, nordirland, انگلستان,
    انگلیس, بریتانیا, اسکاتلند, بريطانيا, إنجلترا, اسكتلندا
GR: hellenic, hellas, ελλάδα
HK: hong kong, hongkong, гонконг
HM: heard island mcdonald islands
IE: eire
IR: islamic iran, islamique iran, persia, исламская иран, ири
KG: kyrgyz, kyrgyzstan, kirghizia, kirgizia, kirghizstan, kirgizstan, киргизия, кыргызстан,
    кыргызская, киргизская, kirgistan, kirgisien
KP: north korea, dprk, democratic peoples korea, democratic people s korea, кндр, северная
    корея, corée nord, nordkorea
KR: south korea, rok, republic korea, южная корея, республика корея, corée sud, république
    corée, südkorea, republik korea
KZ: казахская, рк, qazaqstan
LA: lao peoples democratic, lao people s democratic, lao, laos pdr, lao pdr, лнр лаос
LY: libyan arab jamahiriya, ливия
MD: moldavia, молдавия, moldau, moldawien, moldavie
MF: saint martin french part
MK: macedonia, fyrom, former yugoslav macedonia, македония, mazedonien, macédoine
MM: burma, myanmar, union myanmar, бирма, birma, birmanie, میانمار, بورما
MO: macao, macau, макао
NL: holland, hollande, голландия, هلند
PS: palestine, occupied palestinian territory, palestinian territory occupied, palestinian
    territory, палестина, государство палестина, palästina, palestine opt, opt, فلسطین, فلسطين,
    دولة فلسطين
RU: russian federation, рф, российская федерация, russische föderation, fédération russie, روسيا
    الاتحادية
SA: ksa, السعودية, عربستان
SH: saint helena ascension tristan da cunha
SK: slovak, slovenská, словацкая
SY: syrian arab, сар, сирийская арабская, arabische syrien, arabe syrienne, عربي سوري
SZ: swaziland, свазиленд
TJ: tadjikistan, tadzhikistan
TL: east timor, timor leste, восточный тимор
TM: turkmenia, туркмения, туркменистан, turkmenistan, turkmenien
TR: turkey, turkiye, турция, турецкая, turquie
TW: province china taiwan, taiwan province china, chinese taipei, republic china, roc, тайвань
TZ: united tanzania
UM: united minor outlying islands
US: usa, us, united america, united states, america usa, amerika usa, сша, соединенные штаты
    америки, соединенные штаты, etats unis, états unis amérique, vereinigte staaten, vereinigte
    staaten amerika, ایالات متحده, ایالات متحده آمریکا, امریکا, أمريكا, الولايات المتحدة,
    الولايات المتحدة الأمريكية, eeuu, ee uu, estados unidos
UZ: узбекская
VA: vatican, holy see, holy see vatican city, vatican city state, ватикан
VE: bolivarian venezuela
VG: british virgin islands, virgin islands uk
VI: us virgin islands, u s virgin islands, united virgin islands, virgin islands usa
VN: viet nam, socialist viet nam, вьетнам
XK: kosovo, косово
ZA: юар
"""
# What may be several: a person knows which, we do not.
_SEVERAL = """
KP KR: korea, корея, corée, corea, کره, كوريا, koreya
CD CG: congo, конго, kongo, کنگو, الكونغو, كونغو
VG VI: virgin islands, виргинские острова, jungferninseln, iles vierges, îles vierges
MF SX: saint martin, сен мартен
"""
_LITTLE = frozenset(
    "the of and la le les du de des der die das und et l d i и el y e".split()  # noqa: SIM905 # as words
)
_KINDS = frozenset(
    """
    republic kingdom state states commonwealth principality sultanate federal islamic federative
    république royaume état republik königreich staat república reino estado
    республика королевство государство княжество султанат федеративная
    جمهوری جمهوریه جمهورية مملكة المملكة دولة کشور اسلامی الجمهورية
    respublikasi respublikası republikasy республикасы ҷумҳурии
    """.split()  # noqa: SIM905 # as words
)
_APOSTROPHES = re.compile("['`´’‘ʻʼʹ′]")  # of all kinds
_ELIDED = re.compile("\\b[dl]['’ʼ]", re.IGNORECASE)
_DOTTED = re.compile(r"\b(?:\w\.\s?){2,}")
_JOINERS = re.compile("[\u00ad\u0640\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_LETTERS = str.maketrans("يكىةё", "یکیهе")  # Arabic and Persian, Cyrillic


def code(text: str) -> str | None:
    """Return the code of a country that is named so, or None."""
    bare = text.strip()
    if bare.upper() in COUNTRIES:
        return bare.upper()
    if bare.isascii() and len(bare) == 3:  # noqa: PLR2004 # as ISO's longer codes and numbers
        listed = get_global("territory_aliases").get(bare.upper(), [""])
        if listed[0] in COUNTRIES:
            return str(listed[0])
    return next((found for key in _keys(bare) if (found := _named().get(key))), None)


def code_or(text: str) -> str:
    """Return the code of a country that is named so, or else the text."""
    return code(text) or text


def codes_or(text: str) -> list[str]:
    """Return the codes of several countries, what is none of them as it stands.

    Names have a semicolon, a line or a comma between them; codes may have a space.
    """
    parts = re.split(r"[;|\n]", text)
    if len(parts) == 1 and code(text) is None:  # a name may hold a comma
        parts = text.split(",")
    return [code_or(each) for part in parts for each in _one_or_codes(part.strip()) if each]


def _one_or_codes(part: str) -> list[str]:
    words = part.split()
    return words if all(word.upper() in COUNTRIES for word in words) else [part]


def choices(text: str) -> list[str]:
    """Return the codes of the countries that a name may mean, where it means several."""
    keys = _keys(text.strip())
    return next((found for key in keys if (found := _doubtful().get(key))), [])


def _keys(text: str) -> list[Key]:
    """Return how a name is sought: with all its words, then without what states call themselves."""
    whole = _key(text)
    outside = _key(re.sub(r"\(.*?\)", " ", text))
    bare = frozenset(whole - _kinds())
    return [key for key in dict.fromkeys((whole, bare or whole, outside)) if key]


@cache
def _kinds() -> Key:
    return frozenset(word for kind in _KINDS for word in _words(kind))


def _key(text: str) -> Key:
    return frozenset(_words(text)) - _LITTLE


def _words(text: str) -> list[str]:
    """Return the words of a name without accents, apostrophes and other marks."""
    text = _ELIDED.sub("", text)
    text = _DOTTED.sub(lambda found: re.sub(r"[.\s]", "", found[0]) + " ", text)
    plain = unicodedata.normalize("NFKD", _JOINERS.sub("", _APOSTROPHES.sub("", text)).casefold())
    letters = "".join(each for each in plain if not unicodedata.combining(each))
    letters = letters.translate(_LETTERS)
    return ["saint" if word == "st" else word for word in re.findall(r"[^\W_]+", letters)]


@cache
def _named() -> Mapping[Key, str]:
    found: dict[Key, str | None] = {}
    for language in _LANGUAGES:
        territories = Locale.parse(language).territories
        own: dict[Key, str | None] = {}
        for country in sorted(COUNTRIES):
            for key in _names_of(territories.get(country, "")):
                own[key] = country if own.get(key, country) == country else None
        for key, meant in own.items():
            # The first languages say what a name means; of the others it must be clear.
            found.setdefault(key, meant)
    for names, named in _listed(_ALSO):
        found.update(dict.fromkeys(names, named))
    return {key: country for key, country in found.items() if country and key not in _doubtful()}


def _names_of(name: str) -> set[Key]:
    """Return the keys of a name of CLDR: "Myanmar (Burma)" is also Myanmar."""
    outside = re.sub(r"\(.*?\)", " ", name)
    return {key for key in (_key(name), _key(outside)) if key}


@cache
def _doubtful() -> Mapping[Key, list[str]]:
    return {key: codes.split() for keys, codes in _listed(_SEVERAL) for key in keys}


def _listed(table: str) -> list[tuple[list[Key], str]]:
    lines = re.sub(r"\n +", " ", table).strip().splitlines()
    parts = (line.partition(":") for line in lines)
    return [([_key(name) for name in names.split(",")], codes) for codes, _, names in parts]

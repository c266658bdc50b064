"""/c: confirm a signature; /m: see, correct, hide or take back one's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from flask import Response, jsonify, request
from flask.views import MethodView
from werkzeug.wrappers import Response as AnyResponse

from api.errors import Invalid
from api.infra.runtime import runtime
from api.infra.text import languages
from api.pages.routes.base import blueprint, form, of, onward, secret, sent, takes_form
from api.pages.rules import facts, forms, pages, texts
from api.pages.rules.facts import Box, Frame, Part
from api.signatures.models import Purpose, SignatoryKind, SignatureState
from api.signatures.rules import VISIBILITIES
from api.signing import rules
from api.signing.schemas import OwnSignatureIn
from api.signing.service import confirming, own_signature
from api.signing.service.confirming import WaitingSignature
from api.signing.service.own_signature import Own
from api.statements.models import Signing, Statement
from api.web.validate import loaded

_HERE = "/m/<string:secret_of_own>"


class Confirm(MethodView):
    def get(self, secret_of_asked: str) -> Response:
        """Show what will be confirmed; nothing changes. Once it is, say so."""
        asked = confirming.pending(secret_of_asked)
        if asked.is_confirmed:
            return thanks(asked)
        around, _ = of(asked.statement.coalition_id, asked.language)
        who = {**asked.who, "news": _news(asked)}
        page = facts.ConfirmPage(
            frame=around, signing=_signing(asked.statement, asked.signing, who, around)
        )
        return secret(pages.render("confirm.html", page))

    @takes_form
    def post(self, secret_of_asked: str) -> AnyResponse:
        """Confirm, any number of times."""
        asked = confirming.confirm(secret_of_asked)
        around, _ = of(asked.statement.coalition_id, asked.language)
        return onward(request.path, around)


class Mine(MethodView):
    def get(self, secret_of_own: str) -> Response:
        """Show one's own signature."""
        found = own_signature.own(secret_of_own)
        return secret(
            pages.render("own.html", replace(_page(found), is_saved="saved" in request.args))
        )

    @takes_form
    def post(self, secret_of_own: str) -> AnyResponse:
        """Do what the button says."""
        found, values = own_signature.own(secret_of_own), sent()
        act = {
            "hide": _hide,
            "how": _how,
            "correct": _correct,
            "news": _end_news,
            "data": _data,
            "ask": _ask,
            "withdraw": _withdraw,
        }.get(forms.one(values, "do"), _look)
        return act(secret_of_own, found, values)


blueprint.add_url_rule("/c/<string:secret_of_asked>", view_func=Confirm.as_view("confirm"))
blueprint.add_url_rule(_HERE, view_func=Mine.as_view("own"))


def thanks(asked: WaitingSignature) -> Response:
    """Say that a signature is confirmed, and what can be done with it."""
    around, _ = of(asked.statement.coalition_id, asked.language)
    path = f"/s/{asked.signing.address}"
    own = asked.own_secret
    is_held = own is not None and own_signature.own(own).signature.state is SignatureState.HELD
    page = facts.Thanks(
        frame=around,
        own=f"/m/{own}" if own else None,
        statement=path,
        share=runtime().settings.public_url + path,
        is_held=is_held,
    )
    return secret(pages.render("thanks.html", page))


def _news(asked: WaitingSignature) -> tuple[str, ...]:
    """Return the words that were agreed to, of mailings."""
    given = asked.who.get("consents", ())
    return tuple(each["words"] for each in given if each["purpose"] == Purpose.MAILINGS)


def _signing(
    statement: Statement, signing: Signing, who: dict[str, Any], around: Frame
) -> facts.SigningPage:
    """Return what somebody signed, for the page: an organisation apart from who signs for it."""
    represented = who.get("represented_by") or {}
    is_organisation = who.get("kind") == SignatoryKind.ORGANISATION
    code = who.get("country")
    return facts.SigningPage(
        title=statement.title,
        text_language=statement.language,
        text_direction=languages.direction(statement.language),
        statement=f"/s/{signing.address}",
        name=(represented.get("name") if is_organisation else who.get("name")) or "",
        visibility=str(who["visibility"]),
        country=languages.country_name(code, around.language, around.country_names) if code else "",
        organisation=(who.get("name") or "") if is_organisation else "",
        role=(represented.get("role") if is_organisation else who.get("role")) or "",
        affiliation=who.get("affiliation") or "",
        news=who.get("news", ()),
    )


def _page(found: Own) -> facts.OwnSignaturePage:
    signature = found.signature
    around, said = of(signature.coalition_id, signature.language)
    diff = found.compare() if found.compare else None
    who = {
        **found.who,
        "kind": signature.kind,
        "visibility": signature.visibility.value,
        "country": signature.country,
    }
    is_shown = signature.state is SignatureState.CONFIRMED
    shown = texts.own_line(who, who["visibility"], signature.country, around)
    return facts.OwnSignaturePage(
        frame=around,
        signing=_signing(found.statement, found.signing, who, around),
        state="rejected"
        if signature.state is SignatureState.INVALIDATED
        else signature.state.value,
        day=languages.date_text(signature.day.isoformat(), around.language),
        line=shown if is_shown else "",
        country=signature.country or "",
        visibilities=_visibilities(found),
        is_organisation=signature.kind is SignatoryKind.ORGANISATION,
        boxes=(*_to_show(found, around), *_mailings(found)),
        changes=texts.changes(diff, said.say("own.since_signed"), around.language),
    )


def _visibilities(found: Own) -> tuple[str, ...]:
    is_organisation = found.signature.kind is SignatoryKind.ORGANISATION
    every = [each.value for each in VISIBILITIES]
    return tuple(each for each in every if not (is_organisation and each == "initials"))


def _to_show(found: Own, around: Frame) -> list[Box]:
    """Return the box of the consent to show the name, unless it was given and holds."""
    if any(each.purpose is Purpose.NAME and not each.taken_back_on for each in found.consents):
        return []
    offered = rules.consents(around.language, around.coalition, [])
    return [texts.box(each) for each in offered if each.purpose is Purpose.NAME]


def _mailings(found: Own) -> list[Box]:
    tongue = found.signature.language or found.statement.language
    return [
        facts.Box(str(each.id), each.words, tongue, "mailings")
        for each in found.consents
        if each.purpose is Purpose.MAILINGS and not each.taken_back_on
    ]


def _look(_secret: str, found: Own, _values: forms.Sent) -> AnyResponse:
    return secret(pages.render("own.html", _page(found)))


def _hide(secret_of_own: str, _found: Own, _values: forms.Sent) -> AnyResponse:
    return _saved(own_signature.hide(secret_of_own))


def _how(secret_of_own: str, found: Own, values: forms.Sent) -> AnyResponse:
    wanted, faults = forms.one(values, "visibility"), {}
    agreed: set[str] = set()
    around, _ = of(found.signature.coalition_id, found.signature.language)
    if wanted not in _visibilities(found):
        faults["visibility"] = "field.choice"
    elif wanted in forms.SHOWN:
        known = {each.value for each in _to_show(found, around)}
        agreed = known & set(values.get("consent", ()))
        if known and not agreed:
            faults["consent"] = "field.tick_name"
    changed = {"visibility": wanted, **_given(values, ("name",), keep_empty=False)}
    changed["consents"] = [
        {"purpose": Purpose.NAME.value, "words_sha256": each.rpartition(":")[2]} for each in agreed
    ]
    return _change(secret_of_own, found, changed, faults, "how")


def _correct(secret_of_own: str, found: Own, values: forms.Sent) -> AnyResponse:
    changed = _given(values, ("name", "role", "affiliation", "country"), keep_empty=True)
    faults = {}
    if not changed.get("name") and found.signature.visibility != "anonymous":
        faults["name"] = "field.needed"
    if not changed.get("name"):
        changed.pop("name", None)
    if found.signature.kind is SignatoryKind.ORGANISATION and "by_name" in values:
        by = forms.tidied(values, ("by_name", "by_role"))
        changed["represented_by"] = {
            name.removeprefix("by_"): text for name, text in by.items() if text
        }
        if not by["by_name"]:
            faults["by_name"] = "field.needed"
    return _change(secret_of_own, found, changed, faults, "correct")


def _given(values: forms.Sent, names: tuple[str, ...], *, keep_empty: bool) -> dict[str, object]:
    tidied = forms.tidied(values, [name for name in names if name in values])
    return {name: value for name, value in tidied.items() if value or keep_empty}


def _change(
    secret_of_own: str,
    found: Own,
    changed: Mapping[str, object],
    faults: dict[str, str],
    part: Part,
) -> AnyResponse:
    if not faults:
        try:
            return _saved(own_signature.correct(secret_of_own, loaded(OwnSignatureIn(), changed)))
        except Invalid as wrong:
            faults = forms.corrected(wrong.faults)
    _, said = of(found.signature.coalition_id, found.signature.language)
    page = replace(_page(found), form=form(faults, said), part=part)
    return secret(pages.render("own.html", page), HTTPStatus.UNPROCESSABLE_ENTITY)


def _end_news(secret_of_own: str, found: Own, values: forms.Sent) -> AnyResponse:
    kept = set(values.get("consent", ()))
    ended = [box.value for box in _mailings(found) if box.value not in kept]
    changed = OwnSignatureIn().load({"consents_taken_back": ended})
    return _saved(own_signature.correct(secret_of_own, changed))


def _data(secret_of_own: str, _found: Own, _values: forms.Sent) -> AnyResponse:
    answer = jsonify(own_signature.export_own(secret_of_own))
    answer.headers.set("Content-Disposition", "attachment", filename="my-signature.json")
    return answer


def _ask(_secret: str, found: Own, _values: forms.Sent) -> AnyResponse:
    page = _page(found)
    return secret(
        pages.render("withdraw.html", facts.ConfirmPage(frame=page.frame, signing=page.signing))
    )


def _withdraw(secret_of_own: str, found: Own, _values: forms.Sent) -> AnyResponse:
    own_signature.withdraw(secret_of_own)
    around, said = of(found.signature.coalition_id, found.signature.language)
    back = facts.Anchor(said.say("thanks.statement"), f"/s/{found.signing.address}{around.query}")
    page = facts.Notice(
        frame=around, title=said.say("own.gone"), text=said.say("own.gone_text"), links=(back,)
    )
    return secret(pages.render("notice.html", page))


def _saved(found: Own) -> AnyResponse:
    around, _ = of(found.signature.coalition_id, found.signature.language)
    return onward(request.path, around, saved="1")

"""Everything that a template's text must not hold: refused before it is compiled, and in time."""

from __future__ import annotations

import time
from typing import Any

import jinja2
import pytest

from api.errors import Invalid
from api.templates.rules import filling, template
from tests.rules.test_template_syntax import ALLOWED, a_template, with_paragraph

SECONDS = 2.0

# Each stands on the second line of the second block.
REFUSED = {
    # ways out of the sandbox
    "class": "{{ ''.__class__ }}",
    "class of a fact": "{{ summit.__class__ }}",
    "class by bracket": '{{ summit["__class__"] }}',
    "mro": "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "mro of a list": "{{ [].__class__.__base__ }}",
    "mro of a tuple": "{{ ().__class__.mro() }}",
    "mro of a dict": "{{ {}.__class__ }}",
    "attr format": '{{ summit|attr("format") }}',
    "attr class": '{{ summit|attr("__class__") }}',
    "format called": '{{ "{0.__class__}".format(summit) }}',
    "format_map": '{{ "{a.__class__}".format_map({"a": summit}) }}',
    "format of a fact": "{{ summit.format(summit) }}",
    "format uncalled": "{{ summit.format }}",
    "filter format": '{{ "%s"|format(summit) }}',
    "self": "{{ self }}",
    "self dict": "{{ self.__dict__ }}",
    "self blocks": "{{ self._TemplateReference__context }}",
    "cycler": "{{ cycler.__init__.__globals__.os }}",
    "joiner": "{{ joiner() }}",
    "namespace": "{{ namespace(a=1) }}",
    "lipsum globals": "{{ lipsum.__globals__ }}",
    "lipsum os": '{{ lipsum.__globals__["os"].popen("id").read() }}',
    "lipsum": "{{ lipsum(n=1000000) }}",
    "config": "{{ config }}",
    "config items": "{{ config.items() }}",
    "request": "{{ request.application.__globals__ }}",
    "url_for": '{{ url_for("static") }}',
    "get_flashed_messages": "{{ get_flashed_messages.__globals__ }}",
    "g": "{{ g.pop }}",
    "session": "{{ session }}",
    "range": "{{ range(10) }}",
    "dict": "{{ dict(a=1) }}",
    "caller": "{{ caller() }}",
    "super": "{{ super() }}",
    "varargs": "{{ varargs }}",
    "underscore": "{{ _ }}",
    "loop outside": "{{ loop.index }}",
    "loop changed": "{% for q in quotes %}{{ loop.changed(q) }}{% endfor %}",
    "loop cycle": '{% for q in quotes %}{{ loop.cycle("a", "b") }}{% endfor %}',
    "loop private": "{% for q in quotes %}{{ loop._iterator }}{% endfor %}",
    "loop previtem": "{% for q in quotes %}{{ loop.previtem.text }}{% endfor %}",
    "method of a record": "{{ quotes[0].items() }}",
    "delete": "{{ coalition.delete() }}",
    "private part": "{{ coalition._sa_instance_state }}",
    "part that is not given": "{{ coalition.email }}",
    "case's name": "{{ cases[0].name }}",
    # too much to compute
    "times": "{{ 'a' * 2000000000 }}",
    "list times": "{{ [0] * 1000000000 }}",
    "power": "{{ 10 ** 100000000 }}",
    "shift by power": "{{ 9 ** 9 ** 9 }}",
    "percent": "{{ '%2000000000d' % 1 }}",
    "plus": "{{ summit + summit }}",
    "minus": "{{ amount - 1 }}",
    "divided": "{{ amount / 0 }}",
    "floor divided": "{{ amount // 0 }}",
    "negative": "{{ -amount }}",
    "positive": "{{ +amount }}",
    "nested range": (
        "{% for a in range(99999) %}{% for b in range(99999) %}x{% endfor %}{% endfor %}"
    ),
    "loop over a range": "{% for i in range(100000) %}{{ i }}{% endfor %}",
    "loop over words": "{% for c in summit %}{{ c }}{% endfor %}",
    "loop over a literal": "{% for i in [1, 2] %}{{ i }}{% endfor %}",
    "loop over a filter": "{% for q in quotes|reverse %}x{% endfor %}",
    "loop over an allowed filter": "{% for q in quotes|default(quotes) %}x{% endfor %}",
    "three loops": (
        "{% for a in quotes %}{% for b in quotes %}{% for c in quotes %}x{% endfor %}"
        "{% endfor %}{% endfor %}"
    ),
    "recursive loop": "{% for q in quotes recursive %}{{ loop(quotes) }}{% endfor %}",
    "unpacked loop": "{% for a, b in quotes %}x{% endfor %}",
    "loop takes a fact's name": "{% for summit in quotes %}x{% endfor %}",
    "loop takes a given name": "{% for cases in quotes %}x{% endfor %}",
    "loop named loop": "{% for loop in quotes %}x{% endfor %}",
    "loop named self": "{% for self in quotes %}{{ self }}{% endfor %}",
    "loop in its own condition": "{% for q in quotes if loop.first %}x{% endfor %}",
    "center": '{{ "x"|center(2000000000) }}',
    "center of a fact": "{{ summit|center(2000000000) }}",
    "indent": "{{ summit|indent(2000000000) }}",
    "wordwrap on a constant": "{{ 'a a a a a'|wordwrap(1) }}",
    "wordwrap": "{{ summit|wordwrap(1) }}",
    "batch": "{{ quotes|batch(300000000) }}",
    "slice": "{{ quotes|slice(300000000) }}",
    "slice by bracket": "{{ summit[:2] }}",
    "replace": '{{ summit|replace("", "aaaaaaaaaa") }}',
    "ljust": "{{ summit.ljust(2000000000) }}",
    "zfill": "{{ summit.zfill(2000000000) }}",
    "upper on a constant": "{{ 'abc'|upper }}",
    "upper on a joint of constants": "{{ ('abc' ~ 'def')|upper }}",
    "upper on a choice of constants": "{{ ('a' if true else 'b')|upper }}",
    "test on a constant": "{% if 1 is even %}x{% endif %}",
    "doubling": (
        "{% set x = 'aaaaaaaa' %}{% for q in quotes %}{% set x = x ~ x %}{% endfor %}{{ x }}"
    ),
    "doubling in a namespace": (
        "{% set n = namespace(x='a') %}{% for q in quotes %}{% set n.x = n.x ~ n.x %}{% endfor %}"
    ),
    "500 nested ifs": "{% if summit %}" * 500 + "x" + "{% endif %}" * 500,
    "500 open ifs": "{% if summit %}" * 500,
    "5,000 brackets": "{{ " + "(" * 5000 + "summit" + ")" * 5000 + " }}",
    "5,000 square brackets": "{{ " + "[" * 5000 + "]" * 5000 + " }}",
    "5,000 nots": "{{ " + "not " * 5000 + "summit }}",
    "5,000 minuses": "{{ " + "- " * 5000 + "1 }}",
    "5,000 filters": "{{ summit" + "|upper" * 5000 + " }}",
    "5,000 ors": "{% if " + "summit or " * 5000 + "summit %}x{% endif %}",
    "2,000 choices": '{{ "a" if summit else ' * 1 + "summit if summit else " * 2000 + '"b" }}',
    "a list in a list": "{{ " + "[1, " * 1000 + "1" + "]" * 1000 + " }}",
    "a number of 5,000 digits": "{{ " + "9" * 5000 + " }}",
    "a number that no computer holds": "{{ 1e999 }}",
    "a number that no computer holds, compared": "{% if amount == 1e400 %}x{% endif %}",
    "a number with an exponent as default": "{{ amount|default(1E9) }}",
    "a number of 30 digits": "{% if amount == " + "9" * 30 + " %}x{% endif %}",
    # other tags and filters
    "include": '{% include "/etc/passwd" %}',
    "import": '{% import "os" as os %}',
    "from import": '{% from "os" import system %}',
    "extends": '{% extends "page.html" %}',
    "macro": "{% macro m() %}x{% endmacro %}{{ m() }}",
    "call block": "{% call lipsum() %}x{% endcall %}",
    "filter block": "{% filter upper %}x{% endfilter %}",
    "set": "{% set x = 1 %}",
    "set block": "{% set x %}a{% endset %}",
    "with": "{% with x = 1 %}{{ x }}{% endwith %}",
    "block": "{% block a %}x{% endblock %}",
    "autoescape": "{% autoescape false %}x{% endautoescape %}",
    "raw": "{% raw %}{{ x }}{% endraw %}",
    "do": "{% do summit %}",
    "break": "{% for q in quotes %}{% break %}{% endfor %}",
    "trans": "{% trans %}x{% endtrans %}",
    "debug": "{% debug %}",
    "safe": "{{ summit|safe }}",
    "escape": "{{ summit|e }}",
    "map": '{{ quotes|map(attribute="text")|join }}',
    "select": "{{ quotes|select }}",
    "selectattr": '{{ quotes|selectattr("text") }}',
    "groupby": '{{ quotes|groupby("text") }}',
    "tojson": "{{ quotes|tojson }}",
    "pprint": "{{ quotes|pprint }}",
    "xmlattr": "{{ quotes[0]|xmlattr }}",
    "urlize": "{{ summit|urlize }}",
    "random": "{{ quotes|random }}",
    "items": "{{ quotes[0]|items }}",
    "defined": "{% if summit is defined %}x{% endif %}",
    "callable": "{% if summit is callable %}x{% endif %}",
    "filter test": '{% if "upper" is filter %}x{% endif %}',
    # what would not be read, or would print nonsense
    "unknown name": "{{ sumit }}",
    "unknown part": "{{ quotes[0].txt }}",
    "a list printed": "{{ quotes }}",
    "a record printed": "{{ quotes[0] }}",
    "yes or no printed": "{{ is_open }}",
    "a comparison printed": "{{ amount == 1 }}",
    "a list compared": "{% if quotes == quotes %}x{% endif %}",
    "a choice with one side": '{{ "a" if summit }}',
    "date of a text": "{{ summit|date }}",
    "country of a text": "{{ summit|country }}",
    "count of a text": "{{ summit|count }}",
    "upper of Markdown": "{{ note|upper }}",
    "Markdown set beside": "{{ note ~ summit }}",
    "records joined": "{{ quotes|joined }}",
    "records joined by an unknown part": '{{ quotes|joined("name") }}',
    "records joined by a private part": '{{ quotes|joined("__class__") }}',
    "joined by a fact": "{{ quotes|joined(summit) }}",
    "an argument too many": "{{ summit|upper(1) }}",
    "an argument too few": "{{ summit|default }}",
    "an argument by star": "{{ summit|default(*quotes) }}",
    "an argument by two stars": "{{ amount|plural(**coalition) }}",
    "an argument that is called": "{{ summit|default(lipsum(9)) }}",
    "an unknown form": '{{ amount|plural(several="x") }}',
    "an index that is a fact": "{{ quotes[amount] }}",
    "an escape in quotes": '{{ summit|default("\\ud800") }}',
    "a placeholder left open": "{{ summit",
    "a remark left open at the end": "{#",
    "a remark left open": "{{ summit }} {# for",
    "a remark left open before a line": "{#-\n",
    "an if left open": "{% if summit %}x",
    "an endif too many": "x{% endif %}",
    "an empty placeholder": "{{ }}",
    "two names": "{{ summit summit }}",
    "a brace too many": "{{ {summit} }}",
    "an empty tag": "{% %}",
}


@pytest.mark.parametrize("payload", REFUSED.values(), ids=REFUSED.keys())
def test_a_payload_is_refused_in_time_with_its_place_and_line(payload: str) -> None:
    start = time.process_time()
    faults = template.check(with_paragraph("Words.\n" + payload))

    assert time.process_time() - start < SECONDS
    assert {fault.pointer for fault in faults} == {"/body/1/paragraph"}
    assert all(fault.detail.startswith("Line 2: ") for fault in faults), faults


@pytest.mark.parametrize("payload", REFUSED.values(), ids=REFUSED.keys())
def test_a_payload_is_never_filled(payload: str) -> None:
    with pytest.raises(Invalid) as refused:
        filling.fill(with_paragraph("Words.\n" + payload), {}, {})

    assert refused.value.faults[0].pointer == "/template/body/1/paragraph"
    assert "object at 0x" not in str(refused.value.faults)


# Not words that could be printed, but fair questions to ask.
CONDITIONS = {"is_open", "quotes", "quotes[0]", "amount == 1", "summit"}


@pytest.mark.parametrize("payload", REFUSED.values(), ids=REFUSED.keys())
def test_a_payload_is_refused_as_a_condition(payload: str) -> None:
    bare = payload.removeprefix("{{").removesuffix("}}").strip()

    start = time.process_time()
    faults = template.check(a_template(body=[{"paragraph": "Words.", "if": bare}]))

    assert time.process_time() - start < SECONDS
    assert {fault.pointer for fault in faults} == (set() if bare in CONDITIONS else {"/body/0/if"})
    assert all(fault.detail.startswith("Line 1: ") for fault in faults), faults


@pytest.mark.parametrize(
    "text",
    ["{{" * 20_000, "{%" * 20_000, "{#" * 20_000, "{" * 60_000, "{{ '" * 15_000, "{{ x }}" * 8_000],
    ids=["braces", "tags", "comments", "brace", "quotes", "unknown names"],
)
def test_a_wall_of_braces_is_answered_in_time(text: str) -> None:
    start = time.process_time()
    faults = template.check(with_paragraph(text))

    assert time.process_time() - start < SECONDS
    assert faults or set(text) == {"{"}


def test_nothing_is_compiled_while_checking(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*given: Any, **named: Any) -> None:
        raise AssertionError("the web process compiled a template")

    monkeypatch.setattr(jinja2.Environment, "compile", never)
    monkeypatch.setattr(jinja2.Environment, "_generate", never)

    for text in [*ALLOWED, *REFUSED.values()]:
        template.check(with_paragraph(text))

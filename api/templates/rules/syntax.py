"""Whether a template's text is in the language of templates: an allow-list over the parsed text.

Nothing here compiles. Jinja folds constants while compiling, so that compiling already runs
what an author wrote; parsing does not. `names.py` and `expressions.py` are the language.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from jinja2 import Environment, TemplateSyntaxError, nodes

from api.templates.rules.expressions import path_shape, shape_of
from api.templates.rules.names import NAME, RESERVED, RefusedSyntax, Scope, Shape

TAGS = frozenset({"if", "elif", "else", "endif", "for", "endfor"})
MAX_LOOPS = 2
MAX_TAGS_DEEP = 8
MAX_BRACKETS_DEEP = 10
MAX_TOKENS = 150  # in one placeholder or tag; with the two above it keeps the parser's stack low
MAX_DIGITS = 12


_GRAMMAR = Environment(autoescape=False, trim_blocks=True, lstrip_blocks=True)  # noqa: S701 - parses only, prints nothing


def check(source: str, scope: Scope) -> list[RefusedSyntax]:
    """Return everything in a text that is not allowed, each with its line."""
    try:
        return list(_statements(_parsed(source).body, scope))
    except RefusedSyntax as refused:
        return [refused]
    except RecursionError:  # the bounds above should never let it come to this
        return [RefusedSyntax(1, "This is nested too deeply to be read. Write it flatter.")]


def check_condition(source: str, scope: Scope) -> None:
    """Raise Refused where the expression under a block's `if` is not allowed."""
    mark = re.search(r"{{|}}|{%|%}|{#|#}", source)
    if mark:
        raise RefusedSyntax(
            source.count("\n", 0, mark.start()) + 1,
            f"`{mark[0]}` does not belong under `if`. Write the bare condition: if: note.",
        )
    try:
        body = _parsed("{{ " + source + " }}").body
        if len(body) != 1 or not isinstance(body[0], nodes.Output) or len(body[0].nodes) != 1:
            raise RefusedSyntax(1, "This is not one condition. Write for example: if: note.")
        shape_of(body[0].nodes[0], scope)
    except RecursionError as deep:  # as above
        advice = "This is nested too deeply to be read. Write it flatter."
        raise RefusedSyntax(1, advice) from deep


_EDGES = re.compile(r"^\s+|\s+$")
_LOOP = re.compile(r"\s*(\w+)\s+in\s+([\w.]+)\s*", re.ASCII)


def loop_parts(source: str) -> tuple[str, list[str]]:
    """Split "quote in quotes" into the name and the path to its list, or raise Refused."""
    found = _LOOP.fullmatch(source)
    if not found:
        raise RefusedSyntax(1, "Write a name and a list under `for`, as in: for: quote in quotes.")
    return found[1], found[2].split(".")


def loop_scope(source: str, scope: Scope) -> Scope:
    """Return the scope inside a block's `for`, or raise Refused."""
    name, path = loop_parts(source)
    shape = path_shape(path, scope)
    return _entered(name, shape, ".".join(path), scope, 1)


def stand_in(source: str) -> str:
    """Return a text's own words with "x" for each placeholder, to check them as Markdown."""
    words = ""
    for _, kind, value in _GRAMMAR.lex(source):
        if kind == "data":
            words += _EDGES.sub(" ", value)  # tags may stand on lines of their own
        elif kind == "variable_begin":
            words += "https://example.org" if words.endswith("](") else "x"
    return words


def _parsed(source: str) -> nodes.Template:
    try:
        _scan(source)
        _close_remarks(source)
        return _GRAMMAR.parse(source)
    except TemplateSyntaxError as fault:
        raise RefusedSyntax(
            fault.lineno,
            f"This cannot be read: {(fault.message or 'the text ends too early').rstrip('.')}. "
            "Every {{ needs its }}, every {% if %} its {% endif %}, every {% for %} its "
            "{% endfor %}, every {# its #}.",
        ) from fault


def _scan(source: str) -> None:
    """Refuse what would be too much for the parser, from the flat run of its tokens."""
    deep = brackets = tokens = 0
    opened = False  # the tag's name comes next
    for line, kind, value in _GRAMMAR.lex(source):
        if kind in {"variable_begin", "block_begin"}:
            brackets = tokens = 0
            opened = kind == "block_begin"
        elif kind == "raw_begin":
            raise RefusedSyntax(
                line, "`{% raw %}` is not allowed. Leave the braces out of the text."
            )
        elif kind not in {"data", "whitespace", "comment"}:
            tokens += 1
            brackets += (value in {"(", "[", "{"}) - (value in {")", "]", "}"})
            _too_much(line, kind, value, brackets, tokens)
        if opened and kind == "name":
            opened = False
            deep += _tag(line, value)
            if deep > MAX_TAGS_DEEP:
                raise RefusedSyntax(
                    line,
                    f"More than {MAX_TAGS_DEEP} {{% if %}} and {{% for %}} stand inside each "
                    "other. Write separate blocks, each with its own `if`.",
                )


def _close_remarks(source: str) -> None:
    """Refuse a remark that ends with the text: Jinja takes it, and its words would be lost."""
    marks = [(line, kind) for line, kind, _ in _GRAMMAR.lex(source) if kind.startswith("comment_")]
    if marks and marks[-1][1] != "comment_end":
        raise RefusedSyntax(
            marks[-1][0], "Every {# needs its #}. Write { # where no remark is meant."
        )


def _tag(line: int, name: str) -> int:
    if name not in TAGS:
        raise RefusedSyntax(
            line,
            f"`{{% {name[:40]} %}}` is not allowed. The tags are if, elif, else, endif, for "
            "and endfor.",
        )
    return (name in {"if", "for"}) - (name in {"endif", "endfor"})


def _too_much(line: int, kind: str, value: str, brackets: int, tokens: int) -> None:
    if brackets > MAX_BRACKETS_DEEP or tokens > MAX_TOKENS:
        raise RefusedSyntax(
            line, "This placeholder is too long or too nested. Split it, or use a fact."
        )
    if kind == "string" and "\\" in value:
        raise RefusedSyntax(
            line, "A backslash is not allowed in quotes. Write the character itself."
        )
    if kind == "float" and not value.replace(".", "").isdecimal():
        raise RefusedSyntax(line, "Write a number with its digits, not with e.")
    if kind in {"integer", "float"} and len(value) > MAX_DIGITS:
        raise RefusedSyntax(
            line, f"A number here has at most {MAX_DIGITS} digits. Give it as a fact."
        )


def _statements(body: list[nodes.Node], scope: Scope) -> Iterator[RefusedSyntax]:
    for node in body:
        if isinstance(node, nodes.Output):
            for part in node.nodes:
                if not isinstance(part, nodes.TemplateData):
                    yield from _tried(_printed, part, scope)
        elif isinstance(node, nodes.If):
            yield from _tried(shape_of, node.test, scope)
            yield from _statements([*node.body, *node.elif_, *node.else_], scope)
        elif isinstance(node, nodes.For):
            yield from _loop(node, scope)
        else:
            yield RefusedSyntax(node.lineno, f"{type(node).__name__} is not allowed in a template.")


def _tried(
    look: Callable[[nodes.Node, Scope], object], node: nodes.Node, scope: Scope
) -> Iterator[RefusedSyntax]:
    try:
        look(node, scope)
    except RefusedSyntax as refused:
        yield refused


def _loop(node: nodes.For, scope: Scope) -> Iterator[RefusedSyntax]:
    try:
        within = _loop_inside(node, scope)
    except RefusedSyntax as refused:
        yield refused
        return
    if node.test is not None:  # Jinja has no `loop` here
        names = {name: shape for name, shape in within.names.items() if name != "loop"}
        yield from _tried(shape_of, node.test, replace(within, names=names))
    yield from _statements(node.body, within)
    yield from _statements(node.else_, scope)


def _loop_inside(node: nodes.For, scope: Scope) -> Scope:
    line = node.lineno
    if node.recursive:
        raise RefusedSyntax(line, "A loop cannot be recursive. Take the word `recursive` out.")
    if not isinstance(node.target, nodes.Name):
        raise RefusedSyntax(line, "A loop has one name: {% for quote in quotes %}.")
    if not isinstance(node.iter, nodes.Name | nodes.Getattr):
        raise RefusedSyntax(
            line,
            "A loop goes over a fact of type list or a given list, as it is: "
            "{% for quote in quotes %}.",
        )
    return _entered(node.target.name, shape_of(node.iter, scope), "This", scope, line)


def _entered(name: str, shape: Shape, label: str, scope: Scope, line: int) -> Scope:
    if not NAME.fullmatch(name) or name in RESERVED or name in scope.names:
        raise RefusedSyntax(
            line,
            f"`{name[:40]}` cannot name what a loop goes over: it is taken or is no plain name. "
            "Use another word in small letters.",
        )
    if not isinstance(shape, list):
        raise RefusedSyntax(
            line, f"{label} is not a list, and a loop needs one. Lists here: {_lists(scope)}."
        )
    if scope.loops >= MAX_LOOPS:
        raise RefusedSyntax(
            line, f"Loops stand at most {MAX_LOOPS} deep, a block's `for` counted. Use fewer."
        )
    return scope.inside(name, shape[0])


def _lists(scope: Scope) -> str:
    return ", ".join(name for name, shape in scope.names.items() if isinstance(shape, list))


def _printed(node: nodes.Node, scope: Scope) -> None:
    shape = shape_of(node, scope)
    line = node.lineno
    if isinstance(shape, list):
        raise RefusedSyntax(line, "A list cannot be printed. Write |joined, or use {% for %}.")
    if isinstance(shape, dict):
        raise RefusedSyntax(
            line, f"This has parts: {', '.join(shape)}. Print one, with a dot before its name."
        )
    if shape == "boolean":
        raise RefusedSyntax(line, "Yes or no cannot be printed. Ask it: {% if … %} … {% endif %}.")

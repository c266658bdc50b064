"""What an expression stands for, found without running it; whatever is not listed is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jinja2 import nodes

from api.templates.rules.names import (
    FILTERS,
    NUMBER,
    TESTS,
    WORDS,
    RefusedSyntax,
    Scope,
    Shape,
    Use,
    nearest,
)

_SUMS = "Sums are not allowed. Give the result as a fact; to set texts side by side, write `~`."
_LITERALS = "Lists and tables cannot be written here. Declare a fact of type list."
_ADVICE: dict[type[nodes.Node], str] = {
    nodes.Call: "Nothing can be called here. Write a fact's name, or a filter after it: "
    "{{ held_on|date }}.",
    nodes.Slice: "Slices are not allowed. Use `first`, `last` or {% for %}.",
    nodes.List: _LITERALS,
    nodes.Tuple: _LITERALS,
    nodes.Dict: _LITERALS,
    **dict.fromkeys(
        (
            nodes.Add,
            nodes.Sub,
            nodes.Mul,
            nodes.Div,
            nodes.FloorDiv,
            nodes.Mod,
            nodes.Pow,
            nodes.Neg,
            nodes.Pos,
        ),
        _SUMS,
    ),
}


def path_shape(path: list[str], scope: Scope, line: int = 1) -> Shape:
    """Return what a dotted name stands for, or raise Refused."""
    shape = _named(path[0], scope, line)
    for part in path[1:]:
        shape = _field(shape, part, line)
    return shape


def shape_of(node: nodes.Node, scope: Scope) -> Shape:
    """Return what an expression stands for, or raise Refused."""
    look = _EXPRESSIONS.get(type(node))
    if look is None:
        raise RefusedSyntax(
            node.lineno,
            _ADVICE.get(type(node), f"{type(node).__name__} is not allowed in a template."),
        )
    return look(node, scope)


def _named(name: str, scope: Scope, line: int) -> Shape:
    if name not in scope.names:
        raise RefusedSyntax(
            line,
            f"`{name[:40]}` is no declared fact and nothing that templates are given."
            f"{nearest(name, scope.names)} These exist: {', '.join(scope.names)}.",
        )
    return scope.names[name]


def _field(shape: Shape, name: str, line: int) -> Shape:
    if name.startswith("_"):
        raise RefusedSyntax(line, "A name cannot begin with an underscore. Use a declared name.")
    if not isinstance(shape, dict):
        raise RefusedSyntax(
            line, f"There is nothing named `{name[:40]}` in it: only records have parts."
        )
    if name not in shape:
        raise RefusedSyntax(
            line,
            f"There is no `{name[:40]}` in it.{nearest(name, shape)} "
            f"Its parts: {', '.join(shape)}.",
        )
    return shape[name]


def _name(node: nodes.Name, scope: Scope) -> Shape:
    return _named(node.name, scope, node.lineno)


def _const(node: nodes.Const, scope: Scope) -> Shape:  # noqa: ARG001 - one of a table of looks
    if isinstance(node.value, bool):
        return "boolean"
    return "text" if isinstance(node.value, str) or node.value is None else "number"


def _getattr(node: nodes.Getattr, scope: Scope) -> Shape:
    return _field(_rooted(node.node, scope), node.attr, node.lineno)


def _getitem(node: nodes.Getitem, scope: Scope) -> Shape:
    shape = _rooted(node.node, scope)
    if not isinstance(node.arg, nodes.Const):
        shape_of(node.arg, scope)  # what is refused there says more
        raise RefusedSyntax(node.lineno, "Only a plain number or name stands in square brackets.")
    if isinstance(shape, list) and type(node.arg.value) is int:
        return shape[0]
    return _field(shape, str(node.arg.value), node.lineno)


def _rooted(node: nodes.Node, scope: Scope) -> Shape:
    """Return the shape of a named value. On a constant, Jinja would compute while compiling."""
    if not isinstance(node, nodes.Name | nodes.Getattr | nodes.Getitem | nodes.Filter):
        shape_of(node, scope)  # what is refused there says more
        raise RefusedSyntax(
            node.lineno,
            "A dot, bracket or filter goes after a fact's name, not after anything else.",
        )
    return shape_of(node, scope)


def _filter(node: nodes.Filter, scope: Scope) -> Shape:
    use = FILTERS.get(node.name)
    if use is None or node.node is None:
        raise RefusedSyntax(
            node.lineno,
            f"There is no filter `{node.name[:40]}`.{nearest(node.name, FILTERS)} "
            f"The filters are {', '.join(FILTERS)}.",
        )
    shape = _rooted(node.node, scope)
    _arguments(node, use, scope)
    many = isinstance(shape, list) and node.name in {"date", "country"}
    inner = shape[0] if many and isinstance(shape, list) else shape
    if _sort(inner) not in use.on:
        raise RefusedSyntax(
            node.lineno,
            f"`{node.name}` is for {' or '.join(sorted(use.on))}, and this is {_sort(inner)}.",
        )
    if node.name == "joined":
        _joinable(node, shape)
    if node.name in {"each", "where"}:
        return _of_records(node, shape, scope)
    if node.name == "footnote" and not scope.has_notes:
        raise RefusedSyntax(
            node.lineno, "No footnote can be made here. Write it in a text of the body."
        )
    return _given_by(use, inner, many=many)


def _of_records(node: nodes.Filter, shape: Shape, scope: Scope) -> Shape:
    """Return what `each` and `where` give: a part of each record, or those whose part is so."""
    item = shape[0] if isinstance(shape, list) else shape
    name = node.args[0]
    if not isinstance(name, nodes.Const):
        raise RefusedSyntax(node.lineno, f'Name the part in quotes: |{node.name}("country").')
    part = _field(item, str(name.value), node.lineno)
    if _sort(part) not in WORDS | NUMBER:
        raise RefusedSyntax(
            node.lineno, f"`{node.name}` is for parts that are plain words or numbers."
        )
    if node.name == "each":
        return [part]
    _one_value(node.args[1], scope)
    return shape


def _given_by(use: Use, inner: Shape, *, many: bool) -> Shape:
    if use.gives == "item" and isinstance(inner, list):
        return inner[0]
    gives = inner if use.gives == "same" else use.gives
    return [gives] if many else gives


def _joinable(node: nodes.Filter, shape: Shape) -> None:
    item = shape[0] if isinstance(shape, list) else shape
    if node.args:
        field = node.args[0]
        if not isinstance(field, nodes.Const):
            raise RefusedSyntax(node.lineno, 'Name the part to join in quotes: |joined("name").')
        item = _field(item, str(field.value), node.lineno)
    if _sort(item) not in WORDS | NUMBER:
        raise RefusedSyntax(
            node.lineno,
            "Only plain words can be joined; name the part to join: "
            'coalition.members|joined("name"). Markdown stays in {% for %}.',
        )


def _arguments(node: nodes.Filter | nodes.Test, use: Use, scope: Scope) -> None:
    least, most = use.arguments
    named = [word.key for word in node.kwargs]
    if (
        node.dyn_args is not None
        or node.dyn_kwargs is not None
        or not least <= len(node.args) <= most
        or not set(named) <= use.named
        or (use.named and not named)
    ):
        takes = ", ".join(f'{word}="…"' for word in sorted(use.named)) or (
            f"{most} value in brackets" if most else "nothing in brackets"
        )
        raise RefusedSyntax(node.lineno, f"`{node.name}` takes {takes}.")
    for value in [*node.args, *(word.value for word in node.kwargs)]:
        if not isinstance(value, nodes.Const):
            _rooted(value, scope)


def _test(node: nodes.Test, scope: Scope) -> Shape:
    if node.name not in TESTS:
        raise RefusedSyntax(
            node.lineno,
            f"There is no test `is {node.name[:40]}`. A fact that was not given is empty: write "
            f"{{% if note %}}. The tests are {', '.join(sorted(TESTS))}.",
        )
    of = _rooted(node.node, scope)
    most = 1 if node.name == "in" else 0
    _arguments(node, Use(frozenset(), "boolean", (most, most)), scope)
    if node.name in {"even", "odd"} and of != "number":
        raise RefusedSyntax(node.lineno, f"`{node.name}` is for numbers.")
    if most and not isinstance(shape_of(node.args[0], scope), list):
        raise RefusedSyntax(node.lineno, "After `in` comes a list.")
    return "boolean"


def _compare(node: nodes.Compare, scope: Scope) -> Shape:
    _one_value(node.expr, scope)
    for operand in node.ops:
        if operand.op.endswith("in"):  # `in` and its negation
            shape = shape_of(operand.expr, scope)
            if isinstance(shape, dict) or (isinstance(shape, str) and shape not in WORDS):
                raise RefusedSyntax(node.lineno, "After `in` comes a list or a text.")
        else:
            _one_value(operand.expr, scope)
    return "boolean"


def _one_value(node: nodes.Node, scope: Scope) -> Shape:
    shape = shape_of(node, scope)
    if not isinstance(shape, str):
        raise RefusedSyntax(
            node.lineno, "Lists and records cannot be compared. Compare |count or a part."
        )
    return shape


def _joint(node: nodes.BinExpr, scope: Scope) -> Shape:
    return _either(shape_of(node.left, scope), shape_of(node.right, scope))


def _not(node: nodes.Not, scope: Scope) -> Shape:
    shape_of(node.node, scope)
    return "boolean"


def _choice(node: nodes.CondExpr, scope: Scope) -> Shape:
    shape_of(node.test, scope)
    if node.expr2 is None:
        raise RefusedSyntax(node.lineno, 'A choice needs both sides: {{ "a" if note else "b" }}.')
    return _either(shape_of(node.expr1, scope), shape_of(node.expr2, scope))


def _concat(node: nodes.Concat, scope: Scope) -> Shape:
    for part in node.nodes:
        if _sort(shape_of(part, scope)) not in WORDS | NUMBER:
            raise RefusedSyntax(
                node.lineno, "`~` is for plain words and numbers. Print others alone."
            )
    return "text"


def _either(one: Shape, other: Shape) -> Shape:
    if not isinstance(one, str):
        return one
    if not isinstance(other, str):
        return other
    for sort in ("boolean", "markdown"):
        if sort in {one, other}:
            return sort
    return one if one == other else "text"


def _sort(shape: Shape) -> str:
    if isinstance(shape, str):
        return shape
    return "list" if isinstance(shape, list) else "record"


# Each takes the kind of node that it stands under, and no other.
_EXPRESSIONS: dict[type[nodes.Node], Callable[[Any, Scope], Shape]] = {
    nodes.Name: _name,
    nodes.Const: _const,
    nodes.Getattr: _getattr,
    nodes.Getitem: _getitem,
    nodes.Filter: _filter,
    nodes.Test: _test,
    nodes.Compare: _compare,
    nodes.And: _joint,
    nodes.Or: _joint,
    nodes.Not: _not,
    nodes.CondExpr: _choice,
    nodes.Concat: _concat,
}

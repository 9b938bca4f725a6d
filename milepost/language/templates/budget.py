"""The work of one rendering, counted, so that every template ends, and at the same place on every machine.

A character, an item of a list and a part of a template that a loop runs again cost one unit each; what a filter, a
comparison or an operator gets and makes is counted before it can grow further. So nothing hangs on a clock: a busy
machine fails no message.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import wraps
from typing import Any

from jinja2 import nodes, pass_context
from jinja2.runtime import Context
from jinja2.visitor import NodeTransformer

from milepost.language.templates.source import TemplateError, TooMuchWorkError

MAX_OUTPUT = 200_000
MAX_WORK = 500_000
MAX_ARGUMENT = 200
"""The longest text that a filter takes beside its value, such as the names in `sort(attribute='due,title')`."""

KEY = " budget"  # no name that a template could write
_A_CALL = 10
_A_BYTE = 8
_SEPARATORS = re.compile(r"[.,]")


class Budget:
    """The work that one rendering may still do."""

    def __init__(self) -> None:
        """Begins with nothing done."""
        self._written = self._worked = 0

    def write(self, characters: int) -> None:
        """Counts what is written."""
        self._written += characters
        if self._written > MAX_OUTPUT:
            raise TooMuchWorkError(f"it writes more than {MAX_OUTPUT} characters; make it shorter")

    def work(self, units: int) -> None:
        """Counts work."""
        self._worked += units
        if self._worked > MAX_WORK:
            raise TooMuchWorkError(
                f"its loops, filters and lists work through more than {MAX_WORK} characters, items and rounds; loop "
                "over less, or put together less at once"
            )

    def charge(self, value: Any, times: int = 1) -> None:
        """Counts a value with everything in it: what it would be, were it written out."""
        values = [value]
        while values:
            each = values.pop()
            size = 1
            match each:
                case str():
                    size += len(each)
                case int():
                    size += each.bit_length() // _A_BYTE
                case Mapping():
                    values += [*each.keys(), *each.values()]
                case list() | tuple():
                    values += each
                case _ if is_dataclass(each):
                    values += [getattr(each, field.name) for field in fields(each)]
            self.work(size * times)

    def finished(self, values: Iterator[Any]) -> list[Any]:
        """Returns the values of an iterator, each counted as it comes."""
        out = []
        for value in values:
            self.charge(value)
            out.append(value)
        return out


def budget_of(context: Context) -> Budget:
    """Returns the budget of the rendering that is under way."""
    budget = context.get(KEY)
    assert isinstance(budget, Budget)
    return budget


def metered(function: Callable[..., Any], *, most: int | None = MAX_ARGUMENT) -> Callable[..., Any]:
    """Returns a filter or a test that counts what it gets and what it makes; `most` bounds the texts beside its value.

    What comes item by item is made a list at once, so that no later filter finds more than was counted.
    """
    first = getattr(function, "jinja_pass_arg", None)

    @pass_context
    @wraps(function, updated=())
    def call(context: Context, value: Any, *args: Any, **options: Any) -> Any:
        budget = budget_of(context)
        texts = [each for each in (*args, *options.values()) if isinstance(each, str)]
        if most is not None and any(len(text) > most for text in texts):
            raise TemplateError(f"a text beside a value, after '|' or 'is', is longer than {most} characters")
        budget.work(_A_CALL)
        budget.charge(value, 1 + sum(len(_SEPARATORS.findall(text)) for text in texts))
        budget.charge([*args, *options.values()])
        passed = {"context": context, "eval_context": context.eval_ctx, "environment": context.environment}
        before = [] if first is None else [passed[first.name]]
        result = function(*before, value, *args, **options)
        if isinstance(result, Iterator):
            return budget.finished(result)
        budget.charge(result)
        return result

    return call


@pass_context
def charged(context: Context, value: Any) -> Any:
    """Counts a value that is compared, or was just put together."""
    budget_of(context).charge(value)
    return value


@pass_context
def rounds(context: Context, values: Any, size: int) -> Iterator[Any]:
    """Counts the rounds of a loop whose body has so many parts."""
    budget = budget_of(context)
    for value in values:
        budget.work(1 + size)
        yield value


class Metering(NodeTransformer):
    """Puts the counting into a template, and makes `~` a bounded join."""

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802 - Jinja calls it by the node's name
        size = sum(1 for _ in node.find_all(nodes.Node))
        self.generic_visit(node)
        node.iter = _filter(node.iter, "_rounds", nodes.Const(size))
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        return _filter(nodes.List(node.nodes, lineno=node.lineno), "join")

    def visit_Compare(self, node: nodes.Compare) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        node.expr = _filter(node.expr, "_charged")
        for operand in node.ops:
            operand.expr = _filter(operand.expr, "_charged")
        return node

    def visit_List(self, node: nodes.Literal) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        is_target = isinstance(node, nodes.Tuple) and node.ctx != "load"
        return node if is_target else _filter(node, "_charged")

    visit_Tuple = visit_Dict = visit_List  # noqa: N815

    def visit_Getitem(self, node: nodes.Getitem) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        return _filter(node, "_charged") if isinstance(node.arg, nodes.Slice) else node


def _filter(node: Any, name: str, *args: nodes.Expr) -> nodes.Filter:
    return nodes.Filter(node, name, list(args), [], None, None, lineno=node.lineno)

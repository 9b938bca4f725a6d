"""The values that a message can't do without: those that it uses without `default` or `if`.

A value that nobody knows is None in a template. Where it is only looked at (`{% if customer.seats %}`) that is fine;
where it is written, calculated with or given to a filter, the message can't be rendered.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache

from jinja2 import TemplateSyntaxError, nodes

from milepost.language.steps import AnyStep
from milepost.language.templates.sandbox import SANDBOX
from milepost.language.templates.source import read_message

Names = frozenset[str]

_CUSTOMER = "customer."
_ROOTS = ("customer", "contact", "csm", "metric", "former", "successor")
"""What may lack values: all of it stands under these names."""
_MAY_LACK = {"contact": ("salutation",), "csm": ("email",)}
"""The fields that may lack a value, where others never do; without an entry, any may."""
_CUSTOMER_HAS = frozenset({"id", "name", "timezone", "started_on"})
_DEFAULT = ("default", "d")
_EQUALITY = frozenset({"eq", "ne"})


@dataclass(frozen=True, slots=True)
class Need:
    """A value that must be known: one of `names`, such as `customer.seats`. `line` is where it is used, from 1."""

    names: tuple[str, ...]
    line: int


@lru_cache(maxsize=2048)
def needs_of(text: str) -> tuple[Need, ...]:
    """Returns what a message needs, each value once, in the order of the file; none where it can't be read."""
    message, _ = read_message(text)
    if message is None:
        return ()
    needs: dict[tuple[str, ...], Need] = {}
    for source, first_line in ((message.subject, message.subject_line), (message.body, message.body_line)):
        try:
            walk = _Walk(first_line)
            walk.block(SANDBOX.tree(source).body, frozenset())
        except (TemplateSyntaxError, RecursionError, ValueError):
            continue
        for need in walk.needs:
            needs.setdefault(need.names, need)
    return tuple(needs.values())


def needed_by(step: AnyStep, need: Need) -> tuple[str, ...]:
    """Returns the names of which a message of this step needs one, empty where the map itself gives the value.

    A figure of the step's metric stands in the map, or is an attribute of the customer.
    """
    metric = getattr(step, "metric", None)
    names = []
    for name in need.names:
        root, _, field = name.partition(".")
        value = getattr(metric, field, None) if root == "metric" else name
        if value is None:
            names.append(name)
        elif not str(value).startswith(_CUSTOMER) and root == "metric":
            return ()
        else:
            names.append(str(value))
    return tuple(names)


class _Walk:
    """Walks through a template; `known` are the names that an `if` around the place says are known."""

    def __init__(self, first_line: int) -> None:
        self.needs: list[Need] = []
        self._first_line = first_line
        self._aliases: dict[str, nodes.Expr | None] = {}

    # Statements.

    def block(self, statements: Collection[nodes.Node], known: Names) -> None:
        for statement in statements:
            self._statement(statement, known)

    def _statement(self, node: nodes.Node, known: Names) -> None:
        match node:
            case nodes.If():
                self._if(node, known)
            case nodes.For():
                self._use(node.iter, known)
                for name in _names_in(node.target):
                    self._aliases[name] = None
                if node.test is not None:
                    self._look(node.test, known)
                self.block(node.body, known)
                self.block(node.else_, known)
            case nodes.Assign():
                self._look(node.node, known)
                simple = isinstance(node.target, nodes.Name)
                for name in _names_in(node.target):
                    self._aliases[name] = node.node if simple and isinstance(node.node, nodes.Expr) else None
            case nodes.Output():
                for each in node.nodes:
                    self._use(each, known)
            case _:
                self.block(list(node.iter_child_nodes()), known)

    def _if(self, node: nodes.If, known: Names) -> None:
        self._look(node.test, known)
        self.block(node.body, known | self._known_if(node.test, truth=True))
        known |= self._known_if(node.test, truth=False)
        for other in node.elif_:
            self._look(other.test, known)
            self.block(other.body, known | self._known_if(other.test, truth=True))
            known |= self._known_if(other.test, truth=False)
        self.block(node.else_, known)

    # Expressions.

    def _use(self, node: nodes.Node, known: Names) -> None:
        """Notes what an expression needs whose value is written or worked with."""
        self._look(node, known)
        missing = self._missing(node, known)
        if missing:
            self.needs.append(Need(tuple(sorted(missing)), self._first_line + node.lineno - 1))

    def _look(self, node: nodes.Node, known: Names) -> None:
        """Notes what an expression needs whose value may be None."""
        match node:
            case nodes.Name() | nodes.Getattr() | nodes.Getitem() if self._path(node) is not None:
                return
            case nodes.And() | nodes.Or():
                self._look(node.left, known)
                truth = isinstance(node, nodes.And)
                self._look(node.right, known | self._known_if(node.left, truth=truth))
            case nodes.Not() | nodes.Test():
                self._look(node.node, known)
            case nodes.CondExpr():
                self._look(node.test, known)
                self._look(node.expr1, known | self._known_if(node.test, truth=True))
                if node.expr2 is not None:
                    self._look(node.expr2, known | self._known_if(node.test, truth=False))
            case nodes.Compare() if all(operand.op in _EQUALITY for operand in node.ops):
                self._look(node.expr, known)
                for operand in node.ops:
                    self._look(operand.expr, known)
            case nodes.Compare() if all(operand.op in {"in", "notin"} for operand in node.ops):
                self._look(node.expr, known)
                for operand in node.ops:
                    self._use(operand.expr, known)
            case nodes.Filter() if node.name in _DEFAULT and node.node is not None:
                for each in (node.node, *node.args):
                    self._look(each, known)
            case _:
                for child in node.iter_child_nodes():
                    self._use(child, known)

    def _missing(self, node: nodes.Node, known: Names) -> Names:
        """Returns the names of which one must be known, or else the value is None; none where it never is."""
        match node:
            case nodes.Or():
                left = self._missing(node.left, known)
                right = self._missing(node.right, known | self._known_if(node.left, truth=False))
                return left | right if left and right else frozenset()
            case nodes.And():
                return self._missing(node.left, known) or self._missing(
                    node.right, known | self._known_if(node.left, truth=True)
                )
            case nodes.Filter() if node.name in _DEFAULT and node.node is not None:
                instead = self._missing(node.args[0], known) if node.args else frozenset()
                value = self._missing(node.node, known)
                return value | instead if value and instead else frozenset()
            case nodes.CondExpr():
                return self._missing(node.expr1, known | self._known_if(node.test, truth=True)) or (
                    self._missing(node.expr2, known | self._known_if(node.test, truth=False))
                    if node.expr2 is not None
                    else frozenset()
                )
        path = self._path(node)
        if isinstance(path, nodes.Expr):
            return self._missing(path, known)
        return frozenset({path}) if path and path not in known and may_lack(path) else frozenset()

    def _known_if(self, test: nodes.Node, *, truth: bool) -> Names:
        """Returns the names that are known where a test is true, or where it is not."""
        match test:
            case nodes.Not():
                return self._known_if(test.node, truth=not truth)
            case nodes.And() | nodes.Or():
                left, right = (self._known_if(each, truth=truth) for each in (test.left, test.right))
                return left | right if isinstance(test, nodes.And) is truth else left & right
            case nodes.Test(name="none"):
                return frozenset() if truth else self._named(test.node)
            case nodes.Test():
                return self._named(test.node) if truth and test.name != "defined" else frozenset()
            case nodes.Compare(ops=[nodes.Operand() as operand]):
                return self._known_by_comparison(test, operand, truth=truth)
        return self._named(test) if truth else frozenset()

    def _known_by_comparison(self, test: nodes.Compare, operand: nodes.Operand, *, truth: bool) -> Names:
        if operand.op in _EQUALITY:
            if isinstance(operand.expr, nodes.Const):
                is_known = (operand.op == "eq") is truth
                return self._named(test.expr) if is_known is (operand.expr.value is not None) else frozenset()
            return frozenset()
        if operand.op in {"in", "notin"}:
            return self._named(test.expr) if (operand.op == "in") is truth else frozenset()
        return self._named(test.expr) | self._named(operand.expr)  # comparing sizes needs both

    def _named(self, node: nodes.Node) -> Names:
        path = self._path(node)
        if isinstance(path, nodes.Expr):
            return self._named(path)
        return frozenset({path}) if path else frozenset()

    def _path(self, node: nodes.Node) -> str | nodes.Expr | None:
        """Returns the dotted name of a value that may lack, or the expression that a `set` gave the name."""
        match node:
            case nodes.Name():
                return self._aliases.get(node.name)
            case nodes.Getattr(node=nodes.Name(name=root)) if root in _ROOTS and root not in self._aliases:
                return f"{root}.{node.attr}"
            case nodes.Getitem(node=nodes.Name(name=root), arg=nodes.Const(value=str() as name)) if (
                root in _ROOTS and root not in self._aliases
            ):
                return f"{root}.{name}"
            case nodes.Getattr(node=nodes.Getattr(node=nodes.Name(name="answers"), attr=step)) if (
                "answers" not in self._aliases
            ):
                return f"answers.{step}.{node.attr}"
        return None


def may_lack(path: str) -> bool:
    """Returns whether a value, by its dotted name, may be unknown."""
    root, _, name = path.partition(".")
    if root == "customer":
        return name not in _CUSTOMER_HAS
    return root not in _MAY_LACK or name in _MAY_LACK[root]


def _names_in(target: nodes.Node) -> Iterator[str]:
    if isinstance(target, nodes.Name):
        yield target.name
    for name in target.find_all(nodes.Name):
        yield name.name

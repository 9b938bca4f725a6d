"""Checks a template and reports everything that is wrong with it, before anybody is sent anything."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import fields

from jinja2 import TemplateSyntaxError, nodes

from milepost.language.asks import Ask, AskType
from milepost.language.model import Attribute
from milepost.language.templates.context import (
    CUSTOMER_FIELDS,
    ColleagueContext,
    ContactContext,
    CsmContext,
    MapContext,
    MessageContext,
    MetricContext,
    OutcomeContext,
    PlaybookContext,
    StepContext,
    names_of,
)
from milepost.language.templates.renderer import render_message, render_playbook, render_text
from milepost.language.templates.sample_context import sample_message_context, sample_playbook_context
from milepost.language.templates.sandbox import MAX_SOURCE, SANDBOX, TOO_DEEP, known_filters, refusal
from milepost.language.templates.source import (
    TemplateError,
    TemplateProblem,
    TooMuchWorkError,
    front_matter,
    read_message,
)
from milepost.text import nearest

_FIELDS: dict[str, tuple[str, ...]] = {
    kind.__name__: tuple(item.name for item in fields(kind))
    for kind in (
        ColleagueContext,
        ContactContext,
        CsmContext,
        MapContext,
        MetricContext,
        OutcomeContext,
        StepContext,
    )
}
_FIELDS["loop"] = ("index", "index0", "revindex", "revindex0", "first", "last", "length", "previtem", "nextitem")
_KINDS = {
    "customer": "customer",
    "contact": "ContactContext",
    "step": "StepContext",
    "csm": "CsmContext",
    "map": "MapContext",
    "answers": "answers",
    "metric": "MetricContext",
    "former": "ColleagueContext",
    "successor": "ColleagueContext",
}
_LISTS = {"steps": "StepContext", "contacts": "ContactContext", "outcomes": "OutcomeContext"}
_SAME_ITEMS = ("list", "reject", "rejectattr", "reverse", "select", "selectattr", "sort", "unique")
_TAG = re.compile(r"\{\{.*?(?:\}\}|\Z)|\{%.*?(?:%\}|\Z)|\{#", re.DOTALL)
_NO_BREAK = re.compile(r"[^\n]")
_ONE_ITEM = ("first", "last", "max", "min")
_NO_FRONT_MATTER = TemplateProblem(1, 1, "A playbook has no front matter; begin with its text")

NOTHING: Mapping[str, Ask] = {}
Fields = dict[str, tuple[str, ...]]
"""The fields of each kind of record."""
Scope = dict[str, str | None]
"""Each name that can be used, with the kind of record it is, where that is known."""


def check_template(
    text: str, attributes: Mapping[str, Attribute], asks: Mapping[str, Ask] = NOTHING, *, message: bool
) -> list[TemplateProblem]:
    """Returns everything that is wrong with a message or a playbook, in the order of the file.

    `attributes` are those that the map declares, `asks` what its forms ask for, by `STEP.FIELD`. A message needs front
    matter with a subject; a playbook has none. What is right is rendered once for a made-up reader, to see that it ends
    in time.
    """
    if len(text) > MAX_SOURCE:
        return [TemplateProblem(1, 1, f"The file is longer than {MAX_SOURCE} characters; make it shorter")]
    render = _as_message if message else _as_playbook
    return _wrong_words(text, attributes, asks, message=message) or _too_much(text, attributes, asks, render)


def check_text(text: str, attributes: Mapping[str, Attribute], asks: Mapping[str, Ask]) -> list[TemplateProblem]:
    """Returns everything that is wrong with a short template inside a map, which sees what a message sees."""
    problems = _check(text, 1, names_of(MessageContext), _fields_of(attributes, asks))
    return problems or _too_much(text, attributes, asks, _as_text)


def _too_much(
    text: str, attributes: Mapping[str, Attribute], asks: Mapping[str, Ask], render: Callable[..., None]
) -> list[TemplateProblem]:
    """Returns the problem of a template that asks for too much, whoever reads it."""
    try:
        render(text, attributes, asks)
    except TemplateError as error:
        if isinstance(error, TooMuchWorkError) or error.reason == TOO_DEEP:
            return [TemplateProblem(error.line or 1, 1, f"It can't be rendered: {error.reason}")]
    return []


def _as_message(text: str, attributes: Mapping[str, Attribute], asks: Mapping[str, Ask]) -> None:
    render_message(text, sample_message_context(attributes, asks))


def _as_playbook(text: str, attributes: Mapping[str, Attribute], asks: Mapping[str, Ask]) -> None:
    render_playbook(text, sample_playbook_context(attributes, asks))


def _as_text(text: str, attributes: Mapping[str, Attribute], asks: Mapping[str, Ask]) -> None:
    render_text(text, sample_message_context(attributes, asks))


def _fields_of(attributes: Collection[str], asks: Mapping[str, Ask]) -> Fields:
    """The fields of each kind of record: those of templates, the customer's attributes, and the answers of forms."""
    fields_of = {**_FIELDS, "customer": tuple(sorted({*attributes, *CUSTOMER_FIELDS})), "answers": ()}
    for name, ask in asks.items():
        step = name.partition(".")[0]
        fields_of["answers"] = tuple(dict.fromkeys([*fields_of["answers"], step]))
        fields_of[f"answers.{step}"] = (*fields_of.get(f"answers.{step}", ()), ask.field)
        if ask.type is AskType.PERSON:
            fields_of[f"answers.{name}"] = ("name", "email")
    return fields_of


def _wrong_words(
    text: str, attributes: Collection[str], asks: Mapping[str, Ask], *, message: bool
) -> list[TemplateProblem]:
    fields_of = _fields_of(attributes, asks)
    if not message:
        yaml, _, _ = front_matter(text)
        opening = [_NO_FRONT_MATTER] if re.search(r"^\w+:", yaml or "", re.MULTILINE) else []
        return opening + _check(text, 1, names_of(PlaybookContext), fields_of)
    read, problems = read_message(text)
    _, body, body_line = front_matter(text)
    if read is not None:
        problems += _check(read.subject, read.subject_line, names_of(MessageContext), fields_of, in_file=text)
    problems += _check(body, body_line, names_of(MessageContext), fields_of)
    return sorted(problems, key=lambda problem: (problem.line, problem.column))


def _check(
    source: str,
    first_line: int,
    names: tuple[str, ...],
    fields_of: Mapping[str, tuple[str, ...]],
    *,
    in_file: str | None = None,
) -> list[TemplateProblem]:
    """The problems of one piece of Jinja that begins at `first_line` (of `in_file`, where YAML folds it)."""
    places = _Places("\n".join(in_file.split("\n")[first_line - 1 :]) if in_file else source, first_line)
    walk = _Walk(places, fields_of, names)
    try:
        walk.visit(SANDBOX.tree(source), {**dict.fromkeys(names), **{name: _KINDS.get(name) for name in names}})
    except TemplateSyntaxError as error:
        return [places.problem(error.lineno, r"\{[{%#]", f"Template syntax: {error.message}")]
    except RecursionError:
        return [TemplateProblem(first_line, 1, f"It can't be rendered: {TOO_DEEP}")]
    except ValueError:  # Python reads no whole number of more than 4,300 digits
        return [TemplateProblem(first_line, 1, "A number is too long; write a shorter one")]
    return walk.problems


class _Places:
    """Finds the column of something of which Jinja only knows the line."""

    def __init__(self, text: str, first_line: int) -> None:
        self._lines = _without_prose(text).split("\n")
        self._first_line = first_line
        self._used: set[tuple[int, int]] = set()

    def next(self, line: int, pattern: str) -> tuple[int, int]:
        """The line and column, in the file, of the next match from this line on that wasn't returned before."""
        start = min(max(line, 1), len(self._lines)) - 1
        for number in range(start, len(self._lines)):
            for match in re.finditer(pattern, self._lines[number]):
                at = (number, match.start("at" if "at" in match.groupdict() else 0))
                if at not in self._used:
                    self._used.add(at)
                    return self._first_line + number, at[1] + 1
        return self._first_line + start, 1

    def problem(self, line: int, pattern: str, message: str, suggestion: str | None = None) -> TemplateProblem:
        return TemplateProblem(*self.next(line, pattern), message, suggestion)


def _without_prose(text: str) -> str:
    """Replaces everything but Jinja with spaces, so that names in sentences aren't matched."""
    out, end = [], 0
    for match in _TAG.finditer(text):
        out += [_NO_BREAK.sub(" ", text[end : match.start()]), match[0]]
        end = match.end()
    return "".join([*out, _NO_BREAK.sub(" ", text[end:])])


def _field(node: nodes.Getattr | nodes.Getitem) -> object:
    """The field that is asked for; None where that isn't written."""
    return node.attr if isinstance(node, nodes.Getattr) else getattr(node.arg, "value", None)


def _name(node: nodes.Name) -> str:
    return rf"(?<![\w.]){re.escape(node.name)}\b"


class _Walk:
    """Walks through a template with the names that exist at each place."""

    def __init__(self, places: _Places, fields_of: Mapping[str, tuple[str, ...]], names: tuple[str, ...]) -> None:
        self.problems: list[TemplateProblem] = []
        self._places, self._fields, self._names = places, fields_of, names

    def visit(self, node: nodes.Node, scope: Scope) -> None:
        refused = refusal(node)
        if refused:
            self.problems.append(self._places.problem(node.lineno, r"\{[{%]", refused))
            return
        match node:
            case nodes.For():
                self._visit_loop(node, scope)
                return
            case nodes.Assign():
                self.visit(node.node, scope)
                self._bind(node.target, self._kind(node.node, scope), scope)
                return
            case nodes.Name():
                self._check_name(node, scope)
            case nodes.Getattr() | nodes.Getitem():
                self._check_field(node, scope)
            case nodes.Filter():
                self._check_word("filter", node.name, known_filters(), node.lineno)
            case nodes.Test():
                self._check_word("test", node.name, tuple(SANDBOX.tests), node.lineno)
        for child in node.iter_child_nodes():
            self.visit(child, scope)

    def _visit_loop(self, node: nodes.For, scope: Scope) -> None:
        self.visit(node.iter, scope)
        inner: Scope = {**scope, "loop": "loop"}
        self._bind(node.target, self._item_kind(node.iter), inner)
        for child in ([node.test] if node.test else []) + node.body:
            self.visit(child, inner)
        for child in node.else_:
            self.visit(child, dict(scope))

    def _bind(self, target: nodes.Node, kind: str | None, scope: Scope) -> None:
        names = [target] if isinstance(target, nodes.Name) else list(target.find_all(nodes.Name))
        for name in names:
            self._places.next(name.lineno, _name(name))
            scope[name.name] = kind if len(names) == 1 else None

    def _kind(self, node: nodes.Node, scope: Scope) -> str | None:
        match node:
            case nodes.Name():
                return scope.get(node.name)
            case nodes.Filter() if node.name in _ONE_ITEM and node.node is not None:
                return self._item_kind(node.node)
            case nodes.Getitem(arg=nodes.Const(value=int())):
                return self._item_kind(node.node)
            case nodes.Getattr() | nodes.Getitem(arg=nodes.Const(value=str())):
                kind = f"{self._kind(node.node, scope)}.{_field(node)}"  # answers, and those of a step
                return kind if kind in self._fields else None
        return None

    def _item_kind(self, node: nodes.Node) -> str | None:
        if isinstance(node, nodes.Filter) and node.name in _SAME_ITEMS and node.node is not None:
            return self._item_kind(node.node)
        if isinstance(node, nodes.Name) and node.name in self._names:
            return _LISTS.get(node.name)
        return None

    def _check_name(self, node: nodes.Name, scope: Scope) -> None:
        line, column = self._places.next(node.lineno, _name(node))
        if node.name not in scope:
            message = f"Unknown name {node.name!r}; there are {', '.join(sorted(self._names))}"
            self.problems.append(TemplateProblem(line, column, message, nearest(node.name, scope)))

    def _check_field(self, node: nodes.Getattr | nodes.Getitem, scope: Scope) -> None:
        kind = self._kind(node.node, scope)
        name = _field(node)
        if kind is None or not isinstance(name, str) or name in self._fields[kind]:
            return
        owner = f"{node.node.name}." if isinstance(node.node, nodes.Name) else ""
        message = (
            f"Unknown attribute 'customer.{name}'; declare it in attributes: of the map"
            if kind == "customer"
            else f"Unknown field {owner + name!r}; there are {', '.join(self._fields[kind]) or 'none'}"
        )
        before = rf"\b{owner[:-1]}\s*" if owner else ""
        pattern = rf"{before}[.\[]\s*['\"]?(?P<at>{re.escape(name)})\b"
        self.problems.append(self._places.problem(node.lineno, pattern, message, nearest(name, self._fields[kind])))

    def _check_word(self, what: str, name: str, valid: Collection[str], line: int) -> None:
        if name in valid and not name.startswith("_"):
            return
        message = f"Unknown {what} {name!r}; there are {', '.join(sorted(valid))}"
        mark = r"\|\s*" if what == "filter" else r"\bis\s+(?:not\s+)?"
        self.problems.append(
            self._places.problem(line, rf"{mark}(?P<at>{re.escape(name)})\b", message, nearest(name, valid))
        )

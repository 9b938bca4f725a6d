"""Jinja as templates may use it: values, `if`, `for`, `set` and a few filters; no calls, no loading.

Every value is written as a *mark* (`⟨number⟩` in two private-use characters) and put in its place after the
Markdown is read, so that no customer's value can become Markdown, HTML or a header.

Every template ends: `budget` counts the work.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_decimal
from jinja2 import StrictUndefined, TemplateSyntaxError, Undefined, nodes, pass_context
from jinja2.environment import Template
from jinja2.filters import FILTERS
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.tests import TESTS

from milepost.language.templates.budget import KEY as _RUN
from milepost.language.templates.budget import MAX_ARGUMENT, Budget, Metering, budget_of, charged, metered, rounds
from milepost.language.templates.context import Link
from milepost.language.templates.source import TemplateError, TooMuchWorkError
from milepost.translations.languages import Languages, shipped

MAX_SOURCE = 100_000
MAX_NODES = 10_000
MAX_NUMBER = 1e15
TOO_DEEP = "it is nested too deeply, or has too long a chain; write it in several steps"
OPEN, CLOSE = "\ue000", "\ue001"
_MOST_DIGITS = 30
_A_TEXT = 20  # the work of writing a date or a number, in characters
MARK = re.compile(f"{OPEN}(\\d+){CLOSE}")
_UNSEEN = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ue000\ue001]")
_OWNER = re.compile(r"'(?:[\w.]+\.)?(\w+?)Context(?: object)?'")

ALLOWED_NODES: tuple[type[nodes.Node], ...] = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.For, nodes.Assign, nodes.Name,
    nodes.Const, nodes.Tuple, nodes.List, nodes.Dict, nodes.Pair, nodes.Keyword, nodes.Getattr, nodes.Getitem,
    nodes.Slice, nodes.Filter, nodes.Test, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not,
    nodes.CondExpr, nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Neg,
    nodes.Pos, nodes.Concat,
)  # fmt: skip
_KEPT_FILTERS = (
    "abs", "capitalize", "count", "dictsort", "first", "float", "groupby", "int", "items", "last", "length",
    "list", "lower", "map", "max", "min", "reject", "rejectattr", "reverse", "select", "selectattr", "sort",
    "string", "title", "trim", "truncate", "unique", "upper", "wordcount",
)  # fmt: skip


_FREE = ("default", "d", "join")
"""Filters whose arguments are texts to write, of any length."""


class Run(Budget):
    """One rendering: the values written so far, and how much may still be done."""

    def __init__(self, locale: str, languages: Languages | None = None) -> None:
        """Begins with nothing written."""
        super().__init__()
        self.locale = known_locale(locale)
        self._tag = locale
        self._languages = languages
        self.values: list[str] = []

    def flag(self, *, value: bool) -> str:
        """Returns yes or no in the language of the text."""
        reader = (self._languages or shipped()).reader(self._tag)
        return reader.pgettext("value", "yes") if value else reader.pgettext("value", "no")

    def mark(self, value: Any) -> str:
        """Keeps a value and returns the mark that stands for it."""
        text = text_of(value, self)
        self.write(len(text))
        self.work(1)
        self.values.append(text if isinstance(text, Link) else _UNSEEN.sub("", text))
        return f"{OPEN}{len(self.values) - 1}{CLOSE}"


@lru_cache(maxsize=256)
def known_locale(tag: str) -> Locale:
    """The nearest locale that exists: `de-AT`, else `de`, else English."""
    for name in (tag, tag.split("-", maxsplit=1)[0]):
        try:
            return Locale.parse(name, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    return Locale.parse("en")


def text_of(value: Any, run: Run) -> str:
    """A value as its reader reads it.

    Raises:
        TemplateError: the value is unknown, or isn't something that can be written.
    """
    match value:
        case Undefined():
            return str(value)  # raises, and says which name it is
        case None:
            raise TemplateError(
                "a value that is written here is unknown; put {% if %} around it or add | default('...')"
            )
        case bool():
            return run.flag(value=value)
        case str():
            return value
        case float() if value.is_integer() and abs(value) < MAX_NUMBER:
            return str(int(value))
        case int() | float() | Decimal():
            return str(value)
        case date():
            return format_date(value, "long", run.locale)
    raise TemplateError(
        f"a {type(value).__name__.removesuffix('Context').lower()} can't be written; name a field of it"
    )


def _run(context: Context) -> Run:
    run = budget_of(context)
    assert isinstance(run, Run)
    return run


@pass_context
def _finalize(context: Context, value: Any) -> str:
    return _run(context).mark(value)


@pass_context
def _date(context: Context, value: Any, form: str = "long") -> str:
    """A date in the reader's language: `long` (the default), `short`, `medium`, `full` or a CLDR pattern."""
    run = _run(context)
    if isinstance(value, str):
        value = date.fromisoformat(value[:10])
    if not isinstance(value, date):
        raise TemplateError(f"{text_of(value, run)!r} isn't a date, so | date can't write it")
    return str(format_date(value.date() if isinstance(value, datetime) else value, form, run.locale))


@pass_context
def _number(context: Context, value: Any, digits: int | None = None) -> str:
    """A number as the reader's language writes it, with so many digits after the point (at most 6)."""
    run = _run(context)
    text = text_of(value, run)
    try:
        number = Decimal(text)
    except ArithmeticError:
        raise TemplateError(f"{text!r} isn't a number, so | number can't write it") from None
    if not number.is_finite() or abs(number.adjusted()) > _MOST_DIGITS:
        raise TemplateError(f"{text[:40]!r} is too large or too small a number for | number")
    if digits is None:
        return str(format_decimal(number, locale=run.locale))
    places = max(0, min(int(digits), 6))
    return str(format_decimal(number, "#,##0" + ("." + "0" * places if places else ""), run.locale))


def _default(value: Any, instead: Any = "", boolean: bool = False) -> Any:  # noqa: FBT001, FBT002 - Jinja's own
    """The value to write if there is none (or, with true, if it is empty or zero)."""
    unknown = value is None or isinstance(value, Undefined)
    return instead if unknown or (boolean and not value) else value


@pass_context
def _join(context: Context, values: Iterable[Any], between: str = "", attribute: str | None = None) -> str:
    """The values one after another, with a text between them."""
    run, parts = _run(context), []
    for value in values:
        item = context.environment.getitem(value, attribute) if attribute else value
        parts.append(text_of(item, run))
        run.work(_A_TEXT + len(parts[-1]) + len(between))
    return str(between).join(parts)


@pass_context
def _sum(context: Context, values: Iterable[Any], attribute: str | None = None, start: Any = 0) -> Any:
    """The sum of the values, or of an attribute of each."""
    for value in values:
        item = context.environment.getitem(value, attribute) if attribute else value
        start = SANDBOX.call_binop(context, "+", start, item)
    return start


class Sandbox(ImmutableSandboxedEnvironment):
    """The environment of all templates."""

    intercepted_binops = frozenset(["+", "-", "*", "/", "//", "%"])

    def __init__(self) -> None:
        """Keeps only what is safe and always ends."""
        super().__init__(
            undefined=StrictUndefined,
            autoescape=False,
            finalize=_finalize,
            trim_blocks=True,
            lstrip_blocks=True,
            optimized=False,
            cache_size=0,
        )
        self.globals.clear()
        own: dict[str, Any] = {
            "date": _date,
            "number": _number,
            "default": _default,
            "d": _default,
            "join": _join,
            "sum": _sum,
        }
        kept: dict[str, Any] = {name: FILTERS[name] for name in _KEPT_FILTERS}
        self.filters = {name: metered(function) for name, function in kept.items()}
        self.filters |= {name: metered(own[name], most=None if name in _FREE else MAX_ARGUMENT) for name in own}
        self.filters |= {"_charged": charged, "_rounds": rounds}
        tests: dict[str, Any] = dict(TESTS)
        self.tests = {name: metered(test) for name, test in tests.items()}

    def tree(self, source: str) -> nodes.Template:
        """The template as it was written, before the bounds are put in."""
        return super()._parse(source, None, None)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        for number, node in enumerate(tree.find_all(nodes.Node)):
            if number == MAX_NODES:
                raise TooMuchWorkError(f"it has more than {MAX_NODES} values, words and tags; make it shorter")
            refused = refusal(node)
            if refused:
                raise TemplateSyntaxError(refused, node.lineno)
        bounded = Metering().visit(tree)
        assert isinstance(bounded, nodes.Template)
        return bounded

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Calculates with numbers of a size that people use, and with dates; `+` joins two texts."""
        budget_of(context).work(1)
        if operator == "+" and isinstance(left, str) and isinstance(right, str):
            budget_of(context).work(len(left) + len(right))
            return left + right
        if operator in "+-" and isinstance(left, date | timedelta) and isinstance(right, date | timedelta):
            return super().call_binop(context, operator, left, right)
        for number in (left, right):
            if not isinstance(number, int | float | Decimal) or not abs(float(number)) <= MAX_NUMBER:
                raise TemplateError(f"{operator!r} works on numbers up to {MAX_NUMBER:.0e}, not on {_in_short(number)}")
        return super().call_binop(context, operator, left, right)


def _in_short(value: Any) -> str:
    return repr(value[:40]) if isinstance(value, str) else f"a {type(value).__name__}"


def refusal(node: nodes.Node) -> str | None:
    """Returns why a template can't have a node; None if it can."""
    if isinstance(node, nodes.Call | nodes.CallBlock):
        return "Templates can't call functions; use a field or a filter, such as customer.renews_on | date"
    if isinstance(node, nodes.For) and node.recursive:
        return "Templates can't have recursive loops; write one loop inside another"
    if isinstance(node, ALLOWED_NODES):
        return None
    what = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(node).__name__).lower()
    return f"Templates can't have {what}; they have values, filters, if, for and set"


SANDBOX = Sandbox()


def known_filters() -> tuple[str, ...]:
    """The filters that templates may use."""
    return tuple(sorted(name for name in SANDBOX.filters if not name.startswith("_")))


@lru_cache(maxsize=512)
def _compiled(source: str) -> Template:
    return SANDBOX.from_string(source)


def run_template(source: str, names: Mapping[str, Any], run: Run, *, file: str, first_line: int) -> str:
    """Runs a template; values stand as marks in the result.

    Raises:
        TemplateError: with the line in the file, if it is known.
    """
    if len(source) > MAX_SOURCE:
        raise TemplateError(f"it is longer than {MAX_SOURCE} characters", file=file)
    pieces = []
    try:
        plain = source.replace(OPEN, "").replace(CLOSE, "")
        for piece in _compiled(plain).generate({**names, _RUN: run}):
            run.write(0 if MARK.fullmatch(piece) else len(piece))
            pieces.append(piece)
    except Exception as error:
        line = _line_of(error)
        kind = TooMuchWorkError if isinstance(error, TooMuchWorkError) else TemplateError
        raise kind(_reason(error), file=file, line=line and line + first_line - 1) from error
    return "".join(pieces)


def _reason(error: Exception) -> str:
    if isinstance(error, TemplateError):
        return error.reason
    if isinstance(error, RecursionError | SyntaxError | MemoryError):
        return TOO_DEEP
    return _OWNER.sub(_owner_name, str(error)) or type(error).__name__


def _owner_name(owner: re.Match[str]) -> str:
    return repr(owner[1].lower())


def _line_of(error: Exception) -> int | None:
    if isinstance(error, TemplateSyntaxError):
        return error.lineno
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == "<template>"]
    return lines[-1] if lines else None

"""From the text of a $filter or $orderby to its tree, by a grammar (lark, LALR) that no input can make slow."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any

import shapely
from lark import Lark, Token, Transformer, v_args
from lark.exceptions import LarkError, UnexpectedCharacters, UnexpectedInput, VisitError

from steuerrad.modules.sensors.sta import expressions as e
from steuerrad.modules.sensors.sta.faults import BadRequest
from steuerrad.modules.sensors.sta.functions import FUNCTIONS

LONGEST = 8000
MOST_NODES = 200
DEEPEST = 25
MOST_POINTS = 20_000

_MOMENT = r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,12})?)?(?:[Zz]|[+\- ]\d\d:?\d\d)?"
GRAMMAR = r"""
start: either
either: both ("or" both)*
both: negated ("and" negated)*
?negated: NOT negated -> negation
    | comparison
?comparison: total
    | total RELATION total -> compare
?total: product
    | total ADDITION product -> arithmetic
?product: unary
    | product MULTIPLICATION unary -> arithmetic
?unary: "-" unary -> minus
    | atom
?atom: "(" either ")"
    | FUNCTION "(" [either ("," either)*] ")" -> call
    | PATH -> field
    | literal
literal: TEXT | NUMBER | TRUTH | NULL | PERIOD | MOMENT | DAY | CLOCK | DURATION | SHAPE

NOT.9: /not(?=[\s(])/
RELATION.9: /(?:eq|ne|gt|ge|lt|le)(?![\w])/
ADDITION.9: /(?:add|sub)(?![\w])/
MULTIPLICATION.9: /(?:mul|div|mod)(?![\w])/
TRUTH.8: /(?:true|false)(?![\w\/(.])/
NULL.8: /null(?![\w\/(.])/
SHAPE.8: /geography'[^']*'/
DURATION.8: /duration'[^']{1,60}'/
PERIOD.7: /(?:<moment>\/(?:<moment>|P[\dYMDTHSW.]{1,40})|P[\dYMDTHSW.]{1,40}\/<moment>)/
MOMENT.6: /<moment>/
DAY.5: /\d{4}-\d\d-\d\d/
CLOCK.5: /\d\d:\d\d(?::\d\d(?:\.\d{1,12})?)?/
NUMBER.4: /\d{1,40}(?:\.\d{1,40})?(?:[eE][+-]?\d{1,3})?/
TEXT: /'(?:[^']|'')*'/
FUNCTION.3: /[A-Za-z_][\w.]*(?=\s*\()/
PATH.2: /[^\W\d][\w\-]*(?:\/[\w@.\-]+)*|@iot\.(?:id|selfLink)/
%import common.WS
%ignore WS
""".replace("<moment>", _MOMENT)
_DURATION = re.compile(
    r"(?P<sign>[+-]?)P(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?\Z"
)


class _UnfitError(ValueError):
    """A literal of the right form that means nothing."""


def read_moment(text: str) -> datetime:
    """An instant of ISO 8601 in UTC. Without an offset it is UTC; a plus that became a space is a plus again.

    Raises ValueError.
    """
    found = datetime.fromisoformat(text.replace(" ", "+").replace("z", "Z"))
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)


def read_duration(text: str) -> timedelta:
    """A duration of ISO 8601 without years and months (their length is not known). Raises ValueError."""
    match = _DURATION.match(text)
    if match is None or text.rstrip("T")[-1:] == "P":
        raise _UnfitError(f"{text!r} is no duration in weeks, days, hours, minutes and seconds")
    parts = {key: float(value) for key, value in match.groupdict().items() if value and key != "sign"}
    try:
        return timedelta(**parts) * (-1 if match["sign"] == "-" else 1)
    except OverflowError as error:
        raise _UnfitError("the duration is too long") from error


def read_period(text: str) -> tuple[datetime, datetime]:
    """An interval of ISO 8601: two instants, or an instant and a duration. Raises ValueError."""
    first, _, second = text.partition("/")
    try:
        if first.startswith("P"):
            end = read_moment(second)
            start = end - read_duration(first)
        else:
            start = read_moment(first)
            end = start + read_duration(second) if second.startswith("P") else read_moment(second)
    except OverflowError as error:
        raise _UnfitError("the interval leaves the years 1 to 9999") from error
    if end < start:
        raise _UnfitError("the interval ends before it begins")
    return start, end


def read_shape(text: str) -> Any:
    """A geometry from well-known text, in degrees. Raises ValueError."""
    try:
        shape = shapely.from_wkt(text.partition(";")[2] if text.upper().startswith("SRID=4326;") else text)
    except shapely.errors.GEOSException as error:
        raise _UnfitError("this is no well-known text of a geometry") from error
    if shape.is_empty or shapely.get_num_coordinates(shape) > MOST_POINTS:
        raise _UnfitError("the geometry is empty or too large")
    return shape


def _number(text: str) -> int | float:
    found = float(text)
    if found in (float("inf"), float("-inf")):
        raise _UnfitError("the number is too large")
    return int(text) if text.isdigit() and len(text) < 19 else found


def _literal(token: Token) -> e.Expression:
    text = str(token)
    match token.type:
        case "TEXT":
            return e.Value(text[1:-1].replace("''", "'"))
        case "NUMBER":
            return e.Value(_number(text))
        case "TRUTH":
            return e.Value(text == "true")
        case "NULL":
            return e.Value(None)
        case "PERIOD":
            return e.Period(*read_period(text))
        case "MOMENT":
            offset = (
                datetime.fromisoformat(text.replace(" ", "+").replace("z", "Z")).utcoffset() or timedelta()
            )
            return e.Moment(read_moment(text), int(offset.total_seconds() // 60))
        case "DAY":
            return e.Day(date.fromisoformat(text))
        case "CLOCK":
            return e.Clock(time.fromisoformat(text))
        case "DURATION":
            return e.Duration(read_duration(text[len("duration'") : -1]))
        case _:
            return e.Shape(text[len("geography'") : -1], read_shape(text[len("geography'") : -1]))


@v_args(inline=True)
class _Tree(Transformer[Token, e.Expression]):
    def start(self, inner: e.Expression) -> e.Expression:
        return inner

    def either(self, *parts: e.Expression) -> e.Expression:
        return parts[0] if len(parts) == 1 else e.Logic("or", parts)

    def both(self, *parts: e.Expression) -> e.Expression:
        return parts[0] if len(parts) == 1 else e.Logic("and", parts)

    def negation(self, _not: Token, operand: e.Expression) -> e.Expression:
        return e.Not(operand)

    def compare(self, left: e.Expression, sign: Token, right: e.Expression) -> e.Expression:
        return e.Compare(str(sign), left, right, sign.column or 0)  # type: ignore[arg-type]

    def arithmetic(self, left: e.Expression, sign: Token, right: e.Expression) -> e.Expression:
        return e.Sum(str(sign), left, right, sign.column or 0)  # type: ignore[arg-type]

    def minus(self, operand: e.Expression) -> e.Expression:
        if isinstance(operand, e.Value) and type(operand.value) in (int, float):
            return e.Value(-operand.value)  # type: ignore[operator]
        return e.Negative(operand)

    def call(self, name: Token, *arguments: e.Expression | None) -> e.Expression:
        given = tuple(argument for argument in arguments if argument is not None)
        function = FUNCTIONS.get(str(name))
        if function is None:
            raise _UnfitError(f"there is no function {str(name)!r}")
        if not function.least <= len(given) <= len(function.arguments):
            raise _UnfitError(f"{name} takes {len(function.arguments)} arguments, not {len(given)}")
        return e.Call(str(name), given, name.column or 0)

    def field(self, path: Token) -> e.Expression:
        return e.Field(tuple(str(path).split("/")), path.column or 0)

    def literal(self, token: Token) -> e.Expression:
        return _literal(token)


@cache
def _parser() -> Lark:
    return Lark(GRAMMAR, parser="lalr", lexer="contextual", transformer=_Tree(), propagate_positions=False)


def parse(text: str, place: str = "$filter") -> e.Expression:
    """The tree of an expression. Raises BadRequest with the character at which it is not understood."""
    if len(text) > LONGEST:
        raise BadRequest(f"the expression is longer than {LONGEST} characters", place)
    try:
        tree: Any = _parser().parse(text)
        if max(_nesting(text), 0) > DEEPEST * 2:
            raise _UnfitError("too many brackets inside of each other")
        nodes, depth = e.size(tree)
    except UnexpectedInput as error:
        raise BadRequest(_complaint(error, text), f"{place}, character {max(error.column, 1)}") from error
    except VisitError as error:
        if isinstance(error.orig_exc, ValueError | OverflowError):
            raise BadRequest(_reason(error.orig_exc), place) from error
        raise
    except (ValueError, OverflowError) as error:
        raise BadRequest(_reason(error), place) from error
    except (LarkError, RecursionError) as error:
        raise BadRequest("the expression is not understood", place) from error
    if nodes > MOST_NODES or depth > DEEPEST:
        raise BadRequest(f"more than {MOST_NODES} parts or {DEEPEST} levels", place)
    return tree


def _reason(error: Exception) -> str:
    return str(error) if isinstance(error, _UnfitError) else f"not understood: {error}"


def _nesting(text: str) -> int:
    depth = deepest = 0
    for sign in re.sub(r"'[^']*'", "", text):
        depth += (sign == "(") - (sign == ")")
        deepest = max(deepest, depth)
    return deepest


def _complaint(error: UnexpectedInput, text: str) -> str:
    if isinstance(error, UnexpectedCharacters):
        return f"{text[error.pos_in_stream : error.pos_in_stream + 20]!r} is not understood"  # type: ignore[misc]
    token = getattr(error, "token", None)
    return (
        "the expression ends too early"
        if token is None or token.type == "$END"
        else f"{str(token)[:20]!r} is not expected here"
    )

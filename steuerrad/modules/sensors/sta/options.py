"""Query options (OGC 18-088, clause 9.3): read once, checked against the entity model, bounded in every direction."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote_plus

from steuerrad.modules.sensors.sta import parsing
from steuerrad.modules.sensors.sta.entities import EntityType, target
from steuerrad.modules.sensors.sta.expressions import Expression
from steuerrad.modules.sensors.sta.faults import BadRequest, NotSupported

LONGEST_QUERY = 16_000
HIGHEST_TOP = 10_000
HIGHEST_SKIP = 2**62
DEFAULT_TOP = 100
DEEPEST_EXPAND = 6
MOST_EXPANDED = 30
LONGEST_LIST = 50
KNOWN = frozenset(
    ["$filter", "$expand", "$select", "$orderby", "$top", "$skip", "$count", "$resultFormat", "$skiptoken"]
)
#: Options of OData 4 that the standard leaves out; asking for them is answered with 501.
ELSEWHERE = frozenset(
    ["$apply", "$compute", "$deltatoken", "$format", "$index", "$levels", "$search", "$schemaversion"]
)
#: Inside of $expand the outer request alone decides on the form of the answer.
INNER = KNOWN - {"$resultFormat", "$skiptoken"}


@dataclass(frozen=True)
class Order:
    """One criterion of $orderby."""

    expression: Expression
    descending: bool = False


@dataclass(frozen=True)
class Expanded:
    """A navigation whose entities are written into the answer, with options of their own."""

    name: str
    options: Options


@dataclass(frozen=True)
class Options:
    """All options of a request or of one navigation inside of $expand. top None: as many as the service gives.

    texts: what was written, by option, to repeat it in the link to the next page.
    """

    filter: Expression | None = None
    expand: tuple[Expanded, ...] = ()
    select: tuple[str, ...] = ()
    order: tuple[Order, ...] = ()
    top: int | None = None
    skip: int = 0
    count: bool = False
    result_format: str = ""
    token: str = ""
    texts: tuple[tuple[str, str], ...] = field(default=(), compare=False)

    @property
    def limit(self) -> int:
        """How many entities a page has."""
        return DEFAULT_TOP if self.top is None else min(self.top, HIGHEST_TOP)


def pairs(query: str) -> list[tuple[str, str]]:
    """The parts of a query, split first and decoded then, so that an encoded sign never divides."""
    if len(query) > LONGEST_QUERY:
        raise BadRequest(f"the query is longer than {LONGEST_QUERY} characters", "query")
    found = []
    for part in query.split("&"):
        if part:
            name, _, value = part.partition("=")
            try:
                decoded = (unquote_plus(name, errors="strict"), unquote_plus(value, errors="strict"))
            except UnicodeDecodeError as error:
                raise BadRequest("the query is no UTF-8", "query") from error
            if "\x00" in decoded[1]:
                raise BadRequest("the query holds a null character", "query")
            found.append(decoded)
    return found


def parse(query: str, entity: EntityType) -> Options:
    """The options of a query as sent (percent-encoded). Raises BadRequest, or NotSupported for those of OData alone."""
    texts = [(name, value) for name, value in pairs(query) if name.startswith("$")]
    return _read(texts, entity, "", KNOWN, _Budget())


class _Budget:
    """How many navigations a whole request may still expand."""

    def __init__(self) -> None:
        self.left = MOST_EXPANDED

    def take(self, place: str) -> None:
        self.left -= 1
        if self.left < 0:
            raise BadRequest(f"more than {MOST_EXPANDED} navigations are expanded", place)


def _read(
    texts: list[tuple[str, str]],
    entity: EntityType,
    where: str,
    known: frozenset[str],
    budget: _Budget,
    depth: int = 0,
) -> Options:
    given: dict[str, str] = {}
    for name, value in texts:
        if name in ELSEWHERE:
            raise NotSupported(f"{name} is not part of this service", where + name)
        if name not in known:
            raise BadRequest(f"there is no option {name!r}", where + name)
        if name in given:
            raise BadRequest("the option stands there twice", where + name)
        given[name] = value
    return Options(
        filter=_filter(given, where),
        expand=_expand(given.get("$expand", ""), entity, where + "$expand", budget, depth),
        select=_select(given.get("$select", ""), entity, where + "$select"),
        order=_order(given.get("$orderby", ""), where + "$orderby"),
        top=_natural(given["$top"], where + "$top") if "$top" in given else None,
        skip=_natural(given.get("$skip", "0"), where + "$skip"),
        count=_truth(given.get("$count", "false"), where + "$count"),
        result_format=_result_format(given.get("$resultFormat", ""), entity, where + "$resultFormat"),
        token=given.get("$skiptoken", ""),
        texts=tuple(given.items()),
    )


def _filter(given: dict[str, str], where: str) -> Expression | None:
    if "$filter" not in given:
        return None
    if not given["$filter"].strip():
        raise BadRequest("the expression is empty", where + "$filter")
    return parsing.parse(given["$filter"], where + "$filter")


def _natural(text: str, place: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > 19 or int(text) > HIGHEST_SKIP:
        raise BadRequest(f"{text[:40]!r} is no whole number from 0 on", place)
    return int(text)


def _truth(text: str, place: str) -> bool:
    if text not in ("true", "false"):
        raise BadRequest(f"{text[:40]!r} is neither true nor false", place)
    return text == "true"


def _result_format(text: str, entity: EntityType, place: str) -> str:
    if text == "":
        return ""
    if text != "dataArray":
        raise NotSupported(f"{text[:40]!r} is none of the forms of this service: dataArray", place)
    if entity.name != "Observation":
        raise BadRequest("only Observations can be given as dataArray", place)
    return text


def _items(text: str, place: str, sign: str = ",") -> list[str]:
    """The parts of a list; signs in quotes and brackets divide nothing. Raises BadRequest when it is too long."""
    found = [item.strip() for item in divided(text, sign, place)]
    if len(found) > LONGEST_LIST:
        raise BadRequest(f"the list has more than {LONGEST_LIST} entries", place)
    if any(not item for item in found):
        raise BadRequest("an entry of the list is empty", place)
    return found


def divided(text: str, sign: str, place: str) -> Iterator[str]:
    """Split at a sign outside of quotes and brackets."""
    start, depth, quoted = 0, 0, False
    for position, letter in enumerate(text):
        if letter == "'":
            quoted = not quoted
        elif quoted:
            continue
        elif letter in "()":
            depth += 1 if letter == "(" else -1
            if depth < 0:
                raise BadRequest(
                    "a bracket is closed that was not opened", f"{place}, character {position + 1}"
                )
        elif letter == sign and depth == 0:
            yield text[start:position]
            start = position + 1
    if depth or quoted:
        raise BadRequest("a bracket or a quote is not closed", place)
    yield text[start:]


def _select(text: str, entity: EntityType, place: str) -> tuple[str, ...]:
    if not text:
        return ()
    found = []
    for item in _items(text, place):
        name = item.partition("/")[0]
        if name in ("id", "@iot.id"):
            item = "@iot.id"
        elif (
            name not in entity.properties
            and name not in entity.navigation
            and name not in ("*", "@iot.selfLink")
        ):
            raise BadRequest(f"a {entity.name} has no {name[:60]!r}", place)
        found.append(item)
    return tuple(dict.fromkeys(found))


def _order(text: str, place: str) -> tuple[Order, ...]:
    if not text:
        return ()
    found = []
    for item in _items(text, place):
        words = item.rsplit(None, 1)
        direction = words[1].lower() if len(words) == 2 and words[1].lower() in ("asc", "desc") else ""
        written = words[0] if direction else item
        found.append(Order(parsing.parse(written, place), direction == "desc"))
    return tuple(found)


def _expand(text: str, entity: EntityType, place: str, budget: _Budget, depth: int) -> tuple[Expanded, ...]:
    if not text:
        return ()
    if depth >= DEEPEST_EXPAND:
        raise BadRequest(f"more than {DEEPEST_EXPAND} levels are expanded", place)
    found: dict[str, Expanded] = {}
    for item in _items(text, place):
        expanded = _expanded(item, entity, place, budget, depth)
        if expanded.name in found:
            expanded = _joined(found[expanded.name], expanded, place)
        found[expanded.name] = expanded
    return tuple(found.values())


def _expanded(item: str, entity: EntityType, place: str, budget: _Budget, depth: int) -> Expanded:
    """One entry: "Datastreams", "Datastreams/Observations" or "Datastreams($top=1;$expand=Observations)"."""
    head, bracket, inner = item.partition("(")
    if bracket and not inner.endswith(")"):
        raise BadRequest(f"{inner[-20:]!r} stands behind the bracket", place)
    name, slash, rest = head.strip().partition("/")
    if name not in entity.navigation:
        raise BadRequest(f"a {entity.name} leads to no {name[:60]!r}", place)
    budget.take(place)
    where = f"{place}, {name}: "
    if slash:
        texts = [("$expand", rest + bracket + inner)]
    else:
        options = list(divided(inner[:-1], ";", place)) if bracket and inner[:-1].strip() else []
        texts = [(text.partition("=")[0].strip(), text.partition("=")[2]) for text in options if text.strip()]
    return Expanded(name, _read(texts, target(entity, name), where, INNER, budget, depth + 1))


def _joined(first: Expanded, second: Expanded, place: str) -> Expanded:
    """Two entries for one navigation ("Datastreams/Sensor,Datastreams/Thing") are one, if only what is inside differs."""
    one, two = dict(first.options.texts), dict(second.options.texts)
    if set(one) - {"$expand"} or set(two) - {"$expand"}:
        raise BadRequest(f"{first.name} is expanded twice with options", place)
    names = {inner.name for inner in first.options.expand} & {inner.name for inner in second.options.expand}
    if names:
        raise BadRequest(f"{min(names)} is expanded twice", place)
    inner = (*first.options.expand, *second.options.expand)
    return Expanded(first.name, Options(expand=inner, texts=first.options.texts))

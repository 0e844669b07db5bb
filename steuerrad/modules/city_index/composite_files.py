"""The two tables that describe a composite index, in the form that COINr (Becker et al. 2022) made usual.

iData: one row a unit with ``uCode``, perhaps ``uName``, and a column for every indicator, denominator and group.
iMeta: one row for each of these columns and for every aggregate, with ``iCode``, ``Type``, ``Parent``, ``Direction``,
``Weight`` and what else is wanted. The tree follows from ``Parent``; ``Level`` is read past.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from django.utils.translation import gettext as _

from steuerrad.engines.scoring.composite import Filling, denominate, fill_by_group
from steuerrad.engines.scoring.framework import Framework, FrameworkError, Indicator, Node
from steuerrad.engines.scoring.order import Flags, Floats
from steuerrad.platform.tables.fields import parse_choice, parse_decimal
from steuerrad.platform.tables.problems import Problem, Problems
from steuerrad.platform.tables.read import Row, Source, open_table

META_REQUIRED = ("iCode", "Type", "Parent", "Direction", "Weight")
META_OPTIONAL = ("iName", "Unit", "Target", "Lower", "Upper", "Denominator")
TYPES = ("Indicator", "Aggregate", "Group", "Denominator", "Other")
UNKNOWN = frozenset({"na", "nan", "n/a"})
MOST_UNITS = 20_000


class CompositeFilesError(ValueError):
    """The files do not describe an index; every fault has its place."""

    def __init__(self, problems: Problems) -> None:
        super().__init__(str(problems))
        self.problems = problems


@dataclass(frozen=True)
class Meta:
    """What iMeta says. lines: line of each code; groups and denominators: columns of iData beside the indicators."""

    framework: Framework
    lines: dict[str, int]
    groups: tuple[str, ...]
    denominators: tuple[str, ...]


@dataclass(frozen=True)
class CompositeData:
    """An index as read: n units, m indicators. values (n, m) and sizes (n, q) raw, NaN where nothing stands.

    groups: by column, the label of each unit.
    """

    framework: Framework
    codes: tuple[str, ...]
    names: tuple[str, ...]
    values: Floats
    denominators: tuple[str, ...]
    sizes: Floats
    groups: dict[str, tuple[str, ...]]

    def prepared(self, group: str = "", filling: Filling = "mean") -> tuple[Floats, Flags]:
        """Values (n, m) divided by their denominators, gaps filled within ``group`` if one is named; what was filled.

        Raises ValueError for a group that is no column.
        """
        columns = [
            self.denominators.index(indicator.denominator) if indicator.denominator else None
            for indicator in self.framework.indicators
        ]
        values = denominate(self.values, self.sizes, columns)
        if not group:
            return values, np.zeros(values.shape, dtype=np.bool_)
        if group not in self.groups:
            known = ", ".join(self.groups) or _("none")
            raise ValueError(
                _("'%(group)s' is no group of the data; there are: %(known)s")
                % {"group": group, "known": known}
            )
        return fill_by_group(values, self.groups[group], filling)

    def without_spread(self, values: Floats) -> tuple[str, ...]:
        """Codes of indicators whose known values are all equal, so that they tell no unit apart."""
        return tuple(
            indicator.key
            for number, indicator in enumerate(self.framework.indicators)
            if len(np.unique(values[~np.isnan(values[:, number]), number])) == 1
        )


def read_composite(
    data: Source, meta: Source, *, data_name: str, meta_name: str, decimal: str | None = None
) -> CompositeData:
    """Read both tables. decimal: the sign of both; by default the point in comma separated files.

    Raises TableProblem for what is no such table, CompositeFilesError with all faults of the rows.
    """
    described = read_meta(meta, name=meta_name, decimal=decimal)
    return _read_data(data, described, name=data_name, decimal=decimal)


def read_meta(source: Source, *, name: str, decimal: str | None = None) -> Meta:
    """Read iMeta; raises like read_composite."""
    problems = Problems()
    kinds: dict[str, list[Row]] = {kind: [] for kind in TYPES}
    lines: dict[str, int] = {}
    with open_table(
        source, required=META_REQUIRED, optional=META_OPTIONAL, name=name, problems=problems
    ) as table:
        number = partial(parse_decimal, decimal=_decimal_sign(table.separator, decimal))
        for row in table:
            kind = row.parse("Type", partial(parse_choice, choices=TYPES), problems)
            code = row.parse("iCode", str, problems)
            if code in lines:
                problems.add(
                    row.problem("iCode", _("occurs in line %(line)d already") % {"line": lines[code]})
                )
            elif kind is not None and code is not None:
                lines[code] = row.line
                kinds[kind].append(row)
        file = table.file
    denominators = [row["iCode"] for row in kinds["Denominator"]]
    indicators = [_indicator(row, number, denominators, problems) for row in kinds["Indicator"]]
    nodes = [_node(row, number, problems) for row in kinds["Aggregate"]]
    if problems:
        raise CompositeFilesError(problems)
    used = {indicator.denominator for indicator in indicators}
    try:
        framework = Framework(tuple(indicators), tuple(nodes))
    except FrameworkError as error:
        problems.add(Problem(file, lines.get(error.key), None, error.key or None, error.reason))
        raise CompositeFilesError(problems) from error
    groups = tuple(row["iCode"] for row in kinds["Group"])
    return Meta(framework, lines, groups, tuple(code for code in denominators if code in used))


def _decimal_sign(separator: str | None, decimal: str | None) -> str | None:
    return decimal or ("." if separator == "," else None)


def _indicator(
    row: Row, number: Callable[[str], object], denominators: list[str], problems: Problems
) -> Indicator:
    """The indicator of this row; with its faults reported, something to go on with."""
    direction = row.parse("Direction", _parse_direction, problems)
    weight = _weight(row, number, problems)
    target, lower, upper = (
        _optional_number(row, column, number, problems) for column in ("Target", "Lower", "Upper")
    )
    if (lower is None) != (upper is None):
        problems.add(row.problem("Lower", _("a lower and an upper goalpost are needed, or none")))
    elif lower is not None and upper is not None and lower >= upper:
        problems.add(row.problem("Lower", _("is not below the upper goalpost")))
    if row["Denominator"] and row["Denominator"] not in denominators:
        problems.add(row.problem("Denominator", _("is not described as a denominator")))
    return Indicator(
        row["iCode"], row["Parent"], weight, direction or 1, row["iName"], row["Unit"], target,
        None if lower is None or upper is None else (lower, upper), row["Denominator"],
    )  # fmt: skip


def _node(row: Row, number: Callable[[str], object], problems: Problems) -> Node:
    weight = _weight(row, number, problems) if row["Parent"] or row["Weight"] else 1.0
    return Node(row["iCode"], row["Parent"], weight, row["iName"])


def _parse_direction(text: str) -> int:
    if text.removesuffix(".0") not in ("1", "-1", "+1"):
        raise ValueError(_("is neither 1 (more is better) nor -1 (less is better)"))
    return int(text.removesuffix(".0"))


def _weight(row: Row, number: Callable[[str], object], problems: Problems) -> float:
    weight = row.parse("Weight", number, problems)
    if weight is None:
        return 1.0
    if float(str(weight)) < 0:
        problems.add(row.problem("Weight", _("is negative")))
        return 1.0
    return float(str(weight))


def _optional_number(
    row: Row, column: str, number: Callable[[str], object], problems: Problems
) -> float | None:
    if row[column].casefold() in UNKNOWN:
        return None
    value = row.parse(column, number, problems, required=False)
    return None if value is None else float(str(value))


def _read_data(source: Source, meta: Meta, *, name: str, decimal: str | None) -> CompositeData:
    problems = Problems()
    indicators = [indicator.key for indicator in meta.framework.indicators]
    numbers: list[list[float]] = []
    codes: dict[str, int] = {}
    names: list[str] = []
    labels: list[list[str]] = []
    required = ("uCode", *indicators, *meta.denominators, *meta.groups)
    with open_table(source, required=required, optional=("uName",), name=name, problems=problems) as table:
        number = partial(parse_decimal, decimal=_decimal_sign(table.separator, decimal))
        for row in table:
            code = row.parse("uCode", str, problems)
            if code in codes:
                reason = _("occurs in line %(line)d already; an index is made of one year") % {
                    "line": codes[code]
                }
                problems.add(row.problem("uCode", reason))
            elif code is not None:
                codes[code] = row.line
            cells = (
                _optional_number(row, key, number, problems) for key in (*indicators, *meta.denominators)
            )
            numbers.append([np.nan if value is None else value for value in cells])
            _check_sizes(row, meta, numbers[-1][len(indicators) :], problems)
            names.append(row["uName"] or row["uCode"])
            labels.append([row[group] for group in meta.groups])
            if len(numbers) > MOST_UNITS:
                problems.add(
                    row.problem(None, _("there are more than %(most)d units") % {"most": MOST_UNITS})
                )
                break
        file = table.file
    values = np.array(numbers, dtype=np.float64).reshape(len(numbers), -1)
    _check_columns(values, meta, file, problems)
    if problems:
        raise CompositeFilesError(problems)
    groups = {group: tuple(row[place] for row in labels) for place, group in enumerate(meta.groups)}
    m = len(indicators)
    return CompositeData(
        meta.framework, tuple(codes), tuple(names), values[:, :m], meta.denominators, values[:, m:], groups
    )


def _check_sizes(row: Row, meta: Meta, sizes: list[float], problems: Problems) -> None:
    for code, size in zip(meta.denominators, sizes, strict=True):
        if size <= 0:
            problems.add(row.problem(code, _("a denominator must be above 0")))


def _check_columns(values: Floats, meta: Meta, file: str, problems: Problems) -> None:
    if len(values) < 2:
        problems.add(Problem(file, None, None, None, _("an index compares at least two units")))
    for place, indicator in enumerate(meta.framework.indicators):
        if not problems and np.isnan(values[:, place]).all():
            problems.add(Problem(file, None, indicator.key, None, _("holds no value at all")))

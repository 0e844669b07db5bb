"""Effects and costs as tables: written for a spreadsheet, read back with every fault at its line, and compared first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from steuerrad.kernel.contributions import Column
from steuerrad.modules.prioritisation.choice.inputs import Inputs, ItemData
from steuerrad.modules.prioritisation.models import Amount, Study
from steuerrad.modules.prioritisation.models.choice import LONGEST_BASIS
from steuerrad.platform.tables.fields import parse_choice, parse_decimal, parse_year
from steuerrad.platform.tables.limits import FILLED
from steuerrad.platform.tables.problems import Problems
from steuerrad.platform.tables.read import Row, open_table
from steuerrad.platform.tables.table import Table

MOST_BYTES = 5 * 1024 * 1024
LIMITS = replace(FILLED, size=MOST_BYTES)
EFFECTS, COSTS = "effects", "costs"
FIGURES = ("low", "likely", "high", "success", "delay_low", "delay_likely", "delay_high")
EFFECT_COLUMNS = (
    Column("candidate", gettext_lazy("Reference of the measure")), Column("code", gettext_lazy("Number")),
    Column("title", gettext_lazy("Measure")), Column("target", gettext_lazy("Key of the target")),
    Column("target_title", gettext_lazy("Target")), Column("low", gettext_lazy("At least"), "decimal"),
    Column("likely", gettext_lazy("Most likely"), "decimal"), Column("high", gettext_lazy("At most"), "decimal"),
    Column("success", gettext_lazy("Probability of success in percent"), "decimal", "%"),
    Column("delay_low", gettext_lazy("Shortest delay in months"), "decimal", "months"),
    Column("delay_likely", gettext_lazy("Likely delay in months"), "decimal", "months"),
    Column("delay_high", gettext_lazy("Longest delay in months"), "decimal", "months"),
    Column("basis", gettext_lazy("Basis")), Column("author", gettext_lazy("Author")),
)  # fmt: skip
COST_COLUMNS = (
    Column("candidate", gettext_lazy("Reference of the measure")), Column("code", gettext_lazy("Number")),
    Column("title", gettext_lazy("Measure")), Column("kind", gettext_lazy("Kind"), description="own, grants, staff"),
    Column("year", gettext_lazy("Year"), "year"), Column("amount", gettext_lazy("Amount"), "decimal", "EUR, days"),
    Column("basis", gettext_lazy("Basis")),
)  # fmt: skip
KINDS = (Amount.OWN, Amount.GRANTS, Amount.STAFF)


@dataclass(frozen=True)
class Line:
    """A row of the file that would change something. before, after: as people read them; before "" = new."""

    place: str
    measure: str
    what: str
    before: str
    after: str


@dataclass
class Difference:
    """What a file would do. writes: JSON rows for `write_all`; nothing is written while there are problems."""

    kind: str
    lines: list[Line] = field(default_factory=list[Line])
    writes: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    unchanged: int = 0
    problems: Problems = field(default_factory=Problems)
    point: bool = False  # three digits after a point are decimals: Excel's own numbers, and CSV with commas


def effects_table(study: Study, inputs: Inputs) -> Table:
    titles = {target.key: target.title for target in inputs.targets}
    named = inputs.named()

    def rows() -> Iterator[tuple[Any, ...]]:
        for one in study.effects.select_related("by"):  # type: ignore[attr-defined]
            item = named.get(one.candidate)
            yield (
                one.candidate, item.code if item else "", item.title if item else "", one.target,
                titles.get(one.target, ""), *(getattr(one, name) for name in FIGURES), one.basis,
                str(one.by) if one.by else "",
            )  # fmt: skip

    return Table("assumed_effects", _("Assumed effects"), said(EFFECT_COLUMNS), rows(), source=origin(study))


def costs_table(study: Study, inputs: Inputs) -> Table:
    def rows() -> Iterator[tuple[Any, ...]]:
        for item in inputs.items:
            for kind in KINDS:
                basis = item.staff_basis if kind == Amount.STAFF else item.cost_basis
                for year, amount in (held(item, kind) or {}).items():
                    yield item.ref, item.code, item.title, kind, int(year), Decimal(str(amount)), basis

    return Table("costs", _("Costs of measures"), said(COST_COLUMNS), rows(), source=origin(study))


def said(columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """The columns in the language of now."""
    return tuple(replace(one, title=str(one.title), description=str(one.description)) for one in columns)


def origin(study: Study) -> str:
    text = _("Study “%(title)s”: assumptions, no facts") % {"title": study.title}
    return f"{text} (DEMO)" if study.is_demo else text


def held(item: ItemData, kind: str) -> dict[str, float] | None:
    return {Amount.OWN: item.own, Amount.GRANTS: item.grants, Amount.STAFF: item.staff}[kind]


def compare(kind: str, source: Any, name: str, study: Study, inputs: Inputs) -> Difference:
    """What the file would change. Raises TableProblem for what is no such table."""
    found = Difference(kind)
    columns = EFFECT_COLUMNS if kind == EFFECTS else COST_COLUMNS
    needed = ("candidate", "target", "low", "likely", "high", "basis") if kind == EFFECTS else (
        "candidate", "kind", "year", "amount", "basis")  # fmt: skip
    optional = [column.name for column in columns if column.name not in needed]
    seen: set[tuple[str, ...]] = set()
    with open_table(source, required=needed, optional=optional, limits=LIMITS, name=name, problems=found.problems) as reader:  # fmt: skip
        found.point = reader.separator in (None, ",")
        for row in reader:
            read = effect_row(row, inputs, found) if kind == EFFECTS else cost_row(row, inputs, found)
            if read is None:
                continue
            key = tuple(
                str(read[part])
                for part in ("candidate", *(("target",) if kind == EFFECTS else ("kind", "year")))
            )
            if key in seen:
                found.problems.add(row.problem(None, _("stands in the file twice")))
                continue
            seen.add(key)
            note(found, row, read, study, inputs)
    return found


def item_in(row: Row, inputs: Inputs, found: Difference) -> ItemData | None:
    item = inputs.named().get(row["candidate"])
    if item is None:
        found.problems.add(row.problem("candidate", _("is no measure of this register")))
    return item


def bounded(low: float, high: float, places: int, found: Difference) -> Callable[[str], Decimal]:
    def parse(text: str) -> Decimal:
        value = parse_decimal(text, decimal="." if found.point and "," not in text else None)
        if not low <= value <= high:
            raise ValueError(
                _("is not between %(low)s and %(high)s") % {"low": f"{low:g}", "high": f"{high:g}"}
            )
        if value != round(value, places):
            raise ValueError(_("has more than %(places)d decimal places") % {"places": places})
        return value

    return parse


def effect_row(row: Row, inputs: Inputs, found: Difference) -> dict[str, Any] | None:
    before = len(found.problems)
    item = item_in(row, inputs, found)
    target = row.parse(
        "target", lambda text: parse_choice(text, [one.key for one in inputs.targets]), found.problems
    )
    values: dict[str, Any] = {}
    for name in ("low", "likely", "high"):
        values[name] = row.parse(name, bounded(-100_000, 100_000, 3, found), found.problems)
    success = row.parse("success", bounded(0, 100, 2, found), found.problems, required=False)
    values["success"] = Decimal(100) if success is None else success
    for name in ("delay_low", "delay_likely", "delay_high"):
        values[name] = row.parse(name, bounded(0, 600, 1, found), found.problems, required=False) or Decimal(
            0
        )
    values["basis"] = basis_of(row, found)
    if len(found.problems) > before or item is None:
        return None
    for names in (("low", "likely", "high"), ("delay_low", "delay_likely", "delay_high")):
        three = [values[name] for name in names]
        if sorted(three) != three:
            found.problems.add(row.problem(names[1], _("low, likely and high must not fall")))
            return None
    return {"candidate": item.ref, "target": target, **values}


def cost_row(row: Row, inputs: Inputs, found: Difference) -> dict[str, Any] | None:
    before = len(found.problems)
    item = item_in(row, inputs, found)
    kind = row.parse("kind", lambda text: parse_choice(text, KINDS), found.problems)
    year = row.parse("year", parse_year, found.problems)
    amount = row.parse("amount", bounded(0, 999_999_999_999, 2, found), found.problems)
    if (
        item is not None
        and kind
        and year is not None
        and (held(item, kind) or {}).get(str(year)) == float(amount or -1)
    ):
        basis = row["basis"]  # what the register says needs no basis of the study
    else:
        basis = basis_of(row, found)
    if len(found.problems) > before or item is None:
        return None
    return {"candidate": item.ref, "kind": kind, "year": year, "amount": amount, "basis": basis}


def basis_of(row: Row, found: Difference) -> str:
    text = row["basis"]
    if not text:
        found.problems.add(row.problem("basis", _("an assumption needs a basis")))
    elif len(text) > LONGEST_BASIS:
        found.problems.add(
            row.problem("basis", _("is longer than %(most)d characters") % {"most": LONGEST_BASIS})
        )
    return text


def note(found: Difference, row: Row, read: dict[str, Any], study: Study, inputs: Inputs) -> None:
    """Compare a good row with what the study assumes now."""
    item = inputs.named()[read["candidate"]]
    if found.kind == EFFECTS:
        before, after, what = effect_texts(read, study, inputs)
    else:
        now = (held(item, read["kind"]) or {}).get(str(read["year"]))
        before = "" if now is None else f"{Decimal(str(now)).normalize():f}"
        after, what = f"{read['amount'].normalize():f}", f"{read['kind']} {read['year']}"
    if before == after:
        found.unchanged += 1
        return
    found.lines.append(Line(row.place, item.name, what, before, after))
    found.writes.append(
        {name: str(value) if isinstance(value, Decimal) else value for name, value in read.items()}
    )


def effect_texts(read: Mapping[str, Any], study: Study, inputs: Inputs) -> tuple[str, str, str]:
    held_by = {(e.candidate, e.target): e for e in cached(study)}
    old = held_by.get((read["candidate"], read["target"]))
    title = next(target.title for target in inputs.targets if target.key == read["target"])
    return ("" if old is None else figures(old.__dict__)), figures(read), title


def cached(study: Study) -> list[Any]:
    """The study's effects, read once for a whole file."""
    found = getattr(study, "_effects_read", None)
    if found is None:
        found = list(study.effects.all())  # type: ignore[attr-defined]
        study._effects_read = found  # type: ignore[attr-defined]
    return found


def figures(values: Mapping[str, Any]) -> str:
    """All figures of an effect and its basis in one text."""
    low, likely, high, success, *delay = (f"{values[name].normalize():f}" for name in FIGURES)
    text = f"{low} / {likely} / {high}; {success} %"
    if any(part != "0" for part in delay):
        text += f"; {' / '.join(delay)} {_('months')}"
    return f"{text}; {values['basis']}"

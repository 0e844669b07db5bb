"""Numbers of measures and KPIs as printed: form, prefix, order, gaps, doubles. The form is read off the majority."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from steuerrad.modules.strategy.rules.audit.data import KpiRow, StrategyData, grouped
from steuerrad.modules.strategy.rules.audit.finding import Draft, Evidence, Member, evidence_of

MAJORITY = 0.6  # of the numbers of a city must have a form before another one counts as a deviation
KPI_NUMBER = re.compile(r"-([A-Z]*)([0-9]+(?:\.[0-9]+)*)$", re.ASCII)
MEASURE_NUMBER = re.compile(r"-([0-9]+)$", re.ASCII)


def form(printed: str, codes: list[str]) -> str:
    """The shape of a number: the field's code as "F", digits as "9", everything else as it stands."""
    squeezed, shape = re.sub(r"\s*-\s*", "-", printed), printed
    for code in sorted(codes, key=len, reverse=True):
        if code in squeezed:
            loose = r"\s*-\s*".join(re.escape(part) for part in code.split("-"))
            shape = re.sub(loose, "F", printed, count=1)
            break
    return re.sub(r"[0-9]+", "9", shape.lstrip("*"))


def kpi_numbers(data: StrategyData) -> Iterator[Draft]:
    """KPIs of measures and KPIs of fields have each their form; one finding for every form but the main one."""
    of_measure = [kpi for kpi in data.kpis if kpi.code_as_printed and kpi.measure]
    of_field = [kpi for kpi in data.kpis if kpi.code_as_printed and not kpi.measure]
    for kpis in (of_measure, of_field):
        yield from odd_kpi_forms(data, kpis)


def odd_kpi_forms(data: StrategyData, kpis: list[KpiRow]) -> Iterator[Draft]:
    shapes = {kpi.code: kpi_form(data, kpi) for kpi in kpis}
    loose = Counter(shape.replace(" ", "") for shape in shapes.values())
    if not loose or loose.most_common(1)[0][1] < MAJORITY * len(kpis):
        return
    main = loose.most_common(1)[0][0]
    odd: dict[str, list[KpiRow]] = {}
    for kpi in kpis:
        if shapes[kpi.code] != main:
            odd.setdefault(shapes[kpi.code], []).append(kpi)
    for shape, members in odd.items():
        first = members[0]
        yield Draft(
            f"form:{shape}", first.code_as_printed,
            {"form": shape, "main": main, "count": len(members), "total": len(kpis),
             "example": first.code_as_printed},
            (Evidence(first.document, first.line, first.code_as_printed),),
            "spaces" if shape.replace(" ", "") == main else "",
            tuple(Member(kpi.ref, kpi.code_as_printed, kpi.line) for kpi in members),
        )  # fmt: skip


def kpi_form(data: StrategyData, kpi: KpiRow) -> str:
    field = data.field.get(kpi.field)
    codes = [code for code in (kpi.field, field.kpi_prefix if field else "") if code]
    return re.sub(r"9(?:\.9)*$", "9", form(kpi.code_as_printed, codes))


def kpi_prefixes(data: StrategyData) -> Iterator[Draft]:
    """The KPIs of a field are printed with another code than the field's own."""
    for row in data.fields:
        if row.kpi_prefix and row.kpi_prefix != row.code:
            kpis = data.kpis_of_field.get(row.code, [])
            first = kpis[0] if kpis else row
            shown = kpis[0].code_as_printed if kpis else row.kpi_prefix
            yield Draft(
                f"field:{row.code}", row.name,
                {"field": row.code, "prefix": row.kpi_prefix, "count": len(kpis)}, evidence_of(first, shown),
                members=tuple(Member(kpi.ref, kpi.code_as_printed, kpi.line) for kpi in kpis),
            )  # fmt: skip


def measure_numbers(data: StrategyData) -> Iterator[Draft]:
    """Measures whose printed number differs from the number itself by more than the funding mark."""
    odd: dict[str, list[Member]] = {}
    first: dict[str, Evidence] = {}
    for measure in data.measures:
        printed = measure.number_as_printed
        if measure.funding:
            printed = printed.removeprefix(measure.funding).strip()
        if printed and printed != measure.number:
            odd.setdefault(measure.field, []).append(Member(measure.ref, printed, measure.line))
            first.setdefault(measure.field, Evidence(measure.document, measure.line, printed))
    for code, members in odd.items():
        name = data.field[code].name if code in data.field else code
        params = {"field": code, "count": len(members), "example": members[0].title}
        yield Draft(f"field:{code}", name, params, (first[code],), members=tuple(members))


def measure_gaps(data: StrategyData) -> Iterator[Draft]:
    """The measures of a field do not run from 1 on without a gap."""
    for code, measures in data.measures_of.items():
        numbers = [int(match[1]) for m in measures if (match := MEASURE_NUMBER.search(m.number))]
        missing = sorted(set(range(1, max(numbers, default=0) + 1)) - set(numbers))
        if missing:
            names = tuple(f"{code}-{number}" for number in missing)
            title = data.field[code].name if code in data.field else code
            yield Draft(
                f"field:{code}", title, {"field": code, "missing": names}, evidence_of(measures[0], code)
            )


def kpi_gaps(data: StrategyData) -> Iterator[Draft]:
    """KPIs of one measure, or of one field, do not run from 1 on: 7.2 without 7.1."""
    for group, kpis in series(data).items():
        numbers = {last for kpi in kpis if (last := serial(kpi)) is not None}
        missing = sorted(set(range(1, max(numbers, default=0) + 1)) - numbers)
        if missing:
            names = tuple(f"{group}{number}" for number in missing)
            params = {"group": group.rstrip("."), "missing": names}
            yield Draft(kpis[0].ref, kpis[0].name, params, evidence_of(kpis[0], kpis[0].code_as_printed))


def kpi_single_serial(data: StrategyData) -> Iterator[Draft]:
    """A KPI is numbered x.1 although it is the only one of its measure."""
    for group, kpis in series(data).items():
        if len(kpis) == 1 and group.endswith(".") and serial(kpis[0]) == 1:
            kpi = kpis[0]
            yield Draft(kpi.ref, kpi.name, {"kpi": kpi.code}, evidence_of(kpi, kpi.code_as_printed))


def kpi_order(data: StrategyData) -> Iterator[Draft]:
    """KPIs of one series are printed out of order: 3.3 before 3.1."""
    for group, kpis in series(data).items():
        printed = [kpi for kpi in kpis if kpi.line is not None]
        printed.sort(key=lambda kpi: kpi.line or 0)
        falls = [(one, two) for one, two in pairwise(printed) if (serial(one) or 0) > (serial(two) or 0)]
        if falls:
            before, after = falls[0]
            params = {"group": group.rstrip("."), "before": before.code, "after": after.code}
            evidence = evidence_of(before, before.code_as_printed) + evidence_of(after, after.code_as_printed)
            yield Draft(after.ref, after.name, params, evidence)


def series(data: StrategyData) -> dict[str, list[KpiRow]]:
    """KPIs that are counted together: "ZI-NI-K1." → 1.1, 1.2, ...; "IS-KO-H" → H1, H2."""
    groups: dict[str, list[KpiRow]] = {}
    plain: dict[str, list[KpiRow]] = {}
    for kpi in data.kpis:
        match = KPI_NUMBER.search(kpi.code)
        if match is None:
            continue
        head = kpi.code[: match.start(2)]
        whole, dot, _ = match[2].rpartition(".")
        if dot:
            groups.setdefault(f"{head}{whole}.", []).append(kpi)
        else:
            plain.setdefault(head, []).append(kpi)
    # Without a second number, KPIs of measures carry the measure's number, so only a field's own are counted.
    return groups | {head: kpis for head, kpis in plain.items() if not any(kpi.measure for kpi in kpis)}


def serial(kpi: KpiRow) -> int | None:
    match = KPI_NUMBER.search(kpi.code)
    return int(match[2].rpartition(".")[2]) if match else None


def printed_twice(data: StrategyData) -> Iterator[Draft]:
    """Two KPIs or two measures are printed with the same number."""
    rows = [(kpi.code_as_printed, kpi.ref, kpi) for kpi in data.kpis] + [
        (measure.number_as_printed, measure.ref, measure) for measure in data.measures
    ]
    seen: dict[str, tuple[str, int | None]] = {}
    for printed, ref, row in rows:
        key = re.sub(r"\s+", "", printed)
        if key and key in seen:
            other, line = seen[key]
            evidence = (Evidence(row.document, line, printed), Evidence(row.document, row.line, printed))
            yield Draft(ref, printed, {"printed": printed, "other": other.partition(":")[2]}, evidence)
        seen.setdefault(key, (ref, row.line))


def same_lines(data: StrategyData) -> Iterator[Draft]:
    """Two KPIs, or two measures, are taken from the same line of the same document."""
    for rows in (data.kpis, data.measures):
        places = [(row.document, row.line, row.ref) for row in rows if row.line]
        for (document, line), count in Counter((document, line) for document, line, _ in places).items():
            if count > 1:
                refs = [ref for where, at, ref in places if (where, at) == (document, line)]
                yield Draft(
                    refs[1], refs[1].partition(":")[2],
                    {"other": refs[0].partition(":")[2], "line": line or 0}, (Evidence(document, line, ""),),
                )  # fmt: skip


def field_spellings(data: StrategyData) -> Iterator[Draft]:
    """The documents spell a field's name in more than one way."""
    for row in data.fields:
        if row.aliases:
            params = {"field": row.code, "name": row.name, "aliases": row.aliases}
            yield Draft(f"field:{row.code}", row.name, params, evidence_of(row, row.name))


def status_spellings(data: StrategyData) -> Iterator[Draft]:
    """One status is printed in several wordings."""
    for status, measures in grouped(data.measures, "status").items():
        wordings = Counter(m.status_as_printed for m in measures if m.status_as_printed)
        if len(wordings) > 1:
            main = wordings.most_common(1)[0][0]
            odd = [m for m in measures if m.status_as_printed and m.status_as_printed != main]
            yield Draft(
                f"status:{status}", main,
                {"status": status, "main": main, "wordings": tuple(w for w in wordings if w != main)},
                evidence_of(odd[0], odd[0].status_as_printed),
                members=tuple(Member(m.ref, m.status_as_printed, m.line) for m in odd),
            )  # fmt: skip

"""From inputs to the whole result, as data: portfolio, risk, frontier, rivals, reasons. No Django, no clock.

Shapes: points of the index total, EUR, shares 0..1. Everything is JSON.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from time import monotonic
from typing import Any

import numpy as np

from steuerrad.engines.portfolio import (
    Conflict,
    CoreIndex,
    Draws,
    Infeasible,
    Limits,
    NoPortfolioError,
    OutOfTimeError,
    Problem,
    Solution,
    Switch,
    alone,
    budget_sensitivity,
    by_target,
    columns,
    contributions,
    core_index,
    frontier,
    runners_up,
    scenarios,
    solve,
    tail_error,
    tail_mean,
    values,
    why_in,
    why_not,
)
from steuerrad.engines.portfolio.gains import Floats
from steuerrad.modules.prioritisation.choice.inputs import Inputs, problem_of, uncovered

ENGINE = "portfolio 2"
SCENARIOS, SEED = 200, 2026
CORE_SCENARIOS, CORE_BUDGETS = 30, (0.8, 1.0, 1.2)
POINTS, RUNNERS = 20, 4
CAUTIONS = (0.0, 0.5, 1.0)
ONE = Limits(seconds=10.0)
SIDE = Limits(seconds=3.0, gap=1e-4)
FACTORS = (0.5, 0.75, 0.9, 1.0, 1.1, 1.25, 1.5)
Progress = Callable[[str], None]
REASONS_SECONDS, CORE_SECONDS = 180.0, 90.0
"""How long reasons and the core index may take together for many measures; what is missing then is said."""


def compute(inputs: Inputs, progress: Progress = lambda step: None) -> dict[str, Any]:
    """The result of a study. An impossible one has "infeasible" and nothing else. Raises ProblemError."""
    problem = problem_of(inputs)
    gains = scenarios(problem, SCENARIOS, SEED)
    base = {"engine": ENGINE, "scenarios": SCENARIOS, "seed": SEED, "uncovered": uncovered(inputs)}
    progress("solve")
    try:
        chosen = solve(problem, gains, lam=1 - inputs.caution, limits=ONE)
    except Infeasible as error:
        return base | {"infeasible": conflict_data(error.conflict)}
    except OutOfTimeError:
        return base | {"out_of_time": True}
    progress("reasons")
    result = base | {"chosen": list(chosen.chosen), "solution": solution_data(problem, gains, chosen)}
    result["items"] = reasons(problem, gains, chosen)
    result["years"] = years(inputs, chosen)
    progress("frontier")
    result["frontier"] = [point(problem, gains, one) for one in edge(problem, gains)]
    result["sensitivity"] = [
        {"factor": factor, **(point(problem, gains, one) if one else {})}
        for factor, one in budget_sensitivity(problem, FACTORS, gains, SIDE)
    ]
    progress("rivals")
    result["runners"] = [point(problem, gains, one) for one in rivals(problem, gains)]
    result["cautions"] = cautions(problem, gains)
    progress("core")
    result["core"] = core(problem, result["items"])
    return result


def solution_data(problem: Problem, gains: Draws, chosen: Solution) -> dict[str, Any]:
    inside = columns(problem, chosen.chosen)
    sample = values(gains, inside)
    low, high = np.quantile(sample, (0.05, 0.95))
    per_target = by_target(gains, inside)
    targets = [
        {
            "key": target.key,
            "points": float(per_target[:, k].mean()),
            "low": float(np.quantile(per_target[:, k], 0.05)),
            "high": float(np.quantile(per_target[:, k], 0.95)),
            "full": float((per_target[:, k] >= gains.headroom[k] - 1e-9).mean()),
        }
        for k, target in enumerate(problem.targets)
        if per_target[:, k].any()
    ]
    return {
        "objective": chosen.objective, "mean": chosen.mean, "low": float(low), "high": float(high),
        "cvar": chosen.cvar, "cvar_error": tail_error(sample), "error": float(sample.std(ddof=1) / len(sample) ** 0.5), "cost": chosen.cost,
        "net": chosen.net, "status": chosen.status, "gap": chosen.gap, "bound": chosen.bound, "targets": targets,
        "funding": [asdict(part) for part in chosen.funding],
    }  # fmt: skip


def reasons(problem: Problem, gains: Draws, chosen: Solution) -> dict[str, dict[str, Any]]:
    """For each item: in or out, what the other decision costs in mean points, and who would come and go.

    The comparison is by the mean, with the best portfolio by the mean under each decision. Chosen items come first;
    for those that time does not suffice for, "loss" is None.
    """
    end = monotonic() + REASONS_SECONDS
    best = solve(problem, gains, limits=ONE)
    shares = contributions(problem, gains, chosen.chosen)
    single = alone(problem, gains, chosen.chosen)
    found: dict[str, dict[str, Any]] = {}
    for item in sorted(problem.items, key=lambda item: item.key not in chosen.chosen):
        inside = item.key in chosen.chosen
        same = (item.key in best.chosen) == inside
        if same and monotonic() > end:
            told = switch_data(Switch(item.key, None))
        elif same:
            ask = why_in if inside else why_not
            told = switch_data(ask(problem, best, item.key, gains, SIDE))
        else:  # caution decided, not the mean
            told = {"loss": 0.0, "enters": [], "leaves": [], "rules": [], "caution": True}
        found[item.key] = {"in": inside, **told}
        if inside:
            mean, low, high = spread(shares[item.key])
            found[item.key] |= {
                "shapley": mean, "shapley_low": low, "shapley_high": high, "alone": single[item.key],
            }  # fmt: skip
    return found


def switch_data(switch: Switch) -> dict[str, Any]:
    rules = [] if switch.conflict is None else conflict_data(switch.conflict)["rules"]
    return {
        "loss": switch.loss,
        "loss_low": switch.low,
        "loss_high": switch.high,
        "enters": list(switch.enters),
        "leaves": list(switch.leaves),
        "rules": rules,
    }


def conflict_data(conflict: Conflict) -> dict[str, Any]:
    return {
        "rules": [asdict(rule) for rule in conflict.rules],
        "repairs": [{**asdict(repair.rule), "by": repair.amount} for repair in conflict.repairs],
    }


def spread(sample: Floats) -> tuple[float, float, float]:
    """Mean and what 90 of 100 scenarios lie between."""
    low, high = np.quantile(sample, (0.05, 0.95))
    return float(sample.mean()), float(low), float(high)


def point(problem: Problem, gains: Draws, one: Solution) -> dict[str, Any]:
    mean, low, high = spread(values(gains, columns(problem, one.chosen)))
    return {
        "net": one.net, "cost": one.cost, "mean": mean, "low": low, "high": high, "chosen": list(one.chosen),
        "status": one.status, "gap": one.gap,
    }  # fmt: skip


def edge(problem: Problem, gains: Draws) -> list[Solution]:
    try:
        return frontier(problem, POINTS, gains, limits=SIDE)
    except (NoPortfolioError, OutOfTimeError):
        return []


def rivals(problem: Problem, gains: Draws) -> list[Solution]:
    try:
        return runners_up(problem, RUNNERS, gains, SIDE)
    except (NoPortfolioError, OutOfTimeError):
        return []


def cautions(problem: Problem, gains: Draws) -> list[dict[str, Any]]:
    """The same choice with more and less weight on the worst tenth."""
    found: list[dict[str, Any]] = []
    for caution in CAUTIONS:
        try:
            one = solve(problem, gains, lam=1 - caution, limits=ONE)
        except OutOfTimeError:
            continue
        sample = values(gains, columns(problem, one.chosen))
        found.append(point(problem, gains, one) | {
            "caution": caution, "cvar": tail_mean(sample), "cvar_error": tail_error(sample),
        })  # fmt: skip
    return found


def core(problem: Problem, items: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Adds "core" to every item: in how many of the best portfolios it is."""
    found: CoreIndex = core_index(
        problem,
        scenarios(problem, CORE_SCENARIOS, SEED + 1),
        CORE_BUDGETS,
        Limits(seconds=2.0, gap=1e-3),
        seconds=CORE_SECONDS,
    )
    for key, share in found.share.items():
        items[key]["core"] = share
    return {"solved": found.solved, "missing": found.missing, "budgets": list(CORE_BUDGETS)}


def years(inputs: Inputs, chosen: Solution) -> list[dict[str, Any]]:
    """Money and days of the chosen by year, beside their limits; draws from programmes are taken off own funds."""
    taken = [item for item in inputs.decidable if item.ref in chosen.chosen]
    every = {int(y) for item in taken for part in (item.own, item.grants, item.staff) for y in (part or {})}
    every |= {rule.year for rule in inputs.rules if rule.year is not None}
    limits = {
        (rule.kind, rule.year): rule.amount
        for rule in inputs.rules
        if rule.kind in ("own", "grants", "staff")
    }
    found: list[dict[str, Any]] = []
    for year in sorted(every):
        drawn = sum(part.amount for part in chosen.funding if part.year == year)
        own = sum((item.own or {}).get(str(year), 0.0) for item in taken)
        found.append(
            {
                "year": year,
                "own": own - drawn,
                "programmes": drawn,
                "grants": sum((item.grants or {}).get(str(year), 0.0) for item in taken),
                "staff": sum((item.staff or {}).get(str(year), 0.0) for item in taken),
                **{f"{kind}_limit": limits.get((kind, year)) for kind in ("own", "grants", "staff")},
            }
        )
    return found

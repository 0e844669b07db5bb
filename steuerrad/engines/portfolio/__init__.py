"""Choosing under budgets: the portfolio that is worth most, proven, with its risk, its rivals and its reasons."""

from steuerrad.engines.portfolio.conflict import Conflict, Repair, conflict
from steuerrad.engines.portfolio.frontier import frontier
from steuerrad.engines.portfolio.funding import Funding
from steuerrad.engines.portfolio.gains import Draws, by_target, expected, late_probability, scenarios, values
from steuerrad.engines.portfolio.greedy import greedy
from steuerrad.engines.portfolio.problem import (
    Budget,
    Gain,
    Grant,
    GroupLimit,
    Item,
    Problem,
    ProblemError,
    StaffLimit,
    Target,
)
from steuerrad.engines.portfolio.program import NoPortfolioError, OutOfTimeError
from steuerrad.engines.portfolio.reasons import (
    CoreIndex,
    Switch,
    alone,
    budget_sensitivity,
    core_index,
    runners_up,
    why_in,
    why_not,
)
from steuerrad.engines.portfolio.rows import Rule
from steuerrad.engines.portfolio.shapley import contributions, shapley
from steuerrad.engines.portfolio.solution import Limits, Solution, tail_error, tail_mean
from steuerrad.engines.portfolio.solve import Infeasible, columns, solve

__all__ = [
    "Budget",
    "Conflict",
    "CoreIndex",
    "Draws",
    "Funding",
    "Gain",
    "Grant",
    "GroupLimit",
    "Infeasible",
    "Item",
    "Limits",
    "NoPortfolioError",
    "OutOfTimeError",
    "Problem",
    "ProblemError",
    "Repair",
    "Rule",
    "Solution",
    "StaffLimit",
    "Switch",
    "Target",
    "alone",
    "budget_sensitivity",
    "by_target",
    "columns",
    "conflict",
    "contributions",
    "core_index",
    "expected",
    "frontier",
    "greedy",
    "late_probability",
    "runners_up",
    "scenarios",
    "shapley",
    "solve",
    "tail_error",
    "tail_mean",
    "values",
    "why_in",
    "why_not",
]

"""What the portfolio tells other modules; sent after commit (see the calls of publish for what each carries)."""

EVENTS = (
    "strategy.milestone_done",
    "strategy.budget_recorded",
    "strategy.report_released",
    "strategy.light_overridden",
    "strategy.measures_replaced",
    "strategy.measure_restored",
)

"""`steuerrad strategy compute` and the daily job."""

from __future__ import annotations

import argparse
import sys

from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import Command, Job
from steuerrad.modules.strategy.actions.computing import compute_all


def run_compute(options: argparse.Namespace) -> int:
    """Print one line for each KPI. Returns 1 when a function is missing or failed."""
    failed = 0
    for item in compute_all():
        if item.result is None:
            failed += 1
            sys.stderr.write(f"{item.kpi.code:16} {item.error}\n")
        elif item.result.value is None:
            sys.stdout.write(f"{item.kpi.code:16} not computable now: {item.result.note}\n")
        else:
            figure = f"{item.result.value.normalize():f}"
            sys.stdout.write(f"{item.kpi.code:16} {figure:>14} {item.kpi.unit}  {item.result.note}\n")
    return 1 if failed else 0


def run_job() -> None:
    compute_all()


COMPUTE = Command("strategy", "compute", "compute all KPIs that modules supply and store them", run_compute)
COMPUTE_DAILY = Job("strategy.compute", _("Compute KPIs"), run_job, every_minutes=24 * 60)

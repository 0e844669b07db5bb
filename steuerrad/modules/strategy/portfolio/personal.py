"""Data of persons in the portfolio: who rated, who keeps which filters, who wrote and released reports."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import PersonalData
from steuerrad.modules.strategy.models import PortfolioDossier, Rating, SavedFilter, StatusReport
from steuerrad.platform.audit.log import record
from steuerrad.platform.jobs.making import forget


def export(user: Any) -> dict[str, Any]:
    """Ratings with comments, saved filters, reports written and released."""
    ratings = Rating.objects.filter(person=user).select_related("measure", "criterion")
    written = StatusReport.objects.filter(hands=user).select_related("measure")
    released = StatusReport.objects.filter(released_by=user).select_related("measure")
    return {
        "ratings": [
            {"measure": row.measure.number, "criterion": row.criterion.code, "grade": row.grade, "comment": row.comment,
             "at": row.rated_at.isoformat()}
            for row in ratings
        ],
        "filters": [{"name": row.name, "query": row.query} for row in SavedFilter.objects.filter(person=user)],
        "dossiers": [
            {"at": row.requested_at.isoformat(), "filter": row.query}
            for row in PortfolioDossier.objects.filter(requested_by=user)
        ],
        "reports_written": [f"{row.measure.number} {row}" for row in written],
        "reports_released": [f"{row.measure.number} {row}" for row in released],
    }  # fmt: skip


def erase(user: Any) -> None:
    """Take the person off the ratings, which stay in the totals, and delete the filters and dossiers.

    Authors and releasers of reports stay: they prove the four eyes of a record of office.
    """
    with transaction.atomic():
        Rating.objects.filter(person=user).update(person=None, comment="")
        SavedFilter.objects.filter(person=user).delete()
        forget(PortfolioDossier.objects.filter(requested_by=user))
        record(None, "strategy.erase_person", f"account:{user.pk}")


PERSONAL_DATA = (
    PersonalData(
        "strategy.ratings",
        _("Ratings of measures, saved filters, status reports"),
        _("To show one's own ratings, to count each person once, and to keep author and releaser apart."),
        None,
        export,
        erase,
    ),
)

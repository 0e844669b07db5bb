"""Rights of the portfolio."""

from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import Permission

STEER = "strategy.steer"
RELEASE_REPORT = "strategy.release_report"
RATE = "strategy.rate"
READ_STEERING = "strategy.read_steering"

PERMISSIONS = (
    Permission(
        STEER, _("Steer measures: milestones, money, staff, risks, decisions, reports"), roles=("coordinator",),
        own_roles=("contributor",),
    ),
    Permission(RELEASE_REPORT, _("Release status reports, never the own"), roles=("approver", "coordinator")),
    Permission(RATE, _("Rate measures by the criteria of the strategy"), roles=("coordinator", "steering", "approver")),
    Permission(
        READ_STEERING, _("Read what is not released: money, risks, drafts of reports"),
        roles=("coordinator", "steering", "approver"), own_roles=("contributor",),
    ),
)  # fmt: skip

"""Words for states, kinds and classes, as people read them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

ROUND_STATES = {
    "draft": _("in preparation"),
    "open": _("open"),
    "frozen": _("frozen"),
    "closed": _("closed"),
}
STATES = {
    "open": _("open"),
    "carried": _("carried over, not confirmed"),
    "answered": _("answered"),
    "declined": _("declined"),
    "checked": _("checked"),
    "released": _("released"),
    "sent_back": _("sent back"),
    "withdrawn": _("withdrawn"),
}
KINDS = {
    "assigned": _("assigned"),
    "handed_over": _("handed over"),
    "submitted": _("submitted"),
    "confirmed": _("confirmed"),
    "declined": _("declined"),
    "checked": _("checked"),
    "released": _("released"),
    "sent_back": _("sent back"),
    "withdrawn": _("withdrawn"),
}
TYPES = {
    "decimal": _("decimal number"),
    "integer": _("whole number"),
    "share": _("share in percent"),
    "yes_no": _("yes or no"),
    "choice": _("choice"),
    "text": _("text"),
    "date": _("date"),
}
# The six classes of the U4SSC verification (ITU-T Y.4903, verification manual).
QUALITIES = {
    "measured": _("accurate measurement"),
    "extrapolated": _("extrapolated from a survey"),
    "higher_level": _("taken from a higher level"),
    "estimated": _("estimate with stated assumptions"),
    "personal_estimate": _("personal estimate"),
    "unknown": _("unknown"),
}
SEVERITIES = {"warning": _("warning"), "error": _("error")}
RELATIONS = {"<=": "≤", "<": "<", "=": "=", ">=": "≥", ">": ">"}

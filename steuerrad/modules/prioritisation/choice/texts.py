"""Every sentence about a choice, made by rule from its figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from steuerrad.modules.prioritisation.choice.inputs import COST, Inputs, ItemData
from steuerrad.modules.prioritisation.whatif.texts import language
from steuerrad.platform.ui.charts import numbers

PROVEN = 0.0005
"""Relative gap below which nothing is said of it (one printed decimal of a percentage)."""
NOTHING = 0.005
"""Index points below which a difference is called none (two printed decimals)."""


def points(value: float | None, decimals: int = 2) -> str:
    return numbers.figure(value, decimals, language())


def spread(found: Mapping[str, Any], name: str = "mean", decimals: int = 2) -> str:
    """A mean with what 90 of 100 cases lie between; results of an older engine have the mean alone."""
    stem = "" if name == "mean" else f"{name}_"
    low, high = found.get(f"{stem}low"), found.get(f"{stem}high")
    value = points(found[name], decimals)
    if low is None or points(low, decimals) == points(high, decimals):
        return value
    return _("%(value)s (%(low)s to %(high)s)") % {
        "value": value, "low": points(low, decimals), "high": points(high, decimals),
    }  # fmt: skip


def worst(found: Mapping[str, Any]) -> str:
    """The mean of the worst tenth with twice its standard error, where it is known."""
    error = found.get("cvar_error")
    value = points(found["cvar"])
    return value if error is None else f"{value} ± {points(2 * error)}"


def worst_range(found: Mapping[str, Any]) -> str:
    """Between what the mean of the worst tenth lies with 200 scenarios: two standard errors to either side."""
    error = found.get("cvar_error")
    if error is None:
        return ""
    return f"{points(found['cvar'] - 2 * error)} – {points(found['cvar'] + 2 * error)}"


def euro(value: float | None) -> str:
    return numbers.with_unit(numbers.figure(value, 0, language()), "EUR")


def days(value: float | None) -> str:
    return numbers.figure(value, 0, language())


def share(value: float | None, decimals: int = 0) -> str:
    return numbers.with_unit(
        numbers.figure(None if value is None else 100 * value, decimals, language()), "%"
    )


def names(refs: list[str], inputs: Inputs, most: int = 4) -> str:
    """Codes of measures, the first few."""
    known = inputs.named()
    codes = [known[ref].code or known[ref].title for ref in refs if ref in known]
    more = len(codes) - most
    text = ", ".join(codes[:most])
    if more > 0:
        text = _("%(names)s and %(count)d more") % {"names": text, "count": more}
    return text


def item_name(ref: str, inputs: Inputs) -> str:
    item = inputs.named().get(ref)
    return item.name if item else ref


def rule_text(rule: Mapping[str, Any], inputs: Inputs) -> str:
    """What a rule of the engine says, for people."""
    kind, keys = rule["kind"], list(rule["keys"])
    values: dict[str, Any] = {
        "year": rule.get("year") or _("all years"),
        "limit": euro(rule.get("limit")),
        "count": int(rule.get("limit") or 0),
        "days": days(rule.get("limit")),
        "one": item_name(keys[0], inputs) if keys else "",
        "other": item_name(keys[1], inputs) if len(keys) > 1 else "",
        "group": group_title(keys[0], inputs) if keys else "",
        "programme": next((p.title for p in inputs.programmes if keys and p.key == keys[0]), ""),
    }
    if kind == "budget":
        text = _("own funds of %(year)s: at most %(limit)s") if keys == ["own"] else _(
            "grants of %(year)s: at most %(limit)s"
        )  # fmt: skip
        return text % values
    sentences: dict[str, str] = {
        "staff": _("staff days of %(year)s: at most %(days)s"),
        "minimum": _("at least %(count)d from “%(group)s”"),
        "maximum": _("at most %(count)d from “%(group)s”"),
        "requires": _("%(one)s only together with %(other)s"),
        "excludes": _("%(one)s not together with %(other)s"),
        "must": _("%(one)s must be in"),
        "must_not": _("%(one)s must not be in"),
        "cap": _("%(programme)s: at most %(limit)s"),
    }  # fmt: skip
    return str(sentences.get(kind, kind)) % values


def group_title(group: str, inputs: Inputs) -> str:
    return next((item.group_title for item in inputs.items if item.group == group), group)


def repair_text(repair: Mapping[str, Any], inputs: Inputs) -> str:
    """By how much a limit must give way."""
    by, kind = float(repair["by"]), repair["kind"]
    amount = euro(by) if kind in ("budget", "cap") else days(by)
    return _("%(rule)s: must give way by %(amount)s") % {"rule": rule_text(repair, inputs), "amount": amount}


def sentence(ref: str, reason: Mapping[str, Any], inputs: Inputs) -> str:
    """Why a measure is in, or why not."""
    return inside(reason, inputs) if reason["in"] else outside(ref, reason, inputs)


def inside(reason: Mapping[str, Any], inputs: Inputs) -> str:
    if reason.get("caution"):
        return _("In for the sake of the bad cases; for the mean alone it would be out.")
    if reason["rules"]:
        return _("In, because a rule asks for it: %(rules)s.") % {"rules": rules(reason, inputs)}
    loss = reason["loss"]
    if loss is None:
        return _("In; what would be best without it could not be found in time.")
    if loss < NOTHING:
        return _("In, but a portfolio without it is as good.")
    values = {"points": spread(reason, "loss"), "names": names(reason["enters"], inputs)}
    if reason["enters"]:
        return _("In: without it %(points)s points are lost, although %(names)s would come in.") % values
    return _("In: without it %(points)s points are lost.") % values


def outside(ref: str, reason: Mapping[str, Any], inputs: Inputs) -> str:
    if reason.get("caution"):
        return _("Out for the sake of the bad cases; for the mean alone it would be in.")
    if reason["rules"]:
        return _("Out, because rules cannot hold together with it: %(rules)s.") % {
            "rules": rules(reason, inputs)
        }
    loss, leaves = reason["loss"], names(reason["leaves"], inputs)
    if loss is None:
        return _("Out; what would be best with it could not be found in time.")
    if loss < NOTHING:
        return _("Out, but a portfolio with it is as good.")
    values = {"points": spread(reason, "loss"), "names": leaves}
    if reason["leaves"]:
        return _("Out: with it %(points)s points are lost, because %(names)s would have to go.") % values
    return _("Out: with it %(points)s points are lost.") % values


def rules(reason: Mapping[str, Any], inputs: Inputs) -> str:
    return "; ".join(rule_text(rule, inputs) for rule in reason["rules"])


def undecided(item: ItemData, inputs: Inputs) -> str:
    missing = item.missing(inputs.counting)
    if len(missing) > 1:
        return _("Not decidable: neither cost nor effect is known.")
    if missing == (COST,):
        return _("Not decidable: the cost is not known.")
    return _("Not decidable: no effect that counts is stated.")


def headline(result: Mapping[str, Any]) -> str:
    """The result in one sentence, never one number alone."""
    found = result["solution"]
    count = len(result["chosen"])
    text = ngettext(
        "%(count)d measure for %(net)s: %(mean)s index points expected, %(low)s to %(high)s in 90 of 100 cases.",
        "%(count)d measures for %(net)s: %(mean)s index points expected, %(low)s to %(high)s in 90 of 100 cases.",
        count,
    )
    return text % {
        "count": count, "net": euro(found["net"]), "mean": points(found["mean"]), "low": points(found["low"]),
        "high": points(found["high"]),
    }  # fmt: skip


def proof(result: Mapping[str, Any]) -> str:
    """How sure it is that no portfolio is better under these assumptions."""
    found = result["solution"]
    if found["gap"] == 0:
        return _("Proven: under these assumptions no allowed portfolio is worth more.")
    return _("No allowed portfolio can be worth more than %(bound)s points; this one is at most %(gap)s below.") % {
        "bound": points(found["bound"]), "gap": share(found["gap"], 1),
    }  # fmt: skip


def unfinished(result: Mapping[str, Any]) -> list[str]:
    """What the time did not suffice for."""
    found: list[str] = []
    late = [one for one in result.get("items", {}).values()
            if one["loss"] is None and not one["rules"] and not one.get("caution")]  # fmt: skip
    if late:
        found.append(ngettext(
            "For %(count)d measure there was no time to compute what the other decision would bring.",
            "For %(count)d measures there was no time to compute what the other decision would bring.", len(late),
        ) % {"count": len(late)})  # fmt: skip
    beside = [
        one for name in ("frontier", "sensitivity", "runners", "cautions") for one in result.get(name, ())
    ]
    gap = max((one.get("gap") or 0.0 for one in beside), default=0.0)
    if gap >= PROVEN:
        found.append(
            _("Portfolios shown for comparison were searched for some seconds each; the least sure of them is at most"
              " %(gap)s below what is possible.") % {"gap": share(gap, 1)}
        )  # fmt: skip
    return found


def warnings(result: Mapping[str, Any], inputs: Inputs) -> list[str]:
    """What the reader must know of the assumptions."""
    found: list[str] = []
    count = len(inputs.undecided)
    if count:
        found.append(ngettext(
            "%(count)d measure could not be considered, because its cost or effect is not known.",
            "%(count)d measures could not be considered, because their cost or effect is not known.", count,
        ) % {"count": count})  # fmt: skip
    for pot, year in result.get("uncovered", []):
        kind = {"own": _("own funds"), "grants": _("grants")}.get(pot, _("staff days"))
        found.append(_("No limit is stated for %(kind)s in %(year)d; there they count as unlimited.") % {
            "kind": kind, "year": year,
        })  # fmt: skip
    if not any(rule.kind in ("own", "grants") for rule in inputs.rules):
        found.append(_("No budget is stated: everything that gains is chosen."))
    unknown = sum(item.staff is None for item in inputs.decidable)
    if unknown and any(rule.kind == "staff" for rule in inputs.rules):
        found.append(ngettext(
            "The staff days of %(count)d measure are not known and count as none.",
            "The staff days of %(count)d measures are not known and count as none.", unknown,
        ) % {"count": unknown})  # fmt: skip
    found += unfinished(result)
    if inputs.survey_day and any(not item.ends for item in inputs.decidable):
        found.append(_("Measures without a planned end count as in time for the survey."))
    if not inputs.survey_day and any(any(e.delay) for item in inputs.decidable for e in item.effects):
        found.append(_("No day of the survey is stated, so no delay counts."))
    return found

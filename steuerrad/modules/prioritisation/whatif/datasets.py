"""Released scenarios as open data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import Column, Dataset
from steuerrad.modules.prioritisation.models import Scenario
from steuerrad.modules.prioritisation.whatif.queries import stored_outcome

Rows = Iterator[Mapping[str, Any]]


def released() -> Any:
    found = Scenario.objects.filter(published__isnull=False, archived_at=None).select_related("published")
    return found.order_by("edition", "pk")


def scenario_rows(user: Any) -> Rows:
    for item in released():
        outcome = stored_outcome(item.published)
        after = outcome.after
        yield {
            "id": item.pk, "version": item.published.number, "title": item.published.title, "edition": item.edition,
            "released": item.published_at, "demo": item.is_demo, "score_mean": after.score.mean,
            "score_low": after.score.low, "score_high": after.score.high, "rank_median": int(after.rank.median),
            "rank_low": int(after.rank.low), "rank_high": int(after.rank.high), "places_mean": outcome.places.mean,
            "places_low": int(outcome.places.low), "places_high": int(outcome.places.high),
            "one_better": outcome.one_better.value, "note": item.published.note, "sha256": item.published.result_hash,
        }  # fmt: skip


def change_rows(user: Any) -> Rows:
    for item in released():
        for change in item.published.changes:
            yield {
                "id": item.pk, "version": item.published.number, "indicator": change["key"], "of": change["of"],
                "kind": change["kind"], "low": change["low"], "likely": change["likely"], "high": change["high"],
                "unit": change.get("unit", "" if change["kind"] == "raw" else "points"),
                "probability": change["probability"],
            }  # fmt: skip


ID = Column("id", _("Number"), "integer")
VERSION = Column("version", _("Version"), "integer")

DATASETS = (
    Dataset(
        "prioritisation.scenarios", _("Scenarios: results"), _("Released what-ifs with the ranges of their results"),
        (ID, VERSION, Column("title", _("Title")), Column("edition", _("Edition")),
         Column("released", _("Released"), "datetime"), Column("demo", _("Demo"), "boolean"),
         Column("score_mean", _("Total, mean"), "decimal"), Column("score_low", _("Total, 5 %"), "decimal"),
         Column("score_high", _("Total, 95 %"), "decimal"), Column("rank_median", _("Rank, median"), "integer"),
         Column("rank_low", _("Rank, 5 %"), "integer"), Column("rank_high", _("Rank, 95 %"), "integer"),
         Column("places_mean", _("Places gained, mean"), "decimal"), Column("places_low", _("Places gained, 5 %"), "integer"),
         Column("places_high", _("Places gained, 95 %"), "integer"),
         Column("one_better", _("At least one place better"), "decimal", description=_("Probability from 0 to 1")),
         Column("note", _("Note")), Column("sha256", _("Checksum"))),
        scenario_rows,
    ),
    Dataset(
        "prioritisation.scenario_changes", _("Scenarios: changes"), _("What released what-ifs assume, a row each change"),
        (ID, VERSION, Column("indicator", _("Indicator")), Column("of", _("Kind of figure")),
         Column("kind", _("Meaning"), description=_("value = new value, gain = points more, raw = new raw value")),
         Column("low", _("Lowest"), "decimal"), Column("likely", _("Likely"), "decimal"),
         Column("high", _("Highest"), "decimal"), Column("unit", _("Unit")), Column("probability", _("Probability"), "decimal")),
        change_rows,
    ),
)  # fmt: skip

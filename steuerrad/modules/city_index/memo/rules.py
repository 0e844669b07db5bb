"""What counts as strong or weak, with every threshold in one table. Pure; knows no Django."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from steuerrad.engines.scoring import shown
from steuerrad.modules.city_index.memo.facts import CategoryFacts, Correction, MemoFacts, Row


def gettext_noop(message: str) -> str:
    """Mark a text for the translators; rules know no language."""
    return message


@dataclass(frozen=True, slots=True)
class Threshold:
    """A rule with its threshold as the annex prints it; unit: percent, points, places, rank or count."""

    key: str
    value: Decimal
    unit: str
    title: str


THRESHOLDS: tuple[Threshold, ...] = (
    Threshold("strong_share", Decimal(90), "percent",
              gettext_noop("Strong: an indicator reaches at least this share of its maximum")),
    Threshold("strong_rise", Decimal(10), "points",
              gettext_noop("Strong: a comparable indicator rose by at least")),
    Threshold("strong_rank", Decimal(10), "rank", gettext_noop("Strong: a category ranks at least")),
    Threshold("places", Decimal(10), "places",
              gettext_noop("A category won or lost places worth naming: at least")),
    Threshold("weak_share", Decimal(50), "percent",
              gettext_noop("Weak: an indicator reaches less than this share of its maximum")),
    Threshold("weak_fall", Decimal(10), "points",
              gettext_noop("Weak: a comparable indicator fell by at least")),
    Threshold("weak_mean", Decimal(80), "percent",
              gettext_noop("Weak: the quantity behind an indicator is below this share of the mean of all cities")),
    Threshold("recut", Decimal(10), "points",
              gettext_noop("The change of a category is laid to indicators cut anew where it differs from that of the "
                           "comparable ones by at least")),
    Threshold("like_for_like", Decimal(2), "count",
              gettext_noop("Comparable indicators needed to state their mean in both years")),
    Threshold("field", Decimal(5), "count",
              gettext_noop("Other cities known in both years needed to speak of the field")),
    Threshold("summary", Decimal(3), "count", gettext_noop("Strengths, weaknesses and levers in the summary: at most")),
)  # fmt: skip
LIMIT = {item.key: item.value for item in THRESHOLDS}
PERCENT = Decimal(100)


@dataclass(frozen=True, slots=True)
class Lever:
    """What the category and the total would gain if an indicator reached its maximum, all else unchanged."""

    category: str
    category_name: str
    row: Row
    category_points: Decimal
    total_points: Decimal


@dataclass(frozen=True, slots=True)
class LikeForLike:
    """Means of the indicators (pilots left out) that can be compared, in both editions."""

    count: int
    before: Decimal
    now: Decimal

    @property
    def change(self) -> Decimal:
        return self.now - self.before


def strong_reasons(row: Row) -> tuple[str, ...]:
    """"high" and "rise", as far as they hold."""  # fmt: skip
    reasons: list[str] = []
    if row.share is not None and row.share * PERCENT >= LIMIT["strong_share"]:
        reasons.append("high")
    if row.change is not None and row.change >= LIMIT["strong_rise"]:
        reasons.append("rise")
    return tuple(reasons)


def weak_reasons(row: Row) -> tuple[str, ...]:
    """"low", "fall" and "below_mean", as far as they hold; nothing follows from what is not known."""  # fmt: skip
    reasons: list[str] = []
    if row.share is not None and row.share * PERCENT < LIMIT["weak_share"]:
        reasons.append("low")
    if row.change is not None and -row.change >= LIMIT["weak_fall"]:
        reasons.append("fall")
    if row.raw is not None and row.raw.own * PERCENT < row.raw.mean * LIMIT["weak_mean"]:
        reasons.append("below_mean")
    return tuple(reasons)


def weak_rows(category: CategoryFacts) -> tuple[Row, ...]:
    return tuple(row for row in category.rows if weak_reasons(row))


def like_for_like(category: CategoryFacts) -> LikeForLike | None:
    """None with fewer comparable indicators than the threshold."""
    pairs = [
        (row.counterparts[0].value, row.value)
        for row in category.rows
        if row.change is not None and row.kind == "normal"
    ]
    if len(pairs) < LIMIT["like_for_like"]:
        return None
    before = sum((Fraction(old or 0) for old, _ in pairs), Fraction(0)) / len(pairs)
    now = sum((Fraction(new or 0) for _, new in pairs), Fraction(0)) / len(pairs)
    return LikeForLike(len(pairs), shown(before, 1), shown(now, 1))


def levers(facts: MemoFacts) -> tuple[Lever, ...]:
    """All levers, the largest first.

    Attainable category points: (maximum - value) / (n * (1 + bonus share)) for n normal indicators, which is the
    rule of the index turned around; the total is the mean of the categories. Only where the list of indicators
    is complete and the rule is known to be that one.
    """
    found: list[Lever] = []
    for category in facts.categories:
        if not category.list_complete or not category.indicators or facts.rule != "sum_over_max":
            continue
        divisor = category.indicators * (1 + Fraction(facts.bonus_share))
        for row in category.rows:
            if row.value is None or row.maximum is None or row.value >= row.maximum:
                continue
            points = (Fraction(row.maximum) - Fraction(row.value)) / divisor
            found.append(
                Lever(
                    category.key,
                    category.name,
                    row,
                    shown(points, 1),
                    shown(points / len(facts.categories), 1),
                )
            )
    return tuple(sorted(found, key=lambda one: (-one.category_points, one.category, one.row.key)))


def primary(corrections: tuple[Correction, ...]) -> tuple[Correction, ...]:
    """The errors that are not only consequences of others."""
    return tuple(item for item in corrections if item.severity == "error" and not item.caused_by)


def is_open(correction: Correction) -> bool:
    """Whether the printed figure may be right: its parts contradict it, but other figures confirm it."""
    return correction.rule == "parts_contradict_score" and correction.basis in (
        "score supported",
        "undecided",
    )

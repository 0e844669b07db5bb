"""What can be said of the facts: statements by rule, each tied to the figures that it rests on. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal

from steuerrad.modules.city_index.memo.facts import CategoryFacts, MemoFacts, Row, Score, Standing
from steuerrad.modules.city_index.memo.parameters import (
    Change,
    Instead,
    Item,
    Items,
    Param,
    Places,
    Points,
    Quantity,
    Rank,
    Ref,
    Statement,
    correction_anchor,
    lever_anchor,
    rank_anchor,
    row_anchor,
    score_anchor,
    table_anchor,
)
from steuerrad.modules.city_index.memo.rules import (
    LIMIT,
    is_open,
    levers,
    like_for_like,
    primary,
    strong_reasons,
    weak_reasons,
)


def _points(row: Row, category: str) -> Item:
    maximum = row.maximum if row.maximum != 100 else None
    return Item(row.name, Points(row.value or Decimal(0), maximum), row_anchor(category, row.key))


def _changed(row: Row, category: str) -> Item:
    return Item(row.name, Change(row.change or Decimal(0)), row_anchor(category, row.key))


def _items(items: Iterable[Item], most: int = 8) -> Items:
    found = tuple(items)
    return Items(found[:most], max(0, len(found) - most))


class Author:
    """Builds the statements of one memo in the order in which they are printed."""

    def __init__(self, facts: MemoFacts) -> None:
        self.facts = facts
        self.levers = levers(facts)
        self.found: list[Statement] = []

    def say(self, section: str, rule: str, spot: str = "", /, **params: Param) -> None:
        name = ":".join(part for part in (rule, section.removeprefix("category:"), spot) if part)
        fixed: dict[str, Param] = {"city": self.facts.city, "edition": self.facts.edition}
        if self.facts.previous is not None:
            fixed["previous"] = self.facts.previous
        self.found.append(Statement(name, section, rule, fixed | params))

    def all(self) -> tuple[Statement, ...]:
        self.summary()
        self.total()
        for category in self.facts.categories:
            self.category(category)
        self.lever_statements()
        self.correction_statements()
        return tuple(self.found)

    # -- ranks and scores ------------------------------------------------------------------------------

    def rank(self, section: str, standing: Standing, prefix: str) -> None:
        facts, place = self.facts, standing.place
        if place.rank is None:
            if place.low is not None and place.high is not None:
                self.say(section, f"{prefix}_rank_bounds", low=place.low, high=place.high)
            return
        params: dict[str, Param] = {"rank": Ref(Rank(place.rank, facts.cities), rank_anchor(standing.key))}
        won = standing.places_won
        if won is None or standing.previous_place.rank is None:
            self.say(section, f"{prefix}_rank", **params)
            return
        params["previous_rank"] = Ref(
            Rank(standing.previous_place.rank), rank_anchor(standing.key, previous=True)
        )
        kind = "same" if won == 0 else "up" if won > 0 else "down"
        if won:
            params["places"] = Places(abs(won))
        self.say(section, f"{prefix}_rank_{kind}", **params)

    def score(self, section: str, standing: Standing, prefix: str, *, broken: bool) -> None:
        score = standing.score
        if score.best is None:
            return
        now = Ref(Points(score.best), score_anchor(standing.key))
        implied = score.value is None
        if implied:
            self.say(section, f"{prefix}_score_implied", score=now, low=score.low or score.best,
                     high=score.high or score.best)  # fmt: skip
        if standing.previous_score.best is None:
            if not implied:
                self.say(section, f"{prefix}_score", score=now)
            return
        before = Ref(Points(standing.previous_score.best), score_anchor(standing.key, previous=True))
        change = Change(standing.score_change or Decimal(0))
        kind = "break" if broken else "change"
        self.say(section, f"{prefix}_score_{kind}", score=now, previous_score=before, change=change)

    def disputes(self, section: str, standing: Standing) -> None:
        """Scores that their parts contradict, and sources that disagree."""
        pairs: list[tuple[int | None, Score, str]] = [
            (self.facts.edition, standing.score, score_anchor(standing.key)),
            (self.facts.previous, standing.previous_score, score_anchor(standing.key, previous=True)),
        ]
        for year, score, anchor in pairs:
            if year is None or score.value is None:
                continue
            if score.outcome == "contradicted" and score.low is not None and score.high is not None:
                self.say(section, "score_contradicted", str(year), year=year, score=Ref(Points(score.value), anchor),
                         low=score.low, high=score.high)  # fmt: skip
            if score.conflicting:
                other = ", ".join(str(value) for value, _ in score.conflicting)
                rule = "score_disputed" if score.outcome != "reproduced" else "score_disputed_reproduced"
                self.say(section, rule, str(year), year=year, score=Ref(Points(score.value), anchor),
                         other=score.conflicting[0][0] if len(score.conflicting) == 1 else other)  # fmt: skip

    def field(self, section: str, standing: Standing) -> None:
        found = standing.field
        if found is not None and found.others >= LIMIT["field"]:
            self.say(section, "field", own=Ref(Change(found.own), score_anchor(standing.key)),
                     median=Change(found.median), others=found.others,
                     against=Change(found.own - found.median))  # fmt: skip
        elif standing.key == "" and standing.score_change is not None:
            self.say(section, "field_unknown", others=0 if found is None else found.others)

    # -- total -----------------------------------------------------------------------------------------

    def total(self) -> None:
        standing, section = self.facts.total, "total"
        if standing.score.best is None and standing.place.rank is None:
            self.say(section, "total_unknown")
        elif standing.score.best is None:
            self.say(section, "total_score_unknown")
        self.rank(section, standing, "total")
        self.score(section, standing, "total", broken=bool(self.facts.breaks))
        self.disputes(section, standing)
        self.field(section, standing)
        changed = [c.standing for c in self.facts.categories if c.standing.score_change is not None]
        if changed and all(one.field is None or one.field.others < LIMIT["field"] for one in changed):
            self.say(section, "field_categories_unknown")
        if standing.mean is not None and standing.score.best is not None:
            self.say(section, "total_mean", mean=standing.mean,
                     score=Ref(Points(standing.score.best), score_anchor("")))  # fmt: skip
        if self.facts.previous is None:
            self.say(section, "no_previous")

    # -- categories ------------------------------------------------------------------------------------

    def category(self, category: CategoryFacts) -> None:
        section, standing = f"category:{category.key}", category.standing
        known = [row for row in category.rows if row.value is not None]
        if not known and standing.score.best is None and standing.place.rank is None:
            self.say(section, "category_empty")
            return
        self.rank(section, standing, "category")
        broken = bool(category.breaks or self.facts.breaks)
        self.score(section, standing, "category", broken=broken)
        self.disputes(section, standing)
        self.coverage(section, category, len(known))
        self.comparable(section, category)
        self.field(section, standing)
        self.best(section, standing)
        for rule, rows in self.judged(category):
            show = _changed if rule in ("strong_rise", "weak_fall") else _points
            self.say(section, rule, items=_items(show(row, category.key) for row in rows))
        for row in category.rows:
            if row.raw is not None and "below_mean" in weak_reasons(row):
                self.say(section, "weak_mean", row.key, name=Ref(row.name, row_anchor(category.key, row.key)),
                         quantity=Quantity(row.raw.own, row.raw.mean, row.raw.unit))  # fmt: skip

    def judged(self, category: CategoryFacts) -> Iterator[tuple[str, list[Row]]]:
        tests: tuple[tuple[str, Callable[[Row], tuple[str, ...]], str], ...] = (
            ("strong_high", strong_reasons, "high"),
            ("strong_rise", strong_reasons, "rise"),
            ("weak_low", weak_reasons, "low"),
            ("weak_fall", weak_reasons, "fall"),
        )
        for rule, reasons, wanted in tests:
            rows = [row for row in category.rows if wanted in reasons(row)]
            if rows:
                yield rule, rows

    def coverage(self, section: str, category: CategoryFacts, known: int) -> None:
        """Say what is missing."""
        if known == len(category.rows) and category.list_complete:
            return
        if not known:
            self.say(section, "no_indicators")
        elif not category.list_complete:
            self.say(section, "list_incomplete", known=known)
        else:
            missing = (Item(row.name) for row in category.rows if row.value is None)
            self.say(section, "values_missing", items=_items(missing))

    def comparable(self, section: str, category: CategoryFacts) -> None:
        if self.facts.previous is None:
            return
        known = [row for row in category.rows if row.value is not None]
        without = [row for row in known if row.change is None]
        found = like_for_like(category)
        if found is not None:
            change = category.standing.score_change
            recut = change is not None and abs(change - found.change) >= LIMIT["recut"]
            self.say(section, "like_for_like_recut" if recut else "like_for_like", count=found.count,
                     before=Points(found.before), now=Ref(Points(found.now), table_anchor(category.key)),
                     change=Change(found.change))  # fmt: skip
        if known and without:
            rule = "none_comparable" if len(without) == len(known) else "not_comparable"
            self.say(section, rule, count=len(without), all=Ref(len(known), table_anchor(category.key)))

    def best(self, section: str, standing: Standing) -> None:
        """The best known result of another city, where it is better than the own."""
        better = [
            one for one in standing.known
            if one.score is not None and standing.score.best is not None and one.score > standing.score.best
        ]  # fmt: skip
        if better:
            first = max(better, key=lambda one: one.score or Decimal(0))
            rule = "best_known" if first.rank is None else "best_known_rank"
            params: dict[str, Param] = {"other": first.city, "best": first.score or Decimal(0)}
            if first.rank is not None:
                params["best_rank"] = Rank(first.rank)
            gap = (first.score or Decimal(0)) - (standing.score.best or Decimal(0))
            self.say(section, rule, gap=Ref(Points(gap), score_anchor(standing.key)), **params)

    # -- levers and corrections --------------------------------------------------------------------------

    def lever_statements(self) -> None:
        if not self.levers:
            self.say("levers", "levers_unknown")
            return
        top = self.levers[: int(LIMIT["summary"])]
        self.say("levers", "levers_top", items=_items(
            Item(one.row.name, Points(one.category_points), lever_anchor(one)) for one in top
        ))  # fmt: skip
        bare = [one for one in self.levers if weak_reasons(one.row) and not one.row.measures]
        if bare:
            self.say("levers", "levers_without_measure", items=_items(
                Item(one.row.name, None, lever_anchor(one)) for one in bare
            ))  # fmt: skip
        elif any(weak_reasons(one.row) for one in self.levers):
            self.say("levers", "levers_all_answered")

    def correction_items(self) -> tuple[Item, ...]:
        items: list[Item] = []
        for number, item in enumerate(self.facts.corrections):
            if item in primary(self.facts.corrections):
                open_ = is_open(item)
                detail = Instead("" if open_ else item.follows, item.printed, item.follows if open_ else "")
                name = f"{item.category} {item.edition}"
                name = name if item.kind_of_score else f"{name}, {item.row}"
                items.append(Item(name, detail, correction_anchor(number)))
        return tuple(items)

    def correction_statements(self) -> None:
        if not self.facts.document:
            return
        errors = primary(self.facts.corrections)
        if not errors:
            self.say("corrections", "corrections_none", title=self.facts.document_title)
            return
        follow = sum(1 for item in self.facts.corrections if item.severity == "error") - len(errors)
        self.say("corrections", "corrections", title=self.facts.document_title,
                 count=Ref(len(errors), "table-corrections"), follow=follow)  # fmt: skip

    # -- summary -----------------------------------------------------------------------------------------

    def summary(self) -> None:
        facts, most = self.facts, int(LIMIT["summary"])
        section = "summary"
        self.rank(section, facts.total, "total")
        if facts.total.place.rank is None and facts.total.score.best is None:
            self.say(section, "total_unknown")
        for group, candidates in (("strength", self.strengths()), ("weakness", self.weaknesses())):
            found = list(candidates)[:most]
            if not found:
                self.say(section, f"{group}_none")
            for rule, items in found:
                self.say(section, f"{group}_{rule}", items=items)
        for lever in self.levers[:most]:
            numbers = tuple(Item(measure.number) for measure in lever.row.measures)
            rule = "todo" if numbers else "todo_without_measure"
            params: dict[str, Param] = {"measures": _items(numbers, 4)} if numbers else {}
            self.say(section, rule, lever.row.key, name=Ref(lever.row.name, lever_anchor(lever)),
                     points=Points(lever.category_points), category=lever.category_name,
                     total=Points(lever.total_points), **params)  # fmt: skip
        items = self.correction_items()
        if items:
            self.say(section, "summary_corrections", items=_items(items))

    def strengths(self) -> Iterator[tuple[str, Items]]:
        facts = self.facts
        top = [
            c
            for c in facts.categories
            if c.standing.place.rank and c.standing.place.rank <= LIMIT["strong_rank"]
        ]
        if top:
            top.sort(key=lambda c: c.standing.place.rank or 0)
            yield (
                "rank",
                _items(Item(c.name, Rank(c.standing.place.rank or 0), rank_anchor(c.key)) for c in top),
            )
        yield from self._moved("places", 1)
        rows = [(c, row) for c in facts.categories for row in c.rows]
        rises = sorted((x for x in rows if "rise" in strong_reasons(x[1])), key=lambda x: -(x[1].change or 0))
        if rises:
            yield "rise", _items((_changed(row, c.key) for c, row in rises), 4)
        high = sorted((x for x in rows if "high" in strong_reasons(x[1])), key=lambda x: -(x[1].share or 0))
        if high:
            yield "high", _items((_points(row, c.key) for c, row in high), 4)

    def weaknesses(self) -> Iterator[tuple[str, Items]]:
        yield from self._moved("places", -1)
        rows = [(c, row) for c in self.facts.categories for row in c.rows]
        low = sorted((x for x in rows if "low" in weak_reasons(x[1])), key=lambda x: x[1].share or Decimal(0))
        if low:
            yield "low", _items((_points(row, c.key) for c, row in low), 5)
        falls = sorted((x for x in rows if "fall" in weak_reasons(x[1])), key=lambda x: x[1].change or 0)
        if falls:
            yield "fall", _items((_changed(row, c.key) for c, row in falls), 4)
        below = [x for x in rows if "below_mean" in weak_reasons(x[1])]
        if below:
            yield "mean", _items(Item(row.name, None, row_anchor(c.key, row.key)) for c, row in below)

    def _moved(self, rule: str, sign: int) -> Iterator[tuple[str, Items]]:
        moved = [
            c for c in self.facts.categories
            if c.standing.places_won is not None and sign * c.standing.places_won >= LIMIT["places"]
        ]  # fmt: skip
        moved.sort(key=lambda c: -sign * (c.standing.places_won or 0))
        if moved:
            yield (
                rule,
                _items(
                    Item(c.name, Places(abs(c.standing.places_won or 0)), rank_anchor(c.key)) for c in moved
                ),
            )


def statements(facts: MemoFacts) -> tuple[Statement, ...]:
    """All statements in the order of the memo; ids are unique and stay the same while rule and object do."""
    return Author(facts).all()

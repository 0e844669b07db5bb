"""The questionnaire of an index as questions of a data campaign.

Publishers print what they ask in parts only. So a set holds what is known: the edition's indicators and the
parameters that some source names. The form of an answer is free text unless something published fixes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.conf import settings
from django.db.models import QuerySet
from django.utils import translation
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from steuerrad.kernel import clock
from steuerrad.kernel.collecting import CrossCheck, Previous, Question, QuestionSet, QuestionSource
from steuerrad.kernel.registry import registry
from steuerrad.modules.city_index.catalogue import key_of
from steuerrad.modules.city_index.facts import aggregation
from steuerrad.modules.city_index.models import Edition, Index, IndexCity, Indicator, RawValue, Result
from steuerrad.modules.city_index.queries import category_titles, own_city, the_index
from steuerrad.modules.city_index.question_files import Form, Place, QuestionFiles, code, read_files
from steuerrad.platform.city.models import City
from steuerrad.platform.city.queries import current_city

SOURCE = "city_index.edition"
#: A questionnaire goes out in spring: from August on the next one is that of the coming year.
LAST_MONTH = 7
TWO_PLACES = Decimal("0.01")


@dataclass(frozen=True)
class Asked:
    """An indicator to ask about. parameters: as named for `named_in`; indicator: as its newest edition has it."""

    indicator: Indicator
    parameters: tuple[str, ...]
    named_in: int | None

    @property
    def place(self) -> Place:
        return self.indicator.category.key, self.indicator.key

    @property
    def year(self) -> int:
        return self.indicator.category.edition.year


def coming_year(newest: int) -> int:
    today = clock.today()
    return max(newest + 1, today.year + (today.month > LAST_MONTH))


def sets() -> list[QuestionSet]:
    """The questionnaire to come, then one set for each edition, the newest first."""
    index = the_index()
    if index is None:
        return []
    years = list(Edition.objects.filter(index=index).order_by("-year").values_list("year", flat=True))
    if not years:
        return []
    coming = coming_year(years[0])
    title = _("%(index)s %(year)d, asked as far as known until %(newest)d") % {
        "index": index.name, "year": coming, "newest": years[0]}  # fmt: skip
    return [
        QuestionSet(str(coming), title, str(coming)),
        *(QuestionSet(str(year), f"{index.name} {year}", str(year)) for year in years),
    ]


def year_of(key: str) -> int:
    """The year that a set asks about. Raises LookupError for what is no set."""
    if not (key.isascii() and key.isdigit() and len(key) == 4):
        raise LookupError(f"no such set of questions: {key!r}")
    return int(key)


def questions(key: str) -> list[Question]:
    """Questions by category in the order of the index: each indicator, then its parameters.

    Raises LookupError for an unknown set, LoadError when a file has faults. The texts are in the installation's
    language: they are kept with the round and read by everyone.
    """
    year, index, city = year_of(key), the_index(), current_city()
    if index is None or city is None:
        raise LookupError("no index is loaded")
    with translation.override(settings.LANGUAGE_CODE):
        return Questionnaire(index, city, year).questions()


def checks(key: str) -> list[CrossCheck]:
    """The rules all of whose questions are in the set."""
    index, city = the_index(), current_city()
    if index is None or city is None:
        return []
    asked = {question.code for question in questions(key)}
    return [
        rule for rule in read_files(index, city).checks if {*rule.left, *rule.right} - {""} <= asked
    ]  # fmt: skip


class Questionnaire:
    """What is known of one set, read once. Under twenty queries whatever the number of questions."""

    def __init__(self, index: Index, city: City, year: int) -> None:
        self.index, self.year = index, year
        self.files: QuestionFiles = read_files(index, city)
        self.city: IndexCity | None = own_city(city)
        self.indicators = indicators(index)
        self.years = sorted({item.category.edition.year for item in self.indicators})
        self.titles = category_titles(index)
        self.coming = bool(self.years) and year > self.years[-1]
        self.raw = self._raw_values()
        self.own = self._own_points()

    def questions(self) -> list[Question]:
        asked = self._carried_on() if self.coming else self._of_edition()
        if not asked:
            raise LookupError(f"no indicator of {self.year} is known")
        order = {key: number for number, key in enumerate(self.titles)}
        asked.sort(key=lambda item: order.get(item.place[0], len(order)))
        return [question for item in asked for question in self._of_indicator(item)]

    def _of_edition(self) -> list[Asked]:
        return [
            Asked(item, named(item), self.year if item.parameters else None)
            for item in self.indicators if item.category.edition.year == self.year
        ]  # fmt: skip

    def _carried_on(self) -> list[Asked]:
        """What to expect next: the newest edition of which most is known, and all that later ones have in addition."""
        counts = {
            year: sum(item.category.edition.year == year for item in self.indicators) for year in self.years
        }
        sizes = {
            item.category.edition.year: item.category.edition.indicator_count for item in self.indicators
        }
        known_well = [year for year in self.years if counts[year] * 2 >= (sizes[year] or 0)]
        start = known_well[-1] if known_well else self.years[0]
        newest: dict[Place, Indicator] = {}
        for item in self.indicators:
            if item.category.edition.year >= start:
                newest[(item.category.key, item.key)] = item
        found = []
        for place, item in newest.items():
            naming = [
                one for one in self.indicators if (one.category.key, one.key) == place and one.parameters
            ]
            last = naming[-1] if naming else None
            found.append(
                Asked(item, named(last), last.category.edition.year) if last else Asked(item, (), None)
            )
        return found

    def _of_indicator(self, asked: Asked) -> list[Question]:
        forms = {form.parameter: form for form in self.files.forms.get(asked.place, ())}
        own = forms.pop("", Form("", "", "text"))
        by_quantity = [
            form.parameter for form in forms.values() if form.quantity and self._was_published(form.quantity)
        ]
        names = dict.fromkeys((*asked.parameters, *by_quantity))
        found = [self._question(asked, own, asked.indicator.name, tuple(names))]
        for name in names:
            form = forms.get(name) or Form(name, key_of(name)[:60], "text")
            found.append(self._question(asked, form, f"{asked.indicator.name}: {name}", ()))
        return found

    def _question(self, asked: Asked, form: Form, title: str, parameters: tuple[str, ...]) -> Question:
        whole = not form.parameter
        points, basis = self._points(asked) if whole else (None, "")
        return Question(
            code=code(asked.place, form.key), group=self.titles.get(asked.place[0], asked.place[0]), title=title,
            guidance="\n".join(self._guidance(asked, form, parameters, basis)), type=form.type, unit=form.unit,
            minimum=form.minimum, maximum=form.maximum, responsible=tuple(self.files.responsible.get(asked.place, ())),
            kpi=form.kpi if form.kpi and registry.kpi(form.kpi) is not None else "",
            previous=self._previous(form), points=points, ref=asked.indicator.ref,
        )  # fmt: skip

    def _guidance(self, asked: Asked, form: Form, parameters: tuple[str, ...], basis: str) -> list[str]:
        lines = []
        if self.coming:
            lines.append(
                _("Asked like this in %(year)d; the coming list is not published yet.") % {"year": asked.year}
            )
        if form.parameter and asked.named_in is not None and asked.named_in != self.year:
            lines.append(_("The parameter was named for %(year)d.") % {"year": asked.named_in})
        if form.type == "text":
            lines.append(
                _(
                    "In which form the publisher wants the answer is not published: say what there is, with figures."
                )
            )
        if parameters:
            lines.append(_("Known parameters: %(names)s") % {"names": "; ".join(parameters)})
        scores = self.own.get(asked.place, []) if not form.parameter else []
        if scores:
            lines.append(_("Points of the city so far: %(list)s") % {"list": ", ".join(scores)})
        lines += [basis] if basis else []
        if form.source:
            lines.append(_("Form of the answer according to: %(source)s") % {"source": form.source})
        return lines

    def _points(self, asked: Asked) -> tuple[Decimal | None, str]:
        """Most points that the indicator can bring in the total, and where that is known from."""
        category = asked.place[0]
        complete = [item for item in self.indicators if item.category.key == category and item.category.list_complete
                    and item.category.edition.year <= max(asked.year, self.year)]  # fmt: skip
        if not complete or asked.indicator.kind != Indicator.NORMAL or asked.indicator.maximum is None:
            return None, ""
        year = complete[-1].category.edition.year
        normal = [
            item for item in complete if item.category.edition.year == year and item.kind == Indicator.NORMAL
        ]  # fmt: skip
        rule, total = aggregation(self.index.rules, "category"), aggregation(self.index.rules, "total")
        if rule.kind != "sum_over_max" or total.kind != "mean":
            return None, ""
        categories = len(self.index.rules["categories"])
        attainable = rule.scale * len(normal) * (1 + rule.bonus_share)
        share = Fraction(asked.indicator.maximum) / attainable * total.scale / categories
        points = Decimal(share.numerator) / share.denominator
        points = points.quantize(TWO_PLACES)
        if year == self.year:
            return points, ""
        return points, _("Worth of the answer reckoned with the list of %(year)d, the last one that is fully known.") % {
            "year": year}  # fmt: skip

    def _raw_values(self) -> dict[str, RawValue]:
        """{quantity: newest own figure before the set's year}."""
        if self.city is None:
            return {}
        rows = RawValue.objects.filter(city=self.city, edition__year__lt=self.year).select_related("edition")
        return {row.quantity: row for row in rows.order_by("edition__year", "pk")}

    def _was_published(self, quantity: str) -> bool:
        rows = self._published()
        return any(name == quantity and (self.coming or year == self.year) for name, year in rows)

    def _published(self) -> set[tuple[str, int]]:
        if not hasattr(self, "_quantities"):
            rows = RawValue.objects.filter(edition__index=self.index)
            self._quantities = set(rows.values_list("quantity", "edition__year"))
        return self._quantities

    def _previous(self, form: Form) -> Previous | None:
        raw = self.raw.get(form.quantity) if form.quantity else None
        if raw is None or raw.unit != form.unit:
            return None
        return Previous(f"{raw.value.normalize():f}", str(raw.edition.year), raw.source, "unknown", raw.note)

    def _own_points(self) -> dict[Place, list[str]]:
        """{place: "28.3 (2024)", newest first}, from all editions before the set's year."""
        if self.city is None:
            return {}
        keys = {
            (item.category.edition_id, item.category.key, item.name): (item.category.key, item.key)
            for item in self.indicators
        }
        found: dict[Place, list[str]] = {}
        rows = Result.objects.filter(
            city=self.city, score__isnull=False, edition__year__lt=self.year
        ).exclude(indicator="")
        for row in rows.select_related("edition").order_by("-edition__year", "pk"):
            place = keys.get((row.edition_id, row.category_key, row.indicator))
            text = (
                f"{number_format(row.score.normalize())} ({row.edition.year})"
                if row.score is not None
                else ""
            )
            if place is not None and text not in found.setdefault(place, []):
                found[place].append(text)
        return found


def indicators(index: Index) -> list[Indicator]:
    """All indicators of all editions, oldest edition first."""
    rows: QuerySet[Indicator] = Indicator.objects.filter(category__edition__index=index)
    return list(
        rows.select_related("category__edition").order_by(
            "category__edition__year", "category__order", "order"
        )
    )


def named(indicator: Indicator) -> tuple[str, ...]:
    """The parameters that a source names for it."""
    return tuple(dict.fromkeys(part.strip() for part in indicator.parameters.split(";") if part.strip()))


QUESTIONS = QuestionSource(SOURCE, gettext_lazy("Questionnaire of the index"), sets, questions, checks)

"""Reads what the questionnaire of an index needs beside its indicators: forms of answers, rules, who may know.

indexes/<slug>/questions.csv says in which form an indicator or a parameter is answered, where something published
fixes it; cross_checks.csv has rules over several answers; cities/<slug>/index/responsible.csv names organisations.
The files are read when a round is made; the loader reads them too, so that faults show when a city is loaded.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from django.conf import settings

from steuerrad.kernel.collecting import AnswerType, CrossCheck
from steuerrad.kernel.contributions import CityLoader
from steuerrad.modules.city_index.catalogue import category_aliases, fold, key_of, read_catalogue
from steuerrad.modules.city_index.loaders import index_folder
from steuerrad.modules.city_index.models import Index
from steuerrad.platform.city.cross_checks import cross_checks
from steuerrad.platform.city.csv_files import CityRow, rows_of
from steuerrad.platform.city.loading import LoadContext, LoadError
from steuerrad.platform.city.models import City
from steuerrad.platform.organisations.models import Organisation

TYPES = ("decimal", "integer", "share", "yes_no", "choice", "text", "date")
Place = tuple[str, str]  # category key, indicator key


@dataclass(frozen=True)
class Form:
    """How a figure is given. parameter "": the indicator itself. quantity: its name among the raw values."""

    parameter: str
    key: str
    type: AnswerType
    unit: str = ""
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    quantity: str = ""
    kpi: str = ""
    source: str = ""


@dataclass
class QuestionFiles:
    """forms and responsible (keys of organisations, the first is proposed) by category and indicator key."""

    forms: dict[Place, list[Form]] = field(default_factory=lambda: defaultdict(list))
    responsible: dict[Place, list[str]] = field(default_factory=lambda: defaultdict(list))
    checks: list[CrossCheck] = field(default_factory=list)


def code(place: Place, parameter_key: str = "") -> str:
    """The code of a question: "it_communication/glasfaser", with a parameter's key behind it."""
    return "/".join((*place, parameter_key) if parameter_key else place)


def read_files(index: Index, city: City) -> QuestionFiles:
    """Raises LoadError with all faults."""
    context = LoadContext(settings.CITIES_DIR / city.slug, city.slug)
    found = read(context, settings.INDEXES_DIR / index.slug, index)
    if context.problems:
        raise LoadError(context.problems)
    return found


def read(context: LoadContext, folder: Path, index: Index) -> QuestionFiles:
    places = Places(index)
    found = QuestionFiles()
    for row in rows_of(context, "questions.csv", folder=folder, must_exist=False,
                       required=("category", "indicator", "type"),
                       optional=("parameter", "key", "unit", "minimum", "maximum", "quantity", "kpi", "source"),
                       key=("category", "indicator", "parameter")):  # fmt: skip
        place = places.of(row)
        form = read_form(row)
        if place is not None:
            found.forms[place].append(form)
    known = frozenset(
        code(place, form.key) for place, forms in found.forms.items() for form in forms
    ) | frozenset(code(place) for place in places.known())
    found.checks = cross_checks(context, "cross_checks.csv", known=known, folder=folder)
    organisations = set(Organisation.objects.filter(retired=False).values_list("key", flat=True))
    for row in rows_of(context, "index/responsible.csv", must_exist=False, optional=("basis",),
                       required=("category", "indicator", "organisation"),
                       key=("category", "indicator", "organisation")):  # fmt: skip
        place, key = places.of(row), row.needed("organisation")
        if key and key not in organisations:
            row.fault("organisation", "unknown organisation")
        if place is not None and key not in found.responsible[place]:
            found.responsible[place].append(key)
    return found


def read_form(row: CityRow) -> Form:
    parameter = row.text("parameter")
    low, high = row.decimal("minimum"), row.decimal("maximum")
    if low is not None and high is not None and low > high:
        row.fault("maximum", "is below the minimum")
    kind = row.choice("type", TYPES) or "text"
    row.needed("type")
    return Form(
        parameter, (row.text("key") or key_of(parameter)) if parameter else "", kind, row.text("unit"), low, high,  # type: ignore[arg-type]
        row.text("quantity"), row.text("kpi"), row.text("source"),
    )  # fmt: skip


class Places:
    """Finds category and indicator of a row by any spelling of any edition; reports what is unknown."""

    def __init__(self, index: Index) -> None:
        self.keys = read_catalogue(index).indicator_keys()
        self.categories = {
            fold(name): key for key, names in category_aliases(index.rules).items() for name in names if name
        }

    def known(self) -> set[Place]:
        return {(category, key) for (category, _name), key in self.keys.items()}

    def of(self, row: CityRow) -> Place | None:
        category = self.categories.get(fold(row.needed("category")))
        if category is None:
            row.fault("category", "there is no such category")
            return None
        key = self.keys.get((category, fold(row.needed("indicator"))))
        if key is None:
            row.fault("indicator", "no edition has this indicator in the category")
            return None
        return category, key


def load_question_files(context: LoadContext) -> None:
    """Only looks for faults."""
    folder = index_folder(context)
    if folder is not None and not context.problems:
        read(context, folder, Index.objects.get(slug=folder.name))


LOADER = CityLoader("city_index.questions", 52, load_question_files)

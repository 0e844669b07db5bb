"""The page on which an operator sets the outline of the city: a file of areas, its source and its licence."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from steuerrad.modules.climate.actions import set_outline, withdraw_outline
from steuerrad.modules.climate.permissions import OUTLINE
from steuerrad.modules.climate.views import crumbs
from steuerrad.platform.accounts.access import require
from steuerrad.platform.city.models import CityOutline
from steuerrad.platform.city.outline import METRES, Outline, outline, rings
from steuerrad.platform.city.outline_reading import MOST_BYTES
from steuerrad.platform.ui.charts.frame import NARROW, WIDE
from steuerrad.platform.ui.charts.map_drawing import Area, MapSpec, draw_map
from steuerrad.platform.ui.templatetags.ui import _drawing

ENDINGS = (".geojson", ".json")
SHOWN = 20


class OutlineForm(forms.Form):
    """A file, and what must be known of it before others may see it."""

    file = forms.FileField(
        label=gettext_lazy("GeoJSON file"),
        help_text=gettext_lazy(
            "Areas in WGS 84 (EPSG:4326), at most 20 MB: the city as one area, or its districts."
        ),
    )
    property_name = forms.CharField(
        label=gettext_lazy("Property with the name of a district"), initial="name", required=False, max_length=100,
        help_text=gettext_lazy("Of each feature in the file, e.g. name; without it the areas stay nameless."),
    )  # fmt: skip
    source = forms.CharField(
        label=gettext_lazy("Source, as it shall be printed"), max_length=300,
        help_text=gettext_lazy("Who publishes the file, its title and date"),
    )  # fmt: skip
    licence = forms.CharField(
        label=gettext_lazy("Licence"), max_length=200,
        help_text=gettext_lazy("E.g. CC BY 4.0, dl-de/by-2-0 or CC0; shown below every map."),
    )  # fmt: skip
    url = forms.CharField(
        label=gettext_lazy("Address of the source"), max_length=500, required=False, validators=[URLValidator(["https", "http"])],
        widget=forms.URLInput,
    )  # fmt: skip

    def clean_file(self) -> Any:
        given = self.cleaned_data["file"]
        if Path(str(given.name)).suffix.lower() not in ENDINGS:
            raise forms.ValidationError(_("The file must end with .geojson or .json."))
        if given.size > MOST_BYTES:
            raise forms.ValidationError(_("The file has more than 20 MB; thin its lines out."))
        return given


@login_required
@require_http_methods(["GET", "POST"])
def outline_page(request: HttpRequest) -> HttpResponse:
    require(request.user, OUTLINE)
    form = OutlineForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        file = given.pop("file")
        try:
            row = set_outline(request.user, file.read(), file_name=str(file.name), **given)
        except ValidationError as error:
            for name, reasons in error.message_dict.items():
                form.add_error(name if name in form.fields else None, ValidationError(list(reasons)))
        else:
            told = {"areas": row.areas, "named": row.named}
            messages.success(request, _("The outline counts from now on: %(areas)s areas, %(named)s with a name.") % told)  # fmt: skip
            return redirect("climate:outline")
    found = outline()
    context = {
        "heading": _("Outline of the city"), "breadcrumbs": crumbs((_("Outline of the city"), "")), "form": form,
        "found": found, "maps": maps(found) if found else None, "facts": facts(found) if found else (),
        "rows": CityOutline.objects.defer("document")[:SHOWN],
    }  # fmt: skip
    return render(request, "climate/outline.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def withdraw(request: HttpRequest, number: int) -> HttpResponse:
    withdraw_outline(request.user, get_object_or_404(CityOutline, pk=number))
    messages.success(request, _("This outline is no longer used."))
    return redirect("climate:outline")


def maps(found: Outline) -> dict[str, Any]:
    middles = [one.geometry.representative_point() for one in found.districts]
    areas = [
        Area(rings(one.geometry, found.whole), one.name, at=(middle.x, middle.y))
        for one, middle in zip(found.districts, middles, strict=True)
    ]
    names = ", ".join(one.name for one in found.named) or _("one area without names")
    spec = MapSpec(title=_("Outline of the city"), description=names, areas=areas)
    return {
        name: _drawing(draw_map(spec, width, name)) for name, width in (("wide", WIDE), ("narrow", NARROW))
    }


def facts(found: Outline) -> list[tuple[str, Any]]:
    across = math.cos(math.radians(found.whole.centroid.y)) * METRES
    return [
        (_("Areas"), len(found.districts)), (_("districts with a name"), len(found.named)),
        (_("Size (km²)"), round(found.whole.area * across * METRES / 1e6, 1)),
    ]  # fmt: skip

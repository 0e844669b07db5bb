"""The catalogue of everything that is observed, in the entities of OGC SensorThings API 1.1 (OGC 18-088, part 8).

The observations themselves are not here: they lie in the store of engines/observations, by the number of their
datastream. What is not in the standard (owner, origin, release, expectations) stands in columns of its own.
"""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from steuerrad.engines.observations import MOST_STREAM

GEOJSON = "application/geo+json"
MEASUREMENT = "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement"
#: What the store keeps of a datastream is its number.
HIGHEST_STREAM = MOST_STREAM


class Entity(models.Model):
    """What all entities share: a name, a description and properties as the owner likes them."""

    name = models.CharField(_("name"), max_length=300)
    description = models.TextField(_("description"), blank=True)
    properties = models.JSONField(_("properties"), default=dict, blank=True)
    created_at = models.DateTimeField(_("made"), editable=False)
    changed_at = models.DateTimeField(_("changed"), editable=False)

    class Meta:
        abstract = True
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if not isinstance(self.properties, dict):
            raise ValidationError({"properties": _("Properties are a JSON object.")})


class Place(Entity):
    """An entity with a geometry; the box around it (degrees, WGS 84) narrows spatial questions down."""

    encoding_type = models.CharField(_("encoding"), max_length=120, default=GEOJSON)
    geometry = models.JSONField(_("geometry"))
    west = models.FloatField(null=True, editable=False)
    south = models.FloatField(null=True, editable=False)
    east = models.FloatField(null=True, editable=False)
    north = models.FloatField(null=True, editable=False)

    class Meta(Entity.Meta):
        abstract = True
        indexes = [models.Index(fields=["west", "east", "south", "north"], name="%(class)s_box")]


class Location(Place):
    """Where things are. The field `location` of the standard is `geometry` here."""

    class Meta(Place.Meta):
        verbose_name = _("location")
        verbose_name_plural = _("locations")


class FeatureOfInterest(Place):
    """What is observed where it is not the thing's own place. The field `feature` is `geometry` here.

    thing_location: set when it was made from a thing's location, so that the next observation finds it again.
    """

    thing_location = models.OneToOneField(
        Location, on_delete=models.SET_NULL, null=True, blank=True, related_name="feature", editable=False
    )

    class Meta(Place.Meta):
        verbose_name = _("feature of interest")
        verbose_name_plural = _("features of interest")


class Thing(Entity):
    """A device or station. origin says whose figures these are; it is shown wherever they show."""

    CITY, PUBLISHED, CITIZEN, SIMULATED = "city", "published", "citizen", "simulated"
    ORIGINS = [
        (CITY, _("measured by the city")),
        (PUBLISHED, _("taken from published data")),
        (CITIZEN, _("measured by citizens")),
        (SIMULATED, _("simulated for demonstration")),
    ]

    #: Origins of which figures may count as the city's.
    OFFICIAL = frozenset({CITY, PUBLISHED})

    key = models.CharField(_("own key"), max_length=120, unique=True, null=True, blank=True)
    organisation = models.ForeignKey(
        "organisations.Organisation", on_delete=models.PROTECT, null=True, blank=True, related_name="things",
        verbose_name=_("organisation"),
    )  # fmt: skip
    origin = models.CharField(_("origin"), max_length=12, choices=ORIGINS, default=CITY)
    source = models.CharField(_("source"), max_length=300, blank=True)
    public = models.BooleanField(_("open to everyone"), default=False)
    locations = models.ManyToManyField(
        Location, related_name="things", blank=True, verbose_name=_("locations")
    )

    class Meta(Entity.Meta):
        verbose_name = _("thing")
        verbose_name_plural = _("things")

    @property
    def official(self) -> bool:
        """Whether its figures may count as the city's: neither those of citizens nor simulated ones."""
        return self.origin in self.OFFICIAL


class HistoricalLocation(models.Model):
    """Where a thing has been since `time`."""

    thing = models.ForeignKey(Thing, on_delete=models.CASCADE, related_name="historical_locations")
    time = models.DateTimeField(_("since"))
    locations = models.ManyToManyField(
        Location, related_name="historical_locations", verbose_name=_("locations")
    )

    class Meta:
        ordering = ["pk"]
        verbose_name = _("historical location")
        verbose_name_plural = _("historical locations")

    def __str__(self) -> str:
        return f"{self.thing} {self.time.isoformat()}"


class PastFeature(models.Model):
    """Where a thing was since `time`, of a location that is gone: its observations keep their feature."""

    thing = models.ForeignKey(Thing, on_delete=models.CASCADE, related_name="past_features")
    feature = models.ForeignKey(FeatureOfInterest, on_delete=models.CASCADE, related_name="past_features")
    time = models.DateTimeField(_("since"))

    class Meta:
        ordering = ["pk"]
        verbose_name = _("past feature")
        verbose_name_plural = _("past features")

    def __str__(self) -> str:
        return f"{self.thing} {self.time.isoformat()}"


class Sensor(Entity):
    """An instrument or a procedure. metadata: whatever encoding_type says."""

    encoding_type = models.CharField(_("encoding"), max_length=120)
    metadata = models.JSONField(_("metadata"))

    class Meta(Entity.Meta):
        verbose_name = _("sensor")
        verbose_name_plural = _("sensors")


class ObservedProperty(Entity):
    """What is observed; definition is an address that says what it means."""

    definition = models.CharField(_("definition"), max_length=500)

    class Meta(Entity.Meta):
        verbose_name = _("observed property")
        verbose_name_plural = _("observed properties")


class Datastream(Entity):
    """The observations of one property by one sensor of one thing. Its primary key is its number in the store.

    unit_code: UCUM. low, high: what can happen at all, in the unit; interval_s: expected seconds between observations.
    """

    thing = models.ForeignKey(Thing, on_delete=models.CASCADE, related_name="datastreams")
    sensor = models.ForeignKey(Sensor, on_delete=models.CASCADE, related_name="datastreams")
    observed_property = models.ForeignKey(
        ObservedProperty, on_delete=models.CASCADE, related_name="datastreams"
    )
    observation_type = models.CharField(_("observation type"), max_length=200, default=MEASUREMENT)
    unit_name = models.CharField(_("unit"), max_length=120, null=True, blank=True)
    unit_symbol = models.CharField(_("unit symbol"), max_length=60, null=True, blank=True)
    unit_definition = models.CharField(_("definition of the unit"), max_length=500, null=True, blank=True)
    unit_code = models.CharField(_("unit code (UCUM)"), max_length=60, blank=True)
    observed_area = models.JSONField(_("observed area"), null=True, blank=True)
    low = models.FloatField(_("lowest possible"), null=True, blank=True)
    high = models.FloatField(_("highest possible"), null=True, blank=True)
    interval_s = models.PositiveIntegerField(_("expected interval"), null=True, blank=True)

    class Meta(Entity.Meta):
        verbose_name = _("datastream")
        verbose_name_plural = _("datastreams")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(low__isnull=True)
                | models.Q(high__isnull=True)
                | models.Q(low__lt=models.F("high")),
                name="datastream_range_in_order",
            ),
            models.CheckConstraint(condition=models.Q(id__lte=HIGHEST_STREAM), name="datastream_number_fits"),
        ]


class RemovedStream(models.Model):
    """A datastream that is gone from the catalogue; its observations are still to be taken from the store.

    Written in the transaction of the removal, so that no crash forgets them. Numbers are never given out again.
    """

    number = models.PositiveIntegerField(unique=True)
    removed_at = models.DateTimeField(_("removed"))
    done_at = models.DateTimeField(_("observations deleted"), null=True)

    class Meta:
        ordering = ["number"]
        verbose_name = _("removed datastream")
        verbose_name_plural = _("removed datastreams")

    def __str__(self) -> str:
        return str(self.number)

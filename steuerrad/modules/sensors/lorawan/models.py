"""What LoRaWAN needs beside the common catalogue: devices with their radio state, gateways, and what could not be read."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class DeviceProfile(models.Model):
    """A kind of device that the city added to the library: codec and what the decoded fields observe.

    codec "": the network server decodes. fields: as in codecs/library/*.toml.
    """

    key = models.SlugField(_("key"), max_length=80, unique=True)
    title = models.CharField(_("title"), max_length=200)
    maker = models.CharField(_("maker"), max_length=120, blank=True)
    codec = models.TextField(_("codec"), blank=True)
    fields = models.JSONField(_("fields"), default=dict, blank=True)
    interval_s = models.PositiveIntegerField(_("expected interval"), default=3600)
    source = models.CharField(_("source"), max_length=300, blank=True)
    metadata = models.CharField(_("address of the description"), max_length=300, blank=True)
    changed_at = models.DateTimeField(_("changed"))

    class Meta:
        ordering = ["key"]
        verbose_name = _("device profile")
        verbose_name_plural = _("device profiles")

    def __str__(self) -> str:
        return f"{self.maker} {self.title}".strip()


class LoraDevice(models.Model):
    """A device by its number (DevEUI, 16 hexadecimal digits), and what its last uplinks said about it.

    session: of the network (device address or session key), f_cnt: the counter within it. recent: what marks the last
    uplinks, newest first, so that the same one is known again. battery: as reported, in battery_unit ("V" or "%").
    """

    dev_eui = models.CharField(_("DevEUI"), max_length=16, unique=True)
    thing = models.OneToOneField("observations.Thing", on_delete=models.CASCADE, related_name="lora_device")
    profile = models.CharField(_("profile"), max_length=80)
    interval_s = models.PositiveIntegerField(_("expected interval"))
    variables = models.JSONField(_("variables"), default=dict, blank=True)
    created_at = models.DateTimeField(_("made"))
    last_seen = models.DateTimeField(_("last uplink"), null=True)
    joined_at = models.DateTimeField(_("last joined"), null=True)
    session = models.CharField(max_length=80, blank=True)
    f_cnt = models.BigIntegerField(_("counter"), null=True)
    recent = models.JSONField(default=list)
    uplinks = models.PositiveBigIntegerField(_("uplinks"), default=0)
    missed = models.PositiveBigIntegerField(_("missed uplinks"), default=0)
    duplicates = models.PositiveBigIntegerField(_("duplicates"), default=0)
    late = models.PositiveBigIntegerField(_("late uplinks"), default=0)
    resets = models.PositiveBigIntegerField(_("counter resets"), default=0)
    rssi = models.FloatField(_("signal strength"), null=True)
    snr = models.FloatField(_("signal-to-noise ratio"), null=True)
    spreading_factor = models.PositiveSmallIntegerField(_("spreading factor"), null=True)
    battery = models.FloatField(_("battery"), null=True)
    battery_unit = models.CharField(max_length=4, blank=True)
    margin = models.FloatField(_("margin of downlinks"), null=True)
    warnings = models.JSONField(_("warnings"), default=list)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("LoRaWAN device")
        verbose_name_plural = _("LoRaWAN devices")

    def __str__(self) -> str:
        return self.dev_eui


class Gateway(models.Model):
    """A gateway that heard a device; its place as the network server states it."""

    gateway_id = models.CharField(_("gateway"), max_length=80, unique=True)
    latitude = models.FloatField(_("latitude"), null=True)
    longitude = models.FloatField(_("longitude"), null=True)
    last_seen = models.DateTimeField(_("last uplink"))

    class Meta:
        ordering = ["gateway_id"]
        verbose_name = _("gateway")
        verbose_name_plural = _("gateways")

    def __str__(self) -> str:
        return self.gateway_id


class Reception(models.Model):
    """How a gateway hears a device: counts, the last and the best reception (dBm, dB)."""

    device = models.ForeignKey(LoraDevice, on_delete=models.CASCADE, related_name="receptions")
    gateway = models.ForeignKey(Gateway, on_delete=models.CASCADE, related_name="receptions")
    uplinks = models.PositiveBigIntegerField(_("uplinks"), default=0)
    rssi = models.FloatField(_("signal strength"), null=True)
    snr = models.FloatField(_("signal-to-noise ratio"), null=True)
    best_rssi = models.FloatField(_("best signal strength"), null=True)
    last_seen = models.DateTimeField(_("last uplink"))

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["device", "gateway"], name="one_reception_a_pair")]
        verbose_name = _("reception")
        verbose_name_plural = _("receptions")

    def __str__(self) -> str:
        return f"{self.device_id} – {self.gateway_id}"


class DeadUplink(models.Model):
    """A message that could not become observations, whole, with the reason; replayed after mending.

    mark: SHA-256 of the message, so that one delivered again is not kept twice.
    """

    WAITING, REPLAYED, DISCARDED = "waiting", "replayed", "discarded"
    STATES = [(WAITING, _("waiting")), (REPLAYED, _("replayed")), (DISCARDED, _("discarded"))]
    UNREADABLE, UNKNOWN, PROFILE, CODEC, EMPTY = "unreadable", "unknown", "profile", "codec", "empty"
    KINDS = [
        (UNREADABLE, _("message cannot be read")),
        (UNKNOWN, _("unknown device")),
        (PROFILE, _("unknown profile")),
        (CODEC, _("codec failed")),
        (EMPTY, _("no known figure")),
    ]

    network = models.CharField(_("network server"), max_length=12)
    event = models.CharField(max_length=20, default="up")
    mark = models.CharField(max_length=64, unique=True)
    raw = models.BinaryField(_("message"))
    kind = models.CharField(_("kind"), max_length=12, choices=KINDS)
    reason = models.CharField(_("reason"), max_length=600)
    dev_eui = models.CharField(_("DevEUI"), max_length=16, blank=True)
    device_name = models.CharField(_("name"), max_length=200, blank=True)
    device_kind = models.CharField(_("kind of device"), max_length=200, blank=True)
    received_at = models.DateTimeField(_("received"))
    state = models.CharField(_("state"), max_length=10, choices=STATES, default=WAITING)
    settled_at = models.DateTimeField(_("settled"), null=True)
    tries = models.PositiveIntegerField(_("tries"), default=1)

    class Meta:
        ordering = ["-received_at", "-pk"]
        indexes = [
            models.Index(fields=["state", "kind", "-received_at"], name="dead_uplink_waiting"),
            models.Index(fields=["dev_eui", "state"], name="dead_uplink_device"),
        ]
        verbose_name = _("unread uplink")
        verbose_name_plural = _("unread uplinks")

    def __str__(self) -> str:
        return f"{self.dev_eui or self.network} {self.received_at.isoformat()}"

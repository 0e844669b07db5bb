"""The form of an answer: what is typed stays as typed until the rules have read it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from steuerrad.modules.campaign.forms import DayField
from steuerrad.modules.campaign.models import Evidence, RoundQuestion, labels
from steuerrad.modules.campaign.typed import AnswerInput, EvidenceInput
from steuerrad.platform.files.forms import StoredFileField
from steuerrad.platform.files.models import StoredFile

WAIVER = "waiver:"
NUMBER = {"decimal": "decimal", "share": "decimal", "integer": "numeric"}


@dataclass(frozen=True)
class Held:
    """A piece of evidence beside its box. token: what the box sends when it is to stay."""

    token: str
    title: str
    url: str
    file: StoredFile | None
    stays: bool = True


class AnswerForm(forms.Form):
    based_on = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=10**9)
    carried = forms.BooleanField(required=False, widget=forms.HiddenInput)
    live = forms.BooleanField(required=False, widget=forms.HiddenInput)
    value = forms.CharField(label=_("Value"), required=False, strip=False)
    quality = forms.ChoiceField(
        label=_("Quality"), required=False,
        help_text=_("Needed to submit. A measurement needs its source, an estimate the assumptions in the comment."),
    )  # fmt: skip
    source = forms.CharField(
        label=_("Source"),
        max_length=500,
        required=False,
        help_text=_("Where the figure comes from, e.g. a register or a report."),
    )
    as_of = DayField(label=_("As of"), required=False, help_text=_("The day that the answer is true for."))
    comment = forms.CharField(
        label=_("Comment"), required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Assumptions, limits, what a reader must know."),
    )  # fmt: skip
    file = StoredFileField(label=_("Add a file"), required=False)
    link = forms.CharField(
        label=_("Add a link"),
        max_length=500,
        required=False,
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
    )
    link_title = forms.CharField(label=_("Title of the link"), max_length=200, required=False)

    def __init__(self, question: RoundQuestion, data: Any = None, files: Any = None, **options: Any) -> None:
        super().__init__(data, files, **options)
        self.question = question
        self.fields["quality"].choices = [("", _("please choose")), *labels.QUALITIES.items()]  # type: ignore[attr-defined]
        self.fields["value"] = value_field(question)

    def waivers(self) -> dict[str, str]:
        """Comments by the key of the warning that they override."""
        return {
            name.removeprefix(WAIVER): text.strip()
            for name, text in self.data.items() if name.startswith(WAIVER) and str(text).strip()
        }  # fmt: skip

    def typed(self, added: Iterable[EvidenceInput] = ()) -> AnswerInput:
        """All that was typed, also where some fields are at fault."""
        said = {name: self.cleaned_data.get(name) for name in self.fields}
        evidence = [item for item, stays in held_sent(self.data) if stays]
        if said["link"]:
            evidence.append(EvidenceInput((said["link_title"] or "").strip(), said["link"].strip()))
        return AnswerInput(
            value=said["value"] or "", comment=said["comment"] or "", source=said["source"] or "",
            quality=said["quality"] or "", as_of=said["as_of"], evidence=(*evidence, *added), waivers=self.waivers(),
            carried=bool(said["carried"]), live=bool(said["live"]),
        )  # fmt: skip


def value_field(question: RoundQuestion) -> forms.Field:
    """The field for the type of the question. The rules read the text; the field only helps to type it."""
    label = _("Value (%(unit)s)") % {"unit": question.unit} if question.unit else _("Value")
    if question.type == "yes_no":
        choices = [("", _("please choose")), ("yes", _("yes")), ("no", _("no"))]
        return forms.ChoiceField(label=_("Answer"), required=False, choices=choices)
    if question.type == "choice":
        own = [(str(item), str(item)) for item in question.choices]
        return forms.ChoiceField(label=_("Answer"), required=False, choices=[("", _("please choose")), *own])
    if question.type == "text":
        return forms.CharField(
            label=_("Answer"), required=False, strip=False, widget=forms.Textarea(attrs={"rows": 5})
        )
    if question.type == "date":
        widget = forms.DateInput(attrs={"type": "date"})
        return forms.CharField(label=_("Date"), required=False, widget=widget)
    widget = forms.TextInput(attrs={"inputmode": NUMBER[question.type], "autocomplete": "off"})
    return forms.CharField(label=label, required=False, widget=widget)


def initial_of(question: RoundQuestion, given: AnswerInput | None, newest: int) -> dict[str, Any]:
    """What the form begins with. Numbers stand as the reader's language writes them, dates as the browser wants."""
    if given is None:
        return {"based_on": newest}
    value = given.value
    if question.type in NUMBER and value:
        value = typed_number(value)
    return {
        "based_on": newest, "value": value, "quality": given.quality, "source": given.source, "as_of": given.as_of,
        "comment": given.comment, "carried": given.carried, "live": given.live,
    }  # fmt: skip


def typed_number(value: str) -> str:
    """A canonical number as one would type it: without groups, and never with three decimals, which could be a group."""
    decimals = value.partition(".")[2]
    text = f"{value}0" if len(decimals) == 3 else value
    return text.replace(".", ",") if (get_language() or "de").startswith("de") else text


def held_of(given: AnswerInput | None, files: Mapping[int, StoredFile]) -> list[Held]:
    """The evidence of an answer beside its boxes, all ticked. files: by key; what is not there is left out."""
    return [
        Held(token_of(item), item.title, item.url, files.get(item.file_id or 0))
        for item in (given.evidence if given else ()) if item.url or item.file_id in files
    ]  # fmt: skip


def token_of(item: EvidenceInput) -> str:
    return json.dumps([item.title, item.url, item.file_id], ensure_ascii=False)


def read_token(token: str) -> EvidenceInput | None:
    """The reverse of token_of; None for what no form of ours has sent. Whether it may be used is asked on saving."""
    try:
        title, url, file = json.loads(token)
    except (ValueError, TypeError, RecursionError):
        return None
    if (
        not isinstance(title, str)
        or not isinstance(url, str)
        or not (file is None or (type(file) is int and 0 < file < 2**63))
    ):
        return None
    if any(sign == "\x00" or "\ud800" <= sign <= "\udfff" for sign in title + url):
        return None
    return EvidenceInput(title, url, file) if bool(url) != (file is not None) else None


def held_sent(data: Any) -> list[tuple[EvidenceInput, bool]]:
    """The evidence that the form listed, and whether each is to stay."""
    kept = set(data.getlist("keep"))
    items = [(read_token(token), token in kept) for token in dict.fromkeys(data.getlist("held"))]
    return [(item, stays) for item, stays in items if item is not None]


def usable_files(user: Any, question: RoundQuestion, wanted: Iterable[int | None]) -> dict[int, StoredFile]:
    """Files by key that this person may name as evidence here: own uploads, and what belongs to the question."""
    keys = {key for key in wanted if key is not None}
    if not keys:
        return {}
    known = Evidence.objects.filter(Q(answer__question=question) | Q(answer=question.previous_answer_id))
    mine = Q(uploaded_by=user) | Q(pk__in=known.exclude(file=None).values("file"))
    return StoredFile.objects.filter(mine, pk__in=keys, owner="campaign.evidence").in_bulk()

"""Everything that a module can contribute, as frozen data with small functions in it.

A misspelt or missing field fails at start, because these are plain dataclasses, not string hooks.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from steuerrad.kernel.collecting import QuestionSource
from steuerrad.kernel.deciding import CandidateSource, FieldSource
from steuerrad.kernel.terms import Better, Quality, Text


@dataclass(frozen=True)
class Permission:
    """A right, and the roles that hold it.

    roles: roles that hold the right everywhere. own_roles: roles that hold it for objects of their own
    organisation only.
    """

    id: str
    title: Text
    roles: tuple[str, ...] = ()
    own_roles: tuple[str, ...] = ()


@dataclass(frozen=True)
class NavigationItem:
    """An entry of the main navigation. url_name is reversed without arguments.

    under: url_name of the entry that this one belongs to, also one of another module; where that is missing, the
    entry stands in the main row.
    """

    title: Text
    url_name: str
    order: int = 100
    permission: str = ""
    under: str = ""


@dataclass(frozen=True)
class KpiResult:
    """What a compute function found. value None means: cannot be computed now, and note says why.

    step: words and address of what would help; the page of the KPI leads there.
    """

    value: Decimal | None
    as_of: date
    note: Text = ""
    quality: Quality = "measured"
    inputs: Mapping[str, Any] = field(default_factory=dict[str, Any])
    step: tuple[Text, str] | None = None


@dataclass(frozen=True)
class Kpi:
    """A figure that a module computes about what really runs.

    id: "<module>.<name>". The city's own KPI numbers are tied to it in the city's data, never in code.
    """

    id: str
    title: Text
    unit: Text
    better: Better
    compute: Callable[[], KpiResult]
    description: Text = ""


@dataclass(frozen=True)
class Card:
    """A tile of the home page; the template sees what context(user) gives as `data`.

    styles: paths of style sheets that the template needs.
    """

    id: str
    title: Text
    template: str
    context: Callable[[Any], Mapping[str, Any]]
    order: int = 100
    permission: str = ""
    styles: tuple[str, ...] = ()


@dataclass(frozen=True)
class Panel:
    """A part of a page that belongs to another app, e.g. the measures on the page of an organisation.

    place: which page it goes on ("organisation"). The template sees what context(object, user) gives as `data`.
    """

    id: str
    place: str
    template: str
    context: Callable[[Any, Any], Mapping[str, Any]]
    order: int = 100
    styles: tuple[str, ...] = ()


@dataclass(frozen=True)
class Column:
    """A column of a data set. name: header of CSV, key of JSON; title: for people; unit as printed."""

    name: str
    title: Text
    type: Literal["text", "integer", "decimal", "year", "date", "datetime", "boolean"] = "text"
    unit: str = ""
    description: Text = ""


@dataclass(frozen=True)
class Dataset:
    """A table that everyone who holds permission ("" = everyone) may take away as CSV, XLSX or JSON.

    rows(user) yields one mapping a row, keyed by column name.
    """

    id: str
    title: Text
    description: Text
    columns: tuple[Column, ...]
    rows: Callable[[Any], Iterable[Mapping[str, Any]]]
    permission: str = ""
    licence: str = "CC BY 4.0"
    source: Text = ""


@dataclass(frozen=True)
class SearchHit:
    """text is shown below the title; keywords are searched, too, but not shown."""

    kind: Text
    title: str
    url: str
    text: str = ""
    code: str = ""
    keywords: str = ""


@dataclass(frozen=True)
class SearchSource:
    """documents(user) yields everything that can be found; the portal matches and ranks."""

    id: str
    title: Text
    documents: Callable[[Any], Iterable[SearchHit]]


@dataclass(frozen=True)
class LinkTarget:
    title: str
    url: str
    kind: Text
    state: str = ""
    state_label: Text = ""


@dataclass(frozen=True)
class Linkable:
    """Objects of one kind that others may be tied to as "<prefix>:<key>" (see platform.links)."""

    prefix: str
    title: Text
    resolve: Callable[[Iterable[str], Any], Mapping[str, LinkTarget]]


@dataclass(frozen=True)
class Command:
    """`steuerrad <group> <name>`: configure(parser) adds arguments, run(options) returns the exit code."""

    group: str
    name: str
    help: str
    run: Callable[[argparse.Namespace], int]
    configure: Callable[[argparse.ArgumentParser], None] = lambda parser: None


@dataclass(frozen=True)
class CityLoader:
    """Reads a part of a city's folder into the database.

    load(context) writes into the running transaction and puts faults into context.problems; the caller
    rolls everything back when there are any.
    """

    id: str
    order: int
    load: Callable[[Any], None]


@dataclass(frozen=True)
class Job:
    """Work that is due every `every_minutes`; run must be safe to repeat. urgent: it never waits behind others; for short
    work that people wait for."""

    id: str
    title: Text
    run: Callable[[], None]
    every_minutes: int
    urgent: bool = False


@dataclass(frozen=True)
class PersonalData:
    """Where a module keeps data of persons: what, why, how long, and how it is exported and erased."""

    id: str
    title: Text
    purpose: Text
    kept_days: int | None
    export: Callable[[Any], Any]
    erase: Callable[[Any], None]


@dataclass(frozen=True)
class FileOwner:
    """Uploaded files of one kind: id as named when a file is stored; may_read(user, file) says who may have one."""

    id: str
    title: Text
    may_read: Callable[[Any, Any], bool]


@dataclass(frozen=True)
class Topic:
    """What people are told about. Mail about an obligatory topic cannot be turned off (it is part of the office)."""

    id: str
    title: Text
    description: Text = ""
    obligatory: bool = False


@dataclass(frozen=True)
class Demo:
    """Makes labelled demo data; running it twice changes nothing."""

    id: str
    order: int
    make: Callable[[Path], list[str]]


@dataclass(frozen=True)
class Module:
    """The manifest: one screen shows all that a module contributes."""

    slug: str
    title: Text
    summary: Text
    urls: str = ""
    api: str = ""
    navigation: tuple[NavigationItem, ...] = ()
    permissions: tuple[Permission, ...] = ()
    kpis: tuple[Kpi, ...] = ()
    cards: tuple[Card, ...] = ()
    panels: tuple[Panel, ...] = ()
    jobs: tuple[Job, ...] = ()
    datasets: tuple[Dataset, ...] = ()
    search: tuple[SearchSource, ...] = ()
    linkables: tuple[Linkable, ...] = ()
    loaders: tuple[CityLoader, ...] = ()
    commands: tuple[Command, ...] = ()
    personal_data: tuple[PersonalData, ...] = ()
    file_owners: tuple[FileOwner, ...] = ()
    topics: tuple[Topic, ...] = ()
    publishes: tuple[str, ...] = ()
    listens: Mapping[str, Callable[..., None]] = field(default_factory=dict[str, Callable[..., None]])
    demo: tuple[Demo, ...] = ()
    question_sources: tuple[QuestionSource, ...] = ()
    candidate_sources: tuple[CandidateSource, ...] = ()
    field_sources: tuple[FieldSource, ...] = ()
    url_prefix: str | None = None
    kind: Literal["module", "platform"] = "module"

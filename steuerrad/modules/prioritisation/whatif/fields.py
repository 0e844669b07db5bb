"""Fields of the registered sources, loaded and prepared once in this process."""

from __future__ import annotations

from dataclasses import dataclass

from steuerrad.engines.ranking import ENGINE_VERSION, Field, Prepared, prepare
from steuerrad.kernel.deciding import FieldEdition, FieldSource
from steuerrad.kernel.registry import registry
from steuerrad.modules.prioritisation.whatif.kept import Kept
from steuerrad.modules.prioritisation.whatif.levers import Lever, one_by_one
from steuerrad.modules.prioritisation.whatif.rules import Assumptions, Group, Of, Row, groups_of, rows_of
from steuerrad.modules.prioritisation.whatif.snapshot import field_digest

DRAWS = 10_000
SEED = 2026  # the same for everybody, so that two scenarios differ by what they change and not by luck
MOST_PREPARED = 6  # about 15 MB each at 83 cities


class NoSuchEditionError(LookupError):
    """No source offers this edition."""


class NotPossibleError(ValueError):
    """The edition is there, but nothing can be computed on it; the message says why."""


@dataclass(frozen=True, eq=False)
class Loaded:
    """An edition as its source gives it, with the older ones to learn from. digest: of all of them."""

    source: FieldSource
    edition: FieldEdition
    field: Field
    history: tuple[Field, ...]
    groups: tuple[Group, ...]
    digest: str

    @property
    def rows(self) -> dict[tuple[Of, str], Row]:
        return rows_of(self.groups)


_editions: Kept[tuple[FieldEdition, ...]] = Kept(8)
_loaded: Kept[Loaded] = Kept(12)
_works: Kept[dict[str, tuple[str, ...]]] = Kept(12)
_prepared: Kept[Prepared] = Kept(MOST_PREPARED)
_levers: Kept[list[Lever]] = Kept(4 * MOST_PREPARED)


def sources() -> list[FieldSource]:
    return registry.all("field_sources")


def source_of(source_id: str) -> FieldSource:
    """Raises NoSuchEditionError."""
    found = next((item for item in sources() if item.id == source_id), None)
    if found is None:
        raise NoSuchEditionError(source_id)
    return found


def editions() -> list[tuple[FieldSource, FieldEdition]]:
    """All editions in which the own city has taken part, newest first."""
    found = [
        (source, edition)
        for source in sources()
        for edition in _editions_of(source, source.stamp())
        if edition.own_city
    ]
    return sorted(found, key=lambda pair: -pair[1].year)


def _editions_of(source: FieldSource, stamp: str) -> tuple[FieldEdition, ...]:
    """Asked for again whenever the source cannot say that they are the same."""
    if not stamp:
        return tuple(source.editions())
    return _editions.get((source.id, stamp), lambda: tuple(source.editions()))


def load(source_id: str, key: str) -> Loaded:
    """An edition with the older ones. Raises NoSuchEditionError, NotPossibleError."""
    source = source_of(source_id)
    stamp = source.stamp()
    if not stamp:
        return _load(source, key, stamp)
    return _loaded.get((source.id, key, stamp), lambda: _load(source, key, stamp))


def _load(source: FieldSource, key: str, stamp: str) -> Loaded:
    known = _editions_of(source, stamp)
    edition = next((item for item in known if item.key == key), None)
    if edition is None:
        raise NoSuchEditionError(f"{source.id}/{key}")
    wanted = [item.key for item in known if item.year < edition.year or item.key == key]
    loaded = dict(zip(wanted, _fields_of(source, wanted), strict=True))
    field = loaded.pop(key)
    try:
        groups = groups_of(field, edition.own_city)
    except ValueError as error:
        raise NotPossibleError(str(error)) from error
    older = tuple(loaded.values())
    return Loaded(source, edition, field, older, groups, field_digest(field, *older))


def _fields_of(source: FieldSource, keys: list[str]) -> list[Field]:
    return source.load_all(keys) if source.load_all is not None else [source.load(key) for key in keys]


def works_on(loaded: Loaded) -> dict[str, tuple[str, ...]]:
    """References of what works on an indicator, by its key."""

    def ask() -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for lever in loaded.source.levers(loaded.edition.key):
            found[lever.indicator] = (*found.get(lever.indicator, ()), lever.candidate)
        return found

    stamp = loaded.source.stamp()
    return _works.get((loaded.source.id, loaded.edition.key, stamp), ask) if stamp else ask()


def prepared_of(loaded: Loaded, assumptions: Assumptions | None = None, *, seed: int = SEED) -> Prepared:
    """The simulated field, made once for the same data. Raises NotPossibleError."""
    wanted = assumptions or Assumptions()
    key = (
        loaded.source.id,
        loaded.edition.key,
        loaded.edition.own_city,
        loaded.digest,
        wanted,
        seed,
        ENGINE_VERSION,
    )
    try:
        return _prepared.get(key, lambda: prepare(
            loaded.field, loaded.edition.own_city, loaded.history, wanted.model(), draws=DRAWS, seed=seed
        ))  # fmt: skip
    except ValueError as error:
        raise NotPossibleError(str(error)) from error


def levers_of(loaded: Loaded, assumptions: Assumptions | None = None) -> list[Lever]:
    """One indicator at a time, best first; computed once for the same data. Raises NotPossibleError."""
    wanted = assumptions or Assumptions()
    key = (loaded.source.id, loaded.edition.key, loaded.edition.own_city, loaded.digest, wanted)
    return _levers.get(key, lambda: one_by_one(prepared_of(loaded, wanted), loaded.groups))


def levers_at_hand() -> tuple[Loaded, list[Lever]] | None:
    """Levers of the newest edition if this process has computed them already; asks for nothing but stamps."""
    found = [
        (source, stamp, edition)
        for source in sources()
        if (stamp := source.stamp())
        for edition in _editions.peek((source.id, stamp)) or ()
        if edition.own_city
    ]
    if not found:
        return None
    source, stamp, edition = max(found, key=lambda item: item[2].year)
    loaded = _loaded.peek((source.id, edition.key, stamp))
    if loaded is None:
        return None
    levers = _levers.peek((source.id, edition.key, edition.own_city, loaded.digest, Assumptions()))
    return None if levers is None else (loaded, levers)


def newest_levers() -> tuple[Loaded, list[Lever]] | None:
    """Levers of the newest edition that can be computed with, None when there is none."""
    for source, edition in editions()[:1]:
        try:
            loaded = load(source.id, edition.key)
            return loaded, levers_of(loaded)
        except NotPossibleError:
            return None
    return None


def forget() -> None:
    """Begin anew, e.g. between tests."""
    for kept in (_editions, _loaded, _works, _prepared, _levers):
        kept.forget()

"""The vocabulary is whole: every name can be translated, every definition is an address of its own."""

from __future__ import annotations

import pytest

from steuerrad.platform.observations.vocabulary import definition_of, properties, units
from steuerrad.platform.observations.words import WORDS


def test_every_name_is_found_for_translation() -> None:
    assert {word.name for word in properties().values()} == WORDS


def test_definitions_tell_properties_apart() -> None:
    definitions = [word.definition for word in properties().values()]
    assert len(set(definitions)) == len(definitions)
    assert definition_of("air_temperature") == "http://vocab.nerc.ac.uk/standard_name/air_temperature/"
    with pytest.raises(KeyError):
        definition_of("nonsense")


def test_codes_of_units_stand_in_an_address() -> None:
    assert units()["%"].definition.endswith("%25")
    assert len({unit.definition for unit in units().values()}) == len(units())

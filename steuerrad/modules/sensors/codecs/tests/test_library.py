"""The codecs that come with the product, on their own vectors."""

from __future__ import annotations

from typing import Any

import pytest

from steuerrad.modules.sensors.codecs.decoding import CodecError, decode
from steuerrad.modules.sensors.codecs.profiles import (
    FieldOf,
    Profile,
    ProfileError,
    flat,
    library,
    number_of,
    read_fields,
)

VECTORS = [(key, place) for key, profile in library().items() for place in range(len(profile.vectors))]


@pytest.mark.parametrize(("key", "place"), VECTORS)
def test_a_codec_makes_of_its_vectors_what_the_manual_says(key: str, place: int) -> None:
    profile = library()[key]
    vector = profile.vectors[place]
    found = decode(profile.codec, vector.payload, vector.f_port)
    assert found.warnings == ()
    assert flat(found.data) == pytest.approx(flat(vector.data))


def test_every_profile_has_vectors_and_every_field_is_decoded_by_one_of_its_codecs() -> None:
    assert len(library()) == 10
    for profile in library().values():
        assert len(profile.vectors) >= 2
        decoded = {name for vector in profile.vectors for name in flat(vector.data)}
        assert any(profile.field_of(name) for name in decoded), profile.key


def test_every_vector_names_its_source_and_every_codec_has_one_that_others_have_written() -> None:
    for profile in library().values():
        assert all(vector.source for vector in profile.vectors), profile.key
        assert any("figures chosen" not in vector.source for vector in profile.vectors), profile.key


def test_a_device_that_measures_nothing_says_so() -> None:
    codec = library()["dragino_ldds75"].codec
    for payload, reason in (
        ("0d0a000000000000", "no ultrasonic sensor"),
        ("0d0a001400000001", "nothing was measured"),
    ):
        found = decode(codec, bytes.fromhex(payload), 2)
        assert set(found.data) == {"battery_voltage"}
        assert reason in found.warnings[0]


@pytest.mark.parametrize("key", library())
def test_codecs_refuse_or_warn_of_what_is_cut_off_and_never_fail(key: str) -> None:
    profile = library()[key]
    for vector in profile.vectors:
        for length in range(len(vector.payload)):
            try:
                found = decode(profile.codec, vector.payload[:length], vector.f_port)
            except CodecError as error:
                found = None
                refused = str(error)
            if found is None:
                assert "bytes are expected" in refused
            else:
                assert set(found.data) <= set(vector.data), (key, length)


def test_figures_are_read_from_numbers_texts_and_states() -> None:
    fields = {
        "a": FieldOf("air_temperature", "Cel"),
        "b_*": FieldOf("distance", "m", factor=0.001),
        "c": FieldOf("air_temperature", "Cel", missing=(327.67,)),
    }
    profile = Profile("k", "t", "m", "", 60, fields, {})
    data: dict[str, Any] = {"a": "21.50", "b_1": 2000, "b_2": True, "c": 327.67, "other": 5, "d": {"a": 1}}
    assert {name: value for name, (_field, value) in profile.figures(data).items()} == {
        "a": 21.5, "b_1": 2.0, "b_2": 0.001,
    }  # fmt: skip
    assert flat({"a": {"b": [1, {"c": 2}]}}) == {"a.b.0": 1, "a.b.1.c": 2}


@pytest.mark.parametrize(
    "value", [None, "", "abc", "1_0", "nan", "inf", "9" * 400, 10**400, [], {}, float("nan")]
)
def test_what_is_no_figure_is_none(value: Any) -> None:
    assert number_of(value) is None


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (5, "a table"),
        ({"property": "magic", "unit": "Cel"}, "no property 'magic'"),
        ({"property": "distance", "unit": "furlong"}, "no unit 'furlong'"),
        ({"property": "distance", "unit": "m", "low": 5, "high": 1}, "low is not below high"),
        ({"property": "distance", "unit": "m", "low": "x"}, "low is no number"),
        ({"property": "distance", "unit": "m", "colour": "red"}, "colour is not known"),
    ],
)
def test_wrong_fields_are_refused_with_their_name(row: Any, reason: str) -> None:
    with pytest.raises(ProfileError, match=f"^x: .*{reason}"):
        read_fields({"x": row})

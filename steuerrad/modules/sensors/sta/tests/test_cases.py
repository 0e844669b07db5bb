"""Requests and the answers that the standard wants, one row a case (cases/*.toml), by requirement."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import orjson
import pytest

from steuerrad.modules.sensors.sta.conformance import CLAIMED, ROOT
from steuerrad.modules.sensors.sta.tests.conftest import BASE, Service

CASES: list[dict[str, Any]] = [
    {**case, "file": path.stem}
    for path in sorted((Path(__file__).parent / "cases").glob("*.toml"))
    for case in tomllib.loads(path.read_text())["cases"]
]
ABSENT = object()


def filled(text: str, saved: dict[str, str]) -> str:
    for name, value in saved.items():
        text = text.replace("{" + name + "}", value)
    return text


def found_at(value: Any, path: str) -> Any:
    """What lies at a path of an answer (see the head of cases/1_create.toml)."""
    keys = path.split("/") if path else []
    for number, key in enumerate(keys):
        if key == "#":
            return len(value)
        if key == "[]":
            rest = "/".join(keys[number + 1 :])
            return [found_at(item, rest) for item in value]
        if isinstance(value, list) and key.isdigit() and int(key) < len(value):
            value = value[int(key)]
        elif isinstance(value, dict) and key in value:
            value = value[key]
        else:
            return ABSENT
    return value


def holds(wanted: Any, value: Any, saved: dict[str, str]) -> bool:
    if wanted == "*":
        return value is not ABSENT
    if wanted == "!":
        return value is ABSENT
    if wanted == "=null":
        return value is None
    if isinstance(wanted, str) and wanted.startswith("~"):
        return isinstance(value, str) and value.startswith(wanted[1:])
    if isinstance(wanted, str) and "{" in wanted:
        return filled(wanted, saved) in (value, orjson.dumps(value).decode().replace('"', "'"))
    return value == wanted


def as_key(value: Any) -> str:
    """An id as it stands between brackets."""
    return str(value) if isinstance(value, int) else f"'{value}'"


@pytest.mark.django_db
def test_cases(service: Service, subtests: pytest.Subtests) -> None:
    """All rows in their order, because the later ones ask for what the earlier ones have made."""
    saved = {"base": BASE}
    for number, case in enumerate(CASES):
        with subtests.test(f"{case['req']}: {case['ask']}", row=number):
            run(service, saved, case)


def run(service: Service, saved: dict[str, str], case: dict[str, Any]) -> None:
    method, _, url = filled(case["ask"], saved).partition(" ")
    body = filled(case["body"], saved).encode() if "body" in case else None
    who = service.visitor if case.get("as") == "visitor" else None
    headers = {"content-type": case.get("type", "application/json")}
    status, told, answer = service.ask(method, url, body, headers, who)
    assert status == case.get("status", 200), answer
    if status >= 400:
        assert answer["code"] == status
        assert answer["message"]
    for path, wanted in case.get("see", {}).items():
        assert holds(wanted, found_at(answer, path), saved), (path, wanted, answer)
    if "names" in case:
        assert sorted(item["name"] for item in answer["value"]) == case["names"]
    if "results" in case:
        results = [item["result"] for item in answer["value"]]
        assert sorted(map(plain, results)) == sorted(map(plain, case["results"]))
    if "follow" in case:
        assert followed(service, answer, case["follow"]) == case["all"]
    if "save" in case:
        assert told["Location"] == answer["@iot.selfLink"]
        saved[case["save"]] = as_key(answer["@iot.id"])
    for name, path in case.get("save_from", {}).items():
        saved[name] = as_key(found_at(answer, path))


def plain(value: Any) -> str:
    if isinstance(value, str):
        return value
    return (
        f"{float(value):g}"
        if isinstance(value, int | float) and value is not True
        else orjson.dumps(value).decode()
    )


def followed(service: Service, answer: Any, path: str) -> list[Any]:
    """What lies at a path on all pages together."""
    found = found_at(answer, path)
    for _page in range(50):
        link = answer.get("@iot.nextLink")
        if link is None:
            return found
        answer = service.get(link.removeprefix(BASE + "/"))
        found += found_at(answer, path)
    raise AssertionError("the pages have no end")


def test_every_claimed_requirement_has_cases() -> None:
    assert {f"{ROOT}/{case['req']}" for case in CASES} == set(CLAIMED)

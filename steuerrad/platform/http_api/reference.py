"""The OpenAPI description as plain rows for the reference page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Parameter:
    name: str
    place: str
    type: str
    required: bool
    description: str


@dataclass(frozen=True)
class Operation:
    method: str
    path: str
    summary: str
    description: str
    needs_account: bool
    parameters: tuple[Parameter, ...]
    responses: tuple[str, ...]


def type_of(schema: dict[str, Any]) -> str:
    """A short word for a JSON schema."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " | ".join(type_of(part) for part in schema["anyOf"])
    if schema.get("type") == "array":
        return f"{type_of(schema.get('items', {}))}[]"
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"])
    return str(schema.get("type", "any"))


def operations(openapi: dict[str, Any]) -> dict[str, list[Operation]]:
    """All operations by tag."""
    found: dict[str, list[Operation]] = {}
    for path, methods in openapi["paths"].items():
        for method, entry in methods.items():
            parameters = tuple(
                Parameter(
                    item["name"],
                    item["in"],
                    type_of(item.get("schema", {})),
                    bool(item.get("required")),
                    item.get("description", "") or item.get("schema", {}).get("description", ""),
                )
                for item in entry.get("parameters", [])
            )
            body = entry.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
            if body:
                parameters += (Parameter("", "body", type_of(body), True, ""),)
            operation = Operation(
                method.upper(),
                path,
                entry.get("summary", ""),
                entry.get("description", ""),
                bool(entry.get("security")) and method != "get",
                parameters,
                tuple(str(code) for code in entry.get("responses", {})),
            )
            for tag in entry.get("tags") or ["other"]:
                found.setdefault(tag, []).append(operation)
    return found

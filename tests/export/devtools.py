"""The Chrome DevTools Protocol's own description of its types, as JSON schemas."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from exporting import NODE_MODULES
from jsonschema import Draft7Validator

if TYPE_CHECKING:
    from pathlib import Path

PROTOCOL: Path = NODE_MODULES / "devtools-protocol/json/js_protocol.json"


def validator_of(name: str) -> Draft7Validator:
    """What accepts a value of a type, `Domain.Type`, and nothing else: no member is unknown, none is missing."""
    domains = json.loads(PROTOCOL.read_text())["domains"]
    types = {
        f"{domain['domain']}.{found['id']}": _schema(found, domain["domain"])
        for domain in domains
        for found in domain.get("types", ())
    }
    return Draft7Validator({"$ref": f"#/definitions/{name}", "definitions": types})


def _schema(described: dict[str, Any], domain: str) -> dict[str, Any]:
    if "$ref" in described:
        name = described["$ref"]
        return {"$ref": f"#/definitions/{name if '.' in name else f'{domain}.{name}'}"}
    if described["type"] == "any":
        return {}
    schema: dict[str, Any] = {"type": described["type"]}
    if "items" in described:
        schema["items"] = _schema(described["items"], domain)
    if "enum" in described:
        schema["enum"] = described["enum"]
    if "properties" in described:
        schema["properties"] = {member["name"]: _schema(member, domain) for member in described["properties"]}
        schema["required"] = [member["name"] for member in described["properties"] if not member.get("optional")]
        schema["additionalProperties"] = False
    return schema

"""JSON Schemas of client.yaml and targets.yaml, for the editor that completes them (draft 2020-12)."""

from __future__ import annotations

import json
from typing import Any

from auditkit.errors import UsageError
from auditkit.transports import names as transport_names
from auditkit.workspace.client import Client
from auditkit.workspace.models import keys_of
from auditkit.workspace.targets import OWN, PLATFORMS, Entry, whole

NAMES = ("client", "targets")
FOLDER = ".schema"


def schema(name: str) -> dict[str, Any]:
    """The JSON Schema of a file of the workspace, by its name without ending. Raises UsageError for another name."""
    if name == "client":
        made = Client.model_json_schema(by_alias=True)
    elif name == "targets":
        made = _targets()
    else:
        raise UsageError(f"no schema is called {name!r}; there are {', '.join(NAMES)}")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made, "title": f"auditkit {name}.yaml, version 1"}


def text(name: str) -> str:
    """The same as the text of the file that `init` writes."""
    return json.dumps(schema(name), ensure_ascii=False, indent=1) + "\n"


def first_line(name: str) -> str:
    """The comment by which editors find the schema (yaml-language-server, README, "Using inlined schema")."""
    return f"# yaml-language-server: $schema={FOLDER}/{name}.json\n"


def _targets() -> dict[str, Any]:
    definitions: dict[str, Any] = {}
    ways: dict[str, dict[str, Any]] = {}  # key -> transport -> what it may be there
    for transport in transport_names():
        made = whole(transport).model_json_schema(ref_template=f"#/$defs/{transport}_{{model}}")
        definitions |= {f"{transport}_{n}": d for n, d in made.get("$defs", {}).items()}
        for key, value in made["properties"].items():
            ways.setdefault(key, {})[transport] = value
    keys = {key: _either(by) if key not in keys_of(Entry) else next(iter(by.values())) for key, by in ways.items()}
    keys["platform"] |= {"enum": list(PLATFORMS)}
    keys["transport"] |= {"enum": list(transport_names())}
    shared = {k: v for k, v in keys.items() if k not in OWN}
    entry = {"type": "object", "additionalProperties": False, "required": ["id"], "properties": keys}
    usual = {"type": ["object", "null"], "additionalProperties": False, "properties": shared,
             "description": "what counts for every target that does not say it itself"}
    properties = {"version": {"const": 1, "description": "version of this file's format"}, "defaults": usual,
                  "targets": {"type": ["array", "null"], "items": entry}}
    return {"type": "object", "additionalProperties": False, "properties": properties, "$defs": definitions}


def _either(by: dict[str, Any]) -> dict[str, Any]:
    """An option for all transports at once: which one counts may stand under defaults, where the schema of one entry cannot see it."""
    told = "; ".join(f"{transport}: {value.get('description', value.get('title', ''))}" for transport, value in by.items())
    different = [v for n, v in enumerate(by.values()) if v not in list(by.values())[:n]]
    return (different[0] if len(different) == 1 else {"anyOf": different}) | {"description": told}

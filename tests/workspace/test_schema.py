"""JSON Schemas: they know every key that the readers know."""

from __future__ import annotations

import json

import pytest

from auditkit.errors import UsageError
from auditkit.transports import names, options_of
from auditkit.workspace.client import Client
from auditkit.workspace.models import keys_of
from auditkit.workspace.schema import first_line, schema, text
from auditkit.workspace.targets import PLATFORMS, Entry


def test_the_targets_schema_holds_the_options_of_every_transport() -> None:
    made = schema("targets")
    entry = made["properties"]["targets"]["items"]
    for transport in names():
        for key, field in options_of(transport).model_fields.items():
            assert key in entry["properties"]
            assert f"{transport}: {field.description}" in entry["properties"][key]["description"]
    assert set(entry["properties"]) == {*keys_of(Entry), *(k for t in names() for k in keys_of(options_of(t)))}
    assert entry["additionalProperties"] is False
    assert entry["properties"]["platform"]["enum"] == list(PLATFORMS)
    assert entry["properties"]["transport"]["enum"] == list(names())
    assert set(made["properties"]["defaults"]["properties"]) == set(entry["properties"]) - {"id", "address"}


def test_the_client_schema_holds_the_contract() -> None:
    made = schema("client")
    assert tuple(made["properties"]) == keys_of(Client)
    assert made["required"] == ["client"]
    edge = made["$defs"]["Dependency"]
    assert edge["properties"]["kind"]["enum"] == ["use", "supply", "stored"]
    assert edge["required"] == ["from", "to", "kind"]
    assert {"type": "string"} in made["$defs"]["Company"]["anyOf"]  # a name alone will do


@pytest.mark.parametrize("name", ["client", "targets"])
def test_every_reference_in_a_schema_leads_somewhere(name: str) -> None:
    made = schema(name)
    found = json.dumps(made)
    for definition in made["$defs"]:
        assert f'"#/$defs/{definition}"' in found
    assert found.count('"$ref"') == sum(found.count(f'"#/$defs/{d}"') for d in made["$defs"])
    assert json.loads(text(name)) == made


def test_editors_find_it() -> None:
    assert first_line("client") == "# yaml-language-server: $schema=.schema/client.json\n"


def test_no_such_schema() -> None:
    with pytest.raises(UsageError, match="no schema is called 'x'; there are client, targets"):
        schema("x")

"""Probes of the house and of third parties are found the same way; doubles are refused."""

from __future__ import annotations

import sys
import types
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from auditkit import registry as module
from auditkit.errors import RegistryError
from auditkit.model import fact
from auditkit.probing import Probe, Reply, derived, probe


@fact()
class PluginThing:
    size: int


def made(name: str = "theirs.thing", kind: type = PluginThing) -> Probe[Any]:
    def read(reply: Reply) -> Iterator[Any]:
        yield kind(size=len(reply.stdout))

    read.__annotations__["return"] = Iterator[kind]  # type: ignore[valid-type]
    return probe(name, "cat /etc/thing")(read)


def holder(name: str, **values: object) -> types.ModuleType:
    found = types.ModuleType(name)
    vars(found).update(values)
    return found


def test_what_a_module_holds_is_found_and_nothing_registers_itself() -> None:
    @derived("theirs.doubled")
    def doubled(thing: PluginThing) -> Iterator[PluginThing]:
        yield PluginThing(size=2 * thing.size)

    one = made()
    found = module.scan([holder("theirs", one=one, doubled=doubled, other=7)])
    assert found.probes == {"theirs.thing": one}
    assert list(found.derived) == ["theirs.doubled"]
    assert found.types == {"plugin_thing": PluginThing}
    assert module.scan([]).probes == {}


def test_the_same_probe_seen_in_two_modules_is_one() -> None:
    one = made()
    assert module.scan([holder("a", one=one), holder("b", again=one)]).probes == {"theirs.thing": one}


def test_two_probes_of_one_name_are_refused() -> None:
    with pytest.raises(RegistryError, match=r"two probes are called theirs\.thing; the second is in b: rename one"):
        module.scan([holder("a", one=made()), holder("b", two=made())])


def test_two_fact_types_of_one_table_are_refused() -> None:
    other: Any = fact()(type("PluginThing", (), {"__annotations__": {"size": int}, "__module__": "elsewhere"}))
    with pytest.raises(RegistryError, match="two fact types make the table plugin_thing"):
        module.scan([holder("a", one=made()), holder("b", two=made("theirs.other", other))])


@dataclass
class Point:
    """An entry point as importlib.metadata gives it."""

    name: str
    value: str
    loaded: Any
    dist: Any = None

    def load(self) -> Any:
        if isinstance(self.loaded, Exception):
            raise self.loaded
        return self.loaded


def test_a_plug_in_goes_the_same_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "entry_points", lambda group: [Point("mine", "my.module", holder("my", one=made()))])
    assert list(module.scan(module._plugins()).probes) == ["theirs.thing"]


@pytest.mark.parametrize(
    ("loaded", "said"), [(ImportError("no module named x"), "cannot be loaded: ImportError: no module named x"), (made(), "is no module")]
)
def test_a_broken_plug_in_is_named_with_its_cure(monkeypatch: pytest.MonkeyPatch, loaded: Any, said: str) -> None:
    monkeypatch.setattr(module, "entry_points", lambda group: [Point("mine", "my.module", loaded)])
    with pytest.raises(RegistryError, match=said):
        list(module._plugins())


def test_an_unknown_probe_is_refused_with_near_names() -> None:
    with pytest.raises(RegistryError, match=r"unknown probe 'linux\.listner'.*did you mean linux\.listeners"):
        module.registry().only(["linux.listner"])


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("import not_there_at_all", "ModuleNotFoundError: No module named 'not_there_at_all'"),
        ("1 / 0", "ZeroDivisionError: division by zero"),
    ],
)
def test_a_plug_in_that_does_not_load_names_the_distribution_to_update_or_remove(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, why: str
) -> None:
    """A distribution as pip leaves it: a module and its dist-info."""
    (tmp_path / "broken_probes.py").write_text(body)
    info = tmp_path / "acme_probes-1.2.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-probes\nVersion: 1.2\n")
    (info / "entry_points.txt").write_text("[auditkit.probes]\nmine = broken_probes\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "broken_probes", raising=False)
    with pytest.raises(RegistryError) as caught:
        list(module._plugins())
    assert str(caught.value) == (
        f"plug-in mine (broken_probes, of acme-probes 1.2) cannot be loaded: {why}; update it, or remove it: pip uninstall acme-probes"
    )

"""Probes, derived facts and fact types, built in and third-party the same way.

Built-in modules lie under `auditkit.collectors`; a plug-in names its modules in the entry-point group ``auditkit.probes``.
Nothing registers itself: modules are looked through. Two probes of one name, or two fact types of one table, are an error.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType
from typing import Any

from auditkit.errors import RegistryError
from auditkit.model import table_name
from auditkit.probing import Derived, Probe
from auditkit.text import one_line

GROUP = "auditkit.probes"


@dataclass(frozen=True, slots=True)
class Registry:
    """What this installation can ask and what it can make of the answers."""

    probes: dict[str, Probe[Any]]
    derived: dict[str, Derived[Any]]
    types: dict[str, type]

    def probes_on(self, platform: str) -> list[Probe[Any]]:
        """Probes for targets of a platform, by name."""
        return [p for _, p in sorted(self.probes.items()) if platform in p.on]

    def only(self, probe_names: Iterable[str]) -> Registry:
        """The same with these probes alone. Raises RegistryError for a name that does not exist, naming near ones."""
        wanted = list(probe_names)
        for name in wanted:
            if name not in self.probes:
                raise RegistryError(f"unknown probe {name!r}; `auditkit probes` lists them{_near(name, self.probes)}")
        return Registry({n: self.probes[n] for n in wanted}, self.derived, self.types)


def _near(name: str, names: Iterable[str]) -> str:
    import difflib

    found = difflib.get_close_matches(name, list(names), n=3)
    return f" (did you mean {', '.join(found)}?)" if found else ""


def _walk(package: ModuleType) -> Iterator[ModuleType]:
    for info in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        yield importlib.import_module(info.name)


def _plugins() -> Iterator[ModuleType]:
    for point in entry_points(group=GROUP):
        try:
            loaded = point.load()
        except Exception as e:
            raise RegistryError(broken_plugin("plug-in", point, e)) from e
        if not isinstance(loaded, ModuleType):
            raise RegistryError(f"plug-in {named(point)} is no module: the entry point must name a module of probes")
        yield loaded


def named(point: EntryPoint) -> str:
    """An entry point for messages: its name, what it points to, and the distribution that brought it."""
    d = point.dist
    return f"{point.name} ({point.value}{f', of {d.name} {d.version}' if d else ''})"


def broken_plugin(what: str, point: EntryPoint, e: Exception) -> str:
    """The one line about a plug-in that cannot be loaded, with the command that takes it away."""
    cure = f"update it, or remove it: pip uninstall {point.dist.name}" if point.dist else "uninstall or repair it"
    return f"{what} {named(point)} cannot be loaded: {type(e).__name__}: {one_line(str(e), 200)}; {cure}"


def scan(modules: Iterable[ModuleType]) -> Registry:
    """The probes and derived facts that are attributes of these modules. Raises RegistryError on a double name or table."""
    found = Registry({}, {}, {})
    for module in modules:
        for value in vars(module).values():
            if isinstance(value, Probe):
                _add(found.probes, value, module)
            elif isinstance(value, Derived):
                _add(found.derived, value, module)
            else:
                continue
            for kind in value.yields:
                _add_type(found.types, kind)
    return found


def _add(into: dict[str, Any], value: Any, module: ModuleType) -> None:
    if into.get(value.name, value) is not value:
        raise RegistryError(f"two probes are called {value.name}; the second is in {module.__name__}: rename one")
    into[value.name] = value


def _add_type(into: dict[str, type], kind: type) -> None:
    table = table_name(kind)
    if into.get(table, kind) is not kind:
        raise RegistryError(f"two fact types make the table {table}: {into[table].__module__} and {kind.__module__}: rename one")
    into[table] = kind


@cache
def registry() -> Registry:
    """Everything installed, once a process."""
    collectors = importlib.import_module("auditkit.collectors")
    return scan([*_walk(collectors), *_plugins()])

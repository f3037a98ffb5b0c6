"""Which questions are put to which targets. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from auditkit.model import Question
from auditkit.probing import Probe
from auditkit.registry import Registry
from auditkit.transports.base import Target


def plan(targets: Iterable[Target], registry: Registry) -> list[Question]:
    """Every probe of its platform for every target; a probe with each=, and a sweep, is planned as argument "*"."""
    return [Question(t.id, p.name, "*" if p.many else "") for t in targets for p in registry.probes_on(t.platform)]


def open_probes(target: str, planned: Sequence[Question], answered: set[Question], registry: Registry) -> list[Probe[Any]]:
    """Probes of a target whose planned question has no answer yet, in the order of their names."""
    names = sorted({q.probe for q in planned if q.target == target and q not in answered})
    return [registry.probes[n] for n in names if n in registry.probes]

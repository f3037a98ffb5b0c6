"""Sections of the audit note, one module a matter; a plug-in adds its own through the entry-point group ``auditkit.sections``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import entry_points

from auditkit.errors import RegistryError
from auditkit.registry import broken_plugin, named
from auditkit.reporting.document import Section
from auditkit.reporting.evidence import Draft
from auditkit.reporting.sections import (
    account_use,
    appendix_evidence,
    appendix_hosts,
    appendix_journal,
    appendix_terms,
    appendix_unknown,
    coverage,
    directory,
    estate,
    findings,
    onec,
    questions,
    recommendations,
    summary,
    windows_roles,
    workplaces,
)

GROUP = "auditkit.sections"
Builder = Callable[[Draft], Iterable[Section]]

# The order on paper: what was assessed and what was not comes first, then what a director reads, then the rest.
BODY: tuple[Builder, ...] = (
    coverage.build, summary.build, estate.build, directory.build, workplaces.build, windows_roles.build, onec.build,
    account_use.build, findings.build, recommendations.build, questions.build,
)  # fmt: skip
# The index of evidence last but one: it lists what all sections before it referred to.
APPENDICES: tuple[Builder, ...] = (
    appendix_hosts.build,
    appendix_unknown.build,
    appendix_journal.build,
    appendix_evidence.build,
    appendix_terms.build,
)


def build_all(draft: Draft) -> Iterator[Section]:
    """All sections in order. Raises RegistryError for a plug-in that is no builder of sections."""
    for builder in (*BODY, *_plugins(), *APPENDICES):
        yield from builder(draft)


def _plugins() -> Iterator[Builder]:
    for point in entry_points(group=GROUP):
        try:
            loaded = point.load()
        except Exception as e:
            raise RegistryError(broken_plugin("section", point, e)) from e
        if not callable(loaded):
            raise RegistryError(f"section {named(point)} is no function of a draft")
        yield loaded

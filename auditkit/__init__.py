"""auditkit: take over, understand and answer for somebody else's IT infrastructure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from auditkit.api import Client
    from auditkit.assessment import Assessment, Coverage, Finding
    from auditkit.checking import Checklist, CheckVerdict, Item
    from auditkit.errors import AuditkitError, EvidenceError, StoreError, TransportError, UsageError
    from auditkit.model import Absent, Decision, Evidence, Found, Outcome, Question, Secret, Statement, Unknown
    from auditkit.verify import Verification

__all__ = [
    "Absent",
    "Assessment",
    "AuditkitError",
    "CheckVerdict",
    "Checklist",
    "Client",
    "Coverage",
    "Decision",
    "Evidence",
    "EvidenceError",
    "Finding",
    "Found",
    "Item",
    "Outcome",
    "Question",
    "Secret",
    "Statement",
    "StoreError",
    "TransportError",
    "Unknown",
    "UsageError",
    "Verification",
]

_HOMES = {
    "auditkit.api": ("Client",),
    "auditkit.assessment": ("Assessment", "Coverage", "Finding"),
    "auditkit.checking": ("CheckVerdict", "Checklist", "Item"),
    "auditkit.errors": ("AuditkitError", "EvidenceError", "StoreError", "TransportError", "UsageError"),
    "auditkit.model": ("Absent", "Decision", "Evidence", "Found", "Outcome", "Question", "Secret", "Statement", "Unknown"),
    "auditkit.verify": ("Verification",),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    """Public names, imported when first used: `auditkit --help` must not pay for the whole program."""
    if name not in _HOME:
        raise AttributeError(f"module 'auditkit' has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(_HOME[name]), name)

"""Assessment -> document."""

from __future__ import annotations

from typing import Literal

from auditkit.assessment import Assessment
from auditkit.reporting.document import Document, Meta, Signer, label
from auditkit.reporting.evidence import Draft
from auditkit.reporting.sections import build_all


def audit_document(a: Assessment) -> Document:
    """The audit note: a pure function of the assessment. A person's wordings and approval come from its decisions."""
    meta = Meta(
        client=a.client,
        snapshot=str(a.snapshot.id),
        as_of=a.as_of,
        checklists=a.digest,
        number=f"{a.as_of:%Y%m%d}-{a.snapshot.id}",
        tool=a.snapshot.tool,
        state=_state(a),
        auditor=a.snapshot.operator,
    )
    signers = (Signer(label("signer.auditor"), a.snapshot.operator), Signer(label("signer.client")))
    return Document(label("doc.audit.title"), label("doc.audit.subtitle", client=a.client), meta, tuple(build_all(Draft(a))), signers)


def _state(a: Assessment) -> Literal["draft", "edited", "approved"]:
    kinds = {d.kind for d in a.decisions if d.kind != "approved" or d.subject == f"snapshot:{a.snapshot.id}"}
    return "approved" if "approved" in kinds else "edited" if "edited" in kinds else "draft"


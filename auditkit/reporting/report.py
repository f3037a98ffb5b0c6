"""Assessment -> document."""

from __future__ import annotations

from typing import Literal

from auditkit.assessment import Assessment
from auditkit.reporting.document import Document, Meta, Signer, label
from auditkit.reporting.evidence import Draft
from auditkit.reporting.sections import build_all


def audit_document(a: Assessment, issue: int = 0, tool: str = "auditkit") -> Document:
    """The audit note: a pure function of the assessment, the number of its issue and the program that writes it.

    A person's wordings and approval come from the assessment's decisions.
    """
    meta = Meta(
        client=a.client,
        snapshot=str(a.snapshot.id),
        as_of=a.as_of,
        checklists=a.digest,
        number=f"{a.as_of:%Y%m%d}-{a.snapshot.id}",
        tool=tool,
        state=form(a),
        version=issue,
        auditor=a.snapshot.operator,
    )
    signers = (Signer(label("signer.auditor"), a.snapshot.operator), Signer(label("signer.client")))
    return Document(label("doc.audit.title"), label("doc.audit.subtitle", client=a.client), meta, tuple(build_all(Draft(a))), signers)


def form(a: Assessment) -> Literal["draft", "edited", "approved"]:
    """What people have made of it by now."""
    kinds = {d.kind for d in a.decisions if d.kind != "approved" or d.subject == f"snapshot:{a.snapshot.id}"}
    return "approved" if "approved" in kinds else "edited" if "edited" in kinds else "draft"


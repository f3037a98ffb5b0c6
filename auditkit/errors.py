"""Every error a caller can meet.

::

    AuditkitError              anything below; the CLI prints its one line, never a traceback
    ├── UsageError             exit 2: the input is wrong; names the place and the cure
    │   ├── ConfigError        a file of the workspace: file:line:col: path: what is wrong and what is allowed
    │   ├── ChecklistError     a checklist: file:line: item: what is wrong and what is allowed
    │   ├── TemplateError      a report template
    │   ├── CredentialError    a reference that leads to no credential, a vault that does not open
    │   └── RegistryError      two probes of one name, two fact types of one table
    ├── StoreError             the store cannot be read or written
    │   ├── NewerStore         exit 2: the workspace was written by a newer auditkit
    │   └── EvidenceError      stored bytes are missing, changed, or no key opens them
    └── TransportError         a target was not reached; carries the cause that the report names
"""

from __future__ import annotations

from typing import Literal, get_args

Cause = Literal["unreachable", "refused", "bad_credential", "host_key_changed", "no_sudo", "timed_out", "truncated", "not_understood"]
CAUSES: tuple[Cause, ...] = get_args(Cause)


class AuditkitError(Exception):
    """Base of all errors that auditkit raises on purpose. Its text is one line for the engineer at 2 a.m."""


class UsageError(AuditkitError):
    """The input is wrong: the text names the place and the cure (exit code 2)."""


class ConfigError(UsageError):
    """A file of the workspace is wrong."""


class ChecklistError(UsageError):
    """A checklist, or one item of it, cannot be asked."""


class TemplateError(UsageError):
    """A report template cannot be used."""


class CredentialError(UsageError):
    """A credential reference leads nowhere, or the vault does not open."""


class RegistryError(UsageError):
    """Two probes of one name, two fact types of one table, or a plug-in that is no plug-in."""


class StoreError(AuditkitError):
    """The store cannot be read or written."""


class NewerStore(StoreError, UsageError):
    """The workspace was written by a newer auditkit."""


class EvidenceError(StoreError):
    """Stored bytes are missing or changed, or no key opens them."""


class TransportError(AuditkitError):
    """A target was not reached, or was cut off; `cause` is what the report names."""

    def __init__(self, cause: Cause, message: str) -> None:
        super().__init__(message)
        self.cause: Cause = cause

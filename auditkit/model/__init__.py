"""Words of the house as types. Nothing here does I/O; everything else imports downward to here."""

from auditkit.model.asking import Absent, Evidence, Found, Gap, Outcome, Question, Unknown
from auditkit.model.facts import About, Ident, IdentKind, Secret, about, columns, dump, fact, fact_key, idents, is_fact, marks, table_name
from auditkit.model.saying import Decision, Statement, Text, Value, VerdictState

__all__ = [
    "About", "Absent", "Decision", "Evidence", "Found", "Gap", "Ident", "IdentKind", "Outcome", "Question", "Secret",
    "Statement", "Text", "Unknown", "Value", "VerdictState", "about", "columns", "dump", "fact", "fact_key", "idents", "is_fact",
    "marks", "table_name",
]

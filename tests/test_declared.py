"""client.yaml as tables: what is not written is a gap, what is written as empty is a known nothing."""

from __future__ import annotations

from auditkit.declared import declared_tables
from auditkit.workspace.client import Client


def rows(predecessor: dict[str, object] | None) -> dict[str, object]:
    data: dict[str, object] = {"version": 1, "client": {"name": "x"}}
    if predecessor is not None:
        data["predecessor"] = predecessor
    return {d.table: d.rows for d in declared_tables(Client.model_validate(data))}


def test_each_list_is_told_by_itself() -> None:
    assert rows(None) == {"predecessor_login": None, "predecessor_key": None, "predecessor_network": None}
    assert rows({"persons": ["Иванов"]})["predecessor_login"] is None
    assert rows({"logins": []}) == {"predecessor_login": [], "predecessor_key": None, "predecessor_network": None}


def test_a_login_of_a_domain_is_looked_for_without_it_too() -> None:
    assert rows({"logins": ["CORP\\\\ivanov".replace("\\\\", "\\"), "petrov@corp.local"]})["predecessor_login"] == [
        ("CORP\\ivanov",), ("petrov@corp.local",), ("ivanov",), ("petrov",),
    ]  # fmt: skip

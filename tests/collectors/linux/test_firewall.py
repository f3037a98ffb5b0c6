"""What becomes of a packet that no rule matches, and that half a table is no table."""

from __future__ import annotations

import json
from typing import Any

import pytest

from auditkit.model import Absent, Unknown
from tests.collectors.linux.asking import facts, outcome


def nft(*expressions: list[Any], policy: str = "accept") -> Any:
    at = {"family": "inet", "table": "filter"}
    chain = {"chain": at | {"name": "in", "type": "filter", "hook": "input", "policy": policy}}
    rules = [{"rule": at | {"chain": "in", "expr": e}} for e in expressions]
    (found,) = facts("nft", json.dumps({"nftables": [{"metainfo": {}}, chain, *rules]}))
    return found


MATCH = {"match": {"op": "==", "left": {"payload": {"protocol": "tcp", "field": "dport"}}, "right": 22}}


def test_a_last_rule_that_asks_nothing_decides_like_a_policy() -> None:
    assert nft([MATCH, {"accept": None}], [{"counter": {}}, {"drop": None}]).input_policy == "drop"
    assert nft([MATCH, {"drop": None}]).input_policy == "accept"
    assert nft(policy="drop").active is True


def test_a_chain_that_accepts_everything_is_no_filter() -> None:
    assert (nft().active, nft().rules) == (False, 0)


def test_iptables_without_any_table_filters_nothing() -> None:
    (none,) = facts("iptables", "")
    assert (none.active, none.rules, none.input_policy) == (False, 0, "")


def test_a_table_that_does_not_end_is_not_counted() -> None:
    assert isinstance(outcome("iptables", "*filter\n:INPUT DROP [0:0]\n-A INPUT -j ACC"), Unknown)


def test_rules_hidden_in_the_other_kind_of_tables_leave_the_question_open() -> None:
    warned = "# Warning: iptables-legacy tables present, use iptables-legacy-save to see them\n"
    assert isinstance(outcome("iptables", "*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n", err=warned), Unknown)


@pytest.mark.parametrize("tool", ["nft", "iptables", "ip6tables", "ufw", "firewalld"])
def test_a_tool_that_is_missing_is_absent_and_one_that_refuses_is_unknown(tool: str) -> None:
    program = {"iptables": "iptables-save", "ip6tables": "ip6tables-save", "firewalld": "firewall-cmd"}.get(tool, tool)
    assert isinstance(outcome(tool, "", err=f"ask: 1: {program}: not found\n", code=127), Absent)
    assert isinstance(outcome(tool, "", err="Operation not permitted (you must be root)\n", code=1), Unknown)


def test_a_zone_with_the_default_target_rejects_what_it_does_not_name() -> None:
    public = "public (default, active)\n  target: default\n  interfaces: eth0\n  services: ssh\n  ports: 8080/tcp\n\n"
    out = f"{public}work\n  target: ACCEPT\n  services: ssh\n"
    (found,) = facts("firewalld", out)
    assert (found.active, found.input_policy, found.rules) == (True, "reject", 2)

"""Packet filters: what each tool on the host says. nft(8) -j, iptables-save(8), ufw(8), firewall-cmd(1)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Literal

from auditkit.model.shared.network import Firewall
from auditkit.probing import NotUnderstood, Reply, Shell, probe

_DROPS = ("drop", "reject")
_ZONE_LINE = re.compile(r"[\w-]+( \([^)]*\))?$|\s+[\w-]+:|\s+rule |\s+port=")


@probe("linux.nft", Shell("nft -j list ruleset", root=True), missing="no nft here")
def nft(reply: Reply) -> Iterator[Firewall]:
    """libnftables-json(5). Several base chains on input: one that drops decides."""
    items = json.loads(reply.text)["nftables"]
    rules = [i["rule"] for i in items if "rule" in i]
    inputs = [i["chain"] for i in items if i.get("chain", {}).get("hook") == "input" and i["chain"].get("type") == "filter"]
    verdicts = [_nft_policy(chain, rules) for chain in inputs]
    policy = next((v for v in _DROPS if v in verdicts), verdicts[0] if verdicts else "")
    yield Firewall(tool="nft", active=bool(rules) or policy in _DROPS, rules=len(rules), input_policy=policy)


def _nft_policy(chain: dict[str, Any], rules: list[dict[str, Any]]) -> str:
    """The chain's policy, or the verdict of a last rule that asks nothing."""
    own = [r for r in rules if all(r[k] == chain[j] for k, j in (("family", "family"), ("table", "table"), ("chain", "name")))]
    last = [set(e) - {"counter", "log"} for e in own[-1]["expr"]] if own else []
    said = [e for e in last if e]
    if len(said) == 1 and said[0] <= set(_DROPS):
        return str(next(iter(said[0])))
    return str(chain.get("policy", "accept"))


@probe("linux.iptables", Shell("iptables-save", root=True), missing="no iptables here")
def iptables(reply: Reply) -> Iterator[Firewall]:
    """All tables; no output = no table is loaded, so nothing is filtered."""
    yield _saved(reply, "iptables")


@probe("linux.ip6tables", Shell("ip6tables-save", root=True), missing="no ip6tables here")
def ip6tables(reply: Reply) -> Iterator[Firewall]:
    """The same for IPv6."""
    yield _saved(reply, "ip6tables")


def _saved(reply: Reply, tool: Literal["iptables", "ip6tables"]) -> Firewall:
    table, policy, rules, last = "", "", 0, ""
    for line in reply.lines():
        if line[0] == "*":
            table = line[1:].strip()
        elif line[0] == ":":
            if table == "filter" and line.startswith(":INPUT "):
                policy = line.split()[1].lower()
        elif line[0] in "-[":
            rules += 1
            if table == "filter" and re.match(r"(\[\S+ )?-A INPUT ", line):
                last = line
        elif line.strip() == "COMMIT":
            table = ""
        elif line[0] != "#":
            raise NotUnderstood(f"neither chain nor rule: {line[:80]!r}")
    if table:
        raise NotUnderstood(f"the table {table} does not end")
    if re.search(r"-A INPUT -j (DROP|REJECT)\b", last):
        policy = "drop" if "-j DROP" in last else "reject"
    return Firewall(tool=tool, active=bool(rules) or policy in _DROPS, rules=rules, input_policy=policy)


@probe("linux.ufw", Shell("ufw status verbose", root=True), missing="no ufw here")
def ufw(reply: Reply) -> Iterator[Firewall]:
    """`Status: active|inactive`, `Default: deny (incoming), …`, and the rules below a line of dashes."""
    status = re.search(r"^Status: (active|inactive)$", reply.text, re.M)
    if not status:
        raise NotUnderstood(f"no status: {reply.text[:80]!r}")
    default = re.search(r"^Default: (allow|deny|reject) \(incoming\)", reply.text, re.M)
    policy = {"allow": "accept", "deny": "drop", "reject": "reject"}[default[1]] if default else ""
    _, _, below = reply.text.partition("\n--")
    rules = len([line for line in below.splitlines()[1:] if line.strip()])
    yield Firewall(tool="ufw", active=status[1] == "active", rules=rules, input_policy=policy)


@probe(
    "linux.firewalld",
    Shell("firewall-cmd --list-all-zones", root=True),
    codes=(0, 252),  # NOT_RUNNING
    harmless=r"FirewallD is not running",
    missing="no firewalld here",
)
def firewalld(reply: Reply) -> Iterator[Firewall]:
    """Zones in use have `(active)` or `(default, active)` behind their name; target `default` rejects what nothing allows."""
    if reply.code == 252:
        yield Firewall(tool="firewalld", active=False, rules=0, input_policy="")
        return
    strange = [line for line in reply.lines() if not _ZONE_LINE.match(line)]
    if strange:
        raise NotUnderstood(f"neither a zone nor a setting: {strange[0][:80]!r}")
    zones = re.split(r"^(?=\S)", reply.text, flags=re.M)
    active = [z for z in zones if re.match(r"\S+ \([^)]*active", z)]
    targets = [m[1] for z in active if (m := re.search(r"^\s+target: (\S+)$", z, re.M))]
    if not zones or len(targets) != len(active):
        raise NotUnderstood("a zone without its target")
    allowed = re.findall(r"^\s+(?:services|ports|protocols|forward-ports|source-ports):(.*)$", "".join(active), re.M)
    rich = re.findall(r"^\s+rule ", "".join(active), re.M)
    names = {"default": "reject", "%%REJECT%%": "reject", "DROP": "drop", "ACCEPT": "accept"}
    policies = [names[t] for t in targets]
    policy = "accept" if "accept" in policies else policies[0] if policies else ""
    yield Firewall(tool="firewalld", active=True, rules=sum(len(a.split()) for a in allowed) + len(rich), input_policy=policy)

"""Packet filters: what each tool on the host says. nft(8) -j, iptables-save(8), ufw(8), firewall-cmd(1)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal, TypeVar

from auditkit.model.shared.network import Firewall
from auditkit.probing import NotUnderstood, Reply, Shell, probe

T = TypeVar("T")
Chain = tuple[str, str, str]  # of nft: family, table, name
_DROPS = ("drop", "reject")
_ZONE_LINE = re.compile(r"[\w-]+( \([^)]*\))?$|\s+[\w-]+:|\s+rule |\s+port=")


# Chains and tables of guards against guessing: they stop who was caught, and leave every port open to the rest.
_GUARD = re.compile(r"(?:f2b|fail2ban|crowdsec|sshguard|denyhosts)", re.I)


@probe("linux.nft", Shell("nft -j list ruleset", root=True), missing="no nft here")
def nft(reply: Reply) -> Iterator[Firewall]:
    """libnftables-json(5). What IPv4 packets to this host meet: chains on the input hook, and the chains that those call.

    Several base chains on input: one that drops decides.
    """
    items = json.loads(reply.text)["nftables"]
    chains: dict[Chain, list[Any]] = {_place(i["chain"], "name"): [] for i in items if "chain" in i}
    for rule in (i["rule"] for i in items if "rule" in i):
        chains[_place(rule, "chain")].append(rule["expr"])
    maps = {_place(i["map"], "name"): i["map"].get("elem", []) for i in items if "map" in i}
    bases = [i["chain"] for i in items if i.get("chain", {}).get("hook") == "input" and i["chain"].get("type") == "filter"]
    inputs = {_place(c, "name"): c for c in bases if c["family"] in ("ip", "inet") and not _GUARD.match(c["table"])}
    policies = [_nft_policy(c, chains[place]) for place, c in inputs.items()]
    policy = next((v for v in _DROPS if v in policies), policies[0] if policies else "")
    verdicts = {place: [list(_nft_verdicts(e, place, maps)) for e in rules] for place, rules in chains.items()}
    said = {place: [rule for rule in rules if not any(_GUARD.match(to) for _, to in rule)] for place, rules in verdicts.items()}
    calls = {place: {(*place[:2], to) for rule in rules for _, to in rule if to} for place, rules in said.items()}
    met = _reached(inputs, calls)
    drops = any(word in _DROPS for place in met for rule in said[place] for word, _ in rule)
    yield Firewall(tool="nft", active=drops or policy in _DROPS, rules=sum(len(said[p]) for p in met), input_policy=policy)


def _place(item: dict[str, Any], name: str) -> Chain:
    return item["family"], item["table"], item[name]


def _nft_policy(chain: dict[str, Any], rules: list[Any]) -> str:
    """The chain's policy, or the verdict of a last rule that asks nothing."""
    last = [set(e) - {"counter", "log"} for e in rules[-1]] if rules else []
    said = [e for e in last if e]
    if len(said) == 1 and said[0] <= set(_DROPS):
        return str(next(iter(said[0])))
    return str(chain.get("policy", "accept"))


def _nft_verdicts(expr: Any, place: Chain, maps: dict[Chain, Any]) -> Iterator[tuple[str, str]]:
    """Each verdict of a rule, with the chain it calls; also those of its verdict map, whether written there or named ("@map")."""
    if isinstance(expr, list):
        for e in expr:
            yield from _nft_verdicts(e, place, maps)
    elif isinstance(expr, dict):
        for word, said in expr.items():
            if word in _DROPS:
                yield word, ""
            elif word in ("jump", "goto"):
                yield word, said["target"]
            elif word == "vmap" and isinstance(said.get("data"), str):
                yield from _nft_verdicts(maps[(*place[:2], said["data"].removeprefix("@"))], place, {})
            else:
                yield from _nft_verdicts(said, place, maps)


def _reached(start: Iterable[T], calls: Mapping[T, set[T]]) -> set[T]:
    """The chains that packets can come to."""
    met: set[T] = set()
    left = list(start)
    while left:
        chain = left.pop()
        if chain not in met:
            met.add(chain)
            left += calls[chain]
    return met


@probe("linux.iptables", Shell("iptables-save", root=True), missing="no iptables here")
def iptables(reply: Reply) -> Iterator[Firewall]:
    """All tables; no output = no table is loaded, so nothing is filtered."""
    yield _saved(reply, "iptables")


@probe("linux.ip6tables", Shell("ip6tables-save", root=True), missing="no ip6tables here")
def ip6tables(reply: Reply) -> Iterator[Firewall]:
    """The same for IPv6."""
    yield _saved(reply, "ip6tables")


_RULE = re.compile(r"(?:\[\d+:\d+\] )?-A (\S+)(.*)")


def _saved(reply: Reply, tool: Literal["iptables", "ip6tables"]) -> Firewall:
    """Of the table `filter` what INPUT holds and the chains that it calls; nat and mangle open or close no port."""
    policy, chains = _filter_table(reply)
    if chains.get("INPUT") and (found := re.match(r" -j (DROP|REJECT)\b", chains["INPUT"][-1])):
        policy = found[1].lower()
    said = {c: [to for r in rules if not _GUARD.match(to := _target(r))] for c, rules in chains.items()}
    met = _reached({"INPUT"} & set(chains), {c: set(targets) & set(chains) for c, targets in said.items()})
    targets = [to for c in met for to in said[c]]
    drops = bool({"DROP", "REJECT"} & set(targets))
    return Firewall(tool=tool, active=drops or policy in _DROPS, rules=len(targets), input_policy=policy)


def _target(rule: str) -> str:
    """Where a rule of iptables-save leads; "" = it only counts."""
    found = re.search(r" -[jg] (\S+)", rule)
    return found[1] if found else ""


def _filter_table(reply: Reply) -> tuple[str, dict[str, list[str]]]:
    """iptables-save -> the policy of INPUT, and the rules of each chain of the table `filter`."""
    table, policy, chains = "", "", dict[str, list[str]]()
    for line in reply.lines():
        rule = _RULE.match(line)
        if line[0] == "*":
            table = line[1:].strip()
        elif line[0] == ":":
            name, default = line[1:].split()[:2]
            if table == "filter":
                chains.setdefault(name, [])
                policy = default.lower() if name == "INPUT" else policy
        elif rule and table:
            if table == "filter":
                chains[rule[1]].append(rule[2])
        elif line.strip() == "COMMIT":
            table = ""
        elif line[0] != "#":
            raise NotUnderstood(f"neither chain nor rule: {line[:80]!r}")
    if table:
        raise NotUnderstood(f"the table {table} does not end")
    return policy, chains


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

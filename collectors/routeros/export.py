"""The configuration as RouterOS exports it: services, packet filter, accounts of VPN clients, jobs, crypto, wireless, SNMP, logging."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditkit.model.shared.routeros import (
    RouterChain,
    RouterCommunity,
    RouterCrypto,
    RouterExport,
    RouterJob,
    RouterLogging,
    RouterPppSecret,
    RouterRule,
    RouterService,
    RouterSwitch,
    RouterWan,
    RouterWifi,
)
from auditkit.probing import Cli, NotUnderstood, Reply, probe
from auditkit.scrub import scrub

from ._defaults import SERVICES, SWITCHES, exposed, switch
from ._export import END, Export, Item, read
from ._wan import drops, from_wan, unlimited, wans

Row = (
    RouterExport | RouterService | RouterSwitch | RouterWan | RouterChain | RouterRule | RouterJob | RouterPppSecret | RouterCrypto
    | RouterWifi | RouterCommunity | RouterLogging
)  # fmt: skip
_MARK = f':put "{END}"'


@probe("routeros.export", Cli(f"/export terse hide-sensitive; {_MARK}", seconds=120), on=("routeros",), secret=True)
def export(
    reply: Reply,
) -> Iterator[
    RouterExport | RouterService | RouterSwitch | RouterWan | RouterChain | RouterRule | RouterJob | RouterPppSecret | RouterCrypto
    | RouterWifi | RouterCommunity | RouterLogging
]:  # fmt: skip
    """RouterOS 6 hides passwords only where asked to; 7 hides them by itself and no longer knows the word."""
    yield from _rows(reply)


@export.otherwise(Cli(f"/export terse; {_MARK}", seconds=120))
def _(reply: Reply) -> Iterator[Row]:
    """RouterOS 7."""
    yield from _rows(reply)


def _rows(reply: Reply) -> Iterator[Row]:
    e = read(reply.text)
    version = e.head.get("version", "")
    if not re.fullmatch(r"\d+\..*", version):
        raise NotUnderstood("the export does not say of which version it is")
    major = int(version.split(".")[0])
    wan = wans(e)
    yield RouterExport(
        version=version, major=major, model=e.head.get("model", ""), board_serial=e.head.get("serial number", ""),
        software_id=e.head.get("software id", ""), items=len(e.items),
    )  # fmt: skip
    yield from _services(e)
    yield from (RouterSwitch(name=n, value=(v := switch(e, n, major))[0], exposed=exposed(n, v[0]), is_default=v[1]) for n in SWITCHES)  # type: ignore[arg-type]
    yield from (RouterWan(interface=name, known_by=why) for name, why in sorted(wan.items()))
    for chain in ("input", "forward"):
        rules = [i for i in e.of("/ip firewall filter") if i.on and i.get("chain") == chain]
        yield RouterChain(chain=f"filter {chain}", rules=len(rules), drops=drops(e, chain, set(wan)))  # type: ignore[arg-type]
    yield from _firewall(e, set(wan))
    yield from _jobs(e)
    yield from (_ppp(i, reply) for i in e.of("/ppp secret"))
    yield from _crypto(e)
    yield from _wifi(e)
    yield from _snmp(e, reply)
    yield from _logging(e)


def _services(e: Export) -> Iterator[RouterService]:
    said = {i.find: i for i in e.of("/ip service", "set")}
    for name, (port, on, clear) in SERVICES.items():
        item = said.get(name)
        disabled = item.get("disabled") if item else ""
        addresses = tuple(filter(None, (item.get("address") if item else "").split(",")))
        yield RouterService(
            name=name, port=int(item.get("port", str(port)) if item else port), enabled=on if not disabled else disabled == "no",
            clear=clear, addresses=tuple(a for a in addresses if a not in ("0.0.0.0/0", "::/0")),
        )  # fmt: skip


def _firewall(e: Export, wan: set[str]) -> Iterator[RouterRule]:
    counted: dict[str, int] = {}
    for table in ("filter", "nat", "raw"):
        for i in e.of(f"/ip firewall {table}"):
            if not i.on:
                continue
            chain = f"{table} {i.get('chain')}"
            counted[chain] = counted.get(chain, 0) + 1
            yield RouterRule(
                chain=chain, number=counted[chain], action=i.get("action", "accept"), protocol=i.get("protocol"),
                dst_port=i.get("dst-port") or i.get("port"), in_interface=i.get("in-interface") or i.get("in-interface-list"),
                src=i.get("src-address") or i.get("src-address-list"), to_address=i.get("to-addresses"), to_ports=i.get("to-ports"),
                states=tuple(filter(None, i.get("connection-state").split(","))), unlimited=unlimited(i), wan=from_wan(e, i, wan),
                comment=scrub(i.get("comment")),
            )  # fmt: skip


_FETCH, _RUN = re.compile(r"/?tool[ /]+fetch|\bfetch\b.*(?:url|address)="), re.compile(r"/?import\b|:parse\b|/system script run|\[:parse")
_SAVE = re.compile(r"/?export\b.*file|/system backup save|backup save|/?system backup cloud")


def _jobs(e: Export) -> Iterator[RouterJob]:
    kinds = (("/system script", "script", "source"), ("/system scheduler", "scheduler", "on-event"))
    scripts = {i.get("name"): i.get("source") for i in e.of("/system script")}
    for menu, kind, prop in kinds:
        for i in e.of(menu):
            text = i.get(prop)
            called = scripts.get(text.strip().removeprefix("/system script run").strip(' "'), "") if kind == "scheduler" else ""
            body = f"{text}\n{called}"
            yield RouterJob(
                kind=kind, name=i.get("name"), enabled=i.on, interval=i.get("interval"), fetches=bool(_FETCH.search(body)),  # type: ignore[arg-type]
                runs=bool(_RUN.search(body)), saves=bool(_SAVE.search(body)), owner=i.get("owner"),
            )  # fmt: skip
    for i in e.of("/tool netwatch"):
        body = f"{i.get('up-script')}\n{i.get('down-script')}"
        if body.strip():
            yield RouterJob(
                kind="netwatch", name=i.get("host"), enabled=i.on, interval=i.get("interval"), fetches=bool(_FETCH.search(body)),
                runs=bool(_RUN.search(body)), saves=bool(_SAVE.search(body)), owner="",
            )  # fmt: skip


def _ppp(i: Item, reply: Reply) -> RouterPppSecret:
    password = i.get("password")
    return RouterPppSecret(
        name=i.get("name"), service=i.get("service", "any"), profile=i.get("profile", "default"), enabled=i.on,
        secret=reply.secret(password, "ppp") if password else None, comment=scrub(i.get("comment")),
    )  # fmt: skip


# algorithms that RFC 8221 and RFC 8247 say must not or should not be used any more
_WEAK = re.compile(r"(?:des|3des|blowfish|null|md5|modp768|modp1024|ec2n155|ec2n185)$")


def _weak(i: Item, **named: str) -> tuple[str, ...]:
    said = [word for name, default in named.items() for word in i.get(name.replace("_", "-"), default).split(",")]
    return tuple(sorted({w for w in said if _WEAK.match(w)}))


def _named(e: Export, menu: str) -> dict[str, Item]:
    """Items of a menu by name; `set [ find default=yes ]` is the one called default."""
    return {i.get("name") or i.find.removeprefix("default=yes") or "default": i for v in ("set", "add") for i in e.of(menu, v)}


def _crypto(e: Export) -> Iterator[RouterCrypto]:
    """Defaults: proposal sha1, aes-256-cbc,aes-192-cbc,aes-128-cbc, modp1024; profile sha1, aes-128,3des, modp2048,modp1024."""
    proposals, profiles = _named(e, "/ip ipsec proposal"), _named(e, "/ip ipsec profile")
    if not e.of("/ip ipsec peer") and not e.of("/ip ipsec identity") and not e.of("/interface l2tp-server server", "set"):
        return  # nothing uses them
    for name, i in sorted(({"default": Item("", "", 0)} | proposals).items()):
        weak = _weak(i, auth_algorithms="sha1", enc_algorithms="aes-256-cbc", pfs_group="modp1024")
        none = ("pfs none",) if i.get("pfs-group") == "none" else ()
        yield RouterCrypto(kind="proposal", name=name, enabled=i.on, weak=(*weak, *none))
    for name, i in sorted(({"default": Item("", "", 0)} | profiles).items()):
        weak = _weak(i, hash_algorithm="sha1", enc_algorithm="aes-128,3des", dh_group="modp2048,modp1024")
        yield RouterCrypto(kind="profile", name=name, enabled=i.on, weak=weak)


def _wifi(e: Export) -> Iterator[RouterWifi]:
    """`/interface wireless security-profiles` (6 and wireless package), `/interface wifi security` (wifi packages of 7)."""
    used = {i.get("security-profile", "default") for v in ("set", "add") for i in e.of("/interface wireless", v) if i.on}
    for v in ("set", "add"):
        for i in e.of("/interface wireless security-profiles", v):
            name = i.get("name") or i.find or "default"
            name = "default" if name.startswith("default") else name
            types = set(filter(None, i.get("authentication-types").split(",")))
            ciphers = set(filter(None, f"{i.get('unicast-ciphers')},{i.get('group-ciphers')}".split(",")))
            weak = (types & {"wpa-psk", "wpa-eap"}) | (ciphers & {"tkip"}) | ({"wep"} if "static-keys" in i.get("mode") else set())
            yield RouterWifi(name=name, open=i.get("mode", "none") == "none", weak=tuple(sorted(weak)), wps=None, used=name in used)
    for i in e.of("/interface wifi security"):
        types = set(filter(None, i.get("authentication-types").split(",")))
        yield RouterWifi(
            name=i.get("name"), open=not types, weak=tuple(sorted(types & {"wpa-psk", "wpa-eap"})),
            wps=i.get("wps", "push-button") != "disable", used=True,
        )  # fmt: skip


def _snmp(e: Export, reply: Reply) -> Iterator[RouterCommunity]:
    """The first community is called public and has no addresses until somebody changes it."""
    changed = e.of("/snmp community", "set")
    first = changed[-1] if changed else Item("/snmp community", "set", 0)
    for place, i in enumerate([first, *e.of("/snmp community")]):
        name = i.get("name", "public" if place == 0 else "")
        yield RouterCommunity(
            place=place, community=reply.secret(name, "snmp"), public=name.lower() in ("public", "private"),
            writes=i.get("write-access", "no") == "yes", security=i.get("security", "none"),
            addresses=tuple(a for a in i.get("addresses").split(",") if a and a not in ("::/0", "0.0.0.0/0")),
        )  # fmt: skip


def _logging(e: Export) -> Iterator[RouterLogging]:
    remotes = {i.get("name") or i.find: i.get("remote") for v in ("set", "add") for i in e.of("/system logging action", v)}
    for i in e.of("/system logging"):
        if i.on:
            action = i.get("action", "memory")
            yield RouterLogging(topics=i.get("topics", "info"), target=action, remote=remotes.get(action, "") or "")

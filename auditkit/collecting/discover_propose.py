"""targets.proposed.yaml: what discovery found, in the form of targets.yaml, for a person to accept line by line."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from auditkit.collecting.discover_accounts import AWAY_DAYS, Account, only_accounts
from auditkit.collecting.discover_mentions import Mention, Sighting
from auditkit.i18n import Lang, text
from auditkit.text import one_line
from auditkit.transports.base import Target
from auditkit.transports.sweep_ranges import Grant, Range
from auditkit.workspace.files import write_whole
from auditkit.workspace.names import slug

NAME = "targets.proposed.yaml"
# What a sweep takes a device for -> names of platforms that would ask it, the best first.
_PLATFORMS: Mapping[str, tuple[str, ...]] = {
    "windows": ("windows",), "samba": ("linux",), "linux": ("linux",), "proxmox": ("proxmox", "linux"), "bsd": ("bsd",),
    "esxi": ("esxi", "vmware"),
    "routeros": ("routeros", "mikrotik", "network"), "cisco": ("cisco_ios", "cisco", "ios", "network"), "network": ("network",),
    "pbx": ("asterisk", "pbx"),
}  # fmt: skip
_DOMAIN = ("directory", "ad", "domain")  # asked beside the server itself, where it is a domain controller
_SSH = 22
_WINRM, _WINRM_TLS = 5985, 5986


@dataclass(slots=True)
class _Page:
    """platforms: name -> its transports, the usual one first. taken: ids in lower case."""

    lang: Lang
    platforms: Mapping[str, Sequence[str]]
    taken: set[str]
    entries: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)

    def say(self, message: str, **values: str | int) -> str:
        return text(self.lang, f"discover.{message}", values)

    def free_id(self, name: str, address: str) -> str:
        """A short name nobody has yet: of the device without its domain, else of its address."""
        base = slug(name.partition(".")[0]) if name else f"host-{slug(address.replace(':', '-'))}"
        made, n = base, 2
        while made.lower() in self.taken:
            made, n = f"{base}-{n}", n + 1
        self.taken.add(made.lower())
        return made


def propose(
    seen: Iterable[Sighting],
    mentions: Iterable[Mention],
    existing: Collection[Target],
    platforms: Mapping[str, Sequence[str]],
    lang: Lang = "ru",
    not_looked: Iterable[tuple[str, str]] = (),
    grant: Grant | None = None,
    accounts: Iterable[Account] = (),
) -> str:
    """The text of the file; pure. existing: targets.yaml, none of which is proposed again (by address).

    platforms: `auditkit.workspace.targets.PLATFORMS`; what none of them asks stands there as a comment. grant: mentioned addresses
    outside of it are told, not proposed. not_looked: tables that could mention more. accounts: of computers in a directory; one that
    has been away too long is told, not proposed.
    """
    page = _Page(lang, platforms, {t.id.lower() for t in existing})
    known = {t.address.lower() for t in existing}
    for s in seen:
        if not known & {a.lower() for a in (*s.addresses, s.name) if a}:
            _sighting(page, s)
    for a in accounts:
        if a.address not in known:
            _account(page, a)
    for m in mentions:
        if not only_accounts(m.sources) and not known & {v.lower() for v in (m.address, m.name) if v}:
            _mention(page, m, grant)
    return _text(page, list(not_looked))


def write_proposal(workspace: Path, proposal: str) -> Path:
    """Put it beside targets.yaml, which is never touched; an older proposal is replaced whole. Raises as `write_whole`."""
    place = workspace / NAME
    write_whole(place, proposal.encode("utf-8"))
    return place


def _sighting(page: _Page, s: Sighting) -> None:
    ports = ", ".join(map(str, s.ports)) or "—"
    why = page.say(
        "seen", name=_told(s.name), os=_told(s.os_guess or s.kind), domain=_told(s.domain), ports=ports, roles=_told(", ".join(s.roles)),
        by=", ".join(s.by), addresses=", ".join(s.addresses),
    )  # fmt: skip
    found = _platforms(page, s)
    if not found:
        page.others.append(why)
    for platform in found:
        _entry(page, why, s.name, s.addresses[0], platform, _how(page, platform, s.ports))


def _platforms(page: _Page, s: Sighting) -> list[str]:
    """What asks it: the server itself, and the domain where it is a domain controller."""
    kind = s.kind or ("linux" if _SSH in s.ports else "")
    names = _PLATFORMS.get(kind, ())
    if kind in ("linux", "samba", "proxmox", "bsd") and _SSH not in s.ports:
        names = ()  # nothing that could be asked listens there
    own = next((n for n in names if n in page.platforms), None)
    domain = next((n for n in _DOMAIN if n in page.platforms), None) if "domain controller" in s.roles else None
    return [p for p in (own, domain) if p]


def _how(page: _Page, platform: str, ports: Collection[int]) -> list[str]:
    """What an entry needs beside the usual."""
    if platform != "windows" or _WINRM_TLS in ports:
        return []
    return ["    scheme: http"] if _WINRM in ports else [f"    # {page.say('no_winrm')}"]


def _mention(page: _Page, m: Mention, grant: Grant | None) -> None:
    where = ", ".join(f"{table}@{by}" for table, by in m.sources[:6]) + (" …" if len(m.sources) > 6 else "")
    why = page.say("mentioned", name=_told(m.name), address=_told(m.address), mac=_told(m.mac), by=where)
    if m.address and grant is not None and not grant.holds(Range.parse(m.address)):
        why += f"; {page.say('outside')}"
    page.others.append(why)


def _account(page: _Page, a: Account) -> None:
    seen = a.seen.isoformat() if a.seen else "—"
    why = page.say("account", name=_told(a.name), os=_told(a.os), role=_told(a.role), seen=seen, by=", ".join(a.by))
    if a.alive is False:
        page.others.append(f"{a.address}: {why}; {page.say('away', days=AWAY_DAYS)}")
    elif a.platform not in page.platforms:
        page.others.append(f"{a.address}: {why}")
    else:
        _entry(page, why, a.name, a.address, a.platform)


def _entry(page: _Page, why: str, name: str, address: str, platform: str, how: Sequence[str] = ()) -> None:
    transport = page.platforms[platform][0]
    lines = [f"  # {one_line(why, 400)}", f"  - id: {page.free_id(name, address)}", f"    address: {_quoted(address)}"]
    lines += [f"    platform: {platform}", f"    transport: {transport}", *how, "    # credential: vault:NAME"]
    page.entries.append("\n".join(lines))


def _quoted(address: str) -> str:
    return f"'{address}'" if ":" in address else address


def _told(value: str) -> str:
    return one_line(value, 120) or "—"


def _text(page: _Page, not_looked: Sequence[tuple[str, str]]) -> str:
    return "\n".join(_lines(page, not_looked)) + "\n"


def _lines(page: _Page, not_looked: Sequence[tuple[str, str]]) -> Iterator[str]:
    for line in page.say("header", n=len(page.entries)).splitlines():
        yield f"# {line}".rstrip()
    yield "version: 1"
    yield "targets:" if page.entries else "targets: []"
    yield from page.entries
    if page.others:
        yield f"\n# {page.say('others', n=len(page.others))}"
        yield from (f"#   {one_line(line, 400)}" for line in page.others)
    if not_looked:
        yield f"\n# {page.say('not_looked')}"
        yield from (f"#   {table}: {one_line(why, 200)}" for table, why in not_looked)

"""Mail servers: Postfix (postconf(1)), Exim (exim -bP), Dovecot (doveconf(1)), Sendmail (sendmail.cf)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditkit.model.shared.services import MailService
from auditkit.probing import NotHere, NotUnderstood, Reply, Shell, probe

from ._readings import NO_FILE, grepped

_POSTFIX = (
    "mail_version myhostname relayhost mynetworks mydestination relay_domains virtual_mailbox_domains inet_interfaces"
    " smtpd_tls_security_level"
)


@probe("linux.postfix", f"postconf -x {_POSTFIX}", missing="no Postfix here")
def postfix(reply: Reply) -> Iterator[MailService]:
    """`name = value`, with the defaults of what nobody wrote."""
    named = _equals(reply)
    yield MailService(
        product="postfix",
        version=named["mail_version"],
        hostname=named["myhostname"].lower(),
        relay=named["relayhost"],
        networks=_words(named["mynetworks"]),
        domains=_words(" ".join((named["mydestination"], named["relay_domains"], named["virtual_mailbox_domains"]))),
        listen=() if named["inet_interfaces"] == "all" else _words(named["inet_interfaces"]),
        protocols=("smtp",),
        tls=named["smtpd_tls_security_level"],
    )


def _equals(reply: Reply) -> dict[str, str]:
    named: dict[str, str] = {}
    for line in reply.lines():
        name, equals, value = line.partition("=")
        if not equals:
            raise NotUnderstood(f"no setting: {line[:80]!r}")
        named[name.strip()] = value.strip()
    return named


def _words(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(w for w in re.split(r"[\s,]+", text) if w))


_EXIM = "-bV && exim4 -bP primary_hostname local_interfaces tls_advertise_hosts"
_DEBIAN = "grep -HE '^dc_' /etc/exim4/update-exim4.conf.conf"


@probe(
    "linux.exim",
    Shell(f"exim4 {_EXIM} && {_DEBIAN}", root=True),
    missing="no Exim here",
)
def exim(reply: Reply) -> Iterator[MailService]:
    """Debian: version, settings, and the answers its own configuration was made of (update-exim4.conf(8))."""
    debian = {m[1]: m[2] for m in re.finditer(r"^/etc/exim4/\S+?:dc_(\w+)='([^']*)'", reply.text, re.M)}
    yield _exim(
        reply,
        relay=debian.get("smarthost", "").replace("::", ":") if debian.get("eximconfig_configtype") in ("smarthost", "satellite") else "",
        networks=_colons(debian.get("relay_nets", "")),
        domains=_colons(debian.get("other_hostnames", "")),
        listen=_colons(debian.get("local_interfaces", "")),
    )


@exim.otherwise(Shell("exim -bV && exim -bP primary_hostname local_interfaces tls_advertise_hosts", root=True))
def _(reply: Reply) -> Iterator[MailService]:
    """Elsewhere: what relays to where is in free text, and not read."""
    listen = re.search(r"^local_interfaces = ?(.*)$", reply.text, re.M)
    yield _exim(reply, relay="", networks=(), domains=(), listen=_colons(listen[1] if listen else ""))


def _exim(reply: Reply, relay: str, networks: tuple[str, ...], domains: tuple[str, ...], listen: tuple[str, ...]) -> MailService:
    version = re.search(r"^Exim version (\S+)", reply.text, re.M)
    host = re.search(r"^primary_hostname = ?(.*)$", reply.text, re.M)
    tls = re.search(r"^tls_advertise_hosts = ?(.*)$", reply.text, re.M)
    if not version or not host or not tls:
        raise NotUnderstood("no version or no settings of Exim")
    return MailService(
        product="exim",
        version=version[1],
        hostname=host[1].lower(),
        relay=relay,
        networks=networks,
        domains=domains,
        listen=listen,
        protocols=("smtp",),
        tls=tls[1],
    )


def _colons(text: str) -> tuple[str, ...]:
    """Lists of Exim: `;` or ` : ` between; a doubled colon is one (IPv6)."""
    parts = text.split(";") if ";" in text else re.split(r"\s:\s", text)
    return tuple(dict.fromkeys(p.strip().replace("::", ":") if " : " in text else p.strip() for p in parts if p.strip()))


@probe(
    "linux.dovecot",
    Shell("dovecot --version && doveconf protocols listen ssl disable_plaintext_auth hostname", root=True),
    harmless=r"Warning: ",
    secret=True,
    missing="no Dovecot here",
)
def dovecot(reply: Reply) -> Iterator[MailService]:
    """The version alone on a line, then `name = value`. Dovecot 2.4 calls disable_plaintext_auth otherwise and says so by failing."""
    first, *rest = reply.lines()
    named = {n.strip(): v.strip() for n, _, v in (line.partition("=") for line in rest)}
    yield MailService(
        product="dovecot",
        version=first.split()[0],
        hostname=named["hostname"].lower(),
        relay="",
        networks=(),
        domains=(),
        listen=_words(named["listen"]),
        protocols=_words(named["protocols"]),
        tls=named["ssl"],
    )


@probe(
    "linux.sendmail",
    "grep -HE '^(D[Sjw]|O DaemonPortOptions|DZ)' /etc/mail/sendmail.cf",
    codes=(0, 1),
    harmless=NO_FILE,
    no_file="no Sendmail here",
)
def sendmail(reply: Reply) -> Iterator[MailService]:
    """DS = smart host, Dj = own name, DZ = version, and where it listens."""
    said = [line for _, line in grepped(reply)]
    one = {line[:2]: line[2:].strip() for line in said if line[:1] == "D"}
    if not said:
        raise NotHere("sendmail.cf says nothing")
    ports = [m[1] for line in said if (m := re.search(r"Addr=([^,\s]+)", line))]
    yield MailService(
        product="sendmail",
        version=one.get("DZ", ""),
        hostname=one.get("Dj", "").lower(),
        relay=one.get("DS", ""),
        networks=(),
        domains=(),
        listen=tuple(ports),
        protocols=("smtp",),
        tls="",
    )

"""Secrets of a Cisco configuration, found by the syntax of the lines that hold them; a catch-all by keyword stands behind it.

Type digits: 0 clear, 4 (unsalted SHA-256), 5 (MD5 crypt), 6 (AES with a key of the device), 7 (a fixed XOR, reversible), 8 (PBKDF2), 9 (scrypt);
Cisco, "Password Types" and NSA, "Cisco Password Types: Best Practices" (2022). A secret of type 7 is taken by what it means, so that the
same one on two devices has the same print. Nothing of a line that is not known is ever kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ._tree import Node

_XLAT = b"dsfd;kfoA,.iyewrkldJKDHSUBsgvca69834ncxv9873254k;fg87"  # the key of type 7, the same in every device
_T = r"(?:(?P<t>[0-9]) )?"
_S = r"(?P<s>\"[^\"]+\"|\S+)"
_E = rf"(?:(?:encrypted (?P<e>)|{_T})){_S}"  # small business switches write "encrypted"
# (kind, pattern); the first that matches decides, further ones look at what is left of the line
_LINES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        ("enable", rf"enable (?:secret|password)(?: level \d+)? {_E}"),
        ("user", rf"username \S+ .*?\b(?:secret|password) {_E}"),
        ("user", rf"^passwd {_S}"),
        ("snmp", rf"snmp-server community {_T}{_S}"),
        ("snmp", rf"snmp-server host (?:\S+ )??\d[\d.]+ (?:.*?\bcommunity {_T}|(?:(?:traps?|informs?|version (?:1|2c)|version 3 (?:auth|noauth|priv)"
                 rf"|vrf \S+) )*){_S}"),
        ("snmp", rf"snmp-server user .*?\bauth (?:md5|sha\S*) {_S}(?: priv (?:(?:des|3des|aes\S*)(?: \d{{3}})? )?(?P<s2>\S+))?"),
        ("server", rf"(?:tacacs|radius)-server (?:host \S+ .*?)?(?:encrypted )?key {_E}"),
        ("server", rf"encrypted (?:tacacs|radius)-server (?:host \S+ .*?)?key {_S}"),
        ("server", rf"(?:server-private|client) \S+ .*?(?:server-)?key {_T}{_S}"),
        ("server", rf"aaa-server .*\bkey {_T}{_S}"),
        ("server", rf"^(?:pac )?(?:server-)?key (?!chain |config|\d+$){_T}{_S}"),
        ("routing", rf"(?:message-digest-key|(?<!ntp )authentication-key) \d+ md5 {_T}{_S}"),
        ("ntp", rf"ntp authentication-key \d+ (?:md5|sha\S*|cmac\S*) {_S}(?: (?P<after>\d))?"),
        ("routing", rf"ip ospf authentication-key {_T}{_S}|\bauthentication-key {_T.replace('<t>', '<t2>')}(?P<s2>\S+)"),
        ("routing", rf"neighbor \S+ (?:\S+ )?password {_T}{_S}"),
        ("routing", rf"(?:isis|area|domain)[ -]password {_T}{_S}"),
        ("redundancy", rf"(?:standby|vrrp|glbp) .*?authentication (?:md5 )?(?:key-string |text )?(?!md5|key-chain){_T}{_S}"),
        ("routing", rf"\bkey-string {_T}{_S}|^key-octet-string {_T.replace('<t>', '<t2>')}(?P<s2>\S+)"),
        ("vpn", rf"crypto (?:isakmp|ikev1) key {_T}{_S} (?:address|hostname)"),
        ("vpn", rf"pre-shared-key (?:address .*? key |hostname \S+ key |local |remote )?(?:hex )?{_T}{_S}"),
        ("vpn", rf"\bnhrp authentication {_S}"),
        ("ppp", rf"ppp (?:chap|pap|eap) (?:sent-username \S+ )?password {_T}{_S}"),
        ("wifi", rf"(?:wpa-psk|psk set-key) (?:ascii|hex) {_T}{_S}"),
        ("failover", rf"failover key (?:hex )?{_T}{_S}"),
        ("vtp", rf"^vtp password {_S}"),
        ("other", rf"\b(?:password|passphrase|ldap-login-password|passwd|secret) (?:encrypted (?P<e>)|{_T}){_S}"),
        ("other", r"[a-z]+://[^\s/:@]+:(?P<s>[^\s@]+)@"),
        ("other", rf"event manager environment \S*(?:pw|pass|secret|key|token)\S* {_S}"),
    )
)  # fmt: skip
_WORDS = re.compile(
    r"(?:^|[\s_-])(?:passw\w*|passphrase|pass|pwd|pw|secret|community|credentials?|token|psk|pre-shared-key|key-string|key-octet-string"
    r"|remote-authentication|authentication-key|md5|key)[ =:]+(?:[0-9] )?(?P<s>\S.*)$", re.I,
)  # fmt: skip
# lines with such a word that hold no secret
_NONE = re.compile(
    r"(?:no |service password-|aaa (?!.*\bkey \d? ?\S)|key chain |key \d+$|crypto key (?!.*(?:string|password))|ip ssh |security passwords|login |password policy"
    r"|password (?:encryption|strength|aging)|hash |authentication (?!.*(?:text|key-string|password))|ip rip authentication|ip authentication"
    r"|set community|match community|ip (?:ext)?community-list|neighbor \S+ send-community|send-community|encryption |integrity |prf |ntp trusted-key|ntp server .*key \d+)"
)  # fmt: skip
_HIDDEN = re.compile(r"\*+$|<removed>|<secret hidden>$")
# Words that such devices leave the factory or the classroom with, and those guessed first.
GUESSED = frozenset(
    """cisco cisco1 cisco12 cisco123 cisco1234 class admin admin1 admin123 administrator password password1 passw0rd p@ssw0rd secret secret123
    enable switch router firewall default test test123 guest root letmein welcome qwerty qwerty123 changeme manager private public monitor
    123 1234 12345 123456 1234567 12345678 123456789 1234567890 111111 000000 1q2w3e 1q2w3e4r 1qaz2wsx qazwsx zaq12wsx telnet ssh vpn backup
    support tech network san-fran sanfran ciscocisco adminadmin pass pass123 cisco@123 admin@123""".split()
)


@dataclass(frozen=True, slots=True)
class Held:
    """A secret of a line. type: its digit, "encrypted" where the device says only that, "" = not said. clear: what it means, where it
    is reversible or in clear, else None. print_of: what its print is made of."""

    kind: str
    type: str
    value: str
    clear: str | None

    @property
    def print_of(self) -> str:
        return self.value if self.clear is None else self.clear

    @property
    def guessed(self) -> bool | None:
        """Whether it is a word that is guessed first; None = what it means cannot be seen."""
        return None if self.clear is None else self.clear.lower() in GUESSED


def clear7(text: str) -> str | None:
    """What a secret of type 7 means; None where it is none.

    >>> clear7("0822455D0A16")
    'cisco'
    """
    if not re.fullmatch(r"\d\d(?:[0-9A-Fa-f]{2})+", text) or int(text[:2]) >= len(_XLAT):
        return None
    start = int(text[:2])
    made = bytes(b ^ _XLAT[(start + n) % len(_XLAT)] for n, b in enumerate(bytes.fromhex(text[2:])))
    return made.decode("latin-1")


def held(text: str, under: str = "") -> list[Held]:
    """The secrets of one line. under: the line it stands below."""
    if text.startswith(("description ", "remark ", "banner ")):
        return [Held("text", "", m["s"], None)] if (m := _WORDS.search(text)) else []
    made: list[Held] = []
    for kind, pattern in _LINES:
        for m in pattern.finditer(text):
            made += _of(kind, m, text)
        if made:
            return made
    if _NONE.match(text):
        return []
    m = _WORDS.search(text)
    return [Held("unknown", "", m["s"], None)] if m and not _HIDDEN.match(m["s"]) else []


def _of(kind: str, m: re.Match[str], text: str) -> Iterator[Held]:
    groups = m.groupdict()
    kinds = groups.get("t") or groups.get("t2") or groups.get("after") or ""
    if groups.get("e") is not None or re.search(rf"{re.escape(m[0])} (?:encrypted|pbkdf2|nt-encrypted|mschap)\b", text):
        kinds = "encrypted"
    for name in ("s", "s2"):
        value = (groups.get(name) or "").strip('"')
        if value and not _HIDDEN.match(value):
            yield Held(kind, kinds, value, _clear(kinds, value))


def _clear(kinds: str, value: str) -> str | None:
    if kinds == "7":
        return clear7(value)
    hashed = value.startswith(("$1$", "$5$", "$8$", "$9$", "$6$", "$sha512$"))
    return value if kinds in ("", "0") and not hashed else None


def in_tree(root: Node) -> Iterator[tuple[str, int, Held]]:
    """(place, line, secret) of a whole configuration; the place names words that are no names of anybody's choice."""
    for path, node in root.walk():
        under = path[-1] if path else ""
        for one in held(node.text, under):
            yield (place(under) or place(node.text)), node.line, one


_PLACE = re.compile(r"(?:interface [A-Za-z-]+ ?[\d/.:]+|line (?:con|aux|vty|console|tty) ?[\d ]*|router \w+|key chain|username|enable|snmp-server \w+"
                    r"|(?:tacacs|radius)(?:-server)?(?: server)?|aaa[\w-]*|crypto [\w-]+|ntp|archive|vtp|ip \w+|tunnel-group|event manager|failover)")  # fmt: skip


def place(text: str) -> str:
    """What kind of line it is, in words of the syntax alone."""
    m = _PLACE.match(text)
    return m[0].strip() if m else "other"

"""Grammar of sudoers(5), as far as it says who may do what: aliases, tags, runas; pure, no probe."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from auditkit.probing import NotUnderstood

_ALIAS = re.compile(r"(User|Runas|Host|Cmnd|Cmd)_Alias\s+(.*)$")
_TAG = re.compile(
    r"(NOPASSWD|PASSWD|NOEXEC|EXEC|SETENV|NOSETENV|LOG_INPUT|NOLOG_INPUT|LOG_OUTPUT|NOLOG_OUTPUT|FOLLOW|NOFOLLOW|MAIL|NOMAIL|INTERCEPT"
    r"|NOINTERCEPT)\s*:\s*"
)
_TAG_BEFORE = re.compile(r"(?:\b(?:NO)?(?:PASSWD|EXEC|SETENV|LOG_INPUT|LOG_OUTPUT|FOLLOW|MAIL|INTERCEPT)|\bsha\d{3})\s*$")
_OPTION = re.compile(r"(ROLE|TYPE|PRIVS|LIMITPRIVS|TIMEOUT|NOTBEFORE|NOTAFTER|CWD|CHROOT|APPARMOR_PROFILE)\s*=\s*(\"[^\"]*\"|\S+)\s+")
_RUNAS = re.compile(r"\(([^)]*)\)\s*")


@dataclass(frozen=True, slots=True)
class Rule:
    """One user or %group may run one command as somebody. Aliases are replaced; alias: the one that named the user, else ""."""

    who: str
    alias: str
    run_as: str
    command: str
    nopasswd: bool
    file: str


@dataclass(slots=True)
class Sudoers:
    """Lines of several files, read in their order."""

    aliases: dict[str, dict[str, list[str]]] = field(default_factory=lambda: {k: {} for k in ("User", "Runas", "Host", "Cmnd")})
    specs: list[tuple[str, str]] = field(default_factory=list)  # file, line
    includes: list[str] = field(default_factory=list)
    done: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    plain: list[str] = field(default_factory=list)  # Defaults that lift the password for everybody

    def add(self, file: str, text: str) -> None:
        """Read one file. Raises NotUnderstood for an alias without a value."""
        for line in logical(text):
            if found := re.match(r"[#@]include(?:dir)?\s+(\S.*)$", line):
                self.includes.append(found[1].strip().strip('"'))
            elif re.match(r"Defaults[\s@:!>]", line + " "):
                if re.search(r"!\s*authenticate", line):
                    self.plain.append(line)
            elif found := _ALIAS.match(line):
                self._alias("Cmnd" if found[1] == "Cmd" else found[1], found[2], file)
            else:
                self.specs.append((file, line))

    def _alias(self, kind: str, text: str, file: str) -> None:
        for part in split(text, ":"):
            name, equals, members = part.partition("=")
            if not equals:
                raise NotUnderstood(f"{file}: an alias without a value: {part[:60]!r}")
            self.aliases[kind][name.strip()] = split(members, ",")

    def rules(self) -> Iterator[Rule]:
        """Rules with aliases replaced. Raises NotUnderstood for a line that is no rule."""
        for file, line in self.specs:
            users, rest = _head(line, file)
            for part in split(rest, ":"):
                _, equals, commands = part.partition("=")
                if not equals:
                    raise NotUnderstood(f"{file}: no rule: {line[:60]!r}")
                for run_as, nopasswd, command in _commands(commands):
                    for who, alias in self._expand("User", users):
                        for what, _ in self._expand("Cmnd", [command]):
                            yield Rule(who, alias, run_as, what, nopasswd or bool(self.plain), file)

    def _expand(self, kind: str, names: list[str]) -> Iterator[tuple[str, str]]:
        """Names and the outermost alias they come from; "!name" stays as it is written."""
        for name in names:
            if name in self.aliases[kind]:
                yield from ((member, name) for member in self._members(kind, name))
            else:
                yield name, ""

    def _members(self, kind: str, alias: str) -> list[str]:
        """What an alias stands for in the end; one that names itself stands for its own name there."""
        if (kind, alias) not in self.done:
            self.done[kind, alias] = [alias]
            self.done[kind, alias] = list(dict.fromkeys(m for m, _ in self._expand(kind, self.aliases[kind][alias])))
        return self.done[kind, alias]


def logical(text: str) -> Iterator[str]:
    """Lines joined at a backslash, without comments; "#1000" at the beginning of a name is a uid, "#include" a word.

    >>> list(logical("a ALL = \\\\\\n  ALL # why\\n#1000 ALL=ALL\\n# no\\n#includedir /etc/sudoers.d\\n"))
    ['a ALL =    ALL', '#1000 ALL=ALL', '#includedir /etc/sudoers.d']
    """
    for raw in re.sub(r"\\\n", " ", text).split("\n"):
        line = raw.strip()
        if not re.match(r"#include(dir)?\s", line):
            line = re.sub(r"(?<!\\)#(?!-?\d).*$", "", line).strip()
        if line:
            yield line


def split(text: str, separator: str) -> list[str]:
    """Split outside of quotes, brackets and escapes; the colon of a tag or a digest does not split.

    >>> split(r"/bin/a, /bin/b x\\,y", ",")
    ['/bin/a', '/bin/b x\\\\,y']
    """
    parts, depth, quoted, start, i = [], 0, False, 0, 0
    while i < len(text):
        c = text[i]
        if c == "\\":
            i += 1
        elif c == '"':
            quoted = not quoted
        elif not quoted and c in "()":
            depth += 1 if c == "(" else -1
        elif c == separator and not quoted and depth <= 0 and not (c == ":" and _TAG_BEFORE.search(text, 0, i)):
            parts.append(text[start:i])
            start = i + 1
        i += 1
    parts.append(text[start:])
    return [p.strip() for p in parts if p.strip()]


def _head(line: str, file: str) -> tuple[list[str], str]:
    """Users, and the rest from the host list on: users are separated by commas, the host list by a blank."""
    before, equals, after = line.partition("=")
    joined = re.sub(r"\s*,\s*", ",", before).replace("\\ ", "\0").split()
    if not equals or len(joined) < 2:
        raise NotUnderstood(f"{file}: no rule: {line[:60]!r}")
    users = " ".join(joined[:-1]).replace("\0", " ")
    return split(users, ","), f"{joined[-1]}={after}"


def _commands(text: str) -> Iterator[tuple[str, bool, str]]:
    """run as, without password, command: both hold on until they are said anew (sudoers(5), Runas_Spec, Tag_Spec)."""
    run_as, nopasswd = "root", False
    for part in split(text, ","):
        rest = part
        while True:
            if found := _RUNAS.match(rest):
                run_as = found[1].strip() or "(self)"
            elif found := _TAG.match(rest):
                nopasswd = {"NOPASSWD": True, "PASSWD": False}.get(found[1], nopasswd)
            elif not (found := _OPTION.match(rest)):
                break
            rest = rest[found.end() :]
        yield run_as, nopasswd, rest.strip()

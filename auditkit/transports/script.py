"""All probes of a host as one POSIX shell script for `sh -s`: nothing is written on the target, no command's text holds an argument.

Each command is framed on stdout and on stderr by lines that carry a random nonce; the closing line carries the exit code.
Each of the two streams goes through a `gzip -1` of its own where the target has it (two packets a command would cost more than all
the rest, and a CRC is over everything), and a final frame proves that the end was reached. Packed frames arrive late, so a few
plain marks between the bytes of the packed stderr say how far it is: who hears none for long asks again without gzip, where each
frame is seen as it is made. Sources: POSIX.1-2017 Shell Command Language; coreutils timeout(1); sudo(8) -n.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from auditkit.probing import Probe, Shell

MOST_ARGS = 400  # arguments of one each= that are asked; what lies beyond is reported as not asked
STRIDE = 16  # probes from one mark to the next; within an each= there is one every ten arguments

# $1 id, $2 way, $3 mode (p plain, h root helps, r root needed), $4 seconds, $5 command, $6 argument
_HEAD = r"""LC_ALL=C; export LC_ALL; unset LANGUAGE
PATH="${PATH:-/usr/bin:/bin}:/usr/local/sbin:/usr/sbin:/sbin"; export PATH
N={nonce}
say() { printf '\n%s %s\n' "$N" "$*"; printf '\n%s %s\n' "$N" "$*" >&2; }
mark() { :; }
T=
k=
if command -v timeout >/dev/null && timeout -k 2 5 true; then T='timeout -k 2'; fi
u=$(id -u); R=no
if [ "$u" = 0 ]; then R=root; elif {sudo} && command -v sudo >/dev/null && sudo -n true; then R=sudo; fi
run() {
  if [ -n "$T" ]; then k="$T $2"; else k=; fi
  case $1$R in
  [hr]sudo) sudo -n -- env LC_ALL=C "PATH=$PATH" $k sh -c "$3" ask "$4" </dev/null 4>&- ;;
  *) $k sh -c "$3" ask "$4" </dev/null 4>&- ;;
  esac
}
may() { case $1$R in rno) return 1 ;; *) return 0 ;; esac; }
ask() {
  say begin "$1" "$2" "$3$R" "$6"
  run "$3" "$4" "$5" "$6"
  c=$?
  say end "$c"
  return "$c"
}
list() {
  say begin "$1" list "$2$R" '*'
  l=$(run "$2" "$3" "$4" '')
  c=$?
  printf '%s\n' "$l"
  say end "$c"
}
main() {
say who "$R" "$(id -un)" "${T:+timeout}"
"""
# Descriptor 3 is the gzip of stdout, 4 the stderr of the session itself, where the marks go.
_TAIL = r"""say over
mark over
}
if {zip} && command -v gzip >/dev/null; then
  say gzip
  mark() { printf '\n%s at %s\n' "$N" "$1" >&4; }
  { { main 2>&1 >&3 3>&- | gzip -1 >&4 3>&-; } 3>&1 | gzip -1; } 4>&2
else
  say plain
  main
fi
"""


@dataclass(frozen=True, slots=True)
class Item:
    """One probe in a script; its number is what frames carry."""

    number: int
    probe: Probe[Any]


def mode(command: Shell) -> str:
    """r = needs root, h = root helps, p = plain."""
    return "r" if command.root else "h" if command.root_helps else "p"


def script(items: Sequence[Item], nonce: str, sudo: bool, zipped: bool = True) -> bytes:
    """The script. sudo: whether `sudo -n` may be tried for probes that ask for root. zipped: through gzip where there is one.

    The mark "at K" says that the K-th item (from 0) is next, or an argument of it; "at over" that all have ended.
    """
    parts = [_HEAD.replace("{nonce}", nonce).replace("{sudo}", "true" if sudo else "false")]
    for place, item in enumerate(items):
        parts += [f"mark {place}\n"] if place % STRIDE == 0 else []
        parts.append(_lines(item, place))
    return "".join([*parts, _TAIL.replace("{zip}", "true" if zipped else "false")]).encode()


@lru_cache(maxsize=4096)
def _lines(item: Item, place: int) -> str:
    """The same for every host."""
    ways = [c for c in item.probe.commands if isinstance(c, Shell)]
    argument = '"$a"' if item.probe.each else "''"
    chain = ' || [ "$c" -ne 127 ] || '.join(
        f"ask {item.number} {n} {mode(c)} {c.seconds:g} {shlex.quote(c.line)} {argument}" for n, c in enumerate(ways)
    )
    if item.probe.each is None:
        return f"if may {mode(ways[0])}; then {chain}; fi\n"
    each = item.probe.each
    return (
        f"if may {_stronger(each, ways[0])}; then list {item.number} {_stronger(each, ways[0])} {each.seconds:g} {shlex.quote(each.line)}\n"
        f"i=0; printf '%s\\n' \"$l\" | while IFS= read -r a; do [ -n \"$a\" ] || continue; "
        f"i=$((i+1)); [ \"$i\" -le {MOST_ARGS} ] || break; case $i in *0) mark {place} ;; esac; {chain}; done; fi\n"
    )


def _stronger(a: Shell, b: Shell) -> str:
    return max(mode(a), mode(b), key="phr".index)

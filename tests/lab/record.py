"""Record what hosts answer, as cases for the readers. Commands run exactly as auditkit sends them (its own script, LC_ALL=C, no stdin).

    python tests/lab/record.py linux.listeners --local --case debian12
    python tests/lab/record.py linux.disks linux.raid --via "ssh root@10.0.0.5" --case r740 --product "Dell R740, Debian 12"
    python tests/lab/record.py linux.nginx --host rich --user auditor --case debian12-user    # a host of `python -m tests.lab up`
    python tests/lab/record.py linux.exim --anew reply.txt --case exim-4.96 --product "Exim 4.96" --source "exim(8) -bV"
    python tests/lab/record.py linux.nginx --damage debian12 --cut 60               # the first 60 bytes: debian12-unreadable
    python tests/lab/record.py --check [PROBE...]     do the readers still make facts.json of every case?  exit 1 if not
    python tests/lab/record.py --reread [PROBE...]    write meta.yaml and facts.json again after a reader has changed; look at the diff
    python tests/lab/record.py --seal [PROBE...]      add the sums (and the date) that a meta.yaml lacks

Look at facts.json by eye before it is committed: it is the specification of the reader. No real secrets, ever: lab hosts only.
"""

from __future__ import annotations

import argparse
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

if __name__ == "__main__":  # started as a file: the checkout is what is tested, wherever it was started from
    sys.path[0] = str(Path(__file__).parents[2])

from auditkit.probing import Probe
from auditkit.registry import registry
from auditkit.transports import options_of
from auditkit.transports.base import Brought, Context, Target
from auditkit.transports.shell import ask_all
from tests.lab import cases, hosts

Say = Callable[[str], object]
PRETTY = '. /etc/os-release && printf %s "$PRETTY_NAME"'


class Whole:
    """One finished `sh -s`: a recording waits for the end."""

    def __init__(self, argv: Sequence[str], body: bytes) -> None:
        done = subprocess.run(argv, input=body, capture_output=True, check=False, timeout=600, cwd="/")
        self._left = [(2, done.stderr), (1, done.stdout), (0, b"")]

    def read(self, seconds: float) -> tuple[int, bytes] | None:
        return self._left.pop(0)

    def close(self) -> None:
        """Nothing is left open."""


def ask(argv: Sequence[str], probes: Sequence[Probe[Any]]) -> Iterator[Brought]:
    """Ask these probes of the shell that argv starts (it must read its script from stdin, like `sh -s`)."""
    target = Target("recorded", "linux", "local", "local", options_of("local")())
    context = Context(b"", None, lambda sent: None, _no_credential)
    return ask_all(lambda body: Whole(argv, body), target, probes, context, "recorder")


def _no_credential(reference: str) -> Any:
    raise LookupError(f"{reference}: a recording needs no credential")


def record(argv: Sequence[str], probe: Probe[Any], name: str, meta: cases.Meta, say: Say, arg: str | None = None, way: int = 0) -> int:
    """Ask one probe and write a case for each answer (for that argument alone, if given); how many were written."""
    asked = replace(probe, command=probe.commands[way], ways=[]) if way else probe
    written = 0
    for brought in ask(argv, [asked]):
        reply, question = brought.reply, brought.question
        if reply is None or brought.trouble is not None:
            say(f"{probe.name} {question.arg}: no case: {brought.trouble.why if brought.trouble else 'nothing came'}")
        elif question.arg != "*" and arg in (None, question.arg):
            case = f"{name}-{written + 1}" if written else name
            ran = {"way": way or reply.way, "code": reply.code, "root": reply.root, "arg": question.arg}
            tell(cases.write(probe, case, meta | ran, reply.stdout, reply.stderr), say)
            written += 1
    return written


def tell(case: cases.Case, say: Say) -> None:
    """One line about a case."""
    say(f"{case.probe}/{case.name}: {case.meta['outcome']}, {len(case.facts)} facts {case.meta.get('why', '')}".rstrip())


def check(wanted: Sequence[str], say: Say) -> int:
    """Cases whose reader makes other facts than facts.json; how many."""
    wrong = 0
    for case in chosen(wanted):
        outcome = registry().probes[case.probe].outcome(case.reply)
        now, then = (*cases.said(outcome), cases.facts_of(outcome)), (case.meta["outcome"], case.meta.get("why", ""), case.facts)
        if now != then or case.meta.get("sha256") != case.sums:
            say(f"{case.probe}/{case.name}: {'differs' if now != then else 'no sum, or another: --seal'}: {now[0]} {now[1]}")
            wrong += 1
    return wrong


def seal(wanted: Sequence[str], say: Say) -> None:
    """Add sums and dates that are missing; a sum that is there and does not fit is never replaced."""
    for case in chosen(wanted):
        if "sha256" not in case.meta:
            day = datetime.fromtimestamp((case.folder / "stdout").stat().st_mtime, UTC).date()
            dated = {"date": day} if case.meta["recorded"] and "date" not in case.meta else {}
            tell(cases.reread(replace(case, meta=case.meta | dated), registry().probes[case.probe]), say)


def chosen(wanted: Sequence[str]) -> Iterator[cases.Case]:
    """Cases of these probes, of all if none is named."""
    for name in wanted or sorted(registry().probes):
        yield from cases.every(name)


def parser() -> argparse.ArgumentParser:
    """The command line."""
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("probe", nargs="*", help="names of probes")
    where = p.add_mutually_exclusive_group(required=True)
    where.add_argument("--local", action="store_true", help="ask this machine")
    where.add_argument("--via", metavar="CMD", help="words that lead to a host's shell; `sh -s` is added")
    where.add_argument("--host", metavar="NAME", help="a lab host that `python -m tests.lab up` started")
    where.add_argument("--anew", metavar="FILE", type=Path, help="stdout written after public documentation")
    where.add_argument("--damage", metavar="CASE", help="a copy of this case, damaged, as CASE-unreadable")
    for word in ("check", "reread", "seal"):
        where.add_argument(f"--{word}", action="store_true")
    p.add_argument("--case", help="name of the case: product, version, what is special")
    p.add_argument("--product", help="product and version; by default the host's PRETTY_NAME")
    p.add_argument("--source", help="--anew: the page it was written after; --damage: what was done to it")
    p.add_argument("--note", help="anything else a reader of the case should know")
    p.add_argument("--user", help="--host: ask as this account instead of root")
    p.add_argument("--arg", help="only this argument of a probe with each=")
    p.add_argument("--way", type=int, default=0, help="ask with this `otherwise` command")
    p.add_argument("--code", type=int, default=0, help="--anew: the exit code")
    p.add_argument("--stderr", type=Path, help="--anew: the other stream")
    p.add_argument("--not-root", action="store_true", help="--anew: answered to an ordinary user")
    p.add_argument("--cut", type=int, help="--damage: keep this many bytes")
    p.add_argument("--replace", nargs=2, metavar=("OLD", "NEW"), help="--damage: put NEW (\\x00 allowed) for the first OLD")
    return p


def leads(a: argparse.Namespace) -> list[str]:
    """The command that starts a shell on the chosen host."""
    if a.local:
        return ["/bin/sh", "-s"]
    if a.via:
        return [*shlex.split(a.via), "sh", "-s"]
    return [*hosts.enter(hosts.standing(a.host), a.user or "root"), "/bin/sh", "-s"]


def product_of(argv: Sequence[str]) -> str:
    """PRETTY_NAME of os-release(5) where the shell runs."""
    return subprocess.run(argv, input=PRETTY.encode(), capture_output=True, check=True, timeout=60).stdout.decode()


def damaged(a: argparse.Namespace, name: str) -> cases.Case:
    """The copy of a case with bytes that a reader must refuse. Raises SystemExit where the damage changes nothing."""
    good = cases.load(cases.REPLIES / name / a.damage)
    if a.cut is not None:
        bad, what = good.stdout[: a.cut], f"the first {a.cut} bytes"
    else:
        old, new = (text.encode().decode("unicode_escape").encode("latin-1") for text in a.replace or ("", ""))
        bad, what = good.stdout.replace(old, new, 1), f"{old!r} became {new!r}"
    if bad == good.stdout:
        raise SystemExit(f"{name}/{a.damage}: that damage changes nothing; give --cut N or --replace OLD NEW with an OLD that is there")
    kept = {k: good.meta[k] for k in ("product", "way", "code", "root", "arg")}
    meta = kept | {"recorded": False, "source": a.source or f"{a.damage}, damaged by hand: {what}"}
    return cases.write(registry().probes[name], f"{a.damage}-unreadable", meta, bad, good.stderr)


def anew(a: argparse.Namespace, name: str) -> cases.Case:
    """A case after public documentation. Raises SystemExit without --source and --product."""
    if not a.source or not a.product:
        raise SystemExit("--anew needs --product and --source: what it is, and the public page it was written after")
    meta = {"product": a.product, "recorded": False, "source": a.source}
    ran = {"way": a.way, "code": a.code, "root": not a.not_root, "arg": a.arg or ""}
    return cases.write(registry().probes[name], a.case, meta | ran, a.anew.read_bytes(), a.stderr.read_bytes() if a.stderr else b"")


def main(argv: Sequence[str] | None = None, say: Say = print) -> int:
    """The command line; 1 where a check failed or nothing was recorded."""
    a = parser().parse_args(argv)
    known = registry().only(a.probe).probes if a.probe else registry().probes
    if a.check:
        return 1 if check(a.probe, say) else 0
    if a.reread:
        for case in chosen(a.probe):
            tell(cases.reread(case, known[case.probe]), say)
        return 0
    if a.seal:
        seal(a.probe, say)
        return 0
    if not a.probe or not (a.case or a.damage):
        raise SystemExit("name a probe and a --case")
    return _make(a, say)


def _make(a: argparse.Namespace, say: Say) -> int:
    if a.anew or a.damage:
        for name in a.probe:
            tell(anew(a, name) if a.anew else damaged(a, name), say)
        return 0
    shell = leads(a)
    host = "this machine" if a.local else a.host or shlex.split(a.via)[-1]
    about = {"product": a.product or product_of(shell), "recorded": True, "host": host, "date": date.today()}
    meta = about | ({"note": a.note} if a.note else {})
    written = [record(shell, registry().probes[name], a.case, meta, say, a.arg, a.way) for name in a.probe]
    return 0 if all(written) else 1


if __name__ == "__main__":
    sys.exit(main())

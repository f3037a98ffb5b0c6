"""auditkit bundle"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from auditkit.api import Client
from auditkit.cli.common import PARTIAL, exit_code, langs, print_json, progress, say, table, tongue
from auditkit.cli.common import out as line
from auditkit.collecting import target_states
from auditkit.collecting.bundle_make import System
from auditkit.collecting.bundle_read import AHEAD, Bad, BundleRead
from auditkit.collecting.bundle_state import Made
from auditkit.errors import UsageError
from auditkit.i18n import text
from auditkit.text import one_line
from auditkit.transports.base import now
from auditkit.workspace.files import write_once

MOST_SILENT = 40  # hosts named at the terminal; --json has all
OLD = timedelta(days=14)  # from then on it is said that an answer tells of another time than today


def make(
    client: Path, *, windows: bool = False, linux: bool = False, out: Path | None = None, plain: bool = False, json: bool = False
) -> int:
    """Write the offline script for hosts that cannot be asked over the network: to read, to sign, to run there by who may.

    Parameters
    ----------
    client:
        folder of the client
    windows:
        a .ps1 and the .cmd that starts it (PowerShell 2.0 and later)
    linux:
        a .sh for any POSIX shell
    out:
        folder for the script (CLIENT/bundles/<date>)
    plain:
        answers are not encrypted: only where a host has no openssl, and the way of the file is safe
    json:
        print one JSON object on stdout
    """
    if not windows and not linux:
        raise UsageError("say which script to make: --windows, --linux, or both")
    opened = Client.existing(client)
    wanted: dict[System, bool] = {"windows": windows, "linux": linux}
    folder = out or opened.workspace.path / "bundles" / _today()
    made = [opened.bundle_make(system, folder, plain) for system, is_wanted in wanted.items() if is_wanted]
    for m in made:
        _recipes(folder, m, opened.workspace.client_id)
    if json:
        told = [{"bundle": m.id, "system": m.system, "plain": m.plain, "sha256": m.sha256} for m in made]
        print_json("bundle", folder=str(folder), made=told)
        return 0
    for m in made:
        say("bundle.made", system=m.system, id=m.id, folder=str(folder), sha256=m.sha256)
        line(text(tongue(), f"bundle.recipe.{m.system}", {"name": f"auditkit-{opened.workspace.client_id}-{m.system}", "id": m.id}))
    return 0


def _today() -> str:
    return f"{datetime.now(UTC).astimezone():%Y-%m-%d-%H%M%S}"


def _recipes(folder: Path, made: Made, client: str) -> None:
    """Beside the script in both languages: it is carried to the client without this program."""
    for lang in langs("both"):
        words = text(lang, f"bundle.recipe.{made.system}", {"name": f"auditkit-{client}-{made.system}", "id": made.id})
        write_once(folder / f"README-{made.system}.{lang}.txt", words.replace("\n", "\r\n").encode("utf-8-sig") + b"\r\n", 0o644)


def read(client: Path, folder: Path, *, json: bool = False) -> int:
    """Take the answer files of a folder into a new snapshot; what is not whole, not ours or not the newest is named and left.

    Parameters
    ----------
    client:
        folder of the client
    folder:
        where the answer files lie
    json:
        print one JSON object on stdout
    """
    opened = Client.existing(client)
    with progress() as shown:
        done = opened.bundle_read(folder, shown)
    snapshot = done.snapshot
    with opened.store() as store:
        ids = [g.target for g in done.looked.good]
        states = target_states(store.questions(snapshot.id), store.answers(snapshot.id), ids) if snapshot else []
    code = max(PARTIAL if done.looked.bad else 0, exit_code(states, None, "none"))
    if json:
        good = [{"file": g.file.name, "target": g.target, "host": g.head.host, "at": g.head.at.isoformat()} for g in done.looked.good]
        bad = [{"file": b.file.name, "why": b.why, "said": b.said} for b in done.looked.bad]
        hosts = [{"id": s.id, "state": s.state, "cause": s.cause or None, "message": s.message} for s in states]
        number = snapshot.id if snapshot else None
        print_json("bundle", snapshot=number, read=good, refused=bad, other=list(done.looked.other), targets=hosts, exit=code)
        return code
    _told(done)
    gaps = [s for s in states if s.cause]
    for s in gaps[:MOST_SILENT]:
        say("cli.target", id=s.id, state=s.state, cause=s.cause, message=s.message)
    if len(gaps) > MOST_SILENT:
        say("bundle.more", n=len(gaps) - MOST_SILENT)
    return code


def _told(done: BundleRead) -> None:
    for b in done.looked.bad:
        say("bundle.refused", file=b.file.name, why=_why(b))
    if done.looked.other:
        say("bundle.other", n=len(done.looked.other), names=one_line(", ".join(done.looked.other[:5]), 200))
    for message, names in (("bundle.old", _aged(done, OLD)), ("bundle.ahead", _aged(done, -AHEAD))):
        if names:
            say(message, n=len(names), names=one_line(", ".join(names[:5]), 200))
    if done.snapshot is None:
        say("bundle.nothing")
    else:
        say("bundle.read", n=len(done.looked.good), refused=len(done.looked.bad), id=done.snapshot.id)


def _aged(done: BundleRead, by: timedelta) -> list[str]:
    """Hosts whose answer was given longer ago than that (negative: that far in the future), by their own clocks."""
    moment = now() - by
    found = [g for g in done.looked.good if (g.head.at < moment) is (by > timedelta())]
    return [f"{g.target} ({g.head.at:%Y-%m-%d})" for g in found]


def _why(bad: Bad) -> str:
    words = text(tongue(), f"bundle.why.{bad.why}")
    return f"{words}: {one_line(bad.said, 160)}" if bad.said else words


def status(client: Path, folder: Path | None = None, *, json: bool = False) -> int:
    """Who has answered by now, against the targets and the computers of the domain.

    Parameters
    ----------
    client:
        folder of the client
    folder:
        answer files that were not read yet
    json:
        print one JSON object on stdout
    """
    found = Client.existing(client).bundle_status(folder)
    counts = {s: found.count(s) for s in ("answered", "waiting", "collected", "silent")}
    if json:
        rows = [
            {"name": h.name, "domain": h.domain, "known": list(h.known), "state": h.state, "at": h.at.isoformat() if h.at else None}
            for h in found.hosts
        ]
        print_json("bundle", counts=counts, hosts=rows, directory_whole=found.whole, refused=found.refused)
        return 0
    _silent([h.name for h in found.hosts if h.state == "silent"])
    say("bundle.status", **counts)
    if found.refused:
        say("bundle.refused.n", n=found.refused)
    if found.whole is not True:
        say("bundle.directory.none" if found.whole is None else "bundle.directory.cut")
    return 0


def _silent(names: Sequence[str]) -> None:
    if names:
        table([text(tongue(), "bundle.silent")], [[n] for n in names[:MOST_SILENT]])
    if len(names) > MOST_SILENT:
        say("bundle.more", n=len(names) - MOST_SILENT)

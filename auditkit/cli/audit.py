"""auditkit audit"""

from __future__ import annotations

from pathlib import Path

from auditkit.api import Client
from auditkit.assessment import Assessment
from auditkit.cli.common import FailOn, Languages, ask_secret, exit_code, langs, print_json, progress, say, tongue
from auditkit.i18n import Lang
from auditkit.reporting.cells import Label
from auditkit.reporting.deliver import File, Made
from auditkit.reporting.words import words


def audit(
    client: Path | None = None,
    *,
    out: Path | None = None,
    lang: Languages = "ru",
    fail_on: FailOn = "none",
    new: bool = False,
    json: bool = False,
) -> int:
    """Collect, check, and write docx, xlsx, html and the knowledge base.

    Parameters
    ----------
    client:
        folder of a client; without it this very machine is audited, in ./audit
    out:
        folder for the deliverables instead of the workspace's own
    lang:
        ru, en or both
    fail_on:
        exit with 1 where a finding has this severity or more (1 to 4)
    new:
        start a new snapshot even where an unfinished one is younger than 24 hours
    json:
        print one JSON object on stdout
    """
    opened = Client.open(client)
    opened.ready(langs(lang), out)
    with progress() as shown:
        snapshot = opened.collect(new=new, progress=shown, prompt=ask_secret)
    with opened.assessed(snapshot.id) as a:
        made = _write(opened, a, langs(lang), out)
        code = exit_code(a.targets, a, fail_on)
        if json:
            _print(a, made, code)
        else:
            _told(a, made)
    return code


def _write(opened: Client, a: Assessment, languages: tuple[Lang, ...], out: Path | None) -> Made:
    files: list[File] = []
    notices: list[Label] = []
    for lang in languages:
        made = opened.report(a, lang, out)
        files += made.files
        notices += made.notices
    kb = opened.kb(a, languages[0], out / "kb" if out else None)
    return Made((*files, File("kb", languages[0], kb)), tuple(dict.fromkeys(notices)))


def _print(a: Assessment, made: Made, code: int) -> None:
    c = a.coverage
    print_json(
        "audit",
        client=a.client,
        snapshot=a.snapshot.id,
        targets=[{"id": s.id, "state": s.state, "cause": s.cause or None, "message": s.message} for s in a.targets],
        coverage={"found": c.found, "absent": c.absent, "unknown": c.unknown},
        findings=[{"check": f.item.id, "severity": f.severity, "asset": v.asset} for f in a.findings for v in f.verdicts],
        files=[{"kind": f.kind, "lang": f.lang, "path": str(f.path)} for f in made.files],
        notices=[words(n, "en") for n in made.notices],
        exit=code,
    )


def _told(a: Assessment, made: Made) -> None:
    for s in a.targets:
        if s.cause:
            say("cli.target", id=s.id, state=s.state, cause=s.cause, message=s.message)
    c = a.coverage
    say("cli.coverage", found=c.found, absent=c.absent, unknown=c.unknown, n=len(a.findings))
    for platform, assets in a.unruled.items():
        say("cli.no_rules", platform=platform, n=len(assets), names=", ".join(assets[:10]))
    for n in made.notices:
        say("cli.notice", text=words(n, tongue()))
    for f in made.files:
        say("cli.file", path=str(f.path))

"""The command line: one small module a verb, loaded when it is called."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from auditkit.errors import AuditkitError

INTERNAL = 4
USAGE = 2

VERBS = (
    ("audit", "auditkit.cli.audit:audit", "Collect, check and write the whole report (without CLIENT: this very machine)."),
    ("init", "auditkit.cli.init:init", "Make the folder of a new client."),
    ("discover", "auditkit.cli.discover:discover", "Look for devices without login, within what the client permitted."),
    ("trust", "auditkit.cli.trust:trust", "Show and pin the host keys of targets."),
    ("collect", "auditkit.cli.collect:collect", "Ask the targets and keep their answers."),
    ("check", "auditkit.cli.check:check", "Print the verdicts of the checklists."),
    ("query", "auditkit.cli.query:query", "Ask the book of a snapshot in SQL (read-only)."),
    ("report", "auditkit.cli.report:report", "Write docx, xlsx and html."),
    ("kb", "auditkit.cli.kb:kb", "Write the knowledge base."),
    ("verify", "auditkit.cli.verify:verify", "Derive every statement of a document again from stored evidence."),
    ("diff", "auditkit.cli.diff:diff", "What changed between two snapshots."),
    ("decide", "auditkit.cli.decide:decide", "Record a person's decision: accept a risk, reword a finding, approve."),
    ("reparse", "auditkit.cli.reparse:reparse", "Read stored evidence again with today's readers."),
    ("replies", "auditkit.cli.replies:replies", "Write a target's recorded replies into a file that can be asked again."),
    ("probes", "auditkit.cli.probes:probes", "List every command that can ever be sent."),
)
GROUPS = (
    ("vault", "Credentials of a client.", (
        ("add", "auditkit.cli.vault:add", "Put a credential into the vault."),
        ("list", "auditkit.cli.vault:list_", "Names in the vault."),
        ("show", "auditkit.cli.vault:show", "What a credential is (the secret only with --reveal)."),
        ("remove", "auditkit.cli.vault:remove", "Take a credential out."),
        ("identity", "auditkit.cli.vault:identity", "Make this user's own key."),
        ("recipients", "auditkit.cli.vault:recipients", "Who can open the vault and secret evidence."),
    )),
    ("bundle", "Hosts that cannot be asked over the network: the offline script and its answers.", (
        ("make", "auditkit.cli.bundle:make", "Write the offline script for Windows or Linux, with recipes how to run it."),
        ("read", "auditkit.cli.bundle:read", "Take the answer files of a folder."),
        ("status", "auditkit.cli.bundle:status", "Who has answered by now, and who is silent."),
    )),
    ("checklist", "Checklists.", (("lint", "auditkit.cli.checklist:lint", "Check checklists: file, line, cure."),)),
)  # fmt: skip


def main(tokens: Sequence[str] | None = None) -> int:
    """Run a command line; -> exit code: 0 ok, 1 findings over the threshold, 2 usage, 3 partial collection, 4 internal."""
    from cyclopts import CycloptsError

    try:
        return _run(list(sys.argv[1:] if tokens is None else tokens))
    except CycloptsError as e:
        return _fail(str(e) or type(e).__name__, USAGE)
    except AuditkitError as e:
        return _fail(str(e), USAGE)
    except KeyboardInterrupt:
        return _fail("interrupted; what was collected is kept, and the same command goes on", 130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as e:
        return _fail(f"{e.filename or 'system'}: {e.strerror or e}", USAGE)
    except Exception as e:  # noqa: BLE001 the last line of defence: a bug is said in one line, with its place, and exit code 4
        return _internal(e)


def _run(tokens: list[str]) -> int:
    from auditkit.cli.app import make

    result = make()(tokens, exit_on_error=False, print_error=False, result_action="return_value")
    return result if isinstance(result, int) else 0


def _fail(message: str, code: int) -> int:
    from auditkit.text import inert

    sys.stdout.flush()
    for line in inert(message, 20_000).splitlines() or [""]:
        sys.stderr.write(f"auditkit: {line}\n")
    return code


def _internal(e: Exception) -> int:
    """Where it happened, without values: a traceback with locals could show a secret. AUDITKIT_DEBUG=1 prints the stack."""
    import traceback

    if os.environ.get("AUDITKIT_DEBUG"):
        traceback.print_exception(e)
    frames = traceback.extract_tb(e.__traceback__)
    place = f"{os.path.basename(frames[-1].filename)}:{frames[-1].lineno}" if frames else "?"
    return _fail(
        f"internal error at {place}: {type(e).__name__}; what was collected is kept. Please report it (AUDITKIT_DEBUG=1 shows the stack)",
        INTERNAL,
    )

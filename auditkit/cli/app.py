"""The tree of verbs; each is imported when it is called."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from cyclopts import App, Parameter

from auditkit.cli import GROUPS, VERBS


def _version() -> str:
    try:
        return version("infra-auditkit")
    except PackageNotFoundError:
        return "checkout, not installed"


def make() -> App:
    """The command line as a cyclopts app."""
    app = App(
        name="auditkit",
        version=_version,
        help="Take over, understand and answer for somebody else's IT infrastructure: read-only, with evidence behind every statement.",
        help_format="plaintext",
        default_parameter=Parameter(negative=()),  # --no-json and --empty-only would double every list of options
        suppress_keyboard_interrupt=False,  # main() says what was kept; by default cyclopts leaves without a word
    )
    for name, where, told in VERBS:
        app.command(where, name=name, help=told)
    for name, told, verbs in GROUPS:
        group = App(name=name, help=told)
        for verb, where, help_ in verbs:
            group.command(where, name=verb, help=help_)
        app.command(group)
    app.register_install_completion_command()
    return app

"""References to credentials."""

from __future__ import annotations

import pytest

from auditkit.workspace.refs import Ref, check_ref, parse_ref


@pytest.mark.parametrize(
    ("text", "ref"),
    [
        ("vault:linux", Ref("vault", "linux")),
        ("env:ROOT_PW", Ref("env", "ROOT_PW")),
        ("keyring:corp/audit", Ref("keyring", "corp/audit")),
        ("keyring:linux", Ref("keyring", "linux")),
        ("agent", Ref("agent")),
        ("agent:root", Ref("agent", "root")),
        ("key:root@~/.ssh/id_ed25519", Ref("key", "root@~/.ssh/id_ed25519")),
        ("prompt", Ref("prompt")),
        ("prompt:CORP\\admin", Ref("prompt", "CORP\\admin")),
    ],
)
def test_what_is_allowed(text: str, ref: Ref) -> None:
    assert parse_ref(f" {text} ") == ref
    assert check_ref(text) == text


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("vault:", "needs a name after its colon"),
        ("vault", "needs a name"),
        ("agent:", "needs a name"),
        ("vault:../x", "latin letters"),
        ("env:A-B", "name of a variable"),
        ("keyring:/x", "must not be empty"),
        ("keyring:x/", "must not be empty"),
        ("key:root@", "the file is missing"),
        ("prompt:a\nb", "needs a name"),
    ],
)
def test_what_is_not(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        parse_ref(text)


@pytest.mark.parametrize("text", ["Hunter2", "root:Hunter2", "VAULT:Hunter2", "password Hunter2"])
def test_a_password_in_the_place_of_a_reference_is_not_repeated(text: str) -> None:
    with pytest.raises(ValueError, match="auditkit vault add NAME") as caught:
        parse_ref(text)
    assert "Hunter2" not in str(caught.value)

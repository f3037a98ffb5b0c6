"""what is allowed, and what is said about what is not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditkit.errors import ConfigError
from auditkit.transports import names, options_of
from auditkit.transports.base import Target
from auditkit.workspace.targets import PLATFORMS, read_targets
from auditkit.workspace.yamlfile import Document, parse

TRANSPORTS = " or ".join(names())
HEAD = "defaults: {platform: linux, credential: agent}\n"


def targets(text: str, sites: tuple[str, ...] = ()) -> tuple[Target, ...]:
    return read_targets(parse("targets.yaml", text.encode()), sites)


def errors(text: str, sites: tuple[str, ...] = ()) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        targets(text, sites)
    return [line.removeprefix("targets.yaml:") for line in str(caught.value).split("\n")]


def one(entry: str) -> list[str]:
    """Errors of a file with this one target, in line 3."""
    return errors(f"{HEAD}targets:\n  - {entry}\n")


def test_the_whole_contract() -> None:
    made = targets(
        """
version: 1
defaults: {platform: linux, transport: ssh, credential: vault:linux, port: 2222, site: office}
targets:
  - {id: srv1, address: 192.168.1.10, role: db}
  - {id: srv2, address: srv2.corp, site: dc, credential: agent:root, port: 22, jump: [{address: gate, port: 2200, credential: vault:gate}]}
  - {id: here, transport: local}
""",
        ("office", "dc"),
    )
    ssh = options_of("ssh")
    assert made == (
        Target("srv1", "linux", "ssh", "192.168.1.10", ssh.model_validate({"port": 2222}), "vault:linux", "office", "db"),
        Target(
            "srv2",
            "linux",
            "ssh",
            "srv2.corp",
            ssh.model_validate({"port": 22, "jump": [{"address": "gate", "port": 2200, "credential": "vault:gate"}]}),
            "agent:root",
            "dc",
            "",
        ),
        Target("here", "linux", "local", "localhost", options_of("local")(), None, "office", ""),  # no credential: none is needed
    )


def test_the_usual_transport_of_a_platform_need_not_be_written() -> None:
    assert targets(HEAD + "targets: [{id: a, address: 10.0.0.1}]")[0].transport == "ssh"


@pytest.mark.parametrize("text", ["version: 1\n", "targets:\n", "targets: []\ndefaults:\n"])
def test_no_targets_yet(text: str) -> None:
    assert targets(text) == ()


@pytest.mark.parametrize(
    ("entry", "error"),
    [
        ("{address: a}", "3:5: targets[0].id: is missing"),
        ("{id: a}", "3:5: targets[0].address: is missing"),
        ("a", "3:5: targets[0]: must be a mapping (lines of the form key: value)"),
        ("{id: ../etc, address: a}", "3:10: targets[0].id: must be 1-63 latin letters, digits and . _ - inside (it names files)"),
        ("{id: сервер, address: a}", "3:10: targets[0].id: must be 1-63 latin letters, digits and . _ - inside (it names files)"),
        ("{id: a, address: 10.0.0.256}", "3:22: targets[0].address: is no IP address: four numbers from 0 to 255 are needed"),
        (
            "{id: a, address: 'h:22'}",
            "3:22: targets[0].address: is no host name and no IP address; a port goes to `port:`, an IPv6 address stands without brackets",
        ),
        ("{id: a, address: a, port: 65536}", "3:31: targets[0].port: must be at most 65535, not 65536"),
        ("{id: a, address: a, port: ssh}", "3:31: targets[0].port: must be a whole number, not ssh"),
        ("{id: a, address: a, transport: telnet}", f"3:36: targets[0].transport: must be {TRANSPORTS}, not telnet"),
        ("{id: a, address: a, transport: sweep}", f"3:36: targets[0].transport: must be {TRANSPORTS}, not sweep"),
        (
            "{id: a, address: a, platform: amiga}",
            f"3:35: targets[0].platform: amiga is no platform that can be asked yet; allowed: {', '.join(PLATFORMS)}",
        ),
        (
            "{id: a, address: a, platform: linus}",
            f"3:35: targets[0].platform: linus is no platform that can be asked yet; allowed: {', '.join(PLATFORMS)} (did you mean linux?)",
        ),
        (
            "{id: a, address: a, jump: [{address: b, prot: 22}]}",
            "3:45: targets[0].jump[0].prot: unknown key; allowed: address, port, user, credential (did you mean port?)",
        ),
        (
            "{id: a, address: a, jump: [{address: root@b}]}",
            "3:42: targets[0].jump[0].address: must be a host name or an IP address alone; the login belongs to the credential",
        ),
        ("{id: a, address: a, jump: gate}", "3:31: targets[0].jump: must be a list (lines that begin with - )"),
    ],
)
def test_one_mistake_is_one_line_with_place_and_cure(entry: str, error: str) -> None:
    assert one(entry) == [error]


def test_an_unknown_key_names_all_that_the_transport_knows() -> None:
    (found,) = one("{id: a, address: a, prot: 22}")
    assert found.startswith("3:25: targets[0].prot: unknown key; allowed: id, address, platform, transport, credential, site, role, port, ")
    assert found.endswith(" (did you mean port?)")
    (local,) = one("{id: a, transport: local, port: 22}")
    assert "targets[0].port: unknown key; allowed: id, " in local


def test_ids_differ_in_more_than_their_case() -> None:
    assert errors(HEAD + "targets: [{id: srv1, address: a}, {id: SRV1, address: b}]") == [
        "2:40: targets[1].id: the id SRV1 is taken by targets[0]; ids must differ in more than their case"
    ]


def test_a_site_that_client_yaml_does_not_have() -> None:
    text = HEAD + "targets: [{id: a, address: a, site: ofice}]"
    assert errors(text, ("office", "dc")) == [
        "2:37: targets[0].site: client.yaml has no site ofice; it has dc, office (did you mean office?)"
    ]
    assert targets(text)[0].site == "ofice"  # no sites declared: any


def test_ssh_without_a_credential() -> None:
    (found,) = errors("targets: [{id: a, address: a, platform: linux}]")
    assert found.startswith("1:11: targets[0]: credential is missing: ssh needs one; write vault:NAME, ")


def test_a_wrong_default_is_said_once_where_it_stands() -> None:
    options = dict.fromkeys(f for t in ("ssh", *(n for n in names() if n != "ssh")) for f in options_of(t).model_fields)
    assert errors(
        "defaults: {platform: linux, credential: agent, port: 0, id: x, transprot: ssh}\n"
        "targets: [{id: a, address: a}, {id: b, address: b}]"
    ) == [
        "1:54: defaults.port: must be at least 1, not 0",
        "1:57: defaults.id: every target has its own: write it there",
        f"1:64: defaults.transprot: unknown key; allowed: platform, transport, credential, site, role, {', '.join(options)} "
        "(did you mean transport?)",
    ]


def test_a_default_that_a_target_overrides_is_wrong_all_the_same() -> None:
    assert errors("defaults: {platform: linux, credential: agent, port: 0}\ntargets: [{id: a, address: a, port: 22}]") == [
        "1:54: defaults.port: must be at least 1, not 0"
    ]


def test_an_unknown_transport_in_the_defaults() -> None:
    assert errors("defaults: {platform: linux, transport: shh}\ntargets: [{id: a, address: a}]") == [
        f"1:40: defaults.transport: must be {TRANSPORTS}, not shh"
    ]


def test_all_mistakes_of_a_file_at_once() -> None:
    found = errors("versoin: 1\ndefaults: {platform: linux}\ntargets: [{id: a, address: 1.1.1.1.1, credential: x, prt: 1}, {id: a}]")
    assert [e.split(": ")[1] for e in found] == [
        "versoin",
        "targets[0].address",
        "targets[0].credential",
        "targets[0].prt",
        "targets[1]",
        "targets[1].address",
        "targets[1].id",
    ]


@pytest.mark.parametrize(
    "entry",
    [
        "{id: a, address: a, password: Hunter2}",
        "{id: a, address: a, key: Hunter2}",
        "{id: a, address: a, credential: Hunter2}",
        "{id: a, address: a, credential: 'root:Hunter2'}",
        "{id: a, address: a, пароль: Hunter2}",
        "{id: a, address: a, passphrase: Hunter2}",
        "{id: a, address: a, jump: [{address: b, password: Hunter2}]}",
        "{id: a, address: a, jump: [{address: b, credential: Hunter2}]}",
    ],
)
def test_a_secret_is_refused_with_the_cure_and_not_repeated(entry: str) -> None:
    (found,) = one(entry)
    assert "auditkit vault add NAME" in found
    assert "Hunter2" not in found


def test_a_private_key_is_refused_and_not_repeated() -> None:
    found = errors(HEAD + "targets:\n  - id: a\n    address: a\n    role: |\n      -----BEGIN OPENSSH PRIVATE KEY-----\n      b3BlbnNz\n")
    assert len(found) == 1
    assert found[0].startswith("5:11: targets[0].role: holds a private key: ")
    assert "b3Blbn" not in found[0]


def test_secret_in_the_defaults() -> None:
    (found,) = errors("defaults: {platform: linux, password: Hunter2}\ntargets: [{id: a, transport: local}]")
    assert found.startswith("1:29: defaults.password: secrets do not lie in this file")
    assert "Hunter2" not in found


_ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda d: (
        st.lists(d, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "address", "transport", "platform", "credential", "port", "jump", "x"]), d)
    ),
    max_leaves=8,
)


@settings(max_examples=150)
@given(st.dictionaries(st.sampled_from(["version", "defaults", "targets", "y"]), _ANY))
def test_any_data_is_targets_or_a_config_error(data: dict[str, Any]) -> None:
    try:
        read_targets(Document("targets.yaml", data, {}, {}))
    except ConfigError as e:
        lines = str(e).split("\n")
    else:
        return
    assert [line for line in lines if not line.startswith("targets.yaml:1:1: ")] == []

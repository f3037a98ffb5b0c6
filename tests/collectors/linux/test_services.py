"""Traps of smaller readers: SNMP, logs, tunnels, directories, DHCP, resolvers."""

from __future__ import annotations

import json

import pytest

from auditkit.model import Absent, Unknown
from tests.collectors.linux.asking import facts, outcome


def test_a_community_is_kept_as_its_print_and_the_same_one_twice_is_seen() -> None:
    lines = ("1:rocommunity Secr3t 10.0.0.0/8", "2:com2sec -Cn ctx sec default Secr3t", "9:rwcommunity private")
    out = "".join(f"/etc/snmp/snmpd.conf:{line}\n" for line in lines)
    one, two, three = facts("snmp", out)
    assert (one.sources, two.sources, three.rights, three.well_known) == (("10.0.0.0/8",), (), "rw", True)
    assert one.community == two.community != three.community
    assert "Secr3t" not in repr((one, two))


@pytest.mark.parametrize(
    ("line", "target"),
    [
        ("*.* @@(o)loghost:514", ("loghost:514", "tcp")),
        ("auth.* @[2001:db8::1]:514", ("[2001:db8::1]:514", "udp")),
        ('*.* action(type="omrelp" target="siem" port="2514")', ("siem:2514", "relp")),
    ],
)
def test_every_way_of_rsyslog_to_send_on_is_seen(line: str, target: tuple[str, str]) -> None:
    sent = [f for f in facts("rsyslog", f"/etc/rsyslog.conf:{line}\n") if type(f).__name__ == "LogForwarding"]
    assert [(f.target, f.protocol) for f in sent] == [target]


def test_an_action_that_does_not_end_is_refused() -> None:
    assert isinstance(outcome("rsyslog", '/etc/rsyslog.conf:action(type="omfwd" target="x"\n'), Unknown)


def test_scripts_of_logrotate_are_no_settings() -> None:
    out = (
        '==> /etc/logrotate.d/x <==\n/var/log/x/*.log "/var/log/a b.log" {\n weekly\n rotate 4\n postrotate\n  { daily; }\n endscript\n}\n'
    )
    (found,) = facts("logrotate", out)
    assert (found.paths, found.frequency, found.keep) == (("/var/log/x/*.log", "/var/log/a b.log"), "weekly", 4)


def test_settings_of_the_main_file_hold_for_the_others_whatever_order_find_has() -> None:
    own = "==> /etc/logrotate.d/x <==\n/var/log/x {\n missingok\n}\n\n"
    out = f"{own}==> /etc/logrotate.conf <==\nmonthly\nrotate 12\ninclude /etc/logrotate.d\n"
    (found,) = facts("logrotate", out)
    assert (found.frequency, found.keep) == ("monthly", 12)


def test_samba_that_stands_alone_is_no_member() -> None:
    assert isinstance(outcome("domain_samba", "/etc/samba/smb.conf:[global]\n/etc/samba/smb.conf:workgroup = WORKGROUP\n"), Absent)


def test_a_domain_that_sssd_names_and_does_not_describe_is_refused() -> None:
    assert isinstance(outcome("domain_sssd", "/etc/sssd/sssd.conf:[sssd]\n/etc/sssd/sssd.conf:domains = a.test\n"), Unknown)


def test_the_servers_behind_the_local_cache_are_the_ones_that_count() -> None:
    stub = "/etc/resolv.conf:nameserver 127.0.0.53\n/run/systemd/resolve/resolv.conf:nameserver 10.0.0.2\n"
    assert [(r.server, r.stub) for r in facts("resolver", stub)] == [("10.0.0.2", True)]
    four = "".join(f"/etc/resolv.conf:nameserver 10.0.0.{n}\n" for n in range(1, 5))
    assert [r.server for r in facts("resolver", four, code=2)] == ["10.0.0.1", "10.0.0.2", "10.0.0.3"]


def test_wireguard_names_an_interface_once_and_forgets_the_line_end_of_one_without_peers() -> None:
    a, b = "A" * 43 + "=", "B" * 43 + "="
    ends = f"wg0\twg1\t{a}\t198.51.100.1:51820\n{b}\t(none)\n"
    reach = f"wg1\t{a}\t10.0.0.0/8 10.9.0.1/32\nwg1\t{b}\t(none)\n"
    one, two = facts("wireguard", f"{ends}=\n{reach}")
    assert [(t.name, t.endpoint, t.networks) for t in (one, two)] == [
        ("wg1", "198.51.100.1:51820", ("10.0.0.0/8", "10.9.0.1/32")),
        ("wg1", "", ()),
    ]


def test_fail2ban_that_does_not_run_is_no_guard_and_one_that_hides_is_unknown() -> None:
    (off,) = facts(
        "fail2ban", "", err="ERROR  Failed to access socket path: /var/run/fail2ban/fail2ban.sock. Is fail2ban running?\n", code=255
    )
    assert off.active is False
    assert isinstance(outcome("fail2ban", "", err="Permission denied\n", code=255), Unknown)


def test_a_quoted_slash_pair_of_kea_is_no_comment() -> None:
    text = (
        '{"Dhcp4": {"boot": "tftp://x", "subnet4": [{"subnet": "10.0.0.0/24", "pools": [{"pool": "10.0.0.9-10.0.0.20"}],}] /* end */}} // x'
    )
    (found,) = facts("dhcp_kea", text)
    assert (found.begins, found.ends) == ("10.0.0.9", "10.0.0.20")


def test_lldp_is_read_in_both_of_its_forms() -> None:
    seen = {"chassis": {"sw": {"id": {"type": "mac", "value": "00:11:22:33:44:55"}}}, "port": {"id": {"type": "ifname", "value": "Gi1"}}}
    for form in ({"eth0": seen}, [{"eth0": seen}]):
        (found,) = facts("lldp", json.dumps({"lldp": {"interface": form}}))
        assert (found.system_name, found.port, found.chassis_mac) == ("sw", "Gi1", "00:11:22:33:44:55")
    assert isinstance(outcome("lldp", '{"lldp": {}}'), Absent)


def test_a_shell_that_carries_the_pattern_of_a_turned_tunnel_is_not_one_itself() -> None:
    import re

    from auditkit.probing import Shell
    from auditkit.registry import registry

    command = registry().probes["linux.reverse_ssh"].command
    assert isinstance(command, Shell)
    pattern = command.line.rpartition("pgrep -af '")[2].rstrip("'")
    assert re.search(pattern, "ssh -N -R 2222:localhost:22 support@203.0.113.50")
    assert re.search(pattern, "/usr/bin/autossh -M 0 -fNR 2222:localhost:22 x")
    assert not re.search(pattern, f"sh -c {command.line} ask")
    assert not re.search(pattern, "ssh -N -L 80:localhost:80 host")

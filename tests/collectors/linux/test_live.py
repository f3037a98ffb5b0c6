"""What auditkit says of running hosts, against what their kernels, their files and other programs say: whole tables, none by its own way.

A host is asked once, over SSH as root. What moves meanwhile (programs, units) is looked at before and after: every row that was there
both times must be in the table, and no row may be there that was seen neither time.
"""

from __future__ import annotations

import os
import re
import struct
from collections import Counter
from datetime import UTC, date, datetime
from hmac import digest

import pytest

from auditkit.registry import registry
from tests.collectors.linux import livelook as look
from tests.collectors.linux.livekit import KEY, Live, local, on, paragraphs, unique
from tests.lab.hosts import Host

pytestmark = pytest.mark.lab
LAB = on("deb11", "deb13", "srv1c")


@on("deb11", "deb13", "srv1c", "rich")
def test_no_question_went_without_an_answer_that_can_be_explained(live: Live) -> None:
    """What each probe could not tell, on hosts whose every byte we know: nothing but what nobody can know there."""
    assert set(live.answers) == {p.name for p in registry().probes_on("linux")}
    unknown = {p for p, told in live.answers.items() for o in told.values() if type(o).__name__ == "Unknown"}
    expected = {
        "deb11": {"linux.updates"},  # no lists of packages were ever fetched
        "deb13": {"linux.updates"},
        "srv1c": {"linux.updates", "linux.lldp"},  # lldpd is installed and does not run
        "rich": {"linux.updates"},
    }
    assert unknown == expected[live.name]


@LAB
def test_accounts_are_the_lines_of_passwd(live: Live) -> None:
    rows = unique(live.facts("linux.accounts", "account"))
    lines = [s.split(":") for s in live.text("/etc/passwd").splitlines()]
    assert {(a.name, "x", str(a.uid), str(a.gid), a.gecos, a.home, a.shell) for a in rows} == {tuple(c) for c in lines}
    if live.name == "srv1c":
        assert {a.name for a in rows if a.uid == 0} == {"root", "toor"}


@LAB
def test_groups_of_every_account_are_those_that_id_gives(live: Live) -> None:
    accounts = live.facts("linux.accounts", "account")
    groups = unique(live.facts("linux.groups", "account_group"))
    assert {g.gid for g in groups} == {int(s.split(":")[2]) for s in live.text("/etc/group").splitlines()}
    said = live.said(f"for u in {' '.join(a.name for a in accounts)}; do id -G -- $u; done").splitlines()
    ids = {a.name: {int(n) for n in line.split()} for a, line in zip(accounts, said, strict=True)}
    assert {a.name: {a.gid} | {g.gid for g in groups if a.name in g.members} for a in accounts} == ids


@LAB
def test_passwords_are_what_passwd_s_says_and_their_prints_those_of_the_hashes(live: Live) -> None:
    rows = {p.name: p for p in live.facts("linux.passwords", "account_password")}
    status = {c[0]: c[1:] for c in (s.split() for s in live.said("passwd -S -a").splitlines())}
    shadow = {c[0]: c for c in (s.split(":") for s in live.text("/etc/shadow").splitlines())}
    assert set(rows) == set(status) == set(shadow)
    for name, (state, changed, least, most, warn, _) in status.items():
        row, hashed = rows[name], shadow[name][1]
        assert {"set": "P", "locked": "L", "none": "L", "empty": "NP"}[row.state] == state, name
        assert row.changed_on == _day(changed), name
        assert (row.min_days, row.max_days, row.warn_days) == (int(least), int(most), int(warn)), name
        wanted = digest(KEY, hashed.encode(), "sha256").hex()[:16] if hashed.startswith("$") else None
        assert (row.password.print if row.password else None) == wanted, name
    if live.name == "srv1c":
        assert (rows["ivanov"].state, rows["petrova"].scheme, rows["auditor"].scheme) == ("empty", "md5", "yescrypt")


def _day(text: str) -> date:
    """passwd -S writes mm/dd/yyyy, since shadow 4.13 yyyy-mm-dd."""
    return datetime.strptime(text, "%m/%d/%Y" if "/" in text else "%Y-%m-%d").date()


@LAB
def test_rules_of_sudo_are_those_that_its_own_parser_reads(live: Live) -> None:
    found = set()
    for spec in live.json("cvtsudoers -e -f json /etc/sudoers")["User_Specs"]:
        for user in spec["User_List"]:
            who = user.get("username") or "%" + user["usergroup"]
            for rule in spec["Cmnd_Specs"]:
                free = {"authenticate": False} in rule.get("Options", [])
                found |= {(who, command["command"], free) for command in rule["Commands"]}
    rows = unique(live.facts("linux.sudoers", "sudo_rule"))
    assert {(r.who, r.command, r.nopasswd) for r in rows} == found


@LAB
def test_authorized_keys_are_those_that_ssh_keygen_lists(live: Live) -> None:
    found = set()
    for name, home in ((c[0], c[5]) for c in (s.split(":") for s in live.text("/etc/passwd").splitlines())):
        for file in (f"{home}/.ssh/authorized_keys", f"{home}/.ssh/authorized_keys2"):
            if live.path(file).is_file():
                for line in local("ssh-keygen", "-l", "-f", live.path(file)).splitlines():
                    bits, print_, *comment, kind = line.split()
                    found.add((name, file, print_, " ".join(comment), kind, int(bits) if kind == "(RSA)" else None))
    rows = unique(live.facts("linux.authorized_keys", "authorized_key"))
    kinds = {"ssh-ed25519": "(ED25519)", "ssh-rsa": "(RSA)"}
    assert {(k.account, k.source, k.fingerprint, k.comment, kinds[k.type], k.bits) for k in rows} == found
    assert len(found) == (5 if live.name == "srv1c" else 3)


@LAB
def test_last_logins_are_the_records_of_lastlog(live: Live) -> None:
    """struct lastlog: seconds, line[32], host[256]; the place in the file is the uid (utmp.h)."""
    names = {c[2]: c[0] for c in (s.split(":") for s in reversed(live.text("/etc/passwd").splitlines()))}
    body, found = live.path("/var/log/lastlog").read_bytes(), set()
    for uid, (seconds, terminal, host) in enumerate(struct.iter_unpack("<i32s256s", body)):
        if seconds:
            found.add((names[str(uid)], datetime.fromtimestamp(seconds, UTC), terminal.rstrip(b"\0"), host.rstrip(b"\0")))
    rows = unique(live.facts("linux.last_logins", "last_login"))
    assert {(r.account, r.at, r.terminal.encode(), r.from_host.encode()) for r in rows} == found
    assert {r.account for r in rows} == {"auditor"}


@LAB
def test_packages_are_the_paragraphs_of_dpkgs_database(live: Live) -> None:
    found = set()
    for p in paragraphs(live.text("/var/lib/dpkg/status")):
        state = p["Status"].split()[2]
        if state not in ("not-installed", "config-files"):
            source = p.get("Source", p["Package"]).split(" ")[0]
            found.add((p["Package"], p["Version"], p["Architecture"], source, state in ("installed",)))
    rows = unique(live.facts("linux.packages", "package"))
    assert {(r.name, r.version, r.arch, r.source, r.whole) for r in rows} == found
    assert len(found) > 120


@LAB
def test_sources_of_packages_are_those_that_apt_would_fetch(live: Live) -> None:
    said = live.said("apt-get update --print-uris")
    rows = unique(live.facts("linux.repositories", "repository"))
    fetched = set(re.findall(r"^'(\S+)/dists/([^/]+)/([^/\s]+)/", said, re.M))
    assert {(r.uri, r.suite, c) for r in rows if r.enabled for c in r.components} == fetched != set()


@LAB
def test_units_are_those_on_the_bus(live: Live, moving: list[look.Moving]) -> None:
    assert isinstance(live.host, Host)
    rows = unique(live.facts("linux.units", "service"))
    before, after = (m.units for m in moving)
    found = {(r.name, r.state, r.sub, r.description) for r in rows}
    assert before & after <= found <= before | after
    assert len({r.name for r in rows}) == len(rows)
    files = look.unit_files(live.host)
    assert {r.name: r.enabled for r in rows if r.name in files} == {r.name: files[r.name] for r in rows if r.name in files}
    assert {r.name for r in rows if r.failed} == ({"backup-agent.service"} if live.name == "srv1c" else set())


@on("deb11", "deb13", "rich")
def test_timers_are_what_their_files_say(live: Live) -> None:
    rows = {t.source: t for t in live.facts("linux.timers", "scheduled_task")}
    folders = ("/etc/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system")
    wanted = {p.name for f in folders for p in live.path(f"{f}/timers.target.wants").glob("*.timer")}
    assert wanted <= set(rows)
    for name, row in rows.items():
        file = next(f"{f}/{name}" for f in folders if live.path(f"{f}/{name}").is_file())
        text = live.text(file)
        here = "ConditionVirtualization=!container" not in text
        assert row.enabled == (name in wanted and here), name
        said = re.findall(r"^(On\w+?)=(.+)$", text, re.M)
        times = {f"OnCalendar={_calendar(live, v)}" if k == "OnCalendar" else f"{k[:-3]}USec={v}" for k, v in said}
        assert set(row.schedule.split("; ")) == times, name
        service = live.text(file.removesuffix(".timer") + ".service")
        first = re.findall(r"^ExecStart=[-@+!:]*(.+)$", service, re.M)[0]
        assert row.command is not None
        assert row.command.split(";")[0].rpartition("/")[2] == first.rpartition("/")[2], name


def _calendar(live: Live, text: str) -> str:
    (form,) = re.findall(r"Normalized form: (.+)", live.said(f"systemd-analyze calendar '{text}'"))
    return str(form)


@on("deb11", "srv1c")
def test_jobs_of_cron_are_the_lines_of_its_files(live: Live) -> None:
    rows = unique(live.facts("linux.crontabs", "scheduled_task"))
    files = ["/etc/crontab", *live.files("/etc/cron.d"), *live.files("/var/spool/cron/crontabs")]
    jobs = ((f, s) for f in files if not f.endswith(".placeholder") for s in live.lines(f) if not re.match(r"\w+=", s))
    found = Counter((f, " ".join(s.split())) for f, s in jobs)
    for row in rows:
        own = [row.schedule, row.command] if "/spool/" in row.source else [row.schedule, row.owner, row.command]
        found[row.source, " ".join(" ".join(own).split()).replace("‹secret›", "Zup-Lab-2019")] -= 1
    assert not [line for line, count in found.items() if count]
    assert "Zup-Lab-2019" not in repr(rows)
    assert {r.owner for r in rows} == {"root"}


@LAB
def test_folders_of_cron_hold_what_may_be_executed_there(live: Live) -> None:
    rows = unique(live.facts("linux.cron_folders", "scheduled_task"))
    folders = ("hourly", "daily", "weekly", "monthly")
    files = [(w, f) for w in folders for f in os.scandir(live.path(f"/etc/cron.{w}")) if f.is_file() and os.access(f.path, os.X_OK)]
    assert {(r.schedule, r.command) for r in rows} == {(f"@{w}", f"/etc/cron.{w}/{f.name}") for w, f in files}


@on("srv1c", "rich")
def test_what_logrotate_turns_over_is_what_it_says_when_told_only_to_say(live: Live) -> None:
    said = live.said("logrotate -d /etc/logrotate.conf 2>&1")
    found = set()
    for paths, often, keep in re.findall(r"^rotating pattern: (.*?)\s+(\w+ly|after 1 days)\s+\((\d+) rotations\)$", said, re.M | re.S):
        found.add((tuple(paths.split()), "daily" if often == "after 1 days" else often, int(keep)))
    rows = unique(live.facts("linux.logrotate", "log_rotation"))
    assert {(r.paths, r.frequency, r.keep) for r in rows} == found
    assert len(found) > 10


@LAB
def test_listeners_are_the_sockets_of_the_kernel_and_their_programs(live: Live, moving: list[look.Moving]) -> None:
    rows = unique(live.facts("linux.listeners", "listener"))
    before, after = (m.sockets for m in moving)
    assert {(r.proto, r.address, r.port) for r in rows} == set(before) == set(after)
    for r in rows:
        key, names = (r.proto, r.address, r.port), set((r.process or "").split(",")) - {""}
        assert before[key] & after[key] <= names <= before[key] | after[key], key
        assert r.public == (r.address not in ("127.0.0.1", "::1")), key
    if live.name == "srv1c":
        assert {22, 443, 1541, 5432, 6379} <= {r.port for r in rows if r.public}


@LAB
def test_programs_that_run_are_those_of_proc(live: Live, moving: list[look.Moving]) -> None:
    names = {c[2]: c[0] for c in (s.split(":") for s in reversed(live.text("/etc/passwd").splitlines()))}
    before, after = ({(names[str(u)], words): n for (u, words), n in m.programs.items()} for m in moving)
    stays = {k: min(n, after.get(k, 0)) for k, n in before.items() if k in after}
    rows = {(r.user, r.command): r.times for r in unique(live.facts("linux.processes", "process"))}
    assert {k: n for k, n in stays.items() if rows.get(k, 0) < n} == {}
    new = {command for (user, command) in rows.keys() - before.keys() - after.keys()}
    assert not [c for c in new if not re.match(r"sshd(-session)?: |smtpd |/(usr/)?lib/systemd/systemd --user|\(sd-pam\)", c)]


@LAB
def test_addresses_are_what_the_kernel_answers_to(live: Live) -> None:
    assert isinstance(live.host, Host)
    rows = unique(live.facts("linux.addresses", "address"))
    assert {(r.interface, r.address, r.prefix) for r in rows} == look.addresses(live.host)
    assert {r.host_address for r in rows} == {"", live.host.address}


@LAB
def test_interfaces_are_those_that_netlink_lists(live: Live) -> None:
    rows = {r.name: r for r in unique(live.facts("linux.interfaces", "interface"))}
    said = {i["ifname"]: i for i in live.json("ip -j link")}
    assert set(rows) == set(said) == {s.split(":")[0].strip() for s in live.proc("net/dev").splitlines()[2:]}
    for name, link in said.items():
        mac = "" if link["link_type"] == "loopback" else link["address"]
        assert (rows[name].mac, rows[name].mtu, rows[name].up) == (mac, link["mtu"], "LOWER_UP" in link["flags"]), name
    assert {r.hardware_mac for r in rows.values()} == {""}, "a veth has none of its own"


@LAB
def test_routes_are_the_kernels_table(live: Live) -> None:
    rows = unique(live.facts("linux.routes", "route"))
    assert {(r.destination, r.gateway, r.interface, r.metric) for r in rows} == look.routes(live)
    assert ("default", "10.99.0.1") in {(r.destination, r.gateway) for r in rows}


@LAB
def test_neighbours_are_the_arp_table(live: Live, moving: list[look.Moving]) -> None:
    rows = [r for r in unique(live.facts("linux.neighbours", "neighbour")) if r.source == "arp"]
    assert {(r.ip, r.mac, r.interface) for r in rows} == moving[1].arp
    assert {r.ip for r in rows} == {"10.99.0.1"}


@on("srv1c", "rich")
def test_name_servers_are_those_of_the_setup(live: Live) -> None:
    servers = [(r.position, r.server, r.stub) for r in live.facts("linux.resolver", "resolver")]
    said = [line.split()[1] for line in live.lines("/etc/resolv.conf") if line.startswith("nameserver")]
    assert said == {"srv1c": ["10.99.1.5"], "rich": ["10.99.1.5", "10.99.1.6"]}[live.name]
    assert servers == [(n, server, False) for n, server in enumerate(said, 1)]
    assert [d.domain for d in live.facts("linux.resolver", "search_domain")] == ["romashka.test"]


def _met(chain: str) -> int:
    """How many rules of a chain (of ufw, by its name) incoming packets may meet; the kernel counts who refers to it."""
    head, _, *rules = chain.strip().splitlines()
    if "(0 references)" in head or re.search("forward|output|f2b", head, re.I):
        return 0
    return sum(not rule.startswith("f2b") for rule in rules)


@on("rich", "srv1c")
def test_packet_filters_are_as_strict_as_their_rules(live: Live) -> None:
    rules = {}
    for tool in ("iptables", "ip6tables"):
        said = live.said(f"{tool} -n -L")
        rules[tool] = sum(map(_met, said.split("\n\n")))
        row = live.one(f"linux.{tool}", "firewall")
        assert (row.rules, row.active) == (rules[tool], rules[tool] > 0)
        assert (row.input_policy == "drop") == ("Chain INPUT (policy DROP)" in said)
    nft = live.one("linux.nft", "firewall")
    assert (nft.rules, nft.active) == (rules["iptables"], live.name == "rich")
    ufw = live.one("linux.ufw", "firewall")
    on_ = "ENABLED=yes" in live.lines("/etc/ufw/ufw.conf")
    tuples = sum(live.text(f"/etc/ufw/{f}").count("### tuple ###") for f in ("user.rules", "user6.rules"))
    assert (ufw.active, ufw.rules, ufw.input_policy) == ((True, tuples, "drop") if on_ else (False, 0, ""))
    assert on_ == (live.name == "rich")

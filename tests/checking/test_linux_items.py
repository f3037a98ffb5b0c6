"""The checklist of Linux servers: what a host answers, and the verdict that follows. Each case was once a false green."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from auditkit.book import build
from auditkit.checking import Item, check, load_checklists
from auditkit.model import Absent, Found, Outcome, Question, Unknown
from auditkit.probing import Reply
from auditkit.registry import registry
from auditkit.store import Store, TargetInfo, Told
from tests.lab import cases

REGISTRY = registry()
NOW = datetime(2026, 11, 22, tzinfo=UTC)
ITEMS: dict[str, Item] = {i.id: i for one in load_checklists() for i in one.items}
NONE = Absent("none here")
Answers = Mapping[str, str | Reply | Outcome]
OS = '==> /etc/os-release <==\nID=debian\nVERSION_ID="13"\nNAME=Debian\nPRETTY_NAME="Debian GNU/Linux 13"\n'


def reply(text: str, code: int = 0, arg: str = "", root: bool = True) -> Reply:
    return Reply(text.encode(), b"", code, arg=arg, at=NOW, root=root)


def verdicts(answers: Answers, item: str) -> list[tuple[str, int]]:
    """(state, alarmed rows) of one host. Every probe was planned; those not named proved that there is nothing. PROBE/ARG: one answer."""
    given = {"linux.os_release": OS} | dict(answers)
    asked = {Question("h", p.name, "*" if p.many else ""): given.get(p.name, NONE) for p in REGISTRY.probes_on("linux")}
    asked |= {Question("h", *name.split("/", 1)): said for name, said in given.items() if "/" in name}
    told = []
    for question, said in asked.items():
        probe = REGISTRY.probes[question.probe]
        heard = reply(said, arg=question.arg) if isinstance(said, str) else said
        outcome = probe.outcome(heard) if isinstance(heard, Reply) else heard
        told.append(Told(question, str(probe.command), outcome, heard if isinstance(heard, Reply) else None, NOW, False))
    store = Store.open(None, b"k")
    snap = store.begin([TargetInfo("h", "linux", "local", "h")], list(asked), NOW, "test", "test")
    store.record(snap, told)
    book = build(store, store.snapshot(snap), REGISTRY, date(2026, 11, 22))
    return [(v.state, v.total) for v in check(book, [ITEMS[item]])]


def state(answers: Answers, item: str) -> str:
    """The verdict of one host."""
    ((found, _),) = verdicts(answers, item)
    return found


# -- LIN-23: databases

HBA = "/etc/postgresql/15/main/pg_hba.conf:{}\n/etc/postgresql/15/main/postgresql.conf:listen_addresses = '{}'\n"
REDIS = "Redis server v=7.0.15 x\n/etc/redis/redis.conf:bind 0.0.0.0\n{}"


@pytest.mark.parametrize(
    ("rule", "listen", "verdict"),
    [
        ("host all all 0.0.0.0/0 trust", "*", "alarm"),
        ("host all all 10.0.0.0 255.0.0.0 trust", "localhost, 10.0.0.5", "alarm"),
        ("hostssl all all ::/0 trust", "*", "alarm"),
        ('host "my base" all samenet ident map=x', "*", "alarm"),
        ("host all all 0.0.0.0/0 password", "*", "alarm"),
        ("local all all trust", "*", "not_applicable"),
        ("host all all 127.0.0.1/32 trust", "*", "not_applicable"),
        ("host all all 0.0.0.0/0 scram-sha-256", "*", "not_applicable"),
        ("host all all 0.0.0.0/0 trust", "localhost", "ok"),
        ("include extra.conf", "*", "unknown"),
    ],
)
def test_postgresql_that_asks_clients_of_the_network_for_nothing_is_open(rule: str, listen: str, verdict: str) -> None:
    assert state({"linux.postgresql_access": HBA.format(rule, listen)}, "LIN-23") == verdict


def test_a_rule_whose_server_does_not_say_where_it_listens_counts() -> None:
    said = "/var/lib/pgsql/data/pg_hba.conf:host all all all trust\n"
    assert state({"linux.postgresql_access": said}, "LIN-23") == "alarm"


@pytest.mark.parametrize("case", ["mysql-8.0", "mariadb-10.11"])
def test_mysql_without_grant_tables_is_open(case: str) -> None:
    heard = cases.load(cases.REPLIES / "linux.mysql" / case).reply
    told = json.loads((cases.REPLIES / "linux.mysql" / case / "facts.json").read_text())
    assert {f["value"] for f in told if f.get("setting") == "skip-grant-tables"} == {"on" if case == "mysql-8.0" else "off"}
    assert state({"linux.mysql": heard}, "LIN-23") == ("alarm" if case == "mysql-8.0" else "ok")


@pytest.mark.parametrize(
    ("lines", "verdict"),
    [
        (['requirepass ""'], "alarm"),
        ([], "alarm"),
        (["user default on nopass ~* &* +@all"], "alarm"),
        (["requirepass secret", "user default on nopass ~* &* +@all"], "alarm"),
        (["user default off", "user app on nopass ~* +@all"], "alarm"),
        (["user default on nopass", "user default on >secret ~* +@all"], "ok"),
        (["user default off", "user app on >secret ~* +@all"], "ok"),
        (["requirepass secret"], "ok"),
        (["aclfile /etc/redis/users.acl"], "unknown"),
        (["requirepass secret", "aclfile /etc/redis/users.acl"], "unknown"),
    ],
)
def test_redis_is_guarded_by_a_password_that_is_asked_for(lines: list[str], verdict: str) -> None:
    said = "".join(f"/etc/redis/redis.conf:{line}\n" for line in lines)
    assert state({"linux.redis": reply(REDIS.format(said), 1)}, "LIN-23") == verdict


def test_a_clickhouse_user_without_a_password_is_open() -> None:
    xml = "<clickhouse><users><default><password></password></default></users></clickhouse>"
    said = f"ClickHouse server version 23.8.1.1\n==> /etc/clickhouse-server/users.xml <==\n{xml}\n"
    assert verdicts({"linux.clickhouse": reply(said, 1)}, "LIN-23") == [("alarm", 1)]


# -- LIN-20: certificates

AUTHORITY = (cases.REPLIES / "linux.certificates" / "self-signed" / "stdout").read_text()  # CN = its issuer, CA:TRUE, until 2026-12-15
TRUSTED = (cases.REPLIES / "linux.certificates" / "trusted-kind" / "stdout").read_text()


def file(name: str, pem: str) -> Answers:
    return {"linux.certificates": Found(()), f"linux.certificates//etc/nginx/{name}": pem}


def port(pem: str) -> Answers:
    return {"linux.certificate_ports": Found(()), "linux.certificate_ports/127.0.0.1:443": pem}


def certificate(days: int, issuer: str, ca: bool) -> str:
    """A certificate of CN=x that ends so many days after NOW."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject, by = (x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, n)]) for n in ("x", issuer))
    made = x509.CertificateBuilder(by, subject, key.public_key(), 7, NOW - timedelta(days=900), NOW + timedelta(days=days))
    signed = made.add_extension(x509.BasicConstraints(ca, None), critical=True).sign(key, SHA256())
    return signed.public_bytes(Encoding.PEM).decode()


def test_a_self_signed_certificate_that_calls_itself_an_authority_expires_like_any_other() -> None:
    assert (state(file("shop.crt", AUTHORITY), "LIN-20"), state(port(AUTHORITY), "LIN-20")) == ("alarm", "alarm")


def test_a_certificate_of_the_trusted_kind_is_read_and_one_of_an_unknown_kind_is_no_empty_file() -> None:
    assert state(file("x.pem", TRUSTED), "LIN-20") == "alarm"
    assert state(file("x.pem", TRUSTED.replace("TRUSTED", "ATTRIBUTE")), "LIN-20") == "unknown"
    assert state(file("key.pem", ""), "LIN-20") == "not_applicable"


def test_of_authorities_only_what_a_port_shows_first_or_stands_for_itself_is_asked() -> None:
    assert state(file("chain.pem", certificate(300, "y", ca=False) + certificate(-9, "y", ca=True)), "LIN-20") == "ok"
    assert state(file("intermediate.pem", certificate(-9, "y", ca=True)), "LIN-20") == "not_applicable"
    assert state(port(certificate(-9, "y", ca=True)), "LIN-20") == "alarm"
    assert state(file("root.pem", certificate(300, "x", ca=True)), "LIN-20") == "ok"


# -- LIN-12: packet filter

NAT = "*nat\n:PREROUTING ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE\nCOMMIT\n"
FILTER = "*filter\n:INPUT {} [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n:own - [0:0]\n:f2b-sshd - [0:0]\n{}COMMIT\n"


@pytest.mark.parametrize(
    ("policy", "rules", "verdict"),
    [
        ("ACCEPT", "-A FORWARD -i docker0 -j DROP\n", "alarm"),
        ("ACCEPT", "-A INPUT -i virbr0 -p udp -m udp --dport 53 -j ACCEPT\n", "alarm"),
        ("ACCEPT", "-A own -p tcp --dport 3306 -j DROP\n", "alarm"),  # nobody calls that chain
        ("ACCEPT", "-A INPUT -p tcp -j f2b-sshd\n-A f2b-sshd -s 192.0.2.7/32 -j REJECT\n-A f2b-sshd -j RETURN\n", "alarm"),
        ("ACCEPT", "-A INPUT -j own\n-A own -p tcp --dport 3306 -j DROP\n", "ok"),
        ("ACCEPT", "-A INPUT -p tcp --dport 22 -j ACCEPT\n-A INPUT -j REJECT --reject-with icmp-port-unreachable\n", "ok"),
        ("DROP", "", "ok"),
    ],
)
def test_only_rules_that_stop_incoming_packets_are_a_filter(policy: str, rules: str, verdict: str) -> None:
    assert state({"linux.iptables": NAT + FILTER.format(policy, rules)}, "LIN-12") == verdict


def test_a_filter_of_ipv6_alone_leaves_the_host_open() -> None:
    assert state({"linux.ip6tables": FILTER.format("DROP", ""), "linux.iptables": FILTER.format("ACCEPT", "")}, "LIN-12") == "alarm"


def nft(hook: str, rule: object, kind: str = "filter", family: str = "inet") -> str:
    at = {"family": family, "table": "t"}
    base = {"chain": at | {"name": "base", "type": kind, "hook": hook, "policy": "accept"}}
    ports = {"vmap": {"key": {"payload": {"protocol": "tcp", "field": "dport"}}, "data": {"set": [[3306, {"goto": {"target": "shut"}}]]}}}
    items = [base, {"chain": at | {"name": "shut"}}, {"rule": at | {"chain": "base", "expr": [ports]}}]
    return json.dumps({"nftables": [*items, {"rule": at | {"chain": "shut", "expr": [rule]}}]})


def test_nft_filters_where_a_chain_on_input_comes_to_a_rule_that_drops() -> None:
    assert state({"linux.nft": nft("input", {"drop": None})}, "LIN-12") == "ok"
    assert state({"linux.nft": nft("input", {"accept": None})}, "LIN-12") == "alarm"
    assert state({"linux.nft": nft("forward", {"drop": None})}, "LIN-12") == "alarm"
    assert state({"linux.nft": nft("postrouting", {"masquerade": None}, kind="nat")}, "LIN-12") == "alarm"
    assert state({"linux.nft": nft("input", {"drop": None}, family="bridge")}, "LIN-12") == "alarm"


# -- LIN-11 and LIN-09: SSH


def ss(port: int, process: str | None, root: bool = True) -> Reply:
    who = f' users:(("{process}",pid=1,fd=3))' if process else ""
    return reply(f"inet\ntcp LISTEN 0 128 0.0.0.0:{port} 0.0.0.0:*{who}\ninet6\n", root=root)


def sshd(passwords: str = "yes", port: int = 22, root: str = "no") -> str:
    return f"port {port}\npermitrootlogin {root}\npasswordauthentication {passwords}\nkbdinteractiveauthentication {passwords}\n"


def written(*lines: str) -> str:
    return "".join(f"/etc/ssh/sshd_config:{n}:{line}\n" for n, line in enumerate(lines, 1))


def jails(*names: str) -> str:
    return f"Status\n|- Number of jail:\t{len(names)}\n`- Jail list:\t{', '.join(names)}\n"


def test_passwords_can_be_guessed_at_whatever_port_sshd_listens() -> None:
    assert state({"linux.listeners": ss(2222, "sshd"), "linux.sshd": sshd(port=2222)}, "LIN-11") == "alarm"
    assert state({"linux.listeners": ss(2222, "systemd"), "linux.sshd": sshd(port=2222)}, "LIN-11") == "alarm"
    assert state({"linux.listeners": ss(9090, "systemd"), "linux.sshd": sshd(port=2222)}, "LIN-11") == "not_applicable"
    assert state({"linux.listeners": ss(2222, None, root=False), "linux.sshd": sshd(port=2222)}, "LIN-11") == "unknown"
    assert state({"linux.listeners": ss(443, "nginx"), "linux.sshd": sshd()}, "LIN-11") == "not_applicable"


def bans(_action: str = "iptables", _protocol: str = "tcp", **ports: str) -> str:
    """Jails with the ports that their action closes, as `fail2ban-client -d` prints them; "" = an action for all ports."""
    made = ["['set', 'loglevel', 'INFO']"]
    for jail, port in ports.items():
        start = f"<iptables> -I INPUT -p tcp -m multiport --dports {port} -j f2b" if port else "<iptables> -I INPUT -p tcp -j f2b"
        properties = [["actionstart", start], ["port", port or "ssh"], ["protocol", _protocol]]
        made.append(str(["multi-set", jail, "action", f"{_action}-multiport" if port else f"{_action}-allports", properties]))
    return "\n".join([*made, "['start', 'sshd']"])


@pytest.mark.parametrize(("names", "verdict"), [(("nginx-http-auth",), "alarm"), ((), "alarm"), (("sshd", "nginx-http-auth"), "ok")])
def test_a_guard_must_watch_ssh(names: tuple[str, ...], verdict: str) -> None:
    closed = bans(**{n: "ssh" if n == "sshd" else "http,https" for n in ("sshd", "nginx-http-auth")})
    asked: Answers = {"linux.listeners": ss(22, "sshd"), "linux.sshd": sshd(), "linux.fail2ban_ports": closed}
    assert state({**asked, "linux.fail2ban": jails(*names)}, "LIN-11") == verdict


@pytest.mark.parametrize(
    ("ports", "verdict"),
    [
        ("ssh", "alarm"), ("ssh,2222", "ok"), ("2000:2999", "ok"), ("", "ok"), ("0:65535", "ok"), ("http", "alarm"), ("my-ssh", "unknown"),
        ("my-ssh,2222", "ok"),
    ],
)  # fmt: skip
def test_a_ban_must_close_the_port_on_which_sshd_listens(ports: str, verdict: str) -> None:
    asked: Answers = {"linux.listeners": ss(2222, "sshd"), "linux.sshd": sshd(port=2222), "linux.fail2ban": jails("sshd")}
    assert state({**asked, "linux.fail2ban_ports": bans(sshd=ports)}, "LIN-11") == verdict


def test_without_the_ports_of_fail2ban_nobody_knows_whether_it_guards() -> None:
    asked: Answers = {"linux.listeners": ss(22, "sshd"), "linux.sshd": sshd(), "linux.fail2ban": jails("sshd")}
    assert state({**asked, "linux.fail2ban_ports": Unknown("needs root", cause="no_sudo")}, "LIN-11") == "unknown"


def test_a_ban_of_udp_is_none_and_what_an_action_closes_may_be_unknown() -> None:
    asked: Answers = {"linux.listeners": ss(22, "sshd"), "linux.sshd": sshd(), "linux.fail2ban": jails("sshd")}
    assert state({**asked, "linux.fail2ban_ports": bans(_protocol="udp", sshd="ssh")}, "LIN-11") == "alarm"
    assert state({**asked, "linux.fail2ban_ports": bans(_action="hostsdeny", sshd="")}, "LIN-11") == "unknown"
    assert state({**asked, "linux.fail2ban_ports": bans(_action="own", sshd="ssh")}, "LIN-11") == "unknown"


def test_a_jail_that_is_configured_and_does_not_run_is_no_guard() -> None:
    asked: Answers = {"linux.listeners": ss(22, "sshd"), "linux.sshd": sshd(), "linux.fail2ban": jails("recidive")}
    assert state({**asked, "linux.fail2ban_ports": bans(sshd="ssh")}, "LIN-11") == "alarm"


def test_a_guard_of_sshd_does_not_watch_dropbear() -> None:
    seen: Answers = {"linux.listeners": ss(22, "dropbear")}
    assert state({**seen, "linux.fail2ban": jails("sshd"), "linux.fail2ban_ports": bans(sshd="ssh")}, "LIN-11") == "alarm"
    assert state({**seen, "linux.fail2ban": jails("dropbear"), "linux.fail2ban_ports": bans(dropbear="ssh")}, "LIN-11") == "ok"
    assert state({**seen, "linux.bruteforce_guards": "812 crowdsec\n"}, "LIN-11") == "ok"


NO_WORDS = ("PasswordAuthentication no", "KbdInteractiveAuthentication no")


@pytest.mark.parametrize(
    ("lines", "verdict"),
    [
        (NO_WORDS, "ok"),
        (("X11Forwarding no",), "ok"),
        ((*NO_WORDS, "Match User backup", "PasswordAuthentication yes"), "alarm"),
        (("PasswordAuthentication yes", "Match User root", "PasswordAuthentication no"), "alarm"),
        (("Match User root", *NO_WORDS), "alarm"),  # everybody else has the default: yes
        ((*NO_WORDS, "Match User root", "PasswordAuthentication no"), "ok"),
        ((*NO_WORDS, "Match User sftp", "ForceCommand internal-sftp"), "ok"),
        ((*NO_WORDS, "Include /etc/ssh/other/*.conf"), "unknown"),
        ((*NO_WORDS, "Include /etc/ssh/sshd_config.d/*.conf"), "ok"),
    ],
)
def test_what_root_from_outside_may_not_others_may_by_a_match_block(lines: tuple[str, ...], verdict: str) -> None:
    asked: Answers = {"linux.listeners": ss(22, "sshd"), "linux.sshd": sshd("no"), "linux.sshd_config": written(*lines)}
    assert state(asked, "LIN-11") == verdict


def test_without_the_files_of_sshd_nobody_knows_of_its_match_blocks() -> None:
    asked: Answers = {
        "linux.listeners": ss(22, "sshd"),
        "linux.sshd": sshd("no"),
        "linux.sshd_config": Unknown("exit code 2: Permission denied"),
    }
    assert state(asked, "LIN-11") == "unknown"


def test_another_ssh_server_than_the_one_that_was_asked_leaves_the_question_of_root_open() -> None:
    assert state({"linux.listeners": ss(22, "dropbear")}, "LIN-09") == "unknown"
    assert state({"linux.listeners": ss(2222, "dropbear"), "linux.sshd": sshd()}, "LIN-09") == "unknown"
    assert state({"linux.listeners": ss(22, "sshd")}, "LIN-09") == "unknown"  # it runs, and did not answer where it was looked for
    assert state({"linux.listeners": ss(22, "sshd"), "linux.sshd": sshd()}, "LIN-09") == "ok"
    assert state({"linux.listeners": ss(22, "systemd"), "linux.sshd": sshd()}, "LIN-09") == "ok"
    assert state({"linux.listeners": ss(22, "sshd"), "linux.sshd": sshd(root="yes")}, "LIN-09") == "alarm"


def test_a_match_block_that_lets_root_in_counts() -> None:
    lines = ("Match Address 10.0.0.0/8", "PermitRootLogin yes")
    assert state({"linux.sshd": sshd(), "linux.sshd_config": written(*lines)}, "LIN-09") == "alarm"
    assert state({"linux.sshd": sshd("no"), "linux.sshd_config": written(*lines)}, "LIN-09") == "ok"
    assert state({"linux.sshd": sshd("no"), "linux.sshd_config": written(*lines, "PasswordAuthentication yes")}, "LIN-09") == "alarm"


# -- LIN-02, LIN-17, LIN-21


def lists(**ages: int) -> str:
    then = {name: int(NOW.timestamp()) - 86400 * days for name, days in ages.items()}
    return "".join(f"{t} {t} /var/lib/apt/lists/{name}_InRelease\n" for name, t in then.items())


def test_every_list_of_packages_must_be_fresh() -> None:
    assert verdicts({"linux.update_metadata": lists(docker=0, security=1095)}, "LIN-02") == [("alarm", 1)]
    assert verdicts({"linux.update_metadata": lists(docker=0, security=14)}, "LIN-02") == [("ok", 0)]
    assert verdicts({"linux.update_metadata": NONE}, "LIN-02") == [("alarm", 1)]
    disc = {"Debian%20GNU_Linux%2012.5.0%20_Bookworm_": 500}
    assert verdicts({"linux.update_metadata": lists(debian=1) + lists(**disc)}, "LIN-02") == [("ok", 0)]
    assert verdicts({"linux.update_metadata": Unknown("cut", cause="truncated")}, "LIN-02") == [("unknown", 0)]


def dnf(**ages: int) -> str:
    then = {name: int(NOW.timestamp()) - 86400 * days for name, days in ages.items()}
    return "".join(f"{t} {t} /var/cache/dnf/{name}-0123456789abcdef/repodata/aa-primary.xml.gz\n" for name, t in then.items())


def repos(**enabled: int) -> str:
    sections = "".join(f"[{name}]\nbaseurl=https://mirror/{name}\nenabled={on}\n" for name, on in enabled.items())
    return f"==> /etc/yum.repos.d/all.repo <==\n{sections}"


def test_lists_of_repositories_that_are_switched_off_do_not_count() -> None:
    fresh: Answers = {"linux.update_metadata": dnf(base=1, epel=400)}
    assert verdicts({**fresh, "linux.repositories": repos(base=1, epel=0)}, "LIN-02") == [("ok", 0)]
    assert verdicts({**fresh, "linux.repositories": repos(base=1, epel=1)}, "LIN-02") == [("alarm", 1)]
    assert verdicts({**fresh, "linux.repositories": repos(base=1)}, "LIN-02") == [("alarm", 1)]  # nobody switched it off
    assert verdicts({**fresh, "linux.repositories": Unknown("needs root", cause="no_sudo")}, "LIN-02") == [("unknown", 0)]


def test_a_fresh_list_of_a_repository_that_is_switched_off_is_no_list() -> None:
    only: Answers = {"linux.update_metadata": dnf(epel=1), "linux.repositories": repos(base=1, epel=0)}
    assert verdicts(only, "LIN-02") == [("alarm", 1)]


def test_a_file_system_below_var_is_no_volume_of_var() -> None:
    own = "/dev/sda1 / ext4 rw 0 0\n/dev/sda2 /home ext4 rw 0 0\n"
    assert state({"linux.mounts": f"{own}sunrpc /var/lib/nfs/rpc_pipefs rpc_pipefs rw 0 0\n"}, "LIN-17") == "alarm"
    assert state({"linux.mounts": f"{own}/dev/sda3 /var ext4 rw 0 0\n"}, "LIN-17") == "ok"


@pytest.mark.parametrize(
    ("target", "verdict"),
    [
        ("127.0.0.1:514", "alarm"), ("127.1.2.3", "alarm"), ("localhost", "alarm"), ("[::1]:514", "alarm"), ("Localhost:514", "alarm"),
        ("10.0.0.5:514", "ok"), ("log.example.com", "ok"), ("[2001:db8::1]:514", "ok"),
    ],
)  # fmt: skip
def test_logs_sent_to_the_host_itself_are_not_sent_elsewhere(target: str, verdict: str) -> None:
    rotated = cases.load(next(f for f in cases.folders() if f.parent.name == "linux.logrotate" and _found(f))).reply
    assert state({"linux.rsyslog": f"/etc/rsyslog.conf:*.* @{target}\n", "linux.logrotate": rotated}, "LIN-21") == verdict


def test_a_journal_sent_to_the_host_itself_is_not_sent_elsewhere() -> None:
    rotated = cases.load(next(f for f in cases.folders() if f.parent.name == "linux.logrotate" and _found(f))).reply
    for url, verdict in (("http://127.0.0.1:19532", "alarm"), ("http://[::1]:19532", "alarm"), ("https://log.example.com", "ok")):
        said = f"/run/systemd/journal\n/etc/systemd/journal-upload.conf:URL={url}\n"
        assert state({"linux.journald": said, "linux.logrotate": rotated}, "LIN-21") == verdict


def _found(folder: Path) -> bool:
    return str(cases.load(folder).meta["outcome"]) == "found"

"""A client's servers over SSH, real ones: good, bad, killed in the middle, hostile."""

from __future__ import annotations

import json
import re
import shutil
import signal
import sqlite3
import subprocess
import time
import zipfile
from pathlib import Path

import openpyxl
import pytest

from tests.cli.clients import LabClient, arguments_watched
from tests.lab.badhosts import Bad
from tests.lab.farm import Farm
from tests.lab.fixtures import MakeHost
from tests.lab.hosts import PASSWORD, Host
from tests.lab.network import Network

pytestmark = pytest.mark.lab
CANARY = "Canary-Pa55-of-the-client"


def test_each_bad_host_is_named_with_its_cause_and_costs_only_itself(
    lab: Network, deb11: Host, deb13: Host, bad_hosts: dict[str, Bad], tmp_path: Path
) -> None:
    client = LabClient(lab, tmp_path)
    client.ok("vault", "add", "wrong", "auditor", "--workspace", "acme", "--stdin", data=f"{CANARY}\n".encode())
    quick = {"connect_seconds": 4, "host_seconds": 90}
    for host in (deb11, deb13):
        client.target(host.name, host.address, client.root, host.host_key, **quick)
    client.ok("vault", "add", "auditor", "auditor", "--workspace", "acme", "--stdin", data=f"{PASSWORD}\n".encode())
    client.target("flood", bad_hosts["flood"].address, "vault:auditor", bad_hosts["flood"].pin, **quick)
    for name in ("garbage", "silent", "closed", "deadmount"):
        client.target(name, bad_hosts[name].address, client.root, bad_hosts[name].pin, **quick)
    for name in ("rekeyed", "refusing"):
        client.target(name, bad_hosts[name].address, "vault:wrong", bad_hosts[name].pin, **quick)
    rekeyed = bad_hosts["rekeyed"].host
    assert rekeyed is not None
    before = len(rekeyed.log)
    with arguments_watched() as arguments:
        done = client.run("audit", "acme", "--json")
    assert done.returncode == 3, done.stderr.decode()
    told = json.loads(done.stdout)
    states = {t["id"]: (t["state"], t["cause"]) for t in told["targets"]}
    assert states == {
        "deb11": ("complete", None),
        "deb13": ("complete", None),
        "garbage": ("complete", None),
        "silent": ("failed", "timed_out"),
        "flood": ("failed", "truncated"),
        "closed": ("failed", "refused"),
        "deadmount": ("partial", "timed_out"),
        "rekeyed": ("failed", "host_key_changed"),
        "refusing": ("failed", "bad_credential"),
    }
    assert "df" in next(t["message"] for t in told["targets"] if t["id"] == "deadmount")
    said_there = rekeyed.log[before:]
    assert not re.search(r"auditor|Failed|Accepted|preauth.*user", said_there), "a secret was on its way to a host that is another one now"
    rows = client.json("query", "select count(*) n from package", "acme")["rows"]
    assert rows[0][0] > 300, "what the good hosts answered is there"
    missing = "select count(distinct tbl) from gap where question like 'deadmount/%' and question not like '%/-'"  # -: asked of others
    kept = client.json("query", missing, "acme")["rows"]
    assert 0 < kept[0][0] < 15, "only what hangs is missing of the host with the dead mount"
    _no_canary(client.folder, done, arguments)


def _no_canary(folder: Path, done: subprocess.CompletedProcess[bytes], arguments: set[str]) -> None:
    assert CANARY.encode() not in done.stdout + done.stderr
    assert not [a for a in arguments if CANARY in a]
    for file in (f for f in folder.rglob("*") if f.is_file()):
        body = file.read_bytes()
        if file.suffix in (".docx", ".xlsx"):
            with zipfile.ZipFile(file) as z:
                body = b"".join(z.read(n) for n in z.namelist())
        assert CANARY.encode() not in body, file


def test_the_office_server_of_a_predecessor_makes_its_findings(lab: Network, srv1c: Host, tmp_path: Path) -> None:
    client = LabClient(lab, tmp_path)
    client.target("srv1c", srv1c.address, client.root, srv1c.host_key)
    text = (client.path / "client.yaml").read_text()
    (client.path / "client.yaml").write_text(text + "\npredecessor:\n  logins: [oldmsp]\n")
    client.json("collect", "acme")
    verdicts = {v["check"]: v for v in client.json("check", "acme")["verdicts"]}
    expected = {"LIN-05": "toor", "LIN-06": "ivanov", "LIN-07": "oldmsp", "LIN-09": "yes", "LIN-16": "/data", "LIN-22": "backup-agent"}
    for check, named in expected.items():
        assert verdicts[check]["verdict"] == "alarm", (check, verdicts[check]["why"])
        assert any(named in o["text"] for o in verdicts[check]["objects"]["first"]), verdicts[check]["objects"]


def test_root_is_asked_for_only_by_sudo_n_and_where_it_is_not_given_that_is_said(lab: Network, deb13: Host, tmp_path: Path) -> None:
    client = LabClient(lab, tmp_path)
    for name, login in (("helped", "engineer"), ("plain", "auditor"), ("never", "engineer")):
        options = {"sudo": "never"} if name == "never" else {}
        client.target(name, deb13.address, f"key:{login}@{lab.key}", deb13.host_key, **options)
    told = client.json("collect", "acme", "--probe", "linux.passwords", "--probe", "linux.accounts")
    states = {t["id"]: (t["state"], t["cause"]) for t in told["targets"]}
    assert states == {"helped": ("complete", None), "plain": ("partial", "no_sudo"), "never": ("partial", "no_sudo")}
    gaps = client.json("query", "select question, why from gap where question like '%/linux.passwords%'", "acme")["rows"]
    assert sorted(map(tuple, gaps)) == [("never/linux.passwords", "needs root"), ("plain/linux.passwords", "needs root")]


ASKED = ("os_release", "kernel", "accounts", "groups", "hostname", "memory", "mounts", "filesystems", "listeners", "resolver")


def test_kill_9_in_the_middle_and_the_same_command_again(lab: Network, ssh_farm: Farm, tmp_path: Path) -> None:
    client = LabClient(lab, tmp_path)
    for n, address in enumerate(ssh_farm.addresses(50)):
        client.target(f"h{n}", address, client.root, ssh_farm.host.host_key)
    words = ["collect", "acme", "--json"]
    available = client.ok("probes")
    words += [w for name in ASKED if f"linux.{name} " in available for w in ("--probe", f"linux.{name}")]
    calls = ssh_farm.connections()
    with lab.inside():
        running = subprocess.Popen(
            client.argv(*words), env=client.env, cwd=client.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
    finished = _wait_for(client.path / "state" / "auditkit.sqlite", 12)
    running.send_signal(signal.SIGKILL)
    running.wait()
    finished = _finished(client.path / "state" / "auditkit.sqlite")
    assert 12 <= len(finished) < 50
    again = client.run(*words)
    assert again.returncode == 0, again.stderr.decode()
    asked = {f"h{n}": ssh_farm.connections()[a] - calls[a] for n, a in enumerate(ssh_farm.addresses(50))}
    assert {asked[t] for t in finished} == {1}, "a finished host was asked twice"
    assert all(asked.values())
    kinds = _kinds(client)
    undisturbed = client.run(*words, "--new")
    assert undisturbed.returncode == 0
    assert _kinds(client) == kinds


def _wait_for(database: Path, targets: int) -> set[str]:
    end = time.monotonic() + 120
    while time.monotonic() < end:
        found = _finished(database)
        if len(found) >= targets:
            return found
        time.sleep(0.02)
    raise AssertionError("the collection did not get going")


def _finished(database: Path) -> set[str]:
    """Targets whose every planned question has its answer."""
    if not database.exists():
        return set()
    db = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        rows = db.execute(
            "select q.target, count(*), count(a.state) from question q left join answer a using (snapshot, target, probe, arg) group by 1"
        ).fetchall()
    except sqlite3.OperationalError:
        return set()  # the tables are not there yet
    finally:
        db.close()
    return {t for t, planned, answered in rows if planned == answered}


def _kinds(client: LabClient) -> set[tuple[str, str, str]]:
    db = sqlite3.connect(client.path / "state" / "auditkit.sqlite")
    rows = db.execute("select target, probe, state from answer where snapshot = (select max(id) from snapshot)").fetchall()
    db.close()
    return set(rows)


HOSTILE = r"""
set -e
useradd -M -s /bin/bash -c '=cmd|'"'"'/c calc'"'"'!A1' evil1
useradd -M -s /bin/bash -c '<script>alert(1)</script>{{7*7}}' evil2
printf 'evil3:x:3003:3003:\033[31mred\033[0m \342\200\256gnp.exe \r]]>&amp;:/:/bin/bash\n' >> /etc/passwd
printf 'evil4:x:3004:3004:%s:/:/bin/bash\n' "$(head -c 300000 /dev/zero | tr '\0' 'A')" >> /etc/passwd
printf 'evil5:x:3005:3005:\355\240\200lone\000nul:/:/bin/bash\n' >> /etc/passwd
printf '30 2 * * * =HYPERLINK("http://evil")  # <img src=x onerror=alert(1)>\n' > /var/spool/cron/crontabs/root
chmod 600 /var/spool/cron/crontabs/root
printf '\033]0;pwned\007<script>motd</script>\n' > /etc/motd
"""


def test_hostile_bytes_arrive_inert_in_every_document_and_on_the_terminal(lab: Network, lab_host: MakeHost, tmp_path: Path) -> None:
    host = lab_host("bookworm", HOSTILE)
    client = LabClient(lab, tmp_path)
    client.target("evil", host.address, client.root, host.host_key)
    done = client.run("audit", "acme", "--lang", "en")
    assert done.returncode in (0, 3), done.stderr.decode()
    seen = client.json("query", "select name, gecos from account where name like 'evil%' order by name", "acme")["rows"]
    assert [r[0] for r in seen][:3] == ["evil1", "evil2", "evil3"]
    folder = next((client.path / "deliverables").iterdir())
    _inert_excel(folder / "audit.en.xlsx")
    html = (folder / "audit.en.html").read_text("utf-8")
    pages = [p.read_text("utf-8") for p in (client.path / "kb").glob("*.html")] + [html]
    for page in pages:
        assert "<script>alert" not in page
        assert "onerror=alert(1)>" not in page.replace("&lt;img src=x onerror=alert(1)&gt;", "")
        assert "\u202e" not in page
        assert "\x1b" not in page
    pdf = subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{tmp_path}/lo", "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path),
         str(folder / "audit.en.docx")],
        capture_output=True, check=True, timeout=180,
    )  # fmt: skip
    assert (tmp_path / "audit.en.pdf").stat().st_size > 20_000, pdf.stderr
    for words in (
        ("check", "acme", "--all"),
        ("query", "select * from account", "acme"),
        ("query", "select * from scheduled_task", "acme"),
    ):
        shown = client.run(*words)
        assert b"\x1b" not in shown.stdout + shown.stderr
        assert "\u202e".encode() not in shown.stdout
    for kind in ("docx", "xlsx", "html"):
        assert client.json("verify", str(folder / f"audit.en.{kind}"), "acme")["failed"] == []


def _inert_excel(file: Path) -> None:
    book = openpyxl.load_workbook(file)
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f", (sheet.title, cell.coordinate, cell.value)


def test_chromium_asks_for_nothing_outside(lab: Network, deb13: Host, tmp_path: Path) -> None:
    chromium = shutil.which("chromium")
    from tests.lab.need import need

    need(chromium, "chromium is not installed")
    client = LabClient(lab, tmp_path)
    client.target("deb13", deb13.address, client.root, deb13.host_key)
    client.run("audit", "acme", "--lang", "ru")
    index = client.path / "kb" / "index.html"
    log = tmp_path / "net.json"
    argv = [str(chromium), "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync", f"--user-data-dir={tmp_path}/ch", f"--log-net-log={log}",
            "--virtual-time-budget=4000", "--dump-dom", f"file://{index}"]  # fmt: skip
    shown = subprocess.run(argv, capture_output=True, text=True, check=True, timeout=90)
    assert 'id="search"' in shown.stdout
    asked = set(re.findall(r'"url":"(https?://[^"]+)"', log.read_text("utf-8", "replace")))
    assert not [u for u in asked if "google" not in u and "gvt1" not in u], asked

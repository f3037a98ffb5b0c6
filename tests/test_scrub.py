"""The catch-all: what looks like a secret is cut; what merely speaks of one stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditkit.scrub import holds_secret, scrub


@pytest.mark.parametrize(
    "line",
    [
        "PGPASSWORD=Canary1 pg_dump zup",
        "export RESTIC_PASSWORD='Canary1'",
        "mysqldump -u root -pCanary1 shop",
        "mysql --password=Canary1 -h db",
        "sshpass -p Canary1 ssh root@sw1",
        "curl -u admin:Canary1 http://cam/",
        "smbclient //nas/share -U backup%Canary1",
        "postgresql://audit:Canary1@db/zup",
        "Authorization: Bearer Canary1",
        "пароль: Canary1",
        "root:$6$saltsalt$Canary1Canary1Canary1:19000:0:99999:7:::",
        '"api_key": "Canary1"',
        "--token Canary1",
        "borg create ::x BORG_PASSPHRASE=Canary1",
    ],
)
def test_a_secret_is_cut(line: str) -> None:
    assert "Canary1" not in scrub(line)
    assert holds_secret(line)


@pytest.mark.parametrize(
    "line",
    [
        "PasswordAuthentication yes",
        "passwd: files systemd",
        "PermitEmptyPasswords no",
        "requirepass",
        "password = $DB_PASSWORD",
        "password_file: /etc/restic.pass",
        "tar -p -czf /srv/x.tgz /etc",
        "ssh -p 22 host",
        "libpam-pwquality 1.4",
        "http://mirror/debian",
    ],
)
def test_words_about_secrets_stay(line: str) -> None:
    assert scrub(line) == line


@given(st.text(max_size=200))
def test_scrubbing_twice_changes_nothing_more(text: str) -> None:
    assert scrub(scrub(text)) == scrub(text)


def test_a_long_hostile_line_does_not_take_long() -> None:
    import time

    started = time.process_time()
    for line in ("password" * 20_000, "a-" * 50_000 + "password=", "://" * 60_000, "mysql " + " -p" * 40_000):
        scrub(line)
    assert time.process_time() - started < 10

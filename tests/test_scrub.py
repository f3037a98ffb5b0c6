"""The catch-all: what looks like a secret is cut; what merely speaks of one stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditkit.model import fact
from auditkit.scrub import holds_secret, scrub, suspicious, which_hold_secret, which_suspicious
from auditkit.tidy import tidy, tidy_each


@fact()
class _Two:
    a: str
    b: tuple[object, ...]


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
    assert not line.isascii() or suspicious(line)


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


@pytest.mark.parametrize(
    "line",
    [
        "mysqldump -uroot -pCanary1 shop",
        "mysqldump --user=root --password Canary1 shop",
        "/usr/bin/mysql -h db -u root -p'Canary1 Two' shop",
        "PGPASSWORD=Canary1 pg_dump -U postgres zup",
        "RSYNC_PASSWORD=Canary1 rsync -a rsync://u@h/m .",
        "sshpass -pCanary1 ssh root@10.0.0.1",
        "sshpass -p Canary1 ssh root@10.0.0.1",
        "curl -u admin:Canary1 https://x",
        "curl -uadmin:Canary1 https://x",
        "curl --user admin:Canary1 https://x",
        "wget --http-password=Canary1 http://x",
        "curl -H 'X-Api-Key: Canary1' https://x",
        'curl -H "Authorization: Bearer Canary1Canary1" https://x',
        "redis-cli -a Canary1 ping",
        "redis-server --requirepass Canary1",
        "mongodump -u admin -p Canary1 --authenticationDatabase admin",
        "mongodump --uri mongodb://admin:Canary1@db:27017/x",
        "lftp -u user,Canary1 ftp://host",
        "lftp -e 'open -u user,Canary1 ftp.host'",
        "smbclient //nas/b -U backup%Canary1",
        "mount -t cifs //nas/s /mnt -o username=u,password=Canary1",
        "mount -t cifs //nas/s /mnt -o user=u,pass=Canary1,vers=3",
        "xfreerdp /u:admin /p:Canary1 /v:10.0.0.1",
        "rdesktop -u admin -p Canary1 10.0.0.1",
        "ldapsearch -x -D cn=admin,dc=x -w Canary1 -b dc=x",
        "ipmitool -I lanplus -H 10.0.0.9 -U ADMIN -P Canary1 power status",
        "snmpwalk -v2c -c Canary1 10.0.0.1",
        "openssl enc -aes-256-cbc -k Canary1 -in a",
        "openssl enc -aes-256-cbc -pass pass:Canary1 -in a",
        "7z a -pCanary1 backup.7z /srv",
        "zip -P Canary1 a.zip /srv",
        "gpg --batch --passphrase Canary1 -c a",
        "RESTIC_PASSWORD=Canary1 restic backup /srv",
        "BORG_PASSPHRASE=Canary1 borg create x",
        "docker login -u u -p Canary1 registry",
        "sqlcmd -S db -U sa -P Canary1",
        "isql -U sa -PCanary1",
        r"1cv8 DESIGNER /S srv\zup /N Admin /P Canary1 /DumpIB /b/1.dt",
        r"C:\Program Files\1cv8\common\1cestart.exe DESIGNER /S srv\zup /N Admin /P Canary1 /DumpIB D:\1.dt",
        r"net use Z: \\fs1\copies Canary1 /user:corp\admin /persistent:no",
        r"net.exe use \\fs1\copies /user:corp\admin Canary1",
        r"net.exe use \\fs1\copies Canary1",
        "net user ivanov Canary1 /add",
        r"schtasks /create /ru corp\admin /rp Canary1 /tn copy",
        "blat.exe log.txt -u robot -pw Canary1 -to admin@corp.ru",
        '1cv8 ENTERPRISE /F /b /N"Admin" /P"Canary1"',
        "rac infobase summary list --cluster-user=adm --cluster-pwd=Canary1",
        "ibcmd infobase dump --db-server=x --db-user=postgres --db-pwd=Canary1 a.dt",
        "rclone sync a b --sftp-pass Canary1",
        "ffmpeg -i rtsp://admin:Canary1@10.0.0.5/1",
        "plink -pw Canary1 root@h",
        "sudo -S <<< Canary1 id",
        "echo Canary1 | sudo -S id",
        "echo 'root:Canary1' | chpasswd",
        "openvpn --auth-user-pass Canary1",
        "pass=Canary1",
        "pwd=Canary1",
        "DB_PASS=Canary1 php cron.php",
        "SMTP_PASS: Canary1",
        "DB_PWD=Canary1",
        "passwd: Canary1",
        "java -Djavax.net.ssl.keyStorePassword=Canary1 -jar a.jar",
        "java -Dspring.datasource.password=Canary1 -jar a.jar",
        "zabbix_sender -z x --tls-psk-identity a --tls-psk Canary1",
        "ssh-keygen -N Canary1 -f k",
        'expect -c \'send "Canary1\\r"\'',
        "sip show peer secret=Canary1",
        "pjsua --realm=* --username=100 --password=Canary1",
        "htpasswd -b -c /etc/x admin Canary1",
        '"password": "Canary1"',
        "'password' => 'Canary1',",
        "password Canary1",
        "enable secret Canary1",
        "wpa_passphrase MySSID Canary1",
        'psk="Canary1"',
        "net rpc user -U admin%Canary1",
        "winexe -U dom/admin%Canary1 //h cmd",
        "rpcclient -U admin%Canary1 h",
        "kinit admin <<< Canary1",
        "duply x backup GPG_PW='Canary1'",
        "proxmox-backup-client backup PBS_PASSWORD=Canary1",
        "s3cmd --access_key=AKIAABCDEFGHIJKLMNOP --secret_key=Canary1 put",
        "veeamconfig vbrserver add --login a --password Canary1",
        'pg_dump "host=h user=u password=Canary1 dbname=d"',
        "pg_dump 'host=h password = Canary1'",
        "ftp://anon:Canary1/Two@h/",
        "scp://u:Canary1@Two@h/x",
        "snmpget -v3 -u u -A Canary1 -X x 10.0.0.1",
        "snmpget -v3 -u u -A x -X Canary1 10.0.0.1",
        "docker exec db mysqldump -u root -pCanary1 shop",
        "/opt/1cv8/x86_64/8.3.24/1cv8 DESIGNER /S srv/zup /N Admin /PCanary1 /DumpIB /b/1.dt",
        "requirepass Canary1",
        "masterauth Canary1",
        "machine ftp.example.lan login u password Canary1",
        "mysql -h db -p'Canary1;x' shop",
        "auth_pass Canary1",
    ],
)
def test_a_secret_on_a_command_line_or_in_a_setting_is_cut(line: str) -> None:
    assert "Canary1" not in scrub(line)
    assert scrub(scrub(line)) == scrub(line)


@pytest.mark.parametrize(
    ("line", "token"),
    [
        ("git clone https://glpat-CanaryCanary123456@gitlab/x", "glpat-CanaryCanary123456"),
        ("vault login hvs.CanaryCanaryCanaryCanaryAA", "hvs.CanaryCanaryCanaryCanaryAA"),
        ("https://api.telegram.org/bot123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw/sendMessage", "AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"),
        ("AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY aws s3 sync", "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY"),
        ("useradd -p '$6$salt$abcdefghijklmnopqrstuvwxyz0123456789' x", "abcdefghijklmnop"),
    ],
)
def test_a_token_is_cut_by_its_shape(line: str, token: str) -> None:
    assert token not in scrub(line)


@pytest.mark.parametrize(
    "line",
    [
        "mkdir -p /x",
        "tar -p -xf a.tar",
        "ssh -p 22 host uptime",
        "nginx -p /etc",
        "passwd: files",
        "passwd:         files systemd",
        "passwd: Authentication token manipulation error",
        "pwd",
        "PWD=/root",
        "OLDPWD=/",
        "ps -A",
        "ls -a /etc",
        "docker run -p 80:80 nginx",
        "docker run --name mysql -p3306:3306 mysql",
        "nmap -p 22 10.0.0.1",
        "psql -h db -U zup -p 5432",
        "cp -p a b",
        "netstat -pant",
        "redis-cli -h db ping; ls -a x",
        "mysql -h db -p shop",
        "mysql -u root && mkdir -p x",
        "ldapsearch -x -W -b dc=x",
        "curl -fsSLo /usr/share/x:y https://x",
        "curl -A Mozilla:5 https://x",
        "zip -r a.zip /srv",
        "unzip -p a.zip b",
        "snmpd -Lsd -Lf /dev/null -u snmp",
        "1cv8 ENTERPRISE /F /Projects/base",
        r"net use Z: \\fs1\copies /persistent:yes",
        "net user ivanov /domain",
        "net start spooler",
        "pg_dump --no-password zup",
        "ansible-playbook --ask-pass site.yml",
        "openvpn --auth-user-pass /etc/openvpn/login",
        "openssl enc -pass file:/etc/key -in a",
        "password requisite pam_unix.so",
        "password pam_unix.so",
        "password expired",
        "user and password in use",
        "http://host:8080/@scope/pkg@1.0",
        "proxy_pass http://127.0.0.1:8080;",
        "echo 1 | sudo tee /proc/sys/x",
        "grep x <<< word",
        "net.ipv4.ip_forward = 1",
        "bypass = yes please",
        "Filesystem 45% /srv -U",
    ],
)
def test_a_like_option_of_another_program_stays(line: str) -> None:
    assert scrub(line) == line


@given(st.text(max_size=200))
def test_scrubbing_twice_changes_nothing_more(text: str) -> None:
    assert scrub(scrub(text)) == scrub(text)


def test_a_long_hostile_line_does_not_take_long() -> None:
    import time

    started = time.process_time()
    simple = (
        "password" * 20_000,
        "a-" * 50_000 + "password=", "://" * 60_000, "a/b" * 60_000 + "@", "pass " * 40_000, "echo " * 40_000 + "| sudo",
    )  # fmt: skip
    commands = (
        "mysql " + " -p" * 40_000, "mysql -px " * 20_000, "snmpget '" * 20_000, "htpasswd -b " + "a " * 60_000, "docker login " * 20_000,
    )  # fmt: skip
    for line in (*simple, *commands):
        scrub(line)
    assert time.process_time() - started < 10


_PIECES = st.sampled_from(
    ["mysql", "mysqldump", " -", "-pHunter2", "password=", "pass", "x.exe", ".exe", "/", '"', "'", "\n", "\t", " ", "\x1c",
     "token: ", "$6$", "sudo", "<<<", "AKIA", "://", "a:b@c", "curl", " -u ", "user:secret", "SECRET", "eth0", "1500",
     "-----BEGIN PRIVATE KEY-----"]
)  # fmt: skip


@given(st.lists(st.lists(_PIECES, max_size=8).map("".join), max_size=6))
def test_what_is_looked_over_at_once_is_cut_nowhere(texts: list[str]) -> None:
    if not suspicious("\n".join(texts)):
        assert [scrub(text) for text in texts] == texts


@given(st.lists(st.lists(_PIECES, max_size=8).map("".join), max_size=6))
def test_of_many_texts_those_with_secrets_are_found_in_one_pass(texts: list[str]) -> None:
    secret = {n for n, text in enumerate(texts) if holds_secret(text)}
    assert which_hold_secret([text.encode() for text in texts]) == secret
    assert secret <= which_suspicious(texts)


def test_a_text_that_is_not_ascii_is_read_closely_whatever_stands_beside_it() -> None:
    texts = ["eth0", "пароль: Canary1", "диск", "mysql -pCanary1"]
    assert which_hold_secret([texts[0].encode(), texts[1].encode("cp1251"), texts[2].encode(), texts[3].encode()]) == {1, 3}


def test_a_hostile_line_is_passed_over_in_one_go() -> None:
    import time

    started = time.process_time()
    for piece in ("mc ", "password=x ", "a://bb:c@d ", "echo a | ", "mysql -px ", "-----BEGIN PRIVATE KEY-----", "login a "):
        suspicious(piece * 40_000)
    assert time.process_time() - started < 2


@given(st.lists(st.lists(_PIECES | st.text(max_size=3), max_size=8).map("".join), max_size=8))
def test_records_together_are_as_records_one_by_one(texts: list[str]) -> None:
    records = [_Two(a=text, b=(text, len(text))) for text in texts]
    assert list(tidy_each(records)) == [tidy(record) for record in records]


def test_a_number_too_big_is_raised_at_its_record() -> None:
    tidied = tidy_each([_Two(a="mysql -pHunter2", b=()), _Two(a="y", b=(2**63,)), _Two(a="z", b=())])
    assert next(tidied) == _Two(a="mysql -p‹secret›", b=())
    with pytest.raises(ValueError, match="no table can hold"):
        next(tidied)

"""Which option of which program takes a secret on the command line: data alone, after each program's manual page.

A row is (programs, pattern of the option and its value); the group "s" is the secret. Options are told apart by case (`ldapsearch -w`
takes a password, `-W` asks for it). Patterns are tried within the program's own arguments only, so `ssh -p 22` and `mkdir -p` are not met.
"""

from __future__ import annotations

import re

_ARG = r"(?P<s>\"[^\"\n]*\"|'[^'\n]*'|[^\s\"'-]\S*)"  # one argument; an option is none
_JOINED = r"(?P<s>\"[^\"\n]*\"|'[^'\n]*'|[^\s\"'=-]\S*)"  # right behind its option


def _next(*options: str) -> str:
    """`-a X`, `-a=X`."""
    return rf"(?<=\s)(?:{'|'.join(options)})(?:\s{{1,4}}|=){_ARG}"


def _either(*options: str) -> str:
    """`-p X`, `-pX`."""
    return rf"(?<=\s)(?:{'|'.join(options)})(?:\s{{1,4}}|=)?{_ARG}"


def _behind(options: str) -> str:
    """`-pX` alone: `-p X` asks, and X is something else."""
    return rf"(?<=\s)(?:{options}){_JOINED}"


_SMB = r"(?<=\s)(?:-U\s?|--user[\s=])[\"']?[^\s%\"']{1,64}%(?P<s>[^\s\"']+)"  # user%secret, samba(7)
ROWS: tuple[tuple[str, str], ...] = (
    ("mysql mysqldump mysqladmin mysqlcheck mysqlimport mysqlshow mariadb mariadb-dump mariadb-admin mariadb-check xtrabackup mariabackup",
     _behind("-p")),
    ("mysqladmin mariadb-admin", _next("password")),
    ("mongo mongosh mongodump mongorestore mongoexport mongoimport mongostat mongotop", _either("-p")),
    ("redis-cli valkey-cli keydb-cli", _next("-a")),
    ("sqlcmd osql bcp tsql isql isql-fb fbsql", _either("-P")),
    ("isql isql-fb gbak gsec gfix gstat nbackup", _next("-p", "-pas", "-pass", "-P")),
    ("sqlplus expdp impdp rman", r"(?<=\s)[A-Za-z_]\w{0,30}/(?P<s>[^\s@/]+)@"),
    ("smbclient rpcclient net winexe smbget smbcacls smbcquotas smbtree nmblookup pdbedit wmic samba-tool", _SMB),
    ("curl", r"(?<=\s)-[A-Za-z]{0,8}?[uU]\s?[\"']?[^\s:/\"'-][^\s:/\"']{0,64}:(?P<s>[^\s\"']+)"),
    ("curl wget", r"(?<=\s)--(?:proxy-)?user[\s=][\"']?[^\s:\"']{1,64}:(?P<s>[^\s\"']+)"),
    ("lftp lftpget ncftp ncftpget ncftpput", r"(?<=\s)-u\s?[\"']?[^\s,\"']{1,64},(?P<s>[^\s\"']+)"),
    ("ncftp ncftpget ncftpput rdesktop mysqlsh az", _either("-p")),
    ("sshpass", _either("-p")),
    ("plink pscp psftp putty klink kscp", _next("-pw")),
    ("xfreerdp xfreerdp3 wfreerdp sdl-freerdp freerdp", r"(?<=\s)/(?:p|pth|gp):(?P<s>\S+)"),
    ("ldapsearch ldapadd ldapmodify ldapdelete ldapwhoami ldapcompare ldapmodrdn ldapexop", _either("-w")),
    ("ldappasswd", _either("-w", "-s", "-a")),
    ("ipmitool ipmiutil", _either("-P")),
    ("ipmi-sensors ipmipower ipmi-chassis ipmi-sel bmc-info", _next("-p")),
    ("snmpwalk snmpbulkwalk snmpget snmpgetnext snmpbulkget snmpset snmptrap snmpinform snmpstatus snmptable snmpdf snmptranslate",
     _either("-c", "-A", "-X")),
    ("openssl", _next("-k", "-K", "-passin", "-passout", "-pass")),
    ("7z 7za 7zr 7zz rar unrar", _behind("-p|-hp")),
    ("zip unzip zipcloak mosquitto_pub mosquitto_sub ibcmd", _next("-P")),
    ("docker podman buildah nerdctl skopeo helm oras crane", rf"(?<=\s)login\s(?:[^\n]{{0,200}}?\s)?-p\s?{_ARG}"),
    ("useradd usermod groupmod", _next("-p")),
    ("ssh-keygen", _next("-N", "-P")),
    ("psexec winrs", _next("-p")),
    ("1cv8 1cv8c 1cv8s 1cv8t 1cestart", r"(?<=\s)/(?:P|p|WSP|ConfigurationRepositoryP)\s{1,4}(?P<s>\"[^\"\n]*\"|[^\s\"'/-]\S*)"),
    ("1cv8 1cv8c 1cv8s 1cv8t 1cestart", r"(?<=\s)/(?:P|p|WSP|ConfigurationRepositoryP)(?P<s>\"[^\"\n]*\")"),
    ("1cv8 1cv8c 1cv8s 1cv8t 1cestart", r"(?<=\s)/(?:WSP|ConfigurationRepositoryP|P(?!roxy))(?P<s>[^\s\"'/]+)(?=\s|$)"),
    ("net", r"(?i)(?<=\s)use\s(?:\S{1,2}\s)?\\\\\S+\s{1,4}(?P<s>[^\s/*\\]\S*)"),  # net use Z: \\server\share secret
    ("net", r"(?i)(?<=\s)/user:\S+\s{1,4}(?P<s>[^\s/*\\]\S*)"),
    ("net", r"(?i)(?<=\s)user\s[^\s/]\S*\s{1,4}(?P<s>[^\s/*]\S*)"),  # net user name secret /add
    ("schtasks", r"(?i)(?<=\s)/r?p\s{1,4}(?P<s>\"[^\"\n]*\"|[^\s\"/*]\S*)"),
    ("blat", _next("-pw")),
    ("htpasswd", r"(?<=\s)-[A-Za-z]*b[A-Za-z]*\s[^\n]{0,200}?(?P<s>[^\s>]+)\s*$"),
    ("wpa_passphrase", rf"(?<=\s)(?:\"[^\"\n]*\"|'[^'\n]*'|\S+)\s{_ARG}"),
    ("expect", r"\bsend\s(?:--\s)?[\"{](?P<s>[^\"\n\\}]+)\\[rn][\"}]"),
    ("rabbitmqctl", rf"(?<=\s)(?:add_user|change_password|authenticate_user)\s\S+\s{_ARG}"),
    ("nmcli", _next("password")),
    ("mc", rf"(?<=\s)alias\s(?:set|add)\s\S+\s\S+\s\S+\s{_ARG}"),
    ("sudo su kinit passwd chpasswd smbpasswd cryptsetup vncpasswd openssl gpg docker podman", rf"<<<\s?(?:\S{{1,64}}:)?{_ARG}"),
)  # fmt: skip


def by_program() -> dict[str, tuple[re.Pattern[str], ...]]:
    """Program -> what to look for among its arguments."""
    found: dict[str, list[re.Pattern[str]]] = {}
    for programs, pattern in ROWS:
        compiled = re.compile(pattern, re.M)
        for program in programs.split():
            found.setdefault(program, []).append(compiled)
    return {program: tuple(patterns) for program, patterns in found.items()}

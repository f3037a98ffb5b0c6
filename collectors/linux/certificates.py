"""Certificates in files. Of a file only its certificate blocks are printed: a private key beside them never leaves the host."""

from __future__ import annotations

from collections.abc import Iterator

from auditkit.model.shared.services import Certificate
from auditkit.probing import NotHere, NotUnderstood, Reply, Shell, probe

from ._readings import NO_FILE
from ._x509 import certificates as read_pem
from ._x509 import count

_FOLDERS = (
    "/etc/ssl /etc/pki /etc/letsencrypt/live /etc/nginx /etc/angie /etc/apache2 /etc/httpd /etc/haproxy /etc/postfix /etc/exim4"
    " /etc/dovecot /etc/openvpn /etc/ipsec.d /etc/swanctl /etc/postgresql /etc/mysql"
    " /etc/ldap /etc/openldap /etc/asterisk /etc/zabbix /etc/cockpit"
    " /etc/pve /etc/xrdp /etc/prosody /etc/gitlab/ssl /etc/redis /etc/docker /etc/kubernetes/pki /root/.acme.sh /var/lib/acme"
)
# Bundles of authorities that every host has, and what certbot keeps beside the file that servers use.
_NOT = (
    "-name ca-certificates.crt -o -name 'ca-bundle*' -o -name tls-ca-bundle.pem -o -name 'email-ca-bundle*' -o -name 'objsign-ca*'"
    " -o -path '/etc/pki/ca-trust/*' -o -path '/etc/ssl/certs/java/*' -o -path '/etc/pki/product*'"
    " -o -name privkey.pem -o -name '*.key.pem' -o -name 'dh*.pem'"
    " -o -path '/etc/letsencrypt/live/*/cert.pem' -o -path '/etc/letsencrypt/live/*/chain.pem'"
    " -o -path '/etc/pve/nodes/*' -o -path '/etc/pve/local/*' -o -path '*/.git/*'"
)
_FIND = (
    rf"find {_FOLDERS} -maxdepth 5 \( -type f -o -path '/etc/letsencrypt/live/*' -type l \)"
    rf" \( -name '*.pem' -o -name '*.crt' -o -name '*.cer' -o -name '*.cert' \) ! \( {_NOT} \)"
)
_KIND = "[A-Z0-9 ]*CERTIFICATE-----"  # also TRUSTED CERTIFICATE; a request and a key end in other words
_MOST = 20  # a longer file is a bundle of authorities


@probe(
    "linux.certificates",
    Shell(
        f'sed -n \'/-----BEGIN {_KIND}/,/-----END {_KIND}/p\' "$1" && grep -L -e -----BEGIN -- "$1"',
        root_helps=True,
    ),
    each=Shell(_FIND, root_helps=True),
    each_codes=(0, 1),
    codes=(0, 1),  # find: a folder is not there; grep -L: 0 or 1 by its age
    harmless=rf"^find: .*{NO_FILE}",
)
def certificates(reply: Reply) -> Iterator[Certificate]:
    """PEM blocks; the file's own name comes out where it holds no PEM at all (DER, or no certificate)."""
    if reply.text.strip() == reply.arg:
        raise NotUnderstood("there is no PEM block in it (DER?): look at it with openssl x509 -inform DER")
    if count(reply.text) > _MOST:
        raise NotHere(f"a bundle of more than {_MOST} authorities, no certificate of this host")
    yield from read_pem(reply.text, reply.arg, in_use=None)

#!/bin/bash
# rich: many services that run, set up as a careful administrator would; the counterpart of srv1c. On base "rich".
set -euo pipefail
printf 'PermitRootLogin prohibit-password\nPasswordAuthentication no\nX11Forwarding no\nMaxAuthTries 3\n' > /etc/ssh/sshd_config.d/office.conf
systemctl disable -q nfs-server nfs-client.target nfs-blkmap      # there is no nfsd in a namespace; its exports are read all the same
for port in 22 80 443 10050; do ufw allow $port/tcp > /tmp/ufw.log; done
sed -i 's/^ENABLED=.*/ENABLED=yes/' /etc/ufw/ufw.conf
printf '[sshd]\nenabled = true\nbackend = systemd\n' > /etc/fail2ban/jail.d/sshd.conf
printf 'server 10.99.1.2 iburst\nserver 10.99.1.3 iburst\n' > /etc/chrony/sources.d/office.sources
printf 'APT::Periodic::Update-Package-Lists "1";\nAPT::Periodic::Unattended-Upgrade "1";\n' > /etc/apt/apt.conf.d/20auto-upgrades
echo 'requirepass Redis-Lab-Passw0rd' >> /etc/redis/redis.conf
printf 'host zup zup 10.99.1.0/24 scram-sha-256\n' >> /etc/postgresql/15/main/pg_hba.conf
echo "listen_addresses = '*'" > /etc/postgresql/15/main/conf.d/office.conf
postconf -e 'relayhost = [mail.provider.test]:587' 'myhostname = rich.romashka.test' 'inet_interfaces = loopback-only'
printf 'agentaddress udp:161\nrocommunity Lab-R3ad 10.99.1.0/24\n' > /etc/snmp/snmpd.conf
echo '*.* @@10.99.1.20:514' > /etc/rsyslog.d/90-central.conf
sed -i 's/^Server=.*/Server=10.99.1.30/; s/^ServerActive=.*/ServerActive=10.99.1.30/' /etc/zabbix/zabbix_agentd.conf
echo '/srv/share 10.99.1.0/24(ro,root_squash,no_subtree_check)' >> /etc/exports
mkdir -p /srv/share /etc/nginx/ssl /srv/backup
openssl req -x509 -newkey rsa:2048 -nodes -days 825 -keyout /etc/nginx/ssl/portal.key -out /etc/nginx/ssl/portal.crt \
  -subj /CN=portal.romashka.test -addext subjectAltName=DNS:portal.romashka.test 2> /tmp/openssl.log
cat > /etc/nginx/sites-available/portal <<'N'
server {
    listen 443 ssl;
    server_name portal.romashka.test;
    ssl_certificate /etc/nginx/ssl/portal.crt;
    ssl_certificate_key /etc/nginx/ssl/portal.key;
    root /var/www/html;
}
N
ln -s ../sites-available/portal /etc/nginx/sites-enabled/portal
useradd -r -m -d /srv/backup -s /usr/sbin/nologin backupper
cat > /etc/systemd/system/restic-nightly.service <<'U'
[Unit]
Description=Nightly copy
[Service]
Type=oneshot
EnvironmentFile=/etc/restic.env
ExecStart=/usr/bin/restic backup --one-file-system /etc /srv/share
U
printf 'RESTIC_REPOSITORY=/srv/backup/restic\nRESTIC_PASSWORD=Restic-Lab-Passw0rd\n' > /etc/restic.env
chmod 600 /etc/restic.env
printf '[Timer]\nOnCalendar=*-*-* 01:30\n[Install]\nWantedBy=timers.target\n' > /etc/systemd/system/restic-nightly.timer
systemctl enable -q restic-nightly.timer
export BORG_PASSPHRASE=Borg-Lab-Passw0rd BORG_BASE_DIR=/root
borg init -e repokey /srv/backup/borg
borg create /srv/backup/borg::first /etc/hosts
set -a; . /etc/restic.env; set +a
HOME=/root restic init -q
HOME=/root restic backup -q --host rich /etc/hosts
printf 'search romashka.test\nnameserver 10.99.1.5\nnameserver 10.99.1.6\n' > /etc/resolv.conf

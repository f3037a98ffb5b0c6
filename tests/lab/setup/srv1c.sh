#!/bin/bash
# srv1c: the server of a small Russian office as a predecessor leaves it, with the findings that an audit must make. On base
# "rich"; runs in the root folder before the first boot. Every password and key in it is the lab's own.
set -euo pipefail
systemctl disable -q chrony lldpd snmpd fail2ban ufw unattended-upgrades smartmontools      # nobody set them up
systemctl disable -q nfs-server nfs-client.target nfs-blkmap      # there is no nfsd in a namespace; its exports are read all the same

# accounts: the predecessor's, with sudo without a password and his key; a second uid 0; an empty password; an old hash
useradd -m -s /bin/bash -c 'Прежний подрядчик' oldmsp
usermod -aG sudo oldmsp
echo 'oldmsp ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/oldmsp
useradd -o -u 0 -g 0 -M -s /bin/bash -c 'второй root' toor
useradd -m -s /bin/bash -c 'Иванов Иван Иванович' ivanov
passwd -q -d ivanov
useradd -m -s /bin/bash -c 'Петрова Мария' petrova
printf 'oldmsp:OldMsp-2019\ntoor:Toor-2019\n' | chpasswd
echo 'petrova:$1$lab$Bh3vqMVjSyPDN7HIFEj2V1' | chpasswd -e                              # MD5, as an old system made it
mkdir -m 700 /home/oldmsp/.ssh
ssh-keygen -q -t rsa -b 1024 -N '' -C 'old@msp' -f /tmp/oldmsp
mv /tmp/oldmsp.pub /home/oldmsp/.ssh/authorized_keys
cat /home/oldmsp/.ssh/authorized_keys >> /root/.ssh/authorized_keys                     # his key opens root as well
rm /tmp/oldmsp
chown -R oldmsp: /home/oldmsp/.ssh
printf 'PermitRootLogin yes\nPasswordAuthentication yes\nX11Forwarding yes\n' > /etc/ssh/sshd_config.d/msp.conf

# the predecessor's way in: a tunnel out, started by systemd
cat > /etc/systemd/system/msp-tunnel.service <<'U'
[Unit]
Description=Удалённая поддержка
[Service]
ExecStart=/usr/bin/ssh -N -o BatchMode=yes -o ServerAliveInterval=30 -R 2222:localhost:22 support@203.0.113.50
Restart=always
RestartSec=300
[Install]
WantedBy=multi-user.target
U
systemctl enable -q msp-tunnel

# 1C: a unit that listens on 1541, a nightly dump that has not run since March 2024, a cron line with the password in it
mkdir -p /srv/backup /opt/1cv8 /srv/obmen
cat > /etc/systemd/system/srv1cv83.service <<'U'
[Unit]
Description=Сервер 1С:Предприятие 8.3
[Service]
ExecStart=/usr/bin/perl -MSocket -e 'socket(S,PF_INET,SOCK_STREAM,0);setsockopt(S,SOL_SOCKET,SO_REUSEADDR,1);bind(S,sockaddr_in(1541,INADDR_ANY));listen(S,5);accept(C,S) while 1'
[Install]
WantedBy=multi-user.target
U
systemctl enable -q srv1cv83
printf '#!/bin/sh\npg_dump -U postgres zup > /srv/backup/zup.sql\n' > /opt/1cv8/backup.sh
chmod 755 /opt/1cv8/backup.sh
echo '30 2 * * * /opt/1cv8/backup.sh > /dev/null 2>&1   # ночная копия базы 1С' | crontab -u root -
printf 'MAILTO=""\n15 3 * * 0 root PGPASSWORD=Zup-Lab-2019 pg_dump -h 127.0.0.1 -U zup zup > /srv/backup/zup-week.sql\n' > /etc/cron.d/zup
echo '-- PostgreSQL database dump' > /srv/backup/zup.sql
touch -d '2024-03-01 02:31' /srv/backup/zup.sql
printf '\xef\xe0\xf0\xee\xeb\xfc \xe1\xe0\xe7\xfb \xf5\xf0\xe0\xed\xe8\xf2\xf1\xff \xe2 \xf1\xe5\xe9\xf4\xe5\n' > /srv/backup/прочти.txt   # cp1251

# a unit that fails
cat > /etc/systemd/system/backup-agent.service <<'U'
[Unit]
Description=Агент резервного копирования
[Service]
Type=oneshot
ExecStart=/bin/false
[Install]
WantedBy=multi-user.target
U
systemctl enable -q backup-agent

# open to the network: Redis without a password, PostgreSQL that trusts, an NFS export for everyone
sed -i 's/^bind .*/bind 0.0.0.0/; s/^protected-mode .*/protected-mode no/' /etc/redis/redis.conf
echo "listen_addresses = '*'" > /etc/postgresql/15/main/conf.d/office.conf
echo 'host all all 10.99.0.0/16 trust' >> /etc/postgresql/15/main/pg_hba.conf
echo '/srv/obmen *(rw,no_root_squash,no_subtree_check)' >> /etc/exports

# a site whose certificate ended in 2024
mkdir -p /etc/nginx/ssl /tmp/ca
openssl req -newkey rsa:2048 -nodes -keyout /etc/nginx/ssl/buh.key -out /tmp/ca/buh.csr -subj '/O=OOO Romashka/CN=buh.romashka.test' 2> /tmp/ca/log
touch /tmp/ca/index
printf '[ca]\ndefault_ca=d\n[d]\ndir=/tmp/ca\ndatabase=/tmp/ca/index\nnew_certs_dir=/tmp/ca\nrand_serial=yes\ndefault_md=sha256\npolicy=p\n[p]\ncommonName=supplied\norganizationName=optional\n' > /tmp/ca/conf
openssl ca -config /tmp/ca/conf -batch -notext -selfsign -keyfile /etc/nginx/ssl/buh.key -in /tmp/ca/buh.csr -out /etc/nginx/ssl/buh.crt \
  -startdate 20230301000000Z -enddate 20240301000000Z 2>> /tmp/ca/log
rm -r /tmp/ca
cat > /etc/nginx/sites-available/buh <<'N'
server {
    listen 443 ssl;
    server_name buh.romashka.test;
    ssl_certificate /etc/nginx/ssl/buh.crt;
    ssl_certificate_key /etc/nginx/ssl/buh.key;
    location / { proxy_pass http://127.0.0.1:8080; }
}
N
ln -s ../sites-available/buh /etc/nginx/sites-enabled/buh

# a disk that is nearly full: the lab mounts what lies here on /data, as an ext4 disk of 32 MB
mkdir /data.d
head -c 24500K /dev/urandom > /data.d/архив.bin     # zeros would make a sparse file

printf 'search romashka.test\nnameserver 10.99.1.5\n' > /etc/resolv.conf
ln -sf /usr/share/zoneinfo/Europe/Moscow /etc/localtime
echo Europe/Moscow > /etc/timezone

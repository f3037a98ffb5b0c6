#!/bin/bash
# Every host, before its first boot (chroot): the accounts that tests log in with. root and both others have the lab's key.
set -euo pipefail
password=$1
useradd -m -s /bin/bash -c 'Аудитор,только чтение' auditor                      # an ordinary user
useradd -m -s /bin/bash -c 'Инженер' engineer                                   # sudo without a password
printf 'auditor:%s\nengineer:%s\n' "$password" "$password" | chpasswd
echo 'engineer ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/engineer
for home in /root /home/auditor /home/engineer; do
  mkdir -p -m 700 "$home/.ssh"
  cp /lab-key.pub "$home/.ssh/authorized_keys"
done
chown -R auditor: /home/auditor/.ssh
chown -R engineer: /home/engineer/.ssh
rm /lab-key.pub

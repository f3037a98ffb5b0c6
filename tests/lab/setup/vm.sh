#!/bin/bash
# The virtual machine: its address comes on the kernel's command line (lab=10.99.x.y). Runs in the root folder before the image is made.
set -euo pipefail
echo '/dev/vda / ext4 defaults 0 1' > /etc/fstab
cat > /usr/local/sbin/lab-address <<'S'
#!/bin/sh
for word in $(cat /proc/cmdline); do
  case $word in lab=*) ip addr add "${word#lab=}/16" dev eth0 && ip link set eth0 up && ip route add default via 10.99.0.1 ;; esac
done
S
chmod 755 /usr/local/sbin/lab-address
cat > /etc/systemd/system/lab-address.service <<'U'
[Unit]
Before=network.target ssh.service
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/local/sbin/lab-address
[Install]
WantedBy=multi-user.target
U
systemctl enable -q lab-address

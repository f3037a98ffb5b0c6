#!/bin/bash
# Runs as PID 1 of new namespaces: puts a host's root folder together (pivot_root(2)), then becomes systemd, or sshd alone.
# boot.sh BASE FOLDER NAME systemd|sshd
set -euo pipefail
base=$1 folder=$2 name=$3 init=$4 root=$2/root
mount --make-rprivate /
mount -t overlay overlay -o "lowerdir=$base,upperdir=$folder/up,workdir=$folder/work" "$root"
hostname "$name"
mount -t proc proc "$root/proc"
mount -t sysfs -o ro,nosuid,nodev,noexec sysfs "$root/sys"
mount -t cgroup2 -o nosuid,nodev,noexec cgroup2 "$root/sys/fs/cgroup"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for device in null zero full random urandom tty; do
  touch "$root/dev/$device"
  mount --bind "/dev/$device" "$root/dev/$device"
done
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t tmpfs tmpfs "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=666,mode=620,gid=5 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
for stream in 0:stdin 1:stdout 2:stderr; do ln -s "fd/${stream%:*}" "$root/dev/${stream#*:}"; done
mkdir "$root/run/sshd"                # before the pivot: the paths of this machine's programs are not those of the host
if [ -e "$folder/data.img" ]; then    # a disk of its own, see hosts.py
  mkdir -p "$root/data"
  mount -o loop "$folder/data.img" "$root/data"
fi
cd "$root"
mkdir -p .old
pivot_root . .old
umount -l /.old
rmdir /.old
if [ "$init" = sshd ]; then exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin /usr/sbin/sshd -D -e -o LogLevel=VERBOSE; fi
exec env -i container=lab PATH=/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb /sbin/init

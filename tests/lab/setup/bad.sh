#!/bin/bash
# The hosts that a collection must survive; each is one by its name. Runs in the root folder before the first boot.
set -euo pipefail
case $(cat /etc/hostname) in
stuck)      # logs in, but what should be a shell never answers
  printf '#!/bin/sh\nexec sleep 1000000\n' > /usr/local/bin/stuck
  chmod 755 /usr/local/bin/stuck
  echo /usr/local/bin/stuck >> /etc/shells
  usermod -s /usr/local/bin/stuck auditor
  ;;
flood)      # bash reads .bashrc when sshd starts it (bash(1)): the login talks without end, on both streams
  echo 'while :; do echo "flood flood flood flood flood flood flood flood flood flood"; echo flood >&2; done' > /home/auditor/.bashrc
  ;;
garbage)    # a banner before the login and chatter after it, both of bytes that are no text; behind them a host that is well
  head -c 300 /dev/urandom > /etc/garbage
  printf '\033[2J\033]0;owned\007\xff\xfe\x00{{ 7*7 }}<script>alert(1)</script>\r\n' >> /etc/garbage
  echo 'Banner /etc/garbage' > /etc/ssh/sshd_config.d/garbage.conf
  echo 'cat /etc/garbage; cat /etc/garbage >&2' > /home/auditor/.bashrc
  ;;
deadmount) mkdir /mnt/nas ;;
esac

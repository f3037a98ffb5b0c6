#!/bin/bash
# One sshd that answers on many addresses (see farm.py); no limit on logins at once.
set -euo pipefail
printf 'MaxStartups 500\nMaxSessions 100\nUseDNS no\n' > /etc/ssh/sshd_config.d/farm.conf

"""Agents that tell a monitoring, inventory or management server about this host: whose server, and whether they run."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditkit.model.shared.services import MonitoringAgent
from auditkit.probing import NotUnderstood, Reply, Shell, probe

from ._readings import NO_FILE, NO_PROCESS, option

# product -> (process as pgrep shows it, at most 15 letters; files; names of the settings that hold servers)
_AGENTS: dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "zabbix-agent": ("zabbix_agentd", ("/etc/zabbix/zabbix_agentd.conf", "/etc/zabbix_agentd.conf"), ("server", "serveractive")),
    "zabbix-agent2": ("zabbix_agent2", ("/etc/zabbix/zabbix_agent2.conf",), ("server", "serveractive")),
    "zabbix-proxy": ("zabbix_proxy", ("/etc/zabbix/zabbix_proxy.conf",), ("server",)),
    "nrpe": ("nrpe", ("/etc/nagios/nrpe.cfg", "/etc/nagios/nrpe_local.cfg"), ("allowed_hosts",)),
    "node_exporter": ("prometheus-node|node_exporter", ("/etc/default/prometheus-node-exporter",), ()),
    "netdata": ("netdata", ("/etc/netdata/stream.conf",), ("destination",)),
    "telegraf": ("telegraf", ("/etc/telegraf/telegraf.conf",), ("urls",)),
    "collectd": ("collectd", ("/etc/collectd/collectd.conf", "/etc/collectd.conf"), ("server",)),
    "check_mk": ("cmk-agent-ctl", ("/etc/xinetd.d/check_mk", "/etc/check_mk/check_mk.socket"), ("only_from",)),
    "salt-minion": ("salt-minion", ("/etc/salt/minion", "/etc/salt/minion.d/master.conf"), ("master",)),
    "puppet": ("puppet", ("/etc/puppet/puppet.conf", "/etc/puppetlabs/puppet/puppet.conf"), ("server",)),
    "wazuh": ("wazuh-agentd|ossec-agentd", ("/var/ossec/etc/ossec.conf",), ("<address>",)),
    "glpi-agent": ("glpi-agent", ("/etc/glpi-agent/agent.cfg", "/etc/glpi-agent/conf.d/server.cfg"), ("server",)),
    "fusioninventory": ("fusioninventory", ("/etc/fusioninventory/agent.cfg",), ("server",)),
    "munin-node": ("munin-node", ("/etc/munin/munin-node.conf",), ("allow", "cidr_allow")),
    "icinga2": ("icinga2", ("/etc/icinga2/zones.conf",), ("host",)),
}
_FILES = " ".join(f for _, files, _ in _AGENTS.values() for f in files)
_PROCESSES = "|".join(process for process, _, _ in _AGENTS.values())


@probe(
    "linux.monitoring",
    Shell(f"grep -HE '^[[:space:]]*[^#;[:space:]]' {_FILES}; pgrep -l '^({_PROCESSES})'", root_helps=True),
    codes=(0, 1),
    secret=True,  # configurations hold keys and tokens
    harmless=rf"^grep: .*{NO_FILE}|{NO_PROCESS}",
)
def monitoring(reply: Reply) -> Iterator[MonitoringAgent]:
    """Lines `file:setting`, then lines `PID name`. An agent is here where its file is or its process runs."""
    servers: dict[str, list[str]] = {}
    config: dict[str, set[str]] = {}
    running: set[str] = set()
    for number, line in enumerate(reply.lines(), 1):
        process = re.match(r"\d+ (.+)$", line)
        file, colon, said = line.partition(":")
        if process:
            running.add(_of_process(process[1]))
        elif colon and file.startswith("/"):
            product, names = _of_file(file)
            config.setdefault(product, set()).add(file)
            servers.setdefault(product, []).extend(_servers(said.strip(), names))
        else:
            raise NotUnderstood(f"line {number} is neither a setting nor a process")
    for product in sorted({*config, *running}):
        told = tuple(dict.fromkeys(servers.get(product, [])))
        files = tuple(sorted(config.get(product, ())))
        yield MonitoringAgent(product=product, servers=told, active=product in running, config=files)


def _of_process(name: str) -> str:
    for product, (process, _, _) in _AGENTS.items():
        if re.match(process, name):
            return product
    raise NotUnderstood("a process that was not asked for")


def _of_file(file: str) -> tuple[str, tuple[str, ...]]:
    for product, (_, files, names) in _AGENTS.items():
        if file in files:
            return product, names
    raise NotUnderstood("a file that was not asked for")


def _servers(said: str, names: tuple[str, ...]) -> Iterator[str]:
    """Servers named by one line.

    >>> list(_servers("Server=10.0.0.1,zbx", ("server",))), list(_servers('urls = ["http://a:8086"]', ("urls",)))
    (['10.0.0.1', 'zbx'], ['http://a:8086'])
    """
    tag = re.match(r"(<\w+>)([^<]*)<", said)
    name, value = (tag[1], tag[2]) if tag else option(said)
    if name.lower() in names:
        yield from (w for w in re.split(r"[\s,;\[\]\"']+", value) if w)

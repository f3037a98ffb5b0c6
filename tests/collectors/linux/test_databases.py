"""Who may reach a database: what was not written counts by the product's default, and says so."""

from __future__ import annotations

from typing import Any

from auditkit.model import Unknown
from tests.collectors.linux.asking import facts, outcome

CONF = "/etc/postgresql/15/main/postgresql.conf"
HBA = "/etc/postgresql/15/main/pg_hba.conf"


def exposed(rows: list[Any]) -> list[tuple[str, str, bool]]:
    return [(r.setting, r.value, r.by_default) for r in rows if type(r).__name__ == "DatabaseExposure"]


def test_a_fresh_postgresql_listens_on_localhost_by_default() -> None:
    assert ("listen", "localhost", True) in exposed(facts("postgresql_access", f"{CONF}:port = 5432\n", code=1))


def test_what_alter_system_wrote_wins_whatever_order_find_has() -> None:
    auto = "/var/lib/postgresql/15/main/postgresql.auto.conf:listen_addresses = '*'\n"
    rows = exposed(facts("postgresql_access", f"{auto}{CONF}:listen_addresses = 'localhost, 10.0.0.1'  # office\n", code=1))
    assert [r for r in rows if r[0] == "listen"] == [("listen", "*", False)]


def test_rules_of_pg_hba_are_told_in_one_form() -> None:
    rows = exposed(facts("postgresql_access", f"{HBA}:host  all   all 0.0.0.0/0\ttrust # everybody!\n", code=1))
    rule = "host all all 0.0.0.0/0 trust"
    assert rows == [("pg_hba", rule, False), ("open_rule", rule, False)]


def test_redis_without_bind_listens_everywhere_and_a_password_is_never_told() -> None:
    out = "Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc\n/etc/redis/redis.conf:requirepass hunter2\n81 82\n"
    rows = facts("redis", out)
    assert exposed(rows)[:2] == [("listen", "*", True), ("password", "set", False)]
    assert rows[0].state == "running"
    assert "hunter2" not in repr(rows)


def test_redis_that_is_configured_elsewhere_is_unknown() -> None:
    assert isinstance(outcome("redis", "Redis server v=7.0.15 sha=0\n", code=1), Unknown)


def test_mongodb_without_authorization_says_so() -> None:
    out = "db version v6.0.5\n==> /etc/mongod.conf <==\nnet:\n  bindIp: 0.0.0.0\n"
    assert ("authorization", "disabled", True) in exposed(facts("mongodb", out, code=1))


def test_yaml_that_could_grow_without_end_is_not_read() -> None:
    bomb = "a: &a [x,x]\nb: &b [*a,*a]\nnet: {bindIp: *b}\n"
    assert isinstance(outcome("mongodb", f"db version v6.0.5\n==> /etc/mongod.conf <==\n{bomb}", code=1), Unknown)


def test_entities_of_an_xml_file_are_not_expanded() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa">]><clickhouse><tcp_port>&a;</tcp_port></clickhouse>'
    told = outcome(
        "clickhouse", f"ClickHouse server version 23.8.1.2 (official build).\n==> /etc/clickhouse-server/config.xml <==\n{bomb}\n"
    )
    assert isinstance(told, Unknown)


def test_a_clickhouse_user_with_an_empty_password_tag_has_none() -> None:
    xml = "<clickhouse><users><a><password/></a><b><password_sha256_hex>ab</password_sha256_hex></b></users></clickhouse>"
    out = f"ClickHouse server version 23.8.1.2 (official build).\n==> /etc/clickhouse-server/users.xml <==\n{xml}\n"
    rows = exposed(facts("clickhouse", out, code=1))
    assert [r[1] for r in rows if r[0] == "password"] == ["a: not set", "b: set"]

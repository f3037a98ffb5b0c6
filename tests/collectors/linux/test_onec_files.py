"""1C's own files: the list of a cluster must hold as many bases as it says, and its passwords stay where they are."""

from __future__ import annotations

import pytest

from auditkit.model import Unknown
from auditkit.model.shared.onec import OneCBase, OneCCluster
from tests.collectors.linux.asking import facts, outcome

UUID = "9c1205e0-595b-4edd-9f70-6dda09b6f888"
BASE = f'{{{UUID},"buh","ООО ""Ромашка""","PostgreSQL","db","buh_db","pg","U2VjcmV0","DB=buh_db;",0,{{0}},0}}'


def cluster(count: int, *bases: str) -> str:
    listed = ",".join((str(count), *bases))
    return f'==> /home/usr1cv8/1CV8Clst.lst <==\n{{0,{{{UUID},"c",1541,"h"}},{{{listed}}},{{0}}}}\n'


def test_a_base_is_told_without_its_password() -> None:
    _, base = facts("onec_bases", cluster(1, BASE))
    assert isinstance(base, OneCBase)
    assert (base.name, base.description, base.dbms, base.db_server, base.db_user) == ("buh", 'ООО "Ромашка"', "PostgreSQL", "db", "pg")
    assert base.has_password is True
    assert "U2VjcmV0" not in repr(base)


def test_a_list_that_holds_fewer_bases_than_it_says_is_refused() -> None:
    assert isinstance(outcome("onec_bases", cluster(2, BASE)), Unknown)
    assert isinstance(outcome("onec_bases", cluster(1, BASE)[:-4]), Unknown)


def test_a_cluster_without_bases_is_an_answer() -> None:
    (found,) = facts("onec_bases", cluster(0))
    assert isinstance(found, OneCCluster)
    assert (found.name, found.port, found.host) == ("c", 1541, "h")


SERVER = f'{{1,{{{UUID},"Центральный сервер",1540,"h",1}}}}'


@pytest.mark.parametrize(
    ("after_the_bases", "administrators"),
    [
        (f"{{0}},{{0}},{SERVER}", ()),  # nobody: whoever connects administers
        (f'{{0}},{{1,{{"admin1c","",0,"aGFzaA==","",1}}}},{SERVER}', ("admin1c",)),
        ("{0}", None),  # the list ends before the administrators: not known, and not "nobody"
        ("{0},{0},{0}", None),  # every cluster has a working server: this is another order of fields
        (f'{{0}},{{2,{{"admin1c","",0,"aGFzaA==","",1}}}},{SERVER}', None),
        (f"{{0}},{{1,{{{{}}}}}},{SERVER}", None),
        (f'{{0}},{{0}},{{1,{{{UUID},"Главный менеджер кластера","h",1}}}}', None),  # managers stand where servers should: another order
    ],
)
def test_the_administrators_of_a_cluster_are_known_only_where_the_order_of_fields_is(
    after_the_bases: str, administrators: tuple[str, ...] | None
) -> None:
    text = f'==> /x/1CV8Clst.lst <==\n{{0,{{{UUID},"c",1541,"h"}},{{0}},{after_the_bases}}}\n'
    (found,) = facts("onec_bases", text)
    assert isinstance(found, OneCCluster)
    assert found.administrators == administrators


def test_a_login_inside_of_a_publication_is_seen_and_not_told() -> None:
    ib = "Srvr=&quot;s&quot;;Ref=&quot;b&quot;;Usr=&quot;u&quot;;Pwd=&quot;hunter2&quot;;"
    xml = f'<point xmlns="http://v8.1c.ru/8.2/virtual-resource-system" base="/b" ib="{ib}"/>'
    (found,) = facts("onec_publications", f"==> /var/www/b/default.vrd <==\n{xml}\n")
    assert (found.server, found.infobase, found.logged_in) == ("s", "b", True)
    assert "hunter2" not in repr(found)


def log(*events: str) -> str:
    return f'==> /opt/1cv8/conf/logcfg.xml <==\n<config><log location="/l" history="24">{"".join(events)}</log></config>\n'


@pytest.mark.parametrize(
    ("event", "everything"),
    [
        ('<event><ne property="name" value=""/></event>', True),
        ("<event/>", True),
        ('<event><eq property="name" value="EXCP"/></event>', False),
        ('<event><ne property="name" value=""/><gt property="duration" value="1000"/></event>', False),
    ],
)
def test_a_technological_log_of_everything_is_told_from_one_of_errors(event: str, everything: bool) -> None:
    (found,) = facts("onec_tech_log", log(event))
    assert (found.everything, found.dumps, found.history_h) == (everything, None, 24)

"""1C's own files: the list of a cluster must hold as many bases as it says, and its passwords stay where they are."""

from __future__ import annotations

from auditkit.model import Absent, Unknown
from tests.collectors.linux.asking import facts, outcome

UUID = "9c1205e0-595b-4edd-9f70-6dda09b6f888"
BASE = f'{{{UUID},"buh","ООО ""Ромашка""","PostgreSQL","db","buh_db","pg","U2VjcmV0","DB=buh_db;",0,{{0}},0}}'


def cluster(count: int, *bases: str) -> str:
    listed = ",".join((str(count), *bases))
    return f'==> /home/usr1cv8/1CV8Clst.lst <==\n{{0,{{{UUID},"c",1541,"h"}},{{{listed}}},{{0}}}}\n'


def test_a_base_is_told_without_its_password() -> None:
    (base,) = facts("onec_bases", cluster(1, BASE))
    assert (base.name, base.description, base.dbms, base.db_server, base.db_user) == ("buh", 'ООО "Ромашка"', "PostgreSQL", "db", "pg")
    assert base.has_password is True
    assert "U2VjcmV0" not in repr(base)


def test_a_list_that_holds_fewer_bases_than_it_says_is_refused() -> None:
    assert isinstance(outcome("onec_bases", cluster(2, BASE)), Unknown)
    assert isinstance(outcome("onec_bases", cluster(1, BASE)[:-4]), Unknown)


def test_a_cluster_without_bases_is_an_answer() -> None:
    assert isinstance(outcome("onec_bases", cluster(0)), Absent)


def test_a_login_inside_of_a_publication_is_seen_and_not_told() -> None:
    ib = "Srvr=&quot;s&quot;;Ref=&quot;b&quot;;Usr=&quot;u&quot;;Pwd=&quot;hunter2&quot;;"
    xml = f'<point xmlns="http://v8.1c.ru/8.2/virtual-resource-system" base="/b" ib="{ib}"/>'
    (found,) = facts("onec_publications", f"==> /var/www/b/default.vrd <==\n{xml}\n")
    assert (found.server, found.infobase, found.logged_in) == ("s", "b", True)
    assert "hunter2" not in repr(found)

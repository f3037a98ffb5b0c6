"""The language of nginx has traps: braces in quotes and patterns, comments, semicolons in strings."""

from __future__ import annotations

from auditkit.model import Absent, Unknown
from tests.collectors.linux.asking import facts, outcome

FINE = (
    "nginx: the configuration file /etc/nginx/nginx.conf syntax is ok\nnginx: configuration file /etc/nginx/nginx.conf test is successful\n"
)


def config(body: str) -> str:
    return f"# configuration file /etc/nginx/nginx.conf:\nevents {{ }}\nhttp {{\n{body}\n}}\n"


def test_braces_and_semicolons_inside_of_words_are_words() -> None:
    body = r"""
    upstream app { server 10.0.0.1:80 weight=2; server [2001:db8::1]:80; }
    server { # a } in a comment
      listen 443 ssl; server_name a.test "b.test";
      set $x "};{'"; location ~ "^/[0-9]{4}/" { return 403; }
      location ~ \.php$ { proxy_pass http://app/x; } if ($uri ~ 'it\'s') { rewrite ^ /${arg_q}.html; }
    }"""
    (site,) = facts("nginx", config(body), err=FINE)
    assert (site.names, site.tls) == (("a.test", "b.test"), True)
    assert site.upstreams == ("10.0.0.1:80", "[2001:db8::1]:80")


def test_a_site_without_listen_has_the_default_one_and_a_catch_all_no_name() -> None:
    (site,) = facts("nginx", config("server { server_name _; root /srv; }"), err=FINE)
    assert (site.listen, site.name, site.root, site.tls) == (("80",), "", "/srv", False)


def test_warnings_of_nginx_are_no_failure_and_its_errors_are() -> None:
    warned = 'nginx: [warn] conflicting server name "a" on 0.0.0.0:80, ignored\n' + FINE
    assert len(facts("nginx", config("server { }"), err=warned)) == 1
    assert isinstance(outcome("nginx", config("server { }"), err="nginx: [emerg] bind() failed\n"), Unknown)


def test_a_server_without_sites_is_told_from_one_whose_answer_was_cut() -> None:
    assert isinstance(outcome("nginx", config(""), err=FINE), Absent)
    assert isinstance(outcome("nginx", config("server { listen 80; }")[:-8], err=FINE), Unknown)


def test_a_complaint_quotes_nothing_of_the_configuration() -> None:
    told = outcome("nginx", config("server { auth_key hunter2secret }"), err=FINE)
    assert isinstance(told, Unknown)
    assert "hunter2" not in told.why

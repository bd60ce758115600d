# SPDX-License-Identifier: Apache-2.0
"""Reading a peer over the replication bind; finding the listeners of a running slapd."""

import os
import socket
import threading
import time

import ldap
from slapd import SUFFIX, Database, hold_port, syncrepl
from tools import agent_tool

READ, UNREACHABLE, DENIED = 1, 2, 3


def visit(link):
    """(state, suffix, uuid, csns, problem) of what is read through the link."""
    done = agent_tool("content", link, SUFFIX)
    assert done.returncode == 0, done.stdout + done.stderr
    words = done.stdout.rstrip("\n").split(" ", 10)
    assert words[:2] == ["peer", "7"]
    return int(words[3]), int(words[5]), int(words[7]), int(words[9]), words[10]


def provider(slapd_factory, **options):
    server = slapd_factory([Database(overlays=("syncprov",), **options)])
    server.modify("cn=config", [(ldap.MOD_REPLACE, "olcServerID", "1")])
    server.seed()
    return server


def test_a_peer_is_read_as_its_consumer_would(slapd_factory):
    server = provider(slapd_factory)
    assert visit(syncrepl(1, server.ldap_uri)) == (READ, 1, 1, 1, "")


def test_an_empty_peer_is_read_and_has_no_suffix(slapd_factory):
    server = slapd_factory([Database(overlays=("syncprov",))])
    link = syncrepl(1, server.ldap_uri, binddn="cn=admin," + SUFFIX)
    assert visit(link) == (READ, 0, 0, 0, "")


def test_a_refused_bind_is_denied_and_the_password_is_not_told(slapd_factory):
    server = provider(slapd_factory)
    state, _, _, _, problem = visit(syncrepl(1, server.ldap_uri, credentials="wr0ng-canary"))
    assert state == DENIED
    assert server.ldap_uri in problem and "result 49" in problem and "canary" not in problem


def test_access_that_hides_the_suffix_looks_empty(slapd_factory):
    server = provider(slapd_factory, attributes={
        "olcAccess": ["{0}to attrs=userPassword by anonymous auth by * none", "{1}to * by * none"]})
    assert visit(syncrepl(1, server.ldap_uri))[:2] == (READ, 0)


def test_nobody_listening_is_unreachable():
    with hold_port() as held:
        state, _, _, _, problem = visit(syncrepl(1, f"ldap://127.0.0.1:{held.getsockname()[1]}"))
    assert state == UNREACHABLE and "Can't contact LDAP server" in problem


def test_a_peer_that_says_nothing_costs_its_timeout_and_no_more():
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        started = time.monotonic()
        for keywords in ({}, {"starttls": "critical"}):
            link = syncrepl(1, f"ldap://127.0.0.1:{silent.getsockname()[1]}", timeout="1", **keywords)
            state, _, _, _, problem = visit(link)
            assert state == UNREACHABLE and "Timed out" in problem
        assert 2 <= time.monotonic() - started < 8


def test_starttls_that_the_peer_lacks_stops_only_a_critical_link(slapd_factory):
    server = provider(slapd_factory)
    assert visit(syncrepl(1, server.ldap_uri, starttls="yes"))[0] == READ
    state, _, _, _, problem = visit(syncrepl(1, server.ldap_uri, starttls="critical"))
    assert state == DENIED and "StartTLS" in problem


def test_a_mechanism_that_we_do_not_speak_is_told_as_not_tested(slapd_factory):
    server = provider(slapd_factory)
    link = syncrepl(1, server.ldap_uri, bindmethod="sasl", saslmech="GSSAPI", binddn=None, credentials=None)
    state, _, _, _, problem = visit(link)
    assert state == UNREACHABLE and "could not test" in problem


def test_a_tls_file_that_is_not_there_is_told_as_not_tested(slapd_factory):
    server = provider(slapd_factory)
    link = syncrepl(1, server.ldap_uri, starttls="critical") + " tls_cacert=/nonexistent/ca.pem"
    state, _, _, _, problem = visit(link)
    assert state == UNREACHABLE and "tls" in problem.lower()


def test_no_connection_is_left_open(slapd_factory):
    server = provider(slapd_factory)
    before = len(server.tcp_peers())
    threads = [threading.Thread(target=visit, args=(syncrepl(1, server.ldap_uri),)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(server.tcp_peers()) == before
    assert server.log_count(r"op=\d+ UNBIND") >= 4


def test_the_listeners_of_a_running_slapd_are_found(slapd_factory):
    server = slapd_factory()
    pid_file, args_file = (os.path.join(server.directory, name) for name in ("slapd.pid", "slapd.args"))
    expected = "\n".join(server.listeners) + "\n"
    assert agent_tool("listeners", pid_file, "-").stdout == expected
    assert agent_tool("listeners", "-", args_file).stdout == expected
    # A stale pid file names another process, or none.
    with open(pid_file, "w", encoding="ascii") as file:
        file.write(f"{os.getpid()}\n")
    assert agent_tool("listeners", pid_file, args_file).stdout == expected
    assert agent_tool("listeners", pid_file, "-").stdout == ""
    assert agent_tool("listeners", "-", "-").stdout == ""

# SPDX-License-Identifier: Apache-2.0
"""Probes of links: each fault with its own code and a sentence that names cause and remedy."""

import contextlib
import socket
import threading
import time

import ldap
import pytest
import remedies
from authority import Authority
from bind_listener import BindListener
from probes import UNBOUNDED_SEC, codes, only, probe
from slapd import PASSWORD, ROOT_DN, SUFFIX, Database, hold_port, syncrepl

CANARY = "wr0ng-canary"


def make_provider(farm, server_id="7", overlays=("syncprov",), host=None, prepare=None, **attributes):
    """A server with data that others may replicate from."""
    server = farm([Database(overlays=overlays, attributes=attributes)], host=host, prepare=prepare)
    server.modify("cn=config", [(ldap.MOD_REPLACE, "olcServerID", server_id)])
    server.seed()
    return server


def make_tls_provider(farm, authority, certificate):
    """The same with a certificate; returns (server, its ldaps URI)."""
    uris = []
    server = make_provider(farm, prepare=lambda s: uris.append(s.use_tls(authority, certificate)))
    return server, uris[0]


@pytest.fixture(name="authority")
def fixture_authority(slapd_factory):
    return Authority(slapd_factory.folder("ca"))


def assert_fault(result, verdict, code, *texts):
    """That one fault and no other; the sentence has the peer and those texts, and no password."""
    assert (result["verdict"], only(result)["code"]) == (verdict, code), result
    text = only(result)["text"]
    assert text.startswith(result["uri"] + ": ") and "; " in text
    for wanted in texts:
        assert wanted in text, text
    assert CANARY not in str(result)


def test_a_healthy_link_is_good_and_everything_is_known_of_it(slapd_factory):
    server = make_provider(slapd_factory)
    (result,) = probe((syncrepl(1, server.ldap_uri), 7))
    assert result["verdict"] == "good" and result["faults"] == []
    unlike_good = {step: state for step, state in result["steps"].items() if state != "good"}
    # Only the account has a password here, and every account sees its own.
    assert unlike_good == {"tls": "not-tried", "certificate": "not-tried", "schema": "unknown", "clock": "unknown",
                           "user-password": "unknown", "log": "not-tried", "former": "not-tried"}
    assert set(result["context_csns"]) == server.context_csns()
    assert (result["server_id"], result["at_least"], result["has_suffix"]) == (7, 2, True)


def test_no_such_host():
    (result,) = probe(syncrepl(1, "ldap://nowhere.invalid"))
    assert_fault(result, "could-not-test", "no-such-host", "nowhere.invalid", "/etc/hosts")


def test_a_closed_port():
    with hold_port() as held:
        port = held.getsockname()[1]
        (result,) = probe(syncrepl(1, f"ldap://127.0.0.1:{port}"))
    assert_fault(result, "could-not-test", "port-closed", f"127.0.0.1 port {port}", "start slapd")


@pytest.mark.one_release
def test_packets_swallowed_and_no_way_are_told_apart(network, slapd_factory):
    here, there = network.host(), network.host()
    server = make_provider(slapd_factory, host=there)
    assert probe(syncrepl(1, server.ldap_uri), host=here)[0]["verdict"] == "good"
    there.swallow(here)
    started = time.monotonic()
    here.ip("route add blackhole 192.0.2.2/32")
    swallowed, nowhere, gone = probe(syncrepl(1, server.ldap_uri, network_timeout="1"), syncrepl(1, "ldap://192.0.2.1"),
                                     syncrepl(1, "ldap://192.0.2.2"), host=here)
    assert 1 <= time.monotonic() - started < UNBOUNDED_SEC
    assert_fault(swallowed, "could-not-test", "no-answer", there.address, "firewall")
    assert_fault(nowhere, "could-not-test", "no-route", "192.0.2.1")
    assert_fault(gone, "could-not-test", "no-route", "192.0.2.2")


@contextlib.contextmanager
def speaking(greeting):
    """A server that greets whoever connects and says no more; yields its address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        def serve():
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    connection.sendall(greeting)
                    connections.append(connection)
        connections = []
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield "127.0.0.1:%d" % listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()
        for connection in connections:
            connection.close()


@pytest.mark.parametrize("keywords", [{}, {"starttls": "critical"}])
def test_what_is_no_ldap_server(keywords):
    with speaking(b"220 mail.example.com ESMTP Postfix\r\n") as address:
        (result,) = probe(syncrepl(1, "ldap://" + address, timeout="1", **keywords))
    assert_fault(result, "refused", "not-ldap", "no LDAP server", "correct the port")


@pytest.mark.remedy("peer-hangs")
def test_a_frozen_provider(slapd_factory):
    server = make_provider(slapd_factory)
    with server.frozen():
        started = time.monotonic()
        (result,) = probe(syncrepl(1, server.ldap_uri, timeout="1"))
        assert 1 <= time.monotonic() - started < UNBOUNDED_SEC
    assert_fault(result, "could-not-test", "silent", "takes connections but does not answer in time")
    remedies.printed(only(result)["text"], "peer-hangs")
    remedies.did("peer-hangs")
    assert probe(syncrepl(1, server.ldap_uri))[0]["verdict"] == "good"


def test_a_mechanism_that_we_do_not_speak(slapd_factory):
    server = make_provider(slapd_factory)
    (result,) = probe(syncrepl(1, server.ldap_uri, bindmethod="sasl", saslmech="GSSAPI", binddn=None,
                               credentials=None))
    assert_fault(result, "beyond-us", "not-spoken", "SASL GSSAPI", "only EXTERNAL")


def test_a_link_without_the_tls_that_is_due(slapd_factory, authority):
    server, ldaps = make_tls_provider(slapd_factory, authority, authority.issue("ldap1"))
    (to_tls_port,) = probe(syncrepl(1, ldaps.replace("ldaps:", "ldap:"), timeout="1"))
    assert_fault(to_tls_port, "refused", "plain-refused", "speaks TLS at this port", "ldaps://")
    server.modify("cn=config", [(ldap.MOD_REPLACE, "olcSecurity", "simple_bind=128")])
    (plain,) = probe(syncrepl(1, server.ldap_uri))
    assert_fault(plain, "refused", "plain-refused", "result 13", "\"starttls\": \"critical\"")


def test_tls_where_there_is_none(slapd_factory):
    server = make_provider(slapd_factory)
    (critical,) = probe(syncrepl(1, server.ldap_uri, starttls="critical"))
    assert_fault(critical, "refused", "starttls-refused", "StartTLS: result 2")
    (ldaps,) = probe(syncrepl(1, server.ldap_uri.replace("ldap:", "ldaps:")))
    assert_fault(ldaps, "refused", "no-tls", "does not answer a TLS handshake")
    (optional,) = probe((syncrepl(1, server.ldap_uri, starttls="yes"), 7))
    assert_fault(optional, "good", "tls-declined", "slapd goes on in clear text")
    assert optional["steps"]["tls"] == "unknown" and optional["has_suffix"]


def test_a_wrong_password_and_a_missing_account_look_alike(slapd_factory):
    server = make_provider(slapd_factory)
    (wrong,) = probe(syncrepl(1, server.ldap_uri, credentials=CANARY))
    (missing,) = probe(syncrepl(1, server.ldap_uri, binddn="cn=nobody," + SUFFIX))
    for result in (wrong, missing):
        assert_fault(result, "refused", "bind-refused", "result 49", "password is wrong", "missing", "locked")
        assert result["steps"]["bind"] == "bad" and result["steps"]["suffix"] == "not-tried"


def test_access_that_hides_the_suffix(slapd_factory):
    server = make_provider(slapd_factory, olcAccess=[
        "{0}to attrs=userPassword by anonymous auth by * none", "{1}to * by * none"])
    (result,) = probe(syncrepl(1, server.ldap_uri))
    assert_fault(result, "refused", "suffix-hidden", SUFFIX, "access rules", "\"access\": true")
    assert result["has_suffix"] is False


def test_a_suffix_that_the_peer_does_not_hold(slapd_factory):
    server = make_provider(slapd_factory)
    link = syncrepl(1, server.ldap_uri, suffix="dc=other,dc=org", binddn="cn=replicator," + SUFFIX)
    (result,) = probe((link, 7, "-", "dc=other,dc=org"))
    assert_fault(result, "refused", "wrong-suffix", "no database 'dc=other,dc=org'")


def test_no_syncprov(slapd_factory):
    server = make_provider(slapd_factory, overlays=())
    (result,) = probe(syncrepl(1, server.ldap_uri))
    assert_fault(result, "refused", "no-syncprov", SUFFIX, "olcOverlay=syncprov")


READS_ALL = 'by dn.exact="cn=replicator,%s" read' % SUFFIX
HIDDEN_ATTRIBUTES = {
    "userPassword": ("passwords-hidden", "user-password", "\"access\": true"),
    "entryCSN": ("entry-csn-hidden", "entry-csn", "2 of 2 entries"),
    "contextCSN": ("context-csn-hidden", "context-csn", "contextCSN"),
}


@pytest.mark.parametrize("attribute", HIDDEN_ATTRIBUTES)
def test_access_that_hides_an_attribute_is_told_and_the_link_is_good(slapd_factory, attribute):
    code, step, text = HIDDEN_ATTRIBUTES[attribute]
    server = make_provider(slapd_factory, olcAccess=[
        f"{{0}}to attrs={attribute} by anonymous auth by self =xw by * none",
        f"{{1}}to * by anonymous auth {READS_ALL}"])
    (result,) = probe((syncrepl(1, server.ldap_uri), 7))
    assert_fault(result, "good", code, text)
    assert [name for name, state in result["steps"].items() if state == "bad"] == [step]


def test_others_passwords_do_not_make_up_for_its_own(slapd_factory):
    """The usual fault: `by self` comes before the replicator's own rule."""
    server = make_provider(slapd_factory, olcAccess=[
        f"{{0}}to attrs=userPassword by self =xw {READS_ALL} by anonymous auth",
        f"{{1}}to * by anonymous auth {READS_ALL}"])
    server.add("cn=person," + SUFFIX, {"objectClass": ["person"], "cn": "person", "sn": "p", "userPassword": CANARY},
               server.admin())
    (result,) = probe((syncrepl(1, server.ldap_uri), 7))
    assert_fault(result, "good", "passwords-hidden", "userPassword of its own entry")


def add_entries(server, n_wanted):
    """Fills the database up to that many entries."""
    connection = server.admin()
    for i in range(len(server.entries(attributes=["1.1"])), n_wanted):
        server.add(f"ou=o{i},{SUFFIX}", {"objectClass": ["organizationalUnit"], "ou": f"o{i}"}, connection)
    connection.unbind_s()


def test_a_size_limit_is_met_as_a_refresh_would_meet_it(slapd_factory):
    unlimited = [f'dn.exact="{ROOT_DN}" size=unlimited', f'dn.exact="cn=replicator,{SUFFIX}" size=unlimited']
    server = make_provider(slapd_factory, olcLimits=unlimited[:1])
    add_entries(server, 500)
    (at_limit,) = probe((syncrepl(1, server.ldap_uri), 7))
    assert (at_limit["faults"], at_limit["at_least"]) == ([], 500)
    add_entries(server, 501)
    (beyond,) = probe((syncrepl(1, server.ldap_uri), 7))
    assert_fault(beyond, "good", "limited", "after 500 entries (result 4)", "`syncward apply` there")
    assert (beyond["steps"]["limits"], beyond["at_least"]) == ("bad", 500)
    server.modify(server.database_dn(), [(ldap.MOD_REPLACE, "olcLimits", unlimited)])
    add_entries(server, 502)
    (free,) = probe((syncrepl(1, server.ldap_uri), 7))
    assert (free["faults"], free["at_least"], free["steps"]["limits"]) == ([], 501, "good")


def test_server_ids_that_are_not_the_right_ones(slapd_factory):
    server, other = make_provider(slapd_factory), make_provider(slapd_factory)
    link = syncrepl(1, server.ldap_uri)
    assert_fault(probe((link, 7), our=7)[0], "good", "same-server-id", "server ID 7, which is this node's")
    assert_fault(probe((link, 8), our=1)[0], "good", "other-server-id", "ID 7, while peers.json gives it id 8")
    twice = probe((link, 7), (syncrepl(2, other.ldap_uri), 2), our=1)
    assert codes(twice[0]) == ["same-server-id"] and other.ldap_uri in only(twice[0])["text"]
    assert codes(twice[1]) == ["other-server-id", "same-server-id"]


def test_a_peer_without_a_server_id(slapd_factory):
    server = slapd_factory([Database(overlays=("syncprov",))], seed=True)
    (result,) = probe((syncrepl(1, server.ldap_uri), 7))
    assert_fault(result, "good", "no-server-id", "`syncward apply` there")


def test_schemas_are_compared_by_meaning(slapd_factory):
    server, other = make_provider(slapd_factory), make_provider(slapd_factory)
    digest = probe((syncrepl(1, server.ldap_uri), 7))[0]["schema_digest"]
    link = syncrepl(1, other.ldap_uri)
    assert probe((link, 7), schema=digest)[0]["steps"]["schema"] == "good"
    other.add("cn=own,cn=schema,cn=config", {"objectClass": ["olcSchemaConfig"], "cn": "own", "olcAttributeTypes": [
        "( 1.3.6.1.4.1.99999.1 NAME 'ownText' SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )"]})
    assert_fault(probe((link, 7), schema=digest)[0], "good", "schema-differs", "load the same schema")


def test_a_diagnostic_that_repeats_the_password_is_not_shown():
    with BindListener(diagnostic=f"no such password: {CANARY}, on \u00fc".encode("latin-1")) as listener:
        (result,) = probe(syncrepl(1, listener.uri, credentials=CANARY))
        assert_fault(result, "refused", "bind-refused", "it quotes the password")
        (result,) = probe(syncrepl(1, listener.uri, credentials="other"))
        assert "on ?" in only(result)["text"]


def test_the_account_is_looked_for_before_the_password_is_sent():
    """Behind a refusal it may have come meanwhile, in the peer's own first refresh: the look would prove nothing."""
    with BindListener() as listener:
        probe(syncrepl(1, listener.uri))
        assert listener.requests == ["search", "search", "bind"]


def test_no_probe_leaves_a_connection(slapd_factory):
    server = make_provider(slapd_factory)
    before = server.tcp_peers()
    probe(*[syncrepl(1, server.ldap_uri, credentials=password) for password in (PASSWORD, CANARY)] * 4)
    assert server.tcp_peers() == before
    assert codes(probe(syncrepl(1, server.ldap_uri))[0]) == []

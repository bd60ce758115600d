# SPDX-License-Identifier: Apache-2.0
"""What has slapd refuse clients' changes, other than olcReadOnly of the database (test_guards.py)."""

import os
import signal

import ldap
import pytest
import remedies
from cluster import Cluster
from lone import Lone
from slapd import SUFFIX, wait_until
from test_guards import findings, in_step, load_anew

FRONTEND = "olcDatabase={-1}frontend,cn=config"


@pytest.mark.remedy("restrict-off")
@pytest.mark.parametrize(("dn", "value"), [(None, "write"), (None, "rename"), (FRONTEND, "add")])
def test_a_restriction_of_clients_is_told_with_what_ends_it(slapd_factory, program, dn, value):
    node = Lone(slapd_factory, program)
    in_step(node)
    node.server.modify(dn or node.dn(), [(ldap.MOD_ADD, "olcRestrict", value)])
    severity, text = findings(node)["read-only"]
    assert severity == "warning"
    assert node.apply().returncode == 0
    remedies.run(node, node.plan().stdout, "restrict-off")
    assert node.server.values(dn or node.dn(), "olcRestrict") == [] and "read-only" not in findings(node), text


def found(node):
    return [(f["severity"], f["code"]) for f in node.plan_json()["findings"]]


@pytest.mark.remedy("restrict-off", "restricted-there")
@pytest.mark.parametrize("value", ["search", "bind"])
def test_a_provider_that_peers_may_not_read_is_told_on_both_sides(slapd_factory, program, value):
    """Sessions go on until they break; the provider said nothing of it, and its peer blamed the password."""
    one, other = Cluster(slapd_factory, program, 2).form()
    other.edit([(ldap.MOD_ADD, "olcRestrict", value)])
    told = one.run("doctor").stdout
    assert "[restricted]" in told and "operation restricted" in told and "wrong password" not in told, told
    remedies.printed(told, "restricted-there")
    assert ("critical", "unreadable") in found(other) and found(one) == []
    remedies.run(other, other.plan().stdout, "restrict-off")
    remedies.did("restricted-there")
    assert found(other) == [] and "[restricted]" not in one.run("doctor").stdout


@pytest.mark.remedy("restrict-off")
def test_a_provider_that_takes_no_simple_bind_is_told(slapd_factory, program):
    """Its peers bind so; who only uses certificates or tickets is not concerned."""
    _, other = cluster = Cluster(slapd_factory, program, 2).form()
    other.server.modify("cn=config", [(ldap.MOD_ADD, "olcDisallows", ["tls_2_anon", "bind_simple"])])
    text = other.plan().stdout
    assert ("critical", "unreadable") in found(other) and "olcDisallows of cn=config" in text, text
    cluster.document["databases"][0]["readers"] = [f"cn=replicator,{SUFFIX}"]
    cluster.document["peers"][0]["as_consumer"] = {"bindmethod": "sasl", "saslmech": "EXTERNAL"}
    cluster.write()
    assert ("critical", "unreadable") not in found(other)
    del cluster.document["peers"][0]["as_consumer"]
    cluster.write()
    remedies.run(other, text, "restrict-off")
    assert other.server.values("cn=config", "olcDisallows") == ["tls_2_anon"] and found(other) == []


@pytest.mark.remedy("restrict-off")
@pytest.mark.parametrize("place", ["server", "database"])
def test_a_provider_that_is_read_with_sasl_alone_is_told(slapd_factory, program, place):
    """Its peers bind simply: slapd lets them bind, and refuses each search."""
    one, other = Cluster(slapd_factory, program, 2).form()
    other.server.modify("cn=config" if place == "server" else other.server.database_dn(), [(ldap.MOD_ADD, "olcRequires", ["authc", "SASL"])])
    told = one.run("doctor").stdout
    assert "[restricted]" in told and "authzTo" not in told, told
    text = other.plan().stdout
    assert ("critical", "unreadable") in found(other) and "olcRequires of " in text, text
    remedies.run(other, text, "restrict-off")
    assert found(other) == [] and "[restricted]" not in one.run("doctor").stdout


@pytest.mark.remedy("restrict-off")
def test_a_provider_that_slapd_hides_is_told(slapd_factory, program):
    """Clients and peers are told that there is no such object; the consumers here go on for a while."""
    one, other = Cluster(slapd_factory, program, 2).form()
    other.edit([(ldap.MOD_REPLACE, "olcHidden", "TRUE")])
    done = other.plan()
    assert ("critical", "unreadable") in found(other) and "olcHidden of " in done.stdout, done.stdout
    assert one.run("doctor").returncode == 2
    remedies.run(other, done.stdout, "restrict-off")
    assert other.server.values(other.server.database_dn(), "olcHidden") == [] and found(other) == []


@pytest.mark.remedy("restrict-off-stopped", "restrict-off-2.4")
@pytest.mark.parametrize(("dn", "attribute", "value"), [("cn=config", "olcReadOnly", "TRUE"), (FRONTEND, "olcReadOnly", "TRUE"),
                                                        ("cn=config", "olcRestrict", "write")])
def test_a_server_that_takes_no_change_of_cn_config_is_told_as_critical(slapd_factory, program, dn, attribute, value):
    node = Lone(slapd_factory, program)
    in_step(node)
    node.server.modify(dn, [(ldap.MOD_ADD, attribute, value)])
    with pytest.raises(ldap.UNWILLING_TO_PERFORM):
        node.server.modify(dn, [(ldap.MOD_DELETE, attribute, value)])
    text = node.plan().stdout
    assert findings(node)["read-only"][0] == "critical"
    node.server.stop()
    if node.server.release.number < (2, 5):
        remedies.printed(text, "restrict-off-2.4")
        load_anew(node, lambda dump: dump.replace(f"{attribute}: {value}\n", ""))
    else:
        remedies.run(node, text, "restrict-off-stopped")
    for code in ("restrict-off-2.4", "restrict-off-stopped"):
        remedies.did(code)  # each is one of the runs
    node.server.start()
    assert "read-only" not in findings(node)
    in_step(node)


@pytest.mark.remedy("restrict-off-stopped", "restrict-off-2.4")
def test_a_server_that_takes_no_bind_is_told_by_the_doctor(slapd_factory, program):
    """Who bound before goes on, the daemon as well: it sees why (test_breakages.py)."""
    node = Lone(slapd_factory, program)
    in_step(node)
    node.server.modify("cn=config", [(ldap.MOD_ADD, "olcRestrict", "bind")])
    text = node.run("doctor", "ldapi").stdout
    assert "operation restricted" in text and "is it running" not in text, text
    node.server.stop()
    if node.server.release.number < (2, 5):
        remedies.printed(text, "restrict-off-2.4")
        load_anew(node, lambda dump: dump.replace("olcRestrict: bind\n", ""))
    else:
        remedies.run(node, text, "restrict-off-stopped")
    for code in ("restrict-off-2.4", "restrict-off-stopped"):
        remedies.did(code)  # each is one of the runs
    node.server.start()
    assert node.server.values("cn=config", "olcRestrict") == []
    in_step(node)


@pytest.mark.remedy("gentle-hup-off")
def test_a_slapd_that_a_hangup_would_close_is_told(slapd_factory, program):
    node = Lone(slapd_factory, program)
    in_step(node)
    node.server.modify("cn=config", [(ldap.MOD_REPLACE, "olcGentleHUP", "TRUE")])
    severity, text = findings(node)["gentle-hup"]
    assert severity == "warning"
    name, value = remedies.attribute(text, "gentle-hup-off")
    node.server.modify("cn=config", [(ldap.MOD_REPLACE, name, value)])
    assert "gentle-hup" not in findings(node)


def test_a_hangup_closes_such_a_slapd_to_all_while_one_session_lasts(slapd_factory, program):
    """As long as a session lasts nobody else can connect; the fact that the finding rests on."""
    node = Lone(slapd_factory, program)
    in_step(node)
    node.server.modify("cn=config", [(ldap.MOD_REPLACE, "olcGentleHUP", "TRUE")])
    os.kill(node.server.process.pid, signal.SIGHUP)
    wait_until(lambda: node.plan().returncode == 69, "nobody can connect")
    assert node.server.values("cn=config", "olcGentleHUP") == ["TRUE"], "who is connected goes on"
    assert "cannot be reached" in node.run("doctor", "ldapi").stdout

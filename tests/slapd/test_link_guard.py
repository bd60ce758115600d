# SPDX-License-Identifier: Apache-2.0
"""G6: what shall replace a link that works is tried first, and held when the peer refuses it."""

import copy
import os
import re

import ldap
import pytest
import remedies
from authority import Authority
from cluster import Cluster, add_person, wait_entry
from lone import check_golden
from slapd import PASSWORD, SUFFIX, Database, wait_until

GOLDEN = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "guards")
REPLICATOR = "cn=replicator," + SUFFIX
OTHER = "another-password"


def accept(cluster, *passwords):
    """The replicator's account takes these, at all nodes."""
    connection = cluster[0].server.admin()
    connection.modify_s(REPLICATOR, [(ldap.MOD_REPLACE, "userPassword", [p.encode() for p in passwords])])
    connection.unbind_s()
    cluster.wait_in_step()


def binds_at(server):
    """How often somebody bound as the replicator there."""
    return server.log_count(f'BIND dn="{REPLICATOR}" method=128')


def wait_binds(node, peer, count):
    """Waits until the node's consumer, and whoever else, bound that often at the peer."""
    def are_bound():
        node.server.values("", "namingContexts")  # slapd starts a consumer when its main loop next wakes
        return binds_at(peer.server) == count
    wait_until(are_bound, f"{count} binds at the peer")


def refused_at(server):
    """How many binds it refused for a wrong password."""
    return server.log_count("RESULT tag=97 err=49")


def refused_for_us(node, peer):
    """The same without the tries of slapd's own consumer, which logs each one a moment after the peer."""
    return refused_at(peer.server) - node.server.log_count(r"ldap_sasl_bind_s failed \(49\)")


def with_password(value, password):
    """The olcSyncrepl value with another password."""
    return re.sub(r'credentials="?[\w-]+"?', f'credentials="{password}"', value.partition("}")[2])


def sessions(node):
    """The connections of the node's consumers, as slapd names them; None where it does not tell."""
    found = node.server.consumers()
    return found and {c.rid: c.connection for c in found}


def holds_of(output):
    return re.findall(r"^  held (\S+): (.*):\n      (.*)$", output, re.MULTILINE)


@pytest.fixture(name="form")
def fixture_form(slapd_factory, program):
    """Makes nodes that replicate and that syncward has seen to do so."""
    def form(n=2, **options):
        return Cluster(slapd_factory, program, n, modules=["syncprov"], **options).form_by_hand().be_seen_to_work()
    return form


@pytest.fixture(name="cluster")
def fixture_cluster(form):
    return form()


def test_a_password_that_the_peer_refuses_does_not_replace_one_that_works(cluster):
    node, peer = cluster
    before, values, refused = sessions(node), node.syncrepl(), refused_at(peer.server)
    node.write_secret("wrong")
    planned = node.plan()
    assert planned.returncode == 3, planned.stdout + planned.stderr
    check_golden(os.path.join(GOLDEN, "g6-refused.txt"),
                 remedies.unbound(planned.stdout).replace(str(peer.server.port), "PEER").replace(str(node.server.port), "PORT"))
    for _ in range(2):  # the password is not sent again
        applied = node.apply()
        (guard, text, command), = holds_of(applied.stdout)
        assert applied.returncode == 3 and guard == "G6" and remedies.unbound(command) == "syncward apply --release G6"
        assert "was not sent" in text and "wrong" not in applied.stdout + applied.stderr
    assert refused_at(peer.server) == refused + 1
    assert node.syncrepl() == values and sessions(node) == before
    node.write_secret(OTHER)
    accept(cluster, OTHER)
    node.apply_ok()
    assert OTHER in node.syncrepl()[0]


def test_a_link_that_reads_at_intervals_works_between_them_as_well(cluster):
    node, peer = cluster
    cluster.document["peers"][0]["as_consumer"] = {"type": "refreshOnly", "interval": "00:01:00:00"}
    cluster.write()
    node.apply_ok()
    if sessions(node) is not None:
        wait_until(lambda: [c.last_contact[:4] for c in node.server.consumers() if not c.connection] > ["0000"], "its first refresh")
    refused = refused_at(peer.server)
    node.write_secret("wrong")
    applied = node.apply()
    assert applied.returncode == 3 and [hold[0] for hold in holds_of(applied.stdout)] == ["G6"], applied.stdout
    assert "wrong" not in node.syncrepl()[0] and refused_at(peer.server) == refused + 1


@pytest.mark.remedy("release-g6")
def test_a_person_may_write_it_all_the_same(cluster):
    node = cluster[0]
    node.write_secret("wrong")
    applied = node.apply()
    assert applied.returncode == 3
    remedies.run(node, applied.stdout, "release-g6")
    assert "wrong" in node.syncrepl()[0]
    node.write_secret("worse")  # where slapd tells that the link does not work it has nothing to lose
    if sessions(node) is not None:
        wait_until(lambda: not any(sessions(node).values()), "the link is down")
        node.apply_ok()
        assert "worse" in node.syncrepl()[0]


def test_what_is_held_stops_nothing_else(cluster):
    node, peer = cluster
    node.write_secret("wrong")
    node.edit([(ldap.MOD_DELETE, "olcLimits", None)])
    applied = node.apply()
    assert applied.returncode == 3 and [hold[0] for hold in holds_of(applied.stdout)] == ["G6"]
    assert node.server.values(node.server.database_dn(), "olcLimits")
    assert "wrong" not in node.syncrepl()[0] and peer.server.is_running()


def test_what_cannot_be_tested_does_not_replace_a_link_that_works(cluster):
    node, peer = cluster
    values, before = node.syncrepl(), sessions(node)
    accept(cluster, PASSWORD, OTHER)
    node.write_secret(OTHER)
    with peer.server.frozen():
        applied = node.apply()
    (guard, text, command), = holds_of(applied.stdout)
    assert applied.returncode == 3 and guard == "G6" and remedies.unbound(command) == "syncward apply --release G6"
    assert "could not be tested" in text and "does not answer in time" in text
    assert node.syncrepl() == values and sessions(node) == before
    node.apply_ok()  # the peer answers again
    assert OTHER in node.syncrepl()[0]


def moved_to(cluster, uri):
    """peers.json with another URI of the second peer, for the first node."""
    cluster.document["peers"][1]["uri"] = uri
    cluster[0].write(cluster.document)


@pytest.mark.parametrize("uri, cause, advice", [
    ("ldap://ldap2.nowhere.invalid", "there is no host 'ldap2.nowhere.invalid'", "correct"),
    ("ldap://127.0.0.1:1", "nobody listens at 127.0.0.1 port 1", "peers.json agree"),
    ("ldaps://127.0.0.1:{peer}", "TLS", "starttls"),
    ("ldap://127.0.0.1:{another}", f"'{REPLICATOR}'", "password"),
], ids=["name", "port", "scheme", "another-server"])
def test_a_typo_in_a_uri_leaves_the_working_link(slapd_factory, cluster, uri, cause, advice):
    node, peer = cluster
    if "another" in uri:
        another = slapd_factory(copy.deepcopy(cluster.databases))
        another.seed(password=OTHER)
        uri = uri.format(another=another.port)
    uri = uri.format(peer=peer.server.port)
    values, before = node.syncrepl(), sessions(node)
    moved_to(cluster, uri)
    for _ in range(2):
        applied = node.apply()
        (guard, text, _), = holds_of(applied.stdout)
        assert applied.returncode == 3 and guard == "G6" and cause in text and advice in text, text
    assert node.syncrepl() == values and sessions(node) == before
    node.apply_ok("--release", "G6")
    assert uri in node.syncrepl()[0]
    moved_to(cluster, peer.server.ldap_uri)
    node.apply_ok()
    cluster.wait_persistent()


@pytest.mark.remedy("release-suffix")
def test_a_typo_in_a_uri_leaves_the_working_links_of_each_database(form):
    cluster = form(databases=[Database(), Database(suffix="o=two")])
    node, peer = cluster
    before = [node.syncrepl(), node.syncrepl("o=two")]
    moved_to(cluster, "ldap://ldap2.nowhere.invalid")
    applied = node.apply()
    assert applied.returncode == 3 and applied.stdout.count("held: G6") == 2, applied.stdout
    assert [node.syncrepl(), node.syncrepl("o=two")] == before
    for database in cluster.databases:
        wait_entry(node.server, add_person(peer.server, "still", database))
    (_, _, release), = holds_of(applied.stdout)
    remedies.run(node, release, "release-suffix", statuses=(3,))  # of the first one alone
    assert "nowhere" in node.syncrepl()[0] and node.syncrepl("o=two") == before[1]


def test_a_link_that_is_down_is_replaced_by_what_cannot_be_tested(cluster):
    node, peer = cluster
    tells = sessions(node) is not None
    peer.server.kill()
    if tells:
        wait_until(lambda: not any(sessions(node).values()), "the link is down")
    moved_to(cluster, "ldap://ldap2.nowhere.invalid")
    applied = node.apply()  # where slapd does not say what is down a link is taken for one that works
    assert applied.returncode == (0 if tells else 3), applied.stdout
    assert ("nowhere" in node.syncrepl()[0]) == tells
    peer.server.start()


def test_a_link_that_works_is_not_taken_for_one_that_is_down_while_another_is_replaced(form):
    """slapd starts all consumers of the database anew: for a moment none is connected."""
    cluster = form(3)
    node, peer, away = cluster
    away.server.kill()
    if sessions(node) is not None:
        wait_until(lambda: sum(bool(connection) for connection in sessions(node).values()) == 1, "that link is down")
    peers = cluster.document["peers"]
    peers[1]["uri"] = "ldap://ldap2.nowhere.invalid"
    peers[2].setdefault("syncrepl", {})["retry"] = "7 +"
    node.write(cluster.document)
    with peer.server.frozen():  # so that the moment lasts
        applied = node.apply()
    assert applied.returncode == 3 and {guard for guard, _, _ in holds_of(applied.stdout)} == {"G6"}, applied.stdout
    assert any("7 +" in value for value in node.syncrepl()), "nothing was replaced"
    assert any(peer.server.ldap_uri in value for value in node.syncrepl()), applied.stdout
    away.server.start()


def test_the_last_link_does_not_go_for_one_that_cannot_be_tested(cluster):
    node, peer = cluster
    cluster.document["peers"][1] = {"id": 7, "uri": "ldap://ldap7.nowhere.invalid"}
    node.write(cluster.document)
    applied = node.apply()
    assert applied.returncode == 3 and {hold[0] for hold in holds_of(applied.stdout)} == {"G6"}, applied.stdout
    assert any(peer.server.ldap_uri in value for value in node.syncrepl()), "the old one stays"
    assert any("nowhere" in value for value in node.syncrepl()), "the new one comes beside it"
    add_person(peer.server, "still")
    cluster.wait_in_step()
    node.apply_ok("--release", "G6")
    assert not any(peer.server.ldap_uri in value for value in node.syncrepl())


def test_what_was_seen_to_work_is_restored_without_being_tried(cluster):
    node, peer = cluster
    accept(cluster, PASSWORD, OTHER)
    wanted, before = node.syncrepl()[0], sessions(node)
    binds = binds_at(peer.server)
    node.edit([(ldap.MOD_REPLACE, "olcSyncrepl", [with_password(wanted, OTHER)])])
    wait_binds(node, peer, binds + 1)
    if before is not None:
        wait_until(lambda: sessions(node) != before and all(sessions(node).values()), "the link is up")
    node.apply_ok()
    assert OTHER not in node.syncrepl()[0]
    # Nobody else binds; but without consumers in cn=monitor nobody saw the link work.
    expected = binds + (2 if before is not None else 3)
    wait_binds(node, peer, expected)
    assert node.apply().returncode == 0 and binds_at(peer.server) == expected


@pytest.mark.remedy("certificate-ca")
def test_an_authority_that_did_not_sign_the_peers_certificate_is_held(form, tmp_path):
    folders = [tmp_path / name for name in ("ours", "other")]
    for folder in folders:
        folder.mkdir()
    ours, other = (Authority(str(folder)) for folder in folders)
    cluster = form(prepare=lambda server: server.use_tls(ours, ours.issue("node")))
    node, values = cluster[0], cluster[0].syncrepl()
    links = cluster.document["databases"][0]["syncrepl"]
    links.update({"starttls": "critical", "tls_reqcert": "demand", "tls_cacert": other.path})
    node.write(cluster.document)
    applied = node.apply()
    (guard, text, _), = holds_of(applied.stdout)
    assert applied.returncode == 3 and guard == "G6" and remedies.printed(text, "certificate-ca")
    assert node.syncrepl() == values
    links["tls_cacert"] = ours.path
    node.write(cluster.document)
    node.apply_ok()
    remedies.did("certificate-ca")
    assert ours.path in node.syncrepl()[0]
    cluster.wait_in_step()
    cluster.wait_persistent()


def add_account(cluster, name, password=PASSWORD):
    """One more account to replicate with."""
    dn = f"cn={name},{SUFFIX}"
    connection = cluster[0].server.admin()
    cluster[0].server.add(dn, {"objectClass": ["organizationalRole", "simpleSecurityObject"], "cn": name,
                               "userPassword": password}, connection)
    connection.unbind_s()
    cluster.wait_in_step()
    return dn


STOCK = ['{0}to attrs=userPassword by self write by anonymous auth by * none', '{1}to * by * read']
HIDDEN = {
    "password": (STOCK, "userPassword of "),
    "subtree": ([f'{{0}}to dn.subtree="ou=secret,{SUFFIX}" by dn.exact="{{former}}" read by anonymous auth by * none', '{1}to * by * read'], "entries altogether"),
    "attribute": (['{0}to attrs=employeeNumber by dn.exact="{former}" read by anonymous auth by * none', '{1}to * by * read'], "employeeNumber of 1 of "),
    "filter": (['{0}to filter=(objectClass=inetOrgPerson) by dn.exact="{former}" read by anonymous auth by * none', '{1}to * by * read'], "entries altogether"),
}


def add_data(cluster):
    """Many entries that all may see, and in the middle one that has a number, below an organizational unit."""
    connection = cluster[0].server.admin()
    for i in range(150):
        cluster[0].server.add(f"cn=many{i},{SUFFIX}", {"objectClass": ["organizationalRole"], "cn": f"many{i}"}, connection)
    cluster[0].server.add(f"ou=secret,{SUFFIX}", {"objectClass": ["organizationalUnit"], "ou": "secret"}, connection)
    cluster[0].server.add(f"cn=one,ou=secret,{SUFFIX}", {
        "objectClass": ["inetOrgPerson"], "cn": "one", "sn": "one", "employeeNumber": "7", "userPassword": "secret1"}, connection)
    connection.unbind_s()
    cluster.wait_in_step()


@pytest.mark.parametrize("kind", HIDDEN)
def test_an_account_that_sees_less_does_not_replace_one_that_sees_more(cluster, kind):
    node, peer = cluster
    rules, told = HIDDEN[kind]
    rules = [rule.replace("{former}", REPLICATOR) for rule in rules]
    former = f"cn=admin,{SUFFIX}" if kind == "password" else REPLICATOR
    add_data(cluster)
    new = add_account(cluster, "new")
    if former != REPLICATOR:  # the rootdn reads
        cluster.document["databases"][0]["syncrepl"]["binddn"] = former
        node.write(cluster.document)
        node.apply_ok()
        cluster.wait_persistent()
    peer.server.modify(peer.server.database_dn(), [(ldap.MOD_REPLACE, "olcAccess", rules)])
    values = node.syncrepl()
    cluster.document["databases"][0]["syncrepl"]["binddn"] = new
    cluster.document["databases"][0]["readers"] = [new]
    node.write(cluster.document)
    for _ in range(2):
        applied = node.apply()
        (guard, text, command), = holds_of(applied.stdout)
        assert applied.returncode == 3 and guard == "G6" and command == '"access": true'
        assert told in text and f"as '{new}'" in text and f"as '{former}'" in text, text
    assert node.syncrepl() == values
    cluster.document["databases"][0]["access"] = True
    for one in (node, peer):
        one.write(cluster.document)
    peer.apply_ok()
    node.apply_ok()
    assert new in node.syncrepl()[0]
    cluster.wait_persistent()


def test_a_link_whose_own_account_is_not_taken_any_more_is_held_and_asked_once(cluster):
    node, peer = cluster
    new = add_account(cluster, "new")
    accept(cluster, OTHER)  # its session goes on
    values, refused = node.syncrepl(), refused_for_us(node, peer)
    cluster.document["databases"][0]["syncrepl"]["binddn"] = new
    node.write(cluster.document)
    applied = node.apply()
    (guard, text, _), = holds_of(applied.stdout)
    assert applied.returncode == 3 and guard == "G6" and "could not be found out" in text, text
    assert node.syncrepl() == values
    wait_until(lambda: refused_for_us(node, peer) == refused + 1, "the old password was sent once")
    assert PASSWORD not in applied.stdout + applied.stderr

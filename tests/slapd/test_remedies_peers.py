# SPDX-License-Identifier: Apache-2.0
"""What is told of a peer that cannot be used is done as it stands there, and nothing is told or held then."""

import contextlib
import os
import re

import ldap
import pytest
import remedies
from cluster import Cluster, add_person, apply_until_joined, wait_entry
from slapd import PASSWORD, ROOT_DN, SUFFIX, Database, syncrepl, wait_until
from test_probe import speaking
from test_remedies_doctor import check, is_well, told

OTHER = Database("dc=other,dc=org")
REPLICATOR = "cn=replicator," + SUFFIX


@pytest.fixture(name="pair")
def fixture_pair(slapd_factory, program):
    """Two nodes in step, that were seen to work."""
    return Cluster(slapd_factory, program, 2).form().be_seen_to_work()


def bad(node):
    """What the doctor has to say, of this machine, too."""
    found = (line.split() for line in node.run("doctor").stdout.splitlines())
    return {words[1] for words in found if words and words[0] in ("warning", "error")}


@contextlib.contextmanager
def ended(cluster, seconds=20):
    """What is done in the block ends what there was: no plan, no hold, and no more findings than before."""
    before = [bad(node) for node in cluster]
    yield
    for node, was in zip(cluster, before):
        try:
            wait_until(lambda one=node: one.apply().returncode == 0 and one.plan().returncode == 0, "nothing is left to do", seconds)
            wait_until(lambda one=node, known=was: bad(one) <= known, "nothing more is told", seconds)
        except TimeoutError as error:
            raise AssertionError(f"{error}\n{was}\n{node.plan().stdout}\n{node.run('doctor').stdout}") from None
    cluster.wait_in_step()


def at_peer(cluster, uri):
    """peers.json with another address of the second node, on the first one alone."""
    right = cluster.document["peers"][1]["uri"]
    cluster.document["peers"][1]["uri"] = uri
    cluster[0].write(cluster.document)
    cluster.document["peers"][1]["uri"] = right


@pytest.mark.remedy("peer-name")
def test_a_name_that_nobody_knows_is_corrected_in_peers_json(pair):
    node, _ = pair
    with ended(pair):
        at_peer(pair, "ldap://nowhere.invalid")
        assert "no-such-host" in told(node, "peer-reach", "peer-name")
        assert node.apply().returncode == 3
        pair.write()
        remedies.did("peer-name")
        assert is_well(node, "peer-reach")


@pytest.mark.remedy("peer-start")
def test_a_peer_that_is_stopped_is_reached_when_it_was_started(pair):
    node, peer = pair
    with ended(pair):
        peer.server.stop()
        assert "port-closed" in told(node, "peer-reach", "peer-start")
        peer.server.start()
        remedies.did("peer-start")
        assert is_well(node, "peer-reach")


@pytest.mark.remedy("peer-port")
def test_what_is_no_ldap_server_is_not_asked_when_the_port_is_right(pair):
    node, _ = pair
    with ended(pair), speaking(b"220 mail.example.com ESMTP Postfix\r\n") as address:
        at_peer(pair, "ldap://" + address)
        assert "not-ldap" in told(node, "peer-reach", "peer-port")
        pair.write()
        remedies.did("peer-port")
        assert is_well(node, "peer-reach")


@pytest.mark.remedy("bind-by-hand")
def test_a_bind_that_is_refused_is_tried_again_when_the_file_is_corrected(pair):
    node, _ = pair
    with ended(pair):
        node.write_secret("wr0ng-canary")
        assert "bind-refused" in told(node, "peer-bind", "bind-by-hand")
        node.write_secret(PASSWORD)
        remedies.did("bind-by-hand")
        assert is_well(node, "peer-bind")


def create_database(server, database):
    """An empty one, beside those that there are."""
    backend = database.backend_on(server.release)
    folder = os.path.join(server.directory, "created")
    os.mkdir(folder)
    server.add(f"olcDatabase={backend},cn=config", {
        "objectClass": ["olcDatabaseConfig", f"olc{backend.capitalize()}Config"], "olcDatabase": backend,
        "olcSuffix": database.suffix, "olcDbDirectory": folder, "olcRootDN": database.rootdn, "olcRootPW": database.rootpw})


@pytest.mark.remedy("suffix-there")
def test_a_database_that_a_peer_lacks_is_created_there_and_joins(pair):
    node, peer = pair
    with ended(pair):
        create_database(node.server, OTHER)
        node.server.add_seed(OTHER)
        entry = {**Cluster.database(OTHER), "rid_offset": 100}
        entry["syncrepl"]["binddn"] = REPLICATOR  # which the peer has
        pair.document["databases"].append(entry)
        pair.write()
        assert "wrong-suffix" in told(node, "peer-read", "suffix-there")
        create_database(peer.server, OTHER)
        for _ in range(2):
            for one in pair:
                one.apply()
        apply_until_joined(peer)
        apply_until_joined(node)
        remedies.did("suffix-there")
        assert is_well(node, "peer-read")
    wait_entry(node.server, add_person(peer.server, "there", OTHER))


HIDES = {
    "context-csn-hidden": ([f"to attrs=contextCSN by dn.exact=\"{ROOT_DN}\" read by * none", "to * by * read"], "access-there"),
    "entry-csn-hidden": ([f"to attrs=entryCSN by dn.exact=\"{ROOT_DN}\" read by * none", "to * by * read"], "access-there"),
    "passwords-hidden": (["to attrs=userPassword by anonymous auth by * none", "to * by * read"], "access-there"),
    "suffix-hidden": ([f"to * by dn.exact=\"{ROOT_DN}\" read by anonymous auth by * none"], "suffix-empty"),
    "read-refused": ([f"to dn.base=\"{SUFFIX}\" by dn.exact=\"{REPLICATOR}\" disclose by * read", "to * by * read"], "read-there"),
}


def hide_and_show(pair, name):
    """What is said to be hidden is shown when peers.json says so on every node, and the peer applied it."""
    node, peer = pair
    rules, code = HIDES[name]
    with ended(pair):
        peer.edit([(ldap.MOD_REPLACE, "olcAccess", rules)])
        text = told(node, "peer-read", code)
        assert f"[{name}]" in text
        pair.document["databases"][0]["access"] = True
        pair.write()
        applied = peer.apply()
        assert applied.returncode == 0, applied.stdout
        remedies.did(code)
        assert is_well(node, "peer-read")
    assert [re.sub(r"^\{\d+\}", "", rule) for rule in peer.server.values(peer.server.database_dn(), "olcAccess")][1:] == rules


@pytest.mark.remedy("access-there")
@pytest.mark.parametrize("name", ["context-csn-hidden", "entry-csn-hidden", "passwords-hidden"])
def test_what_a_peer_hides_is_shown_when_it_applied_the_line(pair, name):
    hide_and_show(pair, name)


@pytest.mark.remedy("suffix-empty")
def test_a_suffix_that_a_peer_hides_is_shown_when_it_applied_the_line(pair):
    hide_and_show(pair, "suffix-hidden")


@pytest.mark.remedy("read-there")
def test_what_a_peer_refuses_is_read_when_it_applied_the_line(pair):
    hide_and_show(pair, "read-refused")


def test_a_right_that_the_account_has_stays_where_the_line_is_applied(pair):
    """The same rule, written by hand in front of all others, would have taken it away."""
    node, peer = pair
    rules = [f"to attrs=description by dn.exact=\"{REPLICATOR}\" write by * none", "to attrs=userPassword by anonymous auth",
             "to * by * read"]
    with ended(pair):
        peer.edit([(ldap.MOD_REPLACE, "olcAccess", rules)])
        told(node, "peer-read", "access-there")
        pair.document["databases"][0]["access"] = True
        pair.write()
        peer.apply_ok()
        assert is_well(node, "peer-read")
    account = peer.server.connect()
    account.simple_bind_s(REPLICATOR, PASSWORD)
    account.modify_s(REPLICATOR, [(ldap.MOD_REPLACE, "description", b"written")])
    account.unbind_s()


@pytest.mark.remedy("limits-there")
def test_a_limit_at_a_peer_is_lifted_there_by_apply(pair):
    node, peer = pair
    for i in range(5):
        add_person(node.server, f"p{i}")
    pair.wait_in_step()
    with ended(pair):
        peer.edit([(ldap.MOD_REPLACE, "olcLimits", ["users size=2"])])
        text = told(node, "peer-limits", "limits-there")
        assert "[limited]" in text
        remedies.run(peer, text, "apply")
        remedies.did("limits-there")
        assert is_well(node, "peer-limits")


def reading(slapd_factory, program):
    """The first node is a provider, and the second one reads all of it and is none yet."""
    cluster = Cluster(slapd_factory, program, 2, modules=("syncprov",))
    node, peer = cluster
    node.server.seed()
    apply_until_joined(node)
    peer.edit([(ldap.MOD_ADD, "olcSyncrepl", syncrepl(1, node.server.ldap_uri))])
    wait_until(lambda: peer.server.context_csns() == node.server.context_csns(), "it has read everything")
    return cluster


@pytest.mark.remedy("overlay-there")
def test_a_peer_that_is_no_provider_yet_becomes_one_by_apply(slapd_factory, program):
    node, peer = cluster = reading(slapd_factory, program)
    with ended(cluster, 60):
        text = told(node, "peer-provider", "overlay-there")
        assert "[no-syncprov]" in text
        remedies.run(peer, text, "apply", statuses=(0, 3))
        apply_until_joined(peer)
        remedies.did("overlay-there")
        assert is_well(node, "peer-provider")
    wait_entry(node.server, add_person(peer.server, "there"))


@pytest.mark.remedy("server-id-there")
def test_a_peer_without_a_server_id_gets_it_by_apply(slapd_factory, program):
    node, peer = cluster = reading(slapd_factory, program)
    with ended(cluster, 60):
        peer.server.add(f"olcOverlay=syncprov,{peer.server.database_dn()}", {
            "objectClass": ["olcOverlayConfig", "olcSyncProvConfig"], "olcOverlay": "syncprov"})
        text = told(node, "peer-provider", "server-id-there")
        assert "[no-server-id]" in text
        remedies.run(peer, text, "apply", statuses=(0, 3))
        apply_until_joined(peer)
        remedies.did("server-id-there")
        assert is_well(node, "peer-provider")
    wait_entry(node.server, add_person(peer.server, "there"))


@pytest.mark.remedy("id-there")
@pytest.mark.parametrize("is_used", [False, True])
def test_a_peer_under_another_server_id_keeps_it_or_gets_its_own(pair, is_used):
    node, peer = pair
    with ended(pair, 60):
        peer.server.modify("cn=config", [(ldap.MOD_REPLACE, "olcServerID", "9")])
        if is_used:
            add_person(peer.server, "under-another-id")
            pair.wait_in_step()
        text = told(node, "peer-provider", "id-there")
        assert "[other-server-id]" in text
        planned = remedies.run(peer, text, "plan", statuses=(2, 3)).stdout
        assert ("held G5" in planned) == is_used
        if is_used:
            pair.document["peers"][1].update(remedies.line(planned, "id-of-old"))
            peer.id = 9
            pair.write()
        remedies.run(peer, text, "apply")
        remedies.did("id-there")
        apply_until_joined(node)
        assert is_well(node, "peer-provider")
    wait_entry(node.server, add_person(peer.server, "there"))

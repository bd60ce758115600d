# SPDX-License-Identifier: Apache-2.0
"""What the accounts that peers read with may see: nothing gets lost at a peer because it was hidden here (G12)."""

import io
import json
import re
import shutil
import subprocess

import ldap
import ldif
import pytest
import remedies
from cluster import Cluster, apply_until_joined
from copies import change, dump
from daemon import Daemon
from lone import Lone
from slapd import PASSWORD, ROOT_DN, SUFFIX, Database, wait_until
from test_guards import holds, is_provider, line_of_json, release

REPLICATOR = f"cn=replicator,{SUFFIX}"
FRONTEND = "olcDatabase={-1}frontend,cn=config"
DEBIAN = ["to attrs=userPassword by self write by anonymous auth by * none",
          "to attrs=description by self write by * read", "to * by * read"]
GROUP = [f'to attrs=userPassword by group.exact="cn=readers,{SUFFIX}" read by self write by anonymous auth by * none',
         "to * by * read"]
SUBTREE = [f'to dn.subtree="ou=sudo,{SUFFIX}" by dn.exact="cn=sudo,{SUFFIX}" read', "to * by * read"]
ONE_ATTRIBUTE = [f'to dn.base="cn=p1,{SUFFIX}" attrs=description by * auth', "to * by * read"]


def with_access(*values):
    return [Database(attributes={"olcAccess": list(values)})]


@pytest.fixture(name="lone")
def fixture_lone(slapd_factory, program):
    """Makes a node whose peers are away."""
    def make(*arguments, **options):
        return Lone(slapd_factory, program, *arguments, **options)
    return make


def add_people(server):
    """A person whose password and description nobody may lose, and one in a subtree of its own."""
    admin = server.admin()
    server.add(f"cn=p1,{SUFFIX}", {"objectClass": "person", "cn": "p1", "sn": "s", "userPassword": "p1-password",
                                   "description": "d"}, admin)
    server.add(f"ou=sudo,{SUFFIX}", {"objectClass": "organizationalUnit", "ou": "sudo"}, admin)
    server.add(f"cn=p2,ou=sudo,{SUFFIX}", {"objectClass": "person", "cn": "p2", "sn": "s", "userPassword": "p2-password"},
               admin)
    admin.unbind_s()


def add_known_people(server):
    """The same, and contextCSN knows of them: on 2.4 it has nothing yet of what was written since seed()."""
    add_people(server)
    if server.release.version == "2.4":
        server.save_context_csn()


def whole(server):
    """Every entry with every attribute but those of the server's own, as the rootdn sees them."""
    admin = server.admin()
    try:
        return {dn: {name: sorted(values) for name, values in entry.items()}
                for dn, entry in admin.search_s(SUFFIX, ldap.SCOPE_SUBTREE, attrlist=["*"])}
    except ldap.NO_SUCH_OBJECT:
        return {}
    finally:
        admin.unbind_s()


def touch(server, value):
    """Changes the entries: what a reader cannot see is then lost at its node."""
    admin = server.admin()
    for dn in (f"cn=p1,{SUFFIX}", f"cn=p2,ou=sudo,{SUFFIX}", REPLICATOR):
        admin.modify_s(dn, [(ldap.MOD_REPLACE, "seeAlso", [f"cn={value}".encode()])])
    admin.unbind_s()


def findings(node):
    """What plan finds about readers: (severity, code, text)."""
    return [(f["severity"], f["code"], f["text"]) for f in node.plan_json()["findings"] if f["code"].startswith("readers")]


def held_by_g12(done):
    """The one hold of a plan or apply, which must be G12's."""
    assert done.returncode == 3, done.stdout + done.stderr
    found = holds(done.stdout)
    assert {hold.guard for hold in found} == {"G12"}, done.stdout
    return found[0]


def follow_line(documented, hold):
    """Does literally what the hold says: the line into each database of peers.json."""
    key, value = line_of_json(hold)
    for database in documented.document["databases"]:
        database[key] = value
    documented.write()


def init(nodes):
    """What `syncward init` prints for these nodes: the document, and the LDIF of the account."""
    done = subprocess.run([nodes[0].program, "init", "--suffix", SUFFIX, "--peer", *(node.server.ldap_uri for node in nodes)],
                          text=True, capture_output=True, timeout=60, check=True)
    for code in ("account", "account-password"):
        remedies.printed(done.stderr, code)
        remedies.did(code)
    return json.loads(done.stdout), re.search(r"^(dn: .*\n(?:.+\n)+)", done.stderr, re.MULTILINE).group(1)


@pytest.mark.remedy("account", "account-password")
def test_with_debians_rules_the_ten_lines_bring_every_password_to_every_node(slapd_factory, program):
    """From empty databases, with the file and the account as `init` has them; these servers have no TLS."""
    cluster = Cluster(slapd_factory, program, 3, with_access(*DEBIAN))
    document, account = init(cluster.nodes)
    database, = document["databases"]
    assert database["syncrepl"].pop("starttls") == "critical"
    database["syncrepl"].update(retry="1 +", timeout=1, **{"network-timeout": 1})
    for node in cluster:
        node.write({**document, "databases": [{**database, "syncrepl": {
            **database["syncrepl"], "credentials": {"file": node.secret_file}}}], "policy": {"mode": "enforce"}})
    first = cluster[0]
    done = first.apply("--first-node", "--empty", "2,3")
    assert done.returncode == 0, done.stdout + done.stderr
    admin = first.server.admin()
    first.server.add(SUFFIX, {"objectClass": ["organization", "dcObject"], "o": "example", "dc": "example"}, admin)
    entry = re.sub("^userPassword: .*$", f"userPassword: {PASSWORD}", account, flags=re.MULTILINE)
    records = ldif.LDIFRecordList(io.StringIO(entry))
    records.parse()
    (dn, attributes), = records.all_records
    admin.add_s(dn, list(attributes.items()))
    admin.unbind_s()
    add_people(first.server)
    for node in cluster:
        apply_until_joined(node)
    cluster.wait_in_step()
    for node in cluster:
        touch(node.server, f"node{node.id}")
        cluster.wait_in_step()
    expected = whole(first.server)
    assert {dn for dn, entry in expected.items() if "userPassword" in entry} == {
        REPLICATOR, f"cn=p1,{SUFFIX}", f"cn=p2,ou=sudo,{SUFFIX}"}
    assert all(whole(node.server) == expected for node in cluster)


@pytest.mark.remedy("access")
@pytest.mark.parametrize(("access", "hidden"), [
    (DEBIAN, "userPassword"), (SUBTREE, f"entries below ou=sudo,{SUFFIX}"),
    (ONE_ATTRIBUTE, f"description of cn=p1,{SUFFIX}")], ids=["debian", "subtree", "attribute"])
def test_what_was_hidden_is_at_every_node_when_the_printed_line_was_followed(slapd_factory, program, access, hidden):
    cluster = Cluster(slapd_factory, program, 3, with_access(*access))
    first = cluster[0]
    first.server.seed()
    add_known_people(first.server)
    hold = held_by_g12(first.apply())
    assert f"may not read {hidden}: olcAccess {{0}} of the database" in hold.text
    assert not any(overlay for overlay in first.server.config() if "syncprov" in overlay)

    follow_line(cluster, hold)
    for node in cluster:
        apply_until_joined(node)
    cluster.wait_in_step()
    for node in cluster:
        touch(node.server, f"node{node.id}")
        cluster.wait_in_step()
    expected = whole(first.server)
    assert expected[f"cn=p1,{SUFFIX}"]["userPassword"] == [b"p1-password"]
    assert f"cn=p2,ou=sudo,{SUFFIX}" in expected and "userPassword" in expected[REPLICATOR]
    for node in cluster:
        assert whole(node.server) == expected
        assert node.plan().returncode == 0


@pytest.mark.remedy("readers-access")
def test_the_account_of_the_links_is_judged_beside_those_that_readers_names(slapd_factory, program):
    """The rule lets in whom "readers" names, and the nodes read with another account."""
    backup = f"cn=backup,{SUFFIX}"
    cluster = Cluster(slapd_factory, program, 2, with_access(
        f'to attrs=userPassword by self write by dn.exact="{backup}" read by anonymous auth by * none', "to * by * read"))
    cluster.document["databases"][0]["readers"] = [backup]
    cluster.write()
    first = cluster[0]
    first.server.seed()
    add_known_people(first.server)
    hold = held_by_g12(first.apply())
    assert hold.text.startswith(f"{REPLICATOR}, with which peers read") and "may not read userPassword" in hold.text
    cluster.document["databases"][0].update(remedies.line(hold.release, "readers-access"))
    cluster.write()
    for node in cluster:
        apply_until_joined(node)
    touch(cluster[1].server, "node2")
    cluster.wait_in_step()
    assert "userPassword" in whole(first.server)[f"cn=p1,{SUFFIX}"]
    assert whole(cluster[1].server) == whole(first.server)


def test_the_frontends_rules_count_and_stay_everybodys(lone):
    node = lone()
    add_known_people(node.server)
    node.server.modify(FRONTEND, [(ldap.MOD_REPLACE, "olcAccess", DEBIAN)])
    hold = held_by_g12(node.apply())
    assert "olcAccess {0} of the frontend" in hold.text
    follow_line(node, hold)
    assert node.apply().returncode == 0 and all(is_provider(node))
    person = node.server.bind(f"cn=p1,{SUFFIX}", "p1-password")
    seen = dict(person.search_s(SUFFIX, ldap.SCOPE_SUBTREE))
    assert "userPassword" in seen[f"cn=p1,{SUFFIX}"] and "userPassword" not in seen[REPLICATOR]
    assert "userPassword" in dict(node.server.bind(REPLICATOR, PASSWORD).search_s(SUFFIX, ldap.SCOPE_SUBTREE))[
        f"cn=p1,{SUFFIX}"]


def test_an_olcaccess_value_of_ones_own_ends_the_hold(lone):
    node = lone(with_access(*DEBIAN))
    held_by_g12(node.apply())
    node.server.modify(node.dn(), [(ldap.MOD_DELETE, "olcAccess", "{0}"), (ldap.MOD_ADD, "olcAccess", (
        f'{{0}}to attrs=userPassword by self write by dn.exact="{REPLICATOR}" read by anonymous auth by * none'))])
    assert node.apply().returncode == 0
    assert all(is_provider(node))


def test_the_rootdn_reads_everything(lone):
    node = lone(with_access(f'to * by dn.exact="{ROOT_DN}" read by anonymous auth'))
    node.document["databases"][0]["syncrepl"]["binddn"] = f"cn=admin,{SUFFIX}"
    node.write()
    assert node.apply().returncode == 0
    assert all(is_provider(node))


@pytest.mark.remedy("release-g12")
def test_released_the_hold_lets_go(lone):
    node = lone(with_access(*DEBIAN))
    remedies.run(node, held_by_g12(node.apply()).text, "release-g12")
    assert all(is_provider(node))


def test_a_group_holds_the_first_overlay_and_no_cluster_that_works(lone):
    node = lone(with_access(*GROUP))
    hold = held_by_g12(node.apply())
    assert "cannot be told from olcAccess {0} of the database" in hold.text
    assert node.apply("--release", "G12").returncode == 0
    node.server.modify(node.dn(), [(ldap.MOD_DELETE, node.flag, None)])
    assert node.apply().returncode == 0 and all(is_provider(node))
    assert [finding[:2] for finding in findings(node)] == [("warning", "readers-not-proven")]


def test_a_provider_that_hides_something_is_critical_until_the_line_is_followed(lone):
    node = lone(with_access("to * by * read"))
    assert node.apply().returncode == 0
    node.server.modify(node.dn(), [(ldap.MOD_REPLACE, "olcAccess", DEBIAN)])
    assert node.apply().returncode == 0
    (severity, code, text), = findings(node)
    assert (severity, code) == ("critical", "readers-denied")
    assert "may not read userPassword" in text and text.endswith('"access": true')
    with Daemon(node) as daemon:
        daemon.wait_at_rest()
        checked = node.run("check")
        assert checked.returncode == 2 and "userPassword" in checked.stdout, checked.stdout
        node.document["databases"][0]["access"] = True
        node.write()
        wait_until(lambda: not findings(node), "the finding has ended")
        wait_until(lambda: "userPassword" not in node.run("check").stdout, "check has forgotten it")


# "access" takes no right away

def test_who_may_write_still_may_when_it_reads_everything(lone):
    node = lone(with_access("to attrs=userPassword by self write by anonymous auth by * none",
                            f'to * by dn.exact="{REPLICATOR}" write by * read'))
    add_known_people(node.server)
    node.document["databases"][0]["access"] = True
    node.write()
    assert node.apply().returncode == 0
    touch_as(node.server.bind(REPLICATOR, PASSWORD), f"cn=p1,{SUFFIX}", "description")
    touch_as(node.server.bind(REPLICATOR, PASSWORD), REPLICATOR, "userPassword")
    assert "userPassword" in dict(node.server.bind(REPLICATOR, PASSWORD).search_s(SUFFIX, ldap.SCOPE_SUBTREE))[
        f"cn=p1,{SUFFIX}"]


def test_each_rule_that_hides_gets_a_value_before_it(lone):
    rules = ["to attrs=userPassword by self write by anonymous auth by * none", "to attrs=description by * none",
             "to * by users write"]
    node = lone(with_access(*rules))
    add_known_people(node.server)
    node.server.modify(node.dn(), [(ldap.MOD_ADD, "olcAccess", f'{{0}}to * by dn.exact="{ROOT_DN}" read by * break')])
    node.document["databases"][0]["access"] = True
    node.write()
    assert node.apply().returncode == 0 and node.plan().returncode == 0
    values = node.server.values(node.dn(), "olcAccess")
    assert [value.split(" by ")[0].partition("}")[2] for value in values] == [
        "to *", "to attrs=userPassword", "to attrs=userPassword", "to attrs=description", "to attrs=description", "to *"]
    assert {"userPassword", "description"} <= set(dict(node.server.bind(REPLICATOR, PASSWORD).search_s(
        SUFFIX, ldap.SCOPE_SUBTREE))[f"cn=p1,{SUFFIX}"])
    touch_as(node.server.bind(REPLICATOR, PASSWORD), f"cn=p1,{SUFFIX}", "seeAlso", b"cn=x")


def touch_as(connection, dn, attribute, value=PASSWORD.encode()):
    connection.modify_s(dn, [(ldap.MOD_REPLACE, attribute, [value])])


@pytest.mark.remedy("release-access")
def test_a_right_that_may_come_from_a_group_is_not_taken_unasked(lone):
    admins = f'to * by dn.exact="{ROOT_DN}" read by group.exact="cn=admins,{SUFFIX}" write by anonymous auth'
    node = lone(with_access(admins))
    node.document["databases"][0]["access"] = True
    node.write()
    done = node.apply()
    assert done.returncode == 3
    found = {hold.guard: hold for hold in holds(done.stdout)}
    assert set(found) == {"access", "G12"} and is_provider(node) == (False, False)
    assert remedies.unbound(found["access"].release) == remedies.unbound(found["G12"].release) == "syncward apply --release access"
    assert release(node, found["access"]).returncode == 0
    assert all(is_provider(node)) and node.plan().returncode == 0


def test_each_reader_of_a_database_counts(lone):
    other = f"cn=other,{SUFFIX}"
    node = lone(with_access(f'to * by dn.exact="{REPLICATOR}" read by dn.exact="{ROOT_DN}" read by anonymous auth'))
    node.document["databases"][0]["readers"] = [REPLICATOR, other]
    node.write()
    hold = held_by_g12(node.apply())
    assert hold.text.startswith(other)
    follow_line(node, hold)
    assert node.apply().returncode == 0
    assert [value for value in node.server.values(node.dn(), "olcAccess") if other in value and "read" in value]


def test_what_readers_may_see_is_written_before_anybody_reads(lone):
    node = lone(with_access(*DEBIAN))
    node.document["databases"][0]["access"] = True
    node.write()
    assert holds(node.plan().stdout) == []
    assert node.apply().returncode == 0
    log = [line for line in node.server.log().splitlines() if " MOD dn=" in line or " ADD dn=" in line]
    access = next(i for i, line in enumerate(log) if "{2}" in line and "MOD" in line)
    overlay = next(i for i, line in enumerate(log) if "syncprov" in line)
    assert access < overlay, log


HIDING = {
    "by_place": ['to attrs=userPassword by anonymous auth by peername.ip=192.0.2.1 read by * none', "to * by * read"],
    "by_encryption": [f'to attrs=userPassword by anonymous auth by dn.exact="{REPLICATOR}" ssf=256 read by * none',
                   "to * by * read"],
    "by_subtree": [f'to dn.children="ou=sudo,{SUFFIX}" by anonymous auth by * none', "to * by * read"],
    "compared_passwords": ["to attrs=userPassword by * compare", "to * by * read"],
    "one_attribute": ["to attrs=description by * none", "to * by * read"],
}


def copied_pair(slapd_factory, program, fill=add_people):
    """Two providers with the same copy, the second's from the first's dump, that do not read each other."""
    cluster = Cluster(slapd_factory, program, 2, [Database(backend="mdb", overlays=("syncprov",))], modules=("syncprov",))
    first, node = cluster
    for one in cluster:
        one.server.modify("cn=config", [(ldap.MOD_REPLACE, "olcServerID", str(one.id))])
    first.server.seed()
    fill(first.server)
    first.server.stop()
    records = dump(first.server)
    first.server.start()
    change(node.server, lambda _: records)
    return cluster


@pytest.mark.parametrize("name", sorted(HIDING))
def test_what_a_peer_hides_of_a_copy_is_not_lost_by_a_first_link(slapd_factory, program, name):
    """Rules that this node cannot know or judge; the copy here shows what they hide, whether it is the same as there or
    the one there has newer versions."""
    first, node = copied_pair(slapd_factory, program)
    first.edit([(ldap.MOD_REPLACE, "olcAccess", HIDING[name])])
    before = whole(node.server)
    held = held_by_g12(node.apply())
    assert first.server.ldap_uri in held.text and held.release == '"access": true', held
    assert node.syncrepl() == [] and not node.server.values(node.server.database_dn(), node.server.flag())
    shutil.rmtree(node.state_dir)  # what is seen behind the change does not go by what was seen before
    touch(first.server, "later")
    assert "held G12" in node.apply().stdout and node.syncrepl() == []
    assert whole(node.server) == before


def test_a_copy_that_a_peer_shows_whole_is_read_at_once(slapd_factory, program):
    """Also where it has newer versions, and lacks what was deleted there."""
    first, node = cluster = copied_pair(slapd_factory, program)
    admin = first.server.admin()
    admin.modify_s(f"cn=p1,{SUFFIX}", [(ldap.MOD_DELETE, "description", None)])
    admin.delete_s(f"cn=p2,ou=sudo,{SUFFIX}")
    admin.unbind_s()
    wait_until(lambda: [one.apply().returncode for one in cluster] == [0, 0], "both read each other", 60)
    wait_until(lambda: whole(node.server) == whole(first.server), "what was changed there is here")

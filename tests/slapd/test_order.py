# SPDX-License-Identifier: Apache-2.0
"""A database that was filled before there is a server ID: its entries can be deleted everywhere, whatever dies meanwhile.

slapd deletes an entry in a refresh only when contextCSN has the entry's server ID. syncprov makes it when it is added,
in memory; so overlays come first, contextCSN is on disk, and then the server ID is written.
"""

import os
import re
import time

import ldap
import pytest
import remedies
from cluster import Cluster, add_person, apply_until_joined, finish_with_writes, run_touch
from daemon import Daemon
from old_entries import assert_deletes_arrive, examined, fill, fill_people, formed_as_0_1_0_did, sids
from slapd import PASSWORD, SUFFIX, Database, syncrepl, wait_until
from whole import wait_equal

pytestmark = pytest.mark.every_release

OTHER = "dc=other,dc=org"


def server_id(node):
    return node.server.values("cn=config", "olcServerID")


def holds(done):
    return re.findall(r"^  held (\S+): (.*):\n      (.*)$", done.stdout, re.MULTILINE)


def test_old_entries_are_deleted_at_a_peer_that_was_away(slapd_factory, program):
    cluster = Cluster(slapd_factory, program, 2, [Database(backend="mdb")])  # hdb does not survive a kill here
    fill(cluster[0].server)
    finish_with_writes(cluster[0])
    assert "000" in sids(cluster[0].server.context_csns())
    apply_until_joined(cluster[1])
    cluster.wait_in_step()
    for node in cluster:
        node.assert_in_step()
        assert node.server.values(node.server.database_dn(), "olcSyncrepl")
    assert_deletes_arrive(cluster)


@pytest.mark.remedy("touch-suffix")
def test_2_4_waits_for_a_change_by_the_rootdn_and_goes_on_by_itself(slapd_factory, program):
    """Its overlay cannot be deleted, and root over ldapi may not write data."""
    cluster = Cluster(slapd_factory, program, 2, [Database(backend="mdb")])  # hdb does not survive a kill here
    node = cluster[0]
    fill(node.server)
    first = node.apply()
    if node.server.release.version != "2.4":
        assert first.returncode == 0 and server_id(node) == ["1"]
        remedies.is_not_printed(first.stdout, "touch-suffix")
        return
    (guard, text, command), = holds(first)
    assert first.returncode == 3 and guard == "order" and SUFFIX in text and server_id(node) == []
    # Nothing goes back and forth.
    writes = node.server.config_writes()
    assert holds(node.apply()) == [(guard, text, command)] and node.server.config_writes() == writes
    run_touch(node, command)
    node.apply_ok()
    assert server_id(node) == ["1"]
    overlay = node.server.search(node.server.database_dn(), "(objectClass=olcSyncProvConfig)", ["1.1"])[0][0]
    assert node.server.values(overlay, "olcSpCheckpoint") == ["100 10"]
    node.assert_in_step()
    node.server.kill()
    node.server.start()
    assert "000" in sids(node.server.context_csns())


@pytest.mark.turns(3)
@pytest.mark.parametrize("n_steps", range(1, 8))
def test_slapd_and_syncward_killed_after_each_step_of_the_set_up(slapd_factory, program, n_steps):
    """The step is done, nobody did more, and nothing was saved that slapd does not save by itself."""
    cluster = Cluster(slapd_factory, program, 2, [Database(backend="mdb")])  # hdb does not survive a kill here
    # Not about indices: one that slapd 2.4 was building when it was killed misses entries for good.
    cluster.document["databases"][0]["index"] = False
    cluster.write()
    node = cluster[0]
    fill(node.server)
    steps = node.plan_json()["steps"]
    writes = [step for step in steps if step["op"] != "search"]
    for step in writes[:n_steps]:
        do(node, step)
    node.server.kill()
    node.server.tool("test", "-u")
    node.server.start()
    finish_with_writes(node)
    assert server_id(node) == ["1"]
    node.server.kill()
    node.server.start()
    assert "000" in sids(node.server.context_csns())
    apply_until_joined(cluster[1])
    cluster.wait_in_step()
    assert_deletes_arrive(cluster)


def test_a_change_by_any_client_lets_2_4_go_on(slapd_factory, program):
    cluster = Cluster(slapd_factory, program, 2, [Database(backend="mdb")])
    node = cluster[0]
    fill(node.server)
    assert node.apply().returncode == (3 if node.server.release.version == "2.4" else 0)
    time.sleep(2.1)  # what the overlay made itself is of the second in which it was added
    add_person(node.server, "a-client-s")
    node.apply_ok()
    assert server_id(node) == ["1"]
    node.server.kill()
    node.server.start()
    assert "000" in sids(node.server.context_csns())


def test_an_overlay_that_peers_read_through_is_not_deleted(slapd_factory, program):
    """2.6.10 dies of it now and then, when a client writes at that moment. A provider becomes one of several."""
    cluster = Cluster(slapd_factory, program, 2, [Database(backend="mdb", overlays=("syncprov",))])
    node, other = cluster
    fill(node.server)
    other.edit([(ldap.MOD_ADD, "olcSyncrepl", syncrepl(1, node.server.ldap_uri, timeout=1))])
    cluster.wait_in_step()
    time.sleep(2.1)
    add_person(node.server, "later")
    first = node.apply()
    assert first.returncode == 3 and server_id(node) == [], first.stdout
    time.sleep(2.1)
    add_person(node.server, "later-still")
    node.apply_ok()
    assert server_id(node) == ["1"] and not node.server.log_count('DEL dn="olcOverlay')
    node.server.kill()
    node.server.start()
    assert "000" in sids(node.server.context_csns())


def test_an_overlay_that_went_for_contextcsn_comes_back_when_that_is_not_seen(slapd_factory, program):
    """Without it nobody can read from here."""
    hides = [f'to attrs=contextCSN by dn.exact="cn=replicator,{SUFFIX}" read by * none', "to * by * read"]
    cluster = Cluster(slapd_factory, program, 2, [Database(backend="mdb", attributes={"olcAccess": hides})])
    node = cluster[0]
    fill(node.server)
    done = node.apply()
    deleted = node.server.log_count('DEL dn="olcOverlay')
    assert deleted == (0 if node.server.release.version == "2.4" else 1)
    assert done.returncode == (1 if deleted else 3) and server_id(node) == [], done.stdout + done.stderr
    assert not deleted or "is not on disk, although its overlay was deleted" in done.stderr
    (overlay, found), = node.server.search(node.server.database_dn(), "(objectClass=olcSyncProvConfig)")
    assert "olcSpCheckpoint" in found, overlay


def do(node, step):
    """One step of a plan as JSON, by hand."""
    values = {mod["attribute"]: [value.encode() for value in mod["values"]] for mod in step["mods"]}
    root = node.server.root
    if step["op"] == "add":
        root.add_s(step["dn"], list(values.items()))
    elif step["op"] == "delete":
        root.delete_s(step["dn"])
    else:
        kinds = {"add": ldap.MOD_ADD, "delete": ldap.MOD_DELETE, "replace": ldap.MOD_REPLACE}
        root.modify_s(step["dn"], [
            (kinds[mod["op"]], mod["attribute"],
             [value.replace("********", PASSWORD).encode() for value in mod["values"]] or None) for mod in step["mods"]])


def test_a_held_overlay_of_one_database_holds_the_server_id_for_all(slapd_factory, program):
    cluster = Cluster(slapd_factory, program, 2, [Database(), Database(suffix=OTHER)])
    cluster.document["databases"][1]["rid_offset"] = 100
    cluster.document["databases"][1]["syncprov"] = False
    cluster.write()
    node = cluster[0]
    for database in node.server.databases:
        fill(node.server, database)
    done = node.apply()
    assert done.returncode == 3 and server_id(node) == []
    assert any(guard == "order" and OTHER in text and "syncprov" in text for guard, text, _ in holds(done))
    # Its clients may write on: no consumer without the flag.
    add_person(node.server, "four")
    assert node.syncrepl() == [] and node.syncrepl(OTHER) == []
    writes = node.server.config_writes()
    assert node.apply().returncode == 3 and node.server.config_writes() == writes
    del cluster.document["databases"][1]["syncprov"]
    cluster.write()
    finish_with_writes(node)
    assert server_id(node) == ["1"]
    for database in node.server.databases:
        assert "000" in sids(node.server.context_csns(database.suffix))
    node.server.kill()
    node.server.start()
    for database in node.server.databases:
        assert "000" in sids(node.server.context_csns(database.suffix))


@pytest.mark.remedy("overlay-first")
def test_where_the_overlay_is_others_the_server_id_follows_it(slapd_factory, program):
    cluster = Cluster(slapd_factory, program, 2, [Database(backend="mdb")], modules=("syncprov",))
    cluster.document["databases"][0]["syncprov"] = False
    cluster.write()
    node = cluster[0]
    fill(node.server)
    (_, text, _) = [hold for hold in holds(node.apply()) if hold[0] == "order"][0]
    remedies.printed(text, "overlay-first")
    node.server.add("olcOverlay=syncprov," + node.server.database_dn(), {
        "objectClass": ["olcOverlayConfig", "olcSyncProvConfig"], "olcOverlay": "syncprov", "olcSpCheckpoint": "1 1"})
    remedies.did("overlay-first")
    time.sleep(2.1)
    add_person(node.server, "later")
    node.apply_ok()
    assert server_id(node) == ["1"]


def test_an_empty_database_that_joins_does_not_hold_the_server_id(slapd_factory, program):
    cluster = Cluster(slapd_factory, program, 2, [Database(), Database(suffix=OTHER)])
    cluster.document["databases"][1]["rid_offset"] = 100
    cluster.write()
    node = cluster[0]
    fill(node.server)
    done = finish_with_writes(node, (0, 3))
    assert server_id(node) == ["1"], done.stdout
    assert {guard for guard, _, _ in holds(done)} == {"joining"}


def test_an_overlay_that_was_there_first_comes_back_as_it_was(slapd_factory, program):
    """Between others, with settings that are not ours."""
    cluster = Cluster(slapd_factory, program, 2, modules=("syncprov", "memberof", "unique"))
    node = cluster[0]
    database = node.server.database_dn()
    for name in ("memberof", "syncprov", "unique"):
        more = {"objectClass": ["olcOverlayConfig", "olcSyncProvConfig"], "olcSpNoPresent": "FALSE",
                "olcSpReloadHint": "TRUE"} if name == "syncprov" else {"objectClass": ["olcOverlayConfig"]}
        node.server.add(f"olcOverlay={name},{database}", {**more, "olcOverlay": name})
    fill(node.server)
    before = {dn: {name: values for name, values in entry.items() if name.startswith("olc")}
              for dn, entry in node.server.config().items() if dn.startswith("olcOverlay=")}
    finish_with_writes(node)
    assert server_id(node) == ["1"]
    after = {dn: {name: values for name, values in entry.items() if name.startswith("olc") and name != "olcSpCheckpoint"}
             for dn, entry in node.server.config().items() if dn.startswith("olcOverlay=")}
    assert after == before
    node.server.kill()
    node.server.start()
    assert "000" in sids(node.server.context_csns())


def test_a_server_id_changed_by_release_has_the_old_one_on_disk(slapd_factory, program):
    """What was written under it is deleted by it."""
    cluster = Cluster(slapd_factory, program, 2, [Database(backend="mdb")])  # hdb does not survive a kill here
    node = cluster[0]
    node.server.modify("cn=config", [(ldap.MOD_REPLACE, "olcServerID", "7")])
    fill(node.server)
    finish_with_writes(node, words=("--release", "G5"))
    assert server_id(node) == ["1"]
    node.server.kill()
    node.server.start()
    assert "007" in sids(node.server.context_csns())


def released(node, guards):
    """Once where contextCSN has to wait for a change, and once more behind it, as it is printed; beside a daemon."""
    told = node.apply("--release", guards).stdout
    if "order" in told:
        with Daemon(node) as daemon:
            wait_until(lambda: daemon.last_pass()[0] >= 1, "the daemon has looked")
            daemon.wait_at_rest()
            node.server.admin().modify_s(SUFFIX, [(ldap.MOD_REPLACE, "description", b"a client's change")])
            daemon.reload()
            daemon.wait_at_rest()
        again = re.search(r"`(syncward apply --release [^`]*)` goes on", told)
        assert again and again[1].endswith(guards), told
        told = remedies.run(node, again[1]).stdout
    return told


@pytest.mark.remedy("release-again")
def test_ids_that_are_exchanged_by_release_are_so_beside_daemons(slapd_factory, program):
    """What the first release made ready was undone by the daemon, and the second one began anew, without end."""
    cluster = Cluster(slapd_factory, program, 3, [Database(backend="mdb", overlays=("syncprov",))]).form_by_hand()
    cluster.be_seen_to_work()
    for node in cluster:
        add_person(node.server, f"by-{node.id}")
    cluster.wait_in_step()
    one, two = cluster.document["peers"][1:]
    one["id"], two["id"] = two["id"], one["id"]
    cluster.nodes[1].id, cluster.nodes[2].id = 3, 2
    cluster.write()
    for node in cluster:
        node.apply()
    for node in cluster.nodes[1:]:
        released(node, "G5,G11")
        assert server_id(node) == [str(node.id)]
    remedies.did("release-again")
    assert cluster[1].server.values("olcOverlay={0}syncprov," + cluster[1].server.database_dn(), "olcSpCheckpoint") == ["100 10"]
    for node in cluster:
        add_person(node.server, f"then-by-{node.id}")
    wait_equal(cluster.nodes)


@pytest.mark.remedy("release-order")
def test_release_order_writes_the_server_id_at_once(slapd_factory, program):
    cluster = Cluster(slapd_factory, program, 2, [Database(backend="mdb")])  # hdb does not survive a kill here
    cluster.document["databases"][0]["syncprov"] = False
    cluster.write()
    node = cluster[0]
    fill(node.server)
    # The flag waits for an overlay that is not ours as well: nobody could read what clients write here.
    command, = {hold[2] for hold in holds(node.apply()) if hold[0] == "order"}
    assert node.syncrepl() == []
    remedies.run(node, command)
    assert server_id(node) == ["1"] and len(node.syncrepl()) == 1


def test_without_the_remedy_a_delete_does_not_arrive(slapd_factory, program):
    """The control: what the check warns of."""
    cluster = formed_as_0_1_0_did(slapd_factory, program)
    cluster[0].server.stop()
    connection = cluster[1].server.admin()
    connection.delete_s(f"cn=two,{SUFFIX}")
    connection.unbind_s()
    cluster[0].server.start()
    cluster.wait_in_step()
    assert cluster[0].server.entries(f"cn=two,{SUFFIX}")


@pytest.mark.remedy("root-limits")
def test_entries_that_root_may_not_see_are_not_taken_for_good(slapd_factory, program):
    cluster = formed_as_0_1_0_did(slapd_factory, program)
    node = cluster[0]
    node.edit([(ldap.MOD_REPLACE, "olcLimits", "* size=2")])  # the account of the links sees no more than root
    severity, text = examined(node)
    assert severity == "unknown" and "not checked" in text, text
    name, value = remedies.attribute(text, "root-limits")
    node.edit([(ldap.MOD_REPLACE, name, [value, "* size=2"])])
    assert "not checked" not in examined(node)[1], node.server.values(node.server.database_dn(), "olcLimits")


def test_entries_newer_than_a_context_csn_of_former_times_are_deleted_at_a_peer_that_was_away(slapd_factory, program):
    """A server that once had the overlay, or was loaded with contextCSN, and was written to since: the overlay takes the
    value of then for the newest."""
    cluster = Cluster(slapd_factory, program, 2, [Database(backend="mdb")])
    server = cluster[0].server
    server.add_seed()
    server.save_context_csn()
    time.sleep(1.1)
    fill_people(server)
    finish_with_writes(cluster[0])
    apply_until_joined(cluster[1])
    cluster.wait_in_step()
    assert_deletes_arrive(cluster)


def test_where_a_limit_cuts_what_is_newer_nothing_is_known_to_be_covered(slapd_factory, program):
    """Entries of others come first, and the server shows root five of all."""
    cluster = Cluster(slapd_factory, program, 2, [Database(backend="mdb")])
    node = cluster[0]
    server = node.server
    server.add_seed()
    server.save_context_csn()
    path = os.path.join(server.directory, "newer.ldif")
    names = [(f"other{i}", "002") for i in range(20)] + [("own", "000")]
    with open(path, "w", encoding="ascii") as file:
        file.writelines(f"dn: cn={name},{SUFFIX}\nobjectClass: organizationalRole\ncn: {name}\n"
                        f"entryCSN: 20991231235959.000000Z#000000#{sid}#000000\n\n" for name, sid in names)
    server.stop()
    server.tool("add", "-b", SUFFIX, "-l", path)
    server.start()
    server.modify(server.database_dn(), [(ldap.MOD_REPLACE, "olcSizeLimit", "5")])
    done = node.apply()
    assert done.returncode == 3 and "order" in [guard for guard, _, _ in holds(done)], done.stdout + done.stderr
    assert server_id(node) == []

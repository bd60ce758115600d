# SPDX-License-Identifier: Apache-2.0
"""When something is held instead of applied: what is not written, what goes ahead, what a person reads.

tests/guards/NAME.txt is what `plan` prints. The last line of each hold is the literal command or line of
peers.json that ends it; the tests do exactly that.
"""

import contextlib
import hashlib
import json
import os
import re
import shutil
import socket
import time
from collections import namedtuple

import ldap
import pytest
import remedies
from cluster import add_person, finish_with_writes
from lone import Lone, check_golden
from slapd import PASSWORD, ROOT_DN, SUFFIX, Database, SlapdFailed, hold_port
from slapd_ldif import syncrepl

GOLDEN = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "guards")
OTHER = "dc=other,dc=org"

Held = namedtuple("Held", "guard text release")


@pytest.fixture(name="lone")
def fixture_lone(slapd_factory, program):
    """Makes a node whose peers are away."""
    def make(*arguments, **options):
        return Lone(slapd_factory, program, *arguments, **options)
    return make


def holds(output):
    """The holds in what plan or apply prints."""
    return [Held(*found) for found in re.findall(r"^  held (\S+): (.*):\n      (.*)$", output, re.MULTILINE)]


def planned(node, name):
    """plan must say what tests/guards/NAME.txt says, hold something, and write nothing; returns the holds."""
    before = node.server.config_writes()
    done = node.plan()
    assert done.returncode == 3, done.stdout + done.stderr
    check_golden(os.path.join(GOLDEN, name + ".txt"), node.normal(done.stdout), node.server.release)
    assert node.server.config_writes() == before
    return holds(done.stdout)


def held(node, name, guard):
    """plan and apply hold one thing; returns it. A second apply writes nothing and holds the same."""
    expected = planned(node, name)
    assert [hold.guard for hold in expected] == [guard]
    done = node.apply()
    assert done.returncode == 3, done.stdout + done.stderr
    assert holds(done.stdout) == expected
    before = node.server.config_writes()
    again = node.apply()
    assert again.returncode == 3 and holds(again.stdout) == expected, again.stdout + again.stderr
    assert node.server.config_writes() == before
    return expected[0]


def held_whole(node, name, guard):
    """held(), and nothing at all may be written."""
    before = node.server.config_writes()
    hold = held(node, name, guard)
    assert node.server.config_writes() == before
    return hold


def release(node, hold):
    """Runs exactly the command that a hold ends with."""
    return remedies.run(node, hold.release, statuses=None)


def line_of_json(hold):
    """The key and value that a hold wants in peers.json."""
    (key, value), = remedies.line(hold.release).items()
    return key, value


def in_step(node):
    node.apply_ok()
    node.assert_in_step()


def foreign(node, i, rid=None):
    """A provider by hand that peers.json does not list."""
    node.edit([(ldap.MOD_ADD, "olcSyncrepl", node.value(i, rid=f"{rid or i:03}"))])


def has_value(node, uri):
    return any(f"provider={uri} " in value or f'provider="{uri}"' in value for value in node.syncrepl())


def is_provider(node):
    """The overlay and the flag are there."""
    return (any("olcOverlay" in dn and "syncprov" in dn for dn in node.server.config()),
            node.server.values(node.dn(), node.flag) == ["TRUE"])


# G1: slapd would not start again

def slashed(lone):
    """A node whose listener is the URL of peers.json but for a slash: the list form would not be safe."""
    node = lone(seed=False)
    node.server.stop()
    node.server.listeners[1] += "/"
    node.server.start()
    node.server.seed()
    node.document["server_id"] = "list"
    node.write()
    return node


@pytest.mark.remedy("server-id-auto")
def test_a_list_that_names_no_listener_is_not_written(lone):
    node = slashed(lone)
    node.server.modify("cn=config", [(ldap.MOD_REPLACE, "olcServerID", "1")])
    hold = held(node, "g1-list", "G1")
    assert node.server.values("cn=config", "olcServerID") == ["1"]
    assert len(node.syncrepl()) == 2 and is_provider(node) == (True, True)
    refused = node.apply("--release", "G1")
    assert refused.returncode == 64 and "G1" in refused.stderr
    key, value = line_of_json(hold)
    node.document[key] = value
    node.write()
    in_step(node)
    node.server.restart()


def test_without_a_server_id_nothing_makes_it_a_provider(lone):
    node = slashed(lone)
    hold, = planned(node, "g1-list-no-id")
    for _ in range(2):
        assert holds(node.apply().stdout) == [hold]
    assert node.server.values("cn=config", "olcServerID") == []
    assert node.syncrepl() == [] and is_provider(node) == (False, False)
    add_person(node.server, "clients-still-write")


@pytest.mark.remedy("listener")
def test_a_list_that_names_no_listener_is_written_when_slapd_has_it(lone):
    node = slashed(lone)
    node.server.modify("cn=config", [(ldap.MOD_REPLACE, "olcServerID", "1")])
    hold, = [hold for hold in holds(node.apply().stdout) if hold.guard == "G1"]
    uri = re.search(r"contains (\S+)$", remedies.printed(hold.text, "listener"))[1]
    remedies.did("listener")
    node.server.stop()
    node.server.listeners[1] = uri
    node.server.start()
    in_step(node)
    assert len(node.server.values("cn=config", "olcServerID")) == 3
    node.server.restart()


def test_a_list_that_names_a_listener_is_written(lone):
    node = lone()
    node.document["server_id"] = "list"
    node.write()
    in_step(node)
    assert node.server.values("cn=config", "olcServerID") == [f"{i} {node.uri(i)}" for i in (1, 2, 3)]
    node.server.restart()
    in_step(node)


# G2, G3: a file that does not speak of this node, or of nothing

@pytest.mark.remedy("peer-line")
def test_a_node_that_is_not_listed_is_left_alone(lone):
    node = lone()
    node.id = 9
    line = remedies.line(held_whole(node, "g2-not-listed", "G2").release, "peer-line")
    assert line["id"] == 4 and line["uri"].startswith("ldap://")
    node.document["peers"].append(line)
    node.id = 4
    node.document["peers"][0]["uri"] = "ldap://127.0.0.9:9"  # the first peer was this server in the test
    node.write()
    assert "G2" not in {hold.guard for hold in holds(node.apply().stdout)}
    assert len(node.syncrepl()) == 3


def test_a_node_that_is_not_listed_is_offered_the_server_id_that_it_has(lone):
    """Under another one G5 would hold it; an id that a peer has is offered to nobody."""
    node = lone([Database(backend="mdb", overlays=("syncprov",))], seed=False, global_attributes={"olcServerID": "7"})
    node.server.seed()
    node.id = 9
    hold, = holds(node.plan().stdout)
    assert remedies.line(hold.release, "peer-line")["id"] == 7
    node.document["peers"][2]["id"] = 7
    node.write()
    hold, = holds(node.plan().stdout)
    assert remedies.line(hold.release, "peer-line")["id"] == 3


@pytest.mark.parametrize("key", ["peers", "databases"])
def test_an_empty_file_ends_nothing(lone, key):
    node = lone()
    in_step(node)
    kept, node.document[key] = node.document[key], []
    node.write()
    hold = held_whole(node, "g3-no-" + key, "G3")
    if key == "peers":
        assert remedies.line(hold.release, "peer-line")["id"] == 1
    else:
        assert hold.release.startswith('{ "suffix": "dc=example,dc=org"')
    node.document[key] = kept
    node.write()
    in_step(node)


# G4: removals

def test_a_provider_that_was_there_before_stays_until_released(lone):
    node = lone()
    foreign(node, 9)
    # It read from somebody before we came: whether that refresh is complete cannot be asked now.
    joining, hold, order = planned(node, "g4-before-us")
    assert (hold.guard, joining.guard, order.guard) == ("G4", "joining", "order")
    assert node.apply().returncode == 3
    assert has_value(node, node.uri(9)) and len(node.syncrepl()) == 1
    assert is_provider(node) == (False, False)
    # Without it this node would be alone, and open to clients although it must read first.
    done = release(node, hold)
    assert has_value(node, node.uri(9)) and is_provider(node) == (False, False), done.stdout
    assert any(words in done.stdout for words in ("the last provider of dc=example,dc=org stays", "held G6")), done.stdout
    done = release(node, joining)
    assert done.returncode == 3 and len(node.syncrepl()) == 3 and is_provider(node)[0], done.stdout
    done = node.apply("--release", "G4,G6")  # 2.4 does not tell that the link is down
    assert not has_value(node, node.uri(9)) and len(node.syncrepl()) == 2, done.stdout
    done = node.apply("--release", "joining,order")
    assert done.returncode == 0 and is_provider(node) == (True, True), done.stdout


@pytest.mark.remedy("peer-keep")
def test_a_provider_from_before_stays_for_good_when_the_file_says_so(lone):
    node = lone()
    foreign(node, 9)
    node.edit([(ldap.MOD_ADD, node.flag, "TRUE")])
    hold, = holds(node.apply().stdout)
    node.document["policy"].update(remedies.line(hold.text, "peer-keep"))
    node.write()
    in_step(node)
    assert has_value(node, node.uri(9))


def test_a_provider_from_before_stays_foreign_once_in_step(lone):
    node = lone()
    foreign(node, 9)
    node.edit([(ldap.MOD_ADD, node.flag, "TRUE")])
    hold = held(node, "g4-before-us-in-step", "G4")
    assert has_value(node, node.uri(9)) and len(node.syncrepl()) == 3
    assert is_provider(node) == (True, True)
    # What comes later is drift, and goes at once.
    foreign(node, 8)
    assert node.apply().returncode == 3
    assert not has_value(node, node.uri(8)) and has_value(node, node.uri(9))
    assert release(node, hold).returncode == 0
    assert not has_value(node, node.uri(9)) and len(node.syncrepl()) == 2
    node.assert_in_step()


def test_what_keep_names_stays_without_a_hold_even_with_the_rid_of_a_peer(lone):
    node = lone()
    foreign(node, 9, rid=3)
    node.edit([(ldap.MOD_ADD, node.flag, "TRUE")])
    node.document["policy"]["keep"] = [node.uri(9) + "/"]
    node.write()
    hold = held(node, "rid-clash-with-kept", "rid-clash")
    assert has_value(node, node.uri(9)) and has_value(node, node.uri(2)) and not has_value(node, node.uri(3))
    key, value = line_of_json(hold)
    node.document["peers"][2][key] = value
    node.write()
    in_step(node)
    assert all(has_value(node, node.uri(i)) for i in (2, 3, 9))


@pytest.mark.remedy("release-g4")
def test_more_removals_than_max_removals_are_held_together(lone):
    node = lone()
    in_step(node)
    foreign(node, 8)
    foreign(node, 9)
    node.edit([(ldap.MOD_DELETE, "olcDbIndex", None)])
    hold = held(node, "g4-too-many", "G4")
    assert has_value(node, node.uri(8)) and has_value(node, node.uri(9))
    assert node.server.values(node.dn(), "olcDbIndex")  # what is not concerned goes ahead
    assert release(node, hold).returncode == 0
    assert len(node.syncrepl()) == 2
    node.assert_in_step()
    foreign(node, 8)  # one is drift
    in_step(node)


def test_the_last_provider_is_held(lone):
    node = lone(n_peers=2)
    in_step(node)
    del node.document["peers"][1]
    node.write()
    hold = held(node, "g4-last", "G4")
    assert has_value(node, node.uri(2)) and is_provider(node) == (True, True)
    assert release(node, hold).returncode == 0
    assert node.syncrepl() == [] and node.server.values(node.dn(), node.flag) == []
    node.assert_in_step()
    node.server.restart()


def test_a_lone_node_that_still_reads_from_a_kept_provider_keeps_taking_writes(lone):
    node = lone(n_peers=2)
    in_step(node)
    foreign(node, 9)
    del node.document["peers"][1]
    node.document["policy"]["keep"] = [node.uri(9)]
    node.write()
    done = node.apply("--release", "G4")
    assert done.returncode == 0, done.stdout + done.stderr
    assert not has_value(node, node.uri(2)) and has_value(node, node.uri(9))
    assert node.server.values(node.dn(), node.flag) == ["TRUE"]
    node.assert_in_step()


# G5: the server ID under which this database was written

def with_used_id(lone):
    """A node whose database was written under server ID 7."""
    node = lone([Database(backend="mdb", overlays=("syncprov",))], seed=False, global_attributes={"olcServerID": "7"})
    node.server.seed()
    return node


@pytest.mark.remedy("id-of-old")
def test_a_used_server_id_that_no_peer_has_may_stay(lone):
    node = with_used_id(lone)
    hold, = holds(node.plan().stdout)
    node.document["peers"][0].update(remedies.line(hold.text, "id-of-old"))
    node.id = 7
    node.write()
    in_step(node)
    assert node.server.values("cn=config", "olcServerID") == ["7"] and is_provider(node) == (True, True)


@pytest.mark.remedy("id-exchanged")
def test_a_used_server_id_that_a_peer_has_is_not_offered(lone):
    node = with_used_id(lone)
    node.document["peers"][2]["id"] = 7
    node.write()
    hold, = holds(node.plan().stdout)
    assert hold.guard == "G5" and '"id": 7' not in hold.text
    assert remedies.printed(hold.text, "id-exchanged").startswith(node.uri(3))
    remedies.did("id-exchanged")
    one, other = node.document["peers"][0], node.document["peers"][2]
    one["id"], other["id"] = other["id"], one["id"]
    node.id = 7
    node.write()
    in_step(node)


@pytest.mark.every_release
@pytest.mark.remedy("release-g5", "restart-slapd")
def test_a_used_server_id_does_not_change(lone):
    node = with_used_id(lone)
    assert "#007#" in str(node.server.context_csns())
    hold, = planned(node, "g5-used-id")
    assert hold.guard == "G5"
    assert holds(node.apply().stdout) == [hold]
    assert node.server.values("cn=config", "olcServerID") == ["7"]
    assert node.syncrepl() == [] and is_provider(node) == (True, False)
    add_person(node.server, "clients-still-write")
    # An earlier release of syncward wrote them: the flag still waits for the server ID, not for a refresh.
    node.edit([(ldap.MOD_ADD, "olcSyncrepl", [node.value(i) for i in (2, 3)])])
    assert holds(node.apply().stdout) == [hold]
    done = release(node, hold)
    assert "held G5" not in done.stdout
    order = [found for found in holds(done.stdout) if found.guard == "order"]
    # It was closed to clients, and only a stop writes contextCSN now: always on 2.4, and where the client wrote more
    # than a second after the overlay was added.
    if order:
        remedies.printed(order[0].text, "restart-slapd")
        node.server.stop()
        time.sleep(1.1)
        node.server.start()
        remedies.did("restart-slapd")
        assert order[0].release == remedies.unbound(hold.release)  # once more
        release(node, order[0])
    else:
        assert node.server.release.version != "2.4"
        remedies.is_not_printed(done.stdout, "restart-slapd")
    assert node.server.values("cn=config", "olcServerID") == ["1"]


# G7: the revision

@pytest.mark.remedy("revision")
@pytest.mark.parametrize("revision", [12, None])
def test_the_revision_that_g7_asks_for_is_taken(lone, revision):
    node = lone()
    node.document["revision"] = 12
    node.write()
    in_step(node)
    node.document["databases"][0]["syncrepl"]["timeout"] = 2
    node.document["revision"] = revision
    if not revision:
        del node.document["revision"]
    node.write()
    hold, = holds(node.plan().stdout)
    node.document.update(remedies.line(hold.text, "revision"))
    node.write()
    in_step(node)
    assert all("timeout=2" in value for value in node.syncrepl())


@pytest.mark.remedy("release-g7")
@pytest.mark.parametrize("name", ["g7-lower", "g7-other-content", "g7-missing"])
def test_a_revision_that_does_not_go_forward_is_refused(lone, name):
    node = lone()
    node.document["revision"] = 12
    node.write()
    in_step(node)
    if name == "g7-lower":
        node.document["revision"] = 11
    if name == "g7-missing":
        del node.document["revision"]
    node.document["databases"][0]["syncrepl"]["timeout"] = 2
    node.write()
    hold = held_whole(node, name, "G7")
    assert release(node, hold).returncode == 0
    assert all("timeout=2" in value for value in node.syncrepl())
    # Once: what was released is in force now; a file without a revision stays one to be asked about.
    assert node.apply().returncode == (3 if name == "g7-missing" else 0)


def test_what_0_1_0_remembered_of_a_file_with_a_password_is_that_file(lone):
    """Its digest was of the text that it printed, in which the session log had a default."""
    node = lone()
    node.document["revision"] = 12
    node.document["databases"][0]["syncrepl"]["credentials"] = PASSWORD
    node.write()
    in_step(node)
    path = os.path.join(node.state_dir, "revision.json")
    with open(path, encoding="utf-8") as file:
        kept = json.load(file)
    shown = node.run("validate", "--show").stdout
    former = shown.replace('"checkpoint": "100 10"', '"checkpoint": "100 10",\n        "sessionlog": 1000')
    assert former != shown
    for text, status in ((former, 0), (shown, 3)):
        kept["sha256"] = hashlib.sha256(text.encode()).hexdigest()
        with open(path, "w", encoding="utf-8") as file:
            json.dump(kept, file)
        assert node.apply().returncode == status, text


def test_a_file_that_g7_refuses_does_not_become_the_one_in_force(lone):
    node = lone()
    for revision, status in ((12, 0), (11, 3), (11, 3), (12, 0), (13, 0), (12, 3)):
        node.document["revision"] = revision
        node.write()
        assert node.apply().returncode == status, revision


# G8: cn=config is replicated

def load_anew(node, change):
    """The output of slapcat -n 0, changed, into an empty slapd.d, while slapd is stopped."""
    path = os.path.join(node.folder, "config.ldif")
    text = change(node.server.tool("cat", "-n", "0").stdout)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    shutil.rmtree(node.server.config_dir)
    os.mkdir(node.server.config_dir)
    node.server.tool("add", "-n", "0", "-l", path)


@pytest.mark.remedy("config-alone")
def test_a_replicated_cn_config_is_only_watched(lone):
    node = lone()
    config = "olcDatabase={0}config,cn=config"
    node.server.modify(config, [
        (ldap.MOD_ADD, "olcSyncrepl", f"rid=500 provider={node.uri(2)} searchbase=cn=config bindmethod=simple "
         "type=refreshAndPersist retry=\"60 +\" timeout=1 network-timeout=1"), (ldap.MOD_ADD, node.flag, "TRUE")])
    hold = held_whole(node, "g8-config-replicated", "G8")
    remedies.run(node, hold.release)
    assert node.server.values(config, "olcSyncrepl") == node.server.values(config, node.flag) == []
    in_step(node)


@pytest.mark.every_release
@pytest.mark.remedy("config-alone-stopped", "config-alone-stopped-flag", "config-alone-2.4")
@pytest.mark.parametrize("flag", [None, "FALSE"])
def test_a_read_only_copy_of_cn_config_is_freed_with_slapd_stopped(lone, flag):
    """slapd answers 53 to root and rootdn alike: what is printed for a provider would not work there."""
    node = lone()
    config = "olcDatabase={0}config,cn=config"
    node.server.modify(config, [
        (ldap.MOD_ADD, "olcSyncrepl", f"rid=500 provider={node.uri(2)} searchbase=cn=config bindmethod=simple "
         "type=refreshAndPersist retry=\"60 +\" timeout=1 network-timeout=1"),
        *([(ldap.MOD_ADD, node.flag, flag)] if flag else [])])
    with pytest.raises(ldap.UNWILLING_TO_PERFORM):
        node.server.modify(config, [(ldap.MOD_DELETE, "olcSyncrepl", None)])
    hold = held_whole(node, "g8-config-read-only" + ("-flag" if flag else ""), "G8")
    assert "with slapd stopped" in hold.text and "OpenLDAP 2.4 has no slapmodify" in hold.text
    node.server.stop()
    if node.server.release.number < (2, 5):
        remedies.printed(hold.text, "config-alone-2.4")
        load_anew(node, lambda dump: "\n\n".join(
            re.sub(r"(?m)^(?:olcSyncrepl|olcMirrorMode):.*\n(?: .*\n)*", "", entry)
            if entry.startswith("dn: " + config.partition(",")[0]) else entry for entry in dump.split("\n\n")))
    else:
        remedies.run(node, hold.release)
    for code in ("config-alone-stopped", "config-alone-stopped-flag", "config-alone-2.4"):
        remedies.did(code)  # each is one of the runs
    node.server.start()
    assert node.server.values(config, "olcSyncrepl") == []
    in_step(node)


# access

def test_a_server_without_access_rules_needs_none(lone):
    node = lone()
    node.document["databases"][0]["access"] = True
    node.write()
    in_step(node)
    assert node.server.values(node.dn(), "olcAccess") == [] and is_provider(node) == (True, True)


def test_with_a_rule_there_access_is_put_in_front(lone):
    rule = f'to * by dn.exact="{ROOT_DN}" read by users search by anonymous auth'
    node = lone([Database(backend="mdb", attributes={"olcAccess": ["{0}" + rule]})])
    node.document["databases"][0]["access"] = True
    node.write()
    in_step(node)
    assert node.server.values(node.dn(), "olcAccess") == [
        f'{{0}}to * by dn.exact="cn=replicator,{SUFFIX}" read by * break', "{1}" + rule]


# rid-clash

@pytest.mark.remedy("peer-rid")
def test_a_rid_that_a_held_provider_has_is_given_to_nobody(lone):
    node = lone()
    node.edit([(ldap.MOD_ADD, "olcSyncrepl", [node.value(9, rid="003"), node.value(3, rid="007")]),
               (ldap.MOD_ADD, node.flag, "TRUE")])
    expected = planned(node, "rid-clash")
    assert [hold.guard for hold in expected] == ["G4", "rid-clash"]
    assert node.apply().returncode == 3
    rids = [re.search(r"rid=\"?(\d+)", value).group(1) for value in node.syncrepl()]
    assert sorted(rids) == ["002", "003", "007"]  # peer 2 came, nothing else changed
    key, value = line_of_json(expected[1])
    node.document["peers"][2][key] = value
    node.write()
    assert [hold.guard for hold in holds(node.apply().stdout)] == ["G4"]
    assert release(node, expected[0]).returncode == 0
    node.assert_in_step()


# database

# self-named

def with_itself(lone, alias, listener=None, **document):
    """A node whose peer 4 is the node itself under a name that slapd knows for its own."""
    def listen(node):
        node.server.listeners[1] = (listener or "ldap://:{port}").format(port=node.server.port)
    node = lone(before_start=listen)
    for peer in node.document["peers"][1:]:  # the node's own port would lead to it by every address
        peer["uri"] = f"ldap://127.0.0.{peer['id']}:9"
    node.document["peers"].append({"id": 4, "uri": alias.format(port=node.server.port)})
    node.document.update(document)
    node.write()
    return node


def without_peer(node, hold):
    """What the hold wants: this line out of peers.json."""
    node.document["peers"].remove(remedies.line(hold.release, "peer-out"))
    node.write()


@pytest.mark.parametrize("alias, listener", [
    ("ldap://localhost:{port}", None), ("ldap://localhost.localdomain:{port}/", None),
    ("ldap://localhost:{port}", "ldap://localhost:{port}"), (None, None)])
def test_a_peer_that_is_this_server_itself_is_held_and_the_others_go_ahead(lone, alias, listener):
    node = with_itself(lone, alias or f"ldap://{socket.getfqdn()}:{{port}}", listener)
    done = node.apply()
    hold, = holds(done.stdout)
    assert done.returncode == 3 and hold.guard == "self-named" and "peer 4" in hold.text
    assert len(node.syncrepl()) == 2 and is_provider(node) == (True, True)
    before = node.server.config_writes()
    assert node.apply().returncode == 3 and node.server.config_writes() == before
    without_peer(node, hold)
    node.assert_in_step()


@pytest.mark.remedy("peer-out")
def test_a_peer_that_is_this_server_itself_is_told(lone):
    node = with_itself(lone, "ldap://localhost:{port}")
    hold = held(node, "self-named", "self-named")
    without_peer(node, hold)
    in_step(node)


def test_a_second_listener_is_no_peer_nor_in_the_list_of_server_ids(lone):
    with contextlib.closing(hold_port()) as second:
        alias = f"ldap://127.0.0.1:{second.getsockname()[1]}"
        node = lone(before_start=lambda node: node.server.listeners.append(alias))
        node.document["peers"].append({"id": 4, "uri": alias})
        node.document["server_id"] = "list"
        node.write()
        done = node.apply()
        assert done.returncode == 3 and not done.stderr and {hold.guard for hold in holds(done.stdout)} == {"self-named"}
        assert node.syncrepl() == [] and not node.server.values("cn=config", "olcServerID")
        without_peer(node, holds(done.stdout)[0])
        done = node.apply()
        for order in [hold for hold in holds(done.stdout) if hold.guard == "order"]:  # no contextCSN yet
            done = release(node, order)
        assert len(node.server.values("cn=config", "olcServerID")) == 3, done.stdout


def no_flag(node):
    """apply holds the flag with the link to the node itself; returns the hold."""
    done = node.apply()
    hold, = holds(done.stdout)
    assert done.returncode == 3 and hold.guard == "self-named", done.stdout + done.stderr
    assert re.search(r"\+ flag multi-provider: .* held: self-named$", done.stdout, re.MULTILINE), done.stdout
    assert is_provider(node) == (True, False)
    return hold


def test_a_node_whose_only_peer_is_itself_gets_no_flag(lone):
    node = with_itself(lone, "ldap://localhost:{port}")
    del node.document["peers"][1:3]
    node.write()
    hold = no_flag(node)
    assert node.syncrepl() == []
    # Where there is a link already, no other guard holds the flag.
    node.edit([(ldap.MOD_ADD, "olcSyncrepl", syncrepl(4, "ldap://127.0.0.4:9"))])
    assert no_flag(node) == hold
    node.edit([(ldap.MOD_DELETE, "olcSyncrepl", None)])
    node.server.restart()
    without_peer(node, hold)
    in_step(node)


def test_a_link_that_would_be_changed_into_one_to_itself_is_held(lone):
    node = with_itself(lone, "ldap://127.0.0.4:9")
    in_step(node)
    node.document["peers"][3]["uri"] = f"ldap://localhost:{node.server.port}"
    node.write()
    before = node.server.config()
    assert [hold.guard for hold in holds(node.apply().stdout)] == ["self-named"]
    assert node.server.config() == before


def two(**options):
    """A good database, and one to be refused."""
    return [Database(backend="mdb"), Database(OTHER, backend="mdb", **options)]


def held_database(node, name):
    """The second database is held, the first goes ahead; returns the hold."""
    hold = held(node, name, "database")
    assert len(node.syncrepl()) == 2 and is_provider(node) == (True, True)
    return hold


def without_second(node):
    """What the hold wants: this part out of peers.json."""
    del node.document["databases"][1]
    node.write()
    in_step(node)


@pytest.mark.remedy("database-holders")
def test_a_missing_database_is_held(lone):
    node = lone()
    node.document = node.describe(two(), 3)
    node.write()
    key, value = line_of_json(held_database(node, "database-missing"))
    node.document["databases"][1][key] = value
    node.write()
    in_step(node)


BACKENDS = {
    "ldap": ("olcLDAPConfig", {"olcDbURI": "ldap://127.0.0.1:9"}),
    "relay": ("olcRelayConfig", {"olcRelay": SUFFIX}),
    "null": ("olcNullConfig", {}),
    "ldif": ("olcLdifConfig", {}),
    "sock": ("olcDbSocketConfig", {"olcDbSocketPath": "/nowhere"}),
}


def with_backend(lone, backend, **more):
    """A node with a second database of another kind than mdb."""
    node = lone(modules=("back_" + backend,))
    name, attributes = BACKENDS[backend]
    node.server.add(f"olcDatabase={backend},cn=config", {
        "objectClass": ["olcDatabaseConfig", name], "olcDatabase": backend, "olcSuffix": OTHER,
        "olcRootDN": "cn=admin," + OTHER, **attributes, **more})
    node.document = node.describe(two(), 3)
    node.write()
    return node


@pytest.mark.remedy("database-out")
@pytest.mark.parametrize("backend", ["ldap", "relay", "null"])
def test_a_backend_that_stores_nothing_is_held(lone, backend):
    node = with_backend(lone, backend)
    before = node.server.config()[node.dn(OTHER)]
    assert line_of_json(held_database(node, "database-" + backend)) == ("suffix", OTHER)
    assert node.server.config()[node.dn(OTHER)] == before
    without_second(node)


@pytest.mark.parametrize("backend", ["ldif", "sock"])
def test_a_backend_that_we_do_not_know_is_held_before_anything_is_sent_to_it(lone, backend, tmp_path):
    more = {"olcDbDirectory": str(tmp_path), "olcRootPW": "secret"} if backend == "ldif" else {}
    node = with_backend(lone, backend, **more)
    before = node.server.config()[node.dn(OTHER)]
    hold = held_database(node, "database-" + backend)
    assert f"back-{backend}, which is none of mdb, hdb and bdb" in hold.text
    assert node.server.config()[node.dn(OTHER)] == before
    without_second(node)


BELOW = "ou=below," + SUFFIX


def glued(lone, *others):
    """Each part of glued trees is declared, and one database that has nothing to do with them."""
    databases = [Database(BELOW, backend="mdb", attributes={"olcSubordinate": "TRUE"}), Database(backend="mdb"), *others,
                 Database(OTHER, backend="mdb")]
    node = lone(databases, seed=False)
    node.server.seed(databases[1])
    node.server.seed(databases[-1])
    node.document = node.describe(databases[::-1], 3)
    node.write()
    return node


def without(node, *suffixes):
    node.document["databases"] = [d for d in node.document["databases"] if d["suffix"] not in suffixes]
    node.write()
    in_step(node)


def test_a_glued_database_is_held_and_the_one_that_it_is_glued_to(lone):
    node = glued(lone)
    planned(node, "database-subordinate")
    done = node.apply()
    assert {line_of_json(hold) for hold in holds(done.stdout)} == {("suffix", SUFFIX), ("suffix", BELOW)}
    assert node.syncrepl(BELOW) == [] and node.syncrepl(SUFFIX) == [] and len(node.syncrepl(OTHER)) == 2
    without(node, SUFFIX, BELOW)


def test_what_lies_beneath_a_glued_database_is_held(lone):
    deeper = "ou=deeper," + BELOW
    node = lone([Database(deeper, backend="mdb"), Database(BELOW, backend="mdb", attributes={"olcSubordinate": "advertise"}),
                 Database(backend="mdb"), Database(OTHER, backend="mdb")], seed=False)
    node.server.seed(node.server.databases[2])
    node.server.seed(node.server.databases[3])
    node.document = node.describe([Database(deeper), Database(OTHER)], 3)
    node.write()
    hold = held(node, "database-beneath-glue", "database")
    assert line_of_json(hold) == ("suffix", deeper) and node.syncrepl(deeper) == [] and len(node.syncrepl(OTHER)) == 2
    without(node, deeper)


def test_a_context_csn_that_lives_elsewhere_is_held(lone):
    node = lone(two())
    node.edit([(ldap.MOD_ADD, "olcSyncUseSubentry", "TRUE")], OTHER)
    before = node.server.config()[node.dn(OTHER)]
    hold = held_database(node, "database-subentry")
    assert "olcSyncUseSubentry" in hold.text and node.server.config()[node.dn(OTHER)] == before
    without_second(node)


@pytest.mark.remedy("root-dn")
def test_a_database_without_a_rootdn_is_held_and_the_server_id_waits_for_its_overlay(lone):
    node = lone(two())
    node.edit([(ldap.MOD_DELETE, "olcRootPW", None), (ldap.MOD_DELETE, "olcRootDN", None)], OTHER)
    before = node.server.config()[node.dn(OTHER)]
    hold, order = planned(node, "database-no-rootdn")
    assert (hold.guard, order.guard) == ("database", "order")
    assert node.apply().returncode == 3
    assert is_provider(node) == (True, False) and node.syncrepl() == []
    assert node.server.config()[node.dn(OTHER)] == before
    name, value = remedies.attribute(hold.release, "root-dn")
    node.edit([(ldap.MOD_ADD, name, value), (ldap.MOD_ADD, "olcRootPW", PASSWORD)], OTHER)
    finish_with_writes(node)
    in_step(node)


# States found on the server: told in every pass, whatever else is held

def findings(node, *words):
    """What plan finds, as {code: (severity, text)}."""
    return {f["code"]: (f["severity"], node.normal(f["text"])) for f in node.plan_json(*words)["findings"]}


def found(node, name, code, severity):
    """plan finds it and prints it as tests/guards/NAME.txt says; a node that is not listed finds it as well."""
    check_golden(os.path.join(GOLDEN, name + ".txt"), node.normal(node.plan().stdout), node.server.release)
    assert findings(node)[code][0] == severity


def found_always(node, code):
    """It is told also where nothing else can be said."""
    node.id = 9
    assert code in findings(node)
    node.id = 1


@pytest.mark.remedy("server-id-bare")
def test_a_list_that_matches_through_the_host_name_is_a_warning(lone):
    node = lone(seed=False)
    node.server.stop()
    node.server.listeners[1] = f"ldap://localhost:{node.server.port}"
    node.server.start()
    node.server.seed()
    node.server.modify("cn=config", [(ldap.MOD_REPLACE, "olcServerID", [
        f"1 ldap://localhost:{node.server.port}/", f"2 {node.uri(2)}"])])
    found(node, "list-by-name", "server-id-by-name", "warning")
    found_always(node, "server-id-by-name")
    in_step(node)
    assert node.server.values("cn=config", "olcServerID")[0].startswith("1 ldap://localhost")
    name, value = remedies.attribute(findings(node)["server-id-by-name"][1], "server-id-bare")
    node.server.modify("cn=config", [(ldap.MOD_REPLACE, name, value)])
    assert "server-id-by-name" not in findings(node)
    in_step(node)
    assert node.server.values("cn=config", "olcServerID") == ["1"]


def test_a_live_list_that_matches_no_listener_is_critical_and_healed(lone):
    node = lone()
    in_step(node)
    node.server.modify("cn=config", [(ldap.MOD_REPLACE, "olcServerID", [f"{i} {node.uri(i)}/" for i in (1, 2, 3)])])
    found(node, "list-no-listener", "restart-unsafe", "critical")
    found_always(node, "restart-unsafe")
    in_step(node)
    assert findings(node) == {} and node.server.values("cn=config", "olcServerID") == ["1"]
    node.server.restart()


def test_multi_provider_without_consumers_is_critical_and_healed(lone):
    node = lone()
    in_step(node)
    node.edit([(ldap.MOD_DELETE, "olcSyncrepl", None)])
    found(node, "flag-without-consumers", "restart-unsafe", "critical")
    found_always(node, "restart-unsafe")
    in_step(node)
    assert findings(node) == {}
    # A list of nothing but this server itself is none for slapd.
    node.edit([(ldap.MOD_REPLACE, "olcSyncrepl", node.value(1))])
    assert "restart-unsafe" in findings(node)
    node.server.stop()
    with pytest.raises(SlapdFailed):
        node.server.start()


def test_multi_provider_without_consumers_is_told_of_a_database_that_is_not_ours(lone):
    node = lone(two())
    in_step(node)
    node.edit([(ldap.MOD_DELETE, "olcSyncrepl", None)], OTHER)
    without = node.document["databases"].pop()
    node.write()
    assert node.plan().returncode == 0  # nothing in peers.json says what to do
    assert OTHER not in str(node.document) and findings(node)["restart-unsafe"][0] == "critical"
    node.document["databases"].append(without)
    node.write()
    in_step(node)
    node.server.restart()


def test_the_flag_goes_where_nobody_is_left_to_read_from(lone):
    node = lone(n_peers=2)
    in_step(node)
    node.edit([(ldap.MOD_DELETE, "olcSyncrepl", None)])
    del node.document["peers"][1]
    node.write()
    assert findings(node)["restart-unsafe"][0] == "critical"
    in_step(node)
    assert node.server.values(node.dn(), node.flag) == []
    node.server.restart()


@pytest.mark.remedy("writable")
def test_a_provider_that_refuses_its_clients_is_told_and_left_so(lone):
    node = lone(two())
    in_step(node)
    node.edit([(ldap.MOD_REPLACE, "olcReadOnly", "TRUE")], OTHER)
    before = node.server.config()
    severity, text = findings(node)["read-only"]
    assert severity == "warning" and text.startswith(OTHER + " ")
    assert node.apply().returncode == 0 and node.server.config() == before
    name, value = remedies.attribute(text, "writable")
    node.edit([(ldap.MOD_REPLACE, name, value)], OTHER)
    assert "read-only" not in findings(node)


@pytest.mark.remedy("closed", "listed-again")
def test_a_provider_that_its_database_does_not_list_any_more_is_told_as_critical(lone):
    """Nobody reads from it, and what clients write there is nowhere else."""
    node = lone(two())
    in_step(node)
    node.document["databases"][1]["peers"] = [2, 3]
    node.write()
    severity, text = findings(node)["unlisted"]
    before = node.server.config()
    assert severity == "critical" and node.apply().returncode == 0 and node.server.config() == before
    name, value = remedies.attribute(text, "closed")
    node.edit([(ldap.MOD_REPLACE, name, value)], OTHER)
    assert "unlisted" not in findings(node)
    node.edit([(ldap.MOD_REPLACE, name, None)], OTHER)
    assert "write 1 into" in remedies.printed(findings(node)["unlisted"][1], "listed-again")
    node.document["databases"][1]["peers"] = [1, 2, 3]
    node.write()
    remedies.did("listed-again")
    assert "unlisted" not in findings(node)


def test_a_provider_that_refused_its_clients_before_it_was_one_is_told(lone):
    node = lone([Database(backend="mdb")])
    node.edit([(ldap.MOD_REPLACE, "olcReadOnly", "TRUE")])
    done = node.apply()
    assert done.returncode == 0 and "olcReadOnly: TRUE" in done.stdout, done.stdout + done.stderr
    assert is_provider(node) == (True, True) and node.server.values(node.dn(), "olcReadOnly") == ["TRUE"]


@pytest.mark.every_release
@pytest.mark.remedy("entries-twice")
def test_two_syncprov_overlays_are_told(lone):
    node = lone()
    in_step(node)
    overlay = {"objectClass": ["olcOverlayConfig", "olcSyncProvConfig"], "olcOverlay": "syncprov"}
    if node.server.release.version != "2.4":
        with pytest.raises(ldap.OTHER):
            node.server.add("olcOverlay=syncprov," + node.dn(), overlay)
        remedies.is_not_printed(node.plan().stdout, "entries-twice")
        return
    node.server.add("olcOverlay=syncprov," + node.dn(), overlay)
    found(node, "syncprov-twice", "syncprov-twice", "warning")
    node.assert_in_step()
    remedies.printed(node.plan().stdout, "entries-twice")
    node.server.stop()
    load_anew(node, lambda dump: "\n\n".join(
        entry for entry in dump.split("\n\n") if not entry.startswith("dn: olcOverlay={1}syncprov")))
    node.server.start()
    remedies.did("entries-twice")
    assert findings(node) == {}
    in_step(node)


def test_a_value_without_timeouts_is_told(lone):
    node = lone()
    node.document["policy"]["keep"] = [node.uri(8), node.uri(9)]
    node.write()
    node.edit([(ldap.MOD_ADD, "olcSyncrepl", [node.value(8, timeout=None), node.value(9, network_timeout=0)])])
    node.edit([(ldap.MOD_ADD, node.flag, "TRUE")])
    found(node, "no-timeout", "no-timeout", "warning")
    in_step(node)


def test_a_self_value_that_slapd_does_not_recognise_is_critical(lone):
    node = lone()
    in_step(node)
    node.edit([(ldap.MOD_ADD, "olcSyncrepl", node.value(1, provider=node.uri(1) + "/"))])
    found(node, "replicates-from-itself", "replicates-from-itself", "critical")
    node.assert_in_step()
    # The whole list is written: deleting one value by hand would stop another consumer.
    remedies.run(node, findings(node)["replicates-from-itself"][1], "release-g4")
    assert findings(node) == {} and not has_value(node, node.uri(1) + "/") and len(node.syncrepl()) == 2
    in_step(node)



def test_a_self_value_that_slapd_recognises_is_no_drift(lone):
    node = lone()
    in_step(node)
    node.edit([(ldap.MOD_ADD, "olcSyncrepl", node.value(1))])
    assert findings(node) == {}
    node.assert_in_step()
    assert len(node.syncrepl()) == 3


def odd_value(node):
    """A value of a kept provider that slapd took and syncward does not understand; 2.4 takes such."""
    node.document["policy"]["prune"] = False
    node.write()
    in_step(node)
    odd = [(ldap.MOD_ADD, "olcSyncrepl", node.value(9, filter="(cn=a"))]
    if node.server.release.version == "2.4":
        node.edit(odd)
        return True
    with pytest.raises(ldap.OTHER):
        node.edit(odd)
    return False


@pytest.mark.every_release
def test_a_value_that_is_not_understood_is_told_and_left_alone(lone):
    node = lone()
    if odd_value(node):
        found(node, "not-understood", "not-understood", "warning")
        node.edit([(ldap.MOD_DELETE, "olcSyncrepl", "{0}")])
        node.apply_ok()  # a value is added: the others are not sent again
        assert len(node.syncrepl()) == 3 and any("(cn=a" in value for value in node.syncrepl())


@pytest.mark.every_release
@pytest.mark.remedy("release-not-understood")
def test_a_value_that_is_not_understood_is_not_sent_again(lone):
    node = lone()
    if not odd_value(node):
        remedies.is_not_printed(node.plan().stdout, "release-not-understood")
        return
    node.document["databases"][0]["syncrepl"]["retry"] = "70 +"
    node.document["peers"].append({"id": 4, "uri": node.uri(4)})
    node.write()
    done = node.apply()
    hold, = holds(done.stdout)
    assert done.returncode == 3 and hold.guard == "not-understood"
    assert has_value(node, node.uri(4)) and not any("70 +" in value for value in node.syncrepl()[:2])
    before = node.server.config_writes()
    assert node.apply().returncode == 3 and node.server.config_writes() == before
    release(node, hold)
    assert len(node.syncrepl()) == 3 and all("70 +" in value for value in node.syncrepl())
    in_step(node)


def test_what_stays_in_a_list_is_written_as_we_print_it(lone):
    node = lone()
    node.document["policy"]["prune"] = False
    node.write()
    in_step(node)
    node.edit([(ldap.MOD_ADD, "olcSyncrepl",
                '  SearchBase="DC=Example, DC=org"   RID=9  provider=ldap://127.0.0.9  type=refreshOnly '
                'searchbase="dc=example,dc=org" retry="60 +" timeout=1 network-timeout=1 credentials="s1  S2" binddn=cn=r')])
    node.document["databases"][0]["syncrepl"]["retry"] = "70 +"
    node.write()
    node.apply_ok()
    kept, = [value for value in node.syncrepl() if "127.0.0.9" in value]
    assert kept.lower().count("searchbase=") == 1 and 'credentials="s1  S2"' in kept and "refreshOnly" in kept
    node.assert_in_step()


PARTIAL = {"scope": "one", "filter": "(objectClass=person)", "attrs": "cn,sn,objectClass", "exattrs": "userPassword",
           "attrsonly": True, "suffixmassage": f"ou=x,{SUFFIX}"}


@pytest.mark.remedy("release-g13", "partial-out")
@pytest.mark.parametrize("keyword", PARTIAL)
def test_a_provider_does_not_get_a_link_that_reads_a_part_only(node, keyword):
    node.apply_ok()
    before = node.syncrepl()
    node.document["databases"][0]["syncrepl"][keyword] = PARTIAL[keyword]
    node.write()
    applied = node.apply()
    assert applied.returncode == 3 and "held G13" in applied.stdout and f"({keyword})" in applied.stdout, applied.stdout
    assert node.syncrepl() == before
    remedies.run(node, applied.stdout, "release-g13")
    assert keyword in node.syncrepl()[0]
    told = node.plan().stdout
    assert re.search(rf"^critical: .* read in part only \({keyword}\).* \[partial-link\]$", told, re.MULTILINE), told
    node.document["databases"][0]["syncrepl"]["timeout"] = 2  # what makes it no worse goes on
    node.write()
    node.apply_ok()
    remedies.printed(told, "partial-out")
    del node.document["databases"][0]["syncrepl"][keyword]
    remedies.did("partial-out")
    node.write()
    node.apply_ok()
    assert keyword + "=" not in node.syncrepl()[0]
    assert "partial-link" not in findings(node)


@pytest.mark.parametrize("keyword, value", [("attrs", "+,*,cn"), ("filter", "(objectClass=*)"), ("scope", "sub"), ("suffixmassage", SUFFIX),
                                             ("sizelimit", 0)])
def test_what_only_looks_like_a_part_is_everything(node, keyword, value):
    node.apply_ok()
    node.document["databases"][0]["syncrepl"][keyword] = value
    node.write()
    applied = node.apply()
    assert applied.returncode == 0 and "part" not in applied.stdout, applied.stdout + applied.stderr


def test_a_link_does_not_get_a_limit_that_a_refresh_may_meet(node):
    """The link that works would be closed at the next refresh, and for good."""
    node.apply_ok()
    before = node.syncrepl()
    node.document["databases"][0]["syncrepl"]["sizelimit"] = 2
    node.write()
    applied = node.apply()
    assert applied.returncode == 3 and "held G13" in applied.stdout and "never completes" in applied.stdout, applied.stdout
    assert node.syncrepl() == before
    remedies.run(node, applied.stdout, "release-g13")
    assert findings(node)["partial-link"][0] == "warning"
    del node.document["databases"][0]["syncrepl"]["sizelimit"]
    node.write()
    node.apply_ok()
    assert "sizelimit" not in node.syncrepl()[0] and "partial-link" not in findings(node)


def test_a_node_that_reads_a_part_does_not_become_a_provider(node):
    database = node.server.database_dn()
    node.document["databases"][0]["syncrepl"]["filter"] = "(objectClass=person)"
    node.write()
    node.apply("--release", "G13")
    node.edit([(ldap.MOD_DELETE, node.server.flag(), None)])
    applied = node.apply()
    assert applied.returncode == 3 and "must not become a provider" in applied.stdout, applied.stdout
    assert not node.server.values(database, node.server.flag())

# SPDX-License-Identifier: Apache-2.0
"""status.json and what people see of it: true, current, and honest about its age."""

import datetime
import json
import os
import re
import signal
import stat

import ldap
import pytest
import tools
from jsonschema import Draft202012Validator
from cluster import Cluster
from daemon import Daemon
from lone import Lone
from played import SECOND, Played
from slapd import SUFFIX, wait_until


@pytest.fixture
def node(slapd_factory, program):
    return Lone(slapd_factory, program)


def status_path(node):
    return os.path.join(node.run_dir, "status.json")


def schema():
    with open(os.path.join(tools.TOP, "etc/status.schema.json"), encoding="utf-8") as file:
        return json.load(file)


def document(node):
    """status.json as it is now; it must be as its schema says."""
    with open(status_path(node), encoding="utf-8") as file:
        found = json.load(file)
    Draft202012Validator(schema()).validate(found)
    return found


def wait_document(node, claim, what):
    """Waits until the status says it; returns the document."""
    def said():
        found = document(node) if os.path.exists(status_path(node)) else None
        return found if found and claim(found) else None
    return wait_until(said, what)


def page(node):
    return node.run("status")


def seconds(text):
    return datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S%z").timestamp()


@pytest.mark.every_release
def test_links_are_up_soon_after_a_correction_restarted_them(slapd_factory, program):
    """A second later, and not as what is ill or the timer would look."""
    cluster = Cluster(slapd_factory, program, 2, modules=("syncprov",)).form_by_hand()
    node = cluster[0]
    settings = os.path.join(node.folder, "agent.json")
    with open(settings, "w", encoding="utf-8") as file:
        json.dump({"probe": False}, file)
    with Played(node, settings) as played:
        played.rest()
        before = document(node)["counters"]["events"]["correction-applied"]
        with cluster[1].server.frozen():
            node.edit([(ldap.MOD_REPLACE, "olcSyncrepl", [value.replace('"1 +"', '"7 +"') for value in node.syncrepl()])])
            played.ask("trigger 1")
            assert document(node)["counters"]["events"]["correction-applied"] == before + 1
        tells = node.server.release.has_consumer_monitor
        if tells:
            wait_until(lambda: [c.phase for c in node.server.consumers()] == ["Persist"], "the consumer reads")
        assert played.next() <= SECOND
        assert document(node)["databases"][0]["peers"][0]["state"] == ("up" if tells else "unknown")


@pytest.mark.every_release
def test_it_says_what_is_in_step_for_each_database_and_peer(slapd_factory, program):
    cluster = Cluster(slapd_factory, program, 3, modules=("syncprov",)).form_by_hand()
    node = cluster[1]
    with Daemon(node) as daemon:
        found = wait_document(node, lambda d: d["databases"] and d["databases"][0]["in_step"], "in step")
        links = {peer["id"]: peer for peer in found["databases"][0]["peers"]}
        text = page(node)
    assert text.returncode == 0, text.stderr
    assert found["schema_version"] == 1 and found["pid"] == daemon.pid
    assert found["node"] == {"id": 2, "uri": node.server.ldap_uri, "role": "provider"}
    assert found["desired"]["file"] == node.peers_file and found["desired"]["mode"] == "enforce"
    assert found["desired"]["refused_why"] is None
    assert found["slapd"]["up"] is True and found["slapd"]["in_step"] is True
    assert found["holds"] == found["troubles"] == found["changes"] == []
    assert found["databases"][0]["suffix"] == SUFFIX and found["databases"][0]["multi_provider"] is True
    assert found["databases"][0]["dn"] == node.server.database_dn()
    assert set(links) == {1, 3}
    if node.server.release.has_consumer_monitor:
        for peer in links.values():
            assert peer["running"] is True and peer["state"] == "up" and peer["connected"] is True
            assert peer["phase"] == "persist" and seconds(peer["last_contact"]) <= seconds(found["written"]) + 1
        assert re.search(rf"{cluster[0].server.ldap_uri} .* up$", text.stdout, re.MULTILINE), text.stdout
    else:
        assert {peer["state"] for peer in links.values()} == {"unknown"}
    assert f"{SUFFIX}: in step for" in text.stdout and "Nothing is held" in text.stdout


@pytest.mark.every_release
def test_a_peer_that_is_away_is_told_with_its_next_try(node):
    node.apply_ok()
    with Daemon(node):
        found = wait_document(node, lambda d: d["databases"] and d["databases"][0]["in_step"], "in step")
        text = page(node).stdout
    if not node.server.release.has_consumer_monitor:
        assert {peer["state"] for peer in found["databases"][0]["peers"]} == {"unknown"}
        return
    for peer in found["databases"][0]["peers"]:
        assert peer["state"] == "down" and peer["running"] is True and peer["last_contact"] is None
        assert seconds(peer["next_connect"]) > seconds(found["started"])
    assert len(re.findall(r"  never +down, next try in \d+ s$", text, re.MULTILINE)) == 2, text


def test_what_is_held_stands_there_with_what_releases_it(node):
    node.apply_ok()
    foreign = 'rid=077 provider=ldap://127.0.0.9 bindmethod=simple binddn="cn=x" credentials=canary ' \
        f'searchbase="{SUFFIX}" type=refreshAndPersist retry="60 +" timeout=1'
    node.document["policy"]["max_removals"] = 0
    node.write()
    node.edit([(ldap.MOD_ADD, "olcSyncrepl", foreign)])
    with Daemon(node):
        found = wait_document(node, lambda d: d["holds"], "something is held")
        text = page(node)
    assert found["databases"][0]["in_step"] is False
    hold = next(h for h in found["holds"] if h["guard"] == "G4")
    assert "--release G4" in hold["release"]
    assert seconds(found["started"]) <= seconds(hold["since"]) <= seconds(found["written"])
    assert "NOT IN STEP" in text.stdout and "to release: " + hold["release"] in text.stdout
    assert "canary" not in json.dumps(found) + text.stdout


def test_a_slapd_that_is_away_leaves_nothing_known_to_be_in_step(node):
    node.apply_ok()
    with Daemon(node) as daemon:
        wait_document(node, lambda d: d["databases"] and d["databases"][0]["in_step"], "in step")
        node.server.stop()
        daemon.wait_for("slapd-lost")
        found = wait_document(node, lambda d: d["slapd"]["up"] is False, "away")
        assert found["databases"][0]["in_step"] is None and found["slapd"]["in_step"] is None
        assert found["databases"][0]["peers"][0]["state"] == "unknown"
        assert [t["event"] for t in found["troubles"]] == ["slapd-lost"]
        assert "does not answer since" in page(node).stdout
        node.server.start()
        found = wait_document(node, lambda d: d["slapd"]["up"] is True, "back")
        assert found["databases"][0]["in_step"] is True and found["troubles"] == []
    assert found["counters"]["events"]["slapd-lost"] == 1 == found["counters"]["events"]["slapd-back"]


def test_it_is_world_readable_and_counts_what_happened(node):
    node.apply_ok()
    with Daemon(node) as daemon:
        before = wait_document(node, lambda d: d["databases"] and d["databases"][0]["in_step"], "in step")
        wait_until(lambda: daemon.sees(node.server.config_dir), "it watches slapd.d")
        node.edit([(ldap.MOD_DELETE, "olcLimits", None)])
        after = wait_document(node, lambda d: d["counters"]["events"]["correction-applied"], "corrected")
        assert stat.S_IMODE(os.stat(status_path(node)).st_mode) == 0o644
        raw = node.run("status", "--output", "json")
    assert json.loads(raw.stdout)["pid"] == daemon.pid
    assert after["counters"]["events"]["drift-found"] == 1 and before["counters"]["events"]["drift-found"] == 0
    assert after["last_pass"]["number"] > before["last_pass"]["number"]
    assert sum(after["counters"]["passes"].values()) == after["last_pass"]["number"]
    assert set(after["last_pass"]["trigger"].split(",")) <= {"config", "timer", "probe"}


def test_a_daemon_that_was_stopped_or_killed_is_not_taken_for_a_running_one(node):
    done = page(node)
    assert (done.returncode, done.stdout) == (1, "") and "no daemon has run here" in done.stderr
    node.apply_ok()
    with Daemon(node):
        wait_document(node, lambda d: d["last_pass"], "first pass")
        assert page(node).returncode == 0
    done = page(node)
    assert done.returncode == 1 and re.match(r"THE DAEMON DOES NOT RUN: it was stopped at 2", done.stdout)
    daemon = Daemon(node)
    with pytest.raises(AssertionError):
        with daemon:
            wait_document(node, lambda d: d["pid"] == daemon.pid and d["last_pass"], "first pass")
            os.kill(daemon.pid, signal.SIGKILL)
            # Nobody has waited for it yet, as where a container's first process waits for nobody.
            os.waitid(os.P_PID, daemon.pid, os.WEXITED | os.WNOWAIT)
            done, checked = page(node), node.run("check")
            daemon.process.wait()
    assert done.returncode == 1 and "was not stopped properly" in done.stdout
    assert checked.returncode == 2 and "the daemon does not run: it died" in checked.stdout
    done = page(node)
    assert done.returncode == 1 and "was not stopped properly" in done.stdout
    # Another process that got its number is not the daemon.
    other = {**document(node), "pid": os.getpid()}
    with open(status_path(node), "w", encoding="utf-8") as file:
        json.dump(other, file)
    assert page(node).returncode == 1


@pytest.mark.parametrize("text, message", [
    ("", "1:1"), ("{}", "no status of a syncward"), ('{"schema_version": 2}', "newer syncward"),
    ('{"schema_version": 1}', "is damaged")])
def test_a_file_that_cannot_be_read_is_said_to_be_so(node, text, message):
    os.makedirs(node.run_dir, mode=0o755)
    with open(status_path(node), "w", encoding="utf-8") as file:
        file.write(text)
    done = page(node)
    assert (done.returncode, done.stdout) == (78, "") and message in done.stderr


def number_read(path):
    """The number of the last pass as a reader of the file finds it."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    try:
        return json.loads(text)["last_pass"]["number"]
    except ValueError:
        return pytest.fail(f"a reader sees half a status: {text!r}")


def test_a_reader_never_sees_half_a_status(node):
    """Nor does one who reads slowly: what it has opened stays as it was."""
    node.apply_ok()
    with Daemon(node) as daemon:
        first = wait_document(node, lambda d: d["last_pass"], "first pass")["last_pass"]["number"]
        seen = 0
        while seen < first + 20:
            with open(status_path(node), encoding="utf-8") as slow:
                text = slow.read()
                daemon.reload()
                for _ in range(50):
                    seen = number_read(status_path(node))
                slow.seek(0)
                assert slow.read() == text
    assert [name for name in os.listdir(node.run_dir) if name.startswith(".")] == []

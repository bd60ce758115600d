# SPDX-License-Identifier: Apache-2.0
"""Two writers disagree (G9): the agent gives way, says so once, and starts again when told to, or when the other stops."""

import datetime
import json
import os
import threading

import ldap
import pytest
import remedies
from daemon import Daemon
from lone import Lone
from slapd import wait_until


@pytest.fixture
def node(slapd_factory, program):
    """One whose peers.json has a word on the session log, in step."""
    made = Lone(slapd_factory, program)
    made.document["databases"][0]["syncprov"] = {"checkpoint": "100 10", "sessionlog": 1000}
    made.write()
    made.apply_ok()
    return made


class Writer:
    """Somebody who sets the sessionlog to 77 again and again, five times a second."""

    def __init__(self, node):
        self._dn = f"olcOverlay={{0}}syncprov,{node.dn()}"
        self._connection = node.server.connect(node.server.ldapi_uri)
        self._connection.sasl_interactive_bind_s("", ldap.sasl.external())
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._write, daemon=True)
        self.n_writes = 0

    def _write(self):
        while not self._end.wait(0.2):
            self._connection.modify_s(self._dn, [(ldap.MOD_REPLACE, "olcSpSessionlog", [b"77"])])
            self.n_writes += 1

    def __enter__(self):
        self._thread.start()
        return self

    def stop(self):
        self._end.set()
        self._thread.join(30)

    def __exit__(self, *_):
        self.stop()
        self._connection.unbind_s()


def sessionlog(node):
    return node.server.values(f"olcOverlay={{0}}syncprov,{node.dn()}", "olcSpSessionlog")


def contested(node, daemon):
    """Lets two fight until the agent gives way; the daemon watches everything, the other has stopped."""
    wait_until(lambda: daemon.sees(node.server.config_dir), "it watches slapd.d")
    with Writer(node) as writer:
        told = daemon.wait_for("contested")
        n_before = writer.n_writes
        wait_until(lambda: writer.n_writes > n_before + 10, "the other goes on")
        writer.stop()
    return told


@pytest.mark.one_release
def test_the_agent_gives_way_and_says_so_once(node):
    with Daemon(node) as daemon:
        told = contested(node, daemon)
        corrected = len(daemon.events("correction-applied"))
        assert corrected == 3 and len(daemon.events("contested")) == 1
        for text in ("olcSpSessionlog", "corrected 3 times", '"77" was found', "held G9", "syncward resume"):
            assert text in told, told
        assert sessionlog(node) == ["77"]
        # What nobody contests is still corrected.
        node.edit([(ldap.MOD_DELETE, "olcLimits", None)])
        daemon.wait_for("correction-applied", text="olcLimits")
        assert sessionlog(node) == ["77"] and len(daemon.events("correction-applied")) == corrected + 1
        assert "the 2nd time in an hour" in daemon.wait_for("drift-found", n=2)
        assert "the 3rd time in an hour, several times a second" in daemon.wait_for("drift-found", n=3) \
            or "about every 1 s" in daemon.wait_for("drift-found", n=3)
    planned = node.plan()
    assert planned.returncode == 3 and "held G9" in planned.stdout
    assert node.apply().returncode == 3 and sessionlog(node) == ["77"]


@pytest.mark.one_release
@pytest.mark.remedy("resume")
def test_resume_lets_it_correct_again(node):
    with Daemon(node) as daemon:
        remedies.run(node, contested(node, daemon), "resume")
        daemon.wait_for("uncontested")
        daemon.wait_for("correction-applied", n=4)
        assert sessionlog(node) == ["1000"]
    assert node.plan().returncode == 0


@pytest.mark.one_release
def test_a_new_peers_json_ends_it_and_a_restart_does_not(node):
    with Daemon(node) as daemon:
        contested(node, daemon)
    with Daemon(node) as daemon:
        wait_until(lambda: daemon.sees(node.server.config_dir), "it watches slapd.d")
        assert sessionlog(node) == ["77"] and not daemon.events("contested")
        node.document["revision"] = 2
        node.write()
        daemon.wait_for("uncontested")
        daemon.wait_for("correction-applied")
        assert sessionlog(node) == ["1000"]


@pytest.mark.one_release
def test_it_ends_when_the_other_stops(node):
    """The day is played fast by moving what is kept of it back."""
    path = os.path.join(node.state_dir, "contests.json")

    def earlier(text):
        time = datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ") - datetime.timedelta(minutes=11)
        return time.strftime("%Y-%m-%dT%H:%M:%SZ")

    def let_time_pass():
        with open(path, encoding="utf-8") as file:
            kept = json.load(file)
        for contest in kept["contests"]:
            if "moved" in contest:
                contest["moved"] = earlier(contest["moved"])
                contest["csn"] = node.server.values(contest["dn"], "entryCSN")[0]
        with open(path + ".new", "w", encoding="utf-8") as file:
            json.dump(kept, file)
        os.chmod(path + ".new", 0o600)
        os.rename(path + ".new", path)
        daemon.reload()

    def is_tried():
        with open(path, encoding="utf-8") as file:
            return any(contest.get("tried") for contest in json.load(file)["contests"])

    with Daemon(node) as daemon:
        contested(node, daemon)
        let_time_pass()
        daemon.wait_for("correction-applied", n=4)
        assert sessionlog(node) == ["1000"] and not daemon.events("uncontested")
        wait_until(is_tried, "the pass that tried has written down what it knows")
        let_time_pass()
        daemon.wait_for("uncontested")
        assert len(daemon.events("contested")) == 1
    assert node.plan().returncode == 0


@pytest.mark.one_release
def test_who_wants_it_may_have_the_fight(node, tmp_path):
    settings = tmp_path / "agent.json"
    settings.write_text('{"hold_contested": false}')
    with Daemon(node, "--agent-config", str(settings)) as daemon:
        wait_until(lambda: daemon.sees(node.server.config_dir), "it watches slapd.d")
        with Writer(node):
            daemon.wait_for("correction-applied", n=6)
        assert not daemon.events("contested")

# SPDX-License-Identifier: Apache-2.0
"""The fence: a database that is older than it was, or absent, takes no client's write; one that is right is never closed."""

import collections
import fcntl
import json
import os
import random
import re
import shutil
import signal
import subprocess

import ldap
import pytest
import remedies
from cluster import Cluster, add_person, wait_entry
from daemon import Daemon, wait_metric_line
from fence import Fence, refuses_writes
from heartbeats import settings
from relay import Relay
from slapd import SUFFIX, Database, wait_until
from test_guards import load_anew
from test_verify import agent_json

SEED = int(os.environ.get("SYNCWARD_SEED", "20261128"))
IS_LONG = bool(os.environ.get("SYNCWARD_LONG"))

def mdb():
    return [Database(backend="mdb", overlays=("syncprov",))]


@pytest.fixture(name="pair")
def fixture_pair(slapd_factory, program):
    return Cluster(slapd_factory, program, 2, mdb()).form_by_hand()


def load(server, name, n):
    connection = server.admin()
    for i in range(n):
        connection.add_s(f"cn={name}{i},{SUFFIX}", [("objectClass", [b"organizationalRole"]), ("cn", [f"{name}{i}".encode()])])
    connection.unbind_s()


def contents(server):
    """{DN: entryCSN} as the rootdn sees them."""
    connection = server.admin()
    found = connection.search_s(SUFFIX, ldap.SCOPE_SUBTREE, attrlist=["entryCSN"])
    connection.unbind_s()
    return {dn: entry["entryCSN"][0] for dn, entry in found}


def has_slapmodify(fence):
    return fence.server.release.number >= (2, 5)


def start_closed(fence, verdict):
    """Starts slapd behind the fence. 2.4 has no slapmodify: a person does what it says then."""
    server = fence.server
    if has_slapmodify(fence):
        done = fence.look(verdict, 3)
        assert "it is closed to clients until it has what its peers have" in done.stdout and "fence-closed" in done.stderr
        remedies.is_not_printed(done.stderr, "fence-by-hand")
        assert fence.is_closed_on_disk()
        server.start()
    else:
        done = fence.look(verdict, 1)
        assert "could not be closed" in done.stdout and "fence-unknown" in done.stderr
        remedies.printed(done.stderr, "fence-by-hand")
        assert not fence.is_closed_on_disk()
        load_anew(fence.node, lambda dump: re.sub(r"(?m)^(?=olcDbDirectory: )", "olcReadOnly: TRUE\n", dump))
        assert fence.is_closed_on_disk()
        server.start()
    assert refuses_writes(server)


def wait_open(fence, daemon, seconds=60):
    """Waits until the daemon opens what the fence closed; what a person closed it leaves alone."""
    if not has_slapmodify(fence):
        wait_until(lambda: daemon.has_asked_all() and fence.server.context_csns(), "it is filled")
        wait_until(lambda: len({frozenset(n.context_csns()) for n in (fence.server, fence.healthy.server)}) == 1, "all is here")
        assert fence.is_closed()
        assert fence.node.run("verify").returncode == 1
        assert fence.node.run("resume").returncode == 0
        assert fence.node.run("verify").returncode == 0
        fence.node.edit([(ldap.MOD_REPLACE, "olcReadOnly", "FALSE")])
        remedies.did("fence-by-hand")
        return
    try:
        wait_until(lambda: not fence.is_closed(), "the daemon opens the database", seconds)
    except TimeoutError as error:
        raise AssertionError(f"{error}:\n" + "\n".join(daemon.lines) + fence.node.run("status").stdout) from None
    wait_until(lambda: fence.record() == {}, "the daemon forgets that it was closed")


def assert_both_are_our_own(node):
    """The history has the closing and the opening once, and neither as somebody else's."""
    done = node.run("history", "--suffix", SUFFIX, "--attribute", "olcReadOnly", "--output", "json")
    told = [(record["event"], record["by"], record.get("cause")) for record in json.loads(done.stdout)["records"]]
    assert told == [("fence-closed", "fence", "fence"), ("correction-intended", "run", "put-back"),
                    ("correction-applied", "run", "put-back")], done.stdout


@pytest.mark.every_release
@pytest.mark.remedy("fence-by-hand")
def test_an_old_backup_is_closed_until_it_has_what_its_peer_has(pair):
    healthy, node = pair
    fence = Fence(node, pair[0])
    with Daemon(node) as daemon:
        load(node.server, "own-before", 10)
        fence.wait_noted(daemon)
        fence.stop()
        backup = fence.back_up()
        fence.start()
        load(healthy.server, "theirs", 100)
        load(node.server, "own", 50)
        pair.wait_in_step()
        connection = healthy.server.admin()
        connection.delete_s(f"cn=own-before3,{SUFFIX}")
        connection.unbind_s()
        pair.wait_in_step()
        wanted = contents(healthy.server)
        fence.wait_noted(daemon)
        fence.stop()
        fence.put_back(backup)
        owner = os.stat(os.path.join(node.server.config_dir, "cn=config"))
        start_closed(fence, "older")
        for folder, _, names in os.walk(node.server.config_dir):
            for name in names:
                found = os.stat(os.path.join(folder, name))
                assert (found.st_uid, found.st_gid, found.st_mode & 0o777) == (owner.st_uid, owner.st_gid, 0o600), name
        wait_open(fence, daemon)
        if has_slapmodify(fence):
            assert_both_are_our_own(node)
        assert contents(node.server) == wanted == contents(healthy.server)
        add_person(node.server, "afterwards")
        wait_entry(healthy.server, f"cn=afterwards,{SUFFIX}")
        fence.wait_noted(daemon)
        fence.stop()
        fence.start()


def is_told(node):
    """The finding is there for people, monitoring, and a script's exit status."""
    status, check = node.run("status").stdout, node.run("check")
    found = "[unfenced]" in status
    assert (check.returncode == 2 and "could not close it" in check.stdout) == found, f"{status}{check.stdout}"
    verify = node.run("verify")
    assert (verify.returncode == 1 and "[unfenced]" in verify.stdout) == found, verify.stdout + verify.stderr
    assert verify.stdout.endswith("In step by contextCSN, which proves nothing then.\n" if found else "All are in step.\n"), verify.stdout
    if found:
        database, = json.loads(node.run("verify", "--write", "--output", "json", *agent_json(node)).stdout)["databases"]
        assert "may not be the one" in database["write"]["problem"] and not database["write"]["added"], database
    return found


@pytest.mark.every_release
@pytest.mark.parametrize("writes", [False, True], ids=["nobody-writes", "a-client-writes"])
def test_what_the_fence_could_not_close_is_closed_late_and_told_until_somebody_looked_into_it(pair, writes):
    healthy, node = pair
    fence = Fence(node, healthy)
    with Daemon(node) as daemon:
        fence.wait_noted(daemon)
        fence.stop()
        backup = fence.back_up()
        fence.start()
        load(node.server, "own", 20)
        pair.wait_in_step()
        wanted = contents(healthy.server)
        fence.wait_noted(daemon)
        fence.stop()
        fence.put_back(backup)
        fence.cannot_close()
        assert "could not be closed" in fence.look("older", 1).stdout
        if not writes:
            healthy.server.stop()  # it lacks what was here for as long as it takes to look
        node.server.start()
        if writes:
            add_person(node.server, "client")
        told = daemon.wait_for("finding", text="[unfenced]", timeout=60)
        if not writes:
            daemon.wait_for("correction-applied", text="could not close it", timeout=60)
            assert refuses_writes(node.server)
            healthy.server.start()
            wait_until(lambda: not fence.is_closed(), "the daemon opens the database", 90)
            assert contents(node.server) == wanted == contents(healthy.server)
        remedies.printed(told, "compare")
        remedies.printed(told, "resume")
        pair.wait_in_step()
        wait_until(lambda: not fence.is_closed(), "it is open", 90)
        daemon.wait_at_rest()
        assert is_told(node)
        wait_metric_line(node, 'syncward_findings_by_code{code="unfenced",severity="critical"} 1')
        add_person(node.server, "afterwards")
        wait_entry(healthy.server, f"cn=afterwards,{SUFFIX}")
        fence.stop()
        fence.run()  # whatever a later look finds
        node.server.start()
    with Daemon(node) as daemon:  # another one
        wait_until(lambda: "could not close it" in node.run("check").stdout, "it is told still", 30)
        daemon.wait_at_rest()
        assert is_told(node)
        assert node.run("resume").returncode == 0
        daemon.wait_for("finding-gone", text="[unfenced]")
        daemon.wait_at_rest()
        assert not is_told(node)


@pytest.mark.every_release
def test_nothing_is_lost_where_the_restored_one_cannot_reach_the_healthy_one(slapd_factory, program):
    cluster = Cluster(slapd_factory, program, 2, mdb())
    healthy, node = cluster
    relay = Relay(healthy.server)
    cluster.document["peers"][0]["uri"] = healthy.server.ldap_uri
    cluster.write()
    with relay:
        cluster.form_by_hand()
        fence = Fence(node, healthy)
        with Daemon(node) as daemon:
            load(node.server, "early", 20)
            fence.wait_noted(daemon)
            fence.stop()
            backup = fence.back_up()
            fence.start()
            load(healthy.server, "theirs", 100)
            load(node.server, "own", 100)
            cluster.wait_in_step()
            wanted = contents(healthy.server)
            fence.wait_noted(daemon)
            fence.stop()
            relay.cut()
            fence.put_back(backup)
            start_closed(fence, "older")
            # The healthy one reads it, and goes on as it was.
            add_person(healthy.server, "while-apart")
            wanted[f"cn=while-apart,{SUFFIX}"] = contents(healthy.server)[f"cn=while-apart,{SUFFIX}"]
            if healthy.server.consumers() is not None:
                wait_until(lambda: all(c.last_contact > "2" for c in healthy.server.consumers()), "the healthy one has read it")
            daemon.reload()
            daemon.wait_at_rest()
            assert refuses_writes(node.server) and fence.is_closed()
            assert contents(healthy.server) == wanted
            relay.heal()
            wait_open(fence, daemon)
            assert contents(node.server) == wanted == contents(healthy.server)
            add_person(node.server, "afterwards")
            wait_entry(healthy.server, f"cn=afterwards,{SUFFIX}")


@pytest.mark.every_release
def test_an_absent_database_is_closed_and_filled(pair):
    healthy, node = pair
    fence = Fence(node, pair[0])
    load(node.server, "own", 30)
    with Daemon(node) as daemon:
        fence.wait_noted(daemon)
        wanted = contents(healthy.server)
        fence.stop()
        fence.remove()
        start_closed(fence, "absent")
        wait_open(fence, daemon)
        assert contents(node.server) == wanted == contents(healthy.server)


@pytest.mark.one_release
def test_in_audit_the_daemon_opens_what_the_fence_closed_and_writes_nothing_else(pair):
    healthy, node = pair
    fence = Fence(node, healthy)
    load(node.server, "own", 10)
    pair.document["policy"]["mode"] = "audit"
    pair.document["databases"][0]["syncprov"] = {"checkpoint": "50 5"}
    pair.write()
    with Daemon(node) as daemon:
        fence.wait_noted(daemon)
        wanted = contents(healthy.server)
        fence.stop()
        fence.remove()
        start_closed(fence, "absent")
        wait_open(fence, daemon)
        daemon.wait_for("correction-applied")
        assert contents(node.server) == wanted == contents(healthy.server)
        assert "checkpoint" in node.plan().stdout
    add_person(node.server, "afterwards")


def kill_while_closing(fence, is_written):
    """Runs the fence, which is killed before or behind slapmodify."""
    with open(fence.slapd, encoding="utf-8") as file:
        real = file.read()
    kill = 'case "$*" in *-Tmodify*) %s kill -9 $PPID; exit 1;; esac\n' % (
        real.splitlines()[1].removeprefix("exec ") + ";" if is_written else "")
    with open(fence.slapd, "w", encoding="utf-8") as file:
        file.write(real.replace("exec ", kill + "exec ", 1))
    assert fence.run().returncode == -signal.SIGKILL
    with open(fence.slapd, "w", encoding="utf-8") as file:
        file.write(real)
    assert fence.is_closed_on_disk() == is_written and fence.record()["closing"]


def copy_back_into_the_same_file(fence, n_lost):
    """A backup, as cp leaves it: the file is the same one. It lacks so many entries that were written here; slapd is stopped."""
    with Daemon(fence.node) as daemon:
        fence.wait_noted(daemon)
        fence.stop()
        backup = fence.back_up()
        fence.start()
        load(fence.node.server, "own", n_lost)
        fence.wait_noted(daemon)
    fence.stop()
    shutil.copyfile(os.path.join(backup, "data.mdb"), os.path.join(fence.folder, "data.mdb"))


def look_again(daemon):
    passes = daemon.last_pass()[0]
    daemon.reload()
    wait_until(lambda: daemon.last_pass()[0] > passes, "the daemon looked")


@pytest.mark.one_release
@pytest.mark.parametrize("is_written", [False, True], ids=["before", "behind"])
def test_a_fence_that_is_killed_while_it_closes_leaves_what_it_saw(pair, is_written):
    healthy, node = pair
    fence = Fence(node, healthy)
    load(node.server, "own", 10)
    with Daemon(node) as daemon:
        fence.wait_noted(daemon)
        noted = fence.noted()
        fence.stop()
        fence.remove()
        kill_while_closing(fence, is_written)
        if not is_written:
            healthy.server.stop()  # what it lacks does not come
        node.server.start()
        if is_written:
            wait_open(fence, daemon)
            assert contents(node.server) == contents(healthy.server)
            return
        wait_until(fence.is_closed, "the daemon closes late what the fence left open")
        wait_until(lambda: "closing" not in fence.record(), "it knows that")
        assert fence.record()["verdict"] == "absent" and fence.record()["unclosed"] and noted == fence.noted()


@pytest.mark.one_release
def test_what_a_killed_fence_closed_is_not_opened_by_its_own_file(pair):
    """A copy in the same file that was filled by half has grown beyond what was noted of that file."""
    node = pair[1]
    fence = Fence(node, pair[0])
    copy_back_into_the_same_file(fence, 10)
    kill_while_closing(fence, is_written=True)
    path = os.path.join(node.state_dir, "fence.json")
    with open(path, encoding="utf-8") as file:
        noted = json.load(file)
    noted["databases"][0]["file"]["txnid"] = 1
    with open(path, "w", encoding="utf-8") as file:
        json.dump(noted, file)
    last_seen = os.path.join(node.state_dir, "last-seen.json")
    os.rename(last_seen, last_seen + ".aside")
    assert "nothing was noted yet" in fence.run(status=0).stdout and fence.record()["closing"]
    os.rename(last_seen + ".aside", last_seen)
    fence.look("older", 3)
    assert fence.is_closed_on_disk() and fence.record()["closed"]


def last_record(node):
    return json.loads(node.run("history", "--output", "json").stdout)["records"][-1]


def open_by_hand_on_disk(fence):
    dn = fence.server.tool("cat", "-n0", "-a", "(olcDbDirectory=*)").stdout.split("\n")[0].partition(": ")[2]
    path = os.path.join(fence.node.folder, "open.ldif")
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"dn: {dn}\nchangetype: modify\nreplace: olcReadOnly\nolcReadOnly: FALSE\n")
    fence.server.tool("modify", "-n0", "-l", path)
    assert not fence.is_closed_on_disk()


@pytest.mark.one_release
def test_a_volume_that_is_mounted_again_opens_the_database(pair):
    node = pair[1]
    fence = Fence(node, pair[0])
    aside = fence.folder + ".aside"
    with Daemon(node) as daemon:
        fence.wait_noted(daemon)
    fence.stop()
    os.rename(fence.folder, aside)
    os.mkdir(fence.folder)
    fence.look("absent", 3)
    assert fence.is_closed_on_disk()
    fence.look("absent", 3)
    os.rmdir(fence.folder)
    os.rename(aside, fence.folder)
    done = fence.look("right", 0)
    assert "fence-opened" in done.stderr and not fence.is_closed_on_disk()
    assert "closed" not in fence.record()
    assert last_record(node)["new"] == "FALSE"
    os.rename(fence.folder, aside)
    os.mkdir(fence.folder)
    fence.look("absent", 3)
    os.rmdir(fence.folder)
    os.rename(aside, fence.folder)
    open_by_hand_on_disk(fence)
    history = os.path.join(node.state_dir, "history.jsonl")
    with open(history, "r+b") as file:
        lines = file.read()
        file.write(lines * (1024 * 1024 // len(lines)))
    size = os.stat(history).st_size
    with open(os.path.join(node.run_dir, "lock"), "a", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        fence.look("right", 0)
    told = last_record(node)
    assert told["event"] == "fence-opened" and "it is open to clients already" in told["text"]
    assert not {"dn", "attribute", "new", "cause"} & set(told), "nothing was written"
    assert os.stat(history).st_size > size and not os.path.exists(history + ".1"), "only who has the lock makes room"


@pytest.mark.one_release
def test_what_is_right_in_another_file_is_not_closed(pair):
    """Reloaded, compacted, moved: all of it is there."""
    node = pair[1]
    fence = Fence(node, pair[0])
    with Daemon(node) as daemon:
        load(node.server, "own", 30)
        fence.wait_noted(daemon)
    dump = os.path.join(node.folder, "dump.ldif")
    node.server.tool("cat", "-b", SUFFIX, "-l", dump)  # while slapd runs: contextCSN is older than the entries
    fence.stop()
    fence.remove()
    node.server.tool("add", "-q", "-b", SUFFIX, "-l", dump)
    fence.look("right", 0)
    backup = fence.back_up()
    fence.put_back(backup)
    fence.look("right", 0)
    shutil.rmtree(backup)
    assert not fence.is_closed_on_disk()


@pytest.mark.one_release
def test_a_backup_that_is_copied_into_the_same_file_is_seen(pair):
    node = pair[1]
    fence = Fence(node, pair[0])
    copy_back_into_the_same_file(fence, 30)
    fence.look("older", 3)


@pytest.mark.one_release
def test_a_persons_own_read_only_is_left_alone(pair):
    node = pair[1]
    fence = Fence(node, pair[0])
    with Daemon(node) as daemon:
        load(node.server, "own", 5)
        fence.wait_noted(daemon)
        node.edit([(ldap.MOD_REPLACE, "olcReadOnly", "TRUE")])
        fence.stop()
        fence.remove()
        done = fence.start("absent", 3)
        assert "clients cannot write to it already" in done.stdout
        pair.wait_in_step()
        daemon.reload()
        daemon.wait_at_rest()
        assert fence.is_closed() and "closed" not in fence.record()
        found = node.run("doctor").stdout
        assert "its own olcReadOnly keeps clients out" in found and "the fence did not close it" not in found


@pytest.mark.one_release
def test_without_anything_noted_nothing_is_closed(pair):
    node = pair[1]
    fence = Fence(node, pair[0])
    node.server.stop()
    done = fence.run(status=0)
    assert "nothing was noted yet" in done.stdout
    node.server.start()
    with Daemon(node) as daemon:
        load(node.server, "own", 5)
        fence.wait_noted(daemon)
    node.server.stop()
    with open(os.path.join(node.state_dir, "last-seen.json"), "w", encoding="utf-8") as file:
        file.write("{")
    done = fence.run(status=0)
    assert "nothing was noted yet" in done.stdout and not fence.is_closed_on_disk()


@pytest.mark.one_release
def test_what_is_open_and_was_not_noted_is_noted_by_the_next_pass(pair):
    """As after joining: the next round of probes is minutes away, and what is wiped by then would start unfenced."""
    healthy, node = pair
    fence = Fence(node, healthy)
    with Daemon(node, *settings(node, interval=5, probe_interval=600)) as daemon:
        wait_until(daemon.has_asked_all, "it asked its peer")
        wait_until(lambda: fence.noted() == node.server.context_csns(), "it is noted", 30)
        daemon.wait_at_rest()
        os.unlink(os.path.join(node.state_dir, "last-seen.json"))
        passes = daemon.last_pass()[0]
        wait_until(lambda: fence.noted() == node.server.context_csns(), "it is noted", 30)
        assert daemon.last_pass()[0] > passes and "probe" not in daemon.last_pass()[1]
        fence.stop()
        fence.remove()
        fence.look("absent", 3 if has_slapmodify(fence) else 1)


@pytest.mark.one_release
def test_what_cannot_be_read_is_not_known_and_stays_open(pair):
    node = pair[1]
    fence = Fence(node, pair[0])
    with Daemon(node) as daemon:
        load(node.server, "own", 5)
        fence.wait_noted(daemon)
    fence.stop()
    with open(os.path.join(fence.folder, "data.mdb"), "r+b") as file:
        file.write(b"\0" * 65536)
    done = fence.look("not known", 1)
    assert "fence-unknown" in done.stderr and not fence.is_closed_on_disk()
    fence.node.run("fence", "--slapd", "/nonexistent/slapd")
    assert not fence.is_closed_on_disk()


@pytest.mark.one_release
@pytest.mark.parametrize("case", ["the-database", "slapd.d"])
def test_what_the_fence_could_not_tell_is_reported_until_somebody_looked_into_it(pair, case):
    node = pair[1]
    fence = Fence(node, pair[0])
    with Daemon(node) as daemon:
        fence.wait_noted(daemon)
        fence.stop()
        if case == "slapd.d":
            os.rename(node.server.config_dir, f"{node.server.config_dir}-away")
            assert fence.run().returncode != 0
            os.rename(f"{node.server.config_dir}-away", node.server.config_dir)
        else:
            path = os.path.join(fence.folder, "data.mdb")
            shutil.copy2(path, f"{path}-away")
            with open(path, "r+b") as file:
                file.write(b"\0" * 65536)
            fence.look("not known", 1)
            os.replace(f"{path}-away", path)
        node.server.start()
        told = daemon.wait_for("finding", text="[fence-unknown]", timeout=60)
        remedies.printed(told, "compare")
        remedies.printed(told, "resume")
        wait_metric_line(node, 'syncward_findings_by_code{code="fence-unknown",severity="warning"} 1')
        assert node.run("check").returncode == 1 and "[fence-unknown]" in node.run("status").stdout
        assert node.run("compare").returncode in (0, 3)
        assert node.run("resume").returncode == 0
        daemon.wait_for("finding-gone", text="[fence-unknown]")


def disturb(rng, server, names):
    """A few random writes, deletes among them, so that a crash leaves contextCSN behind what it was."""
    connection = server.admin()
    for _ in range(rng.randrange(1, 8)):
        if names and rng.random() < 0.4:
            connection.delete_s(names.pop(rng.randrange(len(names))))
        else:
            dn = f"cn=r{rng.randrange(10 ** 9)},{SUFFIX}"
            connection.add_s(dn, [("objectClass", [b"organizationalRole"]), ("cn", [dn[3:dn.index(",")].encode()])])
            names.append(dn)
    connection.unbind_s()


@pytest.mark.turns(10)
@pytest.mark.parametrize("part", range(10))
def test_a_database_that_is_right_is_never_closed(pair, part):
    """Clean stops and crashes, noted or not, with checkpoints or none: a thousand in ten parts, which can run beside each other,
    as a restart is mostly waiting."""
    rng = random.Random(SEED + part)
    node = pair[1]
    fence = Fence(node, pair[0])
    names = []
    counts = collections.Counter()
    overlay = "olcOverlay={0}syncprov," + fence.dn
    with Daemon(node) as daemon:
        fence.wait_noted(daemon)
        fence.stop()
        fence.start()  # it has seen the file: a crash before that is not known
        for turn in range(100 if IS_LONG else 20):
            disturb(rng, rng.choice([node, node, pair[0]]).server, names)
            if rng.random() < 0.2:
                node.server.modify(overlay, [(ldap.MOD_REPLACE, "olcSpCheckpoint", rng.choice(["1 1", "100 10", "3 1"]))])
            pair.wait_in_step()
            is_noted, is_crash = rng.random() < 0.7, rng.random() < 0.6
            if is_noted:
                fence.wait_noted(daemon)
            fence.stop(kills=is_crash)
            try:
                fence.start()
            except AssertionError as error:
                raise AssertionError(f"turn {turn}, SYNCWARD_SEED={SEED}: {error}") from None
            assert not fence.is_closed()
            assert not daemon.events("finding"), f"turn {turn}, SYNCWARD_SEED={SEED}: {daemon.events('finding')}"
            counts.update(restarts=1, crashes=is_crash, noted=is_noted, noted_and_crashed=is_noted and is_crash)
    print(", ".join(f"{n} {name}" for name, n in counts.items()))
    assert counts["noted_and_crashed"] > 0


@pytest.mark.one_release
def test_an_older_copy_that_was_started_unseen_does_not_become_the_measure(pair):
    healthy, node = pair
    fence = Fence(node, healthy)
    with Daemon(node) as daemon:
        fence.wait_noted(daemon)
        fence.stop()
        backup = fence.back_up()
        fence.start()
        load(node.server, "own", 20)
        fence.wait_noted(daemon)
        noted = fence.noted()
        fence.stop()
        fence.put_back(backup)
        healthy.server.stop()
        node.server.start()  # nobody looked
        passes = daemon.last_pass()[0]
        daemon.reload()
        wait_until(lambda: daemon.last_pass()[0] > passes and "probe" in daemon.last_pass()[1], "its peers were asked")
        assert node.server.context_csns() != noted == fence.noted()
        node.server.stop()
        fence.look("older", 3)
        healthy.server.start()
        node.server.start()
        wait_open(fence, daemon)
        fence.wait_noted(daemon)
        assert contents(node.server) == contents(healthy.server)


@pytest.mark.one_release
def test_slapd_s_files_stay_their_owner_s(pair):
    node = pair[1]
    fence = Fence(node, pair[0])
    with Daemon(node) as daemon:
        load(node.server, "many", 1500)  # a dump that no pipe takes at once
        fence.wait_noted(daemon)
    fence.stop()
    os.chmod(os.path.dirname(node.server.directory), 0o711)
    os.chmod(node.folder, 0o711)

    def owners():
        return {path: (os.stat(path).st_uid, os.stat(path).st_gid, os.stat(path).st_mode)
                for folder, folders, names in os.walk(node.server.config_dir) for path in
                [os.path.join(folder, name) for name in folders + names]}
    subprocess.run(["chown", "-R", "daemon:daemon", node.server.config_dir, fence.folder], check=True)
    before = owners()
    # With no more power than the unit has.
    weak = ["setpriv", "--inh-caps=-all", "--bounding-set=-all,+setuid,+setgid", "--no-new-privs"]
    fence.put_back(fence.back_up())
    subprocess.run(["chown", "-R", "daemon:daemon", fence.folder], check=True)
    fence.look("right", 0, weak)
    assert "has every change" in fence.record()["text"]
    # As LTB's package has it: the folder is root's, and what is in it slapd's.
    os.chown(node.server.config_dir, 0, before[os.path.join(node.server.config_dir, "cn=config.ldif")][1])
    os.chmod(node.server.config_dir, 0o770)
    fence.remove()
    fence.look("absent", 3, weak)
    assert owners() == before and {uid for uid, _, _ in before.values()} == {1}
    assert fence.is_closed_on_disk()


@pytest.mark.one_release
def test_nothing_is_changed_under_a_slapd_that_runs(pair):
    node = pair[1]
    fence = Fence(node, pair[0])
    with Daemon(node) as daemon:
        load(node.server, "own", 5)
        fence.wait_noted(daemon)
    path = os.path.join(node.state_dir, "last-seen.json")
    with open(path, encoding="utf-8") as file:
        seen = json.load(file)
    seen["pid_file"] = None
    seen["databases"][0]["contextCSN"] = ["20991231235959.000000Z#000000#002#000000"]
    with open(path, "w", encoding="utf-8") as file:
        json.dump(seen, file)
    node.server.ldapi_uri, kept = "ldapi://%2Fnonexistent%2Fldapi", node.server.ldapi_uri
    done = fence.look("not known", 1)
    node.server.ldapi_uri = kept
    assert "a process has it open" in done.stdout and not fence.is_closed()


@pytest.mark.one_release
def test_doctor_tells_what_the_fence_found(pair):
    node = pair[1]
    assert "old-backup" in node.run("doctor").stdout
    fence = Fence(node, pair[0])

    def found():
        checks = json.loads(node.run("doctor", "--output", "json").stdout)["checks"]
        [check] = [check for check in checks if check["code"] == "old-backup"]
        return "; ".join(finding["text"] for finding in check["findings"])
    assert "is not enabled" in found() and "had nothing to compare with" in found()
    node.server.stop()
    path = os.path.join(node.state_dir, "fence.json")
    with open(path, encoding="utf-8") as file:
        looked = json.load(file)
    with open(path, "w", encoding="utf-8") as file:
        json.dump({**looked, "looked": "2026-01-01T00:00:00Z"}, file)
    assert "nothing was noted yet" in fence.run(status=0).stdout
    node.server.start()
    assert "had nothing to compare with" in found() and "nobody looked" not in found()
    with Daemon(node) as daemon:
        load(node.server, "own", 5)
        fence.wait_noted(daemon)
    assert "had nothing to compare with" in found()
    fence.stop()
    fence.start()
    assert "had nothing to compare with" not in found() and "nobody looked" not in found()
    with open(path, encoding="utf-8") as file:
        looked = json.load(file)
    with open(path, "w", encoding="utf-8") as file:
        json.dump({**looked, "looked": "2026-01-01T00:00:00Z"}, file)
    assert "nobody looked when slapd started at " in found() and "the fence last did at 2026-01-01T00:00:00Z" in found()
    fence.stop()  # what is noted behind a stop is no look
    node.server.start()
    assert "the fence last did at 2026-01-01T00:00:00Z" in found()
    fence.stop()
    fence.remove()
    fence.start("absent", 3)
    assert f"{SUFFIX} is closed to clients since slapd started: its file is not there" in found()
    assert "[fenced]" in node.plan().stdout

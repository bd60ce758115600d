# SPDX-License-Identifier: Apache-2.0
"""A saved plan is applied as it was shown or not at all; and one writer at a time."""

import json
import os
import re
import signal
import subprocess

import ldap
import pytest
from cluster import Cluster
import traced
from slapd import PASSWORD, wait_until


@pytest.fixture(name="cluster")
def fixture_cluster(slapd_factory, program):
    """Two nodes; the first has data, so that its plan is not empty."""
    cluster = Cluster(slapd_factory, program, 2)
    cluster[0].server.seed()
    return cluster


@pytest.fixture(name="node")
def fixture_node(cluster):
    """The node whose plans are saved."""
    return cluster[0]


def save(node, *words, code=2):
    """Saves a plan; returns its path."""
    path = os.path.join(node.folder, "plan.json")
    planned = node.plan("--save", path, *words)
    assert planned.returncode == code, planned.stdout + planned.stderr
    return path


def save_held(node):
    """The password is wrong, so the first node waits."""
    return save(node, code=3)


def assert_stale(node, path, what, *words):
    """The plan is refused, the message names what changed, and nothing was written."""
    before = node.server.config_writes()
    applied = node.apply("--plan", path, *words)
    assert applied.returncode == 1, applied.stdout + applied.stderr
    assert f"the saved plan is stale, nothing was written: {what} changed since" in applied.stderr
    assert applied.stderr.endswith("make a new one as this was made (see `syncward plan --help`)\n")
    assert node.server.config_writes() == before


def test_a_saved_plan_does_what_it_said(node):
    path = save(node)
    assert os.stat(path).st_mode & 0o7777 == 0o600
    with open(path, encoding="utf-8") as file:
        saved = json.load(file)
    assert saved["plan"] == node.plan_json()
    applied = node.apply("--plan", path)
    assert applied.returncode == 0, applied.stderr
    assert node.server.config_writes() == sum(step["op"] != "search" for step in saved["plan"]["steps"])
    assert node.plan().returncode == 0
    again = node.apply("--plan", path)  # it has done its work: not twice
    assert again.returncode == 1 and "cn=config changed since" in again.stderr


def test_a_plan_is_saved_over_an_older_one_and_private_at_once(node):
    path = os.path.join(node.folder, "plan.json")
    with open(path, "w", encoding="utf-8") as file:
        file.write("old")
    os.chmod(path, 0o644)
    assert os.stat(save(node)).st_mode & 0o7777 == 0o600


def change_database(cluster):
    """Somebody else's change, of an attribute that the plan does not touch."""
    cluster[0].edit([(ldap.MOD_REPLACE, "olcSizeLimit", "77")])
    return cluster[0].server.database_dn()


def change_global(cluster):
    """A change that concerns no replication at all."""
    cluster[0].server.modify("cn=config", [(ldap.MOD_REPLACE, "olcIdleTimeout", "7")])
    return "cn=config"


def add_overlay(cluster):
    """An entry more."""
    database = cluster[0].server.database_dn()
    cluster[0].server.modify("cn=module{0},cn=config", [(ldap.MOD_ADD, "olcModuleLoad", "syncprov")])
    cluster[0].server.add("olcOverlay=syncprov," + database,
                          {"objectClass": ["olcOverlayConfig", "olcSyncProvConfig"], "olcOverlay": "syncprov"})
    return "cn=module{0},cn=config"


def change_peers(cluster):
    """Another port of a peer."""
    cluster.document["peers"][1]["uri"] = "ldap://127.0.0.1:9"
    cluster.write()
    return "peers.json"


def change_white_space(cluster):
    """One blank more: nobody shall have to ask whether it matters."""
    with open(cluster[0].peers_file, "a", encoding="utf-8") as file:
        file.write(" ")
    return "peers.json"


def change_secret(cluster):
    """Another password."""
    cluster[0].write_secret("other")
    return cluster[0].secret_file


def change_secret_same(cluster):
    """The same password written again: that cannot be told apart without keeping something of it."""
    cluster[0].write_secret(PASSWORD)
    return cluster[0].secret_file


def change_secret_old_time(cluster):
    """Another file in its place with the same time."""
    status = os.stat(cluster[0].secret_file)
    os.rename(cluster[0].secret_file, cluster[0].secret_file + ".old")
    cluster[0].write_secret("other")
    os.utime(cluster[0].secret_file, ns=(status.st_atime_ns, status.st_mtime_ns))
    return cluster[0].secret_file


@pytest.mark.parametrize("change", [change_database, change_global, add_overlay, change_peers, change_white_space,
                                    change_secret, change_secret_same, change_secret_old_time])
def test_a_saved_plan_is_refused_after_any_change(cluster, node, change):
    path = save(node)
    assert_stale(node, path, change(cluster))


def test_a_saved_plan_is_refused_on_another_node(cluster, node):
    path = save(node)
    command = cluster[0].command("apply", "--plan", path)
    command[command.index("--node") + 1] = "2"
    before = node.server.config_writes()
    done = subprocess.run(command, text=True, capture_output=True, timeout=60, check=False)
    assert done.returncode == 1 and "which peer this node is changed" in done.stderr
    assert node.server.config_writes() == before


def test_a_saved_plan_is_refused_when_a_literal_password_changed(cluster, node):
    cluster.document["databases"][0]["syncrepl"]["credentials"] = "canary1"
    node.write(cluster.document)
    path = save_held(node)
    cluster.document["databases"][0]["syncrepl"]["credentials"] = "canary2"
    node.write(cluster.document)
    assert_stale(node, path, "peers.json")


def test_a_saved_plan_is_refused_when_the_databases_content_leads_to_another_plan(cluster):
    """The second node is empty, and nobody can be read yet. When somebody can, the same cn=config means more."""
    node = cluster[1]
    path = os.path.join(node.folder, "plan.json")
    cluster[0].server.stop()  # 2.4 has contextCSN on disk already, and would show it
    assert node.plan("--save", path).returncode == 3
    cluster[0].server.start()
    cluster[0].apply_ok()
    before = node.server.config_writes()
    applied = node.apply("--plan", path)
    assert applied.returncode == 1, applied.stdout + applied.stderr
    assert "the content of a database" in applied.stderr and node.server.config_writes() == before


def test_nothing_in_a_saved_plan_is_derived_from_a_password(cluster, node):
    """Two passwords of unlike length and the same time: byte for byte the same file but for the inode."""
    def saved(password):
        node.write_secret(password)
        os.utime(node.secret_file, ns=(10**18, 10**18))
        with open(save_held(node), encoding="utf-8") as file:
            return file.read()
    assert saved("short") == saved("a much longer password")

    def saved_literal(password):
        cluster.document["databases"][0]["syncrepl"]["credentials"] = password
        node.write(cluster.document)
        os.utime(node.peers_file, ns=(10**18, 10**18))
        with open(save_held(node), encoding="utf-8") as file:
            return file.read()
    assert saved_literal("short") == saved_literal("a much longer password")


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"made_from": 1}', '{"schema_version": 1, "plan": {}}',
                                  "dn: cn=config\nchangetype: modify\n"])
def test_what_is_no_saved_plan_ends_with_78(node, text):
    path = os.path.join(node.folder, "other")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, 0o600)
    applied = node.apply("--plan", path)
    assert (applied.returncode, applied.stdout) == (78, "") and path in applied.stderr
    assert node.server.config_writes() == 0


def test_a_saved_plan_that_others_may_change_is_refused(node):
    path = save(node)
    os.chmod(path, 0o666)
    applied = node.apply("--plan", path)
    assert applied.returncode == 78 and "chmod" in applied.stderr
    missing = node.apply("--plan", path + ".none")
    assert missing.returncode == 78 and f"syncward plan --save {path}.none" in missing.stderr


@pytest.mark.parametrize("keep", [["made_from", "plan"], ["schema_version", "made_from", "plan"]])
def test_a_plan_with_a_part_missing_is_never_applied(node, keep):
    path = save(node)
    with open(path, encoding="utf-8") as file:
        saved = json.load(file)
    saved = {key: saved[key] for key in keep}
    for part in list(saved["made_from"]):
        crippled = {**saved, "made_from": {k: v for k, v in saved["made_from"].items() if k != part}}
        with open(path, "w", encoding="utf-8") as file:
            json.dump(crippled, file)
        applied = node.apply("--plan", path)
        assert applied.returncode in (1, 78), part
        assert node.server.config_writes() == 0


# One writer at a time

def stopped_at_first_write(node):
    """An apply that stands still when it turns to slapd, holding the lock: (tracer, its pid). Not its children,
    who try the links: whoever goes on lets the parent go on alone."""
    trace = os.path.join(node.folder, "trace")
    command = ["strace", "-qq", "-e", "trace=connect", "-e", "inject=connect:signal=STOP:when=1",
               "-o", trace, *node.command("apply")]
    tracer = subprocess.Popen(command, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, env=traced.environment())
    return tracer, wait_until(lambda: stopped_process(tracer, trace), "apply stands still")


def stopped_process(tracer, trace):
    """The process that strace says has stopped; None before that."""
    if not os.path.exists(trace):
        return None
    with open(trace, encoding="utf-8") as file:
        if not re.search(r"^--- stopped by SIGSTOP", file.read(), re.MULTILINE):
            return None
    with open(f"/proc/{tracer.pid}/task/{tracer.pid}/children", encoding="ascii") as file:
        return int(file.read())


def end(tracer, child):
    """Lets the stopped one go on; returns its exit status and messages."""
    os.kill(child, signal.SIGCONT)
    output, messages = tracer.communicate(timeout=60)
    return tracer.returncode, output + messages


def test_a_second_apply_waits_and_then_finds_nothing_to_do(node):
    tracer, child = stopped_at_first_write(node)
    second = subprocess.Popen(node.command("apply"), text=True, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        wait_until(lambda: os.path.exists(f"/proc/{second.pid}/fd/3"), "the second has opened the lock")
        with pytest.raises(subprocess.TimeoutExpired):
            second.communicate(timeout=0.5)
        assert node.server.config_writes() == 0
        status, said = end(tracer, child)
        assert status == 0, said
        output, messages = second.communicate(timeout=60)
        assert second.returncode == 0 and "Nothing was written." in output, messages
    finally:
        if tracer.poll() is None:
            os.kill(child, signal.SIGKILL)  # stopped, it would outlive the tracer
        for process in (second, tracer):
            if process.poll() is None:
                process.kill()
                process.wait()


def test_a_stuck_writer_is_named_after_the_ldap_timeout(node):
    settings = os.path.join(node.folder, "agent.json")
    with open(settings, "w", encoding="utf-8") as file:
        file.write('{"ldap_timeout": 1}')
    tracer, child = stopped_at_first_write(node)
    try:
        second = node.apply("--agent-config", settings)
        assert second.returncode == 75, second.stderr
        assert f"process {child} holds {node.run_dir}/lock" in second.stderr
        assert f"ps -fp {child}" in second.stderr and second.stdout == ""
        assert node.server.config_writes() == 0
        assert node.plan().returncode == 2  # who only looks does not wait
    finally:
        status, said = end(tracer, child)
    assert status == 0, said


def test_a_writer_that_was_killed_leaves_no_lock(node):
    tracer, child = stopped_at_first_write(node)
    os.kill(child, signal.SIGKILL)
    tracer.communicate(timeout=60)
    node.apply_ok()

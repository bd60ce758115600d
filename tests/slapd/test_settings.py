# SPDX-License-Identifier: Apache-2.0
"""agent.json under the command line, and the exit statuses for what is not the plan's fault."""

import json
import os
import subprocess
import time

import pytest
from cluster import Cluster

NOBODY = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--"]


@pytest.fixture(name="node")
def fixture_node(slapd_factory, program):
    """The first of two nodes, with data: its plan is not empty."""
    cluster = Cluster(slapd_factory, program, 2)
    cluster[0].server.seed()
    return cluster[0]


@pytest.fixture(name="agent_json")
def fixture_agent_json(node):
    """Writes agent.json; returns its path."""
    def write(settings, mode=0o644):
        path = os.path.join(node.folder, "agent.json")
        with open(path, "w", encoding="utf-8") as file:
            file.write(settings if isinstance(settings, str) else json.dumps(settings))
        os.chmod(path, mode)
        return path
    return write


def all_settings(node):
    return {"peers_file": node.peers_file, "ldap_uri": node.server.ldapi_uri, "node": node.id,
            "state_dir": node.state_dir, "run_dir": node.run_dir}


def test_every_setting_may_come_from_agent_json(node, agent_json, syncward):
    path = agent_json(all_settings(node))
    planned = syncward("plan", "--agent-config", path)
    assert planned.returncode == 2, planned.stderr
    assert syncward("apply", "--agent-config", path).returncode == 0
    assert os.path.exists(os.path.join(node.run_dir, "lock")) and os.path.isdir(node.state_dir)
    assert node.plan().returncode == 0
    assert syncward("validate", "--agent-config", path).stdout.startswith(node.peers_file + ": valid")


def test_the_command_line_overrules_agent_json(node, agent_json):
    path = agent_json({"peers_file": "/nonexistent/p", "ldap_uri": "ldapi://%2Fnonexistent", "node": "9",
                       "state_dir": "/nonexistent/s", "run_dir": "/nonexistent/r"})
    assert node.run("apply", "--agent-config", path).returncode == 0
    assert node.plan().returncode == 0


def test_the_folder_of_cn_config_may_be_named(node, agent_json):
    """config_dir: free space is looked for there, so a wrong one is noticed before the first write."""
    path = agent_json({"config_dir": "/proc"})
    before = node.server.config_writes()
    applied = node.run("apply", "--agent-config", path)
    assert applied.returncode == 1 and "/proc: 0 KiB are free" in applied.stderr
    assert node.server.config_writes() == before


@pytest.mark.parametrize("settings, message", [
    ("{", "agent.json:1:"), ('{"interval": 1}', 'agent.json:1:14: "interval" must be'),
    ('{\n "ldap_timout": 5}', '"ldap_timeout"'), ('{"ldap_uri": "ldap://x"}', "local socket"),
    ("[]", "agent.json:1:1:"),
    ('{"node": true}', "agent.json:1:10:")])
def test_a_bad_agent_json_ends_with_78(node, agent_json, settings, message):
    path = agent_json(settings)
    for command in ("plan", "apply", "validate"):
        done = node.run(command, "--agent-config", path)
        assert (done.returncode, done.stdout) == (78, ""), command
        assert message in done.stderr
    assert not os.path.exists(node.state_dir)


def test_an_agent_json_that_was_named_must_exist(node):
    done = node.run("plan", "--agent-config", "/nonexistent/agent.json")
    assert done.returncode == 78 and "/nonexistent/agent.json: there is no such file" in done.stderr


def test_an_agent_json_that_others_may_change_is_refused(node, agent_json):
    done = node.run("plan", "--agent-config", agent_json({}, 0o666))
    assert done.returncode == 78 and "chmod 0644" in done.stderr


def test_an_agent_json_with_a_password_is_for_root_alone(node, agent_json):
    settings = {"verify": {"binddn": "cn=v", "credentials": "canary"}}
    done = node.run("plan", "--agent-config", agent_json(settings))
    assert done.returncode == 78 and "chmod 0600" in done.stderr and "canary" not in done.stderr
    assert node.run("plan", "--agent-config", agent_json(settings, 0o600)).returncode == 2


def test_without_slapd_the_message_says_what_was_tried_and_what_to_do(node):
    node.server.stop()
    for command in ("plan", "apply"):
        done = node.run(command)
        assert done.returncode == 69 and done.stdout == ""
        assert node.server.ldapi_uri in done.stderr and "is it running" in done.stderr


def test_a_slapd_that_does_not_answer_ends_with_69_in_the_time_given(node, agent_json):
    path = agent_json({"ldap_timeout": 1})
    with node.server.frozen():
        start = time.monotonic()
        done = node.run("plan", "--agent-config", path)
        assert time.monotonic() - start < 10
    assert done.returncode == 69 and "within 1000 ms" in done.stderr


def plan_as_nobody(node, agent_json):
    """plan by another user, who may read peers.json and has a password file of his own."""
    with open(node.peers_file, encoding="utf-8") as file:
        document = json.load(file)
    secret = os.path.join(node.folder, "nobody")
    for database in document["databases"]:
        database["syncrepl"]["credentials"] = {"file": secret}
    node.write(document)
    with open(secret, "w", encoding="utf-8") as file:
        file.write("x")
    os.chown(secret, 65534, 65534)
    os.chmod(secret, 0o600)
    os.chmod(node.folder, 0o755)
    os.chmod(node.peers_file, 0o644)
    path = agent_json(dict(all_settings(node), state_dir=node.folder + "/other"))
    return subprocess.run([*NOBODY, node.program, "plan", "--agent-config", path], text=True,
                          capture_output=True, timeout=60, check=False)


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")


@needs_root
def test_a_slapd_that_does_not_know_us_ends_with_77(node, agent_json):
    """Another user sees no cn=config: that is a refusal, not an empty server."""
    done = plan_as_nobody(node, agent_json)
    assert done.returncode == 77, done.stdout + done.stderr
    assert "run as root" in done.stderr and "olcAccess" in done.stderr


@needs_root
def test_a_socket_that_we_may_not_use_ends_with_77(node, agent_json):
    os.chmod(node.server.socket_path, 0o600)
    done = plan_as_nobody(node, agent_json)
    assert done.returncode == 77, done.stdout + done.stderr
    assert "run as root" in done.stderr and node.server.ldapi_uri in done.stderr


@needs_root
def test_a_password_that_we_may_not_read_ends_with_77(node):
    os.chmod(node.folder, 0o755)
    os.chmod(node.peers_file, 0o644)
    done = subprocess.run([*NOBODY, *node.command("plan")], text=True, capture_output=True, timeout=60, check=False)
    assert done.returncode == 77, done.stdout + done.stderr
    assert node.secret_file + ": cannot be opened: Permission denied: run as root" in done.stderr


@pytest.mark.parametrize("words, message", [
    (["plan", "--save="], "--save needs a value"),
    (["plan", "--show-secrets"], "--show-secrets goes with --output ldif only"),
    (["plan", "--output", "ldif", "--show-secrets"], "--show-secrets needs --save FILE"),
    (["apply", "--release", "G1"], "these can: G4, G5, G6"),
    (["apply", "--first_node"], "did you mean '--first-node'?"),
    (["apply", "--ldap-uri", "ldap://127.0.0.1"], "is no ldapi:// URL")])
def test_wrong_usage_ends_with_64_and_writes_nothing(node, words, message):
    command = [words[0], *words[1:]]
    done = node.run(*command) if "--ldap-uri" not in words else subprocess.run(
        [*node.command(words[0]), *words[1:]], text=True, capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (64, "") and message in done.stderr

# SPDX-License-Identifier: Apache-2.0
"""slapd where LTB, Symas and EPEL put it: what works with Debian's works there, and nobody names a path.

cn=config has an olcConfigDir of another machine, as LTB's template leaves it: it changes nothing.
"""

import contextlib
import json
import os
import re
import socket
import subprocess

import pytest
import remedies
from daemon import Daemon
from layouts import LAYOUTS, LTB_SETTINGS, LTB_UNIT, STALE, PackagedNode
from slapd import PASSWORD, SUFFIX, wait_until

pytestmark = pytest.mark.one_release


@contextlib.contextmanager
def packaged(slapd_factory, program, layout):
    node = PackagedNode(slapd_factory, program, layout)
    try:
        yield node
    finally:
        node.close()


@pytest.fixture(name="node", params=sorted(LAYOUTS))
def fixture_node(slapd_factory, program, request):
    with packaged(slapd_factory, program, request.param) as node:
        yield node


def settings(node, **values):
    """Words that have syncward take that agent.json."""
    path = os.path.join(node.folder, "agent.json")
    with open(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
        json.dump(values, file)
    return "--agent-config", path


def doctor(node, *checks):
    """{check: (severity, findings)}"""
    done = node.run("doctor", "--output", "json", *checks)
    return {check["code"]: (check["severity"], json.dumps(check)) for check in json.loads(done.stdout)["checks"]
            if check["code"] in checks}


def findings(node):
    done = node.plan("--output", "json")
    return {finding["code"]: finding["text"] for finding in json.loads(done.stdout)["findings"]}


@contextlib.contextmanager
def full_disk(machine):
    """What syncward sees of slapd.d is full."""
    machine.sh('mount -t tmpfs -o size=64k tmpfs "$CONFIG_DIR"; dd if=/dev/zero "of=$CONFIG_DIR/filler" 2>/dev/null || true')
    try:
        yield
    finally:
        machine.sh('umount "$CONFIG_DIR"')


def test_commands_and_the_doctor(node):
    layout = node.machine.layout
    assert node.server.values("cn=config", "olcConfigDir") == [STALE]
    with full_disk(node.machine):
        done = node.apply()
        assert done.returncode == 1 and f"{layout.config_dir}: 0 KiB are free" in done.stderr, done.stderr
    node.apply_ok()
    assert findings(node) == {}
    found = doctor(node, "ldapi", "restart", "disk", "disk-copy")
    assert {severity for severity, _ in found.values()} == {"ok"}, found
    node.server.put_listeners([*layout.urls, "ldaps:///"])
    told = findings(node)
    source = [*layout.files, f"/run/systemd/system/{layout.unit}"][0]
    if layout.unit == "symas-openldap-servers.service":
        source = f"/run/systemd/system/{layout.unit}"
    assert set(told) == {"listeners-differ"} and source in told["listeners-differ"], told
    node.server.stop()
    severity, text = doctor(node, "restart")["restart"]
    assert severity == "unknown" and f"no fault was found in {layout.config_dir}, in its TLS files" in text, text
    severity, text = doctor(node, "ldapi")["ldapi"]
    assert severity == "error" and f"{layout.found_uri}: Can't contact LDAP server" in text and "No other socket is tried" in text


def test_the_daemon_and_the_fence(node):
    layout = node.machine.layout
    node.apply_ok()
    assert "slapd runs" in node.run("fence").stdout
    seen = os.path.join(node.state_dir, "last-seen.json")
    name = f"cn=config/{node.dn().split(',', maxsplit=1)[0]}.ldif"
    answers = ("socket.json", "databases.json", "machine.json", "entries.json")  # as on a node that had none yet
    for path in (os.path.join(node.state_dir, answer) for answer in answers):
        if os.path.exists(path):
            os.unlink(path)
    with Daemon(node, *settings(node, interval=3600)) as daemon:
        wait_until(lambda: daemon.sees(os.path.join(node.server.config_dir, "cn=config")), "it watches slapd.d")
        wait_until(lambda: os.path.exists(seen), "it notes where slapd is")
        with open(os.path.join(node.server.config_dir, name), "a", encoding="ascii") as file:
            file.write("# by hand\n")
        told = daemon.wait_for("hand-edit")
        assert told.startswith(f"{layout.config_dir}/{name} was written by hand"), told
        uri = json.loads(node.run("status", "--output", "json").stdout)["slapd"]["uri"]
        assert uri == layout.found_uri
        socket_noted = os.path.join(node.state_dir, "socket.json")
        assert os.path.exists(socket_noted)
        with open(socket_noted, encoding="utf-8") as file:
            assert json.load(file)["uri"] == uri
        assert not daemon.events("state-problem")
    with open(seen, encoding="utf-8") as file:
        noted = json.load(file)
    assert (noted["config_dir"], noted["slapd"]) == (layout.config_dir, layout.program)
    # Where nothing of that was noted the unit tells, and the package's own folder.
    noted = {"schema_version": noted["schema_version"], "node": 1, "databases": [
        {"suffix": SUFFIX, "contextCSN": sorted(node.server.context_csns())}]}
    with open(seen, "w", encoding="utf-8") as file:
        json.dump(noted, file)
    node.server.stop()
    done = node.run("fence")
    assert done.returncode == 0 and f"{SUFFIX}: right" in done.stdout, done.stdout + done.stderr


@pytest.mark.remedy("ldap-uri")
def test_of_two_slapds_none_is_chosen(slapd_factory, program):
    with packaged(slapd_factory, program, "symas-openldap-servers") as node:
        node.machine.sh("ln -s /var/symas/run/ldapi /run/ldapi")  # two names are not two servers
        assert node.plan().returncode == 2
        node.machine.sh("mkdir -p /usr/local/openldap/libexec; cp /opt/symas/lib/slapd /usr/local/openldap/libexec/slapd")
        done = node.plan()
        assert done.returncode != 2 and "several slapds are installed (/usr/local/openldap/libexec/slapd, /opt/symas/lib/slapd); " \
            "set ldap_uri in agent.json" in done.stderr, done.stderr
        assert node.plan(*settings(node, ldap_uri=node.machine.layout.socket_uri)).returncode == 2
        remedies.did("ldap-uri")
        node.server.stop()
        os.makedirs(node.state_dir, 0o700, exist_ok=True)
        severity, text = doctor(node, "ldapi")["ldapi"]
        assert severity == "error" and "ldapi:///: Can't contact LDAP server" in text and "/var/symas/run/ldapi (" in text, text
        assert "no fault was found in /opt/symas/etc/openldap/slapd.d" in doctor(node, "restart")["restart"][1]
        node.machine.put("/run/systemd/system/slapd-ltb.service", LTB_UNIT)
        node.machine.put("/usr/local/openldap/etc/openldap/slapd-cli.conf", LTB_SETTINGS.format(port=389, urls="ldap:///"))
        node.machine.sh("mkdir -p /usr/local/openldap/etc/openldap/slapd.d")
        assert "where slapd keeps cn=config is not known: set config_dir" in doctor(node, "restart")["restart"][1]
        # Unless it is known which slapd it was, or where.
        layout = node.machine.layout
        noted = {"schema_version": 1, "node": 1, "config_dir": layout.config_dir, "slapd": layout.program, "databases": []}
        for seen in (noted, {**noted, "slapd": None}):
            with open(os.path.join(node.state_dir, "last-seen.json"), "w", encoding="utf-8") as file:
                json.dump(seen, file)
            assert f"no fault was found in {layout.config_dir}" in doctor(node, "restart")["restart"][1]
            node.machine.sh("rm -f /run/systemd/system/symas-openldap-servers.service")


def test_what_was_seen_goes_before_a_unit(slapd_factory, program):
    """Two instances of one slapd: the unit is that of the other one."""
    with packaged(slapd_factory, program, "symas-openldap-servers") as node:
        layout = node.machine.layout
        node.apply_ok()
        csns = sorted(node.server.context_csns())
        name = node.dn().split(",", maxsplit=1)[0]
        node.server.stop()
        node.machine.sh('cp -a "$CONFIG_DIR" /opt/second; rm "/opt/second/cn=config/$1.ldif"', name)
        os.makedirs(node.state_dir, 0o700, exist_ok=True)
        for folder, status, told in (("/opt/second", 1, f"{SUFFIX}: not known: /opt/second has no such database, and slapd had it"),
                                     (layout.config_dir, 0, f"{SUFFIX}: right")):
            with open(os.path.join(node.state_dir, "last-seen.json"), "w", encoding="utf-8") as file:
                json.dump({"schema_version": 1, "node": 1, "config_dir": folder, "slapd": layout.program, "databases": [
                    {"suffix": SUFFIX, "contextCSN": csns}]}, file)
            done = node.run("fence")
            assert done.returncode == status and told in done.stdout, done.stdout + done.stderr


def test_a_slapd_that_hangs_is_not_passed_over(slapd_factory, program):
    with packaged(slapd_factory, program, "openldap-ltb") as node, \
            socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as other:
        other.bind(os.path.join(node.machine.run, "ldapi"))
        other.listen()
        other.setblocking(False)
        with node.server.frozen():
            done = node.plan(*settings(node, ldap_timeout=1))
        assert "slapd gave no answer" in done.stderr and done.returncode != 2, done.stderr
        with pytest.raises(BlockingIOError):
            other.accept()


def test_a_slapd_that_ends_the_connection_is_not_passed_over(slapd_factory, program):
    """As one does that is just being stopped."""
    with packaged(slapd_factory, program, "openldap-ltb") as node, \
            socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as ending, socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as other:
        node.server.stop()
        if os.path.exists(node.server.socket_path):
            os.unlink(node.server.socket_path)
        other.bind(os.path.join(node.machine.run, "ldapi"))
        other.listen()
        other.setblocking(False)
        ending.bind(node.server.socket_path)
        ending.listen()
        planned = subprocess.Popen(node.command("plan"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        ending.settimeout(60)
        ending.accept()[0].close()
        ending.settimeout(None)
        said = planned.communicate(timeout=60)[1]
        assert planned.returncode not in (0, 2) and "Tried as well" not in said, said
        with pytest.raises(BlockingIOError):
            other.accept()


@pytest.mark.parametrize("knows", ["this release", "an earlier release", "nobody"])
def test_another_instance_is_not_taken_for_one_that_is_restarted(slapd_factory, program, knows):
    with packaged(slapd_factory, program, "openldap-ltb") as node, \
            socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as other:
        node.apply_ok()
        noted = os.path.join(node.state_dir, "socket.json")
        with open(noted, encoding="utf-8") as file:
            assert json.load(file)["uri"] == node.machine.layout.found_uri
        with open(os.path.join(node.state_dir, "last-seen.json"), "w", encoding="utf-8") as file:
            json.dump({"schema_version": 1, "node": 1, "config_dir": node.machine.layout.config_dir, "databases": [
                {"suffix": SUFFIX, "contextCSN": sorted(node.server.context_csns())}]}, file)
        if knows == "an earlier release":
            os.unlink(noted)
        elif knows == "nobody":
            with open(noted, "w", encoding="ascii") as file:
                file.write("{")
        node.server.stop()
        other.bind(os.path.join(node.machine.run, "ldapi"))
        other.listen()
        other.setblocking(False)
        for done in (node.plan(), node.apply()):
            assert done.returncode not in (0, 2) and "No other socket is tried" in done.stderr, done.stderr
        done = node.run("fence")
        assert f"{SUFFIX}: right" in done.stdout, done.stdout + done.stderr
        with pytest.raises(BlockingIOError):
            other.accept()


def test_other_connections_go_to_the_socket_that_was_found(slapd_factory, program):
    with packaged(slapd_factory, program, "symas-openldap-servers") as node:
        secret = os.path.join(node.folder, "verify")
        with open(os.open(secret, os.O_CREAT | os.O_WRONLY, 0o600), "w", encoding="ascii") as file:
            file.write(PASSWORD)
        node.apply_ok()
        done = node.run("verify", "--write", "--timeout", "1", *settings(node, verify={
            "binddn": node.server.databases[0].rootdn, "credentials": {"file": secret}}))
        assert re.search(r"added cn=syncward-verify-\S+ here", done.stdout), done.stdout + done.stderr

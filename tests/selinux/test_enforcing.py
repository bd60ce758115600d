# SPDX-License-Identifier: Apache-2.0
"""The service on a booted system with SELinux enforcing (see vm/scenario.sh for what happens there)."""

import os
import re
import shutil

import pytest
from authority import Authority
from conftest import HERE, TOP, output
from vm import Guest

VM = os.path.join(HERE, "vm")
BINARY = "system_u:object_r:syncward_exec_t:s0"

# What the acts are denied: class, permission, type.
DENIALS = {
    "shadow": ("file", "read", "shadow_t"), "slapd-read": ("file", "read", "slapd_db_t"),
    "slapd-write": ("dir", "write", "slapd_db_t"), "peers": ("file", "write", "syncward_etc_t"),
    "password": ("file", "write", "syncward_secret_t"), "temporary": ("dir", "search", "tmp_t"),
    "ssh": ("tcp_socket", "name_connect", "ssh_port_t"), "bind": ("tcp_socket", "name_bind", "unreserved_port_t"),
    "shell": ("file", "execute", "shell_exec_t"), "capability": ("capability", "sys_admin", "syncward_t"),
    "owner": ("capability", "chown", "syncward_t"), "signal": ("process", "signal", "init_t")}


class Report:
    """What the guest told."""

    def __init__(self, text, console):
        self.text, self.console = text, console
        self.steps = dict(re.findall(r"^step ([\w-]+): (.*?)(?: \[[\d.]+\])?$", text, re.MULTILINE))

    def acts(self, label):
        """Result of each act."""
        return dict(re.findall(rf"^acts {label}: ([\w-]+): (.*)$", self.text, re.MULTILINE))

    def denials(self, part):
        """(domain, class, permissions, type, was it enforced) of each denial in that part of the run."""
        pattern = (rf"^avc {part}: .*denied  \{{ ([^}}]*) \}}.*scontext=\S+?:\S+?:(\w+):\S* "
                   r"tcontext=\S+?:\S+?:(\w+):\S* tclass=(\w+) permissive=(\d)")
        return [(domain, tclass, permissions.split(), target, enforced == "0") for
                permissions, domain, target, tclass, enforced in re.findall(pattern, self.text, re.MULTILINE)]


def add_node(guest, folder):
    """The service as it is shipped, its configuration, the certificates of both nodes."""
    program = os.path.join(TOP, "build/syncward")  # not the sanitized one: it needs libraries of its own
    guest.add(os.environ.get("SYNCWARD_PLAIN_PROGRAM", program), "/usr/sbin/syncward", 0o755)
    guest.add(os.path.join(TOP, "packaging/systemd/syncward.service"), "/usr/lib/systemd/system/syncward.service")
    for name in ("syncward-fence.service", "syncward-fence-stop.service"):
        guest.add(os.path.join(TOP, "packaging/systemd", name), "/usr/lib/systemd/system/" + name)
    guest.add(os.path.join(VM, "peers.json"), "/etc/syncward/peers.json")
    guest.add_text('{"ldap_uri": "ldapi://%2Frun%2Fldapi"}\n', "/etc/syncward/agent.json")
    guest.add_folder("/etc/syncward/secrets", 0o700)
    guest.add_text("first", "/etc/syncward/secrets/replicator", 0o600)
    guest.add_text("[Service]\nEnvironmentFile=-/etc/sysconfig/slapd\n",
                   "/etc/systemd/system/slapd.service.d/local.conf")
    guest.add_text("UNUSED=yes\n", "/etc/sysconfig/slapd")
    guest.add_text("127.0.0.1 node1.test node1\n127.0.0.2 node2.test node2\n", "/etc/hosts")
    authority = Authority(folder)
    certificate = authority.issue("node2", "DNS:node2.test")
    guest.add(authority.path, "/etc/openldap/certs/ca.pem")
    guest.add(certificate.path, "/etc/openldap/certs/node2.pem")
    guest.add(certificate.key, "/etc/openldap/certs/node2.key", 0o640, owner=55)


def add_acts(guest, folder):
    """The program that does what is forbidden, with the daemon's label, and once without it."""
    program = os.path.join(folder, "acts")
    output("gcc", "-static", "-O2", "-Wall", "-Wextra", "-Werror", "-o", program, os.path.join(VM, "acts.c"))
    for name in ("acts", "listener"):
        guest.add(program, "/usr/local/libexec/" + name, 0o755)
    guest.label("/usr/local/libexec/acts", BINARY)
    guest.add("/bin/dash", "/usr/local/libexec/nrpe", 0o755)
    guest.label("/usr/local/libexec/nrpe", "system_u:object_r:nrpe_exec_t:s0")


@pytest.fixture(scope="session")
def report(linked, tmp_path_factory):
    """The one boot, and what came of it."""
    folder = tmp_path_factory.mktemp("guest")
    guest = Guest(folder, linked)
    for name in ("scenario.sh", "config.ldif", "base.ldif", "peers.json"):
        guest.add(os.path.join(VM, name), "/root/test/" + name)
    for name in ("dedicated-user.conf", "dedicated-user.ldif"):
        guest.add(os.path.join(TOP, "packaging/systemd/examples", name), "/root/test/" + name)
    for name in ("slapd-peer.service", "acts@.service", "nrpe.service", "slapd-ltb.service"):
        guest.add(os.path.join(VM, name), "/usr/lib/systemd/system/" + name)
    add_node(guest, folder)
    add_acts(guest, folder)
    told = Report(*guest.boot("/bin/sh /root/test/scenario.sh"))
    print(told.text + "\n--- console\n" + told.console)
    yield told
    shutil.rmtree(folder)


def test_the_guest_enforces_and_ran_to_its_end(report):
    assert report.steps["domain"].endswith(" Enforcing")
    assert "end" in report.steps
    assert re.findall(r"^failed .*$", report.text, re.MULTILINE) == []


def test_slapd_and_the_daemon_are_in_their_domains(report):
    assert report.steps["slapd-domain"] == "system_u:system_r:slapd_t:s0"
    assert report.steps["daemon-domain"] == "system_u:system_r:syncward_t:s0"


@pytest.mark.parametrize("step", [
    "start", "in-step", "replicates", "drift", "reload", "reload-bad", "rotate", "replicates-after-rotation",
    "slapd-restart", "fence-right", "fence-older", "fence-opened", "credential", "stop", "start-again", "own-user"])
def test_the_service_does_its_work(report, step):
    assert step in report.steps


def test_the_service_ends_well(report):
    assert report.steps["result"] == "success"


@pytest.mark.parametrize("step", ["plan-unconfined", "plan-sysadm"])
def test_an_administrators_plan_works(report, step):
    assert report.steps[step].startswith("5 to change, 0 held")


def test_an_administrators_program_stays_in_their_domain(report):
    assert ":unconfined_t:" in report.steps["admin-domain"]


def test_folders_that_an_administrator_made_have_their_types(report):
    assert re.findall(r"syncward_\w+", report.steps["folders"]) == ["syncward_var_lib_t", "syncward_var_run_t"]


def test_nothing_of_ours_was_denied(report):
    ours = [denial for part in ("service", "unconfined-on") for denial in report.denials(part)
            if denial[0] == "syncward_t" or denial[3].startswith("syncward_")]
    # check looks for agent.json, as it must, and does without; only this policy without dontaudit tells it.
    assert {denial for denial in map(repr, ours)} <= {repr(("nrpe_t", "dir", ["search"], "syncward_etc_t", True))}


def test_the_fence_looks_and_closes_in_its_own_domain(report):
    assert report.steps["fence-right"] == '"verdict":"right"' and report.steps["fence-older"] == '"verdict":"older"'
    assert "system_u:system_r:syncward_fence_t:s0" in re.findall(r"^fence: (.*)$", report.text, re.MULTILINE)
    # slapd's tools inherit no limits nor signals, as of any other domain; only this policy without dontaudit tells it.
    inherited = {repr(("syncward_fence_t", "process", [name], "slapd_t", True)) for name in ("rlimitinh", "siginh", "noatsecure")}
    assert {repr(denial) for denial in report.denials("service") if denial[0] == "syncward_fence_t"} <= inherited


def test_a_monitoring_agent_checks_in_its_own_domain(report):
    assert "nrpe" in report.steps
    said = re.findall(r"^nrpe: (.*)$", report.text, re.MULTILINE)
    assert said[-2].startswith("system_u:system_r:nrpe_t:") and said[-1].startswith("SYNCWARD OK")


def test_a_user_of_its_own_changes_nothing_of_the_domain(report):
    assert report.steps["own-user"] == "system_u:system_r:syncward_t:s0 syncward"


def test_a_slapd_that_runs_unconfined_is_spoken_to_with_the_boolean_only(report):
    assert report.steps["unconfined-off"] == report.steps["unconfined-on"] == "system_u:system_r:unconfined_service_t:s0"
    assert re.search(r"^doctor: .*syncward_unconfined_slapd is off", report.text, re.MULTILINE)
    assert re.search(r"^doctor: .*setsebool -P syncward_unconfined_slapd on", report.text, re.MULTILINE)
    denied = [denial for denial in report.denials("unconfined-off") if denial[0] == "syncward_t"]
    assert denied and {(denial[1], denial[3]) for denial in denied} <= {
        ("sock_file", "var_run_t"), ("unix_stream_socket", "unconfined_service_t"), ("dir", "unconfined_service_t"),
        ("file", "unconfined_service_t")}


@pytest.mark.parametrize("act", DENIALS)
def test_a_forbidden_act_is_denied(report, act):
    tclass, permission, target = DENIALS[act]
    assert report.acts("enforcing")[act] in ("Permission denied", "Operation not permitted")
    assert any(domain == "syncward_t" and (found_class, found_target) == (tclass, target) and enforced and
               permission in permissions for domain, found_class, permissions, found_target, enforced in
               report.denials("acts-enforcing"))


@pytest.mark.parametrize("act", DENIALS)
def test_the_same_act_succeeds_when_nothing_is_enforced(report, act):
    assert ":syncward_t:" in report.acts("permissive")["context"]
    assert report.acts("permissive")[act] == "done"

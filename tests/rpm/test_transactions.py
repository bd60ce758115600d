# SPDX-License-Identifier: Apache-2.0
"""Real dnf transactions into an EL-like system: stubs for EL's packages, EL's preset, semodule a stand-in."""

import os
import subprocess

import pytest
import setools

import build
import installroot

with open(os.path.join(build.TOP, "VERSION"), encoding="ascii") as version_file:
    VERSION = version_file.read().strip()
OLD, NEW, FORMER = f"{VERSION}-1.el9", f"{VERSION}-2.el9", "0.1.0-0"
PLACES = ("/etc", "/usr", "/var/lib/selinux", "/var/lib/syncward", "/var/lib/rpm-state", "/run")
MODES = ("stat", "-c", "%a %U:%G %n", "/etc/syncward/peers.json", "/etc/syncward/agent.json", "/etc/syncward/secrets",
         "/etc/syncward/secrets/replicator", "/var/lib/syncward")


@pytest.fixture(scope="session")
def system(built, tmp_path_factory):
    """Makes systems: system() is a new one."""
    tree = subprocess.run([os.path.join(installroot.LIB, "make-tree"), "bookworm"], stdout=subprocess.PIPE, text=True,
                          check=True).stdout.strip()
    repository = installroot.make_repository(str(tmp_path_factory.mktemp("repository")), [built.first, built.newer])
    return lambda: installroot.InstallRoot(str(tmp_path_factory.mktemp("system")), tree, repository)


def test_an_installation_from_first_to_last(system):
    """Install, configure, upgrade, downgrade, erase."""
    root = system()
    root.dnf("install", "selinux-stubs", f"syncward-{OLD}", "--exclude=openldap-servers")
    assert root.installed() == [f"syncward-{OLD}", f"syncward-selinux-{OLD}"], "the policy was not pulled in"
    assert root.verify("syncward", "syncward-selinux") == []
    assert root.is_enabled() == "disabled"
    assert root.chroot("getent", "group", "ldap") == "ldap:x:55:\n"
    assert root.chroot("stat", "-c", "%a %U:%G %n", "/etc/syncward", "/etc/syncward/secrets").splitlines() == [
        "755 root:root /etc/syncward", "700 root:root /etc/syncward/secrets"]
    assert root.find("/etc/syncward/") == ["/etc/syncward/", "/etc/syncward/secrets"], "no file before the first is made"
    policy = "/usr/share/selinux/packages/targeted/syncward.pp.bz2"
    assert root.read(installroot.LOG).splitlines() == [
        f"semodule -n -s targeted -X 200 -i {policy}", "load_policy ",
        "fixfiles -C /var/lib/rpm-state/file_contexts.pre restore"]
    assert root.find("/var/lib/rpm-state") == []

    root.write("/etc/syncward/peers.json", '{"my": "peers"}')
    root.write("/etc/syncward/agent.json", '{"my": "settings"}', 0o600)
    root.write("/etc/syncward/secrets/replicator", "x", 0o600)
    assert root.verify("syncward", "syncward-selinux") == []
    root.chroot("chmod", "777", "/etc/syncward/secrets")
    assert root.verify("syncward") == [".M.......    /etc/syncward/secrets"]
    root.chroot("chmod", "700", "/etc/syncward/secrets")
    # What systemd does for a user of its own, and a person for those who may look.
    root.chroot("chown", "4711:4711", "/var/lib/syncward")
    root.chroot("chmod", "644", "/etc/syncward/peers.json", "/etc/syncward/agent.json")
    assert root.verify("syncward", "syncward-selinux") == []

    # The newer one ships a default agent.json; it comes beside the administrator's.
    root.dnf("upgrade", "--exclude=openldap-servers")
    assert root.installed() == [f"syncward-{NEW}", f"syncward-selinux-{NEW}"]
    assert root.is_enabled() == "disabled", "enabled by an upgrade"
    assert root.read("/etc/syncward/peers.json") == '{"my": "peers"}'
    assert root.read("/etc/syncward/agent.json") == '{"my": "settings"}'
    assert root.find("/etc/syncward/") == ["/etc/syncward/"] + ["/etc/syncward/" + name for name in (
        "agent.json", "agent.json.rpmnew", "peers.json", "secrets", "secrets/replicator")]
    assert root.verify("syncward", "syncward-selinux") == ["S.5....T.  c /etc/syncward/agent.json"]
    assert root.chroot("ls", installroot.STORE) == "syncward\n"

    root.chroot("systemctl", "enable", "syncward.service")
    root.chroot("rm", "/etc/syncward/agent.json.rpmnew")
    root.dnf("downgrade", f"syncward-{OLD}", "--exclude=openldap-servers")
    assert root.installed() == [f"syncward-{OLD}", f"syncward-selinux-{OLD}"]
    assert root.is_enabled() == "enabled", "what the administrator enabled stays so"
    assert root.read("/etc/syncward/peers.json") == '{"my": "peers"}'
    assert root.read("/etc/syncward/agent.json") == '{"my": "settings"}'
    assert root.verify("syncward", "syncward-selinux") == []
    root.dnf("check")

    root.dnf("remove", "syncward", "syncward-selinux")
    assert root.installed() == []
    # What the administrator wrote is saved, and nothing of ours is left.
    assert root.find(*PLACES) == ["/etc/syncward", "/etc/syncward/agent.json.rpmsave", "/etc/syncward/peers.json.rpmsave",
                                  "/etc/syncward/secrets", "/etc/syncward/secrets/replicator"]
    assert root.read("/etc/syncward/peers.json.rpmsave") == '{"my": "peers"}'
    assert root.read("/etc/syncward/agent.json.rpmsave") == '{"my": "settings"}'
    assert "semodule -n -s targeted -X 200 -r syncward\n" in root.read(installroot.LOG)
    assert root.chroot("ls", installroot.STORE) == ""


def test_restore_opens_nothing(system):
    """`rpm --restore` and its kin put modes back: never so that others read a password that stands in a file.

    The rpm that runs here leaves %ghost files alone; what an older one does follows from test_a_reviewers_rules."""
    root = system()
    root.dnf("install", f"syncward-{OLD}", "--exclude=openldap-servers")
    for path in ("peers.json", "agent.json", "secrets/replicator"):
        root.write("/etc/syncward/" + path, path, 0o600)
    root.chroot("chmod", "777", "/var/lib/syncward", "/etc/syncward/secrets")
    for option in ("--setperms", "--restore"):
        root.run("rpm", "--root", root.root, option, "syncward")
        assert root.chroot(*MODES).splitlines() == [
            "600 root:root /etc/syncward/peers.json", "600 root:root /etc/syncward/agent.json",
            "700 root:root /etc/syncward/secrets", "600 root:root /etc/syncward/secrets/replicator",
            "700 root:root /var/lib/syncward"]
    assert root.read("/etc/syncward/peers.json") == "peers.json"


def test_upgraded_from_the_first_release(system):
    """What 0.1.0 left is used on: files with their modes, state, what is enabled. What is new is not enabled."""
    root = system()
    root.dnf("install", f"syncward-{FORMER}")
    root.write("/etc/syncward/peers.json", '{"my": "peers"}', 0o644)
    root.write("/etc/syncward/agent.json", '{"my": "settings"}', 0o640)
    root.write("/etc/syncward/secrets/replicator", "x", 0o600)
    root.write("/var/lib/syncward/revision.json", '{"my": "state"}', 0o600)
    root.chroot("chmod", "700", "/var/lib/syncward")
    root.chroot("systemctl", "enable", "syncward.service")
    before = root.chroot(*MODES)
    root.dnf("upgrade", f"syncward-{OLD}", "--exclude=openldap-servers")
    assert root.installed() == [f"syncward-{OLD}"]
    assert root.chroot(*MODES) == before
    for path in ("/etc/syncward/peers.json", "/etc/syncward/agent.json", "/var/lib/syncward/revision.json"):
        assert root.read(path).startswith('{"my"'), path
    assert root.find("/etc/syncward/") == ["/etc/syncward/"] + ["/etc/syncward/" + name for name in (
        "agent.json", "peers.json", "secrets", "secrets/replicator")], "no .rpmnew, no .rpmsave"
    assert root.is_enabled() == "enabled"
    assert root.chroot("sh", "-c", "ls /etc/systemd/system/*.wants/ | grep syncward") == "syncward.service\n"
    assert root.verify("syncward") == []
    root.dnf("remove", "syncward")
    assert root.read("/etc/syncward/peers.json.rpmsave") == '{"my": "peers"}'
    assert root.read("/var/lib/syncward/revision.json") == '{"my": "state"}'


def test_rpm_of_el_10_makes_the_group_itself(system):
    """Its rpm gives the file to systemd-sysusers; a number that is taken is no fault, a group that is there stays."""
    with open(os.path.join(build.TOP, "packaging/systemd/syncward.sysusers"), encoding="utf-8") as file:
        line = file.read()
    for taken, want in ((None, "ldap:x:55:"), ("somebody:55", "ldap:x:"), ("ldap:4711", "ldap:x:4711:")):
        root = system()
        if taken:
            root.chroot("groupadd", "-g", taken.partition(":")[2], taken.partition(":")[0])
        root.write("/usr/lib/sysusers.d/syncward.conf", line)
        root.chroot("systemd-sysusers", "syncward.conf")
        assert root.chroot("getent", "group", "ldap").startswith(want)


def test_the_policy_comes_only_where_selinux_is(system):
    """And comes later when that comes later."""
    root = system()
    root.dnf("install", f"syncward-{OLD}", "--exclude=openldap-servers")
    assert root.installed() == [f"syncward-{OLD}"]
    root.run("test", "!", "-e", root.root + installroot.LOG)
    root.dnf("install", "selinux-stubs")
    assert root.installed() == [f"syncward-{OLD}", f"syncward-selinux-{OLD}"]


def test_removing_what_was_never_configured_leaves_nothing(system):
    root = system()
    before = root.find(*PLACES)
    root.dnf("install", "selinux-stubs", f"syncward-{OLD}", "--exclude=openldap-servers")
    assert len(root.find(*PLACES)) > 5
    root.dnf("remove", "syncward", "syncward-selinux")
    assert root.find(*PLACES) == before == []


def test_a_changed_file_that_a_package_shipped_is_saved_when_it_goes(system):
    root = system()
    root.dnf("install", f"syncward-{NEW}", "--exclude=openldap-servers")
    root.write("/etc/syncward/agent.json", '{"my": "settings"}', 0o600)
    root.dnf("remove", "syncward")
    assert root.find(*PLACES) == ["/etc/syncward", "/etc/syncward/agent.json.rpmsave"]


def test_the_policy_is_linked_and_unlinked(system):
    """With the real semodule and Debian's whole policy in the place of EL's."""
    root = system()
    root.give_policy(subprocess.run([os.path.join(build.TOP, "tests/selinux/make-store")], stdout=subprocess.PIPE,
                                    text=True, check=True).stdout.strip())
    root.dnf("install", "selinux-stubs", f"syncward-{OLD}", "--exclude=openldap-servers")
    modules = root.chroot("semodule", "-s", "targeted", "--list-modules=full")
    assert [line.split()[:3] for line in modules.splitlines() if "syncward" in line] == [["200", "syncward", "pp"]]
    contexts = root.read("/etc/selinux/targeted/contexts/files/file_contexts")
    assert "/usr/sbin/syncward\t--\tsystem_u:object_r:syncward_exec_t:s0\n" in contexts
    policy = setools.SELinuxPolicy(os.path.join(root.upper, "etc/selinux/targeted/policy/policy.33"))
    assert policy.lookup_type("syncward_t")
    assert root.verify("syncward", "syncward-selinux") == []
    root.dnf("remove", "syncward", "syncward-selinux")
    assert "syncward" not in root.chroot("semodule", "-s", "targeted", "--list-modules=full")
    assert "syncward" not in root.read("/etc/selinux/targeted/contexts/files/file_contexts")
    assert root.find(*PLACES) == []


def test_slapd_is_only_recommended(system):
    root = system()
    root.dnf("install", f"syncward-{OLD}")
    assert root.installed() == ["openldap-servers-1-1", f"syncward-{OLD}"]
    root.dnf("remove", "openldap-servers")
    assert root.installed() == [f"syncward-{OLD}"]


def test_the_preset_decides_and_the_group_may_be_there(system):
    """A distribution that enables everything gets it enabled: the scriptlet ran. A group ldap stays as it is."""
    root = system()
    root.write("/usr/lib/systemd/system-preset/99-default-disable.preset", "enable *\n")
    root.chroot("groupadd", "-g", "4711", "ldap")
    root.dnf("install", f"syncward-{OLD}", "--exclude=openldap-servers")
    assert root.is_enabled() == "enabled"
    assert root.chroot("getent", "group", "ldap") == "ldap:x:4711:\n"


def test_the_group_is_made_when_its_number_is_taken(system):
    root = system()
    root.chroot("groupadd", "-g", "55", "somebody-else")
    root.dnf("install", f"syncward-{OLD}", "--exclude=openldap-servers")
    group = root.chroot("getent", "group", "ldap").split(":")
    assert group[0] == "ldap" and group[2] != "55"


def test_the_installed_program_answers(system):
    """The files fit together: the schema accepts the examples, the program finds nothing wrong with them."""
    root = system()
    root.dnf("install", f"syncward-{OLD}", "--exclude=openldap-servers")
    assert root.chroot("syncward", "--version").split()[-1] == OLD.partition("-")[0]
    examples = root.chroot("sh", "-c", "ls /usr/share/doc/syncward/examples/*.json").split()
    assert len(examples) >= 3
    for example in examples:
        root.chroot("syncward", "validate", example)

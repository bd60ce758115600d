# SPDX-License-Identifier: Apache-2.0
"""What slapd's next start will be given (unit, sysconfig, Debian's defaults) is not what it runs with.

The program sees the files in a mount namespace of its own, where this slapd belongs to slapd.service.
"""

import json

import pytest
from lone import Lone
from slapd import SlapdFailed

pytestmark = pytest.mark.one_release
MOUNT = """
mount --bind "$1/run" /run
mount --bind "$1/default" /etc/default
mount --bind "$1/cgroup" "/proc/$(cat "$1/slapd.pid")/cgroup"
shift
exec "$@"
"""
UNIT = """[Unit]
Description=OpenLDAP Server Daemon
[Service]
Type=forking
EnvironmentFile={file}
ExecStart=/usr/sbin/slapd -u ldap -h "${{SLAPD_URLS}}"
"""


class Managed(Lone):
    """A node whose slapd the system manages; `system` holds the files that say how."""

    def __init__(self, farm, program, system, **options):
        self.system = system
        for folder in ("run/systemd/system/slapd.service.d", "default"):
            (system / folder).mkdir(parents=True)
        (system / "cgroup").write_text("0::/system.slice/slapd.service\n", encoding="ascii")
        super().__init__(farm, program, global_attributes={"olcPidFile": str(system / "slapd.pid")}, **options)
        self.put("run/systemd/system/slapd.service", UNIT.format(file=system / "sysconfig"))
        self.say(self.server.listeners)

    def put(self, path, text):
        (self.system / path).write_text(text, encoding="ascii")

    def say(self, listeners):
        """The -h list of the next start."""
        self.put("sysconfig", f'SLAPD_URLS="{" ".join(listeners)}"\n')

    def command(self, *words):
        inner = super().command(*words)
        return ["unshare", "--mount", "sh", "-euc", MOUNT, "sh", str(self.system), *inner]

    def findings(self):
        """Code and severity of what plan finds, but for what every Lone has."""
        found = json.loads(self.plan("--output", "json").stdout)["findings"]
        return {finding["code"]: finding["severity"] for finding in found}

    def restart_as_said(self, listeners):
        """What the system would do."""
        self.server.stop()
        self.server.listeners = listeners
        self.server.start()


@pytest.fixture(name="managed")
def fixture_managed(slapd_factory, program, tmp_path):
    """Makes the node; in step, nothing is found."""
    node = Managed(slapd_factory, program, tmp_path)
    node.apply_ok()
    assert node.findings() == {}
    return node


def test_a_list_that_the_next_start_refuses_is_mended_before(managed):
    """server_id list; then the unit loses the TCP listener's exact URL."""
    node = managed
    node.document["server_id"] = "list"
    node.write()
    node.apply_ok()
    listeners = [node.server.ldapi_uri, node.server.ldap_uri + "/"]
    node.say(listeners)
    assert node.findings() == {"restart-unsafe": "critical"}
    held = node.plan()
    assert held.returncode == 3 and "held G1" in held.stdout
    assert node.apply().returncode == 3
    node.document["server_id"] = "auto"
    node.write()
    planned = node.plan()
    assert planned.returncode == 2 and "slapd would not start again with the live values" in planned.stdout
    before = node.server.values("cn=config", "olcServerID")
    assert len(before) == 3
    node.apply_ok()
    assert node.server.values("cn=config", "olcServerID") == ["1"]
    assert node.findings() == {"listeners-differ": "critical"}
    node.restart_as_said(listeners)
    assert node.findings() == {}
    # What was foretold is what slapd does.
    node.server.modify("cn=config", [(2, "olcServerID", before)])
    with pytest.raises(SlapdFailed):
        node.server.restart()


def test_a_list_is_not_written_when_the_next_start_would_refuse_it(managed):
    node = managed
    node.say([node.server.ldapi_uri])
    node.document["server_id"] = "list"
    node.write()
    done = node.apply()
    # Not by the rule that judges any result: this one knows what to write instead.
    assert done.returncode == 3 and "held G1" in done.stdout and "its listeners are" in done.stdout
    assert node.server.values("cn=config", "olcServerID") == ["1"]


def test_a_drop_in_counts_and_the_order_of_listeners_does_not(managed):
    node = managed
    node.say(reversed(node.server.listeners))
    assert node.findings() == {}
    drop_in = "run/systemd/system/slapd.service.d/local.conf"
    node.put(drop_in, "[Service]\nExecStart=\nExecStart=/usr/sbin/slapd -h 'ldapi:/// ldap:///'\n")
    done = node.plan()
    assert node.findings() == {"listeners-differ": "critical"}
    assert f"/{drop_in} starts it with -h 'ldapi:/// ldap:///'" in done.stdout + done.stderr
    node.put(drop_in, "[Service]\nExecStart=\nExecStart=/usr/local/bin/start-slapd\n")
    assert node.findings() == {}


def test_debians_init_script_takes_its_list_from_etc_default(managed):
    node = managed
    node.put("run/systemd/system/slapd.service", "[Service]\nType=forking\nExecStart=/etc/init.d/slapd start\n")
    node.put("default/slapd", f'SLAPD_CONF=\nSLAPD_SERVICES="{" ".join(node.server.listeners)}"\nSLAPD_OPTIONS=""\n')
    assert node.findings() == {}
    node.put("default/slapd", 'SLAPD_SERVICES="ldap:/// ldapi:///"\n')
    assert node.findings() == {"listeners-differ": "critical"}
    node.put("default/slapd", 'SLAPD_SERVICES="$OTHER"\n')
    assert node.findings() == {}


def test_a_slapd_that_is_no_service_is_left_alone(managed):
    node = managed
    node.say(["ldap:///"])
    assert node.findings() == {"listeners-differ": "critical"}
    node.put("cgroup", "0::/user.slice/user-0.slice/session-1.scope\n")
    assert node.findings() == {}

# SPDX-License-Identifier: Apache-2.0
"""What the doctor tells to do is done as it stands there, and the check is well then."""

import json
import os
import re
import stat

import ldap
import pytest
import remedies
from cluster import Cluster, add_person
from slapd import SUFFIX, wait_until


def check(node, code, *words):
    """The check as doctor prints it: severity, and all that it says with its remedies."""
    document = json.loads(node.run("doctor", "--output", "json", *words).stdout)
    found, = [check for check in document["checks"] if check["code"] == code]
    return found["severity"], "\n".join(f"{one['text']}: {one['remedy']}" for one in found["findings"])


def told(node, code, remedy, *words):
    """What a bad check says, with that remedy in it."""
    severity, text = check(node, code, *words)
    assert severity in ("warning", "error"), (severity, text)
    remedies.printed(text, remedy)
    return text


def is_well(node, code, *words):
    severity, text = check(node, code, *words)
    assert severity in ("ok", "note"), text
    return True


# Files

@pytest.mark.remedy("agent-file")
def test_agent_json_is_used_when_it_is_mended(node, tmp_path):
    settings = tmp_path / "agent.json"
    settings.write_text('{"interval": "often"}')
    settings.chmod(0o600)
    text = told(node, "agent-file", "agent-file", "--agent-config", settings)
    assert "agent.json:1:14" in text
    settings.write_text("{}")
    remedies.did("agent-file")
    assert is_well(node, "agent-file", "--agent-config", settings)


@pytest.mark.remedy("peers-file")
def test_peers_json_is_used_when_validate_is_content(node):
    node.write({**node.document, "format": 2})
    told(node, "peers-file", "peers-file")
    assert node.run("validate").returncode == 78
    node.write()
    assert node.run("validate").returncode == 0
    remedies.did("peers-file")
    assert is_well(node, "peers-file")


@pytest.mark.remedy("secret")
def test_a_password_is_used_when_it_is_written(node):
    os.unlink(node.secret_file)
    told(node, "secrets", "secret")
    node.write_secret("secret")
    remedies.did("secret")
    assert is_well(node, "secrets") and stat.S_IMODE(os.stat(node.secret_file).st_mode) == 0o600


@pytest.mark.remedy("node")
def test_a_node_is_known_when_agent_json_names_it(node, tmp_path):
    node.id = 9
    told(node, "node", "node")
    settings = tmp_path / "agent.json"
    settings.write_text('{"node": "1"}')
    settings.chmod(0o600)
    command = node.command

    def without_node(*words):
        made = command(*words, "--agent-config", settings)
        at = made.index("--node")
        return made[:at] + made[at + 2:]
    node.command = without_node
    remedies.did("node")
    assert is_well(node, "node")


@pytest.mark.remedy("state")
def test_what_was_cut_off_is_ended_by_apply(node):
    with open(os.open(os.path.join(node.state_dir, "intent.json"), os.O_CREAT | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
        file.write('{"steps": ["modify \'cn=config\'"]}')
    text = told(node, "state", "state")
    remedies.run(node, text, "apply", statuses=(0, 3))
    remedies.did("state")
    assert is_well(node, "state")


# slapd

@pytest.mark.remedy("ldapi")
def test_slapd_is_seen_when_it_runs(node):
    node.server.stop()
    told(node, "ldapi", "ldapi")
    node.server.start()
    remedies.did("ldapi")
    assert is_well(node, "ldapi")


@pytest.mark.remedy("plan-mends")
def test_a_flag_without_links_is_mended_by_the_plan(node):
    node.edit([(ldap.MOD_DELETE, "olcSyncrepl", None)])
    text = told(node, "restart", "plan-mends")
    remedies.run(node, text, "plan", statuses=(2,))
    remedies.did("plan-mends")
    node.apply_ok()
    assert is_well(node, "restart")


@pytest.mark.remedy("disk-copy")
def test_a_file_that_slapd_could_not_write_is_written_again(node):
    path, = [os.path.join(folder, name) for folder, _, names in os.walk(node.server.config_dir) for name in names
             if re.match(r"olcDatabase=\{2\}\w+\.ldif$", name)]
    with open(path, encoding="utf-8") as file:
        before = file.read()
    node.edit([(ldap.MOD_REPLACE, "olcSizeLimit", "700")])
    with open(path, "w", encoding="utf-8") as file:
        file.write(before)
    told(node, "disk-copy", "disk-copy")
    node.edit([(ldap.MOD_REPLACE, "olcSizeLimit", "700")])
    remedies.did("disk-copy")
    assert is_well(node, "disk-copy")


@pytest.mark.remedy("monitor")
def test_cn_monitor_tells_when_root_may_read_it(node):
    monitor = "olcDatabase={1}monitor,cn=config"
    access = node.server.values(monitor, "olcAccess")
    node.server.modify(monitor, [(ldap.MOD_REPLACE, "olcAccess", ["{0}to * by * none"])])
    told(node, "monitor", "monitor")
    node.server.modify(monitor, [(ldap.MOD_REPLACE, "olcAccess", access)])
    remedies.did("monitor")
    assert is_well(node, "monitor")


@pytest.mark.remedy("pending")
def test_what_is_pending_is_written_by_apply(node):
    node.edit([(ldap.MOD_DELETE, "olcLimits", None)])
    text = told(node, "pending", "pending")
    remedies.run(node, text, "apply")
    remedies.did("pending")
    assert is_well(node, "pending")


# Readers

@pytest.mark.remedy("readers")
def test_a_reader_sees_everything_with_the_line(slapd_factory, program):
    cluster = Cluster(slapd_factory, program, 2).form()
    node = cluster[0]
    node.edit([(ldap.MOD_ADD, "olcAccess", ["{0}to attrs=userPassword by anonymous auth by * none", "{1}to * by * read"])])
    told(node, "readers", "readers")
    cluster.document["databases"][0]["access"] = True
    node.write(cluster.document)
    remedies.did("readers")
    node.apply_ok()
    assert is_well(node, "readers")


def with_setting(node, **changes):
    node.document["databases"][0].update(changes)
    node.write()
    node.apply_ok()


@pytest.mark.remedy("limits-first", "limits-anew")
def test_a_limit_is_lifted_by_the_line(node):
    with_setting(node, limits=False)
    node.edit([(ldap.MOD_REPLACE, "olcLimits", "{0}users size=5")])
    name, value = remedies.attribute(told(node, "limits", "limits-first"), "limits-first")
    remedies.printed(told(node, "limits", "limits-anew"), "limits-anew")
    node.edit([(ldap.MOD_REPLACE, name, [value, "users size=5"])])
    remedies.did("limits-anew")
    assert is_well(node, "limits")
    node.assert_in_step()


def test_a_limit_of_ours_is_lifted_by_apply(node):
    node.edit([(ldap.MOD_REPLACE, "olcLimits", "{0}users size=5")])
    remedies.run(node, told(node, "limits", "apply"), "apply")
    assert is_well(node, "limits")


@pytest.mark.remedy("index-line")
def test_an_index_that_is_not_ours_comes_with_the_line(node):
    with_setting(node, index=False)
    node.edit([(ldap.MOD_REPLACE, "olcDbIndex", "entryUUID eq")])
    text = told(node, "indices", "index-line")
    node.edit([(ldap.MOD_ADD, *remedies.attribute(text, "index-line"))])
    assert is_well(node, "indices")
    node.assert_in_step()


def test_an_index_of_other_kinds_gets_eq_and_no_second_definition(node):
    with_setting(node, index=False)
    node.edit([(ldap.MOD_REPLACE, "olcDbIndex", ["entryUUID eq", "entryCSN pres"])])
    told(node, "indices", "index")
    node.edit([(ldap.MOD_DELETE, "olcDbIndex", "entryCSN pres"), (ldap.MOD_ADD, "olcDbIndex", "entryCSN pres,eq")])
    assert is_well(node, "indices")


# Links

def without_timeouts(node, **document):
    """The file says that slapd shall wait for ever."""
    node.document["databases"][0]["syncrepl"].update({"timeout": 0, "network-timeout": 0})
    node.document.update(document)
    node.write()
    node.apply_ok("--release", "G6")


@pytest.mark.remedy("timeouts")
def test_time_limits_come_from_peers_json(node):
    """Set by hand in olcSyncrepl they would be undone."""
    without_timeouts(node)
    node.document["databases"][0]["syncrepl"].update(remedies.line(told(node, "timeouts", "timeouts"), "timeouts"))
    node.write()
    node.apply_ok("--release", "G6")
    assert is_well(node, "timeouts")
    node.assert_in_step()


def test_time_limits_that_somebody_took_away_come_back_by_apply(node):
    value = node.syncrepl()[0]
    node.edit([(ldap.MOD_REPLACE, "olcSyncrepl", [re.sub(r" (?:network-)?timeout=\d+", "", value), *node.syncrepl()[1:]])])
    remedies.run(node, told(node, "timeouts", "apply"), "apply", statuses=(0, 3))
    node.apply_ok("--release", "G6")
    assert is_well(node, "timeouts")


@pytest.mark.remedy("provider-listed")
def test_time_limits_of_a_kept_provider_come_when_it_is_listed(node):
    node.document["policy"]["keep"] = [node.uri(9)]
    node.write()
    node.edit([(ldap.MOD_ADD, "olcSyncrepl", node.value(9, timeout=None))])
    told(node, "timeouts", "provider-listed")
    del node.document["policy"]["keep"]
    node.document["peers"].append({"id": 9, "uri": node.uri(9)})
    node.write()
    remedies.did("provider-listed")
    node.apply_ok("--release", "G6")
    assert is_well(node, "timeouts")


@pytest.mark.remedy("in-step")
def test_verify_waits_for_what_is_on_its_way(slapd_factory, program):
    cluster = Cluster(slapd_factory, program, 2).form()
    cluster.wait_persistent()
    node, peer = cluster
    values = peer.syncrepl()
    peer.edit([(ldap.MOD_DELETE, "olcSyncrepl", None), (ldap.MOD_DELETE, peer.server.flag(), None)])
    add_person(node.server, "one")
    admin = node.server.admin()
    admin.modify_s(f"cn=one,{SUFFIX}", [(ldap.MOD_REPLACE, "description", [b"x"])])
    admin.unbind_s()

    def behind():
        severity, text = check(node, "in-step")
        return text if severity == "warning" else None
    text = wait_until(behind, "it is late enough to be told", 60)
    remedies.printed(text, "in-step")
    peer.edit([(ldap.MOD_ADD, "olcSyncrepl", [re.sub(r"^\{\d+\}", "", value) for value in values]),
               (ldap.MOD_ADD, peer.server.flag(), "TRUE")])
    assert node.run("verify").returncode == 0
    remedies.did("in-step")
    assert is_well(node, "in-step")

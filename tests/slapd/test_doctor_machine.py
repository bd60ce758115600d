# SPDX-License-Identifier: Apache-2.0
"""doctor on the machine: folders and maps of databases, and what keeps a stopped slapd from starting."""

import json
import os
import re
import shutil
import socket
import subprocess

import ldap
import own_journal
import pytest
import remedies
from cluster import add_person
from lone import Lone
from releases import release, versions
from slapd import SUFFIX, Database, SlapdFailed
from slapd_farm import SlapdFarm
from test_guards import load_anew

NOBODY = 65534
UNIT = "[Service]\nType=notify\nExecStart=/usr/sbin/slapd -d 0 -h '{listeners}' -F {folder}\n"
# Where the system would start slapd from: nobody else sees it.
MOUNT = 'mount -t tmpfs none /run; mkdir -p /run/systemd/system; cp "$1" /run/systemd/system/slapd.service; shift; exec "$@"'


def checks(node, *codes, prefix=()):
    """Of each check what it says: severity, and all texts with their remedies."""
    done = node.run("doctor", *codes, "--output", "json", prefix=prefix)
    assert "s3cr3t" not in done.stdout + done.stderr
    return {check["code"]: (check["severity"], "\n".join(f"{one['text']}: {one['remedy']}" for one in check["findings"]))
            for check in json.loads(done.stdout)["checks"]}


# --- a slapd that runs ---

def fill(node):
    """Adds entries until slapd refuses one; the number of that one."""
    admin = node.server.admin()
    for i in range(100000):
        try:
            admin.add_s(f"cn=p{i},{SUFFIX}", [("objectClass", [b"person"]), ("sn", [b"x" * 500]), ("cn", [b"p%d" % i])])
        except ldap.OTHER:
            admin.unbind_s()
            return i
    raise AssertionError("it is never full")


@pytest.mark.remedy("db-max-size", "db-max-size-2.4")
def test_a_full_map_is_told_and_made_larger(slapd_factory, program):
    node = Lone(slapd_factory, program, [Database(backend="mdb", attributes={"olcDbMaxSize": "1048576"})])
    node.apply_ok()
    assert checks(node, "disk")["disk"][0] == "ok"
    refused = fill(node)
    severity, text = checks(node, "disk")["disk"]
    assert severity == "error" and re.search(rf"{SUFFIX}: \d\d % of olcDbMaxSize is in use", text), text
    node.server.stop()
    if node.server.release.number < (2, 5):
        line = re.search(r"olcDbMaxSize: \d+", remedies.printed(text, "db-max-size-2.4"))[0]
        load_anew(node, lambda dump: re.sub(r"(?m)^olcDbMaxSize: .*$", line, dump))
    else:
        remedies.run(node, text, "db-max-size")
    for code in ("db-max-size", "db-max-size-2.4"):
        remedies.did(code)  # each is one of the runs
    node.server.start()
    add_person(node.server, f"p{refused}")
    assert checks(node, "disk")["disk"][0] == "ok"


# --- one that is stopped ---

@pytest.fixture(name="farm", scope="module")
def fixture_farm():
    every = versions()
    with SlapdFarm(release("2.5" if "2.5" in every else every[-1])) as farm:
        yield farm
        assert not farm.problems()


@pytest.fixture(name="stopped", scope="module")
def fixture_stopped(farm):
    """A node in step whose slapd was stopped; agent.json says where its files are."""
    node = Lone(farm, os.path.abspath(os.environ.get(
        "SYNCWARD_PROGRAM", os.path.join(os.path.dirname(__file__), "../../build/syncward"))))
    node.apply_ok()
    node.settings = os.path.join(node.folder, "agent.json")
    with open(os.open(node.settings, os.O_CREAT | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
        json.dump({"config_dir": node.server.config_dir}, file)
    plain = node.command
    node.command = lambda *words: plain(*words, "--agent-config", node.settings)
    node.server.stop()
    node.database_folder = os.path.join(node.server.directory, "db2")
    return node


@pytest.fixture(name="broken")
def fixture_broken(stopped):
    """It may be broken in any way; afterwards all is as before."""
    folders = stopped.server.config_dir, stopped.database_folder
    for folder in folders:
        shutil.copytree(folder, folder + ".kept")
    yield stopped
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
        os.rename(folder + ".kept", folder)
    assert checks(stopped, "disk")["disk"][0] == "unknown"


def substitute(node, pattern, text, *names):
    """Edits a file of slapd.d."""
    path = os.path.join(node.server.config_dir, *names)
    with open(path, encoding="utf-8") as file:
        before = file.read()
    after = re.sub(pattern, text, before, count=1, flags=re.MULTILINE)
    assert after != before
    with open(path, "w", encoding="utf-8") as file:
        file.write(after)


def in_database(node, pattern, text):
    substitute(node, pattern, text, "cn=config", "olcDatabase={2}mdb.ldif")


def damage(node):
    in_database(node, "^olcSuffix: ", "olcSuffix")


def bad_link(node):
    in_database(node, "^olcSuffix", 'olcSyncrepl: {9}rid=099 provider=ldap://x bindmethod=simple searchbase="' + SUFFIX +
                '" type=refreshAndPersist credentials=half of s3cr3t\nolcSuffix')


def no_module(node):
    substitute(node, r"^(olcModuleLoad: \{0\}).*", r"\1nonesuch", "cn=config", "cn=module{0}.ldif")


def no_key(node):
    substitute(node, "^olcPidFile", "olcTLSCertificateKeyFile: /nonexistent/x.key\nolcPidFile", "cn=config.ldif")


def no_folder(node):
    shutil.rmtree(node.database_folder)


def no_database(node):
    with open(os.path.join(node.database_folder, "data.mdb"), "r+b") as file:
        file.write(b"x" * 8192)


def not_its_own(node):
    """As slapadd, run by root, leaves it."""
    for folder, _, names in os.walk(node.server.config_dir):
        for path in [folder, *(os.path.join(folder, name) for name in names)]:
            os.chown(path, NOBODY, NOBODY)
    os.chmod(node.database_folder, 0o700)


FAULTS = {
    damage: ["slap_str2undef_ad", "is not shown"],
    bad_link: ["parse_syncrepl_line", "is not shown"],
    no_module: ["lt_dlopenext failed: (nonesuch) file not found", "cn=module{0}"],
    no_key: ["/nonexistent/x.key: No such file or directory (olcTLSCertificateKeyFile)"],
    no_folder: ["olcDbDirectory", "No such file or directory"],
    no_database: ["data.mdb is no database of lmdb"],
    not_its_own: ["slapd's user may not write to", "db2", "Permission denied"],
}


@pytest.mark.one_release
@pytest.mark.parametrize("fault", FAULTS, ids=lambda one: one.__name__)
def test_the_cause_is_named_and_slapd_really_does_not_start(broken, fault):
    before = [sorted(os.listdir(folder)) for folder in (broken.database_folder, broken.server.config_dir)]
    severity, text = checks(broken, "restart")["restart"]
    assert severity == "unknown" and "no fault was found" in text
    assert before == [sorted(os.listdir(folder)) for folder in (broken.database_folder, broken.server.config_dir)]
    fault(broken)
    severity, text = checks(broken, "restart")["restart"]
    assert severity == "error" and "would not start" in text and all(part in text for part in FAULTS[fault]), text
    broken.server.arguments = ["-u", "nobody", "-g", "nogroup"] if fault is not_its_own else []
    with pytest.raises(SlapdFailed):
        broken.server.start()
    broken.server.arguments = []


@pytest.mark.one_release
@pytest.mark.remedy("slapd-stopped")
def test_a_server_id_that_is_not_ours_is_named_and_mended(broken):
    def change(*values):
        path = os.path.join(broken.server.directory, "change.ldif")
        with open(path, "w", encoding="utf-8") as file:
            file.write("dn: cn=config\nchangetype: modify\nreplace: olcServerID\n" +
                       "".join(f"olcServerID: {value}\n" for value in values))
        broken.server.tool("modify", "-n0", "-l", path)
    unit = os.path.join(broken.folder, "unit")
    with open(unit, "w", encoding="utf-8") as file:
        file.write(UNIT.format(listeners=" ".join(broken.server.listeners), folder=broken.server.config_dir).replace("%", "%%"))
    prefix = ["unshare", "-m", "sh", "-euc", MOUNT, "-", unit]
    change("1 ldap://one.invalid", "2 ldap://two.invalid")
    severity, text = checks(broken, "restart")["restart"]
    assert severity == "unknown" and "no unit says" in text, text
    severity, text = checks(broken, "restart", prefix=prefix)["restart"]
    assert severity == "error" and "olcServerID" in text and "no serverID / URL match found" in text, text
    remedies.printed(text, "slapd-stopped")
    with pytest.raises(SlapdFailed):
        broken.server.start()
    change("1")
    remedies.did("slapd-stopped")
    assert checks(broken, "restart", prefix=prefix)["restart"][0] == "unknown"
    broken.server.start()
    assert checks(broken, "restart", prefix=prefix)["restart"][0] == "ok"
    broken.server.stop()


@pytest.fixture(name="noted")
def fixture_noted(stopped):
    """Notes a program as the daemon does, which has it from the process that slapd's own pid file names."""
    path = os.path.join(stopped.state_dir, "last-seen.json")

    def note(program):
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"schema_version": 1, "node": 1, "slapd": program, "databases": []}, file)
    yield note
    if os.path.exists(path):
        os.unlink(path)


def test_root_executes_no_program_that_others_can_change(stopped, noted):
    folder = os.path.join(stopped.folder, "program")
    program, proof = os.path.join(folder, "slapd"), os.path.join(folder, "proof")
    os.makedirs(folder)
    with open(program, "w", encoding="ascii") as file:
        file.write(f"#!/bin/sh\n: >{proof}\n")
    os.chmod(stopped.folder, 0o711)

    def is_executed(mode=0o755, owner=0, folder_mode=0o755, folder_owner=0, name=program):
        for path, number, user in ((program, mode, owner), (folder, folder_mode, folder_owner)):
            os.chmod(path, number)
            os.chown(path, user, user)
        noted(name)
        severity, found = checks(stopped, "restart")["restart"]
        if os.path.exists(proof):
            os.unlink(proof)
            return True
        assert severity == "unknown" and "where slapd is installed is not known" in str(found), found
        return False
    os.chown(stopped.server.config_dir, 0, 0)
    assert is_executed()
    assert not is_executed(owner=1) and not is_executed(mode=0o775)
    assert not is_executed(folder_owner=1) and not is_executed(folder_mode=0o775)
    os.symlink(program, os.path.join(stopped.folder, "link"))
    assert is_executed(name=os.path.join(stopped.folder, "link"))
    assert not is_executed(owner=1, name=os.path.join(stopped.folder, "link"))
    # One that is gone is not replaced by another one.
    assert not is_executed(name=program + "2")


def test_root_stays_root_only_where_nobody_else_can_write(broken, noted):
    folder = broken.server.config_dir
    above = os.path.dirname(folder)
    files = [os.path.join(folder, name) for name in ("cn=config.ldif", "cn=config")]

    def is_tried():
        severity, found = checks(broken, "restart")["restart"]
        assert severity == "unknown", found
        assert ("nothing is done there as root" in str(found)) != ("no fault was found" in str(found)), found
        return "no fault was found" in str(found)
    noted(None)
    assert is_tried()
    # As LTB's package makes the folder, with files of root's in it.
    os.chown(folder, 0, 1)
    os.chmod(folder, 0o770)
    assert not is_tried()
    os.chmod(folder, 0o750)
    assert is_tried()
    for path in (above, *files):
        kept = os.stat(path)
        os.chown(path, 1, 1)
        assert not is_tried(), path
        os.chown(path, kept.st_uid, kept.st_gid)
        os.chmod(path, 0o777)
        assert not is_tried(), path
        os.chmod(path, kept.st_mode)
    assert is_tried()


@pytest.mark.one_release
def test_what_slapd_logged_when_it_ended_is_told(stopped, tmp_path):
    """Somebody else has its port, which its files do not show."""
    begin = os.path.getsize(stopped.server.log_path)
    with socket.create_server(("127.0.0.1", stopped.server.port)), pytest.raises(SlapdFailed):
        stopped.server.start()
    with open(stopped.server.log_path, "rb") as file:
        file.seek(begin)
        log = file.read()
    kept = tmp_path / "log"
    kept.write_bytes(b"main: last year it failed\n" + log)
    severity, text = checks(stopped, "restart", prefix=[*own_journal.PREFIX, str(kept)])["restart"]
    assert severity == "note" and "Address already in use" in text and "last year" not in text, text
    assert "no fault was found in" in text, text


@pytest.mark.one_release
def test_a_slapd_that_runs_and_does_not_answer_is_not_called_stopped(stopped):
    stopped.server.start()
    command = stopped.command("doctor", "restart", "--output", "json")
    command[command.index("--ldap-uri") + 1] = "ldapi://%2Fnonexistent%2Fsocket"
    done = subprocess.run(command, text=True, capture_output=True, check=False)
    assert "slapd runs, but does not answer" in done.stdout and done.returncode == 3, done.stdout
    stopped.server.stop()

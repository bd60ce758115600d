# SPDX-License-Identifier: Apache-2.0
"""What is printed about files, folders and command lines is done as it stands there, and ends what it was printed for."""

import grp
import json
import os
import shutil
import stat
import subprocess
import types

import ldap
import pytest
import remedies
from cluster import Cluster, finish_with_writes
from daemon import Daemon
from lone import Lone
from slapd import wait_until

NOBODY = 65534
PEERS = {"format": 1, "peers": [{"id": 1, "uri": "ldap://one"}, {"id": 2, "uri": "ldap://two"}],
         "databases": [{"suffix": "dc=example,dc=org", "syncrepl": {"bindmethod": "simple", "binddn": "cn=r"}}]}
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")


@pytest.fixture(name="here")
def fixture_here(program, tmp_path):
    """A peers.json with a password file, in folders whose names a shell would take apart, and no server."""
    folder = tmp_path / "it's \"here\" & there"
    folder.mkdir()
    path, secret = folder / "peers.json", folder / "secret"

    def command(*words):
        return [program, *words, "--peers", str(path), "--state-dir", str(folder / "state"), "--run-dir", str(folder / "run")]

    def validate():
        return subprocess.run([program, "validate", "--secrets", path], text=True, capture_output=True, timeout=60, check=False)

    def write(**changes):
        document = json.loads(json.dumps(PEERS))
        document["databases"][0]["syncrepl"]["credentials"] = {"file": str(secret)}
        document["databases"][0]["syncrepl"].update(changes)
        path.write_text(json.dumps(document))
        path.chmod(0o600)

    made = types.SimpleNamespace(server=None, folder=str(folder), path=path, secret=secret, command=command, validate=validate,
                                 write=write, program=program)
    secret.write_text("canary")
    secret.chmod(0o600)
    write()
    assert validate().returncode == 0
    return made


def refused(here, status=78):
    done = here.validate()
    assert done.returncode == status and "canary" not in done.stderr, done.stderr
    return done.stderr


@pytest.mark.remedy("file-mode")
@pytest.mark.parametrize("name, mode", [("path", 0o666), ("secret", 0o604), ("secret", 0o660)])
def test_a_file_that_others_may_change_or_read_is_taken_when_its_mode_is_mended(here, name, mode):
    getattr(here, name).chmod(mode)
    told = refused(here)
    assert "copy" not in told
    remedies.run(here, told, "file-mode")
    assert here.validate().returncode == 0


@as_root
@pytest.mark.remedy("file-owner")
@pytest.mark.parametrize("name", ["path", "secret"])
def test_a_file_of_somebody_else_is_taken_when_it_is_roots(here, name):
    os.chown(getattr(here, name), NOBODY, 0)
    remedies.run(here, refused(here), "file-owner")
    assert here.validate().returncode == 0


@pytest.mark.remedy("file-itself")
@pytest.mark.parametrize("name", ["path", "secret"])
def test_a_symbolic_link_is_taken_when_it_is_a_file(here, name):
    link = getattr(here, name)
    target = link.with_name("real of " + name)
    link.rename(target)
    link.symlink_to(target)
    remedies.run(here, refused(here), "file-itself")
    assert here.validate().returncode == 0 and not link.is_symlink()
    assert stat.S_IMODE(link.stat().st_mode) == 0o600 and target.exists()


@pytest.mark.remedy("file-itself")
def test_a_relative_link_is_taken_from_wherever_the_command_runs(here):
    target = here.path.with_name("revision-2.json")
    here.path.rename(target)
    here.path.symlink_to(target.name)
    remedies.run(here, refused(here), "file-itself")
    assert here.validate().returncode == 0 and not here.path.is_symlink()


@pytest.mark.parametrize("target", ["/dev/zero", "peers.json", "gone"])
def test_a_link_that_leads_to_no_file_is_not_copied(here, target):
    here.path.unlink()
    here.path.symlink_to(target)
    text = refused(here)
    assert f"(to {target})" in text and "cp " not in text, text


@pytest.mark.remedy("file-aside")
def test_what_is_no_file_in_the_run_folder_is_put_aside(slapd_factory, program):
    """Nothing waits for somebody at the other end of a FIFO, and nothing is locked behind a symbolic link."""
    lone = Lone(slapd_factory, program)
    lone.apply_ok()
    path = os.path.join(lone.run_dir, "lock")
    os.remove(path)
    for made in in_the_place_of(path):
        done = lone.apply()
        assert done.returncode == 78 and f"{path}: is {made}, and syncward keeps its lock" in done.stderr, done.stderr
        remedies.run(lone, done.stderr, "file-aside")
        os.rename(f"{path}.aside", f"{path}.{made}")
        lone.apply_ok()
        assert stat.S_ISREG(os.lstat(path).st_mode)
        os.remove(path)


def in_the_place_of(path):
    """Puts there what is no file, one kind after the other; yields how it is named."""
    for made, make in (("a FIFO", os.mkfifo), ("a directory", os.mkdir), ("a symbolic link", lambda path: os.symlink("/dev/null", path)),
                       ("a device", lambda path: os.mknod(path, stat.S_IFCHR | 0o600, os.makedev(1, 3)))):
        if made != "a device" or os.geteuid() == 0:
            make(path)
            yield made


@pytest.mark.remedy("file-aside")
def test_a_daemon_does_not_start_beside_what_is_no_lock(slapd_factory, program):
    """A second one would start as well, and the two would undo each other's work."""
    lone = Lone(slapd_factory, program)
    path = os.path.join(lone.run_dir, "daemon.lock")
    lone.apply_ok()
    for made in in_the_place_of(path):
        done = lone.run("run", timeout=30)
        assert done.returncode == 78 and f"{path}: is {made}, and syncward keeps its lock" in done.stderr, done.stderr
        remedies.run(lone, done.stderr, "file-aside")
        os.rename(f"{path}.aside", f"{path}.{made}")
    with Daemon(lone) as daemon:
        daemon.wait_for("desired-loaded")
        assert lone.run("run", timeout=30).returncode == 75


@pytest.mark.remedy("file-aside")
def test_a_daemon_writes_nothing_while_its_lock_is_no_file(slapd_factory, program):
    """It stays, reports it, and takes the lock again when that is put aside."""
    lone = Lone(slapd_factory, program)
    path = os.path.join(lone.run_dir, "daemon.lock")
    lone.apply_ok()
    with Daemon(lone) as daemon:
        daemon.wait_for("desired-loaded")
        daemon.wait_at_rest()
        before = lone.server.config_writes()
        os.remove(path)
        os.mkfifo(path)
        lone.edit([(ldap.MOD_DELETE, "olcLimits", None)])
        told = daemon.wait_for("state-trouble", text=f"{path}: is a FIFO")
        assert lone.server.config_writes() == before + 1
        remedies.run(lone, told, "file-aside")
        daemon.reload()
        daemon.wait_for("correction-applied")
        assert lone.run("run", timeout=30).returncode == 75


@pytest.mark.remedy("file-aside")
def test_the_status_takes_the_place_of_what_is_no_file(slapd_factory, program):
    """Nothing waits for a FIFO, and nothing is written through a link; a directory is named."""
    lone = Lone(slapd_factory, program)
    path, other = os.path.join(lone.run_dir, "status.json"), os.path.join(lone.folder, "other")
    with open(other, "w", encoding="ascii") as file:
        file.write("of somebody else")
    with Daemon(lone) as daemon:
        daemon.wait_for("desired-loaded")
        for make in (os.mkfifo, lambda path: os.symlink(other, path)):
            make(f"{path}.new")
            os.rename(f"{path}.new", path)
            daemon.reload()
            wait_until(lambda: stat.S_ISREG(os.lstat(path).st_mode), "the daemon writes its status")
        daemon.wait_at_rest()
        os.remove(path)
        os.mkdir(path)
        daemon.reload()
        remedies.run(lone, daemon.wait_for("state-trouble", text=path), "file-aside")
        daemon.reload()
        wait_until(lambda: os.path.isfile(path), "the daemon writes its status")
    os.remove(path)
    for made in in_the_place_of(path):
        done = lone.run("status", timeout=30)
        assert done.returncode == 78 and path in done.stderr, done
        os.rename(path, f"{path}.{made}")
    with open(other, encoding="ascii") as file:
        assert file.read() == "of somebody else"


@as_root
@pytest.mark.remedy("file-of-its-own")
def test_a_password_that_another_service_reads_is_copied(here):
    """Its mode is how that service reads it: `chmod 0600` alone would lock it out."""
    group = next(entry.gr_gid for entry in grp.getgrall() if entry.gr_gid != 0)
    os.chown(here.secret, 0, group)
    here.secret.chmod(0o640)
    remedies.printed(refused(here), "file-of-its-own")
    copy = here.secret.with_name("of its own")
    shutil.copyfile(here.secret, copy)
    copy.chmod(0o600)
    remedies.did("file-of-its-own")
    here.write(credentials={"file": str(copy)})
    assert here.validate().returncode == 0 and stat.S_IMODE(here.secret.stat().st_mode) == 0o640


@as_root
@pytest.mark.remedy("as-root")
def test_who_may_not_read_a_file_may_as_root(here):
    command = ["setpriv", "--reuid", str(NOBODY), "--regid", str(NOBODY), "--clear-groups", "--", here.program, "validate",
               "/etc/shadow"]
    done = subprocess.run(command, text=True, capture_output=True, timeout=60, check=False)
    if done.returncode == 126:
        pytest.fail("nobody may not run the program here")
    assert done.returncode == 77
    remedies.printed(done.stderr, "as-root")
    remedies.did("as-root")
    assert here.validate().returncode == 0


@pytest.mark.remedy("password-alone", "file-mode")
@pytest.mark.parametrize("content", ["canary\nx", "canary\r\n", None])
def test_a_password_file_with_more_than_a_password_is_taken_when_it_has_that_alone(here, content):
    if content:
        here.secret.write_text(content)
        told = refused(here)
    else:
        here.secret.unlink()
        told = refused(here)
    remedies.printed(told, "password-alone")
    subprocess.run(["sh", "-c", 'printf %s "$1" >"$2"', "sh", "canary", here.secret], check=True)
    remedies.did("password-alone")
    if content:
        remedies.did("file-mode")  # it had a good one
    else:
        remedies.run(here, told, "file-mode")
    assert here.validate().returncode == 0


@pytest.mark.remedy("credentials-file")
def test_a_password_in_a_readable_file_moves_into_one_of_its_own(here):
    here.write(credentials="canary")
    here.path.chmod(0o644)
    line = remedies.line(refused(here), "credentials-file")
    assert list(line) == ["credentials"] and line["credentials"]["file"].startswith("/etc/syncward/secrets/")
    line["credentials"]["file"] = str(here.secret)  # /etc belongs to the machine
    here.write(**line)
    here.path.chmod(0o644)
    assert here.validate().returncode == 0


# Folders

@pytest.fixture(name="own_folder")
def fixture_own_folder(node):
    """The node keeps its state where packages have it: in a folder that is called syncward."""
    node.state_dir = os.path.join(node.folder, "var", "syncward")
    os.makedirs(node.state_dir, 0o700)
    node.apply_ok()
    return node


@pytest.mark.remedy("folder-mode")
def test_the_state_folder_is_used_when_its_mode_is_mended(own_folder):
    os.chmod(own_folder.state_dir, 0o775)
    done = own_folder.apply()
    assert done.returncode == 78
    remedies.run(own_folder, done.stderr, "folder-mode")
    own_folder.assert_in_step()


@as_root
@pytest.mark.remedy("folder-owner")
def test_the_state_folder_is_used_when_it_is_roots(own_folder):
    os.chown(own_folder.state_dir, NOBODY, NOBODY)
    done = own_folder.apply()
    assert done.returncode == 78
    remedies.run(own_folder, done.stderr, "folder-owner")
    own_folder.assert_in_step()


@pytest.mark.remedy("folder-of-its-own")
@pytest.mark.parametrize("mode, owner, name", [
    (0o1777, 0, "tmp"), (0o2775, 0, "srv"), (0o775, 0, "shared"), (0o700, NOBODY, "home"), (0o1777, 0, "syncward")])
def test_a_folder_of_the_systems_stays_as_it_is_and_another_is_named(node, mode, owner, name):
    """Others have their files there: nothing is to be changed but what is ours."""
    folder = os.path.join(node.folder, name)
    os.mkdir(folder)
    os.chown(folder, owner, -1)
    os.chmod(folder, mode)
    node.state_dir = folder
    done = node.apply()
    assert done.returncode == 78 and "chmod" not in done.stderr and "chown" not in done.stderr
    remedies.run(node, done.stderr, "folder-of-its-own")
    assert stat.S_IMODE(os.stat(folder).st_mode) == mode and os.stat(folder).st_uid == owner
    node.state_dir = os.path.join(folder, "syncward")
    node.apply_ok()
    node.assert_in_step()


# cn=config

def with_other_config(server, old, new):
    """cn=config with another text, as a person writes it while slapd is stopped; 2.4 has no slapmodify."""
    path = os.path.join(server.directory, "config.ldif")
    server.stop()
    text = server.tool("cat", "-n", "0").stdout
    assert text.count(old) == 1
    with open(path, "w", encoding="utf-8") as file:
        file.write(text.replace(old, new))
    shutil.rmtree(server.config_dir)
    os.mkdir(server.config_dir)
    server.tool("add", "-n", "0", "-l", path)
    server.start()


@pytest.mark.remedy("local-ssf")
@pytest.mark.parametrize("asked", ["tls=1", "ssf=128"])
def test_root_sees_again_what_olcsecurity_kept_for_tls(slapd_factory, program, asked):
    """As the guides have it that ask for StartTLS; of the whole server, and of the database alone."""
    node = Cluster(slapd_factory, program, 2)[0]
    node.server.seed()
    node.server.modify("cn=config", [(ldap.MOD_REPLACE, "olcSecurity", asked)])
    done = node.plan()
    assert done.returncode == 77, done.stderr
    remedies.printed(done.stderr, "local-ssf")
    told = node.run("doctor", "ldapi", "rights").stdout
    remedies.printed(told, "local-ssf")
    assert "start slapd with" not in told and "give manage to" not in told, told
    with_other_config(node.server, f"olcSecurity: {asked}", "olcSecurity: tls=0 sasl=0 ssf=71")
    assert node.plan().returncode == 2
    node.edit([(ldap.MOD_REPLACE, "olcSecurity", asked)])
    held = node.plan()
    assert held.returncode == 3 and "held joining" in held.stdout, held.stdout
    remedies.printed(held.stdout, "local-ssf")
    node.edit([(ldap.MOD_REPLACE, "olcSecurity", "tls=0 sasl=0 ssf=71")])
    remedies.did("local-ssf")
    finish_with_writes(node)
    assert node.server.values(node.server.database_dn(), node.server.flag()) == ["TRUE"]


@pytest.mark.remedy("config-manage")
def test_root_sees_cn_config_when_olcaccess_lets_it(node):
    config = "olcDatabase={0}config,cn=config"
    node.server.modify(config, [(ldap.MOD_REPLACE, "olcAccess", ["{0}to * by * none"])])
    done = node.plan()
    assert done.returncode == 77, done.stderr
    remedies.printed(done.stderr, "config-manage")
    rule = "{0}to * by dn.exact=gidNumber=0+uidNumber=0,cn=peercred,cn=external,cn=auth manage by * break"
    with_other_config(node.server, "olcAccess: {0}to * by * none", "olcAccess: " + rule)
    remedies.did("config-manage")
    node.apply_ok()


# Commands

@pytest.mark.remedy("help", "help-of-all")
@pytest.mark.parametrize("words, code", [(["plan", "--nothing"], "help"), (["plan", "one"], "help"), (["plann"], "help-of-all"),
                                         (["validate", "/nonexistent"], "help")])
def test_help_is_where_a_wrong_command_line_says(here, words, code):
    done = subprocess.run([here.program, *words], text=True, capture_output=True, timeout=60, check=False)
    shown = subprocess.run(["sh", "-c", remedies.printed(done.stderr, code)], text=True, capture_output=True, timeout=60, check=True,
                           env={**os.environ, "PATH": os.path.dirname(here.program) + ":" + os.environ["PATH"]})
    for one in ("help", "help-of-all"):
        remedies.did(one)  # each is one of the runs
    assert shown.stdout.startswith("Usage: syncward ")


@pytest.mark.remedy("pause")
def test_a_pause_without_a_reason_shows_one(node):
    done = node.run("pause")
    assert done.returncode == 64
    assert "we move the database" in remedies.run(node, done.stderr, "pause").stdout


@pytest.mark.remedy("plan", "mode-enforce")
def test_in_audit_the_line_has_it_written(node):
    node.document["databases"][0]["syncrepl"]["timeout"] = 2
    node.document["policy"] = {"mode": "audit", "keep": [node.uri(9)]}
    node.write()
    done = node.apply()
    node.document["policy"].update(remedies.line(done.stdout, "mode-enforce"))
    assert node.document["policy"]["keep"]  # a whole "policy" in its place would have lost it
    node.write()
    node.apply_ok()
    node.assert_in_step()
    init = subprocess.run([node.program, "init", "--suffix", "dc=example,dc=org", "--peer", node.uri(1), node.uri(2)], text=True,
                          capture_output=True, timeout=60, check=True)
    remedies.run(node, init.stderr, "plan")


@pytest.mark.remedy("plan-save")
def test_a_stale_plan_is_made_anew(node):
    node.document["databases"][0]["syncrepl"]["timeout"] = 2
    node.write()
    path = os.path.join(node.folder, "my plan")
    missing = node.apply("--plan", path)
    assert missing.returncode == 78
    remedies.run(node, missing.stderr, "plan-save", statuses=(2,))
    assert node.apply("--plan", path).returncode == 0
    node.assert_in_step()


@pytest.mark.remedy("init")
def test_init_shows_a_command_that_prints_a_file(node, tmp_path):
    done = subprocess.run([node.program, "init"], text=True, capture_output=True, timeout=60, check=False)
    assert done.returncode == 64
    path = tmp_path / "peers.json"
    path.write_text(subprocess.run(["sh", "-c", remedies.printed(done.stderr, "init")], text=True, capture_output=True, timeout=60,
                                   check=True, env={**os.environ, "PATH": remedies.path_of(node)}).stdout)
    remedies.did("init")
    path.chmod(0o600)
    assert subprocess.run([node.program, "validate", path], timeout=60, check=False).returncode == 0


@pytest.mark.remedy("daemon-file")
def test_what_the_daemon_would_undo_is_written_into_its_file(node):
    with Daemon(node) as daemon:
        daemon.wait_for("desired-loaded")
        kept, node.peers_file = node.peers_file, os.path.join(node.folder, "other.json")
        node.document["databases"][0]["syncrepl"]["timeout"] = 2
        node.write()
        done = node.apply("--release", "G6")
        assert done.returncode == 64, done.stderr
        remedies.printed(done.stderr, "daemon-file")
        node.peers_file = kept
        node.write()
        remedies.did("daemon-file")
        done = node.apply("--release", "G6")
        assert done.returncode == 0, done.stdout + done.stderr
    node.assert_in_step()


@pytest.mark.remedy("plan-ldif")
def test_a_plan_with_its_passwords_loads(node):
    node.edit([(ldap.MOD_REPLACE, "olcSyncrepl", [node.syncrepl()[0]])])
    masked = node.plan("--output", "ldif").stdout
    path = os.path.join(node.folder, "plan.ldif")
    remedies.execute(node, remedies.printed(masked, "plan-ldif").replace("FILE", path), statuses=(2,))
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600, "it has passwords"
    loaded = node.server.ldapmodify(path)
    assert loaded.returncode == 0, loaded.stdout + loaded.stderr
    remedies.did("plan-ldif")
    node.assert_in_step()


def with_rid_twice(document):
    document["peers"][1]["rid"] = 1


def with_rid_too_large(document):
    document["databases"][0]["rid_offset"] = 998


def with_tls_twice(document):
    document["peers"][1]["uri"] = document["peers"][1]["uri"].replace("ldap:", "ldaps:")
    document["databases"][0]["syncrepl"]["starttls"] = "critical"


@pytest.mark.remedy("starttls-once")
@pytest.mark.parametrize("lack, code", [(with_rid_twice, "peer-rid"), (with_rid_too_large, "peer-rid"),
                                        (with_tls_twice, "starttls-once")])
def test_what_a_document_lacks_is_taken_when_it_is_written(node, lack, code):
    """The rid that is offered is nobody's, in no database."""
    del node.document["peers"][2]
    if lack is with_rid_too_large:
        node.document["peers"][1].update(id=2, rid=7)
        node.document["peers"][0]["rid"] = 0
    lack(node.document)
    node.write()
    done = node.run("validate")
    assert done.returncode == 78, done.stdout
    peer = node.document["peers"][1]
    (peer if code == "peer-rid" else peer.setdefault("syncrepl", {})).update(remedies.line(done.stderr, code))
    node.write()
    done = node.run("validate")
    remedies.did("starttls-once")  # is one of the runs
    assert done.returncode == 0, done.stderr

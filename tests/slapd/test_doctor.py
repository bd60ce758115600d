# SPDX-License-Identifier: Apache-2.0
"""doctor: each check is silent on a healthy cluster, and finds its fault on a real slapd.

The faults are made one after the other on one cluster and undone again: each test says what it breaks.
"""

import contextlib
import ctypes
import json
import os
import re
import signal
import subprocess

import faketime
import ldap
import pytest
from authority import Authority
from cluster import Cluster, Node, add_person, wait_entry
from daemon import Daemon
from old_entries import examined, formed_as_0_1_0_did
from releases import release, versions
from slapd import ROOT_DN, SUFFIX, Database, syncrepl, wait_until
from slapd_farm import SlapdFarm

REPLICATOR = "cn=replicator," + SUFFIX
MONITOR = "olcDatabase={1}monitor,cn=config"
EXIT = {"ok": 0, "unknown": 0, "note": 0, "warning": 1, "error": 2}
# What the machine of the tests may have or lack.
OF_THE_MACHINE = {"clock", "journal", "old-backup"}
# What peers' cn=monitor shows nobody but root, unless a test lets it.
NOT_SHOWN = {"peer-clock"}


def clock_is_unsynchronised():
    class Timex(ctypes.Structure):  # <sys/timex.h>; status is its fifth word
        _fields_ = [("modes", ctypes.c_uint), ("offset", ctypes.c_long), ("freq", ctypes.c_long),
                    ("maxerror", ctypes.c_long), ("esterror", ctypes.c_long), ("status", ctypes.c_int),
                    ("rest", ctypes.c_byte * 256)]
    state = Timex()
    return ctypes.CDLL(None).adjtimex(ctypes.byref(state)) >= 0 and bool(state.status & 0x40)


class Checked:
    """What doctor says, by code."""

    def __init__(self, done):
        self.text = done.stdout + done.stderr
        document = json.loads(done.stdout)
        assert document["schema_version"] == 1
        assert done.returncode == EXIT[document["severity"]], self.text
        self.checks = {check["code"]: check for check in document["checks"]}

    def bad(self):
        return {code: check["severity"] for code, check in self.checks.items()
                if check["severity"] != "ok" and code not in OF_THE_MACHINE | NOT_SHOWN}

    def well(self):
        """Codes of the checks that say ok."""
        return {code for code, check in self.checks.items() if check["severity"] == "ok"}

    def texts(self, code):
        return "\n".join(finding["text"] for finding in self.checks[code]["findings"])

    def assert_finds(self, code, severity, *texts, remedy=None):
        assert self.checks[code]["severity"] == severity, (code, self.bad(), self.text)
        for text in texts:
            assert text in self.texts(code), (text, self.texts(code))
        found = [f["remedy"] for f in self.checks[code]["findings"]]
        assert found and all(found) and (remedy is None or any(remedy in one for one in found)), found


def examine(node, *words, **options):
    done = node.run("doctor", "--output", "json", *words, **options)
    assert done.returncode in (0, 1, 2), done.stderr
    assert "secret" not in re.sub(r"[\w/-]*/secret\b|secrets|\"secrets\"", "", done.stdout), done.stdout
    return Checked(done)


@pytest.mark.every_release
def test_a_healthy_cluster_is_well(slapd_factory, program):
    cluster = Cluster(slapd_factory, program, 2).form()
    for node in cluster:
        with Daemon(node) as daemon:
            daemon.wait_for("desired-loaded")
            daemon.wait_at_rest()
            checked = examine(node)
    hidden = {} if cluster[0].server.release.has_consumer_monitor else {"monitor": "note", "links": "unknown"}
    assert checked.bad() == hidden, checked.text
    writes = cluster[1].server.config_writes()
    done = cluster[1].run("doctor")  # its daemon has ended
    assert done.returncode == 1 and re.search(r"^warning  daemon ", done.stdout, re.MULTILINE), done.stdout
    assert "40 checks: " in done.stdout and cluster[1].server.config_writes() == writes


# --- faults, one at a time, on one cluster ---

@pytest.fixture(name="farm", scope="module")
def fixture_farm():
    every = versions()
    with SlapdFarm(release("2.5" if "2.5" in every else every[-1])) as farm:
        yield farm
        assert not farm.problems()


@pytest.fixture(name="pair", scope="module")
def fixture_pair(farm):
    """Two nodes in step; faults are made at the first, or at the second where a peer is to blame."""
    program = os.environ.get("SYNCWARD_PROGRAM", os.path.join(os.path.dirname(__file__), "../../build/syncward"))
    return Cluster(farm, os.path.abspath(program), 2).form()


@pytest.fixture(name="node")
def fixture_node(pair):
    """The first node; afterwards everything must be as before."""
    pair.write()
    yield pair[0]
    pair.write()
    wait_until(lambda: all(c.phase == "Persist" and c.connection for one in pair for c in one.server.consumers()),
               "links are back")
    assert examine(pair[0]).bad() == {"daemon": "warning"}


@contextlib.contextmanager
def changed(server, dn, changes):
    """cn=config changed, and put back."""
    names = {name for _, name, _ in changes}
    before = {name: server.values(dn, name) for name in names}
    server.modify(dn, changes)
    try:
        yield
    finally:
        # slapd takes the multi-provider flag only behind a consumer.
        server.modify(dn, [(ldap.MOD_REPLACE, name, before[name] or None)
                           for name in sorted(before, key=lambda name: name != "olcSyncrepl")])


def of_database(node, *changes):
    return changed(node.server, node.server.database_dn(), changes)


def agent_json(node, text):
    path = os.path.join(node.folder, "agent.json")
    with open(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    return ["--agent-config", path]


def test_a_bad_agent_json(node):
    checked = examine(node, *agent_json(node, '{"nood": 1}'))
    checked.assert_finds("agent-file", "error", 'did you mean "node"')
    assert checked.checks["ldapi"]["severity"] == "unknown", "nothing else can be said"


def test_a_bad_peers_json_and_one_that_only_looks(node, pair):
    with open(node.peers_file, "w", encoding="utf-8") as file:
        file.write('{"format": 2}')
    checked = examine(node)
    checked.assert_finds("peers-file", "error", "format", remedy="syncward validate")
    assert checked.checks["ldapi"]["severity"] == "ok" and checked.checks["peer-bind"]["severity"] == "unknown"
    node.write({**pair.document, "policy": {"mode": "audit"}})
    examine(node).assert_finds("peers-file", "note", "audit")


def test_a_password_that_others_may_read(node):
    os.chmod(node.secret_file, 0o644)
    examine(node).assert_finds("secrets", "error", "chmod 0600 " + node.secret_file)
    os.chmod(node.secret_file, 0o600)


def test_a_node_that_is_not_listed(node, pair):
    node.write({**pair.document, "peers": pair.document["peers"][1:]})
    examine(node).assert_finds("node", "error", "no peer is the node", remedy="syncward leave")


def test_a_state_folder_that_others_may_write_and_a_write_that_was_cut_off(node):
    intent = os.path.join(node.state_dir, "intent.json")
    with open(os.open(intent, os.O_CREAT | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
        file.write('{"steps": ["modify \'cn=config\'"]}')
    examine(node).assert_finds("state", "warning", "an apply did not end", "modify 'cn=config'")
    os.unlink(intent)
    os.chmod(node.state_dir, 0o777)
    examine(node).assert_finds("state", "error", "install -d")
    os.chmod(node.state_dir, 0o700)


def test_no_daemon(node):
    examine(node).assert_finds("daemon", "warning", "does not run", remedy="systemctl enable --now syncward")


def test_a_daemon_that_is_paused(node):
    with Daemon(node) as daemon:
        daemon.wait_for("desired-loaded")
        assert node.run("pause", "change 4711", "--for", "1h").returncode == 0
        examine(node).assert_finds("daemon", "note", "change 4711", "syncward resume")
        assert node.run("resume").returncode == 0
        assert examine(node).checks["daemon"]["severity"] == "ok"


def test_a_journal_in_memory(node):
    covered = ["unshare", "-m", "sh", "-c", 'mount -t tmpfs none /var/log && exec "$@"', "-"]
    kept = ["unshare", "-m", "sh", "-c", 'mount -t tmpfs none /var/log && mkdir /var/log/journal && exec "$@"', "-"]
    examine(node, prefix=covered).assert_finds("journal", "note", "in memory only")
    assert examine(node, prefix=kept).checks["journal"]["severity"] == "ok"


def test_the_clock_is_what_the_kernel_says(node):
    expected = "warning" if clock_is_unsynchronised() else "ok"
    assert examine(node).checks["clock"]["severity"] == expected


def test_a_name_that_does_not_resolve(node):
    examine(node, prefix=["unshare", "-u", "sh", "-c", 'hostname nowhere.invalid && exec "$@"', "-"]).assert_finds(
        "names", "warning", "'nowhere.invalid'", remedy="hostname -f")


def test_slapd_away(node):
    command = node.command("doctor", "--output", "json")
    command[command.index("--ldap-uri") + 1] = "ldapi://%2Fnonexistent%2Fsocket"
    checked = Checked(subprocess.run(command, text=True, capture_output=True, check=False))
    checked.assert_finds("ldapi", "error", "cannot be reached", remedy="ldapi:///")
    assert checked.checks["restart"]["severity"] == "unknown"


def test_slapd_shows_root_nothing(node):
    mapping = re.escape(ROOT_DN).replace("\\,", ",").replace("\\=", "=") + " cn=nobody"
    with changed(node.server, "cn=config", [(ldap.MOD_ADD, "olcAuthzRegexp", mapping)]):
        examine(node).assert_finds("rights", "error", "shows us no cn=config", remedy="manage")


def test_a_list_of_server_ids_that_matches_no_listener(node):
    with changed(node.server, "cn=config", [(ldap.MOD_REPLACE, "olcServerID", [
            "1 ldap://one.invalid", "2 ldap://two.invalid"])]):
        examine(node).assert_finds("restart", "error", "would not start again")


def test_cn_config_that_is_replicated(farm, pair):
    server = farm([Database()])  # its cn=config cannot be changed any more
    server.modify("olcDatabase={0}config,cn=config", [(ldap.MOD_ADD, "olcSyncrepl", syncrepl(
        99, "ldap://127.0.0.1:9", "cn=config", timeout=1, network_timeout=1))])
    node = Node(pair[0].program, server, 1, farm.folder("shadow"))
    node.write(pair.document)
    examine(node).assert_finds("config-replicated", "error", "cn=config itself is a read-only copy")
    server.kill()


def test_a_disk_that_cannot_be_written(node):
    examine(node, *agent_json(node, '{"config_dir": "/proc"}')).assert_finds("disk", "error", "/proc")


def test_files_that_are_not_what_slapd_has_in_memory(node):
    folder = os.path.join(node.server.config_dir, "cn=config")
    name = os.path.join(folder, node.server.database_dn().split(",", maxsplit=1)[0] + ".ldif")
    with open(name, encoding="utf-8") as file:
        text = file.read()
    assert "entryCSN eq" in text
    for edited, expected in ((text.replace("entryCSN eq", "entryCSN pres"), "edited by hand: olcDbIndex differs"),
                             (re.sub(r"^entryCSN: .*$", "entryCSN: 20200101000000.000000Z#000000#000#000000", text,
                                     flags=re.MULTILINE), "its entryCSN differs")):
        with open(name, "w", encoding="utf-8") as file:
            file.write(edited)
        examine(node).assert_finds("disk-copy", "error", name, expected)
    os.unlink(name)
    examine(node).assert_finds("disk-copy", "error", name, "in memory only")
    with open(name, "w", encoding="utf-8") as file:
        file.write(text)


def test_no_cn_monitor(node):
    with changed(node.server, MONITOR, [(ldap.MOD_REPLACE, "olcAccess", "to * by * none")]):
        checked = examine(node)
    checked.assert_finds("monitor", "warning", "may not read it")
    checked.assert_finds("links", "unknown", "not checked")


def test_what_is_still_to_be_written(node):
    with of_database(node, (ldap.MOD_DELETE, "olcLimits", None)):
        checked = examine(node)
    checked.assert_finds("pending", "warning", "1 change is to be written", remedy="syncward apply")
    checked.assert_finds("limits", "warning", REPLICATOR)


def test_what_is_held_comes_with_its_own_release(node, pair):
    """`syncward apply` alone would write none of it; of a database that is not there nothing is told as of an empty one."""
    named = {**pair.document["databases"][0], "suffix": "dc=nowhere", "rid_offset": 100}
    node.write({**pair.document, "databases": [*pair.document["databases"], named]})
    checked = examine(node)
    pair.write()
    checked.assert_finds("pending", "warning", "held database: no database of this server has the suffix dc=nowhere")
    assert [found["remedy"] for found in checked.checks["pending"]["findings"]] == ['"peers": [2]']
    assert "dc=nowhere: this node" not in checked.texts("in-step")


def test_a_critical_finding_says_itself_what_to_do(node):
    with changed(node.server, f"olcOverlay={{0}}syncprov,{node.server.database_dn()}",
                 [(ldap.MOD_ADD, "olcSpSessionlog", "100")]):
        checked = examine(node)
    checked.assert_finds("pending", "error", "has a session log", remedy="see the finding")


def test_by_self_before_the_account(node):
    passwords = f"to attrs=userPassword by self =xw by dn.exact={REPLICATOR} read by anonymous auth"
    with of_database(node, (ldap.MOD_REPLACE, "olcAccess", [passwords, "to * by * read"])):
        examine(node).assert_finds("readers", "error", "userPassword of its own entry", remedy='"access": true')
    right = f"to attrs=userPassword by dn.exact={REPLICATOR} read by self =xw by anonymous auth"
    with of_database(node, (ldap.MOD_REPLACE, "olcAccess", [right, "to * by * read"])):
        assert examine(node).checks["readers"]["severity"] == "ok"


def test_who_may_read_its_own_password_only_is_not_called_well(node):
    rules = ["to attrs=userPassword by self write by anonymous auth by * none", "to * by * read"]
    with of_database(node, (ldap.MOD_REPLACE, "olcAccess", rules)):
        examine(node).assert_finds("readers", "error", "may not read userPassword: olcAccess {0}", remedy='"access": true')
    group = ["to * by group=cn=x read by * break", "to * by dnattr=owner none by * read"]
    with of_database(node, (ldap.MOD_REPLACE, "olcAccess", group)):
        examine(node).assert_finds("readers", "warning", "cannot be told from olcAccess {0}")


def test_a_limit_in_front(node):
    with of_database(node, (ldap.MOD_REPLACE, "olcLimits", [
            "users size.hard=1", f"dn.exact={REPLICATOR} size=unlimited time=unlimited"])):
        examine(node).assert_finds("limits", "warning", REPLICATOR, remedy="syncward apply")


def test_a_missing_index(node):
    with of_database(node, (ldap.MOD_REPLACE, "olcDbIndex", "entryUUID eq")):
        checked = examine(node)
    checked.assert_finds("indices", "warning", "entryCSN is not indexed", remedy="syncward apply")
    assert "entryUUID is" not in checked.texts("indices")


def test_a_provider_without_timeouts(node, pair):
    with of_database(node, (ldap.MOD_REPLACE, "olcSyncrepl", syncrepl(
            2, pair[1].server.ldap_uri, timeout=None, network_timeout=None))):
        examine(node).assert_finds("timeouts", "warning", "rid 002", remedy="syncward apply")


# What each check may still see when something is taken away; what is not named may not say ok.
MACHINE = {"selinux", "journal", "clock", "names"}
FILES = MACHINE | {"agent-file", "peers-file", "secrets", "node", "state", "daemon"}
SERVER = {"ldapi", "rights", "restart", "config-replicated", "disk", "disk-copy", "monitor", "pending", "readers",
          "limits", "indices", "old-entries", "timeouts", "links", "tls-files", "logs", "glue"}
OF_PEERS_JSON = {"peers-file", "secrets", "node", "state", "restart", "pending", "readers", "limits", "indices",
                 "old-entries", "tls-files", "logs", "glue"}
PEERS = {"peer-reach", "peer-tls", "peer-bind", "peer-read", "peer-provider", "peer-limits", "certificates", "schema",
         "peer-clock", "in-step", "conflicts", "retired-ids"}


def test_without_evidence_no_check_is_well(node, pair):
    """A file, slapd, the peer are taken away, one after the other: nobody calls well what it did not see."""
    checked = examine(node)
    assert set(checked.checks) == FILES | SERVER | PEERS | {"old-backup"}, "each check has its evidence"
    assert checked.well() >= (FILES | SERVER) - OF_THE_MACHINE - {"daemon"}
    assert examine(node, *agent_json(node, "{")).well() <= MACHINE
    os.truncate(node.peers_file, 0)
    assert examine(node).well() <= (FILES | SERVER) - OF_PEERS_JSON
    pair.write()
    command = node.command("doctor", "--output", "json")
    command[command.index("--ldap-uri") + 1] = "ldapi://%2Fnonexistent%2Fsocket"
    assert Checked(subprocess.run(command, text=True, capture_output=True, check=False)).well() <= FILES
    pair[1].server.stop()
    wait_until(lambda: not any(c.connection for c in node.server.consumers()), "the link is down")
    checked = examine(node)
    pair[1].server.start()
    assert checked.well() <= (FILES | SERVER) - {"links"}
    assert {checked.checks[code]["severity"] for code in ("peer-tls", "peer-bind", "peer-read", "schema")} == {"unknown"}


# A prefix that takes something away, and what nobody may call well then.
NOBODY = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]
WITHOUT = {
    "rights": (NOBODY, (FILES | SERVER) - {"agent-file", "journal", "names", "clock", "selinux"}),
    "a journal": (["unshare", "-m", "sh", "-c", 'mount -t tmpfs none /var/log; exec "$@"', "-"], {"journal"}),
    "labels": (["unshare", "-m", "sh", "-c", "mount -t tmpfs none /sys/fs; mkdir /sys/fs/selinux; touch /sys/fs/selinux/enforce; "
                'exec "$@"', "-"], {"selinux"}),
    "a name": (["unshare", "-u", "sh", "-c", 'hostname nowhere.invalid; exec "$@"', "-"], {"names"}),
}


@pytest.mark.parametrize("what", WITHOUT)
def test_without_what_it_judges_by_no_check_is_well(node, what):
    prefix, checks = WITHOUT[what]
    os.chmod(node.folder, 0o755)
    assert not examine(node, prefix=prefix).well() & checks


def test_without_cn_monitor_no_check_of_it_is_well(node):
    with changed(node.server, MONITOR, [(ldap.MOD_REPLACE, "olcAccess", "to * by * none")]):
        assert not examine(node).well() & {"monitor", "links", "disk", "old-backup"}


def test_a_peer_that_says_nothing_is_no_evidence(node, pair):
    """It takes the connection, and is silent from the bind on: that nobody refused the password says nothing."""
    with pair[1].server.frozen():
        checked = examine(node)
    checked.assert_finds("peer-reach", "error", "[silent]")
    assert not checked.well() & {"peer-reach", "peer-bind", "peer-read", "peer-provider", "peer-limits", "schema", "in-step"}


def test_a_daemon_that_hangs_is_not_called_well(node):
    with Daemon(node) as daemon:
        daemon.wait_for("desired-loaded")
        daemon.wait_at_rest()
        assert examine(node).checks["daemon"]["severity"] == "ok"
        os.kill(daemon.pid, signal.SIGSTOP)
        path = os.path.join(node.run_dir, "status.json")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        with open(path, "w", encoding="utf-8") as file:
            file.write(re.sub(r'"written": "\d+', '"written": "2020', text))
        examine(node).assert_finds("daemon", "warning", "the daemon hangs")
        assert "the daemon hangs" in node.run("check").stdout
        os.kill(daemon.pid, signal.SIGCONT)


def test_a_clock_that_no_peer_shows_is_not_known(node, pair):
    checked = examine(node)
    checked.assert_finds("peer-clock", "unknown", "does not tell")
    with changed(pair[1].server, MONITOR, [(ldap.MOD_ADD, "olcAccess", f'{{0}}to * by dn.exact="{REPLICATOR}" read by * break')]):
        assert examine(node).checks["peer-clock"]["severity"] == "ok"


def test_a_peer_that_is_down(node, pair):
    other = pair[1].server
    other.stop()
    wait_until(lambda: not any(c.connection for c in node.server.consumers()), "the link is down")
    checked = examine(node)
    other.start()
    checked.assert_finds("links", "error", "consumer 002", other.ldap_uri, "is not connected")
    checked.assert_finds("peer-reach", "error", "[port-closed]", remedy="start slapd there")


def test_a_peer_that_refuses_the_password(node):
    node.write_secret("wr0ng-canary")
    checked = examine(node)
    checked.assert_finds("peer-bind", "error", "[bind-refused]")
    assert "canary" not in checked.text
    examine(node).assert_finds("peer-bind", "error", "[bind-not-repeated]")
    node.write_secret("secret")


def test_a_peer_that_speaks_no_tls(node, pair):
    document = json.loads(json.dumps(pair.document))
    document["databases"][0]["syncrepl"].update({"starttls": "critical", "tls_reqcert": "never"})
    node.write(document)
    examine(node).assert_finds("peer-tls", "error", "[starttls-refused]", remedy="olcTLSCertificateFile")
    document["databases"][0]["syncrepl"].update({"starttls": "yes"})
    node.write(document)
    checked = examine(node)
    checked.assert_finds("peer-tls", "warning", "[tls-declined]", "in clear text", remedy="olcTLSCertificateFile")
    assert checked.checks["certificates"]["severity"] == "unknown" and "peer-bind" in checked.well(), checked.text


def test_a_peer_that_hides_passwords(node, pair):
    with of_database(pair[1], (ldap.MOD_REPLACE, "olcAccess", [
            "to attrs=userPassword by anonymous auth", "to * by * read"])):
        examine(node).assert_finds("peer-read", "warning", "[passwords-hidden]", remedy="\"access\": true")


def test_a_peer_that_is_another_server(node, pair):
    with changed(pair[1].server, "cn=config", [(ldap.MOD_REPLACE, "olcServerID", "1")]):
        examine(node).assert_finds("peer-provider", "error", "[same-server-id]", remedy="an olcServerID of its own")


def test_a_peer_that_limits(node, pair):
    with of_database(pair[1], (ldap.MOD_REPLACE, "olcLimits", "users size=1")):
        examine(node).assert_finds("peer-limits", "warning", "[limited]", remedy="`syncward apply` there")


def test_a_server_id_that_is_nobodys(node, pair):
    with changed(node.server, "cn=config", [(ldap.MOD_REPLACE, "olcServerID", "77")]):
        add_person(node.server, "of-77")
    wait_entry(pair[1].server, f"cn=of-77,{SUFFIX}")
    pair.wait_in_step()
    checked = examine(node)
    checked.assert_finds("retired-ids", "note", "server ID 77 (hex 04d)")
    document = json.loads(json.dumps(pair.document))
    document["peers"].append({"id": 77, "uri": "ldap://127.0.0.9:9"})
    pair.document = document  # from now on it is somebody's
    document["databases"][0]["peers"] = [1, 2]


def test_a_strange_peer_with_a_fast_clock(farm, pair):
    """Ten minutes ahead, another schema, a certificate that ends tomorrow, another database."""
    authority = Authority(farm.folder("ca"))
    certificate = authority.issue("strange")

    def prepare(server):
        server.environment = faketime.environment("+600s")
        server.use_tls(authority, certificate)

    strange = farm([Database(overlays=("syncprov",))], prepare=prepare)
    strange.modify("cn=config", [(ldap.MOD_REPLACE, "olcServerID", "2")])
    strange.add("cn=own,cn=schema,cn=config", {"objectClass": "olcSchemaConfig", "cn": "own", "olcAttributeTypes":
                "( 1.3.6.1.4.1.99999.1 NAME 'ownAttribute' SUP name )"})
    strange.modify(MONITOR, [(ldap.MOD_ADD, "olcAccess", f'{{0}}to * by dn.exact="{REPLICATOR}" read by * break')])
    strange.seed()
    own = farm([Database()])
    own.seed()
    node = Node(pair[0].program, own, 1, farm.folder("stranger"))
    document = json.loads(json.dumps(pair.document))
    document["peers"] = [{"id": 1, "uri": own.ldap_uri}, {"id": 2, "uri": strange.ldap_uri}]
    document["databases"][0].pop("peers", None)
    document["databases"][0]["syncrepl"].update({"starttls": "critical", "tls_cacert": authority.path})
    node.write(document)
    checked = examine(node)
    checked.assert_finds("peer-clock", "warning", "[clock-differs]", remedy="chronyc")
    checked.assert_finds("schema", "warning", "[schema-differs]")
    checked.assert_finds("certificates", "warning", "[certificate-ends]", remedy="renew")
    checked.assert_finds("conflicts", "error", "server ID 2 (hex 002) bears a time", "ahead of this clock")
    checked.assert_finds("in-step", "error", "another database", strange.ldap_uri)
    strange.kill()
    own.kill()


def test_a_server_that_lacks_changes(node, pair):
    values = pair[1].syncrepl()
    with of_database(pair[1], (ldap.MOD_DELETE, node.server.flag(), None), (ldap.MOD_DELETE, "olcSyncrepl", None)):
        pair[1].server.modify(pair[1].server.database_dn(), [(ldap.MOD_REPLACE, "olcReadOnly", "FALSE")])
        add_person(node.server, "unheard-of")
        assert examine(node).checks["in-step"]["severity"] == "ok", "a change on its way is no trouble"
        checked = wait_until(lambda: (lambda c: c if c.checks["in-step"]["severity"] != "ok" else None)(
            examine(node)), "it is told", 30)
    assert values == pair[1].syncrepl()
    checked.assert_finds("in-step", "warning", pair[1].server.ldap_uri, "server ID 1 (hex 001)",
                         remedy="syncward verify")
    pair.wait_in_step()


# --- some of them ---

def test_each_check_asked_alone_says_the_same(node):
    whole = examine(node).checks
    for code, check in whole.items():
        done = node.run("doctor", code, "--output", "json")
        alone = json.loads(done.stdout)["checks"]
        assert [(one["code"], one["severity"]) for one in alone] == [(code, check["severity"])], done.stdout
        assert done.returncode == {**EXIT, "unknown": 3}[check["severity"]]


def test_checks_of_files_ask_no_peer_and_read_no_entries(node, pair):
    def asked():
        return pair[1].server.log_count("ACCEPT"), node.server.log_count("SRCH attr=entryUUID entryCSN")
    before = asked()
    assert node.run("doctor", "peers-file", "disk").returncode == 0
    assert asked() == before
    assert node.run("doctor", "old-entries").returncode == 0
    assert all(new > old for new, old in zip(asked(), before))


def test_a_check_that_is_none_is_refused(program):
    done = subprocess.run([program, "doctor", "clokc"], text=True, capture_output=True, check=False)
    assert done.returncode == 64 and "did you mean 'clock'" in done.stderr and not done.stdout


# --- the list ---

def test_the_list_explains_every_check_and_makes_none(program):
    done = subprocess.run([program, "doctor", "--list", "--agent-config", "/nonexistent"], text=True,
                          capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    listed = re.findall(r"^(\S+)\n    checks: .+\n    means:  .+\n    remedy: .+$", done.stdout, re.MULTILINE)
    document = json.loads(subprocess.run([program, "doctor", "--list", "--output", "json"], text=True,
                                         capture_output=True, check=True).stdout)
    assert [check["code"] for check in document["checks"]] == listed and len(set(listed)) == 40


# --- entries that root does not see, on clusters of their own ---

def hide(node, *rules):
    node.edit([(ldap.MOD_REPLACE, "olcAccess", [*rules, "to * by * read"])])


def test_entries_that_are_hidden_from_root_are_looked_at_with_the_account_of_the_links(slapd_factory, program):
    """Where that sees no more than root what was seen is told, and that it is not all."""
    cluster = formed_as_0_1_0_did(slapd_factory, program)
    old = [f'to dn.base="cn={name},{SUFFIX}" by dn.exact="{REPLICATOR}" read by * none' for name in ("one", "two")]
    hide(cluster[0], *old)
    assert "5 of 5 entries carry server ID 0" in examined(cluster[0])[1]
    assert examined(cluster[0], "old-entries") == examined(cluster[0])
    hide(cluster[0], old[0].replace("read", "none"))
    text = examined(cluster[0])[1]
    assert "4 of 4 entries carry server ID 0" in text and "not checked" in text and "only 4 of its 5 entries" in text


def test_hidden_entries_are_not_taken_for_good(slapd_factory, program):
    cluster = Cluster(slapd_factory, program, 2, [Database(backend="mdb")]).form()
    dn = add_person(cluster[0].server, "hidden")
    assert examined(cluster[0])[0] == "ok"
    hide(cluster[0], f'to dn.base="{dn}" by * none')
    severity, text = examined(cluster[0])
    assert severity == "unknown" and "not checked" in text, text

# SPDX-License-Identifier: Apache-2.0
"""No password, nor anything derived from one, is in what the program emits, keeps, or shows while it runs."""

import base64
import hashlib
import json
import os
import resource
import signal
import subprocess

import canary
import ldap
import pytest
from cluster import Cluster
import traced
from slapd import SUFFIX, wait_until


class Said:
    """All that commands of a node said, and all files that they left, searched for the passwords."""

    def __init__(self, node):
        self.node = node
        self.commands = 0

    def run(self, *words, status=None):
        """Runs a command, searches its output, and returns it."""
        done = self.node.run(*words)
        if status is not None:
            assert done.returncode == status, done.stdout + done.stderr
        self.search(done.stdout, f"standard output of {words}")
        self.search(done.stderr, f"messages of {words}")
        self.commands += 1
        return done

    def all_outputs(self, status):
        """Every form in which a plan leaves the program."""
        for words in ((), ("-v",), ("--output", "json"), ("--output", "ldif"),
                      ("--save", self.path("plan.saved")), ("--output", "ldif", "--save", self.path("ldif.saved"))):
            self.run("plan", *words, status=status)
        self.search_files()

    def path(self, name):
        """A file among those that are searched."""
        os.makedirs(self.node.run_dir, exist_ok=True)
        return os.path.join(self.node.run_dir, name)

    def search_files(self):
        """Searches state, run folder and saved plans."""
        searched = 0
        for top in (self.node.state_dir, self.node.run_dir):
            for folder, _, names in os.walk(top):
                for name in names:
                    with open(os.path.join(folder, name), "rb") as file:
                        self.search(file.read(), file.name)
                    self.search(name, "a file's name")
                    searched += 1
        return searched

    @staticmethod
    def search(text, where):
        """Fails when a password is in it."""
        assert canary.leaks(text) == [], where


@pytest.fixture(name="cluster")
def fixture_cluster(slapd_factory, program):
    """Two nodes whose replication password is the canary."""
    cluster = Cluster(slapd_factory, program, 2)
    cluster[0].server.seed(password=canary.OLD)
    for node in cluster:
        node.write_secret(canary.OLD)
    return cluster


@pytest.fixture(name="said")
def fixture_said(cluster):
    """The first node."""
    return Said(cluster[0])


@pytest.mark.parametrize("password", [canary.OLD, canary.NEW])
def test_the_search_finds_each_form(password):
    """What makes the other tests able to fail."""
    raw = password.encode()
    for text in (raw, b"x" + raw + b"y", json.dumps({"a": password}).encode(), raw.hex().upper().encode(),
                 *(base64.b64encode(b"x" * n + raw + b"y" * m) for n in range(3) for m in range(3)),
                 hashlib.sha256(raw).hexdigest().encode(), b"cn: " + raw.split()[0], raw.split(b"\\")[1].split(b'"')[0],
                 base64.b64encode(b"credentials=" + raw)[:20] + b"\n " + base64.b64encode(b"credentials=" + raw)[20:]):
        assert canary.leaks(text), text
    assert canary.leaks(b'rid=001 credentials="********"') == []


@pytest.mark.every_release
@pytest.mark.parametrize("literal", [False, True])
def test_a_password_is_added_changed_and_taken_away_in_silence(cluster, said, literal):
    """literal: it stands in peers.json itself."""
    node = said.node
    cluster.document["revision"] = 1
    if literal:
        cluster.document["databases"][0]["syncrepl"]["credentials"] = canary.OLD
    cluster.write()
    said.run("validate", "--show", "--secrets", status=0)
    said.run("validate", "--output", "json", status=0)
    said.all_outputs(status=2)
    said.run("apply", "-v", status=0)
    assert canary.OLD in node.syncrepl()[0]
    said.all_outputs(status=0)
    # Both the old and the new value of a change hold a password.
    node.edit([(ldap.MOD_REPLACE, "olcSyncrepl", [node.syncrepl()[0].replace(canary.OLD, canary.NEW)])])
    if node.server.release.has_consumer_monitor:
        said.all_outputs(status=2)
        said.run("apply", "--plan", said.path("plan.saved"), "-v", status=0)
    else:  # 2.4 does not tell that the link is down, and its peer does not know the account yet: G6
        said.all_outputs(status=3)
        said.run("apply", "-v", "--release", "G6", status=0)
    # A provider that is held, and one that goes.
    node.edit([(ldap.MOD_ADD, "olcSyncrepl", [
        f'rid={n} provider=ldap://127.0.0.1:9/ searchbase={SUFFIX} type=refreshOnly retry="60 +" bindmethod=simple '
        f'binddn=cn=x credentials="{canary.NEW}" timeout=1 network-timeout=1' for n in (77,)])])
    said.all_outputs(status=2)
    node.edit([(ldap.MOD_ADD, "olcSyncrepl", [
        f'rid=78 provider=ldap://127.0.0.1:10/ searchbase={SUFFIX} type=refreshOnly retry="60 +" bindmethod=simple '
        f'binddn=cn=x credentials="{canary.NEW}" timeout=1 network-timeout=1'])])
    said.all_outputs(status=3)
    said.run("apply", "-v", status=3)
    said.run("apply", "-v", "--release", "G4", status=0)
    assert said.search_files() >= 3


def test_passwords_are_shown_where_a_person_asked_for_them(cluster, said):
    """The one exception: a file of mode 0600."""
    path = os.path.join(said.node.folder, "clear.ldif")
    said.run("plan", "--output", "ldif", "--show-secrets", "--save", path, status=2)
    assert os.stat(path).st_mode & 0o7777 == 0o600
    with open(path, "rb") as file:
        assert canary.leaks(file.read()) != []
    assert cluster[0].server.config_writes() == 0


def test_masked_ldif_is_refused_by_ldapmodify_before_anything_is_sent(said):
    """A mask must never be written as a password; the LDIF that was asked for in clear loads."""
    node = said.node
    command = ["ldapmodify", "-Q", "-Y", "EXTERNAL", "-H", node.server.ldapi_uri, "-f"]
    said.run("plan", "--output", "ldif", "--save", said.path("ldif"), status=2)
    done = subprocess.run([*command, said.path("ldif")], text=True, capture_output=True, check=False, timeout=60)
    assert done.returncode != 0 and node.server.config_writes() == 0, done
    # With -c it goes on behind an error: then what holds a mask is still left out.
    subprocess.run(["ldapmodify", "-c", *command[1:], said.path("ldif")], capture_output=True, check=False, timeout=60)
    assert node.syncrepl() == []
    clear = os.path.join(node.folder, "clear.ldif")
    said.run("plan", "--output", "ldif", "--show-secrets", "--save", clear, status=2)
    done = subprocess.run([*command, clear], text=True, capture_output=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert said.node.plan().returncode == 0


def with_syncrepl(document, **keywords):
    """The document as text, with keywords of the first database's syncrepl."""
    document["databases"][0]["syncrepl"].update(keywords)
    return json.dumps(document, ensure_ascii=False, indent=1)


JSON_CANARY = json.dumps(canary.OLD, ensure_ascii=False)
BAD_DOCUMENTS = {
    "wrong type: a list": lambda d: with_syncrepl(d, credentials=[canary.OLD]),
    "wrong type: an object in a list": lambda d: with_syncrepl(d, credentials=[{"file": canary.OLD}]),
    "wrong type beside it": lambda d: with_syncrepl(d, credentials=canary.OLD, timeout="x"),
    "unknown key with it": lambda d: with_syncrepl(d, credentails=canary.OLD),
    "unknown key with it in an object": lambda d: with_syncrepl(d, credentials={"password": canary.OLD}),
    "it is the unknown key": lambda d: with_syncrepl(d, credentials={canary.OLD: 1}),
    "it is an unknown key elsewhere": lambda d: with_syncrepl(d, **{canary.OLD: 1}),
    "a key twice with it": lambda d: with_syncrepl(d, credentials=canary.OLD).replace(
        '"credentials"', f'"credentials": {JSON_CANARY}, "credentials"'),
    "it is a key twice": lambda d: with_syncrepl(d, credentials={}).replace(
        '"credentials": {', f'"credentials": {{{JSON_CANARY}: 1, {JSON_CANARY}: 2'),
    "a file and it": lambda d: with_syncrepl(d, credentials={"file": "/x", "credential": canary.OLD}),
    "not closed": lambda d: with_syncrepl(d, credentials=canary.OLD).split("zwitscher", maxsplit=1)[0],
    "no comma before it": lambda d: with_syncrepl(d, credentials=canary.OLD).replace(
        '"credentials": ', '"credentials" '),
    "no comma behind it": lambda d: with_syncrepl(d, credentials=canary.OLD, sizelimit=1).replace(
        f"{JSON_CANARY},", JSON_CANARY),
    "a bare word": lambda d: with_syncrepl(d, credentials="@").replace('"@"', canary.OLD),
    "a bad escape": lambda d: with_syncrepl(d, credentials="@").replace('"@"', f'"{canary.OLD}"'),
    "bad UTF-8": lambda d: with_syncrepl(d, credentials=canary.OLD + "\udcff"),
    "quotes that slapd cannot take": lambda d: with_syncrepl(d, credentials=canary.OLD + '" x'),
    "with bindmethod sasl": lambda d: with_syncrepl(d, credentials=canary.OLD, bindmethod="sasl"),
    "a line end": lambda d: with_syncrepl(d, credentials=canary.OLD + "\nx"),
    "a NUL": lambda d: with_syncrepl(d, credentials=canary.OLD + "\0x"),
}


@pytest.mark.parametrize("name", BAD_DOCUMENTS)
def test_what_is_said_about_a_bad_peers_json_quotes_no_password(cluster, said, name):
    text = BAD_DOCUMENTS[name](cluster.document)
    with open(said.node.peers_file, "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(text)
    for words in (("validate", "--secrets"), ("validate", "--show"), ("validate", "--output", "json"),
                  ("plan",), ("plan", "-v"), ("apply", "-v")):
        done = said.run(*words)
        assert done.returncode in ((78, 0) if words[0] == "validate" else (78,)), done.stderr
        assert done.returncode == 0 or ":" in done.stderr
    assert said.node.server.config_writes() == 0


def test_a_literal_password_that_others_may_read_is_told_without_it(cluster, said):
    cluster.document["databases"][0]["syncrepl"]["credentials"] = canary.OLD
    cluster.write()
    os.chmod(said.node.peers_file, 0o644)
    for command in ("validate", "plan", "apply"):
        assert "chmod 0600" in said.run(command, status=78).stderr


@pytest.mark.parametrize("content", [f"{canary.OLD}\n{canary.NEW}\n", canary.OLD + "\r\n", canary.OLD + "\0",
                                     canary.OLD + '" x', canary.OLD * 200], ids=["lines", "cr", "nul", "quote", "long"])
def test_what_is_said_about_a_bad_password_file_quotes_none_of_it(said, content):
    said.node.write_secret(content)
    for words in (("validate", "--secrets"), ("plan", "-v"), ("apply", "-v")):
        assert said.node.secret_file in said.run(*words, status=78).stderr
    assert said.node.server.config_writes() == 0


@pytest.mark.parametrize("keywords", [{"tls_cert": "/nonexistent/cert", "tls_key": "/nonexistent/key",
                                       "starttls": "critical"},
                                      {"filter": "(cn="}, {"attrs": "nosuchattribute"}])
def test_what_slapd_refuses_is_told_without_the_password(cluster, said, keywords):
    """slapd's own words quote the value at times."""
    with_syncrepl(cluster.document, **keywords)
    cluster.write()
    said.all_outputs(status=None)
    # A peer that could not be asked was not seen to be empty.
    assert said.run("apply", "-v", "--release", "G13", "--release", "joining").returncode in (0, 1, 78)
    said.search_files()


def test_a_refused_write_is_told_without_the_password(cluster, said):
    """cn=config that may not be written: the request held the password."""
    node = said.node
    node.server.modify("olcDatabase={0}config,cn=config", [(ldap.MOD_REPLACE, "olcReadOnly", "TRUE")])
    refused = said.run("apply", "-v")
    assert refused.returncode in (1, 77), refused.stderr
    said.search_files()


# While it runs

@pytest.fixture(name="waiting")
def fixture_waiting(said):
    """An apply that has read the password and waits for a slapd that does not answer."""
    with said.node.server.frozen():
        process = subprocess.Popen(
            said.node.command("apply", "-v"), text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, cwd=said.node.folder,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY,) * 2))
        try:
            wait_until(lambda: has_socket(process.pid), "the program turned to slapd")
            yield process
        finally:
            process.kill()
            process.communicate()


def has_socket(pid):
    """True when the process has an open socket."""
    folder = f"/proc/{pid}/fd"
    for name in os.listdir(folder):
        try:
            if os.readlink(os.path.join(folder, name)).startswith("socket:"):
                return True
        except FileNotFoundError:
            pass
    return False


def test_the_kernel_shows_no_password_of_the_running_program(said, waiting):
    for name in ("cmdline", "environ", "comm", "maps", "mountinfo"):
        with open(f"/proc/{waiting.pid}/{name}", "rb") as file:
            content = file.read()
        assert content or name == "environ"
        said.search(content, name)
    for name in os.listdir(f"/proc/{waiting.pid}/fd"):
        target = os.readlink(f"/proc/{waiting.pid}/fd/{name}")
        assert target != said.node.secret_file and "(deleted)" not in target
    said.search_files()


def core_files(folder):
    """Files that a crash left."""
    return [name for name in os.listdir(folder) if name.startswith("core")]


def test_a_crash_writes_no_core(said, waiting):
    with open(f"/proc/{waiting.pid}/limits", encoding="ascii") as file:
        assert [line.split()[4:6] for line in file if line.startswith("Max core file size")] == [["0", "0"]]
    os.kill(waiting.pid, signal.SIGABRT)
    _, status = os.waitpid(waiting.pid, 0)
    waiting.returncode = -os.WTERMSIG(status)
    assert os.WTERMSIG(status) == signal.SIGABRT and not os.WCOREDUMP(status)
    assert core_files(said.node.folder) == []


def test_the_program_asks_the_kernel_for_no_core_before_it_reads_anything(said):
    """Where a handler takes cores the limit does not count: the process itself must be undumpable."""
    trace = os.path.join(said.node.folder, "trace")
    done = said.node.run("plan", env=traced.environment(),
                         prefix=("strace", "-f", "-o", trace, "-e", "trace=prctl,openat,open,prlimit64"))
    assert done.returncode == 2, done.stderr
    with open(trace, encoding="utf-8", errors="replace") as file:
        lines = file.read().splitlines()
    place = {what: [i for i, line in enumerate(lines) if what in line]
             for what in ("prctl(PR_SET_DUMPABLE, SUID_DUMP_DISABLE) = 0", "RLIMIT_CORE, {rlim_cur=0, rlim_max=0}",
                          said.node.peers_file, said.node.secret_file)}
    assert all(place.values()), place
    quiet = max(list(place.values())[0][0], list(place.values())[1][0])
    assert quiet < place[said.node.peers_file][0] < place[said.node.secret_file][0]

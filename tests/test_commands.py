# SPDX-License-Identifier: Apache-2.0
"""The command line: help, usage, exit statuses; files that are refused before they are read."""

import json
import os
import pty
import shutil
import signal
import subprocess
import tempfile
import termios

import pytest
import tools
from jsonschema import Draft202012Validator
from slapd import wait_until

COMMANDS = ("apply", "init", "plan", "validate")
GOOD = {"format": 1, "revision": 3,
        "peers": [{"id": 1, "uri": "ldap://ldap1.example.com"}, {"id": 2, "uri": "ldap://ldap2.example.com"}],
        "databases": [{"suffix": "dc=example,dc=com", "syncrepl": {
            "bindmethod": "simple", "binddn": "cn=replicator,dc=example,dc=com",
            "credentials": {"file": "/nonexistent/secret"}}}]}


@pytest.fixture(name="syncward")
def fixture_syncward():
    """Runs the program; returns (exit status, standard output, messages)."""
    def run(*arguments, **options):
        done = subprocess.run([tools.program_path(), *map(str, arguments)], text=True, capture_output=True,
                              timeout=60, check=False, stdin=subprocess.DEVNULL, **options)
        return done.returncode, done.stdout, done.stderr
    return run


@pytest.fixture(name="peers")
def fixture_peers(tmp_path):
    """Writes peers.json, with changes; returns its path."""
    def write(mode=0o644, text=None, **changes):
        path = tmp_path / "peers.json"
        path.write_text(text if text is not None else json.dumps({**GOOD, **changes}))
        path.chmod(mode)
        return path
    return write


def with_credentials(credentials, **keywords):
    """The database of GOOD with other credentials and more keywords."""
    database = json.loads(json.dumps(GOOD["databases"][0]))
    database["syncrepl"].update(keywords, credentials=credentials)
    return [database]


# Who may not read everything

@pytest.mark.skipif(os.getuid() != 0, reason="another user and a mount of its own need root")
@pytest.mark.parametrize("folder_mode, file_mode", [(0o755, 0o600), (0o700, 0o644)])
def test_check_needs_no_right_to_the_agents_settings(tmp_path, folder_mode, file_mode):
    """A monitoring agent reads the status; where it may not read agent.json it looks where that is by default."""
    etc = tmp_path / "etc"
    etc.mkdir()
    etc.chmod(0o755)
    (etc / "syncward").mkdir()
    (etc / "syncward/agent.json").write_text("{}")
    (etc / "syncward/agent.json").chmod(file_mode)
    (etc / "syncward").chmod(folder_mode)
    if os.path.exists("/etc/ld.so.cache"):
        shutil.copy("/etc/ld.so.cache", etc)

    def check(*arguments):
        script = 'mount --bind "$1" /etc && shift && exec setpriv --reuid 65534 --regid 65534 --clear-groups "$@"'
        done = subprocess.run(["unshare", "--mount", "sh", "-c", script, "sh", etc, tools.program_path(), "check",
                               *arguments], text=True, capture_output=True, timeout=60, check=False)
        return done.returncode, done.stdout
    status, line = check("--run-dir", "/nonexistent")
    assert status == 2 and "/nonexistent" in line, line
    assert check()[0] == 2 or os.path.exists("/run/syncward/status.json")
    status, line = check("--agent-config", "/etc/syncward/agent.json", "--run-dir", "/nonexistent")
    assert status == 3, "the one that is named must be read"


# A password that is asked for

@pytest.mark.parametrize("keys, status", [(b"\x03", -signal.SIGINT), (b"\n", 64), (b"x" * 1030 + b"\n", 64)],
                         ids=["interrupted", "empty", "too-long"])
def test_the_terminal_shows_again_what_is_typed_however_asking_for_a_password_ends(peers, tmp_path, keys, status):
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(tools.program_path(), ["syncward", "heal", "--rootdn-password", "-", "--peers", str(peers()),
                                        "--state-dir", str(tmp_path / "state"), "--run-dir", str(tmp_path / "run")])
    output = b""
    while b"Password of the rootdn: " not in output:
        output += os.read(terminal, 4096)
    # The question is asked before it is hidden.
    wait_until(lambda: not termios.tcgetattr(terminal)[3] & termios.ECHO, "it is hidden")
    os.write(terminal, keys)
    ended = []
    wait_until(lambda: ended.extend(os.waitpid(pid, os.WNOHANG)) or ended[-2], "it ends")
    try:
        assert os.waitstatus_to_exitcode(ended[-1]) == status
        assert termios.tcgetattr(terminal)[3] & termios.ECHO
    finally:
        os.close(terminal)


# Usage

def test_without_a_command_the_usage_goes_to_standard_error(syncward):
    status, output, messages = syncward()
    assert (status, output) == (64, "")
    assert messages.startswith("Usage: syncward COMMAND")
    assert all(f"\n  {name} " in messages for name in COMMANDS)


def test_help_is_data(syncward):
    status, output, messages = syncward("--help")
    assert (status, messages) == (0, "") and output.startswith("Usage: syncward COMMAND")


def test_version_is_the_file_s(syncward):
    with open(os.path.join(tools.TOP, "VERSION"), encoding="ascii") as file:
        expected = "syncward " + file.read()
    assert syncward("--version") == (0, expected, "")
    assert syncward("validate", "--version") == (0, expected, "")


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_explains_itself(syncward, command):
    status, output, messages = syncward(command, "--help")
    assert (status, messages) == (0, "")
    assert output.startswith(f"Usage: syncward {command} ") and "Exit status: 0 " in output
    for option in ("--peers FILE", "--agent-config FILE", "--ldap-uri URI", "--node ID", "--state-dir DIR",
                   "--run-dir DIR", "--output FORMAT", "-v, --verbose", "--help", "--version"):
        assert f"\n  {option} " in output, option
    assert max(map(len, output.splitlines())) <= 100


@pytest.mark.parametrize("arguments, message", [
    (["valdate"], "there is no command 'valdate': did you mean 'validate'?; see `syncward --help`"),
    (["xyzzy"], "there is no command 'xyzzy'; see `syncward --help`"),
    (["validate", "--secret"],
     "validate has no option '--secret': did you mean '--secrets'?; see `syncward validate --help`"),
    (["validate", "-x"], "validate has no option '-x'; see `syncward validate --help`"),
    (["validate", "a", "b"], "'b' is one argument too many; see `syncward validate --help`"),
    (["init", "a"], "'a' is one argument too many; see `syncward init --help`"),
    (["validate", "--peers"], "--peers needs a value: --peers FILE"),
    (["validate", "--peers="], "--peers needs a value: --peers FILE"),
    (["validate", "--show=yes"], "--show takes no value"),
    (["validate", "--output", "xml"], "--output 'xml' is neither text, json, ldif nor dot"),
    (["validate", "--slapd-version", "new"], "--slapd-version 'new' is no version such as 2.4.46"),
    (["init", "--suffix", "dc=x"], "init needs --suffix and --peer: syncward init --suffix dc=example,dc=com "
     "--peer ldap://ldap1.example.com ldap://ldap2.example.com"),
    (["init", "--suffix", "x", "--peer", "ldap://a"], "--suffix 'x' is no DN"),
    (["init", "--suffix", "dc=x", "--peer", "http://a"], "--peer 'http://a' is no LDAP URL"),
])
def test_wrong_usage_ends_with_64_and_a_hint(syncward, arguments, message):
    assert syncward(*arguments) == (64, "", f"syncward: {message}\n")


def test_two_dashes_end_the_options(syncward, peers, tmp_path):
    peers().rename(tmp_path / "--odd")
    assert syncward("validate", "--", "--odd", cwd=tmp_path)[0] == 0


def test_an_output_that_cannot_be_written_is_an_error():
    with open("/dev/full", "w", encoding="ascii") as full:
        done = subprocess.run([tools.program_path(), "--help"], stdout=full, stderr=subprocess.PIPE, text=True,
                              check=False, timeout=60)
    assert (done.returncode, done.stderr) == (1, "syncward: standard output could not be written\n")


def test_a_reader_that_goes_away_is_an_error(peers):
    read_end, write_end = os.pipe()
    os.close(read_end)
    with os.fdopen(write_end, "w") as pipe:
        done = subprocess.run([tools.program_path(), "validate", "--show", peers()], stdout=pipe,
                              stderr=subprocess.PIPE, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (1, "syncward: standard output could not be written\n")


# init

def test_init_prints_a_file_that_validate_accepts(syncward, peers):
    status, output, messages = syncward("init", "--suffix", "dc=example,dc=com", "--peer", "ldap://ldap1.example.com",
                                        "ldap://ldap2.example.com", "--peer", "ldap://ldap3.example.com")
    assert status == 0 and '"mode": "enforce"' in messages
    document = json.loads(output)
    assert [(peer["id"], peer["uri"]) for peer in document["peers"]] == [
        (n, f"ldap://ldap{n}.example.com") for n in (1, 2, 3)]
    assert document["policy"] == {"mode": "audit"}
    assert document["databases"][0]["syncrepl"]["starttls"] == "critical"
    assert document["databases"][0]["access"] is True and document["databases"][0]["syncrepl"]["keepalive"] == "240:10:30"
    assert "dn: cn=replicator,dc=example,dc=com\n" in messages and "olcTLSCertificateFile" in messages
    assert syncward("validate", peers(text=output))[0] == 0


def test_init_asks_for_no_starttls_where_the_uri_brings_tls(syncward):
    _, output, messages = syncward("init", "--suffix", "o=a\\\"b", "--peer", "ldaps://a.example.com", "ldaps://b.example.com")
    document = json.loads(output)
    assert "starttls" not in document["databases"][0]["syncrepl"] and "StartTLS" not in messages.replace("starttls", "StartTLS")
    assert document["databases"][0]["suffix"] == 'o=a\\"b'


def test_init_knows_the_rules_of_the_file(syncward):
    status, output, messages = syncward("init", "--suffix", "dc=x", "--peer", "ldap://a", "LDAP://A:389/")
    assert (status, output) == (64, "") and "means the same" in messages


# validate

def test_a_good_file_is_told_in_one_line(syncward, peers):
    path = peers()
    assert syncward("validate", path) == (0, f"{path}: valid, 2 peers, 1 database\n", "")
    assert syncward("validate", "--peers", path) == syncward("validate", path)


def test_a_bad_file_ends_with_78_and_its_place(syncward, peers):
    status, output, messages = syncward("validate", peers(text='{"format": 1,\n "peer": []}'))
    assert (status, output) == (78, "") and "peers.json:2:2: " in messages and '"peers"' in messages


def test_show_prints_what_parses_to_the_same(syncward, peers):
    status, output, _ = syncward("validate", "--show", peers())
    assert status == 0 and json.loads(output)["peers"][0]["uri"] == "ldap://ldap1.example.com"
    assert syncward("validate", "--show", peers(text=output)) == (0, output, "")


def test_json_output_lists_the_problems(syncward, peers):
    path = peers()
    status, output, messages = syncward("validate", "--output", "json", path)
    assert (status, messages) == (0, "")
    assert json.loads(output) == {"schema_version": 1, "file": str(path), "valid": True, "problems": [],
                                  "warnings": [], "notes": []}
    status, output, messages = syncward("validate", "--output=json", peers(text="{"))
    problem = json.loads(output)["problems"]
    assert status == 78 and len(problem) == 1 and messages == f"syncward: {problem[0]}\n"


# Who reads whom

LINKS = {"topology": {"gateways": 1}, "peers": [
    {"id": 1, "uri": "ldap://a1", "site": "a"}, {"id": 2, "uri": "ldap://a2", "site": "a"}, {"id": 3, "uri": "ldap://b3", "site": "b"},
    {"id": 5000, "uri": "ldap://b4", "site": "b", "role": "consumer", "reads": [3]}]}


def test_topology_shows_who_reads_whom_and_what_is_weak_in_it(syncward, peers):
    path = peers(**LINKS)
    status, output, messages = syncward("topology", path)
    assert (status, messages) == (0, "")
    assert output.splitlines()[:5] == [
        "dc=example,dc=com: 3 providers, 1 consumer, 5 sessions, at most 3 hops (from 2 to 5000)",
        "      1  provider  a  4 sessions, read by 2, reads 2 3",
        "      2  provider  a  2 sessions, read by 1, reads 1",
        "      3  provider  b  3 sessions, read by 2, reads 1",
        "   5000  consumer  b  1 session, reads 3"]
    assert output.count("\nwarning: dc=example,dc=com: ") == 2
    document = json.loads(syncward("topology", "--output", "json", path)[1])["databases"][0]
    assert (document["sessions"], document["hops"], len(document["warnings"]), document["notes"]) == (5, 3, 2, [])
    assert document["nodes"][0] == {"id": 1, "uri": "ldap://a1", "role": "provider", "hub": False, "site": "a", "reads": [2, 3],
                                    "read_by": 2, "sessions": 4}
    graph = syncward("topology", "--output=dot", path)[1]
    assert graph.startswith('digraph "dc=example,dc=com" {\n') and graph.endswith("}\n") and graph.count(" -> ") == 5
    assert "  3 -> 5000;\n" in graph and 'label="a"' in graph


@pytest.mark.parametrize("n_providers, n, n_sites, sessions", [
    (3, 1000, 3, 6 + 2 * 997),
    pytest.param(999, 4000, 25, 24 * 40 * 39 + 39 * 38 + 50 * 48 + 2 * 3001, marks=pytest.mark.long),
    pytest.param(999, 10000, 30, 9 * 34 * 33 + 21 * 33 * 32 + 60 * 58 + 2 * 9001, marks=pytest.mark.long)])
def test_a_file_of_thousands_of_nodes_is_good_and_its_sessions_are_counted(syncward, peers, n_providers, n, n_sites, sessions):
    path = peers(topology={"gateways": 2}, peers=[
        {"id": i, "uri": f"ldap://node{i}.example.com", "site": f"s{i % n_sites}", **({"role": "consumer"} if i > n_providers else {})}
        for i in range(1, n + 1)])
    status, output, messages = syncward("topology", "--output", "json", path)
    document = json.loads(output)["databases"][0]
    assert (status, messages, document["sessions"], len(document["nodes"])) == (0, "", sessions, n)
    assert document["hops"] <= 4 and document["warnings"] == [] and syncward("validate", path)[0] == 0
    with open(os.path.join(tools.TOP, "etc/peers.schema.json"), encoding="utf-8") as file:
        Draft202012Validator(json.load(file)).validate(json.loads(path.read_text()))


def test_links_that_are_too_few_are_warnings_of_a_good_file(syncward, peers):
    path = peers(topology=LINKS["topology"], peers=LINKS["peers"][:3])
    status, output, messages = syncward("validate", "--output", "json", path)
    report = json.loads(output)
    assert (status, report["valid"], len(report["warnings"])) == (0, True, 2)
    assert messages == "".join(f"syncward: {path}: warning: {text}\n" for text in report["warnings"])


def test_very_many_links_are_a_note_of_a_good_file(syncward, peers):
    path = peers(peers=[{"id": i, "uri": f"ldap://a{i}"} for i in range(1, 19)])
    status, output, _ = syncward("validate", "--output", "json", path)
    report = json.loads(output)
    assert (status, report["valid"], report["warnings"], len(report["notes"])) == (0, True, [], 1)


def test_keywords_newer_than_the_named_slapd_are_errors(syncward, peers):
    path = peers(databases=with_credentials({"file": "/s"}, **{"tcp-user-timeout": 9}),
                 peers=[{**GOOD["peers"][0], "as_consumer": {"lazycommit": True}}, GOOD["peers"][1]])
    status, _, messages = syncward("validate", "--slapd-version", "2.4.46", path)
    assert status == 78
    assert 'slapd 2.4.46 does not know "tcp-user-timeout": OpenLDAP 2.5.0 is the first that does' in messages
    assert 'does not know "lazycommit"' in messages and len(messages.splitlines()) == 2
    for version in ("2.5", "2.6.8"):
        assert syncward("validate", "--slapd-version", version, path)[0] == 0


# Files: found state, wanted state, and the command that mends it

def test_a_missing_file(syncward, tmp_path):
    path = tmp_path / "none.json"
    assert syncward("validate", path) == (
        78, "", f"syncward: {path}: there is no such file: `syncward init --help` and `syncward adopt --help` say how to print "
                "a first one\n")


@pytest.mark.parametrize("mode", [0o664, 0o646, 0o666, 0o777])
def test_a_file_that_others_may_change(syncward, peers, mode):
    path = peers(mode)
    assert syncward("validate", path) == (
        78, "", f"syncward: {path}: has mode {mode:04o}, wanted 0644 or stricter because only root may change it: "
        f"`chmod 0644 {path}`\n")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_file_of_another_user(syncward, peers):
    path = peers()
    os.chown(path, 65534, 0)
    assert syncward("validate", path) == (
        78, "", f"syncward: {path}: is owned by user 65534, wanted root: `chown root:root {path}`\n")


def test_a_symbolic_link(syncward, peers, tmp_path):
    path, link = peers(), tmp_path / "link.json"
    link.symlink_to(path)
    assert syncward("validate", link) == (
        78, "", f"syncward: {link}: is a symbolic link (to {path}), wanted a regular file: name the file itself, or "
        f"`cp --remove-destination {path} {link}`\n")


def test_what_is_no_file(syncward, tmp_path):
    os.mkfifo(tmp_path / "fifo", 0o600)
    for path, kind in ((tmp_path, "directory"), (tmp_path / "fifo", "FIFO"), ("/dev/null", "device")):
        assert syncward("validate", path) == (78, "", f"syncward: {path}: is a {kind}, wanted a regular file\n")


def test_a_file_that_is_too_large(syncward, peers):
    limit = 1024 * 1024
    text = json.dumps(GOOD)
    assert syncward("validate", peers(text=text + " " * (limit - len(text))))[0] == 0
    path = peers(text=text + " " * (limit - len(text) + 1))
    assert syncward("validate", path) == (
        78, "", f"syncward: {path}: has {limit + 1} bytes, at most {limit} are allowed\n")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_file_that_we_may_not_read(peers):
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        os.chmod(folder, 0o755)
        path = shutil.copy(peers(0o600), folder)
        done = subprocess.run(["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--",
                               tools.program_path(), "validate", path], text=True, capture_output=True, check=False)
    assert done.stderr == f"syncward: {path}: cannot be opened: Permission denied: run as root\n"
    assert done.returncode == 77


# Secrets

def test_a_file_with_a_password_in_it_is_for_root_alone(syncward, peers):
    path = peers(0o644, databases=with_credentials("canary-word"))
    status, output, messages = syncward("validate", path)
    assert (status, output) == (78, "")
    assert f"`chmod 0600 {path}`" in messages and "canary" not in messages
    assert syncward("validate", "--secrets", peers(0o600, databases=with_credentials("canary-word")))[0] == 0
    assert "canary" not in syncward("validate", "--show", path)[1]


@pytest.fixture(name="secret")
def fixture_secret(tmp_path, peers, syncward):
    """Validates a peers.json whose password file holds these bytes; returns (exit status, messages, path)."""
    def check(content, mode=0o600, owner=(-1, -1)):
        path = tmp_path / "secret"
        path.write_bytes(content)
        os.chown(path, *owner)
        path.chmod(mode)
        status, _, messages = syncward("validate", "--secrets",
                                       peers(databases=with_credentials({"file": str(path)})))
        return status, messages, path
    return check


@pytest.mark.parametrize("content", [b"x", b"x\n", b"with space", "ümlaut\\".encode(), b'quo"te', b"x" * 4096])
def test_passwords_that_slapd_can_be_told(secret, content):
    assert secret(content)[:2] == (0, "")


@pytest.mark.parametrize("content, why", [
    (b"", "is empty"), (b"\n", "is empty"), (b"canary\0x", "holds a NUL byte"), (b"canary\nx", "more than one line"),
    (b"canary\n\n", "more than one line"), (b"canary\r\n", "carriage return"), (b"x" * 4097, "at most 4096"),
    (b'canary" x" y', "credentials has a quote")])
def test_passwords_that_slapd_cannot_be_told(secret, content, why):
    status, messages, path = secret(content)
    assert status == 78 and messages.startswith(f"syncward: {path}: ") and why in messages
    assert "canary" not in messages


@pytest.mark.parametrize("mode", [0o604, 0o602, 0o620, 0o644, 0o601])
def test_a_password_file_that_others_may_read(secret, mode):
    status, messages, path = secret(b"canary", mode)
    assert status == 78
    assert messages == (f"syncward: {path}: has mode {mode:04o}, wanted 0600 or stricter because it holds a password: "
                        f"`chmod 0600 {path}`\n")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_password_file_is_for_the_group_root_at_most(secret):
    assert secret(b"x", 0o640, (0, 0))[0] == 0
    assert secret(b"x", 0o640, (0, 65534))[0] == 78
    assert "`chown root:root" in secret(b"x", 0o600, (65534, 0))[1]


def test_a_credential_comes_from_systemd(syncward, peers, tmp_path):
    path = peers(databases=with_credentials({"credential": "replicator"}))
    status, _, messages = syncward("validate", "--secrets", path)
    assert status == 78 and "LoadCredential=replicator:PATH" in messages
    (tmp_path / "replicator").write_text("x")
    (tmp_path / "replicator").chmod(0o400)
    environment = {**os.environ, "CREDENTIALS_DIRECTORY": str(tmp_path)}
    assert syncward("validate", "--secrets", path, env=environment)[0] == 0
    (tmp_path / "replicator").unlink()
    status, _, messages = syncward("validate", "--secrets", path, env=environment)
    assert status == 78 and f"{tmp_path}/replicator: there is no such file" in messages


def test_each_missing_password_is_told_once(syncward, peers):
    path = peers(peers=[{**peer, "syncrepl": {"credentials": {"file": f"/nonexistent/{n // 2}"}}}
                        for n, peer in enumerate(GOOD["peers"], start=2)])
    status, _, messages = syncward("validate", "--secrets", path)
    assert status == 78 and sorted(line.split(":")[1] for line in messages.splitlines()) == [
        " /nonexistent/1", " /nonexistent/secret"]
    assert syncward("validate", path)[0] == 0

# SPDX-License-Identifier: Apache-2.0
"""Many probes at once: how long they take, that they lock nobody out, and that nothing of them stays.

What is probed is the same for every OpenLDAP release; this machine's own serves.
"""

import json
import os
import signal
import subprocess
import time
import types

import faketime
import ldap
import pytest
import remedies
from authority import Authority
from cluster import Cluster
from probes import UNBOUNDED_SEC, codes, link_line, only, probe
from slapd import PASSWORD, SUFFIX, Database, syncrepl, wait_until
from tools import tool_path

WRONG = "wr0ng-canary"
LATER = "later-canary"
REPLICATOR = "cn=replicator," + SUFFIX


pytestmark = pytest.mark.one_release


@pytest.fixture(name="farm")
def fixture_farm(slapd_factory):
    return slapd_factory


def make_provider(farm, server_id=7, modules=(), **options):
    server = farm([Database(overlays=("syncprov",))], modules=modules, **options)
    server.modify("cn=config", [(ldap.MOD_REPLACE, "olcServerID", str(server_id))])
    server.seed()
    return server


# --- accounts that get locked ---

def use_password_policy(server, max_failures=3, tells_locked=False):
    """Three refused binds lock an account."""
    policy = "cn=policy," + SUFFIX
    server.add(policy, {"objectClass": ["device", "pwdPolicy"], "cn": "policy", "pwdAttribute": "userPassword",
                        "pwdLockout": "TRUE", "pwdMaxFailure": str(max_failures)}, server.admin())
    server.add(f"olcOverlay=ppolicy,{server.database_dn()}", {
        "objectClass": ["olcOverlayConfig", "olcPPolicyConfig"], "olcOverlay": "ppolicy",
        "olcPPolicyDefault": policy, "olcPPolicyUseLockout": "TRUE" if tells_locked else "FALSE"})


def failures(server):
    """(refused binds that count, whether the account is locked)."""
    found = server.search(REPLICATOR, attributes=["pwdFailureTime", "pwdAccountLockedTime"], scope=ldap.SCOPE_BASE)
    return len(found[0][1].get("pwdFailureTime", [])), "pwdAccountLockedTime" in found[0][1]


def test_three_probes_with_a_wrong_password_from_five_nodes_lock_nobody_out(farm):
    servers = [make_provider(farm, i, modules=("ppolicy",)) for i in range(1, 6)]
    for server in servers:
        use_password_policy(server)
    refused = {our: () for our in range(1, 6)}
    for _ in range(3):
        for our in range(1, 6):
            results = probe(*((syncrepl(i, server.ldap_uri, credentials=WRONG), i, f"file-of-{our}")
                              for i, server in enumerate(servers, start=1) if i != our),
                            our=our, refused=refused[our])
            refused[our] = results.refused
            assert all(result["verdict"] == "refused" for result in results)
    assert [failures(server) for server in servers] == [(1, False)] * 5
    # Corrected, that is another file: it is tried at once, everywhere.
    results = probe(*((syncrepl(i, server.ldap_uri), i, "corrected") for i, server in enumerate(servers, start=1)),
                    refused=refused[1])
    assert [result["verdict"] for result in results] == ["good"] * 5
    assert results.refused == refused[1], "what is replaced is kept and harms nobody"


def test_a_refused_password_is_sent_to_one_peer_and_the_others_are_told_why_not(farm):
    one, other = make_provider(farm, 2), make_provider(farm, 3)
    links = [(syncrepl(i, server.ldap_uri, credentials=WRONG), i, "file") for i, server in ((2, one), (3, other))]
    results = probe(*links, our=1)
    assert [codes(result) for result in results] == [["bind-refused"], ["bind-not-repeated"]]
    assert one.ldap_uri in only(results[1])["text"] and "correct the password file" in only(results[1])["text"]
    assert results[1]["steps"]["connect"] == "good" and results[1]["steps"]["bind"] == "not-tried"
    assert results.refused == [f"{one.ldap_uri}|{REPLICATOR}|file"]
    again = probe(*links, our=1, refused=results.refused)
    assert [codes(result) for result in again] == [["bind-not-repeated"]] * 2
    assert again.refused == results.refused
    assert one.log_count(r"BIND dn=.*method=128") + other.log_count(r"BIND dn=.*method=128") == 1 + 2  # 2: seed()


@pytest.mark.remedy("account-locked")
def test_a_locked_account(farm):
    server = make_provider(farm, modules=("ppolicy",))
    use_password_policy(server, max_failures=1)
    link = syncrepl(1, server.ldap_uri)
    probe(syncrepl(1, server.ldap_uri, credentials=WRONG))
    assert failures(server)[1]
    assert only(probe(link)[0])["code"] == "bind-refused", "by default slapd does not say"
    assert "locked" in only(probe(link)[0])["text"]
    overlay = server.search(server.database_dn(), "(objectClass=olcPPolicyConfig)", ["olcOverlay"])[0][0]
    server.modify(overlay, [(ldap.MOD_REPLACE, "olcPPolicyUseLockout", "TRUE")])
    (result,) = probe(link)
    assert (result["verdict"], only(result)["code"]) == ("refused", "account-locked")
    remedies.printed(only(result)["text"], "account-locked")
    server.admin().modify_s(REPLICATOR, [(ldap.MOD_DELETE, "pwdAccountLockedTime", None)])
    remedies.did("account-locked")
    assert probe(link)[0]["verdict"] == "good"


@pytest.mark.remedy("password-reset")
def test_a_password_that_a_policy_wants_changed(farm):
    """slapd takes the bind and refuses what comes then with 50, as olcAccess does."""
    server = make_provider(farm, modules=("ppolicy",))
    use_password_policy(server)
    server.admin().modify_s("cn=policy," + SUFFIX, [(ldap.MOD_ADD, "pwdMustChange", b"TRUE")])
    server.admin().modify_s(REPLICATOR, [(ldap.MOD_REPLACE, "pwdReset", b"TRUE")])
    link = syncrepl(1, server.ldap_uri)
    (result,) = probe(link)
    assert (result["verdict"], only(result)["code"]) == ("refused", "password-reset"), result
    remedies.printed(only(result)["text"], "password-reset")
    server.admin().modify_s(REPLICATOR, [(ldap.MOD_DELETE, "pwdReset", None)])
    remedies.did("password-reset")
    assert "password-reset" not in codes(probe(link)[0])
    server.admin().passwd_s(REPLICATOR, None, PASSWORD)
    assert "password-reset" in codes(probe(link)[0])


# --- clocks ---

def test_a_clock_that_is_ten_minutes_off(farm):
    def fast(server):
        server.environment = faketime.environment("+600s")

    ahead, right = make_provider(farm, prepare=fast), make_provider(farm)
    for server in ahead, right:
        server.modify("olcDatabase={1}monitor,cn=config", [
            (ldap.MOD_ADD, "olcAccess", f'{{0}}to * by dn.exact="{REPLICATOR}" read by * break')])
    bad, good = probe(*((syncrepl(1, server.ldap_uri), 0) for server in (ahead, right)))
    assert only(bad)["code"] == "clock-differs" and bad["verdict"] == "good"
    assert 598 <= bad["clock_ahead_sec"] <= 602 and "ahead of this node's" in only(bad)["text"]
    assert abs(good["clock_ahead_sec"]) <= 1 and good["steps"]["clock"] == "good"


# --- time ---

@pytest.mark.quiet
def test_of_a_hundred_peers_twenty_that_swallow_packets_hold_up_nobody(network, farm):
    here, there = network.host(), network.host()
    there.also(*(f"10.99.1.{i}" for i in range(1, 81)))
    there.ip("route add blackhole 10.98.0.0/16")
    here.ip(f"route add 10.98.0.0/16 via {there.address}")

    def everywhere(server):
        server.listeners = [server.ldapi_uri, f"ldap://:{server.port}"]

    server = make_provider(farm, host=there, prepare=everywhere)
    addresses = [f"10.98.0.{i}" for i in range(1, 21)] + [f"10.99.1.{i}" for i in range(1, 81)]
    started = time.monotonic()
    results = probe(*((syncrepl(1, f"ldap://{address}:{server.port}", network_timeout="3"), i)
                      for i, address in enumerate(addresses, start=1)), host=here, depth="content")
    took = time.monotonic() - started
    assert [result["verdict"] for result in results] == ["could-not-test"] * 20 + ["good"] * 80
    assert all(codes(result) == ["no-answer"] for result in results[:20])
    assert 3 <= took < 2 * 3, "one after another they would take their timeout at least twice"
    assert results.longest_msec < 400, "a loop has time for other work, even with sanitizers"


def test_what_does_not_end_is_ended_at_the_deadline(farm):
    server = make_provider(farm)
    with server.frozen():
        started = time.monotonic()
        links = [syncrepl(i, server.ldap_uri, timeout="15") for i in range(1, 4)]
        results = probe(*links, concurrency=2, deadline=2000)
        assert 2 <= time.monotonic() - started < UNBOUNDED_SEC
    assert [codes(result) for result in results] == [["not-in-time"]] * 3
    assert all(result["verdict"] == "could-not-test" for result in results)
    assert "in step bind" in only(results[0])["text"] and "before" in only(results[2])["text"]


def test_a_name_server_that_swallows_packets_holds_up_only_its_own_probe(network, farm):
    here, there = network.host(), network.host()
    there.swallow(here)
    server = make_provider(farm, host=here)
    resolv_conf = os.path.join(farm.folder("etc"), "resolv.conf")
    with open(resolv_conf, "w", encoding="ascii") as file:
        file.write(f"nameserver {there.address}\noptions timeout:30\n")
    place = types.SimpleNamespace(prefix=[*here.prefix, "unshare", "--mount", "sh", "-c", (
        f'mount --bind {resolv_conf} /etc/resolv.conf && exec "$@"'), "sh"])
    hanging, good = probe(syncrepl(1, "ldap://peer.example.com"), (syncrepl(2, server.ldap_uri), 7), host=place,
                          deadline=4000)
    assert codes(hanging) == ["not-in-time"] and "in step resolve" in only(hanging)["text"]
    assert good["verdict"] == "good" and good["duration_msec"] < 3900


# --- nothing stays ---

def probe_processes():
    """The processes of probe_tool, and in which state."""
    found = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat", encoding="ascii", errors="replace") as file:
                text = file.read()
        except OSError:
            continue
        if "(probe_tool)" in text:
            found[int(name)] = int(text.rpartition(")")[2].split()[1])
    return found


def children_of(pid):
    return {child for child, parent in probe_processes().items() if parent == pid}


def start_tool(server, *options, n_links=5):
    """A probe_tool that waits for a frozen server; returns the process with all its probes under way."""
    process = subprocess.Popen([tool_path("probe_tool"), *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               text=True)
    process.stdin.write("".join(link_line(syncrepl(i, server.ldap_uri, timeout="15", credentials=f"p{i}"))
                                for i in range(n_links)))
    process.stdin.close()
    wait_until(lambda: len(children_of(process.pid)) == n_links and len(server.tcp_peers()) == n_links,
               "all probes are connected")
    return process, children_of(process.pid)


@pytest.mark.quiet  # all are connected before it is cancelled
@pytest.mark.parametrize("how", ["cancelled", "killed"])
def test_nothing_stays_when_a_round_ends_early(farm, how):
    server = make_provider(farm)
    with server.frozen():
        process, children = start_tool(server, *(["cancel=1500"] if how == "cancelled" else []))
        with process:
            if how == "killed":
                process.send_signal(signal.SIGKILL)
            else:
                assert process.stdout.readline() == "cancelled\n"
                assert not children_of(process.pid), "before the process that cancelled ends"
            # A probe's own time ends it as well, after 15 s.
            wait_until(lambda: not children & set(probe_processes()), "no probe is left", 5)
            wait_until(lambda: not server.tcp_peers(), "no connection is left")


@pytest.mark.parametrize("number, code, text", [(signal.SIGKILL, "probe-died", "signal 9"),
                                                (signal.SIGALRM, "silent", "no end of step bind")])
def test_a_probe_that_ends_without_a_result_is_told_and_the_others_go_on(farm, number, code, text):
    server = make_provider(farm)
    with server.frozen():
        process, children = start_tool(server, n_links=2)
        os.kill(min(children), number)
    with process:
        results = [json.loads(line) for line in process.stdout if line.startswith("{")]
    assert [codes(result) for result in results] == [[code], ["bind-refused"]]
    assert text in only(results[0])["text"] and results[0]["verdict"] == "could-not-test"


def test_a_probe_has_no_descriptor_of_its_parent(farm):
    server = make_provider(farm)
    with server.frozen():
        process, children = start_tool(server, n_links=3)
        for child in children:
            kinds = [os.readlink(f"/proc/{child}/fd/{fd}").split(":")[0] for fd in os.listdir(f"/proc/{child}/fd")]
            assert sorted(kinds) == ["/dev/null"] * 3 + ["socket"] * 2
        process.kill()
        with process:
            pass


# --- as plan, apply and adopt use it ---

def test_tls_probes_at_once_share_nothing(farm):
    authority = Authority(farm.folder("ca"))
    servers = [make_provider(farm, i, prepare=lambda s: s.use_tls(authority, authority.issue("ldap1", days=60)))
               for i in (1, 2)]
    other = Authority(farm.folder("other"), "other")
    links = [(syncrepl(i, server.ldap_uri, starttls="critical", tls_cacert=ca.path), i)
             for ca in (authority, other) for i, server in enumerate(servers, start=1)]
    results = probe(*links * 3)
    assert [codes(result) for result in results] == [[], [], ["certificate-authority"], ["certificate-authority"]] * 3
    assert PASSWORD not in str(results)


@pytest.mark.remedy("password-file")
def test_plan_sends_a_refused_password_once_until_its_file_changes(slapd_factory, program):
    cluster = Cluster(slapd_factory, program, 3)
    for node in cluster.nodes[:2]:
        node.server.seed()
    node = cluster[2]
    node.write_secret(WRONG)
    for _ in range(3):
        node.plan()
    refused = [one.server.log_count("RESULT tag=97 err=49") for one in cluster.nodes[:2]]
    assert sorted(refused) == [0, 1]
    held = node.plan().stdout
    assert "was not sent" in held and WRONG not in held
    with open(os.path.join(node.state_dir, "refused-binds.json"), encoding="utf-8") as file:
        kept = file.read()
    assert node.secret_file in kept and WRONG not in kept
    remedies.printed(held, "password-file")
    node.write_secret(PASSWORD)
    assert "was not sent" not in node.plan().stdout
    assert [one.server.log_count("RESULT tag=97 err=49") for one in cluster.nodes[:2]] == refused
    # Right after all, at peers that got the account's password later.
    for one in cluster.nodes[:2]:
        one.server.admin().passwd_s(REPLICATOR, None, LATER)
    node.write_secret(LATER)
    for one in cluster.nodes[:2]:
        one.server.admin().passwd_s(REPLICATOR, None, PASSWORD)
    assert "was not sent" in node.plan().stdout
    for one in cluster.nodes[:2]:
        one.server.admin().passwd_s(REPLICATOR, None, LATER)
    assert "was not sent" in node.plan().stdout
    later = os.stat(node.secret_file).st_mtime + 1
    os.utime(node.secret_file, (later, later))
    assert "was not sent" not in node.plan().stdout
    remedies.did("password-file")

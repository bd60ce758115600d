# SPDX-License-Identifier: Apache-2.0
"""Replication over TLS: a cluster formed over StartTLS and over ldaps, and what is told when a certificate is wrong."""

import os
import re
import socket
import subprocess
import threading
import time

import pytest
import remedies
from authority import Authority
from cluster import Cluster, add_person, apply_until_joined, wait_entry
from old_entries import deleted_while_away, form_as_0_1_0_did
from probes import UNBOUNDED_SEC, only, probe
from slapd import PASSWORD, SUFFIX, syncrepl

STARTTLS_OID = b"1.3.6.1.4.1.1466.20037"


@pytest.fixture(name="authority")
def fixture_authority(slapd_factory):
    return Authority(slapd_factory.folder("ca"))


class TlsCluster(Cluster):
    """A cluster whose servers have certificates; certificates[i] belongs to node i."""

    def __init__(self, farm, program, authority, certificates, databases=None):
        self.certificates = certificates
        self.uris = []
        left = iter(certificates)

        def with_tls(databases, **options):
            server = farm(databases, start=False, **options,
                          prepare=lambda s: self.uris.append(s.use_tls(authority, next(left))))
            server.start()
            return server

        with_tls.folder = farm.folder
        super().__init__(with_tls, program, len(certificates), databases)

    def use(self, ldaps=False, **keywords):
        """All read each other that way; keywords with _ for - but in tls_."""
        for peer, uri in zip(self.document["peers"], self.uris):
            peer["uri"] = uri if ldaps else peer["uri"]
        self.document["databases"][0]["syncrepl"].update(keywords)
        self.write()

    def use_client_certificates(self):
        """No password: each node is known by its certificate."""
        database = self.document["databases"][0]
        database["syncrepl"].pop("binddn")
        database["syncrepl"].update(bindmethod="sasl", saslmech="external")
        database["readers"] = [certificate.dn for certificate in self.certificates]
        for peer, certificate in zip(self.document["peers"], self.certificates):
            peer["as_consumer"] = {"tls_cert": certificate.path, "tls_key": certificate.key}


def assert_replicates_both_ways(cluster):
    for one, other in ((0, 1), (1, 0)):
        wait_entry(cluster[other].server, add_person(cluster[one].server, f"person{one}"))
    for node in cluster:
        node.assert_in_step()


@pytest.fixture(name="cluster")
def fixture_cluster(slapd_factory, program, authority):
    return TlsCluster(slapd_factory, program, authority, [authority.issue("ldap1"), authority.issue("ldap2")])


@pytest.mark.every_release
def test_a_cluster_is_formed_over_starttls(cluster, authority):
    cluster.use(starttls="critical", tls_cacert=authority.path, tls_reqcert="demand")
    cluster.form()
    assert_replicates_both_ways(cluster)
    for node in cluster:
        assert node.server.log_count(STARTTLS_OID.decode()) >= 2, "the agent and slapd's consumer"
        assert node.server.log_count(r"mech=SIMPLE.* ssf=0$") == 0 or node.server.release.version == "2.4"


def test_heal_and_the_commands_that_it_prints_send_the_rootdn_s_password_over_tls_alone(cluster, authority, monkeypatch):
    cluster.use(starttls="critical", tls_cacert=authority.path, tls_reqcert="demand")
    form_as_0_1_0_did(cluster)
    here, there = cluster
    deleted_while_away(cluster, there, "two")
    done = here.run("heal", "--rootdn-password", here.secret_file)
    assert done.returncode == 3 and "held one-sided" in done.stdout, done.stdout + done.stderr
    keep = re.search(r"to keep it: (.*)", done.stdout)[1]
    assert " -ZZ " in keep and " -ZZ " in re.search(r"to remove it: (.*)", done.stdout)[1]
    monkeypatch.setenv("LDAPTLS_CACERT", authority.path)
    remedies.execute(here, keep)
    wait_entry(here.server, f"cn=two,{SUFFIX}")
    for node in cluster:
        clear = node.server.log_count(f'BIND dn="{node.server.databases[0].rootdn}" mech=SIMPLE.* ssf=0$')
        assert clear == 0 or node.server.release.version == "2.4"  # which tells of SASL's alone


def test_a_cluster_is_formed_over_ldaps_with_client_certificates(cluster, authority):
    cluster.use_client_certificates()
    cluster.use(ldaps=True, tls_cacert=authority.path, tls_reqcert="demand")
    cluster.form()
    assert_replicates_both_ways(cluster)
    for node, other in ((0, 1), (1, 0)):
        dn = cluster.certificates[other].dn
        assert cluster[node].server.log_count(f'BIND dn="{dn}" mech=EXTERNAL') >= 2
        assert any(dn in value for value in cluster[node].server.values(
            cluster[node].server.database_dn(), "olcLimits"))


def test_a_link_inherits_the_server_s_own_tls_settings_as_its_consumer_does(cluster):
    cluster.use_client_certificates()
    for peer in cluster.document["peers"]:
        del peer["as_consumer"]
    cluster.use(starttls="critical")
    cluster.form()
    assert_replicates_both_ways(cluster)


@pytest.mark.parametrize("way", ["starttls", "ldaps"])
@pytest.mark.parametrize("fault", ["another CA", "expired", "another name"])
def test_a_certificate_that_is_not_believed_holds_joining_and_the_fault_is_named(
        slapd_factory, program, authority, fault, way):
    wrong = {"another CA": {}, "expired": {"days": -1}, "another name": {"alternative": "DNS:other.example"}}[fault]
    certificates = [authority.issue("ldap1", **wrong), authority.issue("ldap2")]
    cluster = TlsCluster(slapd_factory, program, authority, certificates)
    believed = authority if fault != "another CA" else Authority(slapd_factory.folder("other"), "other")
    how = {} if way == "ldaps" else {"starttls": "critical"}
    cluster.use(ldaps=way == "ldaps", tls_cacert=believed.path, tls_reqcert="demand", **how)
    cluster[0].server.seed()
    started = time.monotonic()
    held = cluster[1].apply()
    assert time.monotonic() - started < 30
    assert held.returncode == 3, held.stdout + held.stderr
    assert "held joining" in held.stdout
    assert PASSWORD not in held.stdout.replace(cluster[1].secret_file, "") + held.stderr
    assert {"another CA": "is not trusted by " + believed.path, "expired": "CN=ldap1' expired at 20",
            "another name": "is for DNS:other.example, not for '127.0.0.1'"}[fault] in held.stdout
    # With the right certificate nothing else stands in the way.
    if fault == "another CA":
        cluster.use(tls_cacert=authority.path)
        for node in cluster:
            apply_until_joined(node)


def accept_and_be_silent(listener, connections):
    """Answers StartTLS, then nothing any more."""
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        connections.append(connection)
        if STARTTLS_OID in connection.recv(200):
            connection.sendall(bytes.fromhex("300c02010178070a010004000400"))


@pytest.mark.parametrize("scheme, keywords", [("ldaps", {}), ("ldap", {"starttls": "critical"})])
def test_a_peer_that_falls_silent_in_the_handshake_costs_its_timeout_and_no_more(scheme, keywords):
    connections = []
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        thread = threading.Thread(target=accept_and_be_silent, args=(listener, connections), daemon=True)
        thread.start()
        started = time.monotonic()
        (result,) = probe(syncrepl(1, f"{scheme}://127.0.0.1:{port}", timeout="1", **keywords))
        assert 1 <= time.monotonic() - started < UNBOUNDED_SEC
        assert result["verdict"] == "could-not-test" and only(result)["code"] == "silent"
        assert "does not answer in time" in only(result)["text"]
        assert connections
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()
        for connection in connections:
            connection.close()


def test_the_key_of_another_certificate_is_told_and_not_shown(slapd_factory, authority):
    one, other = authority.issue("ldap1"), authority.issue("ldap2")
    server = slapd_factory(start=False, prepare=lambda s: s.use_tls(authority, one))
    server.start()
    link = syncrepl(1, server.ldap_uri, starttls="critical", tls_cacert=authority.path, tls_cert=one.path,
                    tls_key=other.key)
    (result,) = probe(link)
    assert result["verdict"] == "could-not-test"
    assert "certificate, key or CA files" in only(result)["text"] and only(result)["code"] == "tls-files"
    with open(other.key, encoding="ascii") as file:
        assert file.read().splitlines()[1] not in str(result)


def test_a_file_that_slapd_may_not_read_is_warned_about(cluster, authority):
    """slapd runs as root here; a process of another user stands in for it in its pid file."""
    node, certificate = cluster[0], cluster.certificates[0]
    missing = authority.path + ".gone"
    cluster.use(starttls="critical", tls_cacert=missing, tls_cert=certificate.path, tls_key=certificate.key)

    def told():
        return [f["text"] for f in node.plan_json()["findings"] if f["code"] == "tls-file"]

    (text,) = told()
    assert text.startswith(f"tls_cacert={missing}: slapd, which runs as user 0, ")
    assert "No such file or directory" in text

    cluster.use(tls_cacert=authority.path)
    assert told() == []
    with subprocess.Popen(["sleep", "60"], user=65534, group=65534, extra_groups=[1234]) as other:
        try:
            with open(node.server.values("cn=config", "olcPidFile")[0], "w", encoding="ascii") as file:
                file.write(f"{other.pid}\n")
            assert len(told()) == 3 and all("user 65534" in text and "Permission denied" in text for text in told())
            os.chmod(authority.folder, 0o755)
            assert [text.split("=")[0] for text in told()] == ["tls_key"]
            os.chown(certificate.key, 0, 1234)
            os.chmod(certificate.key, 0o640)
            assert told() == []
        finally:
            other.kill()
    assert told() == [], "nobody there: unknown"

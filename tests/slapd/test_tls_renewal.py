# SPDX-License-Identifier: Apache-2.0
"""TLS files that are renewed under the same path: slapd's consumers go on with what they read when they were made."""

import calendar
import json
import os
import shutil
import ssl
import time
import urllib.parse

import ldap
import pytest
import remedies
from authority import Authority
from daemon import Daemon
from jsonschema import Draft202012Validator
from slapd import SUFFIX, wait_until
from test_tls import TlsCluster
from tools import TOP

CODE = "old-tls-files"
SLACK_SEC = 5  # OLD_TLS_SLACK_SEC: a change that comes so soon behind a new consumer is not told


class Renewal:
    """Two nodes that know each other by certificates; the first one's are renewed."""

    def __init__(self, farm, program, settings):
        self.authority = Authority(farm.folder("ca"))
        self.certificates = [self.authority.issue("ldap1"), self.authority.issue("ldap2")]
        self.cluster = TlsCluster(farm, program, self.authority, self.certificates)
        self.node, self.peer = self.cluster
        self.settings = os.path.join(self.node.folder, "agent.json")
        with open(self.settings, "w", encoding="utf-8") as file:
            json.dump({"interval": 5, **settings}, file)
        self.own_ca = os.path.join(self.authority.folder, "believed.pem")
        shutil.copyfile(self.authority.path, self.own_ca)
        self.cluster.use_client_certificates()
        self.cluster.use(ldaps=True, tls_cacert=self.own_ca, tls_reqcert="demand", retry="1 +")
        self.cluster.form()
        self.uri = self.cluster.uris[1]

    def daemon(self):
        return Daemon(self.node, "--agent-config", self.settings)

    def run(self, *words):
        return self.node.run(*words, "--agent-config", self.settings)

    def made_by(self):
        """When slapd may last have made a consumer."""
        [written] = self.node.server.values(self.node.server.database_dn(), "modifyTimestamp")
        return calendar.timegm(time.strptime(written, "%Y%m%d%H%M%SZ"))

    def renew(self, name="ldap1-renewed"):
        """Another certificate, with a name of its own, and its key take the place of the first node's."""
        renewed = self.authority.issue(name)
        self.replace(self.certificates[0].path, renewed.path)
        self.replace(self.certificates[0].key, renewed.key)
        return renewed

    def replace(self, path, source, copy=shutil.copyfile):
        """The file is renewed, when it is surely later than the consumer."""
        # The kernel stamps files with a clock that is some milliseconds late.
        wait_until(lambda: time.time() > self.made_by() + SLACK_SEC + 1.1, "a moment that is surely later")
        copy(source, path + ".new")
        os.rename(path + ".new", path)

    def known_as(self):
        """As whom the first node's consumer is bound at its peer."""
        return {s.authz_dn for s in self.peer.server.sessions() if s.authz_dn.startswith("cn=ldap1")}

    def reconnects_as(self):
        """The same after the connection was lost."""
        self.peer.server.restart()
        return wait_until(self.known_as, "the consumer is back")

    def connection(self):
        """The consumer's, by its own server's cn=monitor."""
        [consumer] = self.node.server.consumers()
        return consumer.connection

    def document(self):
        with open(os.path.join(self.node.run_dir, "status.json"), encoding="utf-8") as file:
            found = json.load(file)
        with open(os.path.join(TOP, "etc/status.schema.json"), encoding="utf-8") as file:
            Draft202012Validator(json.load(file)).validate(found)
        return found

    def link(self):
        return self.document()["databases"][0]["peers"][0]

    def looked(self, daemon):
        """Waits for the daemon's first pass: status.json may still be that of an earlier one."""
        path = os.path.join(self.node.run_dir, "status.json")
        wait_until(lambda: os.path.exists(path) and self.document()["pid"] == daemon.pid and daemon.last_pass()[0] > 0,
                   "a pass")
        self.passes(daemon, 1)

    def passes(self, daemon, n=2):
        """Waits for that many more passes."""
        for _ in range(n):
            number = daemon.last_pass()[0]
            daemon.reload()
            wait_until(lambda before=number: daemon.last_pass()[0] > before, "one more pass", 30)


@pytest.fixture(name="renewal")
def fixture_renewal(slapd_factory, program):
    return lambda **settings: Renewal(slapd_factory, program, settings)


def told(daemon):
    return [(name, text) for name, text in daemon.events() if CODE in text]


def doctor_says(found):
    checks = json.loads(found.run("doctor", "--output", "json").stdout)["checks"]
    return next(check for check in checks if check["code"] == "tls-files")


@pytest.mark.every_release
def test_renewed_files_are_told_once_in_every_report_until_slapd_restarts(renewal):
    found = renewal()
    server, certificate = found.node.server, found.certificates[0]
    with found.daemon() as daemon:
        found.looked(daemon)
        assert told(daemon) == [] and doctor_says(found)["severity"] == "ok"
        renewed = found.renew()
        text = daemon.wait_for("finding", text=CODE)
        assert f"{certificate.path}, {certificate.key} were written anew (20" in text
        assert f"consumer of {found.uri}, which goes on with what was there before" in text
        # It is true: also a consumer that connects again shows the old certificate.
        assert found.reconnects_as() == {certificate.dn}
        found.passes(daemon)
        # Where cn=monitor tells that the consumer is older than that change of its entry.
        if server.release.has_consumer_monitor:
            connected = time.time()
            wait_until(lambda: time.time() > connected + 1, "slapd writes another second")
            found.node.edit([(ldap.MOD_REPLACE, "olcReadOnly", "FALSE")])
            found.passes(daemon)
        assert [name for name, _ in told(daemon)] == ["finding"]
    with found.daemon() as daemon:
        found.looked(daemon)
        assert told(daemon) == []
        link = found.link()
        assert link["old_tls_files"] is True and not link["down"]
        checked = found.run("check")
        assert checked.returncode == 1 and "were written anew" in checked.stdout
        status = found.run("status").stdout
        assert "with old TLS files" in status and f"[{CODE}]" in status
        said = doctor_says(found)
        assert said["severity"] == "warning" and f"{SUFFIX}: {certificate.path}" in str(said)
        planned = found.run("plan", "--output", "json")
        assert planned.returncode == 0 and json.loads(planned.stdout)["changes"] == []
        assert [f["severity"] for f in json.loads(planned.stdout)["findings"] if f["code"] == CODE] == ["warning"]
        server.restart()
        daemon.wait_for("finding-gone", text=CODE)
        assert wait_until(found.known_as, "the consumer is back") == {renewed.dn}
        found.passes(daemon, 1)
        assert "old_tls_files" not in found.link() and doctor_says(found)["severity"] == "ok"
        assert len(told(daemon)) == 1 and found.run("check").returncode == 0


def corrections(found):
    """What was written because of renewed files."""
    return [record for record in json.loads(found.run("history", "--output", "json").stdout)["records"]
            if record["cause"] == "renewal"]


@pytest.mark.remedy("renew-tls")
def test_the_printed_line_has_the_renewed_files_taken(renewal):
    found = renewal()
    renewed = found.renew()
    line = wait_until(lambda: CODE in found.run("plan").stdout and remedies.line(found.run("plan").stdout, "renew-tls"),
                      "the files rest")
    with open(found.settings, "w", encoding="utf-8") as file:
        json.dump({"interval": 5, **line}, file)
    wait_until(lambda: found.run("apply").returncode == 0 and CODE not in found.run("plan").stdout, "they are taken", 60)
    wait_until(lambda: renewed.dn in found.known_as(), "the consumer shows the new certificate")


def test_with_renew_tls_the_consumer_takes_the_renewed_files_and_history_says_why(renewal):
    found = renewal(renew_tls=True)
    values = found.node.syncrepl()
    with found.daemon() as daemon:
        found.looked(daemon)
        renewed = found.renew()
        planned = wait_until(lambda: json.loads(found.run("plan", "--output", "json").stdout)["changes"], "the files rest")
        assert [c["kind"] for c in planned] == ["consumers-renew"] and found.certificates[0].path in planned[0]["why"]
        text = daemon.wait_for("correction-applied")
        assert "consumers with older TLS files" in text and found.certificates[0].path in text
        wait_until(lambda: renewed.dn in found.known_as(), "the consumer shows the new certificate")
        found.passes(daemon)
        # The same text: no spelling had to be invented, and nothing else is needed.
        assert found.node.syncrepl() == values and "old_tls_files" not in found.link()
        assert len(daemon.events("correction-applied")) == 1 and daemon.events("drift-found") == []
        assert found.run("check").returncode == 0
    assert found.run("plan").returncode == 0
    assert len(corrections(found)) == 2 and all("were written anew" in c["text"] for c in corrections(found))
    assert found.reconnects_as() == {renewed.dn}


@pytest.mark.one_release
def test_a_renewal_that_the_peer_does_not_take_is_held_and_the_link_goes_on(renewal, slapd_factory):
    found = renewal(renew_tls=True)
    other = Authority(slapd_factory.folder("other"), "other")
    with found.daemon() as daemon:
        found.looked(daemon)
        wait_until(lambda: found.link()["state"] == "up", "the link is up")
        writes, connection = found.node.server.config_writes(), found.connection()
        found.replace(found.own_ca, other.path)
        held = daemon.wait_for("held", text="held G6", timeout=40)
        assert f"the link to {found.uri} works, but would fail with its TLS files as they are now" in held
        assert "is not trusted by" in held and remedies.unbound(held).endswith("syncward apply --release G6")
        wait_until(lambda: "held G6" in found.run("check").stdout, "status.json is written behind the journal")
        assert found.run("check").returncode == 1 and "[G6]" in found.run("status").stdout
        assert found.node.server.config_writes() == writes
        assert found.connection() == connection and found.link()["state"] == "up"
        # A key that does not belong to its certificate cannot be tried: that waits as well.
        shutil.copyfile(found.authority.path, found.own_ca)
        shutil.copyfile(other.issue("ldap1").key, found.certificates[0].key)
        daemon.wait_for("held", text="could not be tested with its TLS files", timeout=40)
        assert found.node.server.config_writes() == writes
        renewed = found.renew()
        daemon.wait_for("correction-applied", timeout=40)
        wait_until(lambda: found.known_as() == {renewed.dn}, "the consumer shows the new certificate")
        daemon.wait_for("released", text="G6")


@pytest.mark.one_release
def test_a_moved_symbolic_link_is_a_renewal_that_is_told_and_with_renew_tls_applied(renewal):
    found = renewal()
    found.replace(found.own_ca, found.authority.path, os.symlink)  # to a file that is older than all
    writes = found.node.server.config_writes()
    [said] = [f["text"] for f in found.node.plan_json()["findings"] if f["code"] == CODE]
    assert said.startswith(found.own_ca + " was written anew (20")
    found.node.apply_ok()
    assert found.node.server.config_writes() == writes
    with open(found.settings, "w", encoding="utf-8") as file:
        json.dump({"renew_tls": True}, file)
    wait_until(lambda: found.run("plan").returncode == 2, "the files rest")
    assert found.run("apply").returncode == 0 and found.node.server.config_writes() == writes + 1
    assert found.run("plan").returncode == 0


@pytest.mark.one_release
def test_another_change_does_not_cut_a_link_whose_renewed_files_its_peer_refuses(renewal, slapd_factory):
    found = renewal()
    values, connection = found.node.syncrepl(), wait_until(found.connection, "the link is up")
    found.replace(found.own_ca, Authority(slapd_factory.folder("other"), "other").path)
    found.cluster.use(scope="sub", timelimit=1000)
    # A probe that began in the second in which the file was written is not one of the new file.
    held = wait_until(lambda: "held probing" not in (done := found.node.apply()).stdout and done, "it was tried")
    assert held.returncode == 3 and "would fail with its TLS files as they are now" in held.stdout
    assert found.node.syncrepl() == values and found.connection() == connection
    found.replace(found.own_ca, found.authority.path)
    wait_until(lambda: found.node.apply().returncode == 0, "it is written")
    assert found.node.syncrepl() != values and wait_until(found.connection, "the link is up") != connection


def test_slapd_reads_its_own_certificate_again_when_its_attribute_is_replaced_by_itself(slapd_factory):
    authority, uris = Authority(slapd_factory.folder("ca")), []
    certificate, renewed = authority.issue("ldap1"), authority.issue("ldap1-renewed")
    server = slapd_factory(start=False, prepare=lambda s: uris.append(s.use_tls(authority, certificate)))
    server.start()

    def shown():
        uri = urllib.parse.urlsplit(uris[0])
        return ssl.get_server_certificate((uri.hostname, uri.port)).split()

    def held(path):
        with open(path, encoding="ascii") as file:
            return file.read().split()

    before = shown()
    assert before == held(certificate.path)
    shutil.copyfile(renewed.path, certificate.path)
    shutil.copyfile(renewed.key, certificate.key)
    assert shown() == before
    server.modify("cn=config", [(ldap.MOD_REPLACE, "olcTLSCertificateFile", certificate.path)])
    assert shown() == held(renewed.path)

# SPDX-License-Identifier: Apache-2.0
"""TLS files that are renewed under the same path: slapd's consumers go on with what they read when they were made."""

import calendar
import json
import os
import shutil
import time

import ldap
import pytest
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
        wait_until(lambda: time.time() > self.made_by() + SLACK_SEC + 1, "a moment that is surely later")
        renewed = self.authority.issue(name)
        for source, target in ((renewed.path, self.certificates[0].path), (renewed.key, self.certificates[0].key)):
            shutil.copyfile(source, target + ".new")
            os.rename(target + ".new", target)
        return renewed

    def known_as(self):
        """As whom the first node's consumer is bound at its peer."""
        return {s.authz_dn for s in self.peer.server.sessions() if s.authz_dn.startswith("cn=ldap1")}

    def reconnects_as(self):
        """The same after the connection was lost."""
        self.peer.server.restart()
        return wait_until(self.known_as, "the consumer is back")

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

# SPDX-License-Identifier: Apache-2.0
"""A booted machine like a node of a cluster: slapd as EL starts it, syncward installed beside it, not enabled."""

import functools
import glob
import json
import os
import subprocess
import time

import ldap
import tools
from nspawn import SYSTEMD, Machine
from slapd import wait_until
from slapd_ldif import PASSWORD, SUFFIX, ldif_entry

PACKAGING = os.path.join(tools.TOP, "packaging")
PEERS_FILE = "/etc/syncward/peers.json"
SECRET_FILE = "/etc/syncward/secrets/replicator"
UNIT = "syncward.service"
FENCE_UNITS = ("syncward-fence.service", "syncward-fence-stop.service")
DATABASE_DN = "olcDatabase={2}mdb,cn=config"
SYNCPROV_DN = "olcOverlay={0}syncprov," + DATABASE_DN
ROOT_BY_LDAPI = "gidNumber=0+uidNumber=0,cn=peercred,cn=external,cn=auth"

SLAPD_UNIT = """\
[Unit]
Description=OpenLDAP server as EL starts it
After=network-online.target

[Service]
Type=forking
ExecStartPre=/usr/bin/install -d -o ldap -g ldap -m 755 /run/openldap /run/slapd
ExecStart=/usr/sbin/slapd -u ldap -g ldap -F /etc/openldap/slapd.d -h "ldap:/// ldapi:///"
"""


@functools.lru_cache(maxsize=None)
def program_for(suite):
    """The program to install there: the one under test, or the same sources built with that release."""
    if suite == "bookworm":
        return tools.program_path()
    subprocess.run([os.path.join(tools.TOP, "tests/lib/build-in-tree"), suite, "WERROR=1", "all"], check=True,
                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    return os.path.join(tools.TOP, f"build-{suite}", "syncward")


class Site(Machine):
    """The machine. systemd: "247" (with the unit for EL 8, and OpenLDAP 2.4), "252" or "257"."""

    def __init__(self, systemd, options=(), install=True):
        super().__init__(SYSTEMD[systemd], options)
        self.systemd = systemd
        try:
            self._make_slapd()
            if install:
                self.install_syncward()
        except BaseException:
            self.close()
            raise

    # slapd

    def _make_slapd(self):
        """slapd with one database that has data, so that it gets all of its replication at once."""
        self.script("groupadd -g 55 ldap\n"
                    "useradd -u 55 -g 55 -M -d /var/lib/ldap -s /usr/sbin/nologin ldap\n"
                    "install -d -o ldap -g ldap -m 750 /etc/openldap/slapd.d\n"
                    "rm -rf /var/lib/ldap; install -d -o ldap -g ldap -m 700 /var/lib/ldap")
        self.write("/etc/systemd/system/slapd.service", SLAPD_UNIT)
        modules = [name for name in ("back_mdb", "back_monitor") if os.path.exists(f"{self.tree}/usr/lib/ldap/{name}.la")]
        self.write("/root/config.ldif", config_ldif(modules))
        self.write("/root/data.ldif", f"dn: {SUFFIX}\nobjectClass: organization\nobjectClass: dcObject\no: example\ndc: example\n")
        self.script("slapadd -n0 -F /etc/openldap/slapd.d -l /root/config.ldif 2>&1\n"
                    # With contextCSN on disk, which 2.4 wants before it gets a server ID.
                    f"slapadd -w -F /etc/openldap/slapd.d -b {SUFFIX} -l /root/data.ldif 2>&1\n"
                    "chown -R ldap:ldap /etc/openldap/slapd.d /var/lib/ldap\n"
                    "systemctl daemon-reload")
        self.start_slapd()

    def start_slapd(self, verb="start"):
        """Starts it and waits until it answers."""
        self.systemctl(verb, "slapd")
        self.ldap_close()

        def answers():
            try:
                return self.ldap.whoami_s()
            except ldap.SERVER_DOWN:
                self.ldap_close()
                return None
        wait_until(answers, "slapd answers")

    def values(self, dn, attribute):
        """The values of one attribute as texts."""
        entry = self.ldap.search_s(dn, ldap.SCOPE_BASE, attrlist=[attribute])[0][1]
        return [value.decode() for values in entry.values() for value in values]

    def passwords(self):
        """The passwords that slapd has for its peers."""
        return {word.split("=", 1)[1].strip('"') for value in self.values(DATABASE_DN, "olcSyncrepl")
                for word in value.split() if word.startswith("credentials=")}

    def checkpoint(self):
        """olcSpCheckpoint of the database's syncprov; None without the overlay."""
        try:
            return (self.values(SYNCPROV_DN, "olcSpCheckpoint") or [None])[0]
        except ldap.NO_SUCH_OBJECT:
            return None

    def drift(self, value="7 7"):
        """A change by hand of that value; returns the seconds until it was repaired."""
        wanted = self.checkpoint()
        assert wanted, "nobody has made the overlay that is to drift"
        start = time.monotonic()
        self.ldap.modify_s(SYNCPROV_DN, [(ldap.MOD_REPLACE, "olcSpCheckpoint", [value.encode()])])
        wait_until(lambda: self.checkpoint() == wanted, "the drift is repaired")
        return time.monotonic() - start

    # syncward

    def install_syncward(self):
        """Puts the files where the package puts them. Nothing is enabled or configured."""
        unit = "syncward-el8.service" if self.systemd == "247" else UNIT
        self.install(program_for(self.suite), "/usr/sbin/syncward", 0o755)
        self.install(os.path.join(PACKAGING, "systemd", unit), "/usr/lib/systemd/system/" + UNIT)
        for name in FENCE_UNITS:
            self.install(os.path.join(PACKAGING, "systemd", name), "/usr/lib/systemd/system/" + name)
        for path in glob.glob(os.path.join(PACKAGING, "catalog/*.catalog")):
            self.install(path, "/usr/lib/systemd/catalog/" + os.path.basename(path))
        self.script("install -d -m 755 /etc/syncward; install -d -m 700 /etc/syncward/secrets\n"
                    "journalctl --update-catalog; systemctl daemon-reload")

    @staticmethod
    def document(credentials=None):
        """A peers.json for this machine as peer 1 of 3; nobody listens where the others should."""
        return {
            "format": 1,
            "peers": [{"id": 1, "uri": "ldap://127.0.0.1"}, {"id": 2, "uri": "ldap://127.0.0.2:3890"},
                      {"id": 3, "uri": "ldap://127.0.0.3:3890"}],
            "databases": [{
                "suffix": SUFFIX,
                "syncrepl": {"bindmethod": "simple", "binddn": "cn=replicator," + SUFFIX, "retry": "60 +",
                             "timeout": 1, "network-timeout": 1, "credentials": credentials or {"file": SECRET_FILE}},
                "syncprov": {"checkpoint": "100 10"}}],
            "policy": {"mode": "enforce"}}

    def configure(self, document=None):
        """Writes peers.json, agent.json and the password."""
        self.write(SECRET_FILE, PASSWORD + "\n", 0o600)
        self.write("/etc/syncward/agent.json", '{ "node": "1" }\n')
        self.write_peers(document or self.document())

    def write_peers(self, document):
        """Writes peers.json: a document, or a text as it is."""
        self.write(PEERS_FILE, document if isinstance(document, str) else json.dumps(document, indent=2) + "\n")

    def drop_in(self, name, text):
        """A drop-in of the unit, in force from its next start."""
        self.write(f"/etc/systemd/system/{UNIT}.d/{name}", text)
        self.systemctl("daemon-reload")

    def start(self):
        """Starts the daemon, as an administrator does for the first time."""
        self.systemctl("enable", "--now", UNIT)

    def started(self):
        """Configures it and starts it; the first pass is done then. Returns self."""
        self.configure()
        self.start()
        return self

    @property
    def status_text(self):
        """STATUS= of the daemon."""
        return self.show(UNIT, "StatusText")

    def messages(self):
        """What the unit said to the journal."""
        return [entry.get("MESSAGE", "") for entry in self.journal("--unit", UNIT)]

    def describe_failure(self):
        """What a person would look at first."""
        return "\n".join([f"--- console of {self}", self.console()[-2000:],
                          self.run("systemctl", "status", "--no-pager", "--lines=0", UNIT, check=False).stdout,
                          self.run("journalctl", "--no-pager", "--unit", UNIT, "--unit", "slapd", "--lines=60",
                                   check=False).stdout])


def config_ldif(modules):
    """cn=config as EL ships it (root manages, no rootpw), with a database in the place of the example."""
    entries = [
        ldif_entry("cn=config", {"objectClass": "olcGlobal", "cn": "config", "olcPidFile": "/run/openldap/slapd.pid",
                                 "olcArgsFile": "/run/openldap/slapd.args", "olcLogLevel": "none"}),
        ldif_entry("cn=module,cn=config", {"objectClass": "olcModuleList", "cn": "module",
                                           "olcModulePath": "/usr/lib/ldap", "olcModuleLoad": modules}),
        ldif_entry("cn=schema,cn=config", {"objectClass": "olcSchemaConfig", "cn": "schema"}),
        "".join(f"include: file:///etc/ldap/schema/{name}.ldif\n\n" for name in ("core", "cosine", "inetorgperson")),
        ldif_entry("olcDatabase={-1}frontend,cn=config", {"objectClass": ["olcDatabaseConfig", "olcFrontendConfig"],
                                                          "olcDatabase": "{-1}frontend"}),
        ldif_entry("olcDatabase={0}config,cn=config", {
            "objectClass": "olcDatabaseConfig", "olcDatabase": "{0}config",
            "olcAccess": f'to * by dn.base="{ROOT_BY_LDAPI}" manage by * none'}),
        ldif_entry("olcDatabase={1}monitor,cn=config", {
            "objectClass": "olcDatabaseConfig", "olcDatabase": "{1}monitor",
            "olcAccess": f'to * by dn.base="{ROOT_BY_LDAPI}" read by * none'}),
        ldif_entry(DATABASE_DN, {
            "objectClass": ["olcDatabaseConfig", "olcMdbConfig"], "olcDatabase": "{2}mdb", "olcSuffix": SUFFIX,
            "olcDbDirectory": "/var/lib/ldap", "olcRootDN": "cn=Manager," + SUFFIX,
            # For the test alone, which adds the first entry as root.
            "olcAccess": f'to * by dn.base="{ROOT_BY_LDAPI}" manage by * read'}),
    ]
    return "".join(entries)

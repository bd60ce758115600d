# SPDX-License-Identifier: Apache-2.0
"""Throw-away slapd servers for tests and the demo.

    server = Slapd(release("2.5"), directory, [Database(overlays=("syncprov",))])
    server.make(); server.start(); server.seed()
    server.modify("cn=config", [(ldap.MOD_REPLACE, "olcServerID", "1")])
    server.stop()

A server is a child of the thread that started it and dies with it, also when that is killed.
"""

import contextlib
import ctypes
import dataclasses
import os
import re
import resource
import signal
import socket
import subprocess
import sys
import time
import urllib.parse

import ldap
import ldap.modlist
import ldap.sasl

from releases import HOST, Release, release, versions  # noqa: F401 (for those who import slapd)
from slapd_ldif import PASSWORD, ROOT_DN, SUFFIX, Database, config_ldif, ldif_entry, syncrepl  # noqa: F401

SUN_PATH_MAX = 107  # sockaddr_un.sun_path less its NUL
LOG_LEVELS = {"trace": 1, "packets": 2, "args": 4, "conns": 8, "config": 64, "acl": 128, "stats": 256,
              "sync": 16384, "none": 0}
PR_SET_PDEATHSIG = 1
# Ten tests at once on two busy processors make of two seconds twenty. Less than the minute after which much that went wrong
# is tried again: that must not pass for what was awaited.
PATIENCE_SEC = 40.0
# slapd has a place for each connection that it might have, makes all of them at its start, and cn=Monitor looks through
# them. systemd gives it 1024; where a shell has very many, half of a start is that.
N_FILES_MAX = 4096
LIMIT_NOFILE = tuple(N_FILES_MAX if limit == resource.RLIM_INFINITY else min(limit, N_FILES_MAX)
                     for limit in resource.getrlimit(resource.RLIMIT_NOFILE))
_libc = ctypes.CDLL(None)


class SlapdFailed(RuntimeError):
    """slapd or one of its tools did not do what was asked; the text holds what it said."""


@dataclasses.dataclass(frozen=True)
class Consumer:
    """A consumer that slapd runs, as cn=monitor shows it."""

    rid: int
    provider: str
    phase: str  # "Refresh" or "Persist"
    connection: str  # "IP=127.0.0.1:4711", or empty
    last_contact: str
    database: int


@dataclasses.dataclass(frozen=True)
class Session:
    """A connection that somebody has to a server, as its cn=Monitor shows it."""

    peer: str  # "IP=127.0.0.1:4711"
    authz_dn: str


def wait_until(claim, what, seconds=PATIENCE_SEC):
    """Polls until claim() is true and returns its value; raises TimeoutError naming what was awaited.

    A claim that asks a server or runs a program is asked less often, and the less the longer it was waited: what is waited
    for needs the processors, too.
    """
    begin = time.monotonic()
    end = begin + seconds
    while True:
        start = time.monotonic()
        value = claim()
        if value:
            return value
        now = time.monotonic()
        if now > end:
            raise TimeoutError(f"after {seconds} s still not: {what}")
        took = now - start
        time.sleep(max(0.01, min(2 * took, 0.3), min((now - begin) / 10, 0.5) if took > 0.001 else 0))


def hold_port():
    """Binds a free port of 127.0.0.1, without listening, and returns the socket.

    While it is held nobody is given that port; slapd, which sets SO_REUSEADDR as well, may listen on it.
    """
    held = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.bind(("127.0.0.1", 0))
    return held


def _die_with_parent():
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    resource.setrlimit(resource.RLIMIT_NOFILE, LIMIT_NOFILE)


class Slapd:
    """One server with its folder, its ldapi socket and a port of 127.0.0.1 that it keeps over restarts.

    May be changed before start(): listeners (the -h list), log_levels, arguments (more options),
    environment (more variables). host: a machine of netns.Network on which it runs.
    """

    def __init__(self, of, directory, databases=None, modules=(), global_attributes=None, host=None):
        self.release = of
        self.host = host
        self.address = host.address if host else "127.0.0.1"
        self.prefix = host.prefix if host else []  # goes before a command to run it on the same machine
        self.environment = {}
        self.directory = str(directory)
        self.databases = [Database()] if databases is None else list(databases)
        self.modules = modules
        self.global_attributes = global_attributes
        self.config_dir = os.path.join(self.directory, "slapd.d")
        self.socket_path = os.path.join(self.directory, "ldapi")
        self.log_path = os.path.join(self.directory, "log")
        if len(self.socket_path) > SUN_PATH_MAX:
            raise ValueError(f"too long for a socket: {self.socket_path}")
        self._held_port = hold_port()
        self._held_tls_port = None
        self.port = self._held_port.getsockname()[1]
        self.ldapi_uri = "ldapi://" + urllib.parse.quote(self.socket_path, safe="")
        self.ldap_uri = f"ldap://{self.address}:{self.port}"
        self.listeners = [self.ldapi_uri, self.ldap_uri]
        self.log_levels = ("stats", "sync")
        self.arguments = []
        self.process = None
        self.should_run = False  # False as well after a stop or kill that was asked for
        self._root = None

    # Making and running

    def use_tls(self, authority, certificate, verify_client="try"):
        """Before make(): a certificate, StartTLS, and one more listener for ldaps. Returns its URI."""
        self._held_tls_port = hold_port()
        uri = f"ldaps://{self.address}:{self._held_tls_port.getsockname()[1]}"
        self.listeners.append(uri)
        self.global_attributes = {
            **(self.global_attributes or {}), "olcTLSCACertificateFile": authority.path,
            "olcTLSCertificateFile": certificate.path, "olcTLSCertificateKeyFile": certificate.key,
            "olcTLSVerifyClient": verify_client}
        return uri

    def make(self, ldif=None):
        """Makes the folder and slapd.d from the databases given, or from LDIF text."""
        os.makedirs(self.config_dir, mode=0o755)
        os.chmod(self.directory, 0o755)
        text = ldif or config_ldif(self.release, self.directory, self.databases, self.modules,
                                   self.global_attributes)
        path = os.path.join(self.directory, "config.ldif")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        self.tool("add", "-n0", "-l", path)

    def tool(self, name, *arguments, check=True):
        """Runs slapadd, slapcat, slaptest, ... on slapd.d; returns the completed process."""
        command = self.release.command + [f"-T{name}", "-F", self.config_dir, *arguments]
        done = subprocess.run(command, env=self.release.environment, text=True, errors="replace",
                              capture_output=True, check=False)
        if check and done.returncode != 0:
            raise SlapdFailed(f"slap{name} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done

    def ldapmodify(self, path):
        """Carries an LDIF of changes out as root of this machine; returns the completed process."""
        return subprocess.run(["ldapmodify", "-Q", "-Y", "EXTERNAL", "-H", self.ldapi_uri, "-f", path], text=True,
                              env=dict(os.environ, LDAPNOINIT="1"), capture_output=True, check=False)

    def command_line(self):
        """What spawn() executes."""
        mask = sum(LOG_LEVELS[level] for level in self.log_levels)
        return [*self.prefix, *self.release.command, "-F", self.config_dir, "-h", " ".join(self.listeners),
                "-d", str(mask), *self.arguments]

    def spawn(self):
        """Starts slapd without waiting for it: for those who expect it to refuse."""
        if self.is_running():
            raise RuntimeError(f"{self} is running already")
        self._close()
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(self.command_line(), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            cwd=self.directory,
                                            env={**self.release.environment, **self.environment},
                                            preexec_fn=_die_with_parent)

    def start(self, seconds=30.0):
        """Starts slapd and waits until it answers on ldapi; SlapdFailed with its log when it does not."""
        self.spawn()
        self.should_run = True

        def answers():
            if self.process.poll() is not None:
                self.should_run = False
                raise SlapdFailed(f"slapd ended with {self.process.returncode} at its start:\n{self.log_tail()}")
            with contextlib.suppress(ldap.SERVER_DOWN, ldap.UNAVAILABLE):
                return self.root.whoami_s()
            self._close()
            return None

        wait_until(answers, f"{self} answers on {self.socket_path}", seconds)

    def wait(self, seconds=30.0):
        """Waits for the process to end; returns its exit status (negative: the signal)."""
        return self.process.wait(seconds)

    def stop(self, seconds=30.0):
        """Ends slapd with SIGTERM and returns its exit status; SlapdFailed when it has to be killed."""
        return self._end(signal.SIGTERM, seconds)

    def kill(self):
        """Ends slapd with SIGKILL, as a crash would."""
        return self._end(signal.SIGKILL, 30.0)

    def restart(self):
        """stop() and start()."""
        self.stop()
        self.start()

    def _end(self, number, seconds):
        self.should_run = False
        self._close()
        if not self.process:
            return None
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise SlapdFailed(f"{self} did not end in {seconds} s:\n{self.log_tail()}") from None

    @contextlib.contextmanager
    def frozen(self):
        """Within it slapd does not run, although it is there: its kernel still accepts connections."""
        self.process.send_signal(signal.SIGSTOP)
        try:
            # The signal is on its way only: a thread may still answer.
            wait_until(lambda: set(self._thread_states()) == {"T"}, f"{self} stands still")
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)

    def _thread_states(self):
        for task in os.listdir(f"/proc/{self.process.pid}/task"):
            with open(f"/proc/{self.process.pid}/task/{task}/stat", encoding="ascii") as file:
                yield file.read().rpartition(")")[2].split()[0]

    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def has_died(self):
        """True when it was started, nobody stopped it, and it runs no more."""
        return self.should_run and not self.is_running()

    def close(self):
        """Kills it, whatever its state, and gives the port back. (A stop waits for its consumers.)"""
        try:
            self.kill()
        finally:
            self._held_port.close()
            if self._held_tls_port:
                self._held_tls_port.close()

    # Talking to it

    @property
    def root(self):
        """A kept connection over ldapi, bound as root with SASL EXTERNAL."""
        if self._root is None:
            connection = self.connect(self.ldapi_uri)
            connection.sasl_interactive_bind_s("", ldap.sasl.external())
            self._root = connection
        return self._root

    def _close(self):
        if self._root is not None:
            with contextlib.suppress(ldap.LDAPError):
                self._root.unbind_s()
        self._root = None

    def connect(self, uri=None):
        """A new connection without a bind; over TCP if there is a way from here, unless another URI is given."""
        connection = ldap.initialize(uri or (self.ldapi_uri if self.prefix else self.ldap_uri))
        connection.set_option(ldap.OPT_NETWORK_TIMEOUT, 5)
        connection.set_option(ldap.OPT_TIMEOUT, 60)
        connection.set_option(ldap.OPT_REFERRALS, 0)
        return connection

    def bind(self, dn, password, uri=None):
        """A new connection with a simple bind."""
        connection = self.connect(uri)
        connection.simple_bind_s(dn, password)
        return connection

    def admin(self, database=None):
        """A new connection over ldapi as the rootdn of the database (the first one)."""
        database = database or self.databases[0]
        return self.bind(database.rootdn, database.rootpw, self.ldapi_uri)

    def modify(self, dn, changes):
        """One modify as root. changes: (ldap.MOD_..., attribute, a text, a list of texts, or None)."""
        self.root.modify_s(dn, [(how, name, _as_bytes(values)) for how, name, values in changes])

    def add(self, dn, attributes, connection=None):
        """Adds an entry, as root unless a connection is given. attributes: name to text or list of texts."""
        encoded = {name: _as_bytes(values) for name, values in attributes.items()}
        (connection or self.root).add_s(dn, ldap.modlist.addModlist(encoded))

    def seed(self, database=None, password=PASSWORD):
        """Adds the suffix entry and cn=replicator, over LDAP, so that their CSNs carry the server ID."""
        self.add_seed(database, password)
        if self.release.version == "2.4" and not self.values("cn=config", "olcServerID"):
            self.save_context_csn(database)

    def add_seed(self, database=None, password=PASSWORD):
        """seed() without anything that makes it easier."""
        database = database or self.databases[0]
        name = database.suffix.split(",", maxsplit=1)[0].split("=")
        connection = self.admin(database)
        self.add(database.suffix, {"objectClass": ["organization", "dcObject"] if name[0] == "dc" else ["organization"],
                                   "o": name[1], **({"dc": name[1]} if name[0] == "dc" else {})}, connection)
        self.add(database.replicator, {"objectClass": ["organizationalRole", "simpleSecurityObject"],
                                       "cn": "replicator", "userPassword": password}, connection)
        connection.unbind_s()

    def save_context_csn(self, database=None):
        """Has contextCSN on disk, as `slapadd -w` leaves it: what 2.4 wants before it gets a server ID.

        2.5 and later write it when syncward deletes the overlay; 2.4 deletes none.
        """
        database = database or self.databases[0]
        if any("olcOverlay" in dn and "syncprov" in dn for dn, _ in self.search(self.database_dn(database.suffix))):
            self.stop()  # writes it
            time.sleep(1.1)  # it is older than slapd then, which tells that it was there
            self.start()
            return
        folder = self.values(self.database_dn(database.suffix), "olcDbDirectory")[0]
        path = os.path.join(self.directory, "seed.ldif")
        self.stop()
        self.tool("cat", "-g", "-b", database.suffix, "-l", path)
        for name in os.listdir(folder):
            os.unlink(os.path.join(folder, name))
        self.tool("add", "-w", "-g", "-b", database.suffix, "-l", path)
        self.start()

    # Looking at it

    def flag(self):
        """The name that this release has for the multi-provider flag."""
        types = "\n".join(self.values("cn=Subschema", "attributeTypes"))
        return next(name for name in ("olcMultiProvider", "olcMirrorMode") if f"'{name}'" in types)

    def search(self, base, filter_text="(objectClass=*)", attributes=None, scope=ldap.SCOPE_SUBTREE):
        """A search as root: a list of (dn, {attribute: [bytes]}); empty when the base does not exist."""
        try:
            return self.root.search_s(base, scope, filter_text, attributes)
        except ldap.NO_SUCH_OBJECT:
            return []

    def values(self, dn, attribute):
        """The attribute's values verbatim, as texts; [] when it has none."""
        found = self.search(dn, attributes=[attribute], scope=ldap.SCOPE_BASE)
        if not found:
            raise KeyError(f"no entry {dn}")
        return [_as_text(value) for values in found[0][1].values() for value in values]

    def database_dn(self, suffix=None):
        """The DN in cn=config of the database with that suffix (of the first database)."""
        suffix = suffix or self.databases[0].suffix
        found = self.search("cn=config", f"(olcSuffix={suffix})", ["olcSuffix"])
        return found[0][0]

    def config(self):
        """The whole cn=config: {dn: {attribute: [texts]}}, with operational attributes."""
        return {dn: {name: [_as_text(value) for value in values] for name, values in entry.items()}
                for dn, entry in self.search("cn=config", attributes=["*", "+"])}

    def entries(self, suffix=None, attributes=None):
        """The entries of a database as root sees them: {dn: {attribute: [bytes]}}."""
        return dict(self.search(suffix or self.databases[0].suffix, attributes=attributes))

    def context_csns(self, suffix=None):
        """The contextCSN values of the suffix entry as a set; empty without the entry."""
        found = self.search(suffix or self.databases[0].suffix, attributes=["contextCSN"],
                            scope=ldap.SCOPE_BASE)
        return {_as_text(value) for _, entry in found for value in entry.get("contextCSN", [])}

    def consumers(self):
        """The consumers that slapd runs, ordered by rid; None where cn=monitor cannot tell (2.4)."""
        if not self.release.has_consumer_monitor:
            return None
        found = self.search("cn=Databases,cn=Monitor", "(objectClass=olmSyncReplInstance)", ["*", "+"])
        return sorted((_consumer(dn, entry) for dn, entry in found), key=lambda c: (c.database, c.rid))

    def sessions(self, authz_dn=None):
        """The TCP connections that others have to this server, with whom they are bound as."""
        found = self.search("cn=Connections,cn=Monitor", "(monitorConnectionPeerAddress=IP=*)",
                            ["monitorConnectionPeerAddress", "monitorConnectionAuthzDN"])
        sessions = [Session(_as_text(entry["monitorConnectionPeerAddress"][0]),
                            _as_text(entry.get("monitorConnectionAuthzDN", [b""])[0])) for _, entry in found]
        return sorted((s for s in sessions if authz_dn in (None, s.authz_dn)), key=lambda s: s.peer)

    def tcp_peers(self):
        """The ports of the peers with an established TCP connection to this server, told by the kernel."""
        with open(f"/proc/{self.process.pid}/net/tcp", encoding="ascii") as table:
            rows = [line.split() for line in table.readlines()[1:]]
        local = "%08X:%04X" % (int.from_bytes(socket.inet_aton(self.address), sys.byteorder), self.port)
        return sorted(int(row[2].split(":")[1], 16) for row in rows if row[1] == local and row[3] == "01")

    def log(self):
        """What slapd has logged so far, over all its starts."""
        with open(self.log_path, encoding="utf-8", errors="replace") as file:
            return file.read()

    def log_count(self, pattern):
        """How many log lines match the regular expression: r'MOD dn="cn=config"' and the like."""
        return sum(1 for line in self.log().splitlines() if re.search(pattern, line))

    def config_writes(self):
        """How many writes to cn=config the log shows."""
        return self.log_count(r'(ADD|MOD|DEL|MODRDN) dn="([^"]*,)?cn=config"')

    def log_tail(self, lines=30):
        return "\n".join(self.log().splitlines()[-lines:]) if os.path.exists(self.log_path) else ""

    def __repr__(self):
        return f"<slapd {self.release.full_version} in {self.directory}>"


def _consumer(dn, entry):
    # 2.5.13 to 2.6.10 answer with NUL bytes of their memory for a connection that is being made.
    def first(name):
        return entry.get(name, [b""])[0].split(b"\0")[0].decode("utf-8", "replace")

    rid = int(re.match(r"cn=Consumer (\d+)", dn, re.IGNORECASE).group(1))
    database = int(re.search(r"cn=Database (\d+)", dn, re.IGNORECASE).group(1))
    return Consumer(rid, first("olmSRProviderURIList"), first("olmSRSyncPhase"), first("olmSRConnection"),
                    first("olmSRLastContact"), database)


def _as_text(value):
    return value.decode("utf-8", "surrogateescape")


def _as_bytes(values):
    if values is None:
        return None
    return [value if isinstance(value, bytes) else value.encode("utf-8", "surrogateescape")
            for value in ([values] if isinstance(values, (str, bytes)) else values)]

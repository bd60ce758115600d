# SPDX-License-Identifier: Apache-2.0
"""Machines on which slapd is where another package puts it: this machine's slapd at its paths, started as it starts it.

Such a machine is a mount namespace: /etc, /var and /usr/sbin as they are with what the package changes, /run, /usr/local and /opt
new. What the harness makes lies in the server's folder as ever, and is bound to where the package has it.
"""

import dataclasses
import os
import subprocess

from lone import Lone
from slapd import Slapd

STALE = "/usr/local/openldap-of-the-build/etc/openldap/slapd.d"
LDAP_ID = 55  # of user and group "ldap", as on EL

# Run in the new namespace: WORK is an empty folder of the test, RUN what is /run there.
ENTER = """
mount -t tmpfs -o mode=755 tmpfs "$WORK"
for name in etc var usr/sbin; do
    mkdir -p "$WORK/$name" "$WORK/$name.work"
    mount -t overlay -o "lowerdir=/$name,upperdir=$WORK/$name,workdir=$WORK/$name.work" overlay "/$name"
done
mount --bind "$RUN" /run
for name in /usr/local /opt /etc/ldap; do
    mount -t tmpfs -o mode=755 tmpfs "$name"
done
echo "ldap:x:55:55::/:/sbin/nologin" >>/etc/passwd
echo "ldap:x:55:" >>/etc/group
mkdir -p "${PROGRAM%/*}" "$CONFIG_DIR" "$SOCKETS"
if [ "$PROGRAM" != /usr/sbin/slapd ]; then
    cp -p /usr/sbin/slapd "$PROGRAM"
    mountpoint -q /usr/sbin && rm /usr/sbin/slapd
fi
mount --bind "$SERVER/slapd.d" "$CONFIG_DIR"
[ "$SOCKETS" = /run ] || mount --bind "$SERVER/sockets" "$SOCKETS"
echo ready
exec cat >/dev/null
"""

# What is compiled into another package's slapd, for Debian's: the folder, and what "ldapi:///" is.
COMPILED = """
mount -t tmpfs -o mode=755 tmpfs /etc/ldap
mkdir -p /etc/ldap/slapd.d /run/slapd
mount --bind "$SERVER/slapd.d" /etc/ldap/slapd.d
mount --bind "$SOCKETS" /run/slapd
exec "$@"
"""

EL_UNIT = """[Unit]
Description=OpenLDAP Server Daemon
[Service]
Type=forking
ExecStart=/usr/sbin/slapd -u ldap -h "{urls}"
"""
LTB_UNIT = """[Unit]
Description=OpenLDAP LTB startup script
[Service]
Type=forking
PIDFile=/usr/local/openldap/var/run/slapd.pid
ExecStart=/usr/local/openldap/sbin/slapd-cli start
"""
LTB_SETTINGS = """# Networking parameters
IP="127.0.0.1"
PORT="{port}"
LDAPI_SOCKETURL="%2Fvar%2Frun%2Fslapd%2Fldapi"
SLAPD_SERVICES="{urls}"

SLAPD_PATH="/usr/local/openldap"
SLAPD_CONF="$SLAPD_PATH/etc/openldap/slapd.conf"
SLAPD_CONF_DIR="$SLAPD_PATH/etc/openldap/slapd.d"
SLAPD_BIN="$SLAPD_PATH/libexec/slapd"
SLAPD_PARAMS=""
SLAPD_USER="ldap"
SLAPD_GROUP="ldap"
TIMEOUT="30" # Max time to stop process
BACKUP_SUFFIX="`date +%Y%m%d%H%M%S`.ldif"
"""
LTB_STARTER = """. /usr/local/openldap/etc/openldap/slapd-cli.conf
exec "$SLAPD_BIN" -h "$SLAPD_SERVICES" $SLAPD_PARAMS -F "$SLAPD_CONF_DIR" -u "$SLAPD_USER" -g "$SLAPD_GROUP" -l local4 "$@"
"""
SYMAS_UNIT = """[Unit]
Description=OpenLDAP Server Daemon
[Service]
Type=notify
Environment="SLAPD_URLS=ldap:/// ldapi:///" "SLAPD_OPTIONS="
EnvironmentFile=-/etc/default/symas-openldap
ExecStart=/opt/symas/lib/slapd -d 0 -h ${{SLAPD_URLS}} $SLAPD_OPTIONS
"""
SYMAS_SETTINGS = """SLAPD_URLS="{urls}"
SLAPD_OPTIONS="-F /opt/symas/etc/openldap/slapd.d -u ldap -g ldap"
"""


@dataclasses.dataclass(frozen=True)
class Layout:
    """A package: its paths, its unit, and how that starts slapd. files: further ones that its unit or starter reads."""

    program: str
    unit: str
    unit_text: str
    config_dir: str
    sockets: str  # the folder of its ldapi socket
    urls: tuple  # the -h list; @PORT is the server's
    start: tuple  # what systemd executes of the unit
    files: dict = dataclasses.field(default_factory=dict)

    found_uri: str = "ldapi:///"  # how syncward calls its socket, where nobody named it

    @property
    def socket_uri(self):
        return "ldapi://" + (self.sockets + "/ldapi").replace("/", "%2F")


LAYOUTS = {
    "openldap-servers": Layout(
        program="/usr/sbin/slapd", unit="slapd.service", unit_text=EL_UNIT, config_dir="/etc/openldap/slapd.d",
        sockets="/run", found_uri="ldapi://%2Fvar%2Frun%2Fldapi", urls=("ldap://127.0.0.1:@PORT", "ldapi:///"),
        start=("/usr/sbin/slapd", "-u", "ldap", "-h", "URLS")),
    "openldap-ltb": Layout(
        program="/usr/local/openldap/libexec/slapd", unit="slapd-ltb.service", unit_text=LTB_UNIT,
        config_dir="/usr/local/openldap/etc/openldap/slapd.d", sockets="/var/run/slapd",
        urls=("ldap://$IP:$PORT", "ldapi://$LDAPI_SOCKETURL"),
        start=("sh", "/usr/local/openldap/sbin/slapd-cli"),
        files={"/usr/local/openldap/etc/openldap/slapd-cli.conf": LTB_SETTINGS,
               "/usr/local/openldap/sbin/slapd-cli": LTB_STARTER}),
    "symas-openldap-servers": Layout(
        program="/opt/symas/lib/slapd", unit="symas-openldap-servers.service", unit_text=SYMAS_UNIT,
        config_dir="/opt/symas/etc/openldap/slapd.d", sockets="/var/symas/run",
        found_uri="ldapi://%2Fvar%2Fsymas%2Frun%2Fldapi",
        urls=("ldap://127.0.0.1:@PORT", "ldapi:///"),
        start=("/opt/symas/lib/slapd", "-h", "URLS", "-F", "/opt/symas/etc/openldap/slapd.d", "-u", "ldap", "-g", "ldap"),
        files={"/etc/default/symas-openldap": SYMAS_SETTINGS}),
}


class Machine:
    """The namespace. prefix goes before a command to run there; address as netns.Host has it."""

    def __init__(self, layout, folder):
        self.layout = layout
        self.address = "127.0.0.1"
        self.work = os.path.join(folder, "work")
        self.run = os.path.join(folder, "run")
        self.cgroup = os.path.join(folder, "cgroup")
        for path in (self.work, self.run, os.path.join(self.run, "systemd/system")):
            os.makedirs(path)
        with open(self.cgroup, "w", encoding="ascii") as file:
            file.write(f"0::/system.slice/{layout.unit}\n")
        self.prefix = []
        self.environment = {}
        self._holder = None

    def enter(self, server):
        """Makes it around the server, whose slapd.d is made already."""
        os.makedirs(os.path.join(server.directory, "sockets"))
        self.environment = {"WORK": self.work, "RUN": self.run, "SERVER": server.directory,
                            "PROGRAM": self.layout.program, "CONFIG_DIR": self.layout.config_dir,
                            "SOCKETS": self.layout.sockets}
        self._holder = subprocess.Popen(["unshare", "--mount", "sh", "-euc", ENTER], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                        env={**os.environ, **self.environment})
        if self._holder.stdout.readline() != "ready\n":
            raise RuntimeError(f"no such machine could be made: {self._holder.communicate()}")
        self.prefix = ["nsenter", f"--mount=/proc/{self._holder.pid}/ns/mnt", "--"]

    def sh(self, script, *words, **options):
        """Runs a shell script there; returns what it writes."""
        return subprocess.run([*self.prefix, "sh", "-euc", script, "sh", *words], check=True, text=True,
                              capture_output=True, env={**os.environ, **self.environment}, **options).stdout

    def put(self, path, text):
        self.sh('mkdir -p "${1%/*}"; cat >"$1"', path, input=text)

    def close(self):
        if self._holder:
            self._holder.kill()
            self._holder.communicate()
            self._holder = None


class PackagedSlapd(Slapd):
    """slapd as the package starts it; systemd is not needed for that."""

    def command_line(self):
        layout = self.host.layout
        urls = " ".join(layout.urls).replace("@PORT", str(self.port))
        words = [urls if word == "URLS" else word for word in layout.start]
        return [*self.host.prefix, "env", f"SERVER={self.directory}", f"SOCKETS={layout.sockets}",
                "unshare", "--mount", "sh", "-euc", COMPILED, "sh", *words, "-d", "256"]

    def start(self, seconds=30.0):
        super().start(seconds)
        self.host.sh('mount --bind "$1" "/proc/$2/cgroup"', self.host.cgroup, str(self.process.pid))

    def put_listeners(self, urls):
        """The -h list of the next start, where the package has it."""
        layout, host = self.host.layout, self.host
        names = {"urls": " ".join(urls).replace("@PORT", str(self.port)), "port": self.port}
        host.put(f"/run/systemd/system/{layout.unit}", layout.unit_text.format(**names))
        for path, text in layout.files.items():
            host.put(path, text.replace("{urls}", names["urls"]).replace("{port}", str(self.port)))


class PackagedNode(Lone):
    """A node with such a slapd, and an olcConfigDir of another machine; syncward is told no path of it."""

    def __init__(self, farm, program, layout, **options):
        self.machine = Machine(LAYOUTS[layout], farm.folder("machine"))
        os.chmod(os.path.dirname(self.machine.work), 0o755)
        try:
            super().__init__(farm, program, kind=PackagedSlapd, host=self.machine, before_start=PackagedNode._move_in,
                             global_attributes={"olcConfigDir": STALE}, **options)
        except BaseException:
            self.machine.close()
            raise

    def _move_in(self):
        server, machine = self.server, self.machine
        machine.enter(server)
        server.prefix = machine.prefix
        subprocess.run(["chown", "-R", f"{LDAP_ID}:{LDAP_ID}", server.directory, machine.run], check=True)
        if machine.layout.unit == "slapd-ltb.service":  # as its package leaves it
            os.chown(server.config_dir, 0, LDAP_ID)
            os.chmod(server.config_dir, 0o770)
        folder = machine.run if machine.layout.sockets == "/run" else os.path.join(server.directory, "sockets")
        server.socket_path = os.path.join(folder, "ldapi")
        server.ldapi_uri = "ldapi://" + server.socket_path.replace("/", "%2F")
        server.put_listeners(machine.layout.urls)

    def command(self, *words):
        given = super().command(*words)
        at = given.index("--ldap-uri")
        return given[:at] + given[at + 2:]

    def close(self):
        self.server.kill()
        self.machine.close()

# SPDX-License-Identifier: Apache-2.0
"""Throw-away machines with a booted systemd: containers of systemd-nspawn on a copy of a cached tree.

    with Machine("bookworm") as machine:
        machine.write("/etc/motd", "hello\n")
        print(machine.run("systemctl", "is-system-running").stdout)

All that such a machine writes is kept in memory; it has no network but its own loopback. Its mounts are in
a mount namespace that ends with it, and it dies with the thread that started it.
"""

import ctypes
import itertools
import json
import os
import shutil
import signal
import subprocess
import tempfile
import urllib.parse

import ldap
import ldap.sasl
from slapd import wait_until

LIB = os.path.dirname(os.path.abspath(__file__))
SYSTEMD = {"247": "bullseye", "252": "bookworm", "257": "trixie"}
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
POWER_OFF = signal.SIGRTMIN + 4
PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)
_numbers = itertools.count()


class MachineFailed(RuntimeError):
    """A machine did not boot, or a command in it failed; the text holds what was said."""


def make_tree(suite):
    """The path of the tree of a Debian release; made when it is missing."""
    made = subprocess.run([os.path.join(LIB, "make-tree"), suite], stdout=subprocess.PIPE, text=True, check=True)
    return made.stdout.strip()


class _ControlGroup:
    """A control group of its own: machines that shared one would see, and end, each other's services.

    Groups that killed runs left (empty) are removed when the next is made.
    """

    PREFIX = "syncward-test-"
    PARENT = "/sys/fs/cgroup/unified" if os.path.isdir("/sys/fs/cgroup/unified") else "/sys/fs/cgroup"

    def __init__(self):
        for name in os.listdir(self.PARENT):
            if name.startswith(self.PREFIX) and not os.path.exists("/proc/" + name.split("-")[2]):
                self._remove(os.path.join(self.PARENT, name))
        self.path = os.path.join(self.PARENT, f"{self.PREFIX}{os.getpid()}-{next(_numbers)}")
        os.mkdir(self.path)

    def enter(self):
        """Moves the calling process there."""
        with open(os.path.join(self.path, "cgroup.procs"), "w", encoding="ascii") as file:
            file.write("0")

    def close(self):
        """Removes it once its processes are gone."""
        wait_until(lambda: self._remove(self.path), f"{self.path} is empty")

    @staticmethod
    def _remove(path):
        try:
            for folder, _, _ in os.walk(path, topdown=False):
                os.rmdir(folder)
        except FileNotFoundError:
            pass
        except OSError:
            return False
        return not os.path.exists(path)


def _children(pid):
    """The processes that it started; none when it is gone."""
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            return [int(child) for child in file.read().split()]
    except OSError:
        return []


class Machine:
    """One booted machine. leader is the host's number of its process 1."""

    def __init__(self, suite, options=()):
        self.suite = suite
        self.tree = make_tree(suite)
        self.directory = tempfile.mkdtemp(prefix="machine-", dir=os.environ.get("SYNCWARD_TEST_DIR", "/tmp"))
        self.console_path = os.path.join(self.directory, "console")
        self.process = self.leader = None
        self._connection = None
        self._group = _ControlGroup()
        try:
            self._boot(options)
        except BaseException:
            self.close()
            raise

    def _boot(self, options):
        # A machine outlives systemd-nspawn; it does not outlive a PID namespace of which that is process 1.
        command = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc",
                   "systemd-nspawn", "--register=no", "--keep-unit", "--quiet", "--boot", "--volatile=overlay",
                   "--private-network", "--link-journal=no", "--console=pipe", "--directory=" + self.tree,
                   f"--machine=sw{os.getpid()}n{next(_numbers)}", *options]
        # Several machines may share a tree, which none of them writes.
        environment = dict(os.environ, SYSTEMD_NSPAWN_LOCK="0", SYSTEMD_NSPAWN_UNIFIED_HIERARCHY="1",
                           TMPDIR=self.directory, PATH=PATH)

        def prepare():
            _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
            self._group.enter()
        with open(self.console_path, "wb") as console:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=console, stderr=console,
                                            env=environment, preexec_fn=prepare)
        self.leader = wait_until(self._find_leader, f"{self} has a process 1", 60)
        state = self.run("systemctl", "is-system-running", "--wait", check=False, timeout=90)
        if state.stdout.strip() != "running":
            raise MachineFailed(f"{self} is {state.stdout}{state.stderr}\n{self.console()}\n"
                                + self.run("systemctl", "--failed", "--no-pager", check=False).stdout)

    def _find_leader(self):
        """The number of process 1 once it listens for systemctl."""
        if self.process.poll() is not None:
            raise MachineFailed(f"systemd-nspawn ended with {self.process.returncode}:\n{self.console()}")
        for nspawn in _children(self.process.pid):
            for pid in _children(nspawn):
                if os.path.exists(f"/proc/{pid}/root/run/systemd/private"):
                    return pid
        return None

    def __repr__(self):
        return f"machine {self.suite}"

    def console(self):
        """What its console showed."""
        with open(self.console_path, encoding="utf-8", errors="replace") as file:
            return file.read()

    # Commands and files

    def run(self, *command, check=True, timeout=60, **options):
        """Runs a command in it as root; returns the completed process with text output."""
        entered = ["nsenter", "--target", str(self.leader), "--all", "env", "-i", "PATH=" + PATH, "LC_ALL=C.UTF-8",
                   *map(str, command)]
        options = {"text": True, "errors": "replace", "capture_output": True, **options}
        if "input" not in options:
            options["stdin"] = subprocess.DEVNULL
        done = subprocess.run(entered, timeout=timeout, check=False, **options)
        if check and done.returncode != 0:
            raise MachineFailed(f"{' '.join(map(str, command))} ended with {done.returncode} in {self}:\n"
                                f"{done.stdout}{done.stderr}")
        return done

    def script(self, text, **options):
        """Runs lines of sh that end at the first failure; returns what they print."""
        return self.run("sh", "-euc", text, **options).stdout

    def path(self, path):
        """Where this machine's file is for the host. (Absolute symbolic links would lead to the host's.)"""
        return f"/proc/{self.leader}/root{path}"

    def read(self, path):
        """The text of a file."""
        with open(self.path(path), encoding="utf-8", errors="replace") as file:
            return file.read()

    def write(self, path, content, mode=0o644):
        """Writes a file of root as an administrator's tool does: beside it first, then in its place."""
        os.makedirs(os.path.dirname(self.path(path)), exist_ok=True)
        beside = self.path(path) + ".new"
        with open(os.open(beside, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
            os.fchmod(file.fileno(), mode)
            file.write(content.encode() if isinstance(content, str) else content)
        os.rename(beside, self.path(path))

    def install(self, source, path, mode=0o644):
        """Copies a file of the host into it."""
        with open(source, "rb") as file:
            self.write(path, file.read(), mode)

    # systemd

    def systemctl(self, *words, **options):
        """systemctl, which must succeed; returns what it prints."""
        return self.run("systemctl", *words, **options).stdout

    def show(self, unit, name):
        """One property of a unit."""
        return self.systemctl("show", "--property", name, "--value", unit).strip()

    def wait_show(self, unit, name, *wanted, seconds=30.0):
        """Waits until a property has one of the values; returns it."""
        def has_it():
            value = self.show(unit, name)
            return [value] if value in wanted else None
        try:
            return wait_until(has_it, f"{name} of {unit} is {' or '.join(wanted)}", seconds)[0]
        except TimeoutError as error:
            raise TimeoutError(f"{error}; it is {self.show(unit, name)}") from None

    def pid(self, unit):
        """The host's number of the unit's main process."""
        inner = self.show(unit, "MainPID")
        for pid in map(int, filter(str.isdigit, os.listdir("/proc"))):
            try:
                if os.readlink(f"/proc/{pid}/ns/pid") != os.readlink(f"/proc/{self.leader}/ns/pid"):
                    continue
                with open(f"/proc/{pid}/status", encoding="utf-8") as file:
                    numbers = next(line for line in file if line.startswith("NSpid:")).split()
            except OSError:
                continue
            if numbers[-1] == inner:
                return pid
        raise MachineFailed(f"{unit} has no main process ({inner})")

    def journal(self, *words):
        """The journal's entries as a list of {field: value}, oldest first."""
        self.run("journalctl", "--sync")
        lines = self.run("journalctl", "--no-pager", "--quiet", "--all", "--output=json", *words).stdout
        return [json.loads(line) for line in lines.splitlines()]

    # slapd over ldapi

    @property
    def ldap(self):
        """A kept connection as root to the slapd in it."""
        if self._connection is None:
            path = urllib.parse.quote(self.path("/run/slapd/ldapi"), safe="")
            connection = ldap.initialize("ldapi://" + path)
            connection.set_option(ldap.OPT_TIMEOUT, 30)
            connection.sasl_interactive_bind_s("", ldap.sasl.external())
            self._connection = connection
        return self._connection

    def ldap_close(self):
        """Forgets the connection: slapd is to be restarted."""
        if self._connection is not None:
            try:
                self._connection.unbind_s()
            except ldap.LDAPError:
                pass
        self._connection = None

    # The end

    def close(self):
        """Powers it off; MachineFailed when it had to be killed. Removes its folder."""
        self.ldap_close()
        said = ""
        try:
            if self.process is not None and self.process.poll() is None:
                if self.leader is None:
                    self.process.kill()
                else:
                    os.kill(self.leader, POWER_OFF)
                try:
                    self.process.wait(60)
                except subprocess.TimeoutExpired:
                    said = self.console()
                    self.process.kill()
                    self.process.wait()
            self._group.close()
        finally:
            shutil.rmtree(self.directory, ignore_errors=True)
        if said:
            raise MachineFailed(f"{self} did not power off:\n{said}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

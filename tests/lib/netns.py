# SPDX-License-Identifier: Apache-2.0
"""Machines of a network of their own, for tests: one network namespace each, joined by a bridge.

    with Network() as network:
        one, other = network.host(), network.host()
        server = slapd_factory(host=other)        # listens on other.address
        one.run(program, "plan", ...)             # a command as if on that machine
        other.cut(); other.heal()                 # its cable
        other.swallow(one); other.answer(one)     # packets to `one` vanish without a word

A namespace has no name and no file: it ends with the last process in it, and the process that holds
it dies with the thread that made it. So nothing stays behind, also when the tests are killed.
"""

import ctypes
import os
import signal
import subprocess

CLONE_NEWNET = 0x40000000
PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def _enter_new_namespace():
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if _libc.unshare(CLONE_NEWNET) != 0:
        os._exit(1)  # Popen has no other way to tell


class _Namespace:
    """A network namespace and the process that holds it. prefix goes before a command to run there."""

    def __init__(self):
        self._holder = subprocess.Popen(["sleep", "infinity"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        preexec_fn=_enter_new_namespace)
        if os.stat(self._path()).st_ino == os.stat("/proc/self/ns/net").st_ino or self._holder.poll() is not None:
            self.close()
            raise RuntimeError("no network namespace could be made: it takes root")
        self.prefix = ["nsenter", f"--net={self._path()}", "--"]
        self.ip("link set lo up")

    @property
    def pid(self):
        return self._holder.pid

    def _path(self):
        return f"/proc/{self._holder.pid}/ns/net"

    def ip(self, *lines):
        """Runs lines of ip(8) in the namespace."""
        done = subprocess.run([*self.prefix, "ip", "-batch", "-"], input="\n".join(lines) + "\n", text=True,
                              capture_output=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"ip: {lines}: {done.stdout}{done.stderr}")

    def close(self):
        self._holder.kill()
        self._holder.wait()


class Host(_Namespace):
    """One machine: eth0 with one address of 10.99.0.0/16, reached through the bridge."""

    def __init__(self, hub, number):
        super().__init__()
        self._hub, self._port = hub, f"v{number}"
        self.address = f"10.99.0.{number}"
        self.mac = f"02:00:0a:63:{number >> 8:02x}:{number & 255:02x}"
        self._hub.ip(f"link add {self._port} type veth peer name eth0 address {self.mac} netns {self.pid}",
                     f"link set {self._port} master br0 up")
        self.ip(f"addr add {self.address}/16 dev eth0", "link set eth0 up")

    def run(self, *words, **options):
        """Runs a command there to its end; returns the completed process with text output."""
        options = {"text": True, "capture_output": True, "timeout": 120, "check": False,
                   "stdin": subprocess.DEVNULL, **options}
        return subprocess.run([*self.prefix, *map(str, words)], **options)

    def also(self, *addresses):
        """The machine answers to these addresses of 10.99.0.0/16 as well."""
        self.ip(*(f"addr add {address}/16 dev eth0" for address in addresses))

    def cut(self):
        """Pulls its cable; the others find out when they wait in vain."""
        self._hub.ip(f"link set {self._port} down")

    def heal(self):
        """Puts the cable back."""
        self._hub.ip(f"link set {self._port} up")

    def swallow(self, *others):
        """What it has to say to these hosts vanishes: to them it takes every packet and is silent."""
        self.ip(*(f"route add blackhole {other.address}/32" for other in others))

    def answer(self, *others):
        """Ends swallow()."""
        self.ip(*(f"route del blackhole {other.address}/32" for other in others))


class Network:
    """Hosts on one bridge; no way leads out of it."""

    def __init__(self):
        self._hub = _Namespace()
        self._hub.ip("link add br0 type bridge", "link set br0 up")
        self.hosts = []

    def host(self):
        """One more machine."""
        self.hosts.append(Host(self._hub, len(self.hosts) + 1))
        return self.hosts[-1]

    def know_each_other(self):
        """The machines need not ask for each other's hardware addresses: the kernel's table of those that they asked for holds
        1024 of all namespaces together, and who finds it full cannot connect. Entries that are permanent do not count."""
        for host in self.hosts:
            host.ip(*(f"neigh replace {other.address} lladdr {other.mac} dev eth0 nud permanent"
                      for other in self.hosts if other is not host))

    def close(self):
        """Ends the network; what still runs on a host keeps it until it ends."""
        for namespace in [*self.hosts, self._hub]:
            namespace.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

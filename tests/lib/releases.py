# SPDX-License-Identifier: Apache-2.0
"""Which OpenLDAP releases there are to test with, and how each one's slapd is run."""

import functools
import glob
import os
import re
import subprocess

LIB = os.path.dirname(os.path.abspath(__file__))

# The release of this machine is run as it is; the others come from trees that make-tree unpacks.
HOST = "host"
SUITES = {"2.4": "bullseye", "2.6": "trixie"}


class Release:
    """One OpenLDAP: how to run it and what it has. command comes before slapd's own options."""

    def __init__(self, command, modules, schemas, environment=None):
        self.command = command
        self.modules = modules
        self.schemas = schemas
        self.environment = dict(os.environ, LDAPNOINIT="1", LC_ALL="C", **(environment or {}))
        for name in ("LD_PRELOAD", "LD_LIBRARY_PATH"):
            self.environment.pop(name, None)
        self.full_version = self._read_version()
        self.version = ".".join(self.full_version.split(".")[:2])
        self.number = tuple(int(part) for part in self.full_version.split("."))
        self.has_consumer_monitor = self.number >= (2, 5, 4)
        self.backends = [name for name in ("hdb", "mdb") if self.has_module("back_" + name)] or ["mdb"]

    def _read_version(self):
        done = subprocess.run(self.command + ["-VV"], env=self.environment, text=True,
                              capture_output=True, check=False)
        found = re.search(r"slapd (\d+\.\d+\.\d+)", done.stdout + done.stderr)
        if not found:
            raise RuntimeError(f"{self.command} -VV tells no version: {done.stdout}{done.stderr}")
        return found.group(1)

    def has_module(self, name):
        """True when the module is a file of its own; slapd has some (monitor in 2.5) built in."""
        return bool(glob.glob(os.path.join(glob.escape(self.modules), name + ".la")))

    def __repr__(self):
        return f"OpenLDAP {self.full_version}"


def _first_existing(*paths):
    for path in paths:
        if os.path.exists(path):
            return path
    raise RuntimeError("no slapd on this machine (looked for %s); packaging/install-deps installs it"
                       % " ".join(paths))


def _host():
    return Release([_first_existing("/usr/sbin/slapd", "/usr/libexec/slapd")],
                   _first_existing("/usr/lib/ldap", "/usr/lib64/openldap"),
                   _first_existing("/etc/ldap/schema", "/etc/openldap/schema"))


def _unpacked(suite):
    """A release in a tree: its own dynamic loader runs it, without a chroot or a mount."""
    made = subprocess.run([os.path.join(LIB, "make-tree"), suite], stdout=subprocess.PIPE,
                          text=True, check=True)
    tree = made.stdout.strip()
    loader = glob.glob(os.path.join(tree, "lib/*/ld-linux-*.so.*"))[0]
    libraries = os.path.dirname(loader)
    plain = os.path.join(tree, "usr", os.path.relpath(libraries, tree))
    command = [loader, "--library-path", f"{libraries}:{plain}", os.path.join(tree, "usr/sbin/slapd")]
    # Without SASL_PATH a foreign libsasl2 would load the plugins of this machine.
    return Release(command, os.path.join(tree, "usr/lib/ldap"), os.path.join(tree, "etc/ldap/schema"),
                   {"SASL_PATH": os.path.join(plain, "sasl2")})


@functools.lru_cache(maxsize=None)
def release(version):
    """The release "2.4", "2.5" or "2.6", or HOST for this machine's own, whatever it is."""
    if version in SUITES:
        found = _unpacked(SUITES[version])
    else:
        found = _host()
    if version not in (HOST, found.version):
        raise RuntimeError(f"OpenLDAP {version} was asked for, but this machine has {found}")
    return found


def versions():
    """The releases that the tests run on: SYNCWARD_SLAPD_VERSIONS=2.5 narrows them."""
    return (os.environ.get("SYNCWARD_SLAPD_VERSIONS") or "2.4 2.5 2.6").replace(",", " ").split()


def usual_version():
    """The one that serves where one is enough: this machine's."""
    return "2.5" if "2.5" in versions() else versions()[-1]


def version_of(item):
    """The release on which a test of pytest runs; None: on none."""
    return getattr(item, "callspec", None) and item.callspec.params.get("slapd_release")


def is_every_wanted(environment):
    """True when each test shall run on each release: in `make check-long`, and when somebody names the releases."""
    return bool(environment.get("SYNCWARD_LONG") or environment.get("SYNCWARD_SLAPD_VERSIONS"))


def name_without(nodeid, version):
    """The name of a test that runs on several releases: that of its run on one, less the release."""
    return re.sub(rf"(?<=[\[-]){re.escape(version)}(?=[\]-])", "", nodeid, count=1)

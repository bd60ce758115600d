# SPDX-License-Identifier: Apache-2.0
"""Builds the packages that the tests look at, and asks rpm about them."""

import os
import re
import shutil
import subprocess

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
RPMBUILD_SECONDS = 1800  # a minute and a half of processors, which many may share


def run(command, **options):
    """Runs a command to its end; returns what it printed. Fails with all of that when it fails."""
    done = subprocess.run(command, text=True, errors="replace", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=RPMBUILD_SECONDS, check=False, **options)
    assert done.returncode == 0, f"exit status {done.returncode} of {command}:\n{done.stdout}"
    return done.stdout


class Packages:
    """The packages of one build: {name: path}, of which "src" is the source package."""

    def __init__(self, folder):
        self.folder = folder
        self.paths = {}
        for place, _, names in os.walk(folder):
            for name in names:
                if name.endswith(".src.rpm"):
                    self.paths["src"] = os.path.join(place, name)
                elif name.endswith(".rpm"):
                    self.paths[re.sub(r"-[^-]+-[^-]+$", "", name)] = os.path.join(place, name)

    def query(self, package, *options):
        """The lines that rpm -qp prints about a package."""
        return run(["rpm", "-qp", "--nosignature", *options, self.paths[package]]).splitlines()

    def files(self, package):
        """{path: {"mode", "owner", "flags", "digest", "link"}} of a package."""
        found = {}
        for line in self.query(package, "--queryformat",
                               "[%{FILENAMES}|%{FILEMODES:octal}|%{FILEUSERNAME}:%{FILEGROUPNAME}"
                               "|%{FILEFLAGS:fflags}|%{FILEDIGESTS}|%{FILELINKTOS}\n]"):
            path, mode, owner, flags, digest, link = line.split("|")
            found[path] = {"mode": mode, "owner": owner, "flags": flags, "digest": digest, "link": link}
        return found

    def unpack(self, package, folder):
        """Puts a package's files below a folder, without any script."""
        os.makedirs(folder)
        with subprocess.Popen(["rpm2cpio", self.paths[package]], stdout=subprocess.PIPE) as source:
            subprocess.run(["cpio", "-idm", "--quiet", "--no-absolute-filenames"], cwd=folder, stdin=source.stdout,
                           check=True)
            source.stdout.close()
        assert source.returncode == 0


class Builder:
    """One rpmbuild folder; each build leaves its packages in a folder of their own."""

    def __init__(self, folder):
        self.folder = folder
        self.topdir = os.path.join(folder, "top")

    def make(self, name, *options, source=TOP, **environment):
        """Runs make-rpm of a source tree; returns the Packages, and what rpmbuild said."""
        for what in ("RPMS", "SRPMS"):
            shutil.rmtree(os.path.join(self.topdir, what), ignore_errors=True)
        run([os.path.join(source, "packaging/make-rpm"), "rpm", *options],
            env=self._environment(environment), umask=environment.get("umask", 0o022))
        target = os.path.join(self.folder, name)
        os.mkdir(target)
        for what in ("RPMS", "SRPMS"):
            if os.path.isdir(os.path.join(self.topdir, what)):
                shutil.move(os.path.join(self.topdir, what), target)
        with open(os.path.join(self.topdir, "rpm.log"), encoding="utf-8", errors="replace") as file:
            return Packages(target), file.read()

    def unpack_archive(self, name):
        """The source archive of the last build, unpacked: a tree without git."""
        folder = os.path.join(self.folder, name)
        os.mkdir(folder)
        sources = os.path.join(self.topdir, "SOURCES")
        archive, = os.listdir(sources)
        run(["tar", "-xzf", os.path.join(sources, archive), "-C", folder, "--strip-components=1"])
        return folder

    def _environment(self, extra):
        environment = dict(os.environ, RPM_TOPDIR=self.topdir)
        # What the test run itself sets for sanitizers and make is nobody's business here.
        for name in list(environment):
            if name.startswith(("ASAN_", "UBSAN_", "LSAN_", "MAKE")) or name in ("CFLAGS", "LDFLAGS", "CC"):
                del environment[name]
        environment.update({key: value for key, value in extra.items() if key.isupper()})
        return environment

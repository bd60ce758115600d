# SPDX-License-Identifier: Apache-2.0
"""A system to install packages into: a throw-away copy of a cached tree, and dnf with a local repository.

The tree is Debian's. What an EL system would have is said by stub packages that provide it and hold nothing;
semodule and its helpers are scripts that write down how they were called and keep a folder where the policy
store would be (SCRIPTS below), except after give_policy(). Presets are EL's: `disable *`.
"""

import os
import shutil
import subprocess

import build

LIB = os.path.join(build.TOP, "tests/lib")
STORE = "/var/lib/selinux/targeted/active/modules/200"
LOG = "/var/log/stand-ins"
SCRIPTS = {
    "semodule": f"""
echo "semodule $*" >>{LOG}
while [ $# -gt 0 ]; do
	case $1 in
	-i) name=${{2##*/}}; mkdir -p {STORE}/${{name%%.*}}; bunzip2 -t "$2"; exit ;;
	-r) rmdir {STORE}/$2; exit ;;
	esac
	shift
done
exit 1""",
    "load_policy": f'echo "load_policy $*" >>{LOG}',
    "fixfiles": f'echo "fixfiles $*" >>{LOG}',
    "selinuxenabled": "true",
}
EL_STUBS = ["systemd = 999", "shadow-utils = 999", "openldap = 999"]
SELINUX_STUBS = ["selinux-policy = 999", "selinux-policy-base = 999", "selinux-policy-targeted = 999",
                 "policycoreutils = 999", "policycoreutils-python-utils = 999", "libselinux-utils = 999"]


def write_stub(folder, name, provides):
    """Builds a package that holds nothing and provides what is named."""
    os.makedirs(folder, exist_ok=True)
    spec = os.path.join(folder, name + ".spec")
    with open(spec, "w", encoding="utf-8") as file:
        file.write(f"Name: {name}\nVersion: 1\nRelease: 1\nSummary: stub\nLicense: Apache-2.0\nBuildArch: noarch\n"
                   "AutoReqProv: no\n" + "".join(f"Provides: {line}\n" for line in provides)
                   + "%description\nstub\n%files\n")
    build.run(["rpmbuild", "-D", f"_topdir {folder}/top", "-D", f"_rpmdir {folder}/rpms", "-bb", spec])


def build_former(folder):
    """Builds a package that is to rpm what syncward 0.1.0 was (former.spec)."""
    build.run(["rpmbuild", "--load", os.path.join(build.TOP, "packaging/macros.el-standin"), "-D", f"_topdir {folder}/top",
               "-D", f"_rpmdir {folder}/rpms", "-D", "debug_package %{nil}", "-bb",
               os.path.join(build.TOP, "tests/rpm/former.spec")])


def make_repository(folder, packages):
    """A repository of all packages of several builds and of stubs for what they want of EL."""
    wanted = set()
    for built in packages:
        for package in ("syncward", "syncward-selinux"):
            wanted |= {line for line in built.query(package, "--requires") if line.startswith(("lib", "rtld", "/"))
                       and not line.startswith("libselinux")}
    write_stub(os.path.join(folder, "stubs"), "el-stubs", [*EL_STUBS, *sorted(wanted)])
    write_stub(os.path.join(folder, "stubs"), "selinux-stubs", SELINUX_STUBS)
    write_stub(os.path.join(folder, "stubs"), "openldap-servers", [])
    build_former(os.path.join(folder, "stubs"))
    repository = os.path.join(folder, "repository")
    os.mkdir(repository)
    for place in [os.path.join(folder, "stubs/rpms"), *(built.folder for built in packages)]:
        for parent, _, names in os.walk(place):
            for name in names:
                if name.endswith(".rpm") and not name.endswith(".src.rpm"):
                    shutil.copy(os.path.join(parent, name), repository)
    build.run(["createrepo_c", "-q", repository])
    return repository


class InstallRoot:
    """One system. Mounts live in the mount namespace of each command, so none can be left behind."""

    def __init__(self, folder, tree, repository):
        self.folder, self.tree, self.repository = folder, tree, repository
        self.root = os.path.join(folder, "root")
        self.upper = os.path.join(folder, "upper")
        for name in ("root", "upper", "work", "cache", "home"):
            os.makedirs(os.path.join(folder, name))
        with open(os.path.join(folder, "home/.rpmmacros"), "w", encoding="ascii") as file:
            file.write("%_dbpath /var/lib/rpm\n")
        for name, text in SCRIPTS.items():
            self.write(f"/usr/sbin/{name}", f"#!/bin/sh\n{text}\n", 0o755)
        self.write("/etc/selinux/config", "SELINUX=enforcing\nSELINUXTYPE=targeted\n")
        self.write("/etc/selinux/targeted/contexts/files/file_contexts", "")
        self.write("/usr/lib/systemd/system-preset/99-default-disable.preset", "disable *\n")

    def give_policy(self, store):
        """Puts this machine's semodule there, and Debian's linked policy as "targeted", from tests/selinux/make-store."""
        self.run("sh", "-ec", """
            cp /usr/sbin/semodule /usr/sbin/sefcontext_compile "$2/usr/sbin/"
            cp -L /lib/*/libsemanage.so.2 "$2/usr/lib/"
            mkdir -p "$2/usr/libexec/selinux/hll"
            cp /usr/libexec/selinux/hll/pp "$2/usr/libexec/selinux/hll/"
            rm -r "$2/etc/selinux/targeted"
            cp -a "$1/etc/selinux/default" "$2/etc/selinux/targeted"
            cp "$1/etc/selinux/semanage.conf" "$2/etc/selinux/semanage.conf"
            mkdir -p "$2/var/lib/selinux"
            cp -a "$1/var/lib/selinux/default" "$2/var/lib/selinux/targeted"
            """, "sh", store, self.root)

    def write(self, path, text, mode=0o644):
        """Writes a file, with the folders above it."""
        self.run("sh", "-c", 'mkdir -p "$(dirname "$1")" && cat >"$1" && chmod "$2" "$1"', "sh", self.root + path,
                 f"{mode:o}", stdin=text)

    def read(self, path):
        """The text of a file."""
        return self.run("cat", self.root + path)

    def run(self, *command, stdin="", status=0):
        """Runs a command of this machine beside the mounted system; returns its output."""
        script = ('mount -t overlay overlay -o "lowerdir=$1,upperdir=$2/upper,workdir=$2/work" "$2/root" && '
                  'mount -t proc proc "$2/root/proc" && shift 2 && exec "$@"')
        done = subprocess.run(["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", script, "sh",
                               self.tree, self.folder, *command], input=stdin, text=True, errors="replace",
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, timeout=300,
                              env=dict(os.environ, HOME=os.path.join(self.folder, "home"), LC_ALL="C.UTF-8"))
        if status is not None:
            assert done.returncode == status, f"exit status {done.returncode} of {command}:\n{done.stdout}"
        return done.stdout

    def chroot(self, *command, status=0):
        """Runs a command of the system."""
        return self.run("chroot", self.root, *command, status=status)

    def dnf(self, *arguments):
        """Runs a transaction without asking. A scriptlet that fails, which dnf only tells, fails here."""
        output = self.run("dnf", "-q", "-y", f"--installroot={self.root}", f"--repofrompath=local,file://{self.repository}",
                        "--repo=local", "--setopt=reposdir=/dev/null", f"--setopt=cachedir={self.folder}/cache",
                        "--nogpgcheck", "--releasever=9", "--disableplugin=*", *arguments)
        assert "scriptlet" not in output, output
        return output

    def verify(self, *packages):
        """What rpm -V finds changed."""
        return self.run("rpm", "--root", self.root, "-V", *packages, status=None).splitlines()

    def installed(self):
        """The packages that are there, stubs excepted."""
        names = self.run("rpm", "--root", self.root, "-qa", "--queryformat", "%{NAME}-%{VERSION}-%{RELEASE}\n").split()
        return sorted(name for name in names if "stubs" not in name)

    def is_enabled(self):
        """What systemctl says of the unit."""
        return self.chroot("systemctl", "is-enabled", "syncward.service", status=None).strip()

    def find(self, *folders):
        """The files below folders of the system, without those that rpm and dnf keep for themselves."""
        lines = self.run("find", *(self.root + folder for folder in folders), "-name", "*syncward*", "-o", "-path",
                         self.root + "/etc/syncward/*", status=None).splitlines()
        return sorted(line[len(self.root):] for line in lines if line.startswith(self.root + "/"))

# SPDX-License-Identifier: Apache-2.0
"""packaging/install-deps: what apt installs, dnf installs as well, and all that the spec wants is in it."""

import os
import re

import build

# What a Debian package is on EL (9 with EPEL and CRB), where it is called otherwise.
NAMES = {
    "libc6-dev": "glibc-devel", "pkg-config": "pkgconf-pkg-config", "libldap-dev": "openldap-devel",
    "libjson-c-dev": "json-c-devel", "libsystemd-dev": "systemd-devel systemd-rpm-macros",
    "libssl-dev": "openssl-devel", "libcmocka-dev": "libcmocka-devel", "slapd": "openldap-servers",
    "ldap-utils": "openldap-clients", "python3-prometheus-client": "python3-prometheus_client",
    "debian-archive-keyring": "debian-keyring", "libclang-rt-14-dev": "compiler-rt", "clang-format": "clang-tools-extra",
    "shellcheck": "ShellCheck", "iproute2": "iproute", "selinux-policy-dev": "selinux-policy-devel",
    "selinux-utils": "libselinux-utils", "semodule-utils": "policycoreutils-devel",
    "setools": "setools-console python3-setools", "qemu-system-x86": "qemu-kvm", "rpm": "rpm-build",
    "createrepo-c": "createrepo_c", "python3-yaml": "python3-pyyaml", "gcc": "gcc binutils",
}
ABSENT = {"selint": "EL and EPEL have none: test_selint_is_silent cannot run there",
          "prometheus": "EL and EPEL are not known to have it: tests of monitoring need upstream's program there",
          "prometheus-node-exporter": "the same",
          "busybox-static": "EL and EPEL have none: the virtual machine of tests/selinux is Debian's"}


def listed(name):
    """The words of one of the lists."""
    with open(os.path.join(build.TOP, "packaging/install-deps"), encoding="utf-8") as file:
        return set(re.search(rf'^{name}="([^"]*)"', file.read(), re.MULTILINE).group(1).split())


def test_dnf_installs_what_apt_installs():
    apt, dnf = listed("apt_build") | listed("apt_test"), listed("dnf_build") | listed("dnf_test")
    wanted = {name for package in apt - set(ABSENT) for name in NAMES.get(package, package).split()}
    assert dnf - wanted == set() and wanted - dnf == set()
    assert (set(NAMES) | set(ABSENT)) - apt == set(), "no longer in apt's list"


def test_building_wants_the_same_on_both():
    wanted = {name for package in listed("apt_build") for name in NAMES.get(package, package).split()}
    assert listed("dnf_build") <= wanted


def test_what_the_spec_builds_with_is_installed():
    with open(os.path.join(build.TOP, "packaging/syncward.spec"), encoding="utf-8") as file:
        wanted = set(re.findall(r"^BuildRequires: +(\S+)$", file.read(), re.MULTILINE))
    assert wanted and wanted - listed("dnf_build") - listed("dnf_test") == set()

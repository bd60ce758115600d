# SPDX-License-Identifier: Apache-2.0
"""The module linked into Debian's whole policy, once for all tests of a run."""

import fcntl
import os
import shutil
import subprocess

import pytest
from policy import Policy

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
SOURCES = os.path.join(TOP, "selinux")


def output(*command, **options):
    """What the command prints; its messages are part of the failure."""
    done = subprocess.run([str(word) for word in command], text=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False, **options)
    if done.returncode != 0:
        pytest.fail(f"{command[0]} ended with {done.returncode}:\n{done.stdout}{done.stderr}", pytrace=False)
    return done.stdout


def compile_module(folder, name):
    """Compiles the module NAME.te that lies in the folder, with the headers of this machine."""
    output("make", "-s", "-C", folder, "-f", "/usr/share/selinux/devel/Makefile", "NAME=default", name + ".pp")
    return os.path.join(folder, name + ".pp")


@pytest.fixture(scope="session")
def module(tmp_path_factory):
    """The module as the package's build compiles it."""
    folder = tmp_path_factory.mktemp("module")
    output("make", "-s", "-C", SOURCES, f"OUT={folder}")
    return folder / "syncward.pp"


def link(module, folder):
    """Copies the store of Debian's policy and installs the module in it, without dontaudit rules. The
    others are the tests' own: what EL's policy has and Debian's lacks (el/)."""
    store = folder / "store"
    shutil.copytree(output(os.path.join(HERE, "make-store")).strip(), store, symlinks=True)
    shutil.copytree(os.path.join(HERE, "el"), folder / "el")
    output("semodule", "-p", store, "-n", "-s", "default", "-X", "200", "-D", "-i", module,
           "-i", compile_module(folder / "el", "standin"), "-i", folder / "el/init.cil")


@pytest.fixture(scope="session")
def linked(module, tmp_path_factory, worker_id):
    """What lies in /etc/selinux/default when the module is installed; workers share one."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "linked"
    with open(f"{folder}.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            folder.mkdir()
            link(module, folder)
    return folder / "store/etc/selinux/default"


@pytest.fixture(scope="session")
def policy(linked):
    """The linked policy."""
    path, = (linked / "policy").glob("policy.*")
    return Policy(path)


@pytest.fixture(scope="session")
def file_contexts(linked):
    """The linked policy's file of labels."""
    return linked / "contexts/files/file_contexts"

# SPDX-License-Identifier: Apache-2.0
"""The packages, built once for all tests of this folder (so run them in one process)."""

import os
import re
import types

import pytest

import build


def rewrite(path, *changes):
    """Changes a text file; each pattern must be there."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    for pattern, replacement in changes:
        text, count = re.subn(pattern, replacement, text, flags=re.MULTILINE)
        assert count, f"{path} has no {pattern}"
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """The builds: first, el8, and newer (the release after it).

    newer ships a default agent.json, so that what happens to an edited file can be seen.
    """
    assert not os.environ.get("PYTEST_XDIST_WORKER"), "tests/rpm runs in one process: no -n"
    folder = str(tmp_path_factory.mktemp("rpm"))
    builder = build.Builder(folder)
    # That units compile and pass by the spec's own %check is shown by long runs; others have had them in a stage before.
    first, log = builder.make("first", "--noclean", *([] if os.environ.get("SYNCWARD_LONG") else ["--nocheck"]))
    elsewhere, same = builder.unpack_archive("elsewhere"), builder.unpack_archive("same")
    # The objects of the build before are there still: these differ in how they are packed.
    el8, _ = builder.make("el8", "--noprep", "--nocheck", "--noclean", RHEL="8")
    rewrite(os.path.join(elsewhere, "packaging/syncward.spec"),
            (r"^Release: .*", "Release: 2%{?dist}"), (r"^%ghost (.*agent\.json)$", r"\1"))
    newer, _ = builder.make("newer", "--noprep", "--nocheck", source=elsewhere)
    return types.SimpleNamespace(folder=folder, builder=builder, topdir=builder.topdir, first=first, el8=el8, newer=newer,
                                 same=same, log=log)


@pytest.fixture(scope="session")
def again(built):
    """The first one once more: from its archive, with all compiled anew, other times, umask, time zone and home."""
    for place, _, names in os.walk(built.same):
        for name in names:
            os.utime(os.path.join(place, name))
    return built.builder.make("again", "--nocheck", source=built.same, umask=0o027, TZ="Asia/Kolkata", LC_ALL="C",
                              USER="somebody", HOME=built.folder)[0]

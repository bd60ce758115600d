# SPDX-License-Identifier: Apache-2.0
"""The rename in slapd.d tells whether slapd kept a change on disk: result 80 alone does not."""

import contextlib
import os
import subprocess

import pytest
from slapd import Database
from tools import DirectoryTool

UNSAVED = 8


@contextlib.contextmanager
def small_disk(folder):
    """The folder on a file system of its own, 4 MiB, with what was in it."""
    def run(*command):
        subprocess.run(command, check=True, capture_output=True)

    kept = folder + ".kept"
    os.rename(folder, kept)
    os.mkdir(folder)
    run("mount", "-t", "tmpfs", "-o", "size=4m,mode=755", "tmpfs", folder)
    try:
        run("cp", "-a", kept + "/.", folder)
        yield
    finally:
        run("umount", "-l", folder)


@pytest.mark.every_release
def test_each_kind_of_write_is_seen(slapd_factory):
    server = slapd_factory([Database()], modules=("syncprov", "refint"))
    database = server.database_dn()
    with DirectoryTool(server.ldapi_uri, config_dir=server.config_dir) as tool:
        assert tool("replace", "cn=config", "olcIdleTimeout", "7") == ["on-disk 1", "ok"]
        assert tool("replace", database, "olcSizeLimit", "9") == ["on-disk 1", "ok"]
        # The first overlay of a database brings a new folder with it, the second a file in it.
        for name, kind in (("syncprov", "olcSyncProvConfig"), ("refint", "olcRefintConfig")):
            assert tool("entry", f"olcOverlay={name},{database}", "objectClass", kind, "olcOverlay", name) \
                == ["on-disk 1", "ok"]
        # Not a replace: slapd 2.4.57 dies of one when the attribute is absent.
        assert tool("add", f"olcOverlay={{0}}syncprov,{database}", "olcSpSessionlog", "100") == ["on-disk 1", "ok"]
        assert tool("replace", f"olcOverlay={{1}}refint,{database}", "olcSizeLimit", "9")[0] == "on-disk 0"
        assert tool("entry", "cn=module,cn=config", "objectClass", "olcModuleList", "cn", "module") \
            == ["on-disk 1", "ok"]


def test_a_refused_write_is_not_seen(slapd_factory):
    server = slapd_factory()
    with DirectoryTool(server.ldapi_uri, config_dir=server.config_dir) as tool:
        assert tool("replace", server.database_dn(), "olcSizeLimit", "9")[0] == "on-disk 1"
        refused = tool("replace", server.database_dn(), "olcDbIndex", "nosuchattribute eq")
        assert refused[0] == "on-disk 0" and refused[-1].startswith("error 7 80 ")


def test_another_entrys_write_is_not_taken_for_it(slapd_factory):
    server = slapd_factory()
    with DirectoryTool(server.ldapi_uri, config_dir=server.config_dir) as tool:
        assert tool("replace", "cn=config", "olcIdleTimeout", "7")[0] == "on-disk 1"
        assert tool("replace", server.database_dn(), "olcNothing", "7")[0] == "on-disk 0"


@pytest.mark.every_release
def test_a_full_disk_is_an_unsaved_change_and_told_before_the_first_write(slapd_factory):
    server = slapd_factory(start=False)
    with small_disk(server.config_dir):
        server.start()
        with DirectoryTool(server.ldapi_uri, config_dir=server.config_dir) as tool:
            assert tool("space") == ["ok"]
            filler = os.path.join(server.config_dir, "filler")
            with contextlib.suppress(OSError), open(filler, "wb", buffering=0) as file:
                while True:
                    file.write(bytes(4096))
            space = tool("space")
            assert space[0].startswith("error 9 28 ") and "KiB are free" in space[0]
            lines = tool("replace", server.database_dn(), "olcSizeLimit", "9")
            assert lines[0] == "on-disk 0" and lines[-1].startswith(f"error {UNSAVED} 80 ")
            assert server.values(server.database_dn(), "olcSizeLimit") == ["9"]  # in memory it is
            os.unlink(filler)
            assert tool("replace", server.database_dn(), "olcSizeLimit", "9") == ["on-disk 1", "ok"]
        server.kill()


def test_a_read_only_disk_is_an_unsaved_change_and_told_before_the_first_write(slapd_factory):
    server = slapd_factory(start=False)
    with small_disk(server.config_dir):
        server.start()
        with DirectoryTool(server.ldapi_uri, config_dir=server.config_dir) as tool:
            subprocess.run(["mount", "-o", "remount,ro", server.config_dir], check=True)
            assert "read-only" in tool("space")[0]
            lines = tool("replace", server.database_dn(), "olcSizeLimit", "9")
            assert lines[0] == "on-disk 0" and lines[-1].startswith(f"error {UNSAVED} 80 ")
        server.kill()


def test_a_folder_that_is_not_there_has_no_witness(slapd_factory):
    server = slapd_factory()
    with DirectoryTool(server.ldapi_uri, config_dir=server.config_dir + "/nothing") as tool:
        assert tool("replace", server.database_dn(), "olcSizeLimit", "9") == ["no witness", "ok"]

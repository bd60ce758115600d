# SPDX-License-Identifier: Apache-2.0
"""What ends `make check` really sees what a test left behind."""

import importlib.machinery
import importlib.util
import os
import subprocess

import pytest

LIB = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "lib")


@pytest.fixture
def leftovers(tmp_path):
    """Runs the check on an empty folder; returns exit status and output."""
    folder = tmp_path / "run"
    folder.mkdir()

    def run():
        done = subprocess.run([os.path.join(LIB, "leftovers"), folder], text=True, capture_output=True, check=False)
        return done.returncode, done.stdout
    run.folder = folder
    return run


def test_a_clean_run_is_clean(leftovers):
    (leftovers.folder / "pytest-of-root").mkdir()
    assert leftovers()[0] == 0


def test_a_file_is_named(leftovers):
    (leftovers.folder / "syncward-abc").mkdir()
    assert leftovers() == (1, f"left behind: file {leftovers.folder}/syncward-abc\n")


def test_a_process_in_a_session_of_its_own_is_named(leftovers):
    environment = dict(os.environ, SYNCWARD_TEST_DIR=str(leftovers.folder))
    with subprocess.Popen(["sleep", "60"], env=environment, start_new_session=True) as process:
        try:
            assert leftovers() == (1, f"left behind: process {process.pid}: sleep 60 \n")
        finally:
            process.kill()
    assert leftovers()[0] == 0


def test_a_mount_is_named_and_only_those_below_the_folder(tmp_path):
    table = tmp_path / "mounts"
    table.write_text("proc /proc proc rw 0 0\noverlay /tmp/run/s1/root overlay rw 0 0\n"
                     "tmpfs /tmp/run tmpfs rw 0 0\ntmpfs /tmp/run-of-others tmpfs rw 0 0\n")
    loader = importlib.machinery.SourceFileLoader("leftovers", os.path.join(LIB, "leftovers"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("leftovers", loader))
    loader.exec_module(module)
    assert list(module.mounts("/tmp/run", table)) == ["mount /tmp/run/s1/root", "mount /tmp/run"]

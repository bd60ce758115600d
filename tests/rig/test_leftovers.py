# SPDX-License-Identifier: Apache-2.0
"""What ends `make check` really sees what a test left behind."""

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


def test_a_mount_is_named(leftovers):
    place = leftovers.folder / "pytest-of-root"
    place.mkdir()
    script = 'mount -t tmpfs none "$1" && exec "$2" "$3"'
    done = subprocess.run(["unshare", "--mount", "sh", "-c", script, "sh", place,
                           os.path.join(LIB, "leftovers"), leftovers.folder],
                          text=True, capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (1, f"left behind: mount {place}\n")

# SPDX-License-Identifier: Apache-2.0
"""The program under test is there and speaks; which one it is depends on the release (tests/rig/test_lot.py)."""

import os
import subprocess

import pytest


@pytest.mark.every_release
def test_the_program_under_test_speaks(slapd_release, program):
    said = subprocess.run([program, "--version"], text=True, capture_output=True, check=True).stdout
    assert said.startswith("syncward ")
    print(f"{slapd_release.version} has {os.path.basename(program)}")

# SPDX-License-Identifier: Apache-2.0
"""Programs with another clock, by libfaketime."""

import glob
import os
import re

LIBRARY = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"


def environment(offset):
    """Variables for a program whose clock is ahead ("+600s")."""
    return {"LD_PRELOAD": LIBRARY, "FAKETIME": offset, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}


def sweep():
    """Removes what libfaketime leaves in memory of processes that were killed, or that ended without its knowledge."""
    for path in left():
        try:
            os.unlink(path)
        except FileNotFoundError:  # somebody else swept
            pass


def left():
    """The files of processes that are gone."""
    found = glob.glob("/dev/shm/faketime_shm_*") + glob.glob("/dev/shm/sem.faketime_sem_*")
    return [path for path in found if not os.path.exists("/proc/" + re.search(r"(\d+)$", path)[1])]

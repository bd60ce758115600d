# SPDX-License-Identifier: Apache-2.0
"""What all Python tests share: tests/lib can be imported, and a leak of GnuTLS is none of ours."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
os.environ.setdefault("LSAN_OPTIONS", "print_suppressions=0:suppressions=" + os.path.join(
    os.path.dirname(os.path.abspath(__file__)), "lib", "lsan.supp"))

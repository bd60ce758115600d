# SPDX-License-Identifier: Apache-2.0
"""What all Python tests share: tests/lib can be imported."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))

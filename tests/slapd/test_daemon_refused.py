# SPDX-License-Identifier: Apache-2.0
"""A correction that cannot be made is told, and tried again with longer and longer waits, not at each look."""

import time

import ldap
import pytest
from daemon import Daemon
from slapd import wait_until


@pytest.mark.one_release
def test_a_correction_that_slapd_refuses_is_not_tried_at_each_look(node):
    with Daemon(node) as daemon:
        wait_until(lambda: daemon.sees(node.server.config_dir), "it watches slapd.d")
        # From now on slapd refuses every change of its configuration (53), also the one that would end this.
        node.server.modify("olcDatabase={0}config,cn=config", [(ldap.MOD_REPLACE, "olcReadOnly", ["TRUE"])])
        node.document["databases"][0]["syncprov"] = {"sessionlog": 4711}
        node.write()
        daemon.wait_for("correction-failed")
        for _ in range(10):  # looks that other changes cause
            node.write_secret("secret")
            time.sleep(0.2)
        assert len(daemon.events("correction-intended")) == 1
        assert len(daemon.events("correction-failed")) == 1

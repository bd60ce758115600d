# SPDX-License-Identifier: Apache-2.0
"""A relay whose links broke, and that could not be shut meanwhile, may have lost changes: that is reported until compare
finds that nothing differs."""

import pytest
import remedies
from daemon import Daemon
from test_relay_away import person
from test_relay_cut import cut_chain
from whole import wait_equal

CODE = "relay-was-cut"


@pytest.mark.remedy("compare-record")
def test_a_relay_whose_links_broke_is_named_until_compare_finds_nothing(slapd_factory, program):
    with cut_chain(slapd_factory, program) as (cluster, node, ends, wires):
        cluster.document["databases"][0]["limits"] = False  # so that it is not shut
        cluster.write()
        with Daemon(node) as daemon:
            daemon.wait_at_rest()
            daemon.reload()  # 2.4: what was never found is not missed
            daemon.wait_at_rest()
            for wire in wires:
                wire.cut()
            daemon.reload()
            text = daemon.wait_for("finding", text=f"[{CODE}]", timeout=90)
        admin = ends[0].server.admin()
        person(admin, "late")
        admin.unbind_s()
        with Daemon(node) as daemon:
            for wire in wires:
                wire.heal()
            wait_equal(cluster.nodes, seconds=60)
            daemon.reload()
            daemon.wait_at_rest()
            assert not daemon.events("finding-gone"), "another daemon goes on with it"
            remedies.run(node, text, "compare-record", statuses=(0, 3))
            daemon.reload()
            daemon.wait_for("finding-gone", text=CODE)

# SPDX-License-Identifier: Apache-2.0
"""The whole way once, as `make quick` goes it: plan, apply, plan again."""

from lone import Lone


def test_what_was_planned_is_applied_and_nothing_is_left_to_plan(slapd_factory, program):
    node = Lone(slapd_factory, program)
    planned = node.plan_json()
    assert planned["steps"] and node.server.config_writes() == 0
    node.apply_ok()
    assert node.server.config_writes() == len(planned["steps"])
    node.assert_in_step()

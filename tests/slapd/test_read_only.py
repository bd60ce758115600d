# SPDX-License-Identifier: Apache-2.0
"""What has slapd refuse clients' changes, other than olcReadOnly of the database (test_guards.py)."""

import ldap
import pytest
import remedies
from lone import Lone
from test_guards import findings, in_step, load_anew

FRONTEND = "olcDatabase={-1}frontend,cn=config"


@pytest.mark.remedy("restrict-off")
@pytest.mark.parametrize(("dn", "value"), [(None, "write"), (None, "rename"), (FRONTEND, "add")])
def test_a_restriction_of_clients_is_told_with_what_ends_it(slapd_factory, program, dn, value):
    node = Lone(slapd_factory, program)
    in_step(node)
    node.server.modify(dn or node.dn(), [(ldap.MOD_ADD, "olcRestrict", value)])
    severity, text = findings(node)["read-only"]
    assert severity == "warning"
    assert node.apply().returncode == 0
    remedies.run(node, node.plan().stdout, "restrict-off")
    assert node.server.values(dn or node.dn(), "olcRestrict") == [] and "read-only" not in findings(node), text


@pytest.mark.remedy("restrict-off-stopped", "restrict-off-2.4")
@pytest.mark.parametrize(("dn", "attribute", "value"), [("cn=config", "olcReadOnly", "TRUE"), (FRONTEND, "olcReadOnly", "TRUE"),
                                                        ("cn=config", "olcRestrict", "write")])
def test_a_server_that_takes_no_change_of_cn_config_is_told_as_critical(slapd_factory, program, dn, attribute, value):
    node = Lone(slapd_factory, program)
    in_step(node)
    node.server.modify(dn, [(ldap.MOD_ADD, attribute, value)])
    with pytest.raises(ldap.UNWILLING_TO_PERFORM):
        node.server.modify(dn, [(ldap.MOD_DELETE, attribute, value)])
    text = node.plan().stdout
    assert findings(node)["read-only"][0] == "critical"
    node.server.stop()
    if node.server.release.number < (2, 5):
        remedies.printed(text, "restrict-off-2.4")
        load_anew(node, lambda dump: dump.replace(f"{attribute}: {value}\n", ""))
    else:
        remedies.run(node, text, "restrict-off-stopped")
    for code in ("restrict-off-2.4", "restrict-off-stopped"):
        remedies.did(code)  # each is one of the runs
    node.server.start()
    assert "read-only" not in findings(node)
    in_step(node)

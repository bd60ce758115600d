# SPDX-License-Identifier: Apache-2.0
"""What syncward-operations(7) tells administrators to do with slapd's own tools goes well, in that order."""

import ldap
from cluster import Cluster, add_person, apply_until_joined, wait_entry
from slapd import PASSWORD, SUFFIX, wait_until
from test_joining import dns, replace_server


def test_a_replaced_node_goes_on_with_a_fresh_slapcat(slapd_factory, program):
    """Under its old server ID, with slapadd -w; what came after slapcat is read, and nobody loses an entry."""
    cluster = Cluster(slapd_factory, program, 2).form()
    own = add_person(cluster[1].server, "own")
    cluster.wait_in_step()
    live = cluster[0].server
    fresh = live.tool("cat", "-b", SUFFIX).stdout
    later = add_person(live, "later")
    before = dns(live)
    node = replace_server(slapd_factory, program, cluster, 1)
    node.server.stop()
    path = node.server.directory + "/fresh.ldif"
    with open(path, "w", encoding="utf-8") as file:
        file.write(fresh)
    node.server.tool("add", "-w", "-q", "-b", SUFFIX, "-l", path)
    node.server.start()
    apply_until_joined(node)
    wait_entry(node.server, later)
    wait_entry(live, add_person(node.server, "after"))
    cluster.wait_in_step()
    assert own in dns(node.server) and before <= dns(node.server) == dns(live)
    node.assert_in_step()


def test_a_password_is_rotated_while_the_account_has_two(slapd_factory, program):
    """Both work on the way: changes travel after each step, and the old one is refused at the end."""
    cluster = Cluster(slapd_factory, program, 2).form()
    account = cluster.databases[0].replicator

    def set_passwords(operation, value):
        connection = cluster[0].server.admin()
        connection.modify_s(account, [(operation, "userPassword", value)])
        connection.unbind_s()
        cluster.wait_in_step()

    def changes_travel(name):
        wait_entry(cluster[1].server, add_person(cluster[0].server, name + "0"))
        wait_entry(cluster[0].server, add_person(cluster[1].server, name + "1"))

    def is_accepted(server, password):
        connection = ldap.initialize(server.ldap_uri)
        try:
            connection.simple_bind_s(account, password)
        except ldap.INVALID_CREDENTIALS:
            return False
        finally:
            connection.unbind_s()
        return True

    set_passwords(ldap.MOD_ADD, b"the-new-one")
    for i, node in enumerate(cluster):
        node.write_secret("the-new-one")
        assert node.run("validate", "--secrets", node.peers_file).returncode == 0
        wait_until(lambda node=node: node.apply().returncode == 0, "the links have the new password")
        changes_travel(f"step{i}-")
    set_passwords(ldap.MOD_REPLACE, b"the-new-one")
    for node in cluster:
        assert is_accepted(node.server, "the-new-one") and not is_accepted(node.server, PASSWORD)
        node.assert_in_step()
    changes_travel("end")

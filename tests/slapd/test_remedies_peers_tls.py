# SPDX-License-Identifier: Apache-2.0
"""What is told of TLS with a peer is done as it stands there, and nothing is told or held then."""

import os
import shutil

import ldap
import pytest
import remedies
from authority import Authority
from cluster import Cluster
from test_remedies_doctor import is_well, told
from test_remedies_peers import at_peer, ended


@pytest.fixture(name="authority")
def fixture_authority(slapd_factory):
    return Authority(slapd_factory.folder("ca"))


@pytest.fixture(name="form")
def fixture_form(slapd_factory, program):
    """Two nodes in step that were seen to work; ldaps lists the addresses for ldaps:// of each that has a certificate."""
    def make(authority=None, issue=None, **syncrepl):
        ldaps = []
        names = iter(("ldap1", "ldap2"))

        def prepare(server):
            name = next(names)
            ldaps.append(server.use_tls(authority, issue(name) if issue else authority.issue(name, days=60)))
        cluster = Cluster(slapd_factory, program, 2, **({"prepare": prepare} if authority else {}))
        cluster.document["databases"][0]["syncrepl"].update(syncrepl)
        cluster.write()
        cluster.form().be_seen_to_work()
        return cluster, ldaps
    return make


def with_keywords(cluster, **keywords):
    cluster.document["databases"][0]["syncrepl"].update(keywords)
    cluster.write()


@pytest.mark.remedy("link-files")
def test_a_file_that_is_missing_is_put_in_its_place(form, authority):
    cluster, _ = form(authority)
    node, place = cluster[0], os.path.join(cluster[0].folder, "ca.pem")
    with ended(cluster):
        with_keywords(cluster, starttls="critical", tls_cacert=place)
        assert "[tls-files]" in told(node, "peer-tls", "link-files")
        shutil.copy(authority.path, place)
        remedies.did("link-files")
        assert is_well(node, "peer-tls")


@pytest.mark.remedy("ldaps-there")
def test_a_port_without_tls_is_read_with_starttls(form, authority):
    cluster, _ = form(authority, tls_cacert=authority.path)
    node, peer = cluster
    with ended(cluster):
        at_peer(cluster, peer.server.ldap_uri.replace("ldap:", "ldaps:"))
        assert "[no-tls]" in told(node, "peer-tls", "ldaps-there")
        with_keywords(cluster, starttls="critical")  # and ldap:// again
        remedies.did("ldaps-there")
        assert is_well(node, "peer-tls")


@pytest.mark.remedy("link-starttls")
def test_a_peer_that_wants_tls_is_read_with_it(form, authority):
    cluster, _ = form(authority)
    node, peer = cluster
    with ended(cluster):
        peer.server.modify("cn=config", [(ldap.MOD_REPLACE, "olcSecurity", "simple_bind=128")])
        assert "[plain-refused]" in told(node, "peer-tls", "link-starttls")
        with_keywords(cluster, starttls="critical", tls_cacert=authority.path)
        remedies.did("link-starttls")
        assert is_well(node, "peer-tls")


@pytest.mark.every_release
@pytest.mark.remedy("certificate-there")
def test_a_peer_gets_a_certificate_and_starts_with_it_again(form, authority):
    cluster, _ = form()
    node, peer = cluster
    with ended(cluster):
        with_keywords(cluster, starttls="critical", tls_cacert=authority.path)
        for one in cluster:
            remedies.printed(told(one, "peer-tls", "certificate-there"), "certificate-there")
        for i, one in enumerate(cluster):
            certificate = authority.issue(f"ldap{i}", days=60)
            one.server.modify("cn=config", [(ldap.MOD_REPLACE, "olcTLSCertificateFile", certificate.path),
                                            (ldap.MOD_REPLACE, "olcTLSCertificateKeyFile", certificate.key)])
        remedies.did("certificate-there")
        assert is_well(node, "peer-tls")
        peer.server.stop()
        peer.server.start()
        assert is_well(node, "peer-tls")


@pytest.mark.every_release
@pytest.mark.parametrize("way", ["replaced", "restarted"])
@pytest.mark.remedy("certificate-renew")
def test_a_certificate_that_ended_is_renewed_and_read(form, authority, way):
    cluster, _ = form(authority, tls_cacert=authority.path)
    node, peer = cluster
    with ended(cluster):
        ended_one = authority.issue("ldap2", days=-1)  # under the same path
        reread(peer, ended_one)
        with_keywords(cluster, starttls="critical")
        assert "[certificate-expired]" in told(node, "peer-tls", "certificate-renew")
        renewed = authority.issue("ldap2", days=60)
        assert "[certificate-expired]" in told(node, "peer-tls", "certificate-renew"), "slapd has not read it yet"
        if way == "replaced":
            reread(peer, renewed)
        else:
            peer.server.stop()
            peer.server.start()
        remedies.did("certificate-renew")
        assert is_well(node, "peer-tls")


def reread(node, certificate):
    node.server.modify("cn=config", [(ldap.MOD_REPLACE, "olcTLSCertificateFile", certificate.path)])


@pytest.mark.remedy("certificate-name")
def test_a_certificate_of_another_name_is_issued_anew(form, authority):
    cluster, _ = form(authority, lambda name: authority.issue(name, "DNS:other.example" if name == "ldap2" else "IP:127.0.0.1", 60),
                      tls_cacert=authority.path)
    node, peer = cluster
    with ended(cluster):
        with_keywords(cluster, starttls="critical")
        assert "[certificate-name]" in told(node, "peer-tls", "certificate-name")
        reread(peer, authority.issue("ldap2", days=60))
        remedies.did("certificate-name")
        assert is_well(node, "peer-tls")

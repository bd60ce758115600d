# SPDX-License-Identifier: Apache-2.0
"""Probes over TLS: what is wrong with a certificate is named. It is our side that judges: one release serves."""

import time

import pytest
import remedies
from authority import Authority
from probes import only, probe
from slapd import syncrepl
from test_probe import assert_fault, make_provider, make_tls_provider


pytestmark = pytest.mark.one_release


@pytest.fixture(name="farm")
def fixture_farm(slapd_factory):
    return slapd_factory


@pytest.fixture(name="authority")
def fixture_authority(farm):
    return Authority(farm.folder("ca"))


@pytest.mark.parametrize("way", ["starttls", "ldaps"])
@pytest.mark.parametrize("fault", ["another CA", "expired", "another name"])
def test_a_certificate_that_is_not_believed(farm, authority, fault, way):
    wrong = {"another CA": {"days": 60}, "expired": {"days": -1}, "another name": {"days": 60, "alternative": "DNS:other.example"}}[fault]
    server, ldaps = make_tls_provider(farm, authority, authority.issue("ldap1", **wrong))
    believed = authority if fault != "another CA" else Authority(farm.folder("other"), "other")
    uri, how = (ldaps, {}) if way == "ldaps" else (server.ldap_uri, {"starttls": "critical"})
    (result,) = probe(syncrepl(1, uri, tls_cacert=believed.path, **how))
    code, texts = {"another CA": ("certificate-authority", [believed.path, "tls_cacert"]),
                   "expired": ("certificate-expired", ["CN=ldap1' expired at 20", "renew"]),
                   "another name": ("certificate-name", ["DNS:other.example", "'127.0.0.1'"])}[fault]
    assert_fault(result, "refused", code, *texts)
    # As with slapd's consumer, what is not demanded is not a fault.
    lenient = probe(syncrepl(1, uri, tls_cacert=believed.path, tls_reqcert="never", **how))[0]
    assert lenient["verdict"] == "good"


def test_a_certificate_that_ends_soon_is_told_and_the_link_is_good(farm, authority):
    server, _ = make_tls_provider(farm, authority, authority.issue("ldap1"))
    (result,) = probe((syncrepl(1, server.ldap_uri, starttls="critical", tls_cacert=authority.path), 7))
    assert_fault(result, "good", "certificate-ends", "no more than")
    assert 0 < result["certificate_end_sec"] - time.time() < 86401


@pytest.mark.remedy("tls-handshake")
def test_a_server_that_misses_our_certificate(farm, authority):
    uris = []
    server = make_provider(farm, prepare=lambda s: uris.append(
        s.use_tls(authority, authority.issue("ldap1", days=60), verify_client="demand")))
    for uri, how in ((server.ldap_uri, {"starttls": "critical"}), (uris[0], {})):
        (result,) = probe(syncrepl(1, uri, tls_cacert=authority.path, **how))
        assert_fault(result, "refused", "tls-failed", "asks for a certificate of this node")
        remedies.printed(only(result)["text"], "tls-handshake")
        own = authority.issue("ldap2")
        (good,) = probe((syncrepl(1, uri, tls_cacert=authority.path, tls_cert=own.path, tls_key=own.key, **how), 7))
        assert good["verdict"] == "good"
    remedies.did("tls-handshake")

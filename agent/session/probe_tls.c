/* SPDX-License-Identifier: Apache-2.0 */
/* The only file that uses OpenSSL: libldap may be built with another TLS library, and none of them
 * reports through libldap what is wrong with a certificate. */
#include "agent/session/probe_tls.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>

#define NAME_MAX_LEN 256
/* How long to wait for an alert after the handshake: with TLS 1.3 a server that wants a certificate
 * of ours says so only then. */
#define ALERT_MSEC 300

typedef struct Explanation {
	Pool *pool;
	const Syncrepl *syncrepl;
	const char *host;
	Probe *probe;
	int verify_error; /* the first; X509_V_OK: none */
	X509 *blamed;     /* the certificate that it is about */
} Explanation;

static bool keyword_is(const Syncrepl *syncrepl, SyncreplKeyword keyword, const char *text)
{
	return syncrepl->value[keyword] && strcasecmp(syncrepl->value[keyword], text) == 0;
}

/* Notes the first fault and lets the handshake go on. */
static int on_verify(int is_good, X509_STORE_CTX *store)
{
	const SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
	Explanation *explanation = SSL_get_app_data(ssl);

	if (!is_good && explanation->verify_error == X509_V_OK) {
		explanation->verify_error = X509_STORE_CTX_get_error(store);
		explanation->blamed = X509_STORE_CTX_get_current_cert(store);
		if (explanation->blamed)
			(void)X509_up_ref(explanation->blamed);
	}
	return 1;
}

/* --- sentences --- */

static const char *name_text(Pool *pool, X509_NAME *name)
{
	char text[NAME_MAX_LEN] = "";

	(void)X509_NAME_oneline(name, text, sizeof(text));
	return pool_strdup(pool, text);
}

static int64_t time_sec(const ASN1_TIME *when)
{
	struct tm broken = {0};

	return when && ASN1_TIME_to_tm(when, &broken) == 1 ? (int64_t)timegm(&broken) : 0;
}

static const char *time_text(Pool *pool, const ASN1_TIME *when)
{
	const time_t sec = (time_t)time_sec(when);
	char text[sizeof("2026-11-22 10:15:00 UTC")] = "";
	struct tm broken;

	if (gmtime_r(&sec, &broken))
		(void)strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S UTC", &broken);
	return pool_strdup(pool, text);
}

static const char *names_of(Pool *pool, X509 *certificate)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
	BIO *memory = BIO_new(BIO_s_mem());
	const char *text = name_text(pool, X509_get_subject_name(certificate));
	char *bytes = NULL;
	long len;

	for (int i = 0; memory && i < sk_GENERAL_NAME_num(names); i++) {
		(void)BIO_puts(memory, i > 0 ? ", " : "");
		(void)GENERAL_NAME_print(memory, sk_GENERAL_NAME_value(names, i));
	}
	len = memory ? BIO_get_mem_data(memory, &bytes) : 0;
	if (len > 0)
		text = pool_copy(pool, bytes, (size_t)len);
	GENERAL_NAMES_free(names);
	BIO_free(memory);
	return text;
}

static void tell_authority(const Explanation *of, X509 *blamed)
{
	const char *file = of->syncrepl->value[SYNCREPL_TLS_CACERT];
	const char *folder = of->syncrepl->value[SYNCREPL_TLS_CACERTDIR];

	probe_add_fault(of->pool, of->probe, PROBE_CERTIFICATE_AUTHORITY,
			"the certificate '%s', issued by '%s', is not trusted by %s (%s)",
			name_text(of->pool, X509_get_subject_name(blamed)),
			name_text(of->pool, X509_get_issuer_name(blamed)),
			file     ? file
			: folder ? folder
				 : "this link, which names no CA",
			X509_verify_cert_error_string(of->verify_error));
}

static void tell_dates(const Explanation *of, X509 *blamed)
{
	const char *subject = name_text(of->pool, X509_get_subject_name(blamed));

	if (of->verify_error == X509_V_ERR_CERT_HAS_EXPIRED)
		probe_add_fault(of->pool, of->probe, PROBE_CERTIFICATE_EXPIRED,
				"the certificate '%s' expired at %s", subject,
				time_text(of->pool, X509_get0_notAfter(blamed)));
	else
		probe_add_fault(of->pool, of->probe, PROBE_CERTIFICATE_NOT_YET_VALID,
				"the certificate '%s' is valid from %s on only", subject,
				time_text(of->pool, X509_get0_notBefore(blamed)));
}

static bool name_matches(const Explanation *of, X509 *certificate)
{
	struct in6_addr address;

	if (inet_pton(AF_INET, of->host, &address) == 1 ||
	    inet_pton(AF_INET6, of->host, &address) == 1)
		return X509_check_ip_asc(certificate, of->host, 0) == 1;
	return X509_check_host(certificate, of->host, 0, 0, NULL) == 1;
}

static bool tell_certificate(const Explanation *of, X509 *certificate)
{
	X509 *blamed = of->blamed ? of->blamed : certificate;

	if (keyword_is(of->syncrepl, SYNCREPL_TLS_REQCERT, "never") ||
	    keyword_is(of->syncrepl, SYNCREPL_TLS_REQCERT, "allow"))
		return false;
	if (of->verify_error == X509_V_ERR_CERT_HAS_EXPIRED ||
	    of->verify_error == X509_V_ERR_CERT_NOT_YET_VALID)
		tell_dates(of, blamed);
	else if (of->verify_error != X509_V_OK)
		tell_authority(of, blamed);
	else if (!name_matches(of, certificate))
		probe_add_fault(of->pool, of->probe, PROBE_CERTIFICATE_NAME,
				"its certificate is for %s, not for '%s'",
				names_of(of->pool, certificate), of->host);
	else
		return false;
	return true;
}

/* saw_certificate: it spoke TLS with us before it refused to go on. */
static bool tell_refusal(const Explanation *of, bool saw_certificate)
{
	const unsigned long error = ERR_peek_error();
	const char *reason = error ? ERR_reason_error_string(error) : NULL;
	const bool is_foreign = !reason || strstr(reason, "eof") ||
				ERR_GET_REASON(error) == SSL_R_WRONG_VERSION_NUMBER;

	if (is_foreign && !saw_certificate)
		probe_add_fault(of->pool, of->probe, PROBE_NO_TLS,
				"it does not answer a TLS handshake%s%s%s", reason ? " (" : "",
				reason ? reason : "", reason ? ")" : "");
	else
		probe_add_fault(of->pool, of->probe, PROBE_TLS_FAILED,
				"it ends the TLS handshake (%s)", reason ? reason : "closed");
	return true;
}

/* --- the handshake --- */

static bool is_starttls(const Syncrepl *syncrepl)
{
	return keyword_is(syncrepl, SYNCREPL_STARTTLS, "yes") ||
	       keyword_is(syncrepl, SYNCREPL_STARTTLS, "critical");
}

/* ExtendedRequest 1.3.6.1.4.1.1466.20037 as message 1; any answer of LDAP is taken for a yes: the
 * handshake shows the rest. */
static bool ask_for_tls(int fd)
{
	static const char request[] = "\x30\x1d\x02\x01\x01\x77\x18\x80\x16"
				      "1.3.6.1.4.1.1466.20037";
	char answer[512];

	return send(fd, request, sizeof(request) - 1, MSG_NOSIGNAL) == sizeof(request) - 1 &&
	       recv(fd, answer, sizeof(answer), 0) > 0 && answer[0] == 0x30;
}

static void set_timeout(int fd, unsigned msec)
{
	const struct timeval timeout = {.tv_sec = msec / 1000, .tv_usec = (msec % 1000) * 1000L};

	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout));
}

/* As lenient as OpenSSL gets: what the certificate says is wanted, not a secure connection. */
static SSL_CTX *make_context(const Syncrepl *syncrepl)
{
	const char *certificate = syncrepl->value[SYNCREPL_TLS_CERT];
	const char *key = syncrepl->value[SYNCREPL_TLS_KEY];
	const char *file = syncrepl->value[SYNCREPL_TLS_CACERT];
	const char *folder = syncrepl->value[SYNCREPL_TLS_CACERTDIR];
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());

	if (!context)
		return NULL;
	SSL_CTX_set_security_level(context, 0);
	if (file || folder)
		(void)SSL_CTX_load_verify_locations(context, file, folder);
	if (certificate && key) {
		(void)SSL_CTX_use_certificate_chain_file(context, certificate);
		(void)SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM);
	}
	SSL_CTX_set_verify(context, SSL_VERIFY_PEER, on_verify);
	return context;
}

/* True when the server takes the connection back after the handshake. */
static bool is_taken_back(SSL *ssl, int fd)
{
	char byte;
	int n;

	set_timeout(fd, ALERT_MSEC);
	ERR_clear_error();
	n = SSL_peek(ssl, &byte, 1);
	return n <= 0 && SSL_get_error(ssl, n) != SSL_ERROR_WANT_READ;
}

static bool shake_hands(SSL *ssl, const char *host, int fd)
{
	struct in6_addr address;

	(void)SSL_set_fd(ssl, fd);
	if (inet_pton(AF_INET, host, &address) != 1 && inet_pton(AF_INET6, host, &address) != 1)
		(void)SSL_set_tlsext_host_name(ssl, host);
	ERR_clear_error();
	return SSL_connect(ssl) == 1;
}

static bool explain(Explanation *of, SSL *ssl, int fd)
{
	X509 *certificate;
	bool is_connected, is_told;

	SSL_set_app_data(ssl, of);
	is_connected = shake_hands(ssl, of->host, fd);
	certificate = SSL_get_peer_certificate(ssl);
	if (certificate)
		of->probe->certificate_end_sec = time_sec(X509_get0_notAfter(certificate));
	is_told = certificate && tell_certificate(of, certificate);
	if (!is_told && (!is_connected || is_taken_back(ssl, fd)))
		is_told = tell_refusal(of, certificate != NULL);
	X509_free(certificate);
	return is_told;
}

bool probe_tls_explain(Pool *pool, const Syncrepl *syncrepl, const char *host, int fd,
		       unsigned timeout_msec, Probe *probe)
{
	Explanation explanation = {.pool = pool,
				   .syncrepl = syncrepl,
				   .host = *host ? host : "localhost",
				   .probe = probe,
				   .verify_error = X509_V_OK};
	SSL_CTX *context = make_context(syncrepl);
	SSL *ssl = context ? SSL_new(context) : NULL;
	bool is_told = false;

	set_timeout(fd, timeout_msec);
	if (ssl && (!is_starttls(syncrepl) || ask_for_tls(fd)))
		is_told = explain(&explanation, ssl, fd);
	X509_free(explanation.blamed);
	SSL_free(ssl);
	SSL_CTX_free(context);
	return is_told;
}

bool probe_tls_is_spoken(const char *host, int fd, unsigned timeout_msec)
{
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());
	SSL *ssl = context ? SSL_new(context) : NULL;
	bool is_spoken = false;
	X509 *certificate;

	set_timeout(fd, timeout_msec);
	if (ssl) {
		is_spoken = shake_hands(ssl, host, fd);
		certificate = SSL_get_peer_certificate(ssl);
		is_spoken = is_spoken || certificate;
		X509_free(certificate);
	}
	SSL_free(ssl);
	SSL_CTX_free(context);
	return is_spoken;
}

int64_t probe_tls_certificate_end(const char *der, size_t len)
{
	const unsigned char *bytes = (const unsigned char *)der;
	X509 *certificate = d2i_X509(NULL, &bytes, (long)len);
	const int64_t end_sec = certificate ? time_sec(X509_get0_notAfter(certificate)) : 0;

	X509_free(certificate);
	return end_sec;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/syncrepl/syncrepl.h"
#include "common/syncrepl/syncrepl_partial.h"

#define REQUIRED "rid=001 provider=ldap://a searchbase=\"dc=x\" "

static Syncrepl parsed(Pool *pool, const char *words)
{
	Syncrepl syncrepl = {0};
	Error err = {0};

	if (syncrepl_parse(pool, pool_printf(pool, REQUIRED "%s", words), &syncrepl, &err) < 0)
		fail_msg("%s: %s", words, err.text);
	return syncrepl;
}

static bool words_equal(const char *one, const char *other)
{
	AUTO(Pool) *pool = pool_new();
	Syncrepl first = parsed(pool, one), second = parsed(pool, other);
	bool equal = syncrepl_equal(&first, &second);

	assert_int_equal(equal, syncrepl_equal(&second, &first));
	return equal;
}

static void spelling_is_no_difference(void **state)
{
	static const char *const same[][2] = {
		{"rid=7", "RID=007"},
		{"binddn=\"cn=a,dc=x\" credentials=p", "Credentials=\"p\"  BindDN=\"CN=a, DC=x\""},
		{"searchbase=\"DC=X\"", "searchbase=dc=x"},
		{"provider=ldap://A:389/", "provider=ldap://a"},
		{"retry=\"5,5,60,+\"", "retry=\"5 5 60 +\""},
		{"type=REFRESHANDPERSIST", "type=refreshAndPersist"},
		{"type=refreshAndPersist interval=5", "type=refreshAndPersist"},
		{"interval=00:01:00:00", "interval=3600"},
		{"interval=1h", "interval=3600"},
		{"scope=SUBTREE", "scope=sub"},
		{"filter=\"(objectClass=*)\"", "filter=objectclass=*"},
		{"attrs=\"cn,sn\"", "attrs=\"SN  CN\""},
		{"attrs=\"cn,*,+\"", "attrs=\"*,+\""},
		{"exattrs=b,a", "exattrs=a exattrs=B"},
		{"timeout=3", "timeout=0x3"},
		{"keepalive=1::3", "keepalive=01:0:3"},
		{"tls_reqcert=hard", "tls_reqcert=DEMAND"},
		{"tls_protocol_min=3", "tls_protocol_min=3.0"},
		{"secprops=noplain,noanonymous", "secprops=NoAnonymous,noPlain"},
		{"saslmech=external", "saslmech=EXTERNAL"},
		{"authzid=\"dn:cn=a,dc=x\"", "authzid=\"DN:CN=a, DC=x\""},
		{"attrsonly", "attrsonly=yes"},
		{"logbase=cn=log", "logbase=CN=Log"},
		{"suffixmassage=dc=x", "suffixmassage=DC=X"},
		{"manageDSAit=01", "manageDSAit=1"},
		{"sizelimit=0", "sizelimit=UNLIMITED"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(same); i++)
		if (!words_equal(same[i][0], same[i][1]))
			fail_msg("%s | %s", same[i][0], same[i][1]);
}

static void an_absent_keyword_equals_its_default(void **state)
{
	static const char *const defaults[] = {
		"type=refreshOnly",
		"interval=01:00:00:00",
		"interval=86400",
		"scope=sub",
		"filter=\"(objectclass=*)\"",
		"schemachecking=off",
		"bindmethod=simple",
		"timeout=0",
		"network-timeout=0",
		"keepalive=0:0:0",
		"starttls=no",
		"attrs=\"*,+\"",
		"attrs=\"+ *\"",
		"exattrs=\"\"",
		"manageDSAit=0",
		"retry=undefined",
		"retry=\"3600 +\"",
		"tcp-user-timeout=0",
		"sizelimit=unlimited",
		"timelimit=0",
		"syncdata=default",
		"tls_reqcert=demand",
		"tls_reqsan=allow",
		"tls_crlcheck=none",
		"version=3",
		"binddn=\"\"",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(defaults); i++)
		if (!words_equal(defaults[i], ""))
			fail_msg("%s", defaults[i]);
}

static void a_change_of_meaning_is_a_difference(void **state)
{
	static const char *const differ[][2] = {
		{"rid=7", "rid=8"},
		{"credentials=secret", "credentials=Secret"},
		{"credentials=a", ""},
		{"credentials=\"a b\"", "credentials=\"a  b\""},
		{"binddn=cn=a", "binddn=cn=b"},
		{"provider=ldap://b", ""},
		{"provider=ldaps://a", ""},
		{"searchbase=\"cn=y,dc=x\"", ""},
		{"retry=\"5 +\"", ""},
		{"retry=\"5 5 60 +\"", "retry=\"5 6 60 +\""},
		{"interval=5", "interval=6"},
		{"type=refreshAndPersist", ""},
		{"scope=one", ""},
		{"filter=\"(cn=a)\"", "filter=\"(cn=A)\""},
		{"attrs=cn", "attrs=cn,sn"},
		{"attrs=*", ""},
		{"exattrs=cn", ""},
		{"timeout=010", "timeout=10"},
		{"schemachecking=no", ""},
		{"tls_reqcert=allow", ""},
		{"tls_cert=/a", "tls_cert=/A"},
		{"tls_cipher_suite=HIGH", "tls_cipher_suite=high"},
		{"realm=a", "realm=A"},
		{"authcid=a", "authcid=A"},
		{"starttls=critical", "starttls=yes"},
		{"attrsonly", ""},
		{"lazycommit", ""},
		{"strictrefresh", ""},
		{"syncdata=accesslog", ""},
		{"manageDSAit=1", ""},
		{"bindmethod=sasl", ""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(differ); i++)
		if (words_equal(differ[i][0], differ[i][1]))
			fail_msg("%s | %s", differ[i][0], differ[i][1]);
}

static void logfilter_that_leaves_out_a_write_reads_a_part(void **state)
{
	static const struct {
		const char *filter;
		const char *part;
	} cases[] = {
		{"(&(objectClass=auditWriteObject)(reqResult=0))", NULL},
		{"( & (reqresult=0) (objectclass=AUDITWRITEOBJECT) )", NULL},
		{"(objectClass=*)", NULL},
		{"(&(objectClass=auditObject)(!(reqResult=1)))", NULL},
		{"(|(reqType=add)(reqType=modify)(reqType=delete)(objectClass=auditModRDN))", NULL},
		{"(reqType=add)", "logfilter"},
		{"(|(reqType=add)(reqType=modify)(reqType=delete))", "logfilter"},
		{"(&(objectClass=auditModify)(reqResult=0))", "logfilter"},
		{"(&(objectClass=auditWriteObject)(reqResult=0)(!(reqType=delete)))", "logfilter"},
		{"(&(objectClass=auditWriteObject)(reqResult=32))", "logfilter"},
		{"(&(objectClass=auditWriteObject)(reqDN=cn=x))", "logfilter"},
		{"(&(objectClass=auditWriteObject)(!(reqDN=cn=x)))", "logfilter"},
		/* delete, auditDelete and 0 in other words */
		{"(!(reqType=\\64elete))", "logfilter"},
		{"(!(reqType=del*))", "logfilter"},
		{"(!(objectClass=1.3.6.1.4.1.4203.666.11.5.2.8))", "logfilter"},
		{"(!(objectClass=auditD*))", "logfilter"},
		{"(!(reqResult=\\30))", "logfilter"},
		{"(!(reqResult=00))", "logfilter"},
	};
	AUTO(Pool) *pool = pool_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *words =
			pool_printf(pool, "logbase=cn=log logfilter=\"%s\"", cases[i].filter);
		const Syncrepl plain = parsed(pool, words);
		const Syncrepl delta =
			parsed(pool, pool_printf(pool, "%s syncdata=accesslog", words));
		const char *part = syncrepl_partial(pool, &delta);

		assert_null(syncrepl_partial(pool, &plain)); /* the log is not read */
		if (!cases[i].part)
			assert_null(part);
		else if (!part || strcmp(part, cases[i].part) != 0)
			fail_msg("%s", cases[i].filter);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spelling_is_no_difference),
		cmocka_unit_test(an_absent_keyword_equals_its_default),
		cmocka_unit_test(a_change_of_meaning_is_a_difference),
		cmocka_unit_test(logfilter_that_leaves_out_a_write_reads_a_part),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

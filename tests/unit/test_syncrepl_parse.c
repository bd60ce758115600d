/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/syncrepl/syncrepl.h"

#define REQUIRED "rid=001 provider=ldap://a searchbase=\"dc=x\" "

static int parse(Pool *pool, const char *text, Syncrepl *ret, Error *err)
{
	*err = (Error){0};
	return syncrepl_parse(pool, text, ret, err);
}

static void keywords_are_found_in_any_order_and_case(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Syncrepl syncrepl;
	Error err;

	(void)state;
	assert_int_equal(parse(pool,
			       "{3}SearchBase=\"DC=x\" RID=007 tYpe=refreshOnly "
			       "PROVIDER=ldap://a:1 attrsOnly URI=ldap://b",
			       &syncrepl, &err),
			 0);
	assert_int_equal(syncrepl_rid(&syncrepl), 7);
	assert_string_equal(syncrepl.value[SYNCREPL_SEARCHBASE], "DC=x");
	assert_string_equal(syncrepl.value[SYNCREPL_PROVIDER], "ldap://b");
	assert_string_equal(syncrepl.value[SYNCREPL_ATTRSONLY], "");
	assert_null(syncrepl.value[SYNCREPL_RETRY]);
}

static void the_last_of_two_equal_keywords_wins_but_lists_add_up(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Syncrepl syncrepl;
	Error err;

	(void)state;
	assert_int_equal(parse(pool, REQUIRED "rid=2 attrs=cn attrs=sn", &syncrepl, &err), 0);
	assert_int_equal(syncrepl_rid(&syncrepl), 2);
	assert_string_equal(syncrepl.value[SYNCREPL_ATTRS], "cn,sn");
}

static void what_slapd_refuses_is_refused(void **state)
{
	static const char *const refused[] = {
		"",
		"   ",
		"rid=1 provider=ldap://a",
		"rid=1 searchbase=dc=x",
		"provider=ldap://a searchbase=dc=x",
		"rid=1 uri=ldap://a searchbase=dc=x",
		"rid = 1 provider=ldap://a searchbase=dc=x",
		REQUIRED "rid=1000",
		REQUIRED "rid=-1",
		REQUIRED "rid=0x1",
		REQUIRED "rid=",
		REQUIRED "nosuchkw=1",
		REQUIRED "updatedn=cn=x",
		REQUIRED "type=persist",
		REQUIRED "interval=soon",
		REQUIRED "interval=1:2:3",
		REQUIRED "interval=0:25:0:0",
		REQUIRED "retry=5",
		REQUIRED "retry=\"5 0\"",
		REQUIRED "retry=\"x +\"",
		REQUIRED "scope=all",
		REQUIRED "keepalive=1",
		REQUIRED "keepalive=1:2:-3",
		REQUIRED "starttls=true",
		REQUIRED "bindmethod=external",
		REQUIRED "binddn=nodn",
		REQUIRED "authzid=nodn",
		REQUIRED "manageDSAit=2",
		REQUIRED "manageDSAit=yes",
		REQUIRED "sizelimit=-1",
		REQUIRED "timelimit=all",
		REQUIRED "filter=(cn=a",
		REQUIRED "filter=\" (cn=a)\"",
		REQUIRED "filter=(cn=a**b)",
		REQUIRED "filter=(cn;=a)",
		REQUIRED "filter=(1..2=a)",
		REQUIRED "filter=(:=a)",
		REQUIRED "filter=(cn=a)(sn=b)",
		REQUIRED "filter=(!(cn=a)(sn=b))",
		REQUIRED "filter=",
		REQUIRED "binddn=cn=",
		REQUIRED "binddn=cn=#0403616263",
		REQUIRED "searchbase=nodn",
		REQUIRED "version=2",
		REQUIRED "timeout=3s",
		REQUIRED "tcp-user-timeout=-1",
		REQUIRED "provider=http://a",
		REQUIRED "provider=\"ldap://a ldap://b\"",
		REQUIRED "attrsonly \"\"",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
		AUTO(Pool) *pool = pool_new();
		Syncrepl syncrepl = {.value = {[SYNCREPL_RID] = "untouched"}};
		Error err;

		if (parse(pool, refused[i], &syncrepl, &err) == 0)
			fail_msg("accepted: %s", refused[i]);
		assert_int_equal(err.class, ERROR_REFUSED);
		assert_string_equal(syncrepl.value[SYNCREPL_RID], "untouched");
	}
}

static void what_slapd_accepts_is_accepted(void **state)
{
	static const char *const accepted[] = {
		REQUIRED "rid=\" +7\"",
		REQUIRED "type=refreshOnlyWhatever",
		REQUIRED "type=refreshAndPersist interval=garbage",
		REQUIRED "interval=",
		REQUIRED "interval=1d2h",
		REQUIRED "interval=0:24:60:60",
		REQUIRED "retry=undefined",
		REQUIRED "retry=\"5,5 60\t+ x y\"",
		REQUIRED "retry=\"\"",
		REQUIRED "scope=SUBTREE",
		REQUIRED "schemachecking=no",
		REQUIRED "attrsonlyplease",
		REQUIRED "strictrefresh=no",
		REQUIRED "keepalive=::",
		REQUIRED "timeout=0x10",
		REQUIRED "syncdata=whatever",
		REQUIRED "tls_reqcert=bogus tls_cert=nowhere",
		REQUIRED "secprops=bogus saslmech=\"\"",
		REQUIRED "authzid=u:someone",
		REQUIRED "authzid=\"dn:cn=someone\"",
		REQUIRED "filter=\"(&(cn=a*)(!(sn=b))(|(x>=1)(cn:caseExactMatch:=y)))\"",
		REQUIRED "filter=cn=a",
		REQUIRED "credentials=\"a\\\"b\"",
		REQUIRED "version=3",
		REQUIRED "filter=(cn:dn:=a)",
		REQUIRED "filter=(cn::=a)",
		REQUIRED "filter=(&)",
		REQUIRED "authzid=u:",
		REQUIRED "authzid=\"\"",
		"provider=nourl version=2 filter=) " REQUIRED "filter=cn=a version=3",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(accepted); i++) {
		AUTO(Pool) *pool = pool_new();
		Syncrepl syncrepl;
		Error err;

		if (parse(pool, accepted[i], &syncrepl, &err) < 0)
			fail_msg("refused: %s: %s", accepted[i], err.text);
	}
}

static void no_message_shows_a_part_of_the_value(void **state)
{
	static const char *const leaking[] = {
		REQUIRED "credentials=\"my\" canary\"",
		REQUIRED "binddn=canary",
		REQUIRED "bindmethod=canary",
		REQUIRED "filter=canary",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(leaking); i++) {
		AUTO(Pool) *pool = pool_new();
		Syncrepl syncrepl;
		Error err;

		assert_int_equal(parse(pool, leaking[i], &syncrepl, &err), -1);
		assert_null(strstr(err.text, "canary"));
		assert_true(strlen(err.text) > 0);
	}
}

static void numbers_are_read_in_the_base_that_slapd_uses(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Syncrepl syncrepl;
	Error err;

	(void)state;
	assert_int_equal(parse(pool,
			       REQUIRED "timeout=010 network-timeout=0x10 sizelimit=010 "
					"interval=00:01:00:01",
			       &syncrepl, &err),
			 0);
	assert_int_equal(syncrepl_number(&syncrepl, SYNCREPL_TIMEOUT), 8);
	assert_int_equal(syncrepl_number(&syncrepl, SYNCREPL_NETWORK_TIMEOUT), 16);
	assert_int_equal(syncrepl_number(&syncrepl, SYNCREPL_SIZELIMIT), 10);
	assert_int_equal(syncrepl_number(&syncrepl, SYNCREPL_INTERVAL), 3601);
	assert_int_equal(syncrepl_number(&syncrepl, SYNCREPL_TIMELIMIT), 0);
}

static void every_flag_is_found_however_it_goes_on(void **state)
{
	(void)state;
	for (SyncreplKeyword keyword = 0; keyword < SYNCREPL_KEYWORD_COUNT; keyword++) {
		AUTO(Pool) *pool = pool_new();
		const char *name = syncrepl_keyword_name(keyword);
		Syncrepl syncrepl;
		Error err;

		if (syncrepl_keyword_kind(keyword) != SYNCREPL_KIND_FLAG)
			continue;
		assert_int_equal(
			parse(pool, pool_printf(pool, REQUIRED "%s=no", name), &syncrepl, &err), 0);
		assert_string_equal(syncrepl.value[keyword], "");
	}
}

static void what_another_value_has_too_is_shared_with_it(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Syncrepl one, other;
	Error err;

	(void)state;
	assert_int_equal(parse(pool, REQUIRED "retry=\"5 +\" timeout=3 attrs=cn", &one, &err), 0);
	assert_int_equal(
		syncrepl_parse_like(pool,
				    "rid=002 provider=ldap://b searchbase=dc=x retry=\"5 +\" "
				    "timeout=4 attrs=cn attrs=sn",
				    &one, &other, &err),
		0);
	assert_ptr_equal(other.value[SYNCREPL_RETRY], one.value[SYNCREPL_RETRY]);
	assert_string_equal(other.value[SYNCREPL_TIMEOUT], "4");
	assert_string_equal(other.value[SYNCREPL_ATTRS], "cn,sn");
	assert_string_equal(other.value[SYNCREPL_PROVIDER], "ldap://b");
	assert_null(other.value[SYNCREPL_BINDDN]);
}

/* Behind refreshAndPersist slapd takes any interval: that says nothing of another value. */
static void an_interval_that_was_not_read_is_judged_where_it_is(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Syncrepl one, other;
	Error err;

	(void)state;
	assert_int_equal(parse(pool, REQUIRED "type=refreshAndPersist interval=never", &one, &err),
			 0);
	assert_int_equal(syncrepl_parse_like(pool, REQUIRED "interval=never", &one, &other, &err),
			 -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keywords_are_found_in_any_order_and_case),
		cmocka_unit_test(the_last_of_two_equal_keywords_wins_but_lists_add_up),
		cmocka_unit_test(what_slapd_refuses_is_refused),
		cmocka_unit_test(what_slapd_accepts_is_accepted),
		cmocka_unit_test(no_message_shows_a_part_of_the_value),
		cmocka_unit_test(numbers_are_read_in_the_base_that_slapd_uses),
		cmocka_unit_test(every_flag_is_found_however_it_goes_on),
		cmocka_unit_test(what_another_value_has_too_is_shared_with_it),
		cmocka_unit_test(an_interval_that_was_not_read_is_judged_where_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

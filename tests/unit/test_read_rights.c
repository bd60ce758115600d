/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/access/access.h"
#include "tests/unit/attribute.h"

#define SUFFIX "dc=x"
#define REPL   "cn=repl,dc=x"
#define OTHER  "cn=other,dc=x"
#define ADMIN  "cn=admin,dc=x"
#define ROOT   "gidNumber=0+uidNumber=0,cn=peercred,cn=external,cn=auth"

typedef struct Case {
	const char *database[5];
	const char *frontend[3];
	const char *hidden; /* what is denied; NULL: something */
	int index;          /* of the value that says so */
} Case;

static AccessLists lists_of(Pool *pool, const Case *one)
{
	return (AccessLists){.suffix = SUFFIX,
			     .root_dn = ADMIN,
			     .database = attribute_of(pool, one->database),
			     .frontend = attribute_of(pool, one->frontend)};
}

static void check_cases(const Case *cases, size_t n_cases, ReadOutcome outcome)
{
	for (size_t i = 0; i < n_cases; i++) {
		AUTO(Pool) *pool = pool_new();
		const AccessLists lists = lists_of(pool, &cases[i]);
		const ReadRights rights = read_rights_judge(pool, &lists, REPL);
		const char *first = cases[i].database[0] ? cases[i].database[0] : "";

		if (rights.outcome != outcome)
			fail_msg("case %zu: %s: outcome %d", i, first, rights.outcome);
		if (cases[i].hidden && strcmp(cases[i].hidden, rights.hidden) != 0)
			fail_msg("case %zu: %s: hides %s", i, first, rights.hidden);
		if (outcome != READS_EVERYTHING && rights.place.is_rule &&
		    (int)rights.place.index != cases[i].index)
			fail_msg("case %zu: %s: value %zu", i, first, rights.place.index);
	}
}

static void whole_access_is_recognised(void **state)
{
	static const Case cases[] = {
		{{NULL}, {NULL}, NULL, 0},
		{{"{0}to *  by dn.base=\"" REPL "\" read  by * +0 break"}, {NULL}, NULL, 0},
		{{"{0}to * by dn.exact=\"CN=Repl, DC=x\" read by * break"}, {NULL}, NULL, 0},
		{{"{0}to * by * read"}, {NULL}, NULL, 0},
		{{"to * by users read"}, {NULL}, NULL, 0},
		{{"to * by anonymous auth by users =rscxd by * none"}, {NULL}, NULL, 0},
		{{"to * by dn.subtree=\"dc=x\" manage"}, {NULL}, NULL, 0},
		{{"to * by dn=\"" OTHER "\" none by dn=\"" REPL "\" write"}, {NULL}, NULL, 0},
		{{"to * by self write by * read"}, {NULL}, NULL, 0},
		{{"to * by group=\"cn=g,dc=x\" write by users +rs stop"}, {NULL}, NULL, 0},
		{{"{0}to attrs=userPassword by dn=\"" REPL "\" read by self =xw by * auth",
		  "{1}to * by * read"},
		 {NULL},
		 NULL,
		 0},
		{{"{0}to dn.base=\"\" by * break", "{1}to * by users read"}, {NULL}, NULL, 0},
		{{"{0}to * by * +0 break", "{1}to * by users read"}, {NULL}, NULL, 0},
		/* the end of the list is the frontend's */
		{{NULL}, {"to * by * read"}, NULL, 0},
		{{"to attrs=userPassword by users read"}, {"to * by users read"}, NULL, 0},
		{{"to * by dn.exact=\"" REPL "\" read by * break"},
		 {"to attrs=userPassword by * none", "to * by * read"},
		 NULL,
		 0},
		/* what other entries and other databases hide */
		{{"to dn.base=\"\" by * none", "to * by * read"}, {NULL}, NULL, 0},
		{{"to dn.subtree=\"dc=y\" by * none", "to * by * read"}, {NULL}, NULL, 0},
		{{"to dn.subtree=\"dc=x\" by * read"}, {NULL}, NULL, 0},
		{{"to attrs=children by * none", "to * by * read"}, {NULL}, NULL, 0},
		/* a value in front that lets it in */
		{{"to dn.subtree=\"ou=a,dc=x\" by users read",
		  "to dn.children=\"ou=a,dc=x\" by * none", "to * by * read"},
		 {NULL},
		 NULL,
		 0},
		{{"to * by * =rs break", "to attrs=cn by users +cxd", "to * by * +0"},
		 {NULL},
		 NULL,
		 0},
		/* the last of its clauses that goes on decides */
		{{"to * by users =rs continue by * +c"}, {NULL}, NULL, 0},
		{{"to * by dn.regex=\".*\" read"}, {NULL}, NULL, 0},
		{{"to dn.regex=* by dn=\"" REPL "\" read", "to * by * none"}, {NULL}, NULL, 0},
		{{"to dn.children=\"\" by * none", "to * by * read"}, {NULL}, NULL, 0},
		{{"to attrs=cn attrs=sn by dn=\"" REPL "\" read by * none", "to * by * read"},
		 {NULL},
		 NULL,
		 0},
		{{"to filter=(cn=x) by users read", "to * by * read"}, {NULL}, NULL, 0},
		/* osixia, with the account put in front as its README says */
		{{"{0}to * by dn.exact=" ROOT " manage by * break",
		  "{1}to attrs=userPassword,shadowLastChange by dn=\"" REPL
		  "\" read by self write by "
		  "dn=\"cn=admin,dc=y\" write by anonymous auth by * none",
		  "{2}to * by self read by dn=\"cn=admin,dc=y\" write by dn=\"" REPL
		  "\" read by * none"},
		 {NULL},
		 NULL,
		 0},
	};

	(void)state;
	check_cases(cases, ARRAY_SIZE(cases), READS_EVERYTHING);
}

static void what_is_surely_hidden_is_named(void **state)
{
	static const Case cases[] = {
		/* Debian's */
		{{"{0}to attrs=userPassword by self write by anonymous auth by * none",
		  "{1}to attrs=shadowLastChange by self write by * read", "{2}to * by * read"},
		 {NULL},
		 "userPassword",
		 0},
		/* the order of the guides that protect the shadow attributes first */
		{{"{0}to attrs=shadowLastChange by self write by * read",
		  "{1}to attrs=userPassword by self write by anonymous auth by * none",
		  "{2}to * by * read"},
		 {NULL},
		 "userPassword",
		 1},
		/* osixia, and most guides: the account is nowhere named */
		{{"{0}to * by dn.exact=" ROOT " manage by * break",
		  "{1}to attrs=userPassword,shadowLastChange by self write by dn=\"cn=admin,dc=y\" "
		  "write by anonymous auth by * none",
		  "{2}to * by self read by dn=\"cn=admin,dc=y\" write by * none"},
		 {NULL},
		 "entries",
		 2},
		/* the account may read all but what the value in front protects */
		{{"{0}to attrs=userPassword,shadowLastChange by anonymous auth by * none",
		  "{1}to * by dn.base=\"" REPL "\" read by users read"},
		 {NULL},
		 "userPassword",
		 0},
		/* Samba's hashes */
		{{"{0}to attrs=userPassword by dn.exact=\"" REPL "\" read by * auth",
		  "{1}to attrs=sambaNTPassword,sambaLMPassword by self write by * none",
		  "{2}to * by * read"},
		 {NULL},
		 "sambaNTPassword",
		 1},
		/* the frontend's */
		{{NULL},
		 {"to attrs=userPassword by self write by * auth", "to * by * read"},
		 "userPassword",
		 0},
		/* subtrees and single entries */
		{{"to dn.subtree=\"ou=sudo,dc=x\" by dn=\"cn=sudo,dc=x\" read", "to * by * read"},
		 {NULL},
		 "entries below ou=sudo,dc=x",
		 0},
		{{"to dn.base=\"ou=a,dc=x\" by * none", "to * by * read"}, {NULL}, "ou=a,dc=x", 0},
		{{"to dn.exact=\"cn=a,dc=x\" attrs=mail by * none", "to * by * read"},
		 {NULL},
		 "mail of cn=a,dc=x",
		 0},
		{{"to dn.base=\"dc=x\" by * none", "to * by * read"},
		 {NULL},
		 "the suffix entry",
		 0},
		{{"to * by self none by users read"}, {NULL}, "its own entry", 0},
		/* its own password, behind by self */
		{{"to attrs=userPassword by self =xw by dn=\"" REPL "\" read by anonymous auth",
		  "to * by * read"},
		 {NULL},
		 "userPassword of its own entry",
		 0},
		/* nobody lets it in */
		{{"to * by dn.exact=\"" OTHER "\" read"}, {NULL}, "entries", 0},
		{{"to * by dn.exact=\"" REPL "\" search"}, {NULL}, "entries", 0},
		{{"to * by dn.exact=\"" REPL "\" -rs"}, {NULL}, "entries", 0},
		{{"to * by dn.exact=\"" REPL "\""}, {NULL}, "entries", 0},
		{{"to * by anonymous read"}, {NULL}, "entries", 0},
		{{"to * by dn.exact=\"" REPL "\" read break"}, {NULL}, "entries", 0},
		{{"to * by dn.exact=\"" REPL "\" read continue"}, {NULL}, "entries", 0},
		{{"to attrs=cn by * read"}, {NULL}, "entries", 0},
		/* slapd finds nothing below an empty name */
		{{"to dn.children=\"\" by dn=\"" REPL "\" read", "to * by * none"},
		 {NULL},
		 "entries",
		 1},
		/* several lists are one */
		{{"to attrs=cn attrs=mail,sn by * none", "to * by * read"}, {NULL}, "cn", 0},
		{{"to attrs=cn dn.base=\"dc=x\" attrs=sn by dn=\"" REPL "\" read",
		  "to attrs=sn by * none", "to * by * read"},
		 {NULL},
		 "sn",
		 1},
		{{"to * by * break"}, {NULL}, "entries", 0},
		{{"to *"}, {NULL}, "entries", 0},
		{{"to * by * read break", "to attrs=cn by * none", "to * by * +0"},
		 {NULL},
		 "cn",
		 1},
	};

	(void)state;
	check_cases(cases, ARRAY_SIZE(cases), READS_DENIED);
}

static void what_only_the_server_can_tell_is_not_proven(void **state)
{
	static const Case cases[] = {
		{{"to attrs=userPassword by group.exact=\"cn=g,dc=x\" read by self write by * auth",
		  "to * by * read"},
		 {NULL},
		 NULL,
		 0},
		{{"to * by group/groupOfNames/member=\"cn=g,dc=x\" read by * none"},
		 {NULL},
		 NULL,
		 0},
		{{"to * by * break", "to * by set=\"user/memberOf & [cn=g,dc=x]\" read"},
		 {NULL},
		 NULL,
		 1},
		{{"to * by group=\"cn=g,dc=x\" none by users read"}, {NULL}, NULL, 0},
		{{"to * by dn.regex=\"^cn=.*\" auth by users read"}, {NULL}, NULL, 0},
		/* which means nobody there, and every entry behind "to" */
		{{"to * by dn.regex=\"*\" read"}, {NULL}, NULL, 0},
		{{"to * by dn.exact=\"" REPL "\" peername.ip=10.0.0.0%255.0.0.0 read"},
		 {NULL},
		 NULL,
		 0},
		{{"to * by dn.exact=\"" REPL "\" ssf=128 read"}, {NULL}, NULL, 0},
		{{"to * by dnattr=owner read"}, {NULL}, NULL, 0},
		{{"to * by dn.exact=\"" REPL "\" selfread"}, {NULL}, NULL, 0},
		{{"to * by dn.exact=\"" REPL "\" =r"}, {NULL}, NULL, 0},
		{{"to filter=(objectClass=person) by * none", "to * by * read"}, {NULL}, NULL, 0},
		{{"to dn.regex=\"^cn=[^,]+,dc=x$\" by self write", "to * by * read"},
		 {NULL},
		 NULL,
		 0},
		{{"to attrs=@posixAccount by * none", "to * by * read"}, {NULL}, NULL, 0},
		{{"to attrs=userPassword val.regex=\"^.CRYPT.*\" by * none", "to * by * read"},
		 {NULL},
		 NULL,
		 0},
		{{"to * by group=\"cn=g,dc=x\" +0 break by users read", "to * by * none"},
		 {NULL},
		 NULL,
		 0},
		{{"by * read"}, {NULL}, NULL, 0},
	};

	(void)state;
	check_cases(cases, ARRAY_SIZE(cases), READS_NOT_PROVEN);
}

/* Somebody who looks as the identity sees that an attribute is there, not which of its values. */
static void what_no_look_shows_is_told_apart(void **state)
{
	static const struct {
		const char *value;
		AccessUnseen unseen;
	} cases[] = {
		{"to * by group=\"cn=g,dc=x\" read", ACCESS_UNSEEN_NOTHING},
		{"to * by dnattr=owner read", ACCESS_UNSEEN_NOTHING},
		{"to * by dn=\"" REPL "\" peername.ip=10.0.0.0%255.0.0.0 read",
		 ACCESS_UNSEEN_CONNECTION},
		{"to * by dn=\"" REPL "\" tls_ssf=128 read", ACCESS_UNSEEN_CONNECTION},
		{"to attrs=member val.exact=\"cn=a,dc=x\" by * none", ACCESS_UNSEEN_VALUES},
		{"to attrs=member val/distinguishedNameMatch=\"cn=a,dc=x\" by * none",
		 ACCESS_UNSEEN_VALUES},
		{"to attrs=member by dnattr=member selfdisclose by * read", ACCESS_UNSEEN_VALUES},
		{"to * by realselfwrite by * none", ACCESS_UNSEEN_VALUES},
		{"to * by aci none by * read", ACCESS_UNSEEN_VALUES},
		{"to * by dynacl/aci none by * read", ACCESS_UNSEEN_VALUES},
		{"to * by self.level{1} none by * read", ACCESS_UNSEEN_NOTHING},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		AUTO(Pool) *pool = pool_new();
		const Case one = {{cases[i].value, "to * by * read"}, {NULL}, NULL, 0};
		const AccessLists lists = lists_of(pool, &one);
		const ReadRights rights = read_rights_judge(pool, &lists, REPL);

		assert_int_equal(rights.outcome, READS_NOT_PROVEN);
		if (rights.unseen != cases[i].unseen)
			fail_msg("%s: %d", cases[i].value, rights.unseen);
	}
}

static void nothing_keeps_the_rootdn_out(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const Case nobody = {{"to * by * none"}, {NULL}, NULL, 0};
	const AccessLists lists = lists_of(pool, &nobody);

	(void)state;
	assert_int_equal(read_rights_judge(pool, &lists, "CN=Admin, DC=x").outcome,
			 READS_EVERYTHING);
	assert_int_equal(read_rights_judge(pool, &lists, REPL).outcome, READS_DENIED);
}

static void more_values_than_are_judged_prove_nothing(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Entry entry = {0};
	AccessLists lists = {.suffix = SUFFIX};
	static const char value[] = "to * by * read";

	(void)state;
	for (int i = 0; i < 101; i++)
		entry_add_value(pool, &entry, "olcAccess", value, strlen(value));
	lists.database = entry_attribute(&entry, "olcAccess");
	assert_int_equal(read_rights_judge(pool, &lists, REPL).outcome, READS_NOT_PROVEN);
}

/* --- what is added --- */

typedef struct GrantCase {
	const char *database[5];
	size_t index;
	const char *value; /* NULL: no form leaves all that it has */
} GrantCase;

static void check_grants(const GrantCase *cases, size_t n_cases)
{
	for (size_t i = 0; i < n_cases; i++) {
		AUTO(Pool) *pool = pool_new();
		const AccessLists lists = {.suffix = SUFFIX,
					   .database = attribute_of(pool, cases[i].database)};
		const AccessGrant grant = access_grant(pool, &lists, REPL);

		assert_int_equal(grant.takes_rights, !cases[i].value);
		assert_int_equal(grant.n_additions, 1);
		if (!cases[i].value)
			continue;
		assert_string_equal(grant.additions[0].value, cases[i].value);
		assert_int_equal(grant.additions[0].index, cases[i].index);
	}
}

#define WHOLE       "to * by dn.exact=\"" REPL "\" read by * break"
#define SPARES_SELF "to * by self break by dn.exact=\"" REPL "\" read by * break"

static void what_is_added_leaves_every_right_that_there_is(void **state)
{
	static const GrantCase cases[] = {
		{{"to * by dn=\"" OTHER "\" read"}, 0, WHOLE},
		/* its own entry stays its own */
		{{"to attrs=userPassword by self write by anonymous auth by * none",
		  "to * by * read"},
		 0,
		 SPARES_SELF},
		/* it may write: only where it may not read yet */
		{{"to attrs=userPassword by anonymous auth by * none",
		  "to * by dn.exact=\"" REPL "\" write by * read"},
		 0,
		 "to attrs=userPassword by dn.exact=\"" REPL "\" read by * break"},
		{{"to * by dn.exact=" ROOT " manage by * break",
		  "to dn.subtree=\"ou=a b,dc=x\" attrs=mail by * none", "to * by users write"},
		 1,
		 "to dn.subtree=\"ou=a b,dc=x\" attrs=mail by dn.exact=\"" REPL
		 "\" read by * break"},
		/* it may be in the group */
		{{"to attrs=userPassword by self write by * auth",
		  "to * by group=\"cn=g,dc=x\" write by * read"},
		 0,
		 "to attrs=userPassword by self break by dn.exact=\"" REPL "\" read by * break"},
		{{"to * by group=\"cn=g,dc=x\" write by * none"}, 0, NULL},
		{{"to * by dn.exact=\"" REPL "\" =xw"}, 0, NULL},
		{{"to attrs=userPassword by self =xw by * none", "to * by * read"}, 0, NULL},
	};

	(void)state;
	check_grants(cases, ARRAY_SIZE(cases));
}

static void each_value_that_hides_gets_one_before_it(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const Case writer = {{"to attrs=userPassword by * auth", "to attrs=mail by * none",
			      "to * by users write"},
			     {NULL},
			     NULL,
			     0};
	const AccessLists lists = lists_of(pool, &writer);
	const AccessGrant grant = access_grant(pool, &lists, REPL);

	(void)state;
	assert_false(grant.takes_rights);
	assert_int_equal(grant.n_additions, 2);
	assert_int_equal(grant.additions[0].index, 0);
	assert_int_equal(grant.additions[1].index, 2);
}

static void who_may_read_everything_gets_nothing(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const Case none = {{NULL}, {NULL}, NULL, 0};
	const AccessLists lists = lists_of(pool, &none);

	(void)state;
	assert_int_equal(access_grant(pool, &lists, REPL).n_additions, 0);
}

static void a_first_value_would_take_what_everybody_has(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const Case none = {{NULL}, {NULL}, NULL, 0};
	const AccessLists lists = lists_of(pool, &none);

	(void)state;
	assert_false(read_rights_survive(pool, &lists, 0, WHOLE, REPL));
}

/* Who sees that the suffix entry is there, whatever else is hidden. */
static void the_suffix_entry_is_seen_or_it_is_not_sure(void **state)
{
	static const struct {
		Case lists;
		bool is_seen;
	} cases[] = {
		{{{NULL}, {NULL}, NULL, 0}, true},
		{{{"to attrs=userPassword by * none", "to * by * read"}, {NULL}, NULL, 0}, true},
		{{{"to dn.subtree=\"ou=a,dc=x\" by * none", "to * by users read"}, {NULL}, NULL, 0},
		 true},
		{{{"to attrs=entry,objectClass by * read", "to * by * none"}, {NULL}, NULL, 0},
		 true},
		{{{"to dn.base=\"dc=x\" by dn.exact=\"" ROOT "\" read by * break",
		   "to * by * none"},
		  {NULL},
		  NULL,
		  0},
		 true},
		{{{"to * by dn.exact=\"" REPL "\" read by anonymous auth by * none"},
		  {NULL},
		  NULL,
		  0},
		 false},
		{{{"to * by group=\"cn=g,dc=x\" read"}, {NULL}, NULL, 0}, false},
		{{{"to dn.base=\"dc=x\" by * search", "to * by * read"}, {NULL}, NULL, 0}, false},
		{{{"to attrs=objectClass by * none", "to * by * read"}, {NULL}, NULL, 0}, false},
		{{{NULL}, {"to * by dn=\"" REPL "\" read"}, NULL, 0}, false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		AUTO(Pool) *pool = pool_new();
		const AccessLists lists = lists_of(pool, &cases[i].lists);

		if (read_rights_see_suffix(pool, &lists, ROOT) != cases[i].is_seen)
			fail_msg("case %zu", i);
		assert_true(read_rights_see_suffix(pool, &lists, ADMIN));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_access_is_recognised),
		cmocka_unit_test(what_is_surely_hidden_is_named),
		cmocka_unit_test(what_only_the_server_can_tell_is_not_proven),
		cmocka_unit_test(what_no_look_shows_is_told_apart),
		cmocka_unit_test(nothing_keeps_the_rootdn_out),
		cmocka_unit_test(more_values_than_are_judged_prove_nothing),
		cmocka_unit_test(what_is_added_leaves_every_right_that_there_is),
		cmocka_unit_test(each_value_that_hides_gets_one_before_it),
		cmocka_unit_test(who_may_read_everything_gets_nothing),
		cmocka_unit_test(a_first_value_would_take_what_everybody_has),
		cmocka_unit_test(the_suffix_entry_is_seen_or_it_is_not_sure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

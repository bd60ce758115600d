/* SPDX-License-Identifier: Apache-2.0 */
#include "common/slapd/access.h"

#include <string.h>
#include <strings.h>

#include "common/base/buf.h"
#include "common/slapd/config_words.h"
#include "common/slapd/selector.h"

/* What happens to the identity at one "by" clause (slapd.access(5)). */
typedef enum Control {
	CONTROL_STOP,
	CONTROL_CONTINUE,
	CONTROL_BREAK,
} Control;

typedef struct ByClause {
	SelectorMatch who;
	bool gives_read;
	Control control;
} ByClause;

/* What one olcAccess value does for the identity, wherever its "to" applies. */
typedef enum Verdict {
	VERDICT_READS,  /* it may read what the value covers */
	VERDICT_PASSES, /* the values behind decide, surely or perhaps */
	VERDICT_DENIED, /* not proven that it may */
} Verdict;

/* Whose rights are asked for, and whether in its own entry: there it is "self". */
typedef struct Reader {
	const char *dn;
	bool is_self;
} Reader;

static SelectorMatch who_match(const char *who, const Reader *reader)
{
	if (reader->is_self && strcasecmp(who, "self") == 0)
		return SELECTOR_YES;
	if (strcmp(who, "*") == 0 || strcasecmp(who, "users") == 0)
		return SELECTOR_YES;
	if (strcasecmp(who, "anonymous") == 0)
		return SELECTOR_NO;
	/* self is right for the identity's own entry and wrong for all others; groups, sets,
	 * addresses and the rest are for the server to judge. */
	return selector_dn_match(who, reader->dn);
}

static SelectorMatch who_and(SelectorMatch one, SelectorMatch other)
{
	if (one == SELECTOR_NO || other == SELECTOR_NO)
		return SELECTOR_NO;
	return one == SELECTOR_YES && other == SELECTOR_YES ? SELECTOR_YES : SELECTOR_UNKNOWN;
}

static bool is_one_of(const char *word, const char *const *list)
{
	for (; *list; list++)
		if (strcasecmp(word, *list) == 0)
			return true;
	return false;
}

/* Privileges like "=rscxd" or "+rs"; reading takes finding as well. */
static bool is_privilege(const char *word)
{
	return strchr("=+-", *word) && word[1] &&
	       word[1 + strspn(word + 1, "mwazrscxdMWAZRSCXD0")] == '\0';
}

static bool privilege_gives_read(const char *word)
{
	return *word != '-' && strpbrk(word, "rR") && strpbrk(word, "sS");
}

/* Takes a word that is an access level or a control; false when it is part of the "who". */
static bool by_take_word(ByClause *by, const char *word)
{
	static const char *const reading[] = {"read", "write", "add", "delete", "manage", NULL};
	static const char *const lesser[] = {"none", "disclose", "auth", "compare", "search", NULL};
	static const char *const controls[] = {
		[CONTROL_STOP] = "stop",
		[CONTROL_CONTINUE] = "continue",
		[CONTROL_BREAK] = "break",
	};

	for (size_t i = 0; i < ARRAY_SIZE(controls); i++)
		if (strcasecmp(word, controls[i]) == 0) {
			by->control = (Control)i;
			return true;
		}
	if (is_one_of(word, reading) || (is_privilege(word) && privilege_gives_read(word)))
		by->gives_read = true;
	else if (!is_one_of(word, lesser) && !is_privilege(word))
		return false;
	return true;
}

/* Reads one clause up to the next "by"; false at the end of the value. *word is the word reached.
 */
static bool by_read(char **rest, const char **word, const Reader *reader, ByClause *ret)
{
	*ret = (ByClause){.who = SELECTOR_YES};
	if (!*word)
		return false;
	for (*word = config_next_word(rest); *word && strcasecmp(*word, "by") != 0;
	     *word = config_next_word(rest))
		if (!by_take_word(ret, *word))
			ret->who = who_and(ret->who, who_match(*word, reader));
	return true;
}

static Verdict bys_judge(char *rest, const char *word, const char *dn)
{
	const Reader reader = {.dn = dn};
	bool may_pass = false;
	ByClause by;

	while (by_read(&rest, &word, &reader, &by)) {
		if (by.who == SELECTOR_NO || by.control == CONTROL_CONTINUE)
			continue;
		if (by.control == CONTROL_BREAK) {
			if (by.who == SELECTOR_YES)
				return VERDICT_PASSES;
			may_pass = true;
			continue;
		}
		if (!by.gives_read)
			return VERDICT_DENIED;
		if (by.who == SELECTOR_YES)
			return may_pass ? VERDICT_PASSES : VERDICT_READS;
	}
	/* The unwritten end of every list is "by * none stop". */
	return VERDICT_DENIED;
}

/* Judges one value; *ret_all is true when it covers every entry and attribute. */
static Verdict value_judge(char *rest, const char *dn, bool *ret_all)
{
	const char *word = config_next_word(&rest);
	size_t n_whats = 0;

	*ret_all = true;
	if (!word || strcasecmp(word, "to") != 0)
		return VERDICT_DENIED;
	for (word = config_next_word(&rest); word && strcasecmp(word, "by") != 0;
	     word = config_next_word(&rest), n_whats++)
		*ret_all = *ret_all && n_whats == 0 && strcmp(word, "*") == 0;
	return bys_judge(rest, word, dn);
}

bool access_lets_read_all(const Attribute *live, const char *dn)
{
	AUTO(Pool) *scratch = pool_new();

	for (size_t i = 0; live && i < live->n_values; i++) {
		char *value = pool_strdup(scratch, ordered_text(live->values[i].bytes));
		bool covers_all;
		Verdict verdict = value_judge(value, dn, &covers_all);

		if (verdict == VERDICT_DENIED)
			return false;
		if (verdict == VERDICT_READS && covers_all)
			return true;
	}
	return false;
}

/* --- the account's own password --- */

/* Whether a "to" covers userPassword of the account's own entry. */
static SelectorMatch what_match(const char *what, const char *dn)
{
	static const char prefix[] = "attrs=";
	const char *attribute = what + strlen(prefix);

	if (strcmp(what, "*") == 0)
		return SELECTOR_YES;
	if (strncasecmp(what, prefix, strlen(prefix)) != 0)
		return selector_dn_match(what, dn);
	for (; *attribute; attribute += strcspn(attribute, ",") + (strchr(attribute, ',') != NULL))
		if (strcspn(attribute, ",") == strlen("userPassword") &&
		    strncasecmp(attribute, "userPassword", strlen("userPassword")) == 0)
			return SELECTOR_YES;
	/* A class ("@person") may hold it. */
	return strpbrk(what, "@!") ? SELECTOR_UNKNOWN : SELECTOR_NO;
}

/* What the clauses of one value do for the account in its own entry. */
static Verdict own_bys_judge(char *rest, const char *word, const char *dn, bool *ret_unsure)
{
	const Reader reader = {.dn = dn, .is_self = true};
	ByClause by;

	while (by_read(&rest, &word, &reader, &by)) {
		*ret_unsure = *ret_unsure || by.who == SELECTOR_UNKNOWN;
		if (by.who != SELECTOR_YES || by.control == CONTROL_CONTINUE)
			continue;
		if (by.control == CONTROL_BREAK)
			return VERDICT_PASSES;
		return by.gives_read ? VERDICT_READS : VERDICT_DENIED;
	}
	return VERDICT_DENIED;
}

static Verdict own_value_judge(char *rest, const char *dn, bool *ret_unsure)
{
	const char *word = config_next_word(&rest);
	SelectorMatch covers = SELECTOR_YES;
	bool is_unsure = false;
	Verdict verdict;

	for (word = config_next_word(&rest); word && strcasecmp(word, "by") != 0;
	     word = config_next_word(&rest))
		covers = who_and(covers, what_match(word, dn));
	if (covers == SELECTOR_NO)
		return VERDICT_PASSES;
	verdict = own_bys_judge(rest, word, dn, &is_unsure);
	if (covers == SELECTOR_YES && !is_unsure)
		return verdict;
	*ret_unsure = true;
	return VERDICT_PASSES;
}

bool access_hides_own_password(const Attribute *live, const char *dn)
{
	AUTO(Pool) *scratch = pool_new();
	bool is_unsure = false;

	for (size_t i = 0; live && i < live->n_values; i++) {
		char *value = pool_strdup(scratch, ordered_text(live->values[i].bytes));
		const Verdict verdict = own_value_judge(value, dn, &is_unsure);

		if (verdict != VERDICT_PASSES)
			return verdict == VERDICT_DENIED && !is_unsure;
	}
	return live && !is_unsure;
}

const char *access_print(Pool *pool, const char *const *dns, size_t n_dns)
{
	Buf buf = BUF_IN(pool);

	buf_puts(&buf, "to *");
	for (size_t i = 0; i < n_dns; i++)
		buf_printf(&buf, " by %s read", selector_dn_print(pool, dns[i]));
	buf_puts(&buf, " by * break");
	return buf_text(&buf);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "common/probe/probe_read.h"

#include <string.h>

#include "common/base/timestamp.h"
#include "common/probe/schema_digest.h"
#include "common/slapd/dn.h"

/* LDAP results (RFC 4511) */
enum {
	SUCCESS = 0,
	TIME_LIMIT = 3,
	SIZE_LIMIT = 4,
	STRONGER_AUTH_REQUIRED = 8,
	REFERRAL = 10,
	ADMIN_LIMIT = 11,
	CRITICAL_EXTENSION = 12,
	NO_SUCH_OBJECT = 32,
	INSUFFICIENT_ACCESS = 50,
	BUSY = 51,
	UNAVAILABLE = 52,
	UNWILLING = 53,
};

/* ppolicy lets an account that must change its password bind, and do nothing else (pwdReset;
 * 2.5.13). */
static bool wants_password(const ProbeAnswer *answer)
{
	return answer->code == INSUFFICIENT_ACCESS &&
	       strstr(answer->text, "Operations are restricted to bind") != NULL;
}

static void add_refused(Pool *pool, Probe *probe, const char *what, const ProbeAnswer *answer)
{
	ProbeCode code = PROBE_READ_REFUSED;

	if (answer->code == ADMIN_LIMIT) {
		probe_add_fault(pool, probe, PROBE_BUSY,
				"%s: a limit there refuses every search (result 11), as on a "
				"relay that was cut off, until it has what its peers have",
				what);
		return;
	}
	if (answer->code == BUSY || answer->code == UNAVAILABLE)
		code = PROBE_BUSY;
	else if (answer->code == UNWILLING ||            /* whoever asks */
		 answer->code == STRONGER_AUTH_REQUIRED) /* whoever binds so (olcRequires) */
		code = PROBE_RESTRICTED;
	else if (wants_password(answer))
		code = PROBE_PASSWORD_RESET;
	probe_add_fault(pool, probe, code, "%s: result %d%s%s", what, answer->code,
			*answer->text ? ": " : "", answer->text);
}

void probe_take_suffix(Pool *pool, Probe *probe, const ProbeAnswer *answer)
{
	const Entry *entry = answer->entries->n_entries > 0 ? answer->entries->entries : NULL;
	const Attribute *csns = entry ? entry_attribute(entry, "contextCSN") : NULL;

	if (!entry) {
		probe->steps[PROBE_SUFFIX] = PROBE_BAD;
		if (answer->code != NO_SUCH_OBJECT && answer->code != REFERRAL &&
		    answer->code != SUCCESS)
			add_refused(pool, probe, "read the suffix entry", answer);
		else if (answer->code == SUCCESS)
			probe_add_fault(pool, probe, PROBE_SUFFIX_HIDDEN,
					"'%s' is there, but the suffix entry may not be read",
					probe->suffix);
		return;
	}
	probe->steps[PROBE_SUFFIX] = PROBE_GOOD;
	probe->has_suffix = true;
	probe->entry_uuid = pool_strdup(pool, entry_first(entry, "entryUUID"));
	for (size_t i = 0; csns && i < csns->n_values; i++)
		POOL_PUSH(pool, probe->context_csns, probe->n_context_csns,
			  pool_strdup(pool, csns->values[i].bytes));
	probe->steps[PROBE_CONTEXT_CSN] = csns ? PROBE_GOOD : PROBE_UNKNOWN;
}

/* -1: the peer does not say. */
static int lists_suffix(const Probe *probe, const ProbeAnswer *answer)
{
	const Entry *root = answer->entries->n_entries > 0 ? answer->entries->entries : NULL;
	const Attribute *contexts = root ? entry_attribute(root, "namingContexts") : NULL;

	for (size_t i = 0; contexts && i < contexts->n_values; i++)
		if (dn_equal(contexts->values[i].bytes, probe->suffix))
			return 1;
	return contexts ? 0 : -1;
}

void probe_take_contexts(Pool *pool, Probe *probe, const ProbeAnswer *answer)
{
	const int is_listed = lists_suffix(probe, answer);

	if (probe_verdict(probe) == PROBE_IS_REFUSED)
		return;
	if (is_listed == 0)
		probe_add_fault(pool, probe, PROBE_WRONG_SUFFIX, "it has no database '%s'",
				probe->suffix);
	else
		probe_add_fault(pool, probe, PROBE_SUFFIX_HIDDEN,
				"'%s' is empty there, or access rules hide it from the bind DN%s",
				probe->suffix, is_listed < 0 ? ", or it has no such database" : "");
}

void probe_take_sync(Pool *pool, Probe *probe, const ProbeAnswer *answer, int sid)
{
	if (answer->code == CRITICAL_EXTENSION) {
		probe->steps[PROBE_SYNCPROV] = PROBE_BAD;
		probe_add_fault(pool, probe, PROBE_NO_SYNCPROV,
				"'%s' has no syncprov overlay there, so nobody can read changes of "
				"it",
				probe->suffix);
		return;
	}
	if (answer->code !=
	    SUCCESS) { /* reported already: the suffix entry could not be read either */
		probe->steps[PROBE_SYNCPROV] = PROBE_UNKNOWN;
		return;
	}
	probe->steps[PROBE_SYNCPROV] = PROBE_GOOD;
	probe->steps[PROBE_SERVER_ID] = sid > 0 || probe->is_hub ? PROBE_GOOD : PROBE_BAD;
	probe->server_id = sid > 0 ? sid : 0;
	if (sid <= 0 && !probe->is_hub)
		probe_add_fault(pool, probe, PROBE_NO_SERVER_ID, "it runs without a server ID");
	if (probe->steps[PROBE_CONTEXT_CSN] == PROBE_UNKNOWN && sid > 0) {
		probe->steps[PROBE_CONTEXT_CSN] = PROBE_BAD;
		probe_add_fault(
			pool, probe, PROBE_CONTEXT_CSN_HIDDEN,
			"contextCSN of '%s' cannot be read, so nobody can tell whether this "
			"node is in step",
			probe->suffix);
	}
}

static void take_limits(Pool *pool, Probe *probe, const ProbeAnswer *answer)
{
	const bool is_limit = answer->code == SIZE_LIMIT || answer->code == TIME_LIMIT ||
			      answer->code == ADMIN_LIMIT;

	probe->n_read = answer->entries->n_entries;
	if (answer->code == SUCCESS || (is_limit && probe->n_read >= PROBE_SAMPLE_MAX)) {
		probe->steps[PROBE_LIMITS] = PROBE_GOOD;
	} else if (is_limit) {
		probe->steps[PROBE_LIMITS] = PROBE_BAD;
		probe_add_fault(
			pool, probe, PROBE_LIMITED,
			"a limit for the bind DN ends a search after %zu entries (result %d), "
			"and with it each refresh",
			probe->n_read, answer->code);
	} else {
		probe->steps[PROBE_LIMITS] = PROBE_UNKNOWN;
	}
}

static size_t count_with(const Tree *tree, const char *attribute)
{
	size_t n = 0;

	for (size_t i = 0; i < tree->n_entries; i++)
		n += entry_attribute(&tree->entries[i], attribute) != NULL;
	return n;
}

/* Entries besides the account's own with the attribute. */
static bool others_have(const Tree *tree, const ProbeAnswer *account, const char *attribute)
{
	const char *own =
		account && account->entries->n_entries > 0 ? account->entries->entries->dn : NULL;

	for (size_t i = 0; i < tree->n_entries; i++)
		if (entry_attribute(&tree->entries[i], attribute) &&
		    !(own && dn_equal(own, tree->entries[i].dn)))
			return true;
	return false;
}

/* Its own entry has a password, because it bound with one: not to see it is a usual fault (by
 * self). To see it says nothing of others, because `by self` gives it too; of those it is not known
 * which have one. */
static void take_passwords(Pool *pool, Probe *probe, const ProbeAnswer *answer,
			   const ProbeAnswer *account)
{
	const bool has_own = account && account->entries->n_entries > 0;
	const bool sees_own = has_own && count_with(account->entries, "userPassword") > 0;
	const bool sees_others = others_have(answer->entries, account, "userPassword");

	probe->steps[PROBE_USER_PASSWORD] = has_own && !sees_own ? PROBE_BAD
					    : sees_others        ? PROBE_GOOD
								 : PROBE_UNKNOWN;
	if (probe->steps[PROBE_USER_PASSWORD] == PROBE_BAD)
		probe_add_fault(pool, probe, PROBE_PASSWORDS_HIDDEN,
				"userPassword of %s cannot be read by the bind DN, so passwords "
				"would not be replicated",
				sees_others ? "its own entry" : "entries");
}

void probe_take_sample(Pool *pool, Probe *probe, const ProbeAnswer *answer,
		       const ProbeAnswer *account)
{
	const size_t n_with_csn = count_with(answer->entries, "entryCSN");

	take_limits(pool, probe, answer);
	if (probe->n_read == 0)
		return;
	probe->steps[PROBE_ENTRY_CSN] = n_with_csn == probe->n_read ? PROBE_GOOD : PROBE_BAD;
	if (n_with_csn < probe->n_read)
		probe_add_fault(pool, probe, PROBE_ENTRY_CSN_HIDDEN,
				"entryCSN of %zu of %zu entries cannot be read by the bind DN",
				probe->n_read - n_with_csn, probe->n_read);
	take_passwords(pool, probe, answer, account);
}

void probe_take_schema(Pool *pool, Probe *probe, const ProbeAnswer *answer)
{
	if (answer->entries->n_entries > 0)
		probe->schema_digest = schema_digest(pool, answer->entries->entries);
	probe->steps[PROBE_SCHEMA] = PROBE_UNKNOWN; /* until compared */
}

void probe_take_clock(Probe *probe, const ProbeAnswer *answer, int64_t asked_sec,
		      int64_t answered_sec)
{
	const Entry *entry = answer->entries->n_entries > 0 ? answer->entries->entries : NULL;
	const char *text = entry ? entry_first(entry, "monitorTimestamp") : NULL;
	const int64_t theirs_sec = text ? timestamp_of_generalized(text) : -1;

	probe->steps[PROBE_CLOCK] = PROBE_UNKNOWN;
	if (theirs_sec < 0)
		return;
	probe->has_clock = true;
	probe->clock_ahead_sec = theirs_sec < asked_sec      ? (long)(theirs_sec - asked_sec)
				 : theirs_sec > answered_sec ? (long)(theirs_sec - answered_sec)
							     : 0;
}

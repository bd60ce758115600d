/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <string.h>

#include "common/desired/desired_internal.h"
#include "common/slapd/dn.h"
#include "common/syncrepl/syncrepl_log.h"

/* "delta" of a database: the log of changes that its providers keep (slapo-accesslog(5)), and that
 * syncward makes. */

/* --- reading --- */

static bool two_digits(const char *text, int max)
{
	return isdigit((unsigned char)text[0]) && isdigit((unsigned char)text[1]) &&
	       (text[0] - '0') * 10 + text[1] - '0' <= max;
}

/* [days+]hh:mm[:ss]. Returns its length, 0 for no age. Narrower than slapd, which reads 1:00 and
 * 99:99 as something else than is meant, and says nothing. */
static size_t age_len(const char *text, bool *is_zero)
{
	const size_t n_digits = strspn(text, "0123456789");
	size_t at = 0, end;
	static const char zeros[] = "0:+";

	if (text[n_digits] == '+') {
		if (n_digits < 1 || n_digits > 4)
			return 0;
		at = n_digits + 1;
	}
	if (!two_digits(text + at, 23) || text[at + 2] != ':' || !two_digits(text + at + 3, 59))
		return 0;
	end = at + 5;
	if (text[end] == ':')
		end = two_digits(text + end + 1, 59) ? end + 3 : 0;
	*is_zero = strspn(text, zeros) >= end;
	return end;
}

static int read_purge(Reader *reader, const ReaderKey *key, const JsonNode *value, void *field)
{
	bool age_is_zero = false, interval_is_zero = false;
	size_t age, interval = 0;

	if (reader_check_type(reader, key->name, value, JSON_STRING) < 0)
		return -1;
	age = age_len(value->string, &age_is_zero);
	if (age > 0 && value->string[age] == ' ')
		interval = age_len(value->string + age + 1, &interval_is_zero);
	if (interval == 0 || value->string[age + 1 + interval] || age_is_zero || interval_is_zero)
		return reader_refuse(reader, value->place,
				     "\"purge\" must be \"AGE INTERVAL\", each DAYS+HH:MM and not "
				     "0, like \"" DELTA_PURGE
				     "\": once an INTERVAL slapd deletes what is older than AGE");
	*(const char **)field = reader_text(reader, value);
	return 0;
}

static const ReaderKey delta_keys[] = {
	{"logbase", read_dn, .offset = offsetof(Delta, logbase)},
	{"directory", read_path, .offset = offsetof(Delta, directory), .is_required = true},
	{"purge", read_purge, .offset = offsetof(Delta, purge)},
};

int read_delta(Reader *reader, const ReaderKey *key, const JsonNode *value, void *field)
{
	static const ReaderShape shape = {"\"delta\"", delta_keys, ARRAY_SIZE(delta_keys)};
	Delta *delta = pool_alloc(reader->pool, sizeof(*delta));

	if (reader_check_type(reader, key->name, value, JSON_OBJECT) < 0)
		return -1;
	*delta = (Delta){.logbase = DELTA_LOGBASE, .purge = DELTA_PURGE};
	if (reader_object(reader, &shape, value, delta) < 0)
		return -1;
	*(const Delta **)field = delta;
	return 0;
}

/* --- checking --- */

/* What two levels say of one log would have to be weighed: nobody could know what is meant. */
static int check_level(Reader *reader, const SyncreplSettings *level)
{
	for (SyncreplKeyword keyword = 0; keyword < SYNCREPL_KEYWORD_COUNT; keyword++)
		if (syncrepl_is_log_keyword(keyword) &&
		    (level->value[keyword] || level->left_out[keyword]))
			return reader_refuse(
				reader, level->place[keyword],
				"\"%s\" and \"delta\" of a database exclude each other: with "
				"\"delta\" syncward writes it for each link whose provider shows "
				"its log; leave this out, or leave \"delta\" out and make the logs "
				"by hand",
				syncrepl_keyword_name(keyword));
	return 0;
}

static int check_levels(Reader *reader, const Desired *desired, const DesiredDatabase *database)
{
	if (check_level(reader, &database->syncrepl) < 0)
		return -1;
	for (size_t i = 0; i < desired->topology.n_sites; i++)
		if (check_level(reader, &desired->topology.sites[i].syncrepl) < 0)
			return -1;
	for (size_t i = 0; i < desired->n_peers; i++)
		if (check_level(reader, desired->peers[i].syncrepl) < 0 ||
		    check_level(reader, desired->peers[i].as_consumer) < 0)
			return -1;
	return 0;
}

/* Length without trailing slashes. */
static size_t path_len(const char *path)
{
	size_t len = strlen(path);

	while (len > 1 && path[len - 1] == '/')
		len--;
	return len;
}

static bool same_folder(const char *one, const char *other)
{
	return path_len(one) == path_len(other) && strncmp(one, other, path_len(one)) == 0;
}

static JsonPlace place_of(const JsonNode *delta, const char *key)
{
	const JsonNode *value = json_member(delta, key);

	return value ? value->place : delta->place;
}

/* Two databases would write into one. */
static int check_other(Reader *reader, const JsonNode *delta, const Delta *one, const Delta *other)
{
	if (dn_is_within(one->logbase, other->logbase) ||
	    dn_is_within(other->logbase, one->logbase))
		return reader_refuse(
			reader, place_of(delta, "logbase"),
			"the log of an earlier database has this \"logbase\", or one above or "
			"below it; each log needs its own");
	if (same_folder(one->directory, other->directory))
		return reader_refuse(
			reader, place_of(delta, "directory"),
			"the log of an earlier database has this \"directory\"; each log needs its "
			"own");
	return 0;
}

static int check_delta(Reader *reader, const JsonNode *node, const Desired *desired, size_t index)
{
	const DesiredDatabase *database = &desired->databases[index];
	const JsonNode *delta = json_member(node, "delta");

	if (!database->syncprov.is_managed)
		return reader_refuse(
			reader, delta->place,
			"\"delta\" needs the syncprov overlay, which \"syncprov\" leaves to others "
			"here: a log begins with its contextCSN");
	for (size_t i = 0; i < desired->n_databases; i++)
		if (dn_is_within(database->delta->logbase, desired->databases[i].suffix) ||
		    dn_is_within(desired->databases[i].suffix, database->delta->logbase))
			return reader_refuse(reader, place_of(delta, "logbase"),
					     "\"logbase\" is the suffix of a replicated database, "
					     "above or below it: a log belongs to one node; take "
					     "one outside of all, like \"" DELTA_LOGBASE "\"");
	for (size_t i = 0; i < index; i++)
		if (desired->databases[i].delta &&
		    check_other(reader, delta, database->delta, desired->databases[i].delta) < 0)
			return -1;
	return check_levels(reader, desired, database);
}

int desired_check_delta(Reader *reader, const JsonNode *databases, const Desired *desired)
{
	for (size_t i = 0; i < desired->n_databases; i++)
		if (desired->databases[i].delta &&
		    check_delta(reader, &databases->children[i], desired, i) < 0)
			return -1;
	return 0;
}

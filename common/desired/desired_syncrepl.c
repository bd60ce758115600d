/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/desired/desired_internal.h"

/* slapd keeps these as int. */
static const ReaderKey number_range = {.min = 0, .max = 2147483647};

static int refuse_unknown(Reader *reader, const JsonNode *member)
{
	const char *known[SYNCREPL_KEYWORD_COUNT];
	size_t n_known = 0;

	for (SyncreplKeyword keyword = 0; keyword < SYNCREPL_KEYWORD_COUNT; keyword++)
		if (keyword != SYNCREPL_RID && keyword != SYNCREPL_PROVIDER)
			known[n_known++] = syncrepl_keyword_name(keyword);
	return reader_refuse_key(reader, member, "a syncrepl object", known, n_known);
}

/* The keyword that a member sets; -1 with a sentence when it cannot be set here. */
static int keyword_of(Reader *reader, const JsonNode *member)
{
	int keyword = syncrepl_keyword_find(member->key, strlen(member->key));

	if (keyword < 0)
		return refuse_unknown(reader, member);
	if (keyword == SYNCREPL_RID)
		return reader_refuse(reader, member->key_place,
				     "a rid is not set here, but by \"rid\" of the peer and "
				     "\"rid_offset\" of the database");
	if (keyword == SYNCREPL_PROVIDER)
		return reader_refuse(reader, member->key_place,
				     "the provider is not set here: it is the \"uri\" of each "
				     "peer");
	if (strcmp(syncrepl_keyword_name((SyncreplKeyword)keyword), member->key) != 0)
		return reader_refuse(reader, member->key_place,
				     "this keyword is spelled \"%s\" here",
				     syncrepl_keyword_name((SyncreplKeyword)keyword));
	return keyword;
}

static int read_value(Reader *reader, SyncreplKeyword keyword, const JsonNode *value,
		      const char **ret)
{
	static const JsonType types[] = {
		[SYNCREPL_KIND_STRING] = JSON_STRING,
		[SYNCREPL_KIND_NUMBER] = JSON_NUMBER,
		[SYNCREPL_KIND_FLAG] = JSON_BOOLEAN,
	};
	const char *name = syncrepl_keyword_name(keyword);
	SyncreplKind kind = syncrepl_keyword_kind(keyword);
	AUTO(Pool) *scratch = pool_new();
	unsigned long number = 0;

	_Static_assert(ARRAY_SIZE(types) == SYNCREPL_KIND_COUNT, "a type for every kind");
	if (reader_check_type(reader, name, value, types[kind]) < 0)
		return -1;
	if (kind == SYNCREPL_KIND_NUMBER &&
	    reader_number(reader, pool_printf(scratch, "\"%s\"", name), value, &number_range,
			  &number) < 0)
		return -1;
	*ret = kind == SYNCREPL_KIND_NUMBER ? pool_printf(reader->pool, "%lu", number)
	       : kind == SYNCREPL_KIND_FLAG ? (value->boolean ? "" : NULL)
					    : reader_text(reader, value);
	return 0;
}

static int read_keyword(Reader *reader, SyncreplKeyword keyword, const JsonNode *member,
			SyncreplSettings *settings)
{
	const ReaderKey credentials = {.name = "credentials"};
	const char *text = NULL;
	Error why = {0};

	settings->place[keyword] = member->place;
	if (member->type == JSON_NULL) {
		settings->left_out[keyword] = true;
		return 0;
	}
	if (keyword == SYNCREPL_CREDENTIALS)
		return read_credentials(reader, &credentials, member, &settings->credentials);
	if (read_value(reader, keyword, member, &text) < 0)
		return -1;
	if (text && syncrepl_check(keyword, text, &why) < 0)
		return reader_refuse(reader, member->place, "%s", why.text);
	settings->value[keyword] = text;
	settings->left_out[keyword] = !text;
	return 0;
}

int read_syncrepl(Reader *reader, const ReaderKey *key, const JsonNode *value, void *field)
{
	SyncreplSettings *settings = field;

	if (reader_check_type(reader, key->name, value, JSON_OBJECT) < 0)
		return -1;
	for (size_t i = 0; i < value->n_children; i++) {
		const JsonNode *member = &value->children[i];
		int keyword;

		if (strcmp(member->key, "comment") == 0) {
			if (reader_check_type(reader, "comment", member, JSON_STRING) < 0)
				return -1;
			continue;
		}
		keyword = keyword_of(reader, member);
		if (keyword < 0 ||
		    read_keyword(reader, (SyncreplKeyword)keyword, member, settings) < 0)
			return -1;
	}
	return 0;
}

static int read_credential_name(Reader *reader, const ReaderKey *key, const JsonNode *value,
				void *field)
{
	if (read_string(reader, key, value, field) < 0)
		return -1;
	if (strchr(value->string, '/') || strcmp(value->string, ".") == 0 ||
	    strcmp(value->string, "..") == 0)
		return reader_refuse(reader, value->place,
				     "\"credential\" is a name in the unit's credentials "
				     "directory, without '/'; for a path use \"file\"");
	return 0;
}

typedef struct Source {
	const char *file;
	const char *credential;
} Source;

static const ReaderKey source_keys[] = {
	{"file", read_path, .offset = offsetof(Source, file)},
	{"credential", read_credential_name, .offset = offsetof(Source, credential)},
};

static int read_source(Reader *reader, const JsonNode *value, Credentials *ret)
{
	static const ReaderShape shape = {"\"credentials\"", source_keys, ARRAY_SIZE(source_keys)};
	Source source = {0};

	if (reader_object(reader, &shape, value, &source) < 0)
		return -1;
	if (!source.file == !source.credential)
		return reader_refuse(reader, value->place,
				     "\"credentials\" takes either \"file\" or \"credential\"");
	*ret = (Credentials){
		.kind = source.file ? CREDENTIALS_FILE : CREDENTIALS_CREDENTIAL,
		.name = source.file ? source.file : source.credential,
		.place = value->place,
	};
	return 0;
}

int read_credentials(Reader *reader, const ReaderKey *key, const JsonNode *value, void *field)
{
	Credentials *credentials = field;
	Error why = {0};

	if (value->type == JSON_OBJECT)
		return read_source(reader, value, credentials);
	if (value->type != JSON_STRING)
		return reader_refuse(reader, value->place,
				     "\"%s\" must be an object with \"file\" or \"credential\", or "
				     "a string, not %s",
				     key->name, json_type_name(value->type));
	if (syncrepl_check(SYNCREPL_CREDENTIALS, value->string, &why) < 0)
		return reader_refuse(reader, value->place, "%s", why.text);
	*credentials = (Credentials){.kind = CREDENTIALS_LITERAL,
				     .name = reader_text(reader, value),
				     .place = value->place};
	return 0;
}

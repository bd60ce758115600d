/* SPDX-License-Identifier: Apache-2.0 */
#include "common/desired/desired_internal.h"

/* What we write where peers.json is silent: slapd's own defaults (refreshOnly, a day between
 * retries' ends, no timeouts) let a dead peer freeze a write to cn=config. */
static const char *const link_defaults[SYNCREPL_KEYWORD_COUNT] = {
	[SYNCREPL_TYPE] = "refreshAndPersist", [SYNCREPL_RETRY] = "60 +",
	[SYNCREPL_BINDMETHOD] = "simple",      [SYNCREPL_TIMEOUT] = "3",
	[SYNCREPL_NETWORK_TIMEOUT] = "5",
};

const char *desired_default(const DesiredDatabase *database, SyncreplKeyword keyword)
{
	return keyword == SYNCREPL_SEARCHBASE ? database->suffix : link_defaults[keyword];
}

const SyncreplSettings settings_none;

static bool level_speaks(const SyncreplSettings *level, SyncreplKeyword keyword)
{
	return level->value[keyword] || level->left_out[keyword] ||
	       (keyword == SYNCREPL_CREDENTIALS && level->credentials.kind != CREDENTIALS_NONE);
}

/* The last level that speaks of the keyword; NULL when none does. */
static const SyncreplSettings *level_of(const DesiredDatabase *database, const Peer *provider,
					const Peer *consumer, SyncreplKeyword keyword)
{
	if (consumer && consumer->as_consumer != &settings_none &&
	    level_speaks(consumer->as_consumer, keyword))
		return consumer->as_consumer;
	if (provider->syncrepl != &settings_none && level_speaks(provider->syncrepl, keyword))
		return provider->syncrepl;
	if (provider->site_syncrepl != &settings_none &&
	    level_speaks(provider->site_syncrepl, keyword))
		return provider->site_syncrepl;
	return level_speaks(&database->syncrepl, keyword) ? &database->syncrepl : NULL;
}

static const char *setting_at(const DesiredDatabase *database, const SyncreplSettings *level,
			      SyncreplKeyword keyword)
{
	return level && level->value[keyword] ? level->value[keyword]
					      : desired_default(database, keyword);
}

const char *desired_setting(const DesiredDatabase *database, const Peer *provider,
			    const Peer *consumer, SyncreplKeyword keyword)
{
	return setting_at(database, level_of(database, provider, consumer, keyword), keyword);
}

JsonPlace desired_setting_place(const DesiredDatabase *database, const Peer *provider,
				const Peer *consumer, SyncreplKeyword keyword)
{
	const SyncreplSettings *level = level_of(database, provider, consumer, keyword);

	return level ? level->place[keyword] : database->place;
}

Credentials desired_credentials(const DesiredDatabase *database, const Peer *provider,
				const Peer *consumer)
{
	const SyncreplSettings *level =
		level_of(database, provider, consumer, SYNCREPL_CREDENTIALS);

	return level ? level->credentials : (Credentials){.kind = CREDENTIALS_NONE};
}

static SyncreplSettings link_settings(const DesiredDatabase *database, const Peer *provider,
				      const Peer *consumer)
{
	SyncreplSettings link = {
		.credentials = desired_credentials(database, provider, consumer),
	};

	for (SyncreplKeyword keyword = 0; keyword < SYNCREPL_KEYWORD_COUNT; keyword++) {
		const SyncreplSettings *level = level_of(database, provider, consumer, keyword);

		link.value[keyword] = setting_at(database, level, keyword);
		if (level)
			link.place[keyword] = level->place[keyword];
	}
	return link;
}

bool desired_is_read_plainly(const Peer *provider)
{
	return provider->syncrepl == &settings_none && provider->site_syncrepl == &settings_none;
}

SyncreplSettings desired_link_plain(const DesiredDatabase *database, const Peer *consumer)
{
	const Peer plain = {.syncrepl = &settings_none, .site_syncrepl = &settings_none};

	return link_settings(database, &plain, consumer);
}

/* Of three digits at least. */
static const char *rid_text(Pool *pool, unsigned rid)
{
	char text[16];
	size_t at = sizeof(text);

	do {
		text[--at] = (char)('0' + rid % 10);
		rid /= 10;
	} while (rid > 0 || at > sizeof(text) - 3);
	return pool_copy(pool, text + at, sizeof(text) - at);
}

void desired_link_name(Pool *pool, const DesiredDatabase *database, const Peer *provider,
		       SyncreplSettings *link)
{
	link->value[SYNCREPL_RID] = rid_text(pool, desired_rid(database, provider));
	link->value[SYNCREPL_PROVIDER] = provider->uri;
}

SyncreplSettings desired_link(Pool *pool, const DesiredDatabase *database, const Peer *provider,
			      const Peer *consumer)
{
	SyncreplSettings link = link_settings(database, provider, consumer);

	desired_link_name(pool, database, provider, &link);
	return link;
}

int64_t desired_interval_sec(const DesiredDatabase *database, const Peer *provider,
			     const Peer *consumer)
{
	Syncrepl link = {0};

	link.value[SYNCREPL_TYPE] = desired_setting(database, provider, consumer, SYNCREPL_TYPE);
	link.value[SYNCREPL_INTERVAL] =
		desired_setting(database, provider, consumer, SYNCREPL_INTERVAL);
	if (!link.value[SYNCREPL_INTERVAL])
		link.value[SYNCREPL_INTERVAL] = syncrepl_keyword_default(SYNCREPL_INTERVAL);
	return syncrepl_is_refresh_only(&link) ? (int64_t)syncrepl_number(&link, SYNCREPL_INTERVAL)
					       : 0;
}

Syncrepl desired_pace(const DesiredDatabase *database, const Peer *provider, const Peer *consumer)
{
	static const SyncreplKeyword keywords[] = {SYNCREPL_TYPE, SYNCREPL_INTERVAL,
						   SYNCREPL_RETRY};
	Syncrepl link = {0};

	for (size_t i = 0; i < ARRAY_SIZE(keywords); i++)
		link.value[keywords[i]] =
			desired_setting(database, provider, consumer, keywords[i]);
	return link;
}

bool settings_are_empty(const SyncreplSettings *settings)
{
	if (settings == &settings_none)
		return true;
	for (SyncreplKeyword keyword = 0; keyword < SYNCREPL_KEYWORD_COUNT; keyword++)
		if (settings->value[keyword] || settings->left_out[keyword])
			return false;
	return settings->credentials.kind == CREDENTIALS_NONE;
}

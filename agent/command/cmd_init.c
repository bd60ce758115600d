/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "agent/command/commands.h"
#include "agent/system/say.h"
#include "common/base/buf.h"
#include "common/desired/desired.h"
#include "common/remedies/remedies.h"
#include "common/slapd/dn.h"
#include "common/slapd/url.h"

/* Text as a JSON string. What it is used for, DNs and URLs, has passed its parser. */
static void json_text_add(Buf *out, const char *text)
{
	buf_putc(out, '"');
	for (const unsigned char *at = (const unsigned char *)text; *at; at++) {
		if (*at < ' ')
			buf_printf(out, "\\u%04x", *at);
		else if (*at == '"' || *at == '\\')
			buf_printf(out, "\\%c", *at);
		else
			buf_putc(out, (char)*at);
	}
	buf_putc(out, '"');
}

static void peers_print(Buf *out, const TextList *peers)
{
	buf_puts(out, "  \"peers\": [\n");
	for (size_t i = 0; i < peers->n_items; i++) {
		buf_printf(out, "    { \"id\": %zu, \"uri\": ", i + 1);
		json_text_add(out, peers->items[i]);
		buf_puts(out, i + 1 < peers->n_items ? " },\n" : " }\n");
	}
	buf_puts(out, "  ],\n");
}

/* StartTLS is asked for unless a peer's URI brings TLS with it or needs none. */
static bool peers_need_starttls(Pool *pool, const TextList *peers)
{
	for (size_t i = 0; i < peers->n_items; i++) {
		Url url;

		if (!url_parse(pool, peers->items[i], &url) || strcmp(url.scheme, "ldap") != 0)
			return false;
	}
	return true;
}

static void database_print(Buf *out, const Options *options)
{
	buf_puts(out, "  \"databases\": [\n    {\n      \"suffix\": ");
	json_text_add(out, options->suffix);
	buf_puts(out, ",\n      \"syncrepl\": {\n        \"bindmethod\": \"simple\",\n"
		      "        \"binddn\": ");
	json_text_add(out, pool_printf(out->pool, "cn=replicator,%s", options->suffix));
	buf_puts(out, ",\n        \"credentials\": { \"file\": "
		      "\"/etc/syncward/secrets/replicator\" },\n"
		      "        \"keepalive\": \"240:10:30\"");
	if (peers_need_starttls(out->pool, &options->peers))
		buf_puts(out, ",\n        \"starttls\": \"critical\"");
	buf_puts(out, "\n      },\n      \"access\": true\n    }\n  ],\n");
}

static const char *document_print(const Options *options)
{
	Buf out = BUF_IN(options->pool);

	buf_puts(&out, "{\n  \"format\": 1,\n  \"revision\": 1,\n");
	peers_print(&out, &options->peers);
	database_print(&out, options);
	buf_puts(&out, "  \"policy\": { \"mode\": \"audit\" }\n}\n");
	return buf_text(&out);
}

static int arguments_check(const Options *options, Error *err)
{
	Url url;

	if (!options->suffix || options->peers.n_items == 0)
		return error_set(err, ERROR_USAGE, 0, "init needs --suffix and --peer: %s",
				 remedy_text(REMEDY_INIT));
	if (!dn_normalise(options->pool, options->suffix))
		return error_set(err, ERROR_USAGE, 0, "--suffix '%s' is no DN", options->suffix);
	for (size_t i = 0; i < options->peers.n_items; i++)
		if (!url_parse(options->pool, options->peers.items[i], &url))
			return error_set(err, ERROR_USAGE, 0, "--peer '%s' is no LDAP URL",
					 options->peers.items[i]);
	return 0;
}

/* What a first plan needs and no file can provide. */
static void next_say(const Options *options)
{
	say("the account with which peers read is an entry of the database: %s",
	    remedy_fill(options->pool, REMEDY_ACCOUNT, options->suffix));
	if (peers_need_starttls(options->pool, &options->peers))
		say("\"starttls\": \"critical\" needs olcTLSCertificateFile and "
		    "olcTLSCertificateKeyFile in every slapd, with the name of its URI, and their "
		    "authority among those that this system trusts, or in \"tls_cacert\" beside "
		    "\"starttls\"; `%s` tries it",
		    remedy_text(REMEDY_DOCTOR));
	say("%s, look at `%s`, then put in \"policy\" %s", remedy_text(REMEDY_ACCOUNT_PASSWORD),
	    remedy_text(REMEDY_PLAN), remedy_text(REMEDY_MODE_ENFORCE));
}

static int cmd_init(const Options *options)
{
	const char *document;
	const Desired *desired;
	Error err = {0};

	if (arguments_check(options, &err) < 0)
		return say_error(&err);
	document = document_print(options);
	/* What we print must be valid: the parser knows more rules than were checked above. */
	if (desired_parse(options->pool, "peers.json", document, strlen(document), &desired, &err) <
	    0) {
		err.class = ERROR_USAGE;
		return say_error(&err);
	}
	(void)fputs(document, stdout);
	next_say(options);
	return 0;
}

static const OptionRule init_options[] = {
	OPTION_NAMED("--suffix", OPTION_TEXT, suffix, "DN", "the database to replicate"),
	OPTION_NAMED("--peer", OPTION_WORDS, peers, "URI...",
		     "the providers, in the order of their server IDs"),
};

const Command command_init = {
	.name = "init",
	.run = cmd_init,
	.summary = "print a first peers.json",
	.arguments = "--suffix DN --peer URI...",
	.exits = "0 done",
	.options = init_options,
	.n_options = ARRAY_SIZE(init_options),
};

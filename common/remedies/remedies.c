/* SPDX-License-Identifier: Apache-2.0 */
#include "common/remedies/remedies.h"

#include <stdbool.h>
#include <string.h>

#include "common/base/buf.h"

static const RemedyRow *const areas[] = {remedies_plan,  remedies_files,     remedies_doctor,
					 remedies_peers, remedies_documents, remedies_releases,
					 remedies_delta};

const RemedyRow *remedy_row(Remedy remedy)
{
	for (size_t i = 0; i < ARRAY_SIZE(areas); i++)
		if (areas[i][remedy].code)
			return &areas[i][remedy];
	return &remedies_releases[REMEDY_APPLY]; /* never: units look for every code */
}

const char *remedy_text(Remedy remedy)
{
	return remedy_row(remedy)->text;
}

/* --- quoting --- */

/* What a shell takes as it stands, anywhere in a word. */
static bool is_plain(const char *text)
{
	return *text && text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
					  "0123456789_@%+=:,./-")] == '\0';
}

/* Inside of '...': a quote ends it, stands for itself, and begins it again. */
static void put_shell_inner(Buf *out, const char *text)
{
	for (; *text; text++)
		if (*text == '\'')
			buf_puts(out, "'\\''");
		else
			buf_putc(out, *text);
}

static void put_shell_word(Buf *out, const char *text)
{
	if (is_plain(text)) {
		buf_puts(out, text);
		return;
	}
	buf_putc(out, '\'');
	put_shell_inner(out, text);
	buf_putc(out, '\'');
}

static void put_json_inner(Buf *out, const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ')
			buf_printf(out, "\\u%04x", (unsigned)*text);
		else
			buf_printf(out, "%s%c", *text == '"' || *text == '\\' ? "\\" : "", *text);
}

/* --- filling --- */

/* Where in the text the next byte stands. */
typedef struct Place {
	bool is_shell; /* in a command */
	bool is_quoted;
} Place;

/* The length of a placeholder that begins here; 0: none does. {0} and JSON's { are none. */
static size_t placeholder_len(const char *text)
{
	const char *name = text + 1 + (text[0] == '{' && text[1] == '=');
	size_t len;

	if (text[0] != '{' || *name < 'a' || *name > 'z')
		return 0;
	len = strspn(name, "abcdefghijklmnopqrstuvwxyz-");
	return name[len] == '}' ? (size_t)(name - text) + len + 1 : 0;
}

static void place_pass(Place *place, RemedyForm form, char byte)
{
	if (form == REMEDY_WORDS && byte == '`')
		*place = (Place){.is_shell = !place->is_shell};
	if (byte == (place->is_shell ? '\'' : '"'))
		place->is_quoted = !place->is_quoted;
}

static void put_argument(Buf *out, const Place *place, RemedyForm form, const char *argument)
{
	if (place->is_shell && place->is_quoted)
		put_shell_inner(out, argument);
	else if (place->is_shell)
		put_shell_word(out, argument);
	else if (form == REMEDY_PEERS || form == REMEDY_AGENT)
		put_json_inner(out, argument);
	else
		buf_puts(out, argument);
}

const char *remedy_fill_list(Pool *pool, Remedy remedy, const char *const *arguments)
{
	const RemedyRow *row = remedy_row(remedy);
	Place place = {.is_shell = row->form == REMEDY_SHELL};
	Buf out = BUF_IN(pool);
	size_t len;

	for (const char *at = row->text; *at; at += len) {
		const size_t placeholder = placeholder_len(at);

		len = placeholder > 0 ? placeholder : 1;
		if (placeholder == 0 || !*arguments) {
			place_pass(&place, row->form, *at);
			buf_add(&out, at, len);
		} else if (at[1] == '=') {
			buf_puts(&out, *arguments++);
		} else {
			put_argument(&out, &place, row->form, *arguments++);
		}
	}
	return buf_text(&out);
}

const char *remedy_lines(Pool *pool, const char *name, const char *const *values, size_t n_values)
{
	Buf out = BUF_IN(pool);

	for (size_t i = 0; i < n_values; i++) {
		buf_printf(&out, " '%s: ", name);
		put_shell_inner(&out, values[i]);
		buf_putc(&out, '\'');
	}
	return buf_text(&out);
}

const char *remedy_number(Pool *pool, unsigned long number)
{
	return pool_printf(pool, "%lu", number);
}

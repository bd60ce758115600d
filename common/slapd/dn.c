/* SPDX-License-Identifier: Apache-2.0 */
#include "common/slapd/dn.h"

#include <ldap.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/base/buf.h"

/* Names that one attribute type goes by; the first is the one we compare with. */
static const char *const type_names[][3] = {
	{"c", "countryName", "2.5.4.6"},
	{"cn", "commonName", "2.5.4.3"},
	{"dc", "domainComponent", "0.9.2342.19200300.100.1.25"},
	{"l", "localityName", "2.5.4.7"},
	{"o", "organizationName", "2.5.4.10"},
	{"ou", "organizationalUnitName", "2.5.4.11"},
	{"sn", "surname", "2.5.4.4"},
	{"st", "stateOrProvinceName", "2.5.4.8"},
	{"street", "streetAddress", "2.5.4.9"},
	{"uid", "userid", "0.9.2342.19200300.100.1.1"},
};

static bool type_is(const struct berval *type, const char *name)
{
	return strlen(name) == type->bv_len && strncasecmp(name, type->bv_val, type->bv_len) == 0;
}

/* True for the short name of a type that has others as well. */
static bool type_is_short(const char *name, size_t len)
{
	for (size_t i = 0; i < ARRAY_SIZE(type_names); i++)
		if (strlen(type_names[i][0]) == len && strncmp(type_names[i][0], name, len) == 0)
			return true;
	return false;
}

/* A-Z, and the accented capitals of Latin-1 after their first UTF-8 byte. */
static unsigned char byte_lower(unsigned char byte, unsigned char before)
{
	if (byte >= 'A' && byte <= 'Z')
		return byte + ('a' - 'A');
	if (before == 0xc3 && byte >= 0x80 && byte <= 0x9e && byte != 0x97)
		return byte + 0x20;
	return byte;
}

static void type_add(Buf *buf, const struct berval *type)
{
	for (size_t i = 0; i < ARRAY_SIZE(type_names); i++)
		for (size_t j = 0; j < ARRAY_SIZE(type_names[i]); j++)
			if (type_is(type, type_names[i][j])) {
				buf_puts(buf, type_names[i][0]);
				return;
			}
	for (size_t i = 0; i < type->bv_len; i++)
		buf_putc(buf, (char)byte_lower((unsigned char)type->bv_val[i], 0));
}

/* Everything special becomes a hex pair, so that a bare "," or "+" always separates. */
static void value_add(Buf *buf, const struct berval *value)
{
	size_t start = 0, end = value->bv_len;
	bool first = true;

	while (start < end && value->bv_val[start] == ' ')
		start++;
	while (end > start && value->bv_val[end - 1] == ' ')
		end--;
	for (size_t i = start; i < end; i++) {
		unsigned char byte = (unsigned char)value->bv_val[i];

		if (byte == ' ' && value->bv_val[i + 1] == ' ')
			continue;
		byte = byte_lower(byte, i > 0 ? (unsigned char)value->bv_val[i - 1] : 0);
		if (byte < 0x20 || byte == 0x7f || strchr("\"+,;<>\\=", byte) ||
		    (byte == '#' && first))
			buf_printf(buf, "\\%02x", byte);
		else
			buf_putc(buf, (char)byte);
		first = false;
	}
}

static const char *ava_normalise(Pool *pool, const LDAPAVA *ava)
{
	Buf buf = BUF_IN(pool);

	type_add(&buf, &ava->la_attr);
	buf_putc(&buf, '=');
	value_add(&buf, &ava->la_value);
	return buf_text(&buf);
}

static int text_compare(const void *one, const void *other)
{
	return strcmp(*(const char *const *)one, *(const char *const *)other);
}

/* slapd takes neither an empty value nor one in BER ("cn=#0401..."). */
static bool is_usable(LDAPDN dn)
{
	for (size_t i = 0; dn && dn[i]; i++)
		for (size_t j = 0; dn[i][j]; j++)
			if (dn[i][j]->la_value.bv_len == 0 || dn[i][j]->la_flags & LDAP_AVA_BINARY)
				return false;
	return true;
}

static void rdn_add(Buf *buf, LDAPRDN rdn)
{
	AUTO(Pool) *scratch = pool_new();
	const char **avas = NULL;
	size_t n_avas = 0;

	for (size_t i = 0; rdn[i]; i++)
		POOL_PUSH(scratch, avas, n_avas, ava_normalise(scratch, rdn[i]));
	if (n_avas > 1)
		qsort(avas, n_avas, sizeof(*avas), text_compare);
	for (size_t i = 0; i < n_avas; i++) {
		if (i > 0)
			buf_putc(buf, '+');
		buf_puts(buf, avas[i]);
	}
}

static bool is_name_byte(char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '-';
}

/* True for the plain spelling that nearly every DN has, "cn=some-name,dc=example,dc=com": it is its
 * own normal form, and we need not ask libldap, which is slow. */
static bool is_plain(const char *dn)
{
	const char *at = dn;

	for (;;) {
		const char *type = at, *value;

		while (*at >= 'a' && *at <= 'z')
			at++;
		if (*at != '=' || !type_is_short(type, (size_t)(at - type)))
			return false;
		value = ++at;
		while (is_name_byte(*at))
			at++;
		if (at == value || (*at != ',' && *at != '\0'))
			return false;
		if (*at++ == '\0')
			return true;
	}
}

const char *dn_normalise(Pool *pool, const char *dn)
{
	Buf buf = BUF_IN(pool);
	LDAPDN parsed = NULL;
	bool usable;

	if (dn && is_plain(dn))
		return pool_strdup(pool, dn);
	if (!dn || ldap_str2dn(dn, &parsed, LDAP_DN_FORMAT_LDAP) != LDAP_SUCCESS)
		return NULL;
	usable = is_usable(parsed);
	for (size_t i = 0; usable && parsed && parsed[i]; i++) {
		if (i > 0)
			buf_putc(&buf, ',');
		rdn_add(&buf, parsed[i]);
	}
	ldap_dnfree(parsed);
	return usable ? buf_text(&buf) : NULL;
}

bool dn_equal(const char *one, const char *other)
{
	AUTO(Pool) *scratch = pool_new();
	const char *first = dn_normalise(scratch, one);
	const char *second = dn_normalise(scratch, other);

	return first && second && strcmp(first, second) == 0;
}

bool dn_is_within(const char *dn, const char *base)
{
	AUTO(Pool) *scratch = pool_new();
	const char *inner = dn_normalise(scratch, dn);
	const char *outer = dn_normalise(scratch, base);
	size_t inner_len, outer_len;

	if (!inner || !outer)
		return false;
	inner_len = strlen(inner);
	outer_len = strlen(outer);
	if (outer_len == 0)
		return true;
	if (inner_len < outer_len || strcmp(inner + inner_len - outer_len, outer) != 0)
		return false;
	return inner_len == outer_len || inner[inner_len - outer_len - 1] == ',';
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/operator.h"

#include <string.h>

#include "common/base/buf.h"
#include "common/base/utf8.h"

#define NAME_MAX_BYTES 64

/* Whoever runs the command can put anything into its environment. */
const char *operator_name(Pool *pool, const char *name)
{
	const size_t len = name ? strlen(name) : 0;
	uint32_t character;

	if (len == 0 || len > NAME_MAX_BYTES)
		return NULL;
	for (size_t i = 0, n; i < len; i += n) {
		n = utf8_decode(name + i, len - i, &character);
		if (n == 0 || character <= 0x20 || (character >= 0x7f && character < 0xa0))
			return NULL;
	}
	return pool_strdup(pool, name);
}

const char *operator_text(Pool *pool, const Operator *operator)
{
	Buf text = BUF_IN(pool);

	if (operator->has_login)
		buf_printf(&text, " by login uid %u", operator->login_uid);
	/* No more than the environment's word. */
	if (operator->sudo_user)
		buf_printf(&text, " (sudo says %s)", operator->sudo_user);
	return buf_text(&text);
}

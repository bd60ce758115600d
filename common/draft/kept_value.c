/* SPDX-License-Identifier: Apache-2.0 */
#include "common/draft/kept_value.h"

const char *kept_value_print(Pool *pool, const LiveConsumer *consumer)
{
	const char *text;

	if (!consumer->parses || syncrepl_print(pool, &consumer->syncrepl, &text, NULL) < 0)
		return NULL;
	return text;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/few.h"

void few_add(Few *few, const char *text)
{
	if (++few->count <= few->most)
		buf_printf(&few->text, "%s%s", few->count > 1 ? few->between : "", text);
}

const char *few_text(Few *few)
{
	if (few->count > few->most)
		buf_printf(&few->text, "%sand %zu more", few->between, few->count - few->most);
	return buf_text(&few->text);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "common/desired/desired_internal.h"
#include "common/slapd/dn.h"

int read_dn(Reader *reader, const ReaderKey *key, const JsonNode *value, void *field)
{
	AUTO(Pool) *scratch = pool_new();

	if (read_string(reader, key, value, field) < 0)
		return -1;
	if (!dn_normalise(scratch, value->string))
		return reader_refuse(reader, value->place,
				     "\"%s\" must be a DN, like dc=example,dc=com", key->name);
	return 0;
}

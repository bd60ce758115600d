/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/verify/compare_options.h"

#include "common/slapd/dn.h"

bool compare_wants_database(const CompareOptions *options, const WantedDatabase *database)
{
	return !options->suffix || dn_equal(options->suffix, database->desired->suffix);
}

bool compare_wants_peer(const CompareOptions *options, unsigned peer_id)
{
	if (options->n_peer_ids == 0)
		return true;
	for (size_t i = 0; i < options->n_peer_ids; i++)
		if (options->peer_ids[i] == peer_id)
			return true;
	return false;
}

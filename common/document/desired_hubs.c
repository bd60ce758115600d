/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "common/desired/desired_internal.h"
#include "common/remedies/remedies.h"

/* What a database must not have where a hub brings it to others. */

/* A hub that was away, or one behind it, is sent the deletions of the log first, each with its CSN,
 * and keeps what was deleted, or lacks what was added, for good: OpenLDAP 2.4, 2.5 and 2.6
 * (common/diff/diff_session_log.c). */
static int check_session_log(Reader *reader, const JsonNode *node, const Desired *desired,
			     const DesiredDatabase *database)
{
	if (!database->syncprov.sessionlog ||
	    strtol(database->syncprov.sessionlog, NULL, 10) == 0 ||
	    !desired_has_hub(desired, database))
		return 0;
	return reader_refuse(reader,
			     json_member(json_member(node, "syncprov"), "sessionlog")->place,
			     "\"sessionlog\" is not for a database with hubs: a node that was "
			     "away would lose for good what comes through them; write in it %s",
			     remedy_text(REMEDY_SESSION_LOG_OFF));
}

int desired_check_hubs(Reader *reader, const JsonNode *databases, const Desired *desired)
{
	for (size_t i = 0; i < desired->n_databases; i++)
		if (check_session_log(reader, &databases->children[i], desired,
				      &desired->databases[i]) < 0)
			return -1;
	return 0;
}

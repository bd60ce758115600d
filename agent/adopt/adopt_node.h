/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_ADOPT_NODE_H
#define SYNCWARD_ADOPT_NODE_H

#include "common/adopt/adopt.h"

/*
 * Makes sure that plan will recognise this node in the document: adds the host's name to "names" of
 * its peer when nothing else names it, or notes what to do. node is what agent.json or --node says,
 * or NULL. ERROR_REFUSED when the names of this host are another peer's.
 */
int adopt_name_node(Adoption *adoption, Desired *document, const char *node, const char *fqdn,
		    Error *err);

#endif

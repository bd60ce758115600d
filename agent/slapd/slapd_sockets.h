/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SLAPD_SOCKETS_H
#define SYNCWARD_SLAPD_SOCKETS_H

#include "common/base/pool.h"

#define SLAPD_SOCKET_DEFAULT "ldapi:///"

/* What was found at the sockets where packages have slapd listen (common/slapd/layouts.h). */
typedef struct SocketsFound {
	const char *uri;  /* the one at which a slapd answers, for ever; NULL: none, or whose is
			     not known */
	const char *text; /* each socket and what is there; where it is not known whose, also that
			     and what to do */
} SocketsFound;

/* The ldapi URL as a constant, when it is "ldapi:///" or one of those sockets; else NULL. */
const char *slapd_socket_constant(const char *uri);

/*
 * Tries them. Where several slapds are installed, or answer, none is chosen: what is written must
 * not come to another one because the right one is just being restarted.
 */
SocketsFound slapd_sockets_find(Pool *pool);

#endif

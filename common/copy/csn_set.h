/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_CSN_SET_H
#define SYNCWARD_CSN_SET_H

#include <stdbool.h>
#include <stddef.h>

/* The server ID in a contextCSN value ("time#count#sid#mod", sid in hex: slapd's csn.c); -1 when it
 * is no CSN. */
int csn_sid(const char *csn);

/* The server ID in a cookie of syncprov ("rid=000,sid=00a,csn=...", in hex); -1 when it has none:
 * slapd leaves it out without a server ID. */
int csn_cookie_sid(const char *cookie);

/* True when a cookie ("rid=001,sid=002,csn=CSN;CSN") says that changes of that server ID are known.
 */
bool csn_cookie_has(const char *cookie, unsigned sid);

/* True for a change that was made under a server ID, and that is not this one. */
bool csn_is_of_other(const char *csn, unsigned sid);

/* The newest value of that server ID; NULL when the list has none. CSNs of one SID order as text.
 */
const char *csn_newest(const char *const *csns, size_t n_csns, unsigned sid);

/* True when for every server ID that theirs has, ours has at least the same CSN: nothing of theirs
 * is missing here. */
bool csn_covers(const char *const *ours, size_t n_ours, const char *const *theirs, size_t n_theirs);

/* True when the list has seen changes of that CSN's server ID, but not yet this one. */
bool csn_is_ahead(const char *csn, const char *const *csns, size_t n_csns);

#endif

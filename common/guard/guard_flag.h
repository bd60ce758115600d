/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_GUARD_FLAG_H
#define SYNCWARD_GUARD_FLAG_H

#include "common/draft/diff.h"

/*
 * The multi-provider flag waits for the syncprov overlay: without it no peer can read what clients
 * write here. Where the overlay is not there and is not added now the flag is held. A first link
 * waits for the flag, whatever holds the flag: without it the link would close the database to
 * clients. And while the database may not take clients' writes its last link stays.
 */
void guard_flags(Diff *diff);

#endif

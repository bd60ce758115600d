/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_HEAL_HANDS_H
#define SYNCWARD_HEAL_HANDS_H

#include "agent/heal/heal_work.h"

/* The identities that may write. What a person gave is tried first, and what needs nothing from a
 * person last. */
void heal_hands_find(HealWork *work);

/* Binds as the rootdn, which sees every entry, where its password is known. Writes nothing. */
void heal_bind_root(HealWork *work);

/* Touches the suffix entry as the first identity that slapd lets, under this node's own server ID,
 * and waits until every peer has that. False, with a hold. */
bool heal_rehearse(HealWork *work);

#endif

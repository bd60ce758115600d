/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_MODULE_H
#define SYNCWARD_MODULE_H

#include <stdbool.h>

#include "common/base/tree.h"

/* olcModuleLoad, which we complete but do not own: live values are taken verbatim (with or without
 * "{n}"; NULL for an absent attribute). Grammar: slapd-config(5). */

/* True when an olcModuleLoad value loads the module, whatever its folder and ".la" or ".so". */
bool module_is_loaded(const Attribute *live, const char *name);

#endif

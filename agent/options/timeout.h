/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_TIMEOUT_H
#define SYNCWARD_TIMEOUT_H

#include "common/base/error.h"

/* The value of --timeout in seconds; 10 for NULL. ERROR_USAGE for what is no number or too large.
 */
int timeout_parse(const char *text, unsigned *ret, Error *err);

/* The value of another option that is a number of some unit ("seconds"), up to most; usual for
 * NULL. */
int number_parse(const char *option, const char *text, const char *unit, unsigned usual,
		 unsigned most, unsigned *ret, Error *err);

#endif

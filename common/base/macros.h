/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_MACROS_H
#define SYNCWARD_MACROS_H

#include <stddef.h>

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* Lets the compiler check the arguments of printf-like functions. */
#define PRINTF_LIKE(format_at, first_at) __attribute__((format(printf, format_at, first_at)))

/* AUTO(Pool) *pool: pool_free(pool) runs when the variable leaves its scope, whatever the way out.
 */
#define AUTO(Type) __attribute__((cleanup(Type##_cleanup))) Type
#define DEFINE_CLEANUP(Type, release)                     \
	static inline void Type##_cleanup(Type **pointer) \
	{                                                 \
		release(*pointer);                        \
	}

/* The value of an AUTO variable, given away: the variable is NULL afterwards. */
#define STEAL(pointer)                                           \
	({                                                       \
		__typeof__(pointer) *steal_from_ = &(pointer);   \
		__typeof__(pointer) steal_value_ = *steal_from_; \
		*steal_from_ = NULL;                             \
		steal_value_;                                    \
	})

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_DIRECTORY_H
#define SYNCWARD_DIRECTORY_H

#include <stdint.h>

#include "agent/system/budget.h"
#include "common/base/error.h"
#include "common/base/pool.h"
#include "common/base/tree.h"
#include "common/plan/step.h"

typedef enum DirectoryScope {
	DIRECTORY_BASE,
	DIRECTORY_ONE,
	DIRECTORY_SUBTREE,
	DIRECTORY_SCOPE_COUNT
} DirectoryScope;

typedef struct DirectoryQuery {
	const char *base;
	DirectoryScope scope;
	const char *filter;            /* NULL: every entry */
	const char *const *attributes; /* ends in NULL; NULL: all user attributes */
	int size_limit; /* the first so many are enough; 0: all, and fewer are an error */
} DirectoryQuery;

typedef struct Directory Directory;

typedef enum DirectoryState {
	DIRECTORY_READY,
	DIRECTORY_WAITING, /* an earlier request is unanswered: the next operation waits for it
			      first */
	DIRECTORY_BROKEN,  /* no operation any more: close it and open another */
	DIRECTORY_STATE_COUNT
} DirectoryState;

/* The interface between us and slapd: tests put a directory of their own here that fails where they
 * want. */
typedef struct DirectoryMethods {
	int (*read)(Directory *directory, const DirectoryQuery *query, Pool *pool, Tree *ret,
		    Error *err);
	int (*apply)(Directory *directory, const Step *step, Error *err);
	DirectoryState (*state)(const Directory *directory, int *ret_fd);
	void (*close)(Directory *directory);
} DirectoryMethods;

struct Directory {
	const DirectoryMethods *methods;
	const char *uri;       /* for connections beside it; NULL: there can be none */
	unsigned timeout_msec; /* how long the next operation may wait for its answer */
	Budget budget;         /* of the work at hand: nothing is sent after it ends */
};

/* ERROR_STOPPED when it is to be used no longer. */
static inline int directory_check_stop(const Directory *directory, Error *err)
{
	return budget_check_stop(&directory->budget, err);
}

/*
 * Reads what the query finds, appended to the tree, everything in the pool. The error's class says
 * what to do; its code is the LDAP result. 32 (no such object) is ERROR_CONFLICT, but below
 * cn=config ERROR_DENIED: slapd says that to clients that may not read it. ERROR_BUSY: nothing was
 * asked, because the budget is spent.
 */
static inline int directory_read(Directory *directory, const DirectoryQuery *query, Pool *pool,
				 Tree *ret, Error *err)
{
	return directory->methods->read(directory, query, pool, ret, err);
}

/*
 * Carries out one step as one LDAP operation. ERROR_UNSAVED for result 80 without a text: slapd
 * says that when its memory changed and its disk did not. After ERROR_UNREACHABLE and ERROR_STOPPED
 * the change may have been made or may still be: read again.
 */
static inline int directory_apply(Directory *directory, const Step *step, Error *err)
{
	return directory->methods->apply(directory, step, err);
}

/* Whether the connection can be used, and its descriptor (-1: none), which becomes readable when a
 * late answer comes or slapd goes away. Belongs to the directory. */
static inline DirectoryState directory_state(const Directory *directory, int *ret_fd)
{
	return directory->methods->state(directory, ret_fd);
}

/* NULL is allowed. */
static inline void directory_close(Directory *directory)
{
	if (directory)
		directory->methods->close(directory);
}
DEFINE_CLEANUP(Directory, directory_close)

#endif

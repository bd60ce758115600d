/* SPDX-License-Identifier: Apache-2.0 */
#include <ldap.h>

#include "agent/ldap/directory_ldap.h"
#include "tests/fortnight/played.h"

/* In the place of agent/ldap/directory_ldap.c: connections to the simulated slapd. */

#define READ_USEC  1000
#define WRITE_USEC 4000

typedef struct Connection {
	Directory directory; /* first: a Directory * is one of these */
	Pool *pool;
	unsigned n_starts; /* of the slapd that it reaches */
	bool is_waiting;
} Connection;

static int gone(Error *err)
{
	return error_set(err, ERROR_UNREACHABLE, LDAP_SERVER_DOWN, "the connection to slapd broke");
}

/* Time that an operation takes; -1: it gets no answer. */
static int operation_begin(Connection *self, uint64_t usec, Error *err)
{
	if (self->n_starts != played.n_starts || played.slapd == SLAPD_AWAY)
		return gone(err);
	if (played.slapd != SLAPD_HUNG) {
		self->is_waiting = false;
		played.now_usec += usec;
		return 0;
	}
	self->is_waiting = true;
	played.now_usec +=
		budget_left_msec(&self->directory.budget, self->directory.timeout_msec) * 1000ULL;
	return error_set(err, ERROR_UNREACHABLE, LDAP_TIMEOUT, "slapd gave no answer");
}

static int played_read(Directory *directory, const DirectoryQuery *query, Pool *pool, Tree *ret,
		       Error *err)
{
	if (operation_begin((Connection *)directory, READ_USEC, err) < 0)
		return -1;
	return directory_read(played.memory, query, pool, ret, err);
}

static int played_apply(Directory *directory, const Step *step, Error *err)
{
	if (operation_begin((Connection *)directory, WRITE_USEC, err) < 0)
		return -1;
	if (played.refuses_writes)
		return error_set(err, ERROR_REFUSED, LDAP_UNWILLING_TO_PERFORM,
				 "slapd answered 53");
	if (directory_apply(played.memory, step, err) < 0)
		return -1;
	played.n_writes++;
	return 0;
}

static DirectoryState played_state(const Directory *directory, int *ret_fd)
{
	const Connection *self = (const Connection *)directory;

	*ret_fd = -1;
	if (self->n_starts != played.n_starts || played.slapd == SLAPD_AWAY)
		return DIRECTORY_BROKEN;
	return self->is_waiting ? DIRECTORY_WAITING : DIRECTORY_READY;
}

static void played_close(Directory *directory)
{
	pool_free(((Connection *)directory)->pool);
}

static const DirectoryMethods played_methods = {
	.read = played_read,
	.apply = played_apply,
	.state = played_state,
	.close = played_close,
};

int directory_ldap_open(const DirectoryLdapOptions *options, Directory **ret, Error *err)
{
	Pool *pool;
	Connection *self;

	if (played.slapd == SLAPD_AWAY)
		return error_set(err, ERROR_UNREACHABLE, 0, "slapd cannot be reached");
	if (played.slapd == SLAPD_DENIES)
		return error_set(err, ERROR_DENIED, LDAP_INSUFFICIENT_ACCESS, "slapd refuses us");
	if (played.slapd == SLAPD_HUNG) {
		played.now_usec +=
			budget_left_msec(&options->budget, options->timeout_msec) * 1000ULL;
		return error_set(err, ERROR_UNREACHABLE, LDAP_TIMEOUT, "slapd gave no answer");
	}
	pool = pool_new();
	self = pool_alloc(pool, sizeof(*self));
	*self = (Connection){
		.directory = {.methods = &played_methods,
			      .timeout_msec = options->timeout_msec,
			      .budget = options->budget},
		.pool = pool,
		.n_starts = played.n_starts,
	};
	*ret = &self->directory;
	return 0;
}

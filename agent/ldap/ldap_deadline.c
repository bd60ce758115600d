/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/ldap/ldap_deadline.h"

#include <errno.h>
#include <poll.h>

#include "agent/system/progress.h"
#include "agent/system/wait.h"

/* Above the socket, which libldap puts in when it connects, on top of what is there for its level;
 * below TLS and what reads ahead: they hold bytes that the socket no longer has. */
#define LEVEL (LBER_SBIOD_LEVEL_PROVIDER + 1)
/* An option of our own: layers hand down what they do not know. */
#define OPTION_DEADLINE 0x7761726c
/* Memory that libber asks for and does not touch before the bytes are there. */
#define MESSAGE_MAX (1U << 30)

/* False with errno set when the socket does not become ready in time. */
static bool wait_ready(Sockbuf_IO_Desc *layer, short events)
{
	LdapDeadline *deadline = layer->sbiod_pvt;
	struct pollfd polled = {.events = events};
	int64_t left_msec;
	int piece_msec, n = -1;

	if (ber_sockbuf_ctrl(layer->sbiod_sb, LBER_SB_OPT_GET_FD, &polled.fd) <= 0)
		return true;
	do {
		left_msec = deadline->end_msec - monotonic_msec();
		piece_msec = progress_piece(left_msec > 0 ? left_msec : 0);
		n = poll(&polled, 1, piece_msec);
	} while ((n < 0 && errno == EINTR) || (n == 0 && left_msec > piece_msec));
	if (n == 0) {
		deadline->has_passed = true;
		errno = ETIMEDOUT;
	}
	return n > 0;
}

static int layer_setup(Sockbuf_IO_Desc *layer, void *deadline)
{
	layer->sbiod_pvt = deadline;
	return 0;
}

static int layer_end(Sockbuf_IO_Desc *layer)
{
	(void)layer;
	return 0;
}

static int layer_ctrl(Sockbuf_IO_Desc *layer, int option, void *argument)
{
	if (option != OPTION_DEADLINE)
		return LBER_SBIOD_CTRL_NEXT(layer, option, argument);
	*(const LdapDeadline **)argument = layer->sbiod_pvt;
	return 1;
}

static bool is_wanted(LdapDeadline *deadline, size_t n)
{
	const int64_t began_msec = monotonic_msec();
	const bool is = deadline->takes(deadline->data, n);
	const int64_t held_msec = monotonic_msec() - began_msec;

	deadline->held_msec += held_msec;
	deadline->end_msec += held_msec;
	return is;
}

static bool is_taken(LdapDeadline *deadline, size_t n)
{
	deadline->n_bytes += n;
	if (!deadline->is_bounded)
		return true;
	deadline->is_too_much =
		deadline->takes ? !is_wanted(deadline, n) : deadline->n_bytes > deadline->bytes_max;
	if (deadline->is_too_much)
		errno = EMSGSIZE;
	return !deadline->is_too_much;
}

static ber_slen_t layer_read(Sockbuf_IO_Desc *layer, void *bytes, ber_len_t len)
{
	LdapDeadline *deadline = layer->sbiod_pvt;
	const ber_slen_t n =
		wait_ready(layer, POLLIN) ? LBER_SBIOD_READ_NEXT(layer, bytes, len) : -1;

	if (n <= 0)
		return n;
	if (deadline->first_byte < 0)
		deadline->first_byte = *(const unsigned char *)bytes;
	return is_taken(deadline, (size_t)n) ? n : -1;
}

static ber_slen_t layer_write(Sockbuf_IO_Desc *layer, void *bytes, ber_len_t len)
{
	return wait_ready(layer, POLLOUT) ? LBER_SBIOD_WRITE_NEXT(layer, bytes, len) : -1;
}

static Sockbuf_IO layer_functions = {
	.sbi_setup = layer_setup,
	.sbi_remove = layer_end,
	.sbi_ctrl = layer_ctrl,
	.sbi_read = layer_read,
	.sbi_write = layer_write,
	.sbi_close = layer_end,
};

const LdapDeadline *ldap_deadline_of(LDAP *ldap)
{
	const LdapDeadline *deadline = NULL;
	Sockbuf *socket = NULL;

	if (ldap_get_option(ldap, LDAP_OPT_SOCKBUF, &socket) == LDAP_OPT_SUCCESS && socket)
		(void)ber_sockbuf_ctrl(socket, OPTION_DEADLINE, &deadline);
	return deadline;
}

void ldap_deadline_restart(LdapDeadline *deadline)
{
	deadline->end_msec = monotonic_msec() + deadline->timeout_msec;
}

LdapDeadline *ldap_deadline_set(Pool *pool, LDAP *ldap, unsigned timeout_msec)
{
	LdapDeadline *deadline = pool_alloc(pool, sizeof(*deadline));
	Sockbuf *socket = NULL;

	*deadline = (LdapDeadline){.timeout_msec = timeout_msec, .first_byte = -1};
	ldap_deadline_restart(deadline);
	if (ldap_get_option(ldap, LDAP_OPT_SOCKBUF, &socket) != LDAP_OPT_SUCCESS ||
	    ber_sockbuf_add_io(socket, &layer_functions, LEVEL, deadline) < 0)
		return NULL;
	return deadline;
}

void ldap_read_ahead(LDAP *ldap)
{
	Sockbuf *socket = NULL;

	if (ldap_get_option(ldap, LDAP_OPT_SOCKBUF, &socket) == LDAP_OPT_SUCCESS && socket)
		(void)ber_sockbuf_add_io(socket, &ber_sockbuf_io_readahead, LEVEL + 1, NULL);
}

static void message_bound(LDAP *ldap, ber_len_t longest)
{
	Sockbuf *socket = NULL;

	if (ldap_get_option(ldap, LDAP_OPT_SOCKBUF, &socket) == LDAP_OPT_SUCCESS)
		(void)ber_sockbuf_ctrl(socket, LBER_SB_OPT_SET_MAX_INCOMING, &longest);
}

void ldap_deadline_bound(LDAP *ldap, LdapDeadline *deadline,
			 bool (*takes)(void *data, size_t n_bytes), void *data)
{
	deadline->is_bounded = true;
	deadline->bytes_max = LDAP_BYTES_MAX;
	deadline->takes = takes;
	deadline->data = data;
	/* libber takes memory for as much as its header says. */
	message_bound(ldap, LDAP_BYTES_MAX);
}

/* A longer message is given up once that much of it has come, and not by its header: libber would
 * then only say that the connection is gone. */
void ldap_deadline_widen(LDAP *ldap, LdapDeadline *deadline)
{
	deadline->bytes_max = LDAP_ENTRY_BYTES_MAX;
	message_bound(ldap, MESSAGE_MAX);
}

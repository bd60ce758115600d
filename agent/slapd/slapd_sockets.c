/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/slapd/slapd_sockets.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "agent/slapd/slapd_process.h"
#include "agent/system/fd.h"
#include "common/base/buf.h"
#include "common/remedies/remedies.h"
#include "common/slapd/layouts.h"
#include "common/slapd/url.h"

typedef struct Socket {
	const char *uri;
	const char *path;
	dev_t device; /* two names may be one socket: Debian links /run/ldapi */
	ino_t inode;
	int error; /* errno of connecting; 0: something listens */
} Socket;

/* Nothing is sent: slapd sees a client that goes again. */
static int try_to_connect(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	AUTO_FD fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return errno;
	if (strlen(path) >= sizeof(address.sun_path))
		return ENAMETOOLONG;
	(void)strcpy(address.sun_path, path);
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0)
		return 0;
	return errno == EAGAIN ? 0 : errno; /* it listens, and has more callers than it takes */
}

static Socket socket_look(Pool *pool, const SlapdLayout *layout)
{
	Socket found = {.uri = layout->socket};
	struct stat status;
	Url url = {0};

	(void)url_parse(pool, layout->socket, &url);
	found.path = url.host;
	if (stat(found.path, &status) < 0) {
		found.error = errno;
		return found;
	}
	found.device = status.st_dev;
	found.inode = status.st_ino;
	found.error = try_to_connect(found.path);
	return found;
}

static bool is_the_same(const Socket *one, const Socket *other)
{
	return strcmp(one->path, other->path) == 0 ||
	       (one->inode != 0 && one->inode == other->inode && one->device == other->device);
}

static Socket *sockets_look(Pool *pool, size_t *ret_n)
{
	Socket *sockets = NULL;
	size_t n = 0;

	for (size_t i = 0; i < SLAPD_LAYOUT_COUNT; i++) {
		const SlapdLayout *layout = &slapd_layouts[i];
		const Socket found = layout->socket ? socket_look(pool, layout) : (Socket){0};
		bool is_new = layout->socket != NULL;

		for (size_t k = 0; k < n; k++)
			is_new = is_new && !is_the_same(&sockets[k], &found);
		if (is_new)
			POOL_PUSH(pool, sockets, n, found);
	}
	*ret_n = n;
	return sockets;
}

/* Several that are installed. */
static void programs_print(Pool *pool, Buf *text)
{
	size_t n;
	const char **programs = slapd_programs_installed(pool, &n);

	buf_puts(text, "; several slapds are installed (");
	for (size_t i = 0; i < n; i++)
		buf_printf(text, "%s%s", i > 0 ? ", " : "", programs[i]);
	buf_puts(text, ")");
}

const char *slapd_socket_constant(const char *uri)
{
	if (strcmp(uri, SLAPD_SOCKET_DEFAULT) == 0)
		return SLAPD_SOCKET_DEFAULT;
	for (size_t i = 0; i < SLAPD_LAYOUT_COUNT; i++)
		if (slapd_layouts[i].socket && strcmp(slapd_layouts[i].socket, uri) == 0)
			return slapd_layouts[i].socket;
	return NULL;
}

SocketsFound slapd_sockets_find(Pool *pool)
{
	size_t n_sockets, n_programs, n_answer = 0;
	const Socket *sockets = sockets_look(pool, &n_sockets);
	SocketsFound found = {0};
	Buf text = BUF_IN(pool);

	(void)slapd_programs_installed(pool, &n_programs);
	for (size_t i = 0; i < n_sockets; i++) {
		const int error = sockets[i].error;

		buf_printf(&text, "%s%s (%s)", i > 0 ? ", " : "", sockets[i].path,
			   error ? strerror(error) : "somebody listens");
		found.uri = error ? found.uri : sockets[i].uri;
		n_answer += error == 0;
	}
	if (n_answer > 0 && n_programs > 1)
		programs_print(pool, &text);
	if (n_answer > 1 || (n_answer > 0 && n_programs > 1)) {
		found.uri = NULL;
		buf_printf(&text, "; %s", remedy_text(REMEDY_LDAP_URI));
	}
	found.text = buf_text(&text);
	return found;
}

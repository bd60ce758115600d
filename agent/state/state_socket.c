/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/state/state_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <unistd.h>

#include "agent/state/state_document.h"
#include "agent/state/state_names.h"

static int socket_load(Pool *pool, const JsonNode *root, void *target)
{
	StateSocket *socket = target;

	(void)pool;
	socket->uri = member_string(root, "uri");
	return socket->uri ? 0 : -1;
}

/* Releases before 0.2.0 noted no socket, but these of what slapd answered. */
static bool is_first(const StateFolder *folder)
{
	static const char *const names[] = {STATE_SOCKET, STATE_DATABASES, STATE_MACHINE,
					    STATE_ENTRIES, STATE_LAST_SEEN};

	for (size_t i = 0; folder->fd >= 0 && i < ARRAY_SIZE(names); i++)
		if (faccessat(folder->fd, names[i], F_OK, AT_SYMLINK_NOFOLLOW) == 0 ||
		    errno != ENOENT)
			return false;
	return true;
}

StateSocket state_read_socket(Pool *pool, const char *state_dir)
{
	static const StateFile file = {.name = STATE_SOCKET, .load = socket_load};
	StateSocket socket = {0};
	StateFolder folder;

	/* A damaged one stays where it is: put aside it would be taken for none. */
	if (state_folder_open(pool, state_dir, false, &folder, NULL) < 0)
		return socket;
	if (folder.fd >= 0 && state_document_read(&folder, &file, &socket, NULL) < 0)
		socket.uri = NULL;
	socket.is_first = !socket.uri && is_first(&folder);
	state_folder_close(&folder);
	return socket;
}

int state_write_socket(const char *state_dir, const char *uri, Error *err)
{
	struct json_object *document = state_document_new();

	json_object_object_add(document, "uri", state_text(uri));
	return state_document_write(state_dir, STATE_SOCKET, document, err);
}

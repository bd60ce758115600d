/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "agent/doctor/doctor_look.h"
#include "agent/system/fd.h"
#include "common/remedies/remedies.h"
#include "common/slapd/config_file.h"

#define FILE_MAX_BYTES (8 << 20) /* a thousand olcSyncrepl values take 250 kB */

/* The files belong to slapd's user; nothing of them is believed, only compared. NULL with errno. */
static const char *file_bytes(Pool *pool, const char *path, size_t *ret_len)
{
	AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat status;
	size_t len = 0;
	ssize_t n = 1;
	char *bytes;

	if (fd < 0 || fstat(fd, &status) < 0)
		return NULL;
	if (!S_ISREG(status.st_mode) || status.st_size > FILE_MAX_BYTES) {
		errno = EINVAL;
		return NULL;
	}
	bytes = pool_alloc(pool, (size_t)status.st_size + 1);
	while (len < (size_t)status.st_size &&
	       (n = read(fd, bytes + len, (size_t)status.st_size - len)) > 0)
		len += (size_t)n;
	*ret_len = len;
	return n < 0 ? NULL : bytes;
}

static void compare(Doctor *doctor, const Entry *live, const char *path, const Entry *file)
{
	const char *in_memory = entry_first(live, "entryCSN");
	const char *on_disk = entry_first(file, "entryCSN");
	const char *attribute = config_file_difference(live, file);

	if (!attribute)
		return;
	/* Values may be passwords: only the attribute is named. */
	doctor_find(doctor->pool, &doctor->report, DOCTOR_DISK_COPY, DOCTOR_ERROR,
		    in_memory && on_disk && strcmp(in_memory, on_disk) == 0
			    ? "%s was edited by hand: %s differs from what slapd has in memory"
			    : "%s does not hold the last change of its entry: %s differs from what "
			      "slapd has in memory",
		    path, strcmp(attribute, "entryCSN") == 0 ? "its entryCSN" : attribute);
}

static void entry_check(Doctor *doctor, const char *folder, const Entry *live)
{
	const char *path =
		pool_printf(doctor->pool, "%s/%s", folder, config_file_of(doctor->pool, live->dn));
	size_t len = 0;
	const char *bytes = file_bytes(doctor->pool, path, &len);
	Entry file;

	if (!bytes && errno == ENOENT)
		doctor_find(doctor->pool, &doctor->report, DOCTOR_DISK_COPY, DOCTOR_ERROR,
			    "%s is not there: slapd has %s in memory only", path, live->dn);
	else if (!bytes)
		doctor_find(doctor->pool, &doctor->report, DOCTOR_DISK_COPY, DOCTOR_UNKNOWN,
			    "not checked: %s: %s", path, strerror(errno));
	else if (!config_file_parse(doctor->pool, bytes, len, &file))
		doctor_find(doctor->pool, &doctor->report, DOCTOR_DISK_COPY, DOCTOR_ERROR,
			    "%s is no LDIF that slapd could read", path);
	else
		compare(doctor, live, path, &file);
}

void doctor_disk_copy(Doctor *doctor)
{
	const Tree *config = &doctor->seen.world.config;
	const char *folder;

	if (!doctor_has_world(doctor, DOCTOR_DISK_COPY))
		return;
	folder = doctor_config_dir(doctor);
	if (!folder) {
		doctor_skip(doctor, DOCTOR_DISK_COPY,
			    pool_printf(doctor->pool,
					"nobody tells where slapd keeps cn=config (%s)",
					remedy_text(REMEDY_CONFIG_DIR)));
		return;
	}
	doctor_saw(&doctor->report, DOCTOR_DISK_COPY);
	for (size_t i = 0; i < config->n_entries; i++)
		entry_check(doctor, folder, &config->entries[i]);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "agent/disk/config_bytes.h"
#include "agent/doctor/doctor_look.h"
#include "common/remedies/remedies.h"
#include "common/slapd/config_file.h"

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
	const char *bytes = config_bytes_read(doctor->pool, path, &len);
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
					"nothing says where slapd keeps cn=config (%s)",
					remedy_text(REMEDY_CONFIG_DIR)));
		return;
	}
	doctor_saw(&doctor->report, DOCTOR_DISK_COPY);
	for (size_t i = 0; i < config->n_entries; i++)
		entry_check(doctor, folder, &config->entries[i]);
}

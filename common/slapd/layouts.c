/* SPDX-License-Identifier: Apache-2.0 */
#include "common/slapd/layouts.h"

#include <string.h>

/* The script finds slapd's own folder where SLAPD_CONF is empty. */
static const SlapdStarter debian_starter = {
	.script = "/etc/init.d/slapd",
	.settings = "/etc/default/slapd",
	.urls = "SLAPD_SERVICES",
	.config_dir = "SLAPD_CONF",
	.options = "SLAPD_OPTIONS",
	.unset_urls = "ldap:///",
};

static const SlapdStarter ltb_starter = {
	.script = "/usr/local/openldap/sbin/slapd-cli",
	.settings = "/usr/local/openldap/etc/openldap/slapd-cli.conf",
	.urls = "SLAPD_SERVICES",
	.config_dir = "SLAPD_CONF_DIR",
	.config_file = "SLAPD_CONF",
	.options = "SLAPD_PARAMS",
};

const SlapdLayout slapd_layouts[SLAPD_LAYOUT_COUNT] = {
	{
		.package = "slapd",
		.program = "/usr/sbin/slapd",
		.unit = "slapd.service",
		.config_dir = "/etc/ldap/slapd.d",
		.socket = "ldapi://%2Fvar%2Frun%2Fslapd%2Fldapi",
		.starter = &debian_starter,
	},
	{
		.package = "openldap-servers",
		.program = "/usr/sbin/slapd",
		.unit = "slapd.service",
		.config_dir = "/etc/openldap/slapd.d",
		.socket = "ldapi://%2Fvar%2Frun%2Fldapi",
	},
	{
		.package = "openldap-ltb",
		.program = "/usr/local/openldap/libexec/slapd",
		.unit = "slapd-ltb.service",
		.config_dir = "/usr/local/openldap/etc/openldap/slapd.d",
		.socket = "ldapi://%2Fvar%2Frun%2Fslapd%2Fldapi",
		.starter = &ltb_starter,
	},
	{
		.package = "symas-openldap-servers",
		.program = "/opt/symas/lib/slapd",
		.unit = "symas-openldap-servers.service",
		.config_dir = "/opt/symas/etc/openldap/slapd.d",
		.socket = "ldapi://%2Fvar%2Fsymas%2Frun%2Fldapi",
	},
	{
		.package = "OpenLDAP's own sources",
		.program = "/usr/libexec/slapd",
		.unit = "slapd.service",
		.config_dir = "/usr/etc/openldap/slapd.d",
	},
};

const SlapdStarter *slapd_starter_find(const char *script)
{
	for (size_t i = 0; i < SLAPD_LAYOUT_COUNT; i++)
		if (slapd_layouts[i].starter &&
		    strcmp(slapd_layouts[i].starter->script, script) == 0)
			return slapd_layouts[i].starter;
	return NULL;
}

const char *slapd_starter_program(const SlapdStarter *starter)
{
	for (size_t i = 0; i < SLAPD_LAYOUT_COUNT; i++)
		if (slapd_layouts[i].starter == starter)
			return slapd_layouts[i].program;
	return NULL;
}

# SPDX-License-Identifier: Apache-2.0
# What EL's policy calls otherwise than Debian's, by stand-ins of our own that leave a trace in the
# compiled module: which branch of each ifdef is taken can be seen without EL's headers. Read after
# Debian's interfaces, without init_systemd, so that init_daemon_domain() lacks what EL's lacks.
# EL 8 is this file with -D el8: no permission to watch.
undefine(`files_runtime_file', `files_runtime_filetrans', `files_watch_root_dirs', `init_unit_file')
define(`files_pid_file', `
	gen_require(`attribute el_pidfile;')
	typeattribute $1 el_pidfile;
')
define(`files_pid_filetrans', `
	gen_require(`type var_run_t;')
	filetrans_pattern($1, var_run_t, $2, $3, $4)
')
define(`systemd_unit_file', `
	gen_require(`attribute el_unit_file;')
	typeattribute $1 el_unit_file;
')
define(`systemd_read_unit_files', `
	gen_require(`attribute el_unit_file;')
	allow $1 el_unit_file:file { open read };
')
define(`init_nnp_daemon_domain', `
	gen_require(`type init_t; class process2 { nnp_transition nosuid_transition };')
	allow init_t $1:process2 { nnp_transition nosuid_transition };
')
define(`ldap_stream_connect', `
	gen_require(`type slapd_t, slapd_var_run_t;')
	stream_connect_pattern($1, slapd_var_run_t, slapd_var_run_t, slapd_t)
')
ifdef(`el8', `', `define(`watch_dirs_pattern', `allow $1 $3:dir watch;')')

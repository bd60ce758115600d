#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs as root in the enforcing guest and tells the host what happened: "step NAME: TEXT" or
# "failed NAME: TEXT", "acts LABEL: ACT: RESULT", and what SELinux denied as "avc PART: TEXT".
# shellcheck disable=SC2317 # functions are called through until_true
set -u
cd /root/test || exit 1
ADMIN="unconfined_u:unconfined_r:unconfined_t:s0-s0:c0.c1023"
LDAPI="ldapi://%2Frun%2Fldapi"
CONSUMERS="-Q -LLL -o ldif-wrap=no -Y EXTERNAL -H $LDAPI -b cn=config (olcSyncrepl=*) olcSyncrepl"

step() {
	name=$1
	shift
	if text=$("$@" 2>&1); then
		echo "step $name: $(echo "$text" | tail -n 1) [$(cut -d' ' -f1 /proc/uptime)]"
	else
		echo "failed $name: status $? after $(cut -d' ' -f1 /proc/uptime) s of uptime"
		echo "$text" | tail -n 30 | sed 's/^/    /'
	fi
}
# Polls for a minute.
until_true() {
	end=$(($(cut -d. -f1 /proc/uptime) + 60))
	until "$@"; do
		[ "$(cut -d. -f1 /proc/uptime)" -lt $end ] || return 1
		sleep 0.1
	done
}
# As from a shell that root logged in to.
admin() { runcon "$ADMIN" /bin/sh -c "$*"; }
# The same where root is no more than sysadm_t. This script's domain may not change to it: it does so
# while nothing is enforced, and the shell there waits. It opens its own files, also the output.
sysadm() {
	rm -f /run/sysadm
	(
		setenforce 0
		exec runcon root:sysadm_r:sysadm_t:s0-s0:c0.c1023 /bin/sh -c \
			"echo >/run/sysadm; until grep -q 1 /sys/fs/selinux/enforce; do :; done; $* >/tmp/sysadm 2>&1"
	) &
	until [ -e /run/sysadm ]; do sleep 0.1; done
	setenforce 1
	wait $!
	status=$?
	cat /tmp/sysadm
	return $status
}
plan_is_empty() { admin syncward plan >/run/plan 2>&1 || { cat /run/plan; false; }; }
consumers() {
	# shellcheck disable=SC2086 # options
	ldapsearch $CONSUMERS 2>&1
}
consumers_have() { consumers | grep -q "$1"; }
is_replicating() { ldapsearch -LLL -x -H ldap://node1.test -b "dc=example,dc=com" "(cn=$1)" dn | grep -q "cn=$1"; }
# What was denied since the last call.
avcs() {
	journalctl --sync
	journalctl -b -q -o cat --cursor-file=/run/cursor _TRANSPORT=audit | grep -a 'avc: *denied' | sed "s/^/avc $1: /"
}

# --- two servers with the same content: slapd, which syncward looks after, and its peer ---

make_server() { # NAME PROCESS GLOBAL FOLDER
	install -d -o ldap -g ldap "/var/lib/ldap/$1" "/var/lib/ldap/$1/db"
	sed -e "s|@PROCESS@|$2|" -e "s|@DATABASE@|/var/lib/ldap/$1/db|" -e "s|@GLOBAL@|$3|" config.ldif >"/run/$1.ldif"
	slapadd -n 0 -F "$4" -l "/run/$1.ldif"
}
make_servers() {
	tls=$(printf '%s\\n' "olcServerID: 2" "olcTLSCACertificateFile: /etc/openldap/certs/ca.pem" \
		"olcTLSCertificateFile: /etc/openldap/certs/node2.pem" \
		"olcTLSCertificateKeyFile: /etc/openldap/certs/node2.key")
	make_server node1 /run/openldap/slapd "olcLogLevel: none" /etc/openldap/slapd.d || return 1
	install -d /var/lib/ldap/node2 /var/lib/ldap/node2/slapd.d
	make_server node2 /run/openldap/peer "${tls%??}" /var/lib/ldap/node2/slapd.d || return 1
	echo 'dn: olcOverlay=syncprov,olcDatabase={2}mdb,cn=config
objectClass: olcSyncProvConfig
olcOverlay: syncprov' | slapadd -n 0 -F /var/lib/ldap/node2/slapd.d || return 1
	slapadd -n 2 -F /var/lib/ldap/node2/slapd.d -S 2 -w -l base.ldif || return 1
	slapcat -n 2 -F /var/lib/ldap/node2/slapd.d >/run/content.ldif || return 1
	slapadd -n 2 -F /etc/openldap/slapd.d -w -l /run/content.ldif || return 1
	chown -R ldap:ldap /etc/openldap/slapd.d /var/lib/ldap
	cp -a /var/lib/ldap/node1/db /var/lib/ldap/node1/backup
	systemctl start slapd slapd-peer
}
# The SELinux context of a service's process.
context_of() { tr -d '\000' <"/proc/$(systemctl show -P MainPID "$1")/attr/current"; }

echo "step domain: $(id -Z) $(getenforce)"
step make-servers make_servers
step slapd-domain context_of slapd
avcs start >/run/avcs-start

# --- an administrator looks and applies nothing, before the daemon ever ran ---

plan_finds_changes() {
	"$@" syncward plan >/run/plan 2>&1
	status=$?
	cat /run/plan
	[ $status -eq 2 ]
}
step plan-unconfined plan_finds_changes admin
step plan-sysadm plan_finds_changes sysadm
step admin-domain admin "/usr/local/libexec/acts domain | grep context"

# --- the service ---

step start systemctl start syncward
step daemon-domain context_of syncward
step in-step until_true plan_is_empty
step replicates until_true is_replicating replicator

# A monitoring agent: its unit fails unless check says OK.
step nrpe until_true systemctl start nrpe
journalctl -q -o cat -u nrpe _TRANSPORT=stdout | sed 's/^/nrpe: /'

edit() { ldapmodify -Q -Y EXTERNAL -H $LDAPI; }
drift() {
	dn=$(consumers | sed -n 's/^dn: //p')
	printf 'dn: %s\nchangetype: modify\ndelete: olcSyncrepl\n-\ndelete: olcMultiProvider\n' "$dn" | edit &&
		until_true consumers_have 'node2.test' && until_true plan_is_empty
}
step drift drift

reload_good() {
	sed 's/"network-timeout": 2/"network-timeout": 3/' peers.json >/etc/syncward/peers.json
	systemctl reload syncward && until_true consumers_have 'network-timeout=3'
}
step reload reload_good
reload_bad() {
	echo '{' >/etc/syncward/peers.json
	systemctl reload syncward && sleep 1 && systemctl is-active syncward &&
		until_true sh -c "journalctl -u syncward -o cat | grep -q 'peers.json:2:1'"
}
step reload-bad reload_bad
cat peers.json >/etc/syncward/peers.json

# The password first where it is asked for, then in the file: nobody is told to reload.
rotate() {
	printf 'dn: cn=replicator,dc=example,dc=com\nchangetype: modify\nreplace: userPassword\nuserPassword: second\n' |
		ldapmodify -x -D cn=admin,dc=example,dc=com -w admin -H ldap://node2.test &&
		(umask 077 && printf second >/etc/syncward/secrets/.new) &&
		mv /etc/syncward/secrets/.new /etc/syncward/secrets/replicator &&
		until_true consumers_have 'credentials="*second' && until_true plan_is_empty
}
step rotate rotate
after_rotation() {
	printf 'dn: cn=later,dc=example,dc=com\nobjectClass: organizationalRole\n' |
		ldapadd -x -D cn=admin,dc=example,dc=com -w admin -H ldap://node2.test &&
		until_true is_replicating later
}
step replicates-after-rotation after_rotation

slapd_again() {
	systemctl restart slapd && drift
}
step slapd-restart slapd_again

# --- the fence: what is right stays open; an old backup is closed before slapd starts, and the daemon opens it ---

csns() { ldapsearch -LLL -x -H ldap://node1.test -s base -b "dc=example,dc=com" contextCSN | sed -n 's/^contextCSN: //p'; }
are_noted() {
	systemctl reload syncward
	for csn in $(csns); do grep -q "$csn" /var/lib/syncward/last-seen.json || return 1; done
}
verdict() { grep -o '"verdict": *"[a-z]*"' /var/lib/syncward/fence.json; }
is_closed() { ldapsearch -Q -LLL -Y EXTERNAL -H "$LDAPI" -b cn=config '(olcReadOnly=TRUE)' dn | grep -q mdb; }
is_open() { csns | grep -q . && ! is_closed; }
fence_right() {
	systemctl enable --now syncward-fence && until_true are_noted && systemctl restart slapd && verdict
}
step fence-right fence_right
fence_older() {
	systemctl stop syncward && systemctl kill --signal=KILL slapd
	until_true sh -c '! systemctl is-active slapd' || return 1
	rm /var/lib/ldap/node1/db/* && cp -a /var/lib/ldap/node1/backup/. /var/lib/ldap/node1/db && systemctl start slapd &&
		until_true is_closed && verdict
}
step fence-older fence_older
journalctl -b -q -o json -u syncward-fence -u syncward-fence-stop | sed -n 's/.*"_SELINUX_CONTEXT":"\([a-z_:0-9]*\).*/fence: \1/p' | sort -u
fence_opened() { systemctl start syncward && until_true is_open && until_true is_replicating later; }
step fence-opened fence_opened
systemctl disable --now syncward-fence syncward-fence-stop

credential() {
	mkdir -p /run/systemd/system/syncward.service.d
	printf '[Service]\nLoadCredential=replicator:/etc/syncward/secrets/replicator\n' \
		>/run/systemd/system/syncward.service.d/credential.conf
	sed 's|{ "file": "/etc/syncward/secrets/replicator" }|{ "credential": "replicator" }|' peers.json \
		>/etc/syncward/peers.json
	systemctl daemon-reload && systemctl restart syncward && drift_by_credential
}
drift_by_credential() {
	dn=$(consumers | sed -n 's/^dn: //p')
	printf 'dn: %s\nchangetype: modify\ndelete: olcSyncrepl\n-\ndelete: olcMultiProvider\n' "$dn" | edit &&
		until_true consumers_have 'credentials="*second'
}
step credential credential
step stop systemctl stop syncward
step result systemctl show -P Result syncward

# An administrator is the first to make our folders; the service finds its types there.
folders() {
	rm -rf /run/syncward /var/lib/syncward
	cat peers.json >/etc/syncward/peers.json
	rm /run/systemd/system/syncward.service.d/credential.conf
	systemctl daemon-reload
	admin syncward apply
	stat -c %C /run/syncward /var/lib/syncward | sort | tr '\n' ' '
}
step folders folders
start_again() { systemctl start syncward && drift && systemctl stop syncward; }
step start-again start_again

# The same as a user of its own, by the shipped examples.
own_user() {
	echo 'syncward:x:990:990::/:/usr/sbin/nologin' >>/etc/passwd
	echo 'syncward:x:990:' >>/etc/group
	edit <dedicated-user.ldif || return 1
	cp dedicated-user.conf /run/systemd/system/syncward.service.d/
	sed 's|{ "file": "/etc/syncward/secrets/replicator" }|{ "credential": "replicator" }|' peers.json \
		>/etc/syncward/peers.json
	systemctl daemon-reload && systemctl start syncward && drift_by_credential &&
		echo "$(context_of syncward) $(stat -c %U "/proc/$(systemctl show -P MainPID syncward)")"
}
step own-user own_user
systemctl stop syncward
rm /run/systemd/system/syncward.service.d/dedicated-user.conf
systemctl daemon-reload
cat peers.json >/etc/syncward/peers.json
avcs service >/run/avcs-service

# --- a slapd that the policy does not know, as LTB's: without the boolean, and with it ---

LDAPI="ldapi://%2Frun%2Fslapd%2Fldapi"
CONSUMERS="-Q -LLL -o ldif-wrap=no -Y EXTERNAL -H $LDAPI -b cn=config (olcSyncrepl=*) olcSyncrepl"
journal_says() {
	journalctl --sync
	journalctl -b -q -o cat -u syncward | grep -q "$1"
}
unconfined_off() {
	systemctl stop slapd
	install -D /usr/sbin/slapd /usr/local/openldap/libexec/slapd
	chcon -t bin_t /usr/local/openldap/libexec/slapd
	mkdir -p /run/slapd && chcon -t var_run_t /run/slapd
	echo "{\"ldap_uri\": \"$LDAPI\"}" >/etc/syncward/agent.json
	systemctl start slapd-ltb && systemctl start syncward && until_true journal_says 'Permission denied' &&
		context_of slapd-ltb
}
step unconfined-off unconfined_off
admin syncward doctor selinux | sed 's/^/doctor: /'
avcs unconfined-off
unconfined_on() { setsebool syncward_unconfined_slapd 1 && until_true plan_is_empty && drift && context_of slapd-ltb; }
step unconfined-on unconfined_on
step unconfined-stop systemctl stop syncward slapd-ltb
journalctl -b -q -o cat -u syncward | sed 's/^/journal: /'
cat /run/avcs-service
avcs unconfined-on

# --- what must never be, by a program with the daemon's label and no sandbox ---

install -d -m 700 /etc/openldap/playground
echo there >/etc/openldap/playground/there.ldif
chcon -R -t slapd_db_t /etc/openldap/playground
cp /usr/bin/dash /etc/syncward/shell
chcon -t shell_exec_t /etc/syncward/shell
mkdir -p /run/syncward
/usr/local/libexec/listener listen &
acts() { # LABEL
	systemctl start "acts@$1"
	journalctl --sync
	journalctl -u "acts@$1" -o cat _TRANSPORT=stdout | sed "s/^/acts $1: /"
	avcs "acts-$1"
}
acts enforcing
setenforce 0
acts permissive
echo "step end: $(getenforce)"

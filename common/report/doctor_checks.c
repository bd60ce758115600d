/* SPDX-License-Identifier: Apache-2.0 */
#include "common/report/doctor_checks.h"

const DoctorRule doctor_rules[DOCTOR_CHECK_COUNT] = {
	[DOCTOR_AGENT_FILE] = {"agent-file", "agent.json can be used",
			       "every command of syncward ends with 78 until it can",
			       "mend the file, or remove it: every setting has a default"},
	[DOCTOR_PEERS_FILE] = {"peers-file", "peers.json can be used, and lets syncward write",
			       "the daemon goes on with the last good file; plan and apply end "
			       "with 78",
			       "mend the file; `syncward validate` checks it without a server"},
	[DOCTOR_SECRETS] = {"secrets", "the passwords that peers.json names can be read",
			    "a link whose password is missing is not written",
			    "write the password, alone on one line, into the file: owner root, "
			    "mode 0600"},
	[DOCTOR_NODE] = {"node", "peers.json says which peer this node is",
			 "nothing is written on a node that the file does not know",
			 "add the node to \"peers\", name it with \"node\" in agent.json, or take "
			 "it out with `syncward leave`"},
	[DOCTOR_STATE] = {"state", "the state folder can be used, and no write was cut off",
			  "what is forgotten is judged anew: providers from before, a node that "
			  "left, a change that is not on disk",
			  "keep the folder (root, 0700); `syncward apply` ends what was cut off"},
	[DOCTOR_DAEMON] = {"daemon", "the daemon runs, and its passes go well",
			   "nobody notices drift, and nobody repairs it",
			   "systemctl enable --now syncward; see journalctl -u syncward"},
	[DOCTOR_SELINUX] = {"selinux", "SELinux knows the daemon and its files",
			    "the daemon would be refused what a person's command is allowed, or "
			    "would be allowed more than it should",
			    "install syncward-selinux; restorecon -R /etc/syncward "
			    "/var/lib/syncward /usr/sbin/syncward; restart the daemon"},
	[DOCTOR_JOURNAL] = {"journal", "the journal outlives a reboot",
			    "who changed what, and when, is lost with the machine's memory; the "
			    "history in the state folder stays",
			    "mkdir /var/log/journal && systemctl restart systemd-journald"},
	[DOCTOR_CLOCK] = {"clock", "this machine's clock is kept right",
			  "of two writes the one with the later time wins, on all nodes",
			  "run chronyd; see chronyc tracking"},
	[DOCTOR_NAMES] = {"names", "this machine's own name resolves",
			  "slapd finds its server ID and itself among its providers by that name",
			  "put the full name into /etc/hosts or DNS; see hostname -f"},
	[DOCTOR_LDAPI] = {"ldapi", "slapd answers on its local socket and knows root there",
			  "without it nothing can be looked at nor written",
			  "start slapd with ldapi:/// in its -h list; run this as root"},
	[DOCTOR_RIGHTS] = {"rights", "root may read and manage cn=config",
			   "syncward sees nothing, or its writes are refused",
			   "let olcAccess of olcDatabase={0}config give "
			   "dn.exact=gidNumber=0+uidNumber=0,cn=peercred,cn=external,cn=auth "
			   "manage"},
	[DOCTOR_RESTART] = {"restart", "slapd would start again as it is configured now",
			    "the next restart, or reboot, takes this node away",
			    "see the finding; `syncward plan` shows what mends it"},
	[DOCTOR_CONFIG_REPLICATED] = {"config-replicated", "cn=config is this node's own",
				      "what is written on one node overwrites the others; syncward "
				      "writes nothing then (G8)",
				      "end the replication of olcDatabase={0}config"},
	[DOCTOR_DISK] = {"disk", "slapd and syncward can write their files",
			 "slapd takes a change into its memory and cannot keep it",
			 "make room; see df and df -i, and whether the file system is read-only"},
	[DOCTOR_DISK_COPY] = {"disk-copy", "slapd's files say what slapd has in memory",
			      "the next restart brings back something else than what runs now",
			      "write the entry once more over LDAP (`syncward apply` does it for "
			      "what it wrote); a file that was edited by hand is not read before a "
			      "restart, and is then believed"},
	[DOCTOR_FENCE] =
		{"old-backup", "an old backup would be closed to clients before slapd starts",
		 "a client's first write to a database that is older than it was makes its "
		 "peers delete what it does not have",
		 "systemctl enable --now syncward-fence; what it closed opens by itself"},
	[DOCTOR_MONITOR] = {"monitor", "cn=monitor tells which consumers run",
			    "consumers that stopped, or were mixed up by slapd, are not noticed",
			    "add olcDatabase=monitor, and let root over ldapi read it; OpenLDAP "
			    "2.5.4 is the first that lists consumers"},
	[DOCTOR_PENDING] = {"pending", "cn=config is what peers.json says",
			    "this node does not yet replicate as it should",
			    "see `syncward plan`; `syncward apply` writes it"},
	[DOCTOR_READERS] = {"readers", "the accounts that peers read with may read everything here",
			    "what one of them cannot read is missing at the peers, passwords "
			    "foremost, and later changes remove it everywhere",
			    "write \"access\": true in this database of peers.json, or put the "
			    "account first in that rule of olcAccess, with read"},
	[DOCTOR_LIMITS] = {"limits", "no limit cuts off a peer that reads here",
			   "its first refresh ends early, and entries are missing there",
			   "make this the first olcLimits value of the database: "
			   "dn.exact=\"<account>\" size=unlimited "
			   "size.unchecked=unlimited time=unlimited"},
	[DOCTOR_INDICES] = {"indices", "entryCSN and entryUUID are indexed for equality",
			    "each refresh of a peer searches the whole database",
			    "olcDbIndex: entryCSN,entryUUID eq"},
	[DOCTOR_OLD_ENTRIES] =
		{"old-entries", "every entry can be deleted at a peer that was away",
		 "when one of them is deleted while a peer is away, it stays there for good: slapd "
		 "deletes in a refresh only what carries a server ID of contextCSN",
		 "`syncward heal`, at the provider with the lowest id: it tells first which "
		 "entries only some of the servers have, and needs the rootdn's password mostly"},
	[DOCTOR_TIMEOUTS] = {"timeouts", "every provider is read with time limits",
			     "when it stops answering, the next change of cn=config may freeze "
			     "slapd",
			     "set timeout and network-timeout in its olcSyncrepl value"},
	[DOCTOR_LINKS] = {"links", "every consumer of slapd is connected and follows",
			  "this node does not get what is written there",
			  "see what the checks of that peer say, and slapd's log"},
	[DOCTOR_TLS_FILES] =
		{"tls-files",
		 "slapd can read the TLS files of its links, and holds them as they are",
		 "slapd reads them when it makes a consumer, and not again: a link that "
		 "must connect again breaks when what was there before is over",
		 "set \"renew_tls\": true in agent.json, or restart slapd"},
	[DOCTOR_PEER_REACH] = {"peer-reach", "every peer is reached over the network",
			       "nothing comes from there", "see the finding"},
	[DOCTOR_PEER_TLS] = {"peer-tls", "TLS with every peer works as the link asks for",
			     "slapd's consumer does not connect, and does not say why",
			     "see the finding"},
	[DOCTOR_PEER_BIND] = {"peer-bind", "every peer takes the link's account and password",
			      "slapd's consumer is refused", "see the finding"},
	[DOCTOR_PEER_READ] =
		{"peer-read",
		 "the link's account sees entries, entryCSN and its own password there",
		 "what is hidden does not replicate; what else is hidden is told there "
		 "(readers)",
		 "see the finding"},
	[DOCTOR_PEER_PROVIDER] = {"peer-provider", "every peer is a provider, under its own ID",
				  "it does not tell what changes, or its changes are taken for "
				  "another node's",
				  "see the finding"},
	[DOCTOR_PEER_LIMITS] = {"peer-limits", "no limit of a peer cuts this node off",
				"a refresh ends early, and entries are missing here",
				"see the finding"},
	[DOCTOR_CERTIFICATES] = {"certificates", "no peer's certificate ends soon",
				 "the link breaks on that day", "renew it"},
	[DOCTOR_SCHEMA] = {"schema", "every peer has the schema of this node",
			   "an entry that one of them does not know stops its replication",
			   "load the same schema everywhere"},
	[DOCTOR_PEER_CLOCK] = {"peer-clock", "every peer's clock agrees with this one",
			       "of two writes the one with the later time wins, on all nodes",
			       "see chronyc tracking on both"},
	[DOCTOR_IN_STEP] = {"in-step", "every server has every change",
			    "a client gets another answer there",
			    "`syncward verify` waits and looks again"},
	[DOCTOR_CONFLICTS] = {"conflicts", "no change bears a time that has not come yet",
			      "slapd settles conflicts by time and leaves no trace: such a change "
			      "wins against every later write, until its time has come",
			      "mend the clock of the node with that server ID; write such entries "
			      "anew when the time has come"},
	[DOCTOR_RETIRED_IDS] = {"retired-ids", "every server ID in contextCSN is a peer's",
				"changes of a node that is gone, or of one that wrote before it "
				"had its ID; harmless, and never to be given to a new node",
				"nothing need be done"},
};

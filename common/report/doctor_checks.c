/* SPDX-License-Identifier: Apache-2.0 */
#include "common/report/doctor_checks.h"

const DoctorRule doctor_rules[DOCTOR_CHECK_COUNT] = {
	[DOCTOR_AGENT_FILE] = {"agent-file", "agent.json can be used",
			       "every command of syncward ends with 78 until it can",
			       REMEDY_AGENT_FILE},
	[DOCTOR_PEERS_FILE] = {"peers-file", "peers.json can be used, and lets syncward write",
			       "the daemon goes on with the last good file; plan and apply end "
			       "with 78",
			       REMEDY_PEERS_FILE},
	[DOCTOR_SECRETS] = {"secrets", "the passwords that peers.json names can be read",
			    "a link whose password is missing is not written", REMEDY_SECRET},
	[DOCTOR_NODE] = {"node", "peers.json says which peer this node is",
			 "nothing is written on a node that the file does not know", REMEDY_NODE},
	[DOCTOR_STATE] = {"state", "the state folder can be used, and no write was cut off",
			  "syncward judges anew what it forgot: providers from before, a node that "
			  "left, a change that is not on disk",
			  REMEDY_STATE},
	[DOCTOR_DAEMON] = {"daemon", "the daemon runs, and its passes go well",
			   "nobody notices drift, and nobody repairs it", REMEDY_DAEMON},
	[DOCTOR_SELINUX] = {"selinux", "SELinux knows the daemon and its files",
			    "the daemon may not do what a person's command may, or may do more "
			    "than it should",
			    REMEDY_SELINUX},
	[DOCTOR_JOURNAL] = {"journal", "the journal outlives a reboot",
			    "the record of who changed what, and when, is lost at a reboot; the "
			    "history in the state folder stays",
			    REMEDY_JOURNAL},
	[DOCTOR_CLOCK] = {"clock", "this machine's clock is kept right",
			  "of two writes the one with the later time wins, on all nodes",
			  REMEDY_CLOCK},
	[DOCTOR_NAMES] = {"names", "this machine's own name resolves",
			  "slapd finds its server ID and itself among its providers by that name",
			  REMEDY_NAMES},
	[DOCTOR_LDAPI] = {"ldapi", "slapd answers on its local socket and knows root there",
			  "without it syncward can neither look nor write", REMEDY_LDAPI},
	[DOCTOR_RIGHTS] = {"rights", "root may read and manage cn=config",
			   "syncward sees nothing, or its writes are refused",
			   REMEDY_CONFIG_MANAGE},
	[DOCTOR_RESTART] = {"restart", "slapd would start again as it is configured now",
			    "the next restart, or reboot, takes this node away", REMEDY_PLAN_MENDS},
	[DOCTOR_CONFIG_REPLICATED] = {"config-replicated", "cn=config is this node's own",
				      "what is written on one node overwrites the others; syncward "
				      "writes nothing then (G8)",
				      REMEDY_SEE_FINDING},
	[DOCTOR_DISK] =
		{"disk",
		 "slapd and syncward have room and rights where their files and databases are",
		 "slapd cannot keep a change, refuses every write, or does not start again",
		 REMEDY_DISK_ROOM},
	[DOCTOR_DISK_COPY] = {"disk-copy", "slapd's files say what slapd has in memory",
			      "the next restart brings back something other than what runs now",
			      REMEDY_DISK_COPY},
	[DOCTOR_FENCE] =
		{"old-backup", "an old backup would be closed to clients before slapd starts",
		 "a client's first write to a database that is older than it was makes its "
		 "peers delete what it does not have",
		 REMEDY_FENCE},
	[DOCTOR_MONITOR] = {"monitor", "cn=monitor tells which consumers run",
			    "nobody notices consumers that stopped, or that slapd mixed up",
			    REMEDY_MONITOR},
	[DOCTOR_PENDING] = {"pending", "cn=config is what peers.json says",
			    "this node does not yet replicate as it should", REMEDY_PENDING},
	[DOCTOR_READERS] = {"readers", "the accounts that peers read with may read everything here",
			    "what one of them cannot read, usually passwords, is missing at the "
			    "peers, and later changes remove it everywhere",
			    REMEDY_READERS},
	[DOCTOR_LIMITS] = {"limits", "no limit cuts off a peer that reads here",
			   "its first refresh ends early, and entries are missing there",
			   REMEDY_APPLY},
	[DOCTOR_INDICES] = {"indices", "entryCSN and entryUUID are indexed for equality",
			    "each refresh of a peer has to search the whole "
			    "database",
			    REMEDY_APPLY},
	[DOCTOR_OLD_ENTRIES] =
		{"old-entries", "every entry can be deleted at a peer that was away",
		 "an entry that is deleted while a peer is away stays there for good: a refresh "
		 "deletes only entries whose server ID is in contextCSN",
		 REMEDY_OLD_ENTRIES},
	[DOCTOR_TIMEOUTS] = {"timeouts", "every provider is read with time limits and pauses",
			     "without limits, the next change of cn=config may freeze slapd when "
			     "a provider stops answering; without pauses, slapd takes processor "
			     "time all the while",
			     REMEDY_APPLY},
	[DOCTOR_LINKS] = {"links", "every consumer of slapd is connected and follows",
			  "this node does not get what is written there", REMEDY_LINKS},
	[DOCTOR_TLS_FILES] =
		{"tls-files",
		 "slapd can read the TLS files of its links, and holds them as they are",
		 "slapd reads them only when it creates a consumer: a link that has to connect "
		 "again breaks once the old certificate has expired",
		 REMEDY_TLS_FILES},
	[DOCTOR_PEER_REACH] = {"peer-reach", "every peer is reached over the network",
			       "nothing comes from there", REMEDY_SEE_FINDING},
	[DOCTOR_PEER_TLS] = {"peer-tls", "TLS with every peer works as the link asks for",
			     "slapd's consumer does not connect, and does not say why",
			     REMEDY_SEE_FINDING},
	[DOCTOR_PEER_BIND] = {"peer-bind", "every peer takes the link's account and password",
			      "slapd's consumer is refused", REMEDY_SEE_FINDING},
	[DOCTOR_PEER_READ] =
		{"peer-read",
		 "the link's account sees entries, entryCSN and its own password there",
		 "what is hidden does not replicate; what else is hidden is told there "
		 "(readers)",
		 REMEDY_SEE_FINDING},
	[DOCTOR_PEER_PROVIDER] = {"peer-provider", "every peer is a provider, under its own ID",
				  "it does not send changes, or others take its changes for those "
				  "of another node",
				  REMEDY_SEE_FINDING},
	[DOCTOR_PEER_LIMITS] = {"peer-limits", "no limit of a peer cuts this node off",
				"a refresh ends early, and entries are missing here",
				REMEDY_SEE_FINDING},
	[DOCTOR_CERTIFICATES] = {"certificates", "no peer's certificate ends soon",
				 "the link breaks on that day", REMEDY_CERTIFICATE_RENEW},
	[DOCTOR_SCHEMA] = {"schema", "every peer has the schema of this node",
			   "an entry with schema that one of them does not know stops replication "
			   "there",
			   REMEDY_SCHEMA},
	[DOCTOR_PEER_CLOCK] = {"peer-clock", "every peer's clock agrees with this one",
			       "of two writes the one with the later time wins, on all nodes",
			       REMEDY_CLOCKS_OF_BOTH},
	[DOCTOR_LOGS] = {"logs", "logs of changes are whole, have room, and are read",
			 "what a log lacks stays away at the peers that read it, and contextCSN "
			 "says nothing of it; without one each change takes the whole entry",
			 REMEDY_SEE_FINDING},
	[DOCTOR_IN_STEP] = {"in-step", "every server has every change",
			    "a client gets another answer there", REMEDY_IN_STEP},
	[DOCTOR_CONFLICTS] = {"conflicts", "no change bears a time that has not come yet",
			      "slapd settles conflicts by time and leaves no trace: such a change "
			      "wins over every later write until its time has come",
			      REMEDY_CONFLICTS},
	[DOCTOR_RETIRED_IDS] = {"retired-ids",
				"every server ID in contextCSN is a peer's, or retired and its "
				"last change everywhere",
				"such an ID is that of a node that is gone, or that wrote before "
				"it had its ID: only peers that have its changes can pass them on, "
				"and no new node may ever get it",
				REMEDY_RETIRED},
	[DOCTOR_GLUE] =
		{"glue", "no entry here is a mere placeholder",
		 "entries arrived before the one above them, or that one was deleted at one node "
		 "while another got entries below it: no search shows it, slapd refuses to add it "
		 "(68), and its contents are missing",
		 REMEDY_SEE_FINDING},
};

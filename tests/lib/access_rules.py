# SPDX-License-Identifier: Apache-2.0
"""olcAccess as people have it: what packages bring along, and what guides have them write.

The people and groups that they name are those of test_readers_rules.py. Its servers have no nis schema: employeeNumber
stands for shadowLastChange.
"""

from slapd import ROOT_DN, SUFFIX

REPLICATOR = f"cn=replicator,{SUFFIX}"
MANAGERS = f"cn=replication managers,{SUFFIX}"
ROOT_FIRST = f'to * by dn.exact="{ROOT_DN}" manage by * break'

RULES = {
    # slapd.postinst of Debian and Ubuntu
    "debian": ["to attrs=userPassword by self write by anonymous auth by * none",
               "to attrs=employeeNumber by self write by * read", "to * by * read"],
    # openldap-servers of EL: no value at all
    "el": [],
    # zytrax.com, "LDAP for Rocket Scientists", chapter 6
    "zytrax": [f'to attrs=userPassword by self write by anonymous auth by group.exact="cn=itpeople,{SUFFIX}" write by * none',
               f'to attrs=carLicense,homePostalAddress,homePhone by self write by group.exact="cn=hrpeople,{SUFFIX}" write by * none',
               f'to * by self write by group.exact="cn=hrpeople,{SUFFIX}" write by users read by * none'],
    # OpenLDAP Administrator's Guide, "Access Control"
    "admin-guide": ["to attrs=userPassword by self =xw by anonymous auth by * none", "to * by self write by users read"],
    # the tutorials of hosting companies
    "tutorial": [f'to attrs=userPassword,employeeNumber by self write by anonymous auth by dn="cn=admin,{SUFFIX}" read by * none',
                 'to dn.base="" by * read', f'to * by self write by dn="cn=admin,{SUFFIX}" write by * read'],
    # Ubuntu Server Guide, "Replication": what it has people put before Debian's
    "ubuntu": [f'to * by dn.exact="{REPLICATOR}" read by * break',
               "to attrs=userPassword by self write by anonymous auth by * none",
               "to attrs=employeeNumber by self write by * read", "to * by * read"],
    # LDAP Tool Box: root over ldapi first, administrators by a set
    "ltb": [ROOT_FIRST, "to attrs=userPassword by self =xw by anonymous auth "
            f'by set="[cn=administrators,{SUFFIX}]/member & user" write by * none',
            f'to * by set="[cn=administrators,{SUFFIX}]/member & user" write by users read by * none'],
    # in the manner of FreeIPA: who may read is in a group
    "group": [ROOT_FIRST, f'to attrs=userPassword by group/groupOfNames/member="{MANAGERS}" read by self write '
              "by anonymous auth by * none",
              f'to * by group/groupOfNames/member="{MANAGERS}" read by users read by anonymous auth'],
}

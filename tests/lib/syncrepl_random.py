# SPDX-License-Identifier: Apache-2.0
"""Random olcSyncrepl values: some right, some wrong, many odd."""

# What each keyword is tried with: right, odd, and wrong. Providers stay on this machine, on ports
# where nobody listens, since slapd connects at once; attributes are those of the standard schema.
# (No searchbase has an escaped comma: with suffixmassage slapd takes the base for a regular expression.)
VALUES = {
    "rid": ["1", "007", "999", "1000", "-1", "0x1", "", "+5", " 6", "6 ", "abc", "1.0", "99999999999"],
    "provider": ["ldap://127.0.0.1:1", "ldaps://127.0.0.1:1/", "LDAP://LOCALHOST:1", "ldap://[::1]:1",
                 "ldapi://%2Fnowhere", "ldap://127.0.0.1:1/dc=x", "ldap://127.0.0.1:1/dc=x?cn?sub",
                 "http://127.0.0.1", "127.0.0.1", "ldap:/127.0.0.1", "ldap://127.0.0.1:x", "",
                 "ldap://127.0.0.1:1 ldap://127.0.0.1:2", "ldap://127.0.0.1:1,ldap://127.0.0.1:2",
                 "ldap://127.0.0.1:99999", "ldap://127.0.0.1:-1", "ldap://127.0.0.1:"],
    "uri": ["ldap://127.0.0.1:1", "http://x"],
    "searchbase": ["dc=example,dc=org", "DC=Example, DC=org", "ou=x,dc=example,dc=org", "nodn", "dc=example,",
                   "cn=a b,dc=example,dc=org", "cn=a+sn=b,dc=example,dc=org"],
    "type": ["refreshOnly", "refreshAndPersist", "REFRESHONLY", "refreshandpersistX", "refresh", "",
             "persist"],
    "interval": ["00:00:05:00", "1:2:3:4", "0:24:60:60", "0:25:0:0", "0:0:61:0", "0:0:0:61", "1:2:3",
                 "1:2:3:4:5", "-1:0:0:0", "86400", "5", "-5", "", "soon", "1d", "1d2h3m4s", "1h1d", "5s5",
                 "1x", " 7", "7 ", ":::", "1:2:3:"],
    "retry": ["5 5 60 +", "5,5,60,+", "60 +", "+ 5", "5", "", "undefined", "UNDEFINED", "5 0", "5 -1", "x +",
              "5 x", "5 + 9", "5 + 9 x", "-5 +", "5  5\t60 +", "5 +x", "0 +", "5 5 60", "0x5 +", "05 05"],
    "bindmethod": ["simple", "sasl", "SIMPLE", "none", "external", "", "simplex"],
    "binddn": ["cn=repl,dc=example,dc=org", "CN=Repl, DC=example,DC=org", "nodn", "", "cn=a,", "cn=,dc=x",
               "cn=a\\zb", "=a", "cn", "cn=a;dc=b", "cn=#0403616263", "cn=a  b,dc=x", "cn=a=b,dc=x",
               "cn=a\\", "cn=\"a,b\",dc=x", "cn = a , dc = x", "cn=\\41,dc=x", "cn=a++sn=b", "2.5.4.3=a"],
    "credentials": ["secret", "two words", "", "********", "ä"],
    "saslmech": ["EXTERNAL", "", "bogus"],
    "realm": ["EXAMPLE.ORG", "", "a b"],
    "authcid": ["someone", ""],
    "authzid": ["u:someone", "dn:cn=a,dc=b", "dn:nodn", "u:", "dn:", "someone", "cn=a", ""],
    "secprops": ["noanonymous", "bogus", ""],
    "timeout": ["0", "3", "0x10", "010", "08", "-1", "3s", "", "99999999999", " 3"],
    "network-timeout": ["0", "5", "0x10", "-5", "five", ""],
    "keepalive": ["240:10:30", "0:0:0", "::", "1::", ":2:", "::3", "1:2", "1", "", "1:2:3:4", "-1:2:3", "1:-2:3",
                  "1:2:-3", "a:b:c", "1:2:3x", " 1: 2: 3"],
    "tcp-user-timeout": ["0", "1000", "0x10", "-1", "x", "", "4294967295", "4294967296"],
    "starttls": ["no", "yes", "critical", "CRITICAL", "true", ""],
    "tls_cert": ["/nowhere", "", "relative"],
    "tls_key": ["/nowhere"],
    "tls_cacert": ["/nowhere"],
    "tls_cacertdir": ["/nowhere"],
    "tls_reqcert": ["demand", "never", "bogus", ""],
    "tls_reqsan": ["allow", "bogus"],
    "tls_cipher_suite": ["NORMAL", "", "bogus"],
    "tls_ecname": ["bogus"],
    "tls_protocol_min": ["3.3", "bogus"],
    "filter": ["(objectclass=*)", "objectClass=*", "(cn=a*b*c)", "(&(cn=a)(sn=b))", "(|(cn=a)(!(sn=b)))",
               "(!(cn=a)(sn=b))", "(!cn=a)", "(&)", "(|)", "(!)", "(cn=a", "cn=a)", "(cn)", "()", "", "(=a)",
               "((cn=a))", "(cn=a)(sn=b)", " (cn=a)", "(cn=a) ", "( cn=a)", "(cn =a)", "(cn>=1)", "(cn<=1)",
               "(cn~=1)", "(cn>1)", "(cn:=a)", "(cn:caseExactMatch:=a)", "(cn:dn:=a)", "(:dn:2.5.13.5:=a)", "(:=a)",
               "(cn:dn:caseExactMatch:=a)", "(cn=\\2a)", "(cn=\\zz)", "(cn=a\\)b)", "(cn=a(b)", "(cn=a\\",
               "(cn=**)", "(cn=a**b)", "(cn=*a*)", "(nosuch=a)", "(cn;lang-de=a)", "(cn;=a)", "(1.2.3=a)",
               "(1..2=a)", "(-cn=a)", "(cn>=a*b)", "(&(cn=a) (sn=b))", "(& (cn=a))", "(cn=)", "(cn=a=b)",
               "(cn=ä)"],
    "scope": ["sub", "SUB", "subtree", "one", "onelevel", "base", "subord", "subordinate", "children", "all", ""],
    "attrs": ["cn", "cn,sn", "*,+", "*", "+", "CN sn", "", "cn,,sn", ",cn"],
    "exattrs": ["userPassword", "cn,sn", "", "cn sn"],
    "schemachecking": ["on", "off", "OFF", "no", "yes", ""],
    "sizelimit": ["0", "10", "unlimited", "UNLIMITED", "-1", "x", "", "010", "0x10"],
    "timelimit": ["0", "10", "unlimited", "-1", "x", ""],
    "syncdata": ["default", "accesslog", "ACCESSLOG", "bogus", ""],
    "logbase": ["cn=log", "nodn", ""],
    "logfilter": ["(objectclass=*)", "(&(reqResult=0)(!(reqType=abandon)))", "(cn=a", ""],
    "suffixmassage": ["dc=example,dc=org", "ou=x,dc=example,dc=org", "nodn"],
    "manageDSAit": ["0", "1", "2", "-1", "yes", "", "01"],
    "version": ["3", "2"],
    "nosuchkeyword": ["1"],
    "updatedn": ["cn=a"],
}
FLAGS = ["attrsonly", "strictrefresh", "lazycommit", "attrsonly=yes", "AttrsOnlyX", "strictrefresh=no", "lazy"]
USUAL = {"rid": "001", "provider": "ldap://127.0.0.1:1", "searchbase": "dc=example,dc=org"}

# A second one of these with no DN in it kills slapd 2.5.13 (it frees the first one twice).
ONCE = ("searchbase", "logbase", "suffixmassage")
# What these may hold depends on the schema, which only slapd knows: they are not changed at random.
SCHEMA_BOUND = (*ONCE, "binddn", "authzid", "attrs", "exattrs")
TORTURE = ['"', '"', '"', " ", "\\", "\\", "a", "b", "=", "#", "'", "{", "\t", "\n", "ä", "rid=", "filter="]
SPACES = [" ", " ", " ", "  ", "\t", "\n", " \t "]


def torture(random, longest=10):
    """Bytes that a tokeniser stumbles over."""
    return "".join(random.choice(TORTURE) for _ in range(random.randint(1, longest)))


def any_case(random, text):
    how = random.random()
    if how < 0.6:
        return text
    return "".join(random.choice((letter.upper(), letter.lower())) for letter in text)


def word(random, keyword, value):
    """keyword=value in one of the ways of quoting, which need not fit the value."""
    keyword = any_case(random, keyword)
    needs = not value or any(byte in value for byte in ' \t\n"')
    how = random.random()
    if how < (0.05 if needs else 0.5):
        return f"{keyword}={value}"
    if how < 0.9:
        return f'{keyword}="{value}"'
    if how < 0.96:
        return f'"{keyword}={value}"'
    return f'"{keyword}={value}""'


def usual_words(random):
    """rid, provider and searchbase, seldom one less or one that is odd."""
    names = list(USUAL)
    odd = random.choice(names) if random.random() < 0.05 else None
    if random.random() < 0.04:
        names.remove(random.choice(names))
    return [word(random, name, random.choice(VALUES[name]) if name == odd else USUAL[name]) for name in names]


def odd_words(random, count):
    """Further words, with any value out of the table."""
    if random.random() < 0.1:
        return [any_case(random, random.choice(FLAGS))]
    keywords = [keyword for keyword in random.sample(list(VALUES), count) if keyword != "searchbase"]
    return [word(random, keyword, random.choice(VALUES[keyword])) for keyword in keywords]


def mutated_word(random):
    """A word with one character less, more, or twice."""
    keyword = random.choice([keyword for keyword in VALUES if keyword not in (*SCHEMA_BOUND, "provider", "uri")])
    text = word(random, keyword, random.choice(VALUES[keyword]))
    at = random.randrange(len(text))
    return random.choice((text[:at] + text[at + 1:], text[:at] + random.choice('" =\\{') + text[at:],
                          text[:at] + text[at] + text[at:]))


def password_words(random, keywords=("credentials", "realm", "authcid")):
    """A keyword whose value is anything, in all ways of quoting and none."""
    return [word(random, random.choice(keywords), torture(random))]


def syncrepl_value(random):
    """One value for olcSyncrepl."""
    usual, others = usual_words(random), []
    how = random.random()
    if how < 0.55:
        others = odd_words(random, random.choice((1, 1, 1, 2, 3)))
    elif how < 0.85:
        others = password_words(random)
    else:
        others = [mutated_word(random)]
    words = usual + others
    random.shuffle(words)
    text = "".join(random.choice(SPACES) + each for each in words)
    if random.random() < 0.8:
        text = text.lstrip()
    # Behind a brace slapd expects a number; a value without the other brace ends slapd 2.5.13.
    if random.random() < 0.1 or text.lstrip().startswith("{"):
        text = "{0}" + text.lstrip()
    return text + random.choice(("", "", "", " ", "\n"))

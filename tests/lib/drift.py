# SPDX-License-Identifier: Apache-2.0
"""Random peers.json documents, what a server must hold for them, and named ways in which it can differ.

    case = Case(random, suffixes, port, kinds)   # nothing is read from a server or the program
    case.document   what peers.json says         case.live   what the server holds, damaged
    case.holds      the guards that must still hold something when G4 and G5 are released

What must be held is worked out here, apart from the program, so that both have to be wrong in the same way.
"""

import copy
import dataclasses

SELF = "127.0.0.1"
FOREIGN = ("127.0.0.21", "127.0.0.22", "127.0.0.23")
USED_ID = 1  # under which the databases of the test's server were written
DEFAULTS = {"type": "refreshAndPersist", "retry": "5 5 60 +", "timeout": "3", "network-timeout": "5",
            "bindmethod": "simple"}
# What an administrator may set, beside slapd's own default, which means the same as leaving it out.
OPTIONAL = {
    "keepalive": ("240:10:30", "0:0:0"), "filter": ("(objectclass=*)", "(objectClass=*)"),
    "scope": ("subtree", "sub"), "schemachecking": ("on", "off"), "sizelimit": (0, "unlimited"),
    "timelimit": (60, "unlimited"), "interval": ("00:00:10:00", "1:00:00:00"), "starttls": ("yes", "no"),
    "attrs": ("*,+,cn", None), "syncdata": ("default", None),
}


@dataclasses.dataclass
class Consumer:
    """An olcSyncrepl value: its keywords, and how they are spelled."""

    words: dict
    style: str = "plain"  # "plain", "odd"
    is_foreign: bool = False
    is_self: bool = False


@dataclasses.dataclass
class Live:
    """What one database holds; None for an overlay or an attribute that is not there."""

    consumers: list = dataclasses.field(default_factory=list)
    flag: bool = False
    overlay: dict = None
    index: list = dataclasses.field(default_factory=list)
    limits: list = dataclasses.field(default_factory=list)
    access: list = dataclasses.field(default_factory=list)


def any_case(random, text):
    """Some letters in the other case."""
    return "".join(letter.swapcase() if random.random() < 0.3 else letter for letter in text)


def odd_dn(random, dn):
    """Another spelling of a DN."""
    return ("," + " " * random.randint(0, 2)).join(
        any_case(random, name) + "=" + any_case(random, value)
        for name, value in (rdn.split("=") for rdn in dn.split(",")))


def odd_url(random, url):
    """Another spelling of a URL with a host and a port."""
    scheme, rest = url.split("://")
    return random.choice((url + "/", any_case(random, scheme) + "://" + rest))


def spell(random, words):
    """One value in an unusual spelling of the same meaning."""
    words = dict(words)
    words["rid"] = random.choice((str(int(words["rid"])), f"{int(words['rid']):03}", "0" * random.randint(0, 3) + words["rid"]))
    for name in ("binddn", "searchbase"):
        words[name] = odd_dn(random, words[name])
    words["provider"] = odd_url(random, words["provider"])
    for name, (_, default) in OPTIONAL.items():
        if default and name not in words and random.random() < 0.3:
            words[name] = default
    for name in ("type", "bindmethod"):
        words[name] = any_case(random, words[name])
    parts = [random.choice((f'{name}="{value}"', f'"{name}={value}"')) if " " in value or random.random() < 0.5
             else f"{name}={value}" for name, value in
             ((any_case(random, name), value) for name, value in words.items())]
    random.shuffle(parts)
    return "".join(part + " " * random.randint(1, 3) for part in parts).rstrip()


def plain(words):
    """One value as people write it."""
    return " ".join(f'{name}="{value}"' if " " in value else f"{name}={value}" for name, value in words.items())


class Case:
    """One pair of what is wanted and what is there. kinds: the names of damage to do, in this order."""

    def __init__(self, random, suffixes, port, kinds, has_old_overlay=False):
        self.random = random
        self.port = port
        self.has_old_overlay = has_old_overlay  # 2.4 cannot remove an overlay: the server always has it
        self.holds = set()
        self.kinds = []
        self.was_in_step = True
        self.document = self._document(suffixes[:random.choice((1, 2))])
        self.server_id = [str(self.self_id)]
        self.live = {database["suffix"]: self._right(database) for database in self.document["databases"]}
        for kind in kinds:
            if KINDS[kind](self):
                self.kinds.append(kind)
        for database in self.document["databases"]:
            live = self.live[database["suffix"]]
            if database.get("syncprov") is False and live.overlay is None:
                live.overlay = {}  # a server ID that is to be written would wait for it: test_order.py
        self._expect_holds()

    # Wanted

    def uri(self, host):
        return f"ldap://{host}:{self.port}"

    def _document(self, suffixes):
        random = self.random
        ids = random.sample(range(2, 200), random.choice((0, 1, 2, 2, 3, 4, 5)))
        self.self_id = random.choice((USED_ID, USED_ID, 277))
        peers = [{"id": self.self_id, "uri": self.uri(SELF)}]
        peers += [{"id": i, "uri": self.uri(f"127.0.0.{n}")} for n, i in enumerate(ids, start=2)]
        if len(peers) > 1 and random.random() < 0.2:
            peers[1]["rid"] = random.randint(300, 400)
        random.shuffle(peers)
        return {"format": 1, "peers": peers,
                "databases": [self._database(n, suffix) for n, suffix in enumerate(suffixes)],
                "policy": {"mode": "enforce", "max_removals": random.choice((1, 1, 3))}}

    def _database(self, n, suffix):
        random = self.random
        link = {"bindmethod": "simple", "binddn": "cn=replicator," + suffix,
                "credentials": {"file": "/SECRET"}}
        if random.random() < 0.7:
            link.update({"retry": random.choice(("60 +", "30 2 300 +")), "timeout": random.choice((1, 7)),
                         "network-timeout": 1})
        for name in random.sample(list(OPTIONAL), random.choice((0, 0, 1, 2))):
            link[name] = OPTIONAL[name][0]
        if "starttls" in link and random.random() < 0.5:
            link["starttls"] = "critical"
        database = {"suffix": suffix, "syncrepl": link, "rid_offset": 500 * n}
        for name, chance in (("index", 0.1), ("limits", 0.1)):
            if random.random() < chance:
                database[name] = False
        if random.random() < 0.15:
            database["access"] = True
        how = random.random()
        if how < 0.15 and not self.has_old_overlay:
            database["syncprov"] = False
        elif how < 0.5:
            database["syncprov"] = {"checkpoint": random.choice(("100 10", "50 5")),
                                    "sessionlog": random.choice((1000, 200))}
        return database

    def others(self):
        return [peer for peer in self.document["peers"] if peer["id"] != self.self_id]

    def words(self, database, peer):
        """The keywords of the value that reads this peer."""
        words = {"rid": f"{database['rid_offset'] + peer.get('rid', peer['id']):03}", "provider": peer["uri"],
                 "searchbase": database["suffix"], **DEFAULTS}
        words.update((name, str(value)) for name, value in database["syncrepl"].items())
        words["credentials"] = "secret"
        return words

    def _right(self, database):
        """What a server holds that is in step."""
        random = self.random
        reader = database["syncrepl"]["binddn"]
        syncprov = database.get("syncprov", {})
        live = Live([Consumer(self.words(database, peer)) for peer in self.others()], bool(self.others()))
        if syncprov is not False or self.has_old_overlay:
            live.overlay = {"olcSpCheckpoint": "100 10"}
            live.overlay.update({"olcSp" + name.capitalize(): value for name, value in (syncprov or {}).items()})
            live.overlay = {name: str(value) for name, value in live.overlay.items()}
        live.index = random.choice((["objectClass eq", "entryCSN,entryUUID eq"], ["entryCSN eq", "entryUUID eq,pres"]))
        live.limits = ([f'dn.exact="{reader}" size=unlimited time=unlimited'] if self.others() else []) + \
            ["anonymous size.soft=10 time.soft=10"]
        if database.get("access"):
            live.access = ([f'to * by dn.exact="{reader}" read by * break'] if self.others() else []) + ["to * by * read"]
        elif random.random() < 0.3:
            live.access = ["to attrs=userPassword by anonymous auth by * read", "to * by * read"]
        return live

    # What stays held

    def reads(self, database):
        return any(not consumer.is_self for consumer in self.live[database["suffix"]].consumers)

    def is_joining(self, database):
        """Never in step and no provider, and it reads from somebody, or is a copy of what another server ID wrote:
        whether it has everything nobody can say."""
        may_lack = self.reads(database) or self.self_id != USED_ID
        return bool(not self.was_in_step and self.others() and may_lack and not self.live[database["suffix"]].flag)

    def is_declared(self, database, consumer):
        """Read on: a peer of peers.json, by URL or rid, or one that "keep" names."""
        wanted = [self.words(database, peer) for peer in self.others()]
        return consumer.words["provider"].rsplit(":", 1)[0].endswith(".31") or any(
            words["provider"] == consumer.words["provider"] or int(words["rid"]) == int(consumer.words["rid"])
            for words in wanted)

    def is_left_alone(self, database):
        """It would lose its last provider, while those that peers.json lists wait for it to have everything."""
        live = self.live[database["suffix"]]
        return self.is_joining(database) and self.reads(database) and not any(
            self.is_declared(database, consumer) for consumer in live.consumers if not consumer.is_self)

    def _expect_holds(self):
        for database in self.document["databases"]:
            if self.is_joining(database):
                self.holds.add("joining")
            if self.is_left_alone(database):
                self.holds.add("G4")

    # For damage

    def any_database(self, *, with_consumers=False):
        """A random database and what it holds; (None, None) when none has a consumer that peers.json lists."""
        databases = [database for database in self.document["databases"]
                     if not with_consumers or self.listed(database)]
        if not databases:
            return None, None
        database = self.random.choice(databases)
        return database, self.live[database["suffix"]]

    def listed(self, database):
        return [consumer for consumer in self.live[database["suffix"]].consumers
                if not consumer.is_foreign and not consumer.is_self]

    def any_listed(self):
        """A random consumer that peers.json lists, or None."""
        database, _ = self.any_database(with_consumers=True)
        return self.random.choice(self.listed(database)) if database else None

    def free_rid(self, live):
        taken = {int(consumer.words["rid"]) for consumer in live.consumers}
        for database in self.document["databases"]:
            taken |= {int(self.words(database, peer)["rid"]) for peer in self.others()}
        return f"{self.random.choice([rid for rid in range(1000) if rid not in taken]):03}"


KINDS = {}


def kind(name):
    """Makes a function one of the kinds of drift; it returns False when the case has no place for it."""
    def register(function):
        KINDS[name] = function
        return function
    return register


def edit(name, change):
    """Registers a kind that changes one listed consumer: change(case, words)."""
    @kind(name)
    def damage(case):
        consumer = case.any_listed()
        if consumer:
            change(case, consumer.words)
        return bool(consumer)


def other(case, words, name, values):
    """Sets a keyword to another value than it has."""
    words[name] = case.random.choice([value for value in values if value != words.get(name)])


def drop(words, name):
    words.pop(name, None)


edit("password in other letter case", lambda case, words: words.update(credentials="Secret"))
edit("another password", lambda case, words: words.update(credentials="two words"))
edit("another rid", lambda case, words: words.update(rid=case.free_rid(next(iter(case.live.values())))))


def edit_provider(name, change):
    """The same of where a value reads; not on 2.4, which does not tell that the link is down, so that G6 holds it."""
    @kind(name)
    def damage(case):
        consumer = None if case.has_old_overlay else case.any_listed()
        if consumer:
            consumer.words["provider"] = change(case, consumer.words["provider"])
        return bool(consumer)


edit_provider("another URL", lambda case, provider: case.uri("127.0.0.99"))
edit_provider("ldaps for ldap", lambda case, provider: provider.replace("ldap:", "ldaps:"))
edit("another bind DN", lambda case, words: words.update(binddn="cn=nobody," + words["searchbase"]))
edit("another retry", lambda case, words: other(case, words, "retry", ("60 3", "300 +", "61 +")))
edit("timeouts gone", lambda case, words: (drop(words, "timeout"), drop(words, "network-timeout")))
edit("refreshOnly", lambda case, words: words.update(type="refreshOnly"))
edit("a keyword more", lambda case, words: other(case, words, "logfilter", ("(cn=a*)", "(cn=b*)")))
edit("a schemachecking more or less", lambda case, words: words.update(
    schemachecking="off" if words.get("schemachecking") == "on" else "on"))


@kind("nothing at all")
def _nothing(_case):
    return True


@kind("a peer missing")
def _peer_missing(case):
    consumer = case.any_listed()
    for live in case.live.values():
        live.consumers = [c for c in live.consumers if c is not consumer]
    return bool(consumer)


@kind("a foreign peer")
def _foreign(case):
    database, live = case.any_database()
    words = case.words(database, {"id": 1, "uri": case.uri(case.random.choice(FOREIGN))})
    words["rid"] = case.free_rid(live)
    live.consumers.insert(case.random.randint(0, len(live.consumers)), Consumer(words, is_foreign=True))
    return True


@kind("a kept peer")
def _kept(case):
    case.document["policy"]["keep"] = [case.uri("127.0.0.31") + case.random.choice(("", "/"))]
    database, live = case.any_database()
    words = case.words(database, {"id": 1, "uri": case.uri("127.0.0.31")})
    if any(c.words["provider"] == words["provider"] for c in live.consumers):
        return False
    words["rid"] = case.free_rid(live)
    live.consumers.append(Consumer(words, is_foreign=True))
    return True


@kind("the same peer twice")
def _twice(case):
    database, live = case.any_database(with_consumers=True)
    if not database:
        return False
    words = dict(case.random.choice(case.listed(database)).words, rid=case.free_rid(live))
    live.consumers.append(Consumer(words))
    return True


@kind("another order")
def _order(case):
    live = case.any_database()[1]
    case.random.shuffle(live.consumers)
    return len(live.consumers) > 1


@kind("another spelling")
def _spelling(case):
    live = case.any_database()[1]
    for consumer in live.consumers:
        consumer.style = "odd"
    return bool(live.consumers)


@kind("this server itself in the list")
def _self(case):
    database, live = case.any_database()
    if any(consumer.is_self for consumer in live.consumers):
        return False
    words = case.words(database, {"id": 1, "uri": case.uri(SELF)})
    words["rid"] = case.free_rid(live)
    live.consumers.insert(0, Consumer(words, is_self=True))
    return True


@kind("multi-provider off")
def _flag_off(case):
    live = case.any_database()[1]
    had, live.flag = live.flag, False
    return had


@kind("all consumers gone, the flag still there")
def _flag_alone(case):
    live = case.any_database()[1]
    live.consumers = []
    return live.flag


@kind("no overlay")
def _no_overlay(case):
    live = case.any_database()[1]
    if live.overlay is None or case.has_old_overlay:
        return False
    live.overlay = None
    return True


@kind("another checkpoint")
def _checkpoint(case):
    live = case.any_database()[1]
    if live.overlay is None:
        return False
    live.overlay["olcSpCheckpoint"] = case.random.choice(("7 7", "100  11"))
    return True


@kind("another session log")
def _sessionlog(case):
    database, live = case.any_database()
    if live.overlay is None or database.get("syncprov") is False:
        return False
    # Left out: any is right.
    database["syncprov"] = {"sessionlog": 1000, **database.get("syncprov", {"checkpoint": "100 10"})}
    live.overlay["olcSpSessionlog"] = "7"
    return True


@kind("no index")
def _no_index(case):
    live = case.any_database()[1]
    live.index = case.random.choice(([], ["objectClass eq"], ["entryCSN eq"], ["entryCSN pres", "entryUUID eq"]))
    return True


@kind("no limits")
def _no_limits(case):
    live = case.any_database()[1]
    live.limits = []
    return True


@kind("limits shadowed")
def _limits_shadowed(case):
    live = case.any_database()[1]
    live.limits.insert(0, "users size=100")
    return True


@kind("access shadowed")
def _access_shadowed(case):
    database, live = case.any_database()
    if not database.get("access"):
        database["access"] = True
    live.access = ["to attrs=userPassword by self write by anonymous auth", "to * by * read"]
    return True


@kind("no access rule")
def _no_access(case):
    database, live = case.any_database()
    database["access"] = True
    live.access = []
    return True


@kind("no server ID")
def _no_id(case):
    case.server_id = []
    return True


@kind("another server ID")
def _other_id(case):
    case.server_id = [str(case.random.choice([i for i in (USED_ID, 277, 1234) if i != case.self_id]))]
    return True


@kind("a list of server IDs")
def _id_list(case):
    case.server_id = [f"{peer['id']} {peer['uri']}" for peer in case.document["peers"]]
    return True


@kind("the list form is asked for")
def _list_asked(case):
    case.document["server_id"] = "list"
    return True


@kind("a list of server IDs that names no listener")
def _id_list_wrong(case):
    case.server_id = [f"{peer['id']} {peer['uri']}/" for peer in case.document["peers"]]
    return True


@kind("never in step before")
def _never_in_step(case):
    case.was_in_step = False
    return True


@kind("nothing configured")
def _bare(case):
    suffix = case.random.choice(list(case.live))
    overlay = case.live[suffix].overlay if case.has_old_overlay else None
    case.live[suffix] = Live(overlay=overlay)
    if case.document["databases"][0].get("access") is not None:
        for database in case.document["databases"]:
            if database["suffix"] == suffix:
                database.pop("access", None)
    case.server_id = []
    return True


def draw(random, number):
    """The kinds of case number i: each has its turn, and often some more come with it."""
    names = list(KINDS)
    kinds = [names[number % len(names)]]
    kinds += random.sample(names, random.choice((0, 1, 2, 3, 3)))
    return list(dict.fromkeys(kinds))


def make(random, number, suffixes, port, has_old_overlay=False):
    """Case number i of a run."""
    return Case(random, suffixes, port, draw(random, number), has_old_overlay)


def value_texts(random, live):
    """The olcSyncrepl values as texts."""
    return [spell(random, c.words) if c.style == "odd" else plain(c.words) for c in live.consumers]


def document_for(case, secret_file):
    """The document with the place of the password."""
    document = copy.deepcopy(case.document)
    for database in document["databases"]:
        database["syncrepl"]["credentials"] = {"file": secret_file}
    return document

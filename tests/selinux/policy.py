# SPDX-License-Identifier: Apache-2.0
"""A linked SELinux policy as a value that answers questions; setools reads it, as sesearch does."""

import setools


class Policy:
    """One binary policy. Booleans have their defaults unless `on` names them; attributes count for all
    their types; what the policy does not know raises, so that no question is answered in vain."""

    def __init__(self, path):
        self.setools = setools.SELinuxPolicy(str(path))

    def rules(self, on=(), **query):
        """The allow rules in force that match."""
        states = {name: True for name in on}
        for rule in setools.TERuleQuery(self.setools, ruletype=["allow"], **query).results():
            if rule.enabled(**states):
                yield rule

    def rights(self, domain, on=()):
        """All that a domain may do: a dict from (type, class) to its permissions."""
        found = {}
        for rule in self.rules(on, source=domain, source_indirect=True):
            for target in rule.target.expand():
                found.setdefault((str(target), str(rule.tclass)), set()).update(rule.perms)
        return found

    def sources(self, target, tclass, permission):
        """The domains that may do that to the type."""
        return {str(name) for rule in self.rules(target=target, target_indirect=True, tclass=[tclass],
                                                 perms=[permission]) for name in rule.source.expand()}

    def require(self, name, tclass, permissions):
        """Raises when there is no such type, class or permission."""
        self.setools.lookup_type_or_attr(name)
        known = self.setools.lookup_class(tclass)
        names = set(known.perms)
        try:
            names |= set(known.common.perms)
        except setools.exception.NoCommon:
            pass
        missing = set(permissions) - names
        if missing:
            raise ValueError(f"class {tclass} has no permission {' '.join(sorted(missing))}")

    def transitions(self, default):
        """Where objects of the default type come from, as (source, target, class, file name or "")."""
        for rule in setools.TERuleQuery(self.setools, ruletype=["type_transition"], default=default).results():
            words = str(rule).replace(":", " ").rstrip(";").split()
            name = words[5].strip('"') if len(words) > 5 else ""
            for source in rule.source.expand():
                for target in rule.target.expand():
                    yield str(source), str(target), str(rule.tclass), name

    def boolean(self, name):
        """The default of a boolean."""
        return self.setools.lookup_boolean(name).state

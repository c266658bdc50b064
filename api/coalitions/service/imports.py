"""Many addressees or members at once, from tables of others. Nobody is subscribed to anything."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import select

from api.accounts.rules import Role
from api.coalitions import service
from api.coalitions.models import Addressee
from api.coalitions.rules.importing import FIELDS, Addressees
from api.coalitions.service import memberships
from api.coalitions.service.locking import lock_coalition
from api.infra.security import audit, keys
from api.infra.tables.matching import Known, Matching
from api.organisations.service.contacts import ContactImport


class AddresseeImport(Matching[Addressee]):
    """A table of others with addressees, which is for coordinators."""

    action = "addressee.imported"
    needs = Role.COORDINATOR
    kind = Addressees()

    def there(self) -> Iterator[Known[Addressee]]:
        lock_coalition(self.session, self.coalition_id)
        mine = select(Addressee).where(Addressee.coalition_id == self.coalition_id)
        for row in self.session.scalars(mine):
            email = keys.read(self.session, row, Addressee.email)
            facts = {name: getattr(row, name) for name in FIELDS}
            yield Known({**facts, "email": email}, row, row.id)

    def change(self, row: Addressee, changes: dict[str, object]) -> None:
        service.write_addressee(self.session, row, changes)
        audit.record(self.session, self.by, "addressee.changed", row, changes)

    def enter(self, facts: dict[str, object]) -> UUID:
        row = service.put_addressee(self.session, self.coalition_id, facts)
        audit.record(self.session, self.by, "addressee.entered", row, facts)
        return row.id


class MemberImport(ContactImport):
    """A table of others with organisations and their people; the organisations become members."""

    def write(self) -> None:
        super().write()
        memberships.put(self.session, self.by, self.coalition_id, self.meant())

"""The invented staff: units with supervisor and deputy, arborists with certificates, a contractor."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from uuid import UUID

from geodata.demo.trees import new_id

#: Login, first and last name, role, department or firm; the first five are the demo logins.
STAFF = (
    ("kontrolle", "Karla", "Ohlsen", "arborist", "Fachdienst Stadtgrün"),
    ("planung", "Piet", "Lammerding", "planner", "Fachdienst Stadtgrün"),
    ("aufsicht", "Anke", "Sielmers", "supervisor", "Fachdienst Stadtgrün"),
    ("firma", "Falk", "Rosenbohm", "contractor", "Wipfelwerk Baumpflege GmbH"),
    ("admin", "Ada", "Wichmann", "administrator", "IT und Geodaten"),
    ("b.tammen", "Bernd", "Tammenga", "arborist", "Fachdienst Stadtgrün"),
    ("c.ubben", "Carla", "Ubbenhorst", "arborist", "Fachdienst Stadtgrün"),
    ("d.frerichs", "Deike", "Frerichmann", "arborist", "Fachdienst Stadtgrün"),
    ("e.janshen", "Enno", "Janshenke", "arborist", "Baumsachverstand Nord"),
    ("g.poppinga", "Gesa", "Poppingsen", "supervisor", "Fachdienst Stadtgrün"),
    ("h.reents", "Holger", "Reentsmann", "supervisor", "Fachdienst Stadtgrün"),
    ("i.wessels", "Ilka", "Wesselhof", "contractor", "Baumdienst Leedeland"),
)
DEMO_LOGINS = ("kontrolle", "planung", "aufsicht", "firma", "admin")
#: Login -> qualification, prefix of the certificate number ("" without), years of validity.
SKILLS = {
    "kontrolle": ("FLL-zertifizierte Baumkontrolleurin", "BK", 3),
    "b.tammen": ("Fachagrarwirt Baumpflege", "", 0),
    "c.ubben": ("FLL-zertifizierte Baumkontrolleurin", "BK", 3),
    "d.frerichs": ("European Tree Worker", "ETW", 3),
    "e.janshen": ("Sachverständiger für Bäume", "", 0),
    "aufsicht": ("Gärtnermeisterin, Fortbildung Baumkontrolle", "", 0),
}
UNITS = (
    ("R1", "Revier Mitte", "aufsicht", "g.poppinga", ("kontrolle", "e.janshen")),
    ("R2", "Revier Nord", "aufsicht", "h.reents", ("b.tammen", "kontrolle")),
    ("R3", "Revier Ost", "g.poppinga", "aufsicht", ("c.ubben", "e.janshen")),
    ("R4", "Revier Süd", "h.reents", "g.poppinga", ("d.frerichs", "b.tammen")),
)


@dataclass(slots=True, kw_only=True)
class PersonRow:
    """A user."""

    id: UUID
    username: str
    first_name: str
    last_name: str
    role: str
    organisation: str

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}"

    @property
    def email(self) -> str:
        """An address that no mail server delivers (RFC 2606)."""
        return f"{self.username}@wallhausen.example"


@dataclass(slots=True, kw_only=True)
class IdentityRow:
    """Qualification of an inspector from a day on."""

    id: UUID
    person: PersonRow
    qualification: str
    certificate_number: str
    valid_until: date | None
    valid_from: date


@dataclass(slots=True, kw_only=True)
class UnitRow:
    """Revier."""

    id: UUID
    code: str
    name: str
    supervisor: PersonRow
    deputy: PersonRow
    members: list[PersonRow] = field(default_factory=list)


@dataclass(slots=True)
class Staff:
    """Everybody."""

    people: dict[str, PersonRow]
    identities: list[IdentityRow]
    units: list[UnitRow]

    def identity_on(self, person: PersonRow, day: date) -> IdentityRow:
        """The qualification that was true on a day (the oldest before all)."""
        own = [i for i in self.identities if i.person is person]
        return max(
            (i for i in own if i.valid_from <= day), key=lambda i: i.valid_from, default=own[0]
        )


def employ(*, seed: int, day: date) -> Staff:
    """The staff with certificates that were renewed as they ran out."""
    rng = Random(f"{seed}/people")
    people = {
        username: PersonRow(
            id=new_id(rng),
            username=username,
            first_name=first,
            last_name=last,
            role=role,
            organisation=firm,
        )
        for username, first, last, role, firm in STAFF
    }
    identities = [
        identity
        for username, skill in SKILLS.items()
        for identity in _identities(people[username], skill, rng, day)
    ]
    units = [
        UnitRow(
            id=new_id(rng),
            code=code,
            name=name,
            supervisor=people[head],
            deputy=people[deputy],
            members=[people[member] for member in members],
        )
        for code, name, head, deputy, members in UNITS
    ]
    return Staff(people, identities, units)


def _identities(
    person: PersonRow, skill: tuple[str, str, int], rng: Random, day: date
) -> list[IdentityRow]:
    """One row, or one per certificate over the last six years."""
    qualification, prefix, years = skill
    begin = day - timedelta(days=365 * 6 + rng.randint(0, 300))
    if not prefix:
        return [
            IdentityRow(
                id=new_id(rng),
                person=person,
                qualification=qualification,
                certificate_number="",
                valid_until=None,
                valid_from=begin,
            )
        ]
    rows: list[IdentityRow] = []
    while begin <= day:
        until = begin + timedelta(days=365 * years)
        number = f"{prefix}-{begin.year}-{rng.randint(100, 999)}"
        rows.append(
            IdentityRow(
                id=new_id(rng),
                person=person,
                qualification=qualification,
                certificate_number=number,
                valid_until=until,
                valid_from=begin,
            )
        )
        begin = until
    return rows

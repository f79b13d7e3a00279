"""What was agreed beside prices and contracts: subcontractors, indexation, recovery, kenmerken and begroting.

As tables.py, which has these too.
"""

from sqlalchemy import BigInteger, Column, Date, ForeignKey, Index, Integer, MetaData, String, Table

from services.kernel import tables as kernel
from services.kernel.columns import Nummer, UtcTijd, append_only

# A MetaData of its own: both services have a table toewijzing. The kernel's tables are made first.
metadata = MetaData(naming_convention=kernel.metadata.naming_convention)

# An attribute: A and D stay on the aanbieder, who has the contract. Of one toewijzing, or of a whole perceel.
onderaannemer = Table(
    "onderaannemer",
    metadata,
    Column("nr", Nummer, primary_key=True),
    Column("aanbieder", String(8), nullable=False),
    Column("onderaannemer", String(8), nullable=False),
    Column("gemeente", String(4), nullable=False),
    Column("resultaatgebied", String),
    Column("domein", String),
    Column("toewijzing", BigInteger),
    Column("van", Date, nullable=False),
    Column("tot", Date),
    Index("ix_onderaannemer_aanbieder", "aanbieder", "gemeente"),
)

# The percentage is an input: `percentage` is in thousandths of a percent, as `bron` gave it on `datum`.
indexatie = append_only(
    Table(
        "indexatie",
        metadata,
        Column("nr", Nummer, primary_key=True),
        Column("percentage", Integer, nullable=False),
        Column("bron", String, nullable=False),
        Column("datum", Date, nullable=False),
        Column("vanaf", Date, nullable=False),
        Column("besluit", String, nullable=False),
        Column("gemeente", String(4)),
        Column("productcode", String),
        Column("veelvoud", Integer, nullable=False),
        Column("vastgelegd", UtcTijd, nullable=False),
    )
)

# What a retroactive change of a tariff leaves to be done on one approved line: `oud` was awarded, `nieuw` it costs now.
# How far it has come is read from the ledger (herstel.py). `volume`: what its toewijzing granted then; a toewijzing in
# euros must get another one first.
herstel = append_only(
    Table(
        "herstel",
        metadata,
        Column("nr", Nummer, primary_key=True),
        Column("prestatie", ForeignKey("prestatie.nr"), nullable=False),
        Column("soort", String, nullable=False),
        Column("gemeente", String(4), nullable=False),
        Column("aanbieder", String(8), nullable=False),
        Column("volume", BigInteger),
        Column("oud", BigInteger, nullable=False),
        Column("nieuw", BigInteger, nullable=False),
        Column("besluit", String, nullable=False),
        Column("bekend_op", Date, nullable=False),
        Column("aangemaakt", UtcTijd, nullable=False),
        Index("ix_herstel_prestatie", "prestatie"),
        Index("ix_herstel_gemeente", "gemeente", "aanbieder"),
    )
)

# What a gemeente says about a toewijzing beside the 301; it never changes A. Hours are kept as
# whole minutes, stated on request or objection by a version of the normenkader.
_KENMERKEN = (
    ("cohort", String),
    ("minuten_per_week", Integer),
    ("reden", String),
    ("normenkader", String),
    ("overgangstermijn_tot", Date),
    ("bron", String),
)

kenmerk = Table(
    "kenmerk",
    metadata,
    Column("gemeente", String(4), primary_key=True),
    Column("domein", String, primary_key=True),
    Column("nummer", BigInteger, primary_key=True),
    *(Column(naam, soort) for naam, soort in _KENMERKEN),
    Column("gezet_door", String),
    Column("gezet_op", UtcTijd),
)

# Has a row within a transaction that erases (bewaartermijn.py): then kenmerk_historie lets rows go.
wisrecht = Table("wisrecht", metadata, Column("reden", String, primary_key=True))

# Every state that a row of kenmerk has had: who set it, and when. Erased at the end of its term only.
kenmerk_historie = append_only(
    Table(
        "kenmerk_historie",
        metadata,
        Column("nr", Nummer, primary_key=True),
        Column("gemeente", String(4), nullable=False),
        Column("domein", String, nullable=False),
        Column("nummer", BigInteger, nullable=False),
        *(Column(naam, soort) for naam, soort in _KENMERKEN),
        Column("gezet_door", String, nullable=False),
        Column("gezet_op", UtcTijd, nullable=False),
        Index("ix_kenmerk_historie_sleutel", "gemeente", "domein", "nummer"),
    ),
    wisbaar=True,
)

# What a gemeente has set aside; `bedrag` is the whole year's as of `bekend_op`, also in a wijziging.
begroting = append_only(
    Table(
        "begroting",
        metadata,
        Column("nr", Nummer, primary_key=True),
        Column("gemeente", String(4), nullable=False),
        Column("resultaatgebied", String, nullable=False),
        Column("jaar", Integer, nullable=False),
        Column("bedrag", BigInteger, nullable=False),
        Column("soort", String, nullable=False),
        Column("besluit", String, nullable=False),
        Column("bekend_op", Date, nullable=False),
        Column("geladen", UtcTijd, nullable=False),
        Index("ix_begroting_sleutel", "gemeente", "jaar", "resultaatgebied"),
    )
)

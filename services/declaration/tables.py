"""The tables of declaration, beside those of the kernel: a copy of the toewijzingen, Prestaties, contracts, journal.

Amounts are eurocent (a credit is negative), dates inclusive, an open `tot` is null. A Bsn stands in the kernel's table
`client` only. The journal and the closings are append-only; everything else may change in place.
"""

from typing import Final

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Time,
    false,
    text,
)

from services.declaration.afspraken.tables import begroting as begroting
from services.declaration.afspraken.tables import herstel as herstel
from services.declaration.afspraken.tables import indexatie as indexatie
from services.declaration.afspraken.tables import kenmerk as kenmerk
from services.declaration.afspraken.tables import kenmerk_historie as kenmerk_historie
from services.declaration.afspraken.tables import metadata as metadata
from services.declaration.afspraken.tables import onderaannemer as onderaannemer
from services.declaration.afspraken.tables import wisrecht as wisrecht
from services.kernel import tables as kernel
from services.kernel.columns import Nummer, UtcTijd, append_only

INGEDIEND: Final = "ingediend"
GOEDGEKEURD: Final = "goedgekeurd"
AFGEKEURD: Final = "afgekeurd"

DECLARATIE: Final = "declaratie"
FACTUUR: Final = "factuur"

# The release of the four-week contract; a claim of it may be awarded in part.
RELEASE_2_3: Final = "2.3"

REGIONAAL: Final = "regionaal"

# As SQLAlchemy writes `telt` in a statement: SQLite uses a partial index only for what says the same.
_TELT, _TELT_SQLITE = text("telt"), text("telt = 1")

# The last version of each ToewijzingNummer that allocation's feed told; `feed_nr` is the row that told it. `start`,
# `stop` and `stop_reden`: when care began and ended and why, as far as 305 and 307 told it; no money rests on them.
toewijzing = Table(
    "toewijzing",
    metadata,
    Column("gemeente", String(4), nullable=False),
    Column("domein", String, nullable=False),
    Column("nummer", BigInteger, nullable=False),
    Column("aanbieder", String(8), nullable=False),
    Column("client", ForeignKey(kernel.client.c.nr), nullable=False),
    Column("categorie", String),
    Column("code", String),
    Column("ingangsdatum", Date, nullable=False),
    Column("einddatum", Date),
    Column("volume", BigInteger),
    Column("eenheid", String),
    Column("frequentie", String),
    Column("budget", BigInteger),
    Column("reden_wijziging", String),
    Column("toewijzingsdatum", Date, nullable=False),
    Column("toewijzingstijd", Time, nullable=False),
    Column("release", String, nullable=False),
    Column("vervallen", Boolean, nullable=False),
    Column("feed_nr", BigInteger, nullable=False),
    Column("start", Date),
    Column("stop", Date),
    Column("stop_reden", String),
    PrimaryKeyConstraint("gemeente", "domein", "nummer"),
    Index("ix_toewijzing_aanbieder_gemeente", "aanbieder", "gemeente"),
    Index("ix_toewijzing_client", "client"),
)

# One row per 303 or 323 that was stored, and per declaration of the history that was read in when the hub went live
# (`bericht` null). `nummer` is DeclaratieNummer, in a 303 DeclarantFactuurNummer; `vorm` declaratie or factuur.
# `ingediend` is what was claimed, `gefactureerd` the same of a factuur, `toegekend` what the answer says, `te_betalen`
# what is booked: without the credits of refused lines of a factuur. `verwerkt_op`: since when it is judged, by the hub
# or by the gemeente. A 303 has no XsdVersie: empty.
declaratie = Table(
    "declaratie",
    metadata,
    Column("nr", Nummer, primary_key=True),
    Column("bericht", ForeignKey(kernel.bericht.c.nr), unique=True),
    Column("gemeente", String(4), nullable=False),
    Column("aanbieder", String(8), nullable=False),
    Column("domein", String, nullable=False),
    Column("release", String, nullable=False),
    Column("vorm", String, nullable=False),
    Column("nummer", String, nullable=False),
    Column("begin", Date, nullable=False),
    Column("eind", Date, nullable=False),
    Column("dagtekening", Date),
    Column("xsd_basisschema", String, nullable=False),
    Column("xsd_bericht", String, nullable=False),
    Column("ingediend", BigInteger, nullable=False),
    Column("gefactureerd", BigInteger),
    Column("toegekend", BigInteger),
    Column("te_betalen", BigInteger),
    Column("verwerkt_op", UtcTijd),
    Column("telt", Boolean, nullable=False),
    Index("ix_declaratie_periode", "aanbieder", "gemeente", "domein", "begin"),
    Index("ix_declaratie_nummer", "nummer"),
)
# A DeclarantFactuurNummer of release 2.3 (TR324) and a DeclaratieNummer of 3.2 (TR333) do not meet.
Index(
    "uq_declaratie_nummer_telt",
    *(declaratie.c.aanbieder, declaratie.c.domein, declaratie.c.release, declaratie.c.nummer),
    unique=True,
    sqlite_where=_TELT_SQLITE,
    postgresql_where=_TELT,
)

# One ledger of ReferentieNummers over 303 and 323. Amounts are signed. `toewijzing` is the number the line names, if it
# does; `grondslag` the toewijzing it counts on: that one, or for a line of 2.3 without a number the one TR303 finds.
# `berekend` is GemeenteBerekendBedrag (2.3), `toegekend` what the answer says, `te_betalen` what is booked.
# `telt` is false for a line refused because its number was already used.
prestatie = Table(
    "prestatie",
    metadata,
    Column("nr", Nummer, primary_key=True),
    Column("declaratie", ForeignKey("declaratie.nr"), nullable=False),
    Column("client", ForeignKey(kernel.client.c.nr), nullable=False),
    Column("gemeente", String(4), nullable=False),
    Column("aanbieder", String(8), nullable=False),
    Column("domein", String, nullable=False),
    Column("referentienummer", String, nullable=False),
    Column("vorig", String),
    Column("toewijzing", BigInteger),
    Column("grondslag", BigInteger),
    Column("categorie", String, nullable=False),
    Column("code", String, nullable=False),
    Column("begin", Date, nullable=False),
    Column("eind", Date, nullable=False),
    Column("volume", BigInteger, nullable=False),
    Column("eenheid", String, nullable=False),
    Column("tarief", BigInteger),
    Column("bedrag", BigInteger, nullable=False),
    Column("dc", String(1), nullable=False),
    Column("status", String, nullable=False),
    Column("codes", JSON, nullable=False),
    Column("berekend", BigInteger),
    Column("toegekend", BigInteger),
    Column("te_betalen", BigInteger),
    Column("gecrediteerd_door", ForeignKey("prestatie.nr")),
    Column("telt", Boolean, nullable=False),
    Index("ix_prestatie_declaratie", "declaratie"),
    Index("ix_prestatie_grondslag", "gemeente", "domein", "grondslag", "begin"),
    Index("ix_prestatie_client", "client"),
    Index("ix_prestatie_toewijzing", "grondslag"),
)
Index(
    "uq_prestatie_referentienummer_telt",
    *(prestatie.c.aanbieder, prestatie.c.domein, prestatie.c.referentienummer),
    unique=True,
    sqlite_where=_TELT_SQLITE,
    postgresql_where=_TELT,
)

# From `van` to `tot` the hub judges these berichtsoorten for the gemeente, by its besluit.
mandaat = Table(
    "mandaat",
    metadata,
    Column("gemeente", String(4), primary_key=True),
    Column("van", Date, primary_key=True),
    Column("tot", Date),
    Column("besluit", String, nullable=False),
    Column("soorten", JSON, nullable=False),
)

# `tot` is the end without options, `optie_tot` with all of them; `perceel` the lot's name in the tender.
contract = Table(
    "contract",
    metadata,
    Column("aanbieder", String(8), primary_key=True),
    Column("gemeente", String(4), primary_key=True),
    Column("resultaatgebied", String, primary_key=True),
    Column("van", Date, primary_key=True),
    Column("tot", Date),
    Column("release", String, nullable=False),
    Column("vorm", String, nullable=False),
    Column("gebroken", String, nullable=False),
    Column("mapping", String(1), nullable=False),
    Column("soort", String, nullable=False, server_default=REGIONAAL),
    Column("leveringsplicht", Boolean, nullable=False, server_default=false()),
    Column("optie_tot", Date),
    Column("perceel", String),
    Index("ix_contract_gemeente", "gemeente"),
)

product = Table(
    "product",
    metadata,
    Column("code", String, primary_key=True),
    Column("resultaatgebied", String, nullable=False),
    Column("trede", Integer),
    Column("rang", Integer, nullable=False),
    Column("categorie", String, nullable=False),
)

productlijst = Table(
    "productlijst",
    metadata,
    Column("gemeente", String(4), primary_key=True),
    Column("productcode", String, primary_key=True),
    Column("van", Date, primary_key=True),
    Column("tot", Date),
)

# Valid in time and known in time; aanbieder null: for all. `eenheid` null: per four weeks.
tarief = Table(
    "tarief",
    metadata,
    Column("nr", Nummer, primary_key=True),
    Column("gemeente", String(4), nullable=False),
    Column("aanbieder", String(8)),
    Column("productcode", String, nullable=False),
    Column("van", Date, nullable=False),
    Column("tot", Date),
    Column("bedrag", BigInteger, nullable=False),
    Column("weekprijs", BigInteger),
    Column("bekend_van", UtcTijd, nullable=False),
    Column("besluit", String, nullable=False),
    Column("eenheid", String),
    Column("indexatie", ForeignKey("indexatie.nr")),
    Index("ix_tarief_sleutel", "gemeente", "productcode", "aanbieder"),
)

periode = Table(
    "periode",
    metadata,
    Column("jaar", Integer, primary_key=True),
    Column("nummer", Integer, primary_key=True),
    Column("begin", Date, nullable=False, unique=True),
    Column("eind", Date, nullable=False, unique=True),
)

# One transfer per row; `bedrag` is above zero, a reversal swaps the accounts. `periode` is a label, 2026-P01.
# `toewijzing` is null where a gemeente awarded a line of 2.3 for which no toewijzing can be found.
# `stukken`: for mapping P the pieces that a row of D takes from its period.
journaal = append_only(
    Table(
        "journaal",
        metadata,
        Column("nr", Nummer, primary_key=True),
        Column("van", String, nullable=False),
        Column("naar", String, nullable=False),
        Column("bedrag", BigInteger, nullable=False),
        Column("gemeente", String(4), nullable=False),
        Column("aanbieder", String(8), nullable=False),
        Column("domein", String, nullable=False),
        Column("toewijzing", BigInteger),
        Column("productcode", String),
        Column("periode", String, nullable=False),
        Column("stukken", Integer, nullable=False),
        Column("bericht", ForeignKey(kernel.bericht.c.nr)),
        Column("prestatie", ForeignKey(prestatie.c.nr)),
        Column("besluit", String),
        Column("bekend_op", Date, nullable=False),
        Column("geboekt_op", UtcTijd, nullable=False),
        Index("ix_journaal_toewijzing", "gemeente", "domein", "toewijzing", "periode"),
        Index("ix_journaal_aanbieder", "aanbieder", "gemeente"),
        Index("ix_journaal_prestatie", "prestatie"),
        Index("ix_journaal_periode", "periode"),
    )
)

# A and D of one toewijzing in one period, kept with every row of the journal and made again from it: what reports add
# up. `toewijzing` is -1 where the journal has none. `client` and `productcode` are those of the toewijzing; where that
# names no product, the one all its rows of the journal agree on.
stand = Table(
    "stand",
    metadata,
    Column("gemeente", String(4), nullable=False),
    Column("domein", String, nullable=False),
    Column("toewijzing", BigInteger, nullable=False, autoincrement=False),
    Column("periode", String, nullable=False),
    Column("aanbieder", String(8), nullable=False),
    Column("client", ForeignKey(kernel.client.c.nr)),
    Column("productcode", String),
    Column("toegewezen", BigInteger, nullable=False),
    Column("gedeclareerd", BigInteger, nullable=False),
    # By period first: without a rowid the rows of a period lie together, which is how reports read them.
    PrimaryKeyConstraint("periode", "gemeente", "domein", "toewijzing", "aanbieder"),
    Index("ix_stand_toewijzing", "gemeente", "domein", "toewijzing"),
    Index("ix_stand_client", "client", "periode"),
    Index("ix_stand_aanbieder", "aanbieder", "periode"),
    sqlite_with_rowid=False,
)

# More awarded than allocated is rare: the list of it looks at nothing else.
_BOVEN: Final = text("gedeclareerd > toegewezen")
_boven = "ix_stand_boven", stand.c.gemeente, stand.c.domein, stand.c.toewijzing
Index(*_boven, sqlite_where=_BOVEN, postgresql_where=_BOVEN)

# A gemeente closed a period: its frozen figures are those of the journal up to and including row `journaal_nr`.
afsluiting = append_only(
    Table(
        "afsluiting",
        metadata,
        Column("gemeente", String(4), primary_key=True),
        Column("periode", String, primary_key=True),
        Column("besluit", String, nullable=False),
        Column("door", String, nullable=False),
        Column("moment", UtcTijd, nullable=False),
        Column("journaal_nr", BigInteger, nullable=False),
    )
)

# Which figures a party was told (a gebeurtenis), why, and up to and including which row of the journal.
cijfermelding = Table(
    "cijfermelding",
    metadata,
    Column("partij", String, primary_key=True),
    Column("periode", String, primary_key=True),
    Column("aanleiding", String, primary_key=True),
    Column("dag", Date, primary_key=True),
    Column("journaal_nr", BigInteger, nullable=False),
    Column("moment", UtcTijd, nullable=False),
)

# What a person must look at, without a retourcode: no tariff, no contract, a declaratie zonder grondslag.
signaal = Table(
    "signaal",
    metadata,
    Column("nr", Nummer, primary_key=True),
    Column("soort", String, nullable=False),
    Column("gemeente", String(4), nullable=False),
    Column("aanbieder", String(8), nullable=False),
    Column("domein", String, nullable=False),
    Column("toewijzing", BigInteger),
    Column("prestatie", ForeignKey(prestatie.c.nr)),
    Column("bedrag", BigInteger),
    Column("tekst", String, nullable=False),
    Column("aangemaakt", UtcTijd, nullable=False),
    Index("ix_signaal_toewijzing", "gemeente", "domein", "toewijzing"),
    Index("ix_signaal_soort", "soort", "gemeente"),
    Index("ix_signaal_prestatie", "prestatie"),
)

"""The tables of allocation, beside those of the kernel: toewijzingen with all their versions, the feed, signalen.

Amounts are eurocent, dates inclusive, an open `tot` is null. A Bsn stands in the kernel's table `client` only.
"""

from typing import Final

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Time,
)

from services.kernel import tables as kernel
from services.kernel.columns import Nummer, UtcTijd

# A MetaData of its own: both services have a table of toewijzingen. The kernel's tables are made first.
metadata = MetaData(naming_convention=kernel.metadata.naming_convention)

HUB: Final = "hub"
AANBIEDER: Final = "aanbieder"

# One row per version of a ToewijzingNummer that a 301 brought, also of a removal. `vervallen`: a 302 refused that 301.
# `bericht` is null for what was read in from a CSV when the hub went live.
# Of the others the one with the highest Toewijzingsdatum and -tijd is actual; at an equal stamp the highest nr.
toewijzing_versie = Table(
    "toewijzing_versie",
    metadata,
    Column("nr", Nummer, primary_key=True),
    Column("gemeente", String(4), nullable=False),
    Column("domein", String, nullable=False),
    Column("aanbieder", String(8), nullable=False),
    Column("nummer", BigInteger, nullable=False),
    Column("client", ForeignKey(kernel.client.c.nr), nullable=False),
    Column("release", String, nullable=False),
    Column("referentie_aanbieder", String(36)),
    Column("categorie", String),
    Column("code", String),
    Column("toewijzingsdatum", Date, nullable=False),
    Column("toewijzingstijd", Time, nullable=False),
    Column("ingangsdatum", Date, nullable=False),
    Column("einddatum", Date),
    Column("reden_wijziging", String),
    Column("volume", BigInteger),
    Column("eenheid", String),
    Column("frequentie", String),
    Column("budget", BigInteger),
    Column("bericht", ForeignKey(kernel.bericht.c.nr)),
    Column("vervallen", Boolean, nullable=False),
    Index("ix_toewijzing_versie_gemeente_domein_nummer", "gemeente", "domein", "nummer"),
    Index("ix_toewijzing_versie_aanbieder_nummer", "aanbieder", "nummer"),
    Index("ix_toewijzing_versie_bericht", "bericht"),
    Index("ix_toewijzing_versie_client", "client"),
    Index("ix_toewijzing_versie_nummer", "nummer"),
    Index("ix_toewijzing_versie_referentie", "referentie_aanbieder"),
)

# A later 301 that carries a version again without changing it: it keeps the version when the first one is refused.
toewijzing_herhaling = Table(
    "toewijzing_herhaling",
    metadata,
    Column("versie", ForeignKey("toewijzing_versie.nr"), nullable=False),
    Column("bericht", ForeignKey(kernel.bericht.c.nr), nullable=False),
    PrimaryKeyConstraint("versie", "bericht"),
    Index("ix_toewijzing_herhaling_bericht", "bericht"),
)

# What a 305 or 307 tells of a toewijzing, in order of receipt; it counts as long as its message does. `eind` and
# `reden` (RedenBeeindiging) are of a stop, `status` is StatusAanlevering.
levering = Table(
    "levering",
    metadata,
    Column("nr", Nummer, primary_key=True),
    Column("gemeente", String(4), nullable=False),
    Column("domein", String, nullable=False),
    Column("aanbieder", String(8), nullable=False),
    Column("bericht", ForeignKey(kernel.bericht.c.nr), nullable=False),
    Column("soort", String, nullable=False),
    Column("nummer", BigInteger, nullable=False),
    Column("categorie", String),
    Column("code", String),
    Column("begin", Date, nullable=False),
    Column("eind", Date),
    Column("reden", String),
    Column("status", String(1), nullable=False),
    Index("ix_levering_nummer", "gemeente", "domein", "nummer"),
    Index("ix_levering_bericht", "bericht"),
)

# What a message that is passed on names: a ToewijzingNummer, or a ReferentieAanbieder, by which requests, their answers
# and the 301 that grants them belong together. By these it is found back; nothing is judged by them.
vermelding = Table(
    "vermelding",
    metadata,
    Column("nr", Nummer, primary_key=True),
    Column("bericht", ForeignKey(kernel.bericht.c.nr), nullable=False),
    Column("toewijzing", BigInteger),
    Column("referentie", String(36)),
    Index("ix_vermelding_bericht", "bericht"),
    Index("ix_vermelding_toewijzing", "toewijzing"),
    Index("ix_vermelding_referentie", "referentie"),
)

# What declaration reads: each change of the actual state of a number, numbered in commit order.
feed = Table(
    "feed",
    metadata,
    Column("nr", BigInteger, primary_key=True, autoincrement=False),
    Column("gemeente", String(4), nullable=False),
    Column("domein", String, nullable=False),
    Column("nummer", BigInteger, nullable=False),
    Column("toestand", JSON, nullable=False),
    Column("aangemaakt", UtcTijd, nullable=False),
    Index("ix_feed_gemeente_domein_nummer", "gemeente", "domein", "nummer"),
)

# Who makes the 302 of a refused 301: the hub in the aanbieder's name, or the aanbieder (also when there is no row).
retour_machtiging = Table(
    "retour_machtiging",
    metadata,
    Column("aanbieder", String(8), nullable=False),
    Column("van", Date, nullable=False),
    Column("tot", Date),
    Column("retour", String, nullable=False),
    PrimaryKeyConstraint("aanbieder", "van"),
    CheckConstraint(f"retour IN ('{HUB}', '{AANBIEDER}')", name="ck_retour_machtiging_retour"),
)

# A copy of declaration's: which product codes, of which Categorie, a gemeente has on its list (TR381).
productlijst = Table(
    "productlijst",
    metadata,
    Column("gemeente", String(4), nullable=False),
    Column("productcode", String, nullable=False),
    Column("categorie", String, nullable=False),
    Column("van", Date, nullable=False),
    Column("tot", Date),
    PrimaryKeyConstraint("gemeente", "productcode", "van"),
)

# What a person should look at; it refuses nothing. `nummer` is null where there is none (2.3).
signaal = Table(
    "signaal",
    metadata,
    Column("nr", Nummer, primary_key=True),
    Column("soort", String, nullable=False),
    Column("gemeente", String(4), nullable=False),
    Column("domein", String, nullable=False),
    Column("nummer", BigInteger),
    Column("bericht", ForeignKey(kernel.bericht.c.nr), nullable=False),
    Column("aangemaakt", UtcTijd, nullable=False),
    Column("omschrijving", String, nullable=False),
    Index("ix_signaal_gemeente_nr", "gemeente", "nr"),
)

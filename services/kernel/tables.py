"""The tables every service has: parties, messages, postbus, counters, the audit trail. SQLAlchemy Core only."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    text,
)

from services.kernel.columns import BsnKolom, Nummer, UtcTijd, Versleuteld, append_only

# Every constraint has a name, or alembic could not alter it later.
metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

partij = Table(
    "partij",
    metadata,
    Column("code", String, primary_key=True),
    Column("soort", String, nullable=False),
    Column("naam", String, nullable=False),
)

sleutel = Table(
    "sleutel",
    metadata,
    Column("nr", Nummer, primary_key=True),
    Column("hash", String(64), nullable=False, unique=True),
    Column("partij", ForeignKey("partij.code"), nullable=False),
    Column("aangemaakt", UtcTijd, nullable=False),
    Column("vervalt", UtcTijd),
    Column("naam", String, nullable=False),
    Column("scopes", String, nullable=False),  # with a space between
    Column("ingetrokken", UtcTijd),
    Column("gebruikt", UtcTijd),  # the last time at this service, to the hour
)

# By what else than a key a party is known: the OIN in its certificate, or its client at the OAuth issuer.
herkenning = Table(
    "herkenning",
    metadata,
    Column("soort", String, primary_key=True),
    Column("waarde", String, primary_key=True),
    Column("partij", ForeignKey("partij.code"), nullable=False),
    Column("scopes", String, nullable=False),
    CheckConstraint("soort IN ('oin', 'oauth')", name="ck_herkenning_soort"),
)

machtiging = Table(
    "machtiging",
    metadata,
    Column("gemachtigde", ForeignKey("partij.code"), primary_key=True),
    # The party acted for need not send or receive by itself.
    Column("namens", String, primary_key=True),
    Column("van", Date, primary_key=True),
    Column("tot", Date),
)

client = Table(
    "client",
    metadata,
    Column("nr", Nummer, primary_key=True),
    Column("hash", String(64), nullable=False, unique=True),
    Column("bsn", BsnKolom),
)

bericht = Table(
    "bericht",
    metadata,
    Column("nr", Nummer, primary_key=True),
    Column("id", String(36), nullable=False, unique=True),
    Column("standaard", String, nullable=False),
    Column("release", String, nullable=False),
    Column("berichtsoort", String, nullable=False),
    Column("domein", String, nullable=False),
    # The real sender and receiver by the catalogue, also where a Header is echoed unswapped.
    Column("verzender", String, nullable=False),
    Column("bestemming", String, nullable=False),
    Column("identificatie", String, nullable=False),
    Column("dagtekening", Date),
    Column("sha256", String(64), nullable=False),
    Column("ontvangen", UtcTijd, nullable=False),
    Column("partij", String),  # who handed it over; null: the hub wrote it
    Column("oordeel", String, nullable=False),
    Column("telt", Boolean, nullable=False),  # false: refused as a whole, it counts as not sent
    Column("ingediend", BigInteger),  # eurocent
    Column("toegekend", BigInteger),  # eurocent
    Column("feed_nr", BigInteger),
    Column("aantal_bevindingen", Integer, nullable=False),
    Column("bevindingen", JSON, nullable=False),  # at most LIJST_MAXIMUM of them
    Column("antwoord_op", ForeignKey("bericht.nr")),
    # The same bytes twice are one row: the second time is a replay.
    UniqueConstraint("berichtsoort", "verzender", "identificatie", "sha256", name="uq_bericht_sleutel_sha256"),
    Index("ix_bericht_verzender_nr", "verzender", "nr"),
    Index("ix_bericht_bestemming_nr", "bestemming", "nr"),
    Index("ix_bericht_identificatie", "identificatie"),
    Index("ix_bericht_antwoord_op", "antwoord_op"),
    Index("ix_bericht_ontvangen", "ontvangen"),
    Index("ix_bericht_oordeel_nr", "oordeel", "nr"),
    Index("ix_bericht_release_nr", "release", "nr"),
)
_TELT = text("telt")
Index(
    "uq_bericht_sleutel_telt",
    *(bericht.c.berichtsoort, bericht.c.verzender, bericht.c.identificatie),
    unique=True,
    sqlite_where=_TELT,
    postgresql_where=_TELT,
)
_TELT_ALS_ANTWOORD = text("telt AND antwoord_op IS NOT NULL")
Index(
    "uq_bericht_antwoord_telt",
    bericht.c.antwoord_op,
    unique=True,
    sqlite_where=_TELT_ALS_ANTWOORD,
    postgresql_where=_TELT_ALS_ANTWOORD,
)

inhoud = Table(
    "inhoud",
    metadata,
    Column("bericht", ForeignKey("bericht.nr"), primary_key=True),
    Column("bytes", Versleuteld, nullable=False),  # zlib, then encrypted: berichten.py
)

# The retourcodes of a message's bevindingen, each once, also of those past LIJST_MAXIMUM.
bericht_retourcode = Table(
    "bericht_retourcode",
    metadata,
    Column("code", String, primary_key=True),
    Column("bericht", ForeignKey("bericht.nr"), primary_key=True),
)

weigering = Table(
    "weigering",
    metadata,
    Column("nr", Nummer, primary_key=True),
    Column("ontvangen", UtcTijd, nullable=False, index=True),
    Column("partij", String, nullable=False),
    Column("type", String, nullable=False),
    Column("standaard", String),
    Column("release", String),
    Column("berichtsoort", String),
    Column("sha256", String(64), nullable=False),
    Column("aantal_bevindingen", Integer, nullable=False),
    Column("bevindingen", JSON, nullable=False),
)

# What the hub itself tells a party, beside the messages of the standard: a CloudEvent. `data` names no person.
gebeurtenis = Table(
    "gebeurtenis",
    metadata,
    Column("nr", Nummer, primary_key=True),
    Column("id", String(36), nullable=False, unique=True),
    Column("soort", String, nullable=False),
    Column("tijdstip", UtcTijd, nullable=False),
    Column("bericht", ForeignKey("bericht.nr")),  # the message it is about
    Column("data", JSON, nullable=False),
    Index("ix_gebeurtenis_bericht", "bericht"),
)

# A row brings either a message or a gebeurtenis. `bezorgd`: pushed, and taken over by the broker or the webhook;
# `bevestigd`: the party said over HTTP that it has it.
postbus = Table(
    "postbus",
    metadata,
    # No foreign key: a row may wait for a party that gets its key later.
    Column("partij", String, primary_key=True),
    Column("nr", BigInteger, primary_key=True, autoincrement=False),
    Column("bericht", ForeignKey("bericht.nr")),
    Column("gebeurtenis", ForeignKey("gebeurtenis.nr")),
    Column("aangemaakt", UtcTijd, nullable=False),
    Column("bezorgd", UtcTijd),
    Column("bevestigd", UtcTijd),
    CheckConstraint("(bericht IS NULL) <> (gebeurtenis IS NULL)", name="ck_postbus_een_stuk"),
    Index("ix_postbus_bericht", "bericht"),
    Index("ix_postbus_gebeurtenis", "gebeurtenis"),
)
_ONBEVESTIGD = text("bevestigd IS NULL AND bezorgd IS NULL")
Index(
    "ix_postbus_wacht",
    *(postbus.c.partij, postbus.c.nr),
    sqlite_where=_ONBEVESTIGD,
    postgresql_where=_ONBEVESTIGD,
)

# The one push channel of a party; without a row it reads its postbus. Rows up to and including `bezorgd_tot` are
# delivered. `pogingen` counts the failures in a row on the next one; `teruggevallen`: given up, read over HTTP.
kanaal = Table(
    "kanaal",
    metadata,
    Column("partij", ForeignKey("partij.code"), primary_key=True),
    Column("soort", String, nullable=False),
    Column("url", String),  # of a webhook
    Column("versie", Integer, nullable=False),  # of the secret a webhook is signed with
    Column("bezorgd_tot", BigInteger, nullable=False),
    Column("pogingen", Integer, nullable=False),
    Column("fout", String),  # why the last attempt failed, in our own words
    Column("teruggevallen", UtcTijd),
    CheckConstraint("soort IN ('amqp', 'webhook')", name="ck_kanaal_soort"),
)

# A message that waits for an answer of another party, and until which day inclusive that is in time.
termijn = Table(
    "termijn",
    metadata,
    Column("bericht", ForeignKey("bericht.nr"), primary_key=True),
    Column("antwoord", String, nullable=False),  # the berichtsoort that is owed
    Column("wachtend", String, nullable=False),
    Column("plichtig", String, nullable=False),
    Column("uiterlijk", Date, nullable=False),
    Column("beantwoord", UtcTijd),
    # Whether the answer came after `uiterlijk`; null: there is none yet. Kept, because a fixed day is in no moment.
    Column("laat", Boolean),
    Column("gemeld", UtcTijd),  # that it is overdue
    Index("ix_termijn_wachtend", "wachtend", "uiterlijk"),
    Index("ix_termijn_plichtig", "plichtig", "uiterlijk"),
)
_OPEN = text("beantwoord IS NULL")
Index("ix_termijn_open", termijn.c.uiterlijk, sqlite_where=_OPEN, postgresql_where=_OPEN)

postbus_teller = Table(
    "postbus_teller",
    metadata,
    Column("partij", String, primary_key=True),
    Column("nr", BigInteger, nullable=False),
)

teller = Table(
    "teller",
    metadata,
    Column("naam", String, primary_key=True),
    Column("waarde", BigInteger, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("nr", Nummer, primary_key=True),
    Column("tijdstip", UtcTijd, nullable=False, index=True),
    Column("partij", String, nullable=False),
    Column("actie", String, nullable=False),
    Column("oorzaak", String, nullable=False),
    Column("bericht", String(36), index=True),  # the id of a message
    Column("detail", String),
)

# A sealed stretch of the trail: the rows numbered `van` through `tot`, which follows on the seal before it (zegels.py).
# `regels` has number and fingerprint of each row, `sha256` is theirs, `vorige` the hash of the seal before.
zegel = Table(
    "zegel",
    metadata,
    # Without gaps: a number that is missing is a seal that was taken away.
    Column("nr", BigInteger, primary_key=True, autoincrement=False),
    Column("van", BigInteger, nullable=False, unique=True),
    Column("tot", BigInteger, nullable=False),
    Column("aantal", Integer, nullable=False),
    Column("regels", LargeBinary, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("vorige", String(71), nullable=False),
    Column("moment", UtcTijd, nullable=False),
    Column("hmac", String(64), nullable=False),
)

append_only(audit)
append_only(zegel)

"""Who is calling: what came with a request, turned into a party with the scopes it has here."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from sqlalchemy import Connection, delete, select

from services.kernel import problems
from services.kernel.database import upsert
from services.kernel.settings import Settings
from services.kernel.tables import herkenning, partij
from services.kernel.toegang import certificates, oauth, parties, sessies, sleutels
from services.kernel.toegang.certificates import GeenOin
from services.kernel.toegang.oauth import TokenOngeldig, Uitgever, UitgeverOnbereikbaar
from services.kernel.toegang.parties import SCOPES_VAN, Partij, Scope
from services.kernel.wiring import Dienst

Herkenningsoort = Literal["oin", "oauth"]
# Most addresses whose misplaced header is remembered: whoever has more of them is not told apart any more.
_ADRESSEN: Final = 1000


@dataclass(frozen=True, slots=True)
class Meegestuurd:
    """What came along: the bearer, the subjects of a certificate, and the address of who opened the connection."""

    bearer: str | None
    onderwerpen: Sequence[str]
    adres: str | None


@dataclass(frozen=True, slots=True)
class Toegang:
    """A party, what it may do with what it showed, and the id of the key if that was one."""

    partij: Partij
    scopes: frozenset[Scope]
    sleutel: str | None = None


class NietHerkend(Exception):
    """What was shown is no good; `partij` is the code of whose it was, where that is beyond doubt."""

    def __init__(self, oorzaak: str, partij: str | None = None) -> None:
        super().__init__(oorzaak)
        self.oorzaak = oorzaak
        self.partij = partij


class Herkenner:
    """Knows the callers of one service: by a key, a token of the issuer, or a certificate that the proxy saw."""

    def __init__(self, dienst: Dienst) -> None:
        self._dienst = dienst
        self._proxy = certificates.netwerken(dienst.settings.proxy_adressen)
        self._uitgever = uitgever_van(dienst)
        self._gezien: set[str] = set()
        self.gebruik = sleutels.Gebruik(dienst.database)

    def herken(self, mee: Meegestuurd) -> Toegang | None:
        """Who this is; None when nothing came along. NietHerkend; a Probleem (503) when the issuer is away."""
        oin = self._oin(mee)
        toegang = self._bij_bearer(mee.bearer) if mee.bearer is not None else None
        if oin is None:
            return toegang
        met_certificaat = self._bekend("oin", oin)
        if toegang is None:
            if met_certificaat is None:
                raise NietHerkend("certificaat-onbekend")
            return met_certificaat
        if met_certificaat is None or met_certificaat.partij.code != toegang.partij.code:
            raise NietHerkend("certificaat-van-ander", toegang.partij.code)
        return toegang

    def ongevraagd(self, mee: Meegestuurd) -> bool:
        """Whether a certificate is told of by who is no proxy of ours, for the first time."""
        adres = mee.adres or ""
        if not mee.onderwerpen or self._is_proxy(mee) or adres in self._gezien or len(self._gezien) >= _ADRESSEN:
            return False
        self._gezien.add(adres)
        return True

    def _is_proxy(self, mee: Meegestuurd) -> bool:
        return certificates.is_van(mee.adres, self._proxy)

    def _oin(self, mee: Meegestuurd) -> str | None:
        # A proxy that asks for no certificate of this client sends its header empty.
        onderwerpen = [text for text in mee.onderwerpen if text.strip()]
        if not onderwerpen or not self._is_proxy(mee):
            return None
        try:
            return certificates.oin_van(onderwerpen)
        except GeenOin:
            raise NietHerkend("certificaat-zonder-oin") from None

    def _bij_bearer(self, bearer: str) -> Toegang:
        """The one place that tells the kinds of bearer apart."""
        if parties.is_dienst(bearer, self._dienst.settings.dienst_sleutel):
            return Toegang(parties.DIENST, SCOPES_VAN["dienst"])
        if sessies.is_sessie(bearer):
            return self._bij_sessie(bearer)
        if self._uitgever is not None and bearer.count(".") == 2:
            return self._bij_token(self._uitgever, bearer)
        return self._bij_sleutel(parties.sleutel_hash(bearer))

    def _bij_sessie(self, bearer: str) -> Toegang:
        """A session may what its key may, and ends with it."""
        hash = sessies.sleutel_hash(bearer, self._dienst.settings.dienst_sleutel, self._dienst.nu())
        if hash is None:
            raise NietHerkend("sessie-voorbij")
        return self._bij_sleutel(hash)

    def _bij_sleutel(self, hash: str) -> Toegang:
        with self._dienst.database.read() as conn:
            found = sleutels.vind(conn, hash)
        if found is None:
            raise NietHerkend("sleutel-onbekend")
        sleutel, wie = found
        stand = sleutel.stand(self._dienst.nu())
        if stand != "geldig":
            raise NietHerkend(f"sleutel-{stand}", wie.code)
        self.gebruik.noteer(sleutel, self._dienst.nu())
        return _toegang(wie, sleutel.scopes, sleutel.id)

    def _bij_token(self, uitgever: Uitgever, text: str) -> Toegang:
        try:
            token = uitgever.lees(text)
        except TokenOngeldig:
            raise NietHerkend("token-ongeldig") from None
        except UitgeverOnbereikbaar:
            raise problems.uitgever_onbereikbaar() from None
        toegang = self._bekend("oauth", token.client)
        if toegang is None:
            raise NietHerkend("token-client-onbekend")
        if token.scopes is None:
            return toegang
        # The issuer can narrow what the hub allows this client, and never widen it.
        return _toegang(toegang.partij, toegang.scopes & parties.scopes_van_tekst(token.scopes))

    def _bekend(self, soort: Herkenningsoort, waarde: str) -> Toegang | None:
        with self._dienst.database.read() as conn:
            return bij_herkenning(conn, soort, waarde)


def uitgever_van(dienst: Dienst) -> Uitgever | None:
    """The issuer of the settings; None: no tokens are taken."""
    given: Settings = dienst.settings
    if not given.oauth_issuer:
        return None
    return oauth.Uitgever(given.oauth_issuer, given.oauth_audience, given.oauth_jwks_url, given.oauth_claim, dienst.nu)


def _toegang(wie: Partij, scopes: frozenset[Scope], sleutel: str | None = None) -> Toegang:
    """Never more than a party of this soort may have. An operator without `admin` sees what the region sees."""
    scopes &= SCOPES_VAN[wie.soort]
    if wie.soort == "beheer" and "admin" not in scopes:
        wie = replace(wie, soort="regio")
    return Toegang(wie, scopes, sleutel)


# --- by what else than a key a party is known -------------------------------------------------------------------------


def bij_herkenning(conn: Connection, soort: Herkenningsoort, waarde: str) -> Toegang | None:
    found = select(partij, herkenning.c.scopes).join(herkenning)
    row = conn.execute(found.where(herkenning.c.soort == soort, herkenning.c.waarde == waarde)).one_or_none()
    return _toegang(Partij(*row[:3]), parties.scopes_van_tekst(row.scopes)) if row else None


def herken_als(
    conn: Connection, soort: Herkenningsoort, waarde: str, code: str, scopes: frozenset[Scope] | None = None
) -> None:
    """Let an OIN or a client of the issuer be this party; without `scopes` with all that its soort may have.

    ValueError for scopes that it may not have.
    """
    values = {"partij": code, "scopes": parties.scopes_tekst(parties.mogelijk(conn, code, scopes))}
    statement = upsert(conn, herkenning).values(soort=soort, waarde=waarde, **values)
    conn.execute(statement.on_conflict_do_update(index_elements=[herkenning.c.soort, herkenning.c.waarde], set_=values))


def vergeet(conn: Connection, soort: Herkenningsoort, waarde: str, code: str) -> None:
    """Let an OIN or a client no longer be this party; one of another party stays."""
    c = herkenning.c
    conn.execute(delete(herkenning).where(c.soort == soort, c.waarde == waarde, c.partij == code))


def herkenningen(conn: Connection, soort: Herkenningsoort) -> list[tuple[str, str, str]]:
    """(value, code of the party, scopes) of each."""
    c = herkenning.c
    rows = conn.execute(select(c.waarde, c.partij, c.scopes).where(c.soort == soort).order_by(c.partij, c.waarde))
    return [tuple(row) for row in rows]

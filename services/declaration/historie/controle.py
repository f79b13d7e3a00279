"""What the rows of a history must keep towards each other and towards what the hub has; nothing is stored here."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date

from services.declaration.contracts import Toewijzing
from services.declaration.historie.regels import VIER_WEKEN, Declaratiesleutel, Fout, Regel, noem
from services.declaration.rules.feiten import AFGEKEURD, FACTUUR, Debetregel

Nummer = tuple[str, str, str]  # aanbieder, domein, ReferentieNummer
# A declaration without its rows and the numbers that we gave them: what must be equal when it is read in again.
Inhoud = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Bekend:
    """What the hub has: `declaraties` the Inhoud of those that were read in, None of one that came as a message.

    `partijen` are those that take part: {code: soort}. `bezet` are the ReferentieNummers in use, `debetregels` the
    judged debits that credits name, with the day on which each was judged; `toewijzingen` by (gemeente, domein,
    nummer); `client` the keyed hash of a Bsn.
    """

    partijen: Mapping[str, str]
    declaraties: Mapping[Declaratiesleutel, Inhoud | None]
    bezet: Set[Nummer]
    debetregels: Mapping[Nummer, tuple[Debetregel, date]]
    toewijzingen: Mapping[tuple[str, str, int], Toewijzing]
    client: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Opname:
    """The declarations to be stored, by the day on which they were judged; which of their rows bring their number.

    `aanwezig`: the rows of declarations that were read in before.
    """

    declaraties: Sequence[Sequence[Regel]]
    telt: Set[int]
    aanwezig: Sequence[Regel]


def inhoud_van(groep: Sequence[Regel], client: Mapping[str, str]) -> Inhoud:
    """What must be equal when the declaration of these rows is read in again."""
    regels = (
        (
            *(r.referentienummer, r.vorig, r.toewijzing, r.categorie, r.code, r.begin, r.eind, r.volume, r.eenheid),
            *(r.tarief, r.bedrag, r.dc, r.status, r.toegekend, client[r.bsn]),
        )
        for r in groep
    )
    return *groep[0].declaratie, tuple(sorted(regels, key=str))


def neem_op(regels: Sequence[Regel], bekend: Bekend) -> tuple[Opname, list[Fout]]:
    """What these rows add to what the hub has, and what is wrong with them."""
    groepen: dict[Declaratiesleutel, list[Regel]] = defaultdict(list)
    for regel in regels:
        groepen[regel.sleutel].append(regel)
    aanwezig: list[Regel] = []
    nieuw: list[list[Regel]] = []
    for sleutel, groep in groepen.items():
        if sleutel in bekend.declaraties and bekend.declaraties[sleutel] == inhoud_van(groep, bekend.client):
            aanwezig += groep
        else:
            nieuw.append(groep)
    rijen = [regel for groep in nieuw for regel in groep]
    eigenaars = _eigenaars(rijen, bekend)
    fouten = [
        *(fout for groep in nieuw for fout in _mis_met_declaratie(groep, bekend)),
        *_mis_met_nummers(rijen, eigenaars, bekend),
        *(fout for regel in rijen for fout in _mis_met_toewijzing(regel, bekend)),
        *_mis_met_credits(rijen, eigenaars, bekend),
    ]
    nieuw.sort(key=lambda groep: (groep[0].verwerkt_op, groep[0].declaratie_begin, groep[0].rij))
    return Opname(nieuw, {regel.rij for regel in eigenaars.values()}, aanwezig), fouten


def _mis_met_declaratie(groep: Sequence[Regel], bekend: Bekend) -> Iterator[Fout]:
    eerste = groep[0]
    for regel in groep:
        for soort, code in (("gemeente", regel.gemeente), ("aanbieder", regel.sleutel.aanbieder)):
            if bekend.partijen.get(code) != soort:
                yield _fout(regel, soort, f"een {soort} die op deze hub is aangesloten")
        for kolom, waarde, van_eerste in zip(_VAN_DECLARATIE, regel.declaratie, eerste.declaratie, strict=True):
            if waarde != van_eerste:
                yield _fout(regel, kolom, f"hetzelfde als in rij {eerste.rij}, die van dezelfde declaratie is")
    if eerste.sleutel in bekend.declaraties:
        yield _fout(eerste, "declaratienummer", "een nummer dat de hub nog niet heeft, of dezelfde regels als toen")


_VAN_DECLARATIE = ("gemeente", "vorm", "declaratieperiode_begin", "declaratieperiode_eind", "verwerkt_op")


def _eigenaars(regels: Iterable[Regel], bekend: Bekend) -> dict[Nummer, Regel]:
    """Of each ReferentieNummer the row that brings it: the approved one, else the first; a refused one uses it too."""
    eigenaars: dict[Nummer, Regel] = {}
    for regel in regels:
        eigenaar = eigenaars.setdefault(_nummer(regel), regel)
        if regel.goedgekeurd and not eigenaar.goedgekeurd:
            eigenaars[_nummer(regel)] = regel
    return {nummer: regel for nummer, regel in eigenaars.items() if nummer not in bekend.bezet}


def _mis_met_nummers(regels: Iterable[Regel], eigenaars: Mapping[Nummer, Regel], bekend: Bekend) -> Iterator[Fout]:
    """An approved row whose number is another row's; what was refused may have been for just that (8021)."""
    for regel in regels:
        eigenaar = eigenaars.get(_nummer(regel))
        if not regel.goedgekeurd or regel is eigenaar:
            continue
        dubbel = f"een ander nummer dan in rij {eigenaar.rij}" if eigenaar else "een nummer dat de hub nog niet heeft"
        yield _fout(regel, "referentienummer", dubbel)


def _mis_met_toewijzing(regel: Regel, bekend: Bekend) -> Iterator[Fout]:
    """What was refused may have been for just that."""
    if regel.toewijzing is None or not regel.goedgekeurd:
        return
    toewijzing = bekend.toewijzingen.get((regel.gemeente, regel.sleutel.domein, regel.toewijzing))
    if toewijzing is None:
        return
    if toewijzing.client != bekend.client[regel.bsn]:
        yield _fout(regel, "bsn", "de cliënt van de toewijzing")
    # In 2.3 an aanbieder may keep the administration of another one (TR311).
    if regel.sleutel.release != VIER_WEKEN and toewijzing.aanbieder != regel.sleutel.aanbieder:
        yield _fout(regel, "aanbieder", "de aanbieder van de toewijzing")


def _mis_met_credits(regels: Iterable[Regel], eigenaars: Mapping[Nummer, Regel], bekend: Bekend) -> Iterator[Fout]:
    """A credit of what the hub does not have stands: the history begins somewhere, and the signalen will list it."""
    gecrediteerd: set[Nummer] = set()
    for regel in regels:
        if regel.vorig is None or not regel.goedgekeurd:
            continue
        vorig = regel.sleutel.aanbieder, regel.sleutel.domein, regel.vorig
        gevonden = _debet(vorig, eigenaars, bekend)
        if gevonden is None:
            continue
        debet, verwerkt_op = gevonden
        if debet.gecrediteerd or vorig in gecrediteerd:
            yield _fout(regel, "vorig", "een debetregel die nog niet is gecrediteerd")
        elif not _is_credit_van(regel, debet, bekend.client[regel.bsn]):
            yield _fout(regel, "vorig", "een toegekende debetregel met dezelfde gegevens")
        elif regel.verwerkt_op < verwerkt_op:
            yield _fout(regel, "verwerkt_op", "een dag die niet voor die van de debetregel ligt")
        gecrediteerd.add(vorig)


def _debet(nummer: Nummer, eigenaars: Mapping[Nummer, Regel], bekend: Bekend) -> tuple[Debetregel, date] | None:
    """The judged line that a credit names, in the file or in the hub, and when it was judged."""
    regel = eigenaars.get(nummer)
    if regel is None:
        return bekend.debetregels.get(nummer)
    debet = Debetregel(
        nr=regel.rij,
        toewijzing=regel.toewijzing,
        categorie=regel.categorie,
        code=regel.code,
        begin=regel.begin,
        eind=regel.eind,
        volume=regel.volume,
        eenheid=regel.eenheid,
        tarief=regel.tarief,
        bedrag=regel.bedrag,
        gecrediteerd=False,
        gemeente=regel.gemeente,
        client=bekend.client[regel.bsn],
        status=regel.status,
        vorm=regel.vorm,
        toegekend=regel.toegekend,
    )
    return debet, regel.verwerkt_op


def _is_credit_van(regel: Regel, debet: Debetregel, client: str) -> bool:
    """Whether the credit copies this debit, at what is to be credited of it (IV091); of a factuur a refused one too."""
    te_crediteren = debet.status != AFGEKEURD or debet.vorm == FACTUUR
    return (
        te_crediteren
        and regel.toewijzing in (None, debet.toewijzing)
        and (
            *(
                regel.gemeente,
                client,
                regel.categorie,
                regel.code,
                regel.begin,
                regel.eind,
                regel.volume,
                regel.eenheid,
            ),
            *(regel.tarief, -regel.bedrag),
        )
        == (
            *(debet.gemeente, debet.client, debet.categorie, debet.code, debet.begin, debet.eind, debet.volume),
            *(debet.eenheid, debet.tarief, debet.te_crediteren),
        )
    )


def _nummer(regel: Regel) -> Nummer:
    return regel.sleutel.aanbieder, regel.sleutel.domein, regel.referentienummer


def _fout(regel: Regel, kolom: str, verwacht: str) -> Fout:
    return regel.rij, noem(regel.rij, kolom, verwacht)

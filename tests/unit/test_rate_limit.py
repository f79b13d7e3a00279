"""The bucket of tokens: a burst passes, a flood waits, and time fills it again."""

from services.kernel import problems
from services.kernel.settings import Settings
from services.kernel.toegang.rate_limit import Emmers, Grenzen


class Klok:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.nu = 1000.0

    def __call__(self) -> float:
        return self.nu


def test_what_a_minute_allows_passes_at_once_and_the_next_waits() -> None:
    emmers = Emmers(60, Klok())

    assert [emmers.neem("a").toegestaan for _ in range(61)] == [True] * 60 + [False]


def test_a_second_gives_back_what_it_is_worth() -> None:
    klok = Klok()
    emmers = Emmers(60, klok)
    for _ in range(60):
        emmers.neem("a")

    klok.nu += 0.9
    assert not emmers.neem("a").toegestaan
    klok.nu += 0.1
    assert emmers.neem("a").toegestaan
    assert not emmers.neem("a").toegestaan


def test_it_never_holds_more_than_a_minute() -> None:
    klok = Klok()
    emmers = Emmers(5, klok)
    emmers.neem("a")
    klok.nu += 3600

    assert [emmers.neem("a").toegestaan for _ in range(6)] == [True] * 5 + [False]


def test_everyone_has_one_of_his_own() -> None:
    emmers = Emmers(1, Klok())

    assert emmers.neem("a").toegestaan
    assert emmers.neem("b").toegestaan
    assert not emmers.neem("a").toegestaan


def test_the_headers_tell_what_is_left_and_when_to_go_on() -> None:
    emmers = Emmers(2, Klok())

    first, _, third = (emmers.neem("a") for _ in range(3))
    assert first.headers == {"RateLimit-Limit": "2", "RateLimit-Remaining": "1", "RateLimit-Reset": "30"}
    assert third.headers == {"RateLimit-Limit": "2", "RateLimit-Remaining": "0", "RateLimit-Reset": "30"}
    assert third.wacht == 30


def test_ten_thousand_are_remembered_and_no_more() -> None:
    emmers = Emmers(1, Klok())
    for nr in range(10_001):
        emmers.neem(str(nr))

    assert emmers.neem("0").toegestaan
    assert not emmers.neem("10000").toegestaan


def test_who_has_no_key_is_told_why_until_it_is_too_often(settings: Settings) -> None:
    grenzen = Grenzen(settings.model_copy(update={"onbekenden_per_minuut": 2}))
    waarom = problems.niet_ingelogd(known=False)

    assert [grenzen.weiger("1", waarom).status for _ in range(3)] == [401, 401, 429]
    assert grenzen.weiger("2", waarom).status == 401

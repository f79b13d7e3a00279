"""Looking at a tree a few hundred siblings at a time.

libxml2 writes a path for each violation by counting the siblings before it: over thousands of them that is minutes.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import groupby

from lxml import etree

_MOST = 500
# A run: the element it stands in, and its members.
Run = tuple[etree._Element, list[etree._Element]]
Ordinals = dict[etree._Element, int]


def windows(root: etree._Element, ordinals: Ordinals) -> Iterator[None]:
    """Let the tree hold one part of its long runs of like-named siblings after another; once, whole, without any.

    The first of a run stays in every part, so that what must have one is complete. `ordinals` gets for each child of
    an element with a run which one of its name it is in the whole tree, from 1. The tree is not made whole again.
    """
    runs = [run for parent in root.iter(etree.Element) if len(parent) > _MOST for run in _runs(parent)]
    if not runs:
        yield
        return
    for parent in dict.fromkeys(parent for parent, _ in runs):
        counted: Counter[str] = Counter()
        for child in parent:
            counted[child.tag] += 1
            ordinals[child] = counted[child.tag]
    places = [(nr, member) for nr, (_, members) in enumerate(runs) for member in members[1:]]
    holder = {member: nr for nr, member in places}
    for parent, members in runs:
        for member in members[1:]:
            parent.remove(member)
    for begin in range(0, len(places), _MOST):
        yield from _shown(runs, holder, [member for _, member in places[begin : begin + _MOST]])


def _runs(parent: etree._Element) -> Iterator[Run]:
    for _, same in groupby(parent, key=lambda child: child.tag):
        members = list(same)
        if len(members) > _MOST:
            yield parent, members


def _shown(runs: list[Run], holder: dict[etree._Element, int], chunk: list[etree._Element]) -> Iterator[None]:
    """These members in their places, and those they stand in."""
    shown = dict.fromkeys(chunk)
    for nr in {holder[member] for member in chunk}:
        inside: etree._Element | None = runs[nr][0]
        while inside is not None:
            if inside in holder:
                shown[inside] = None
            inside = inside.getparent() if inside not in holder else runs[holder[inside]][0]
    last = {nr: runs[nr][1][0] for nr in {holder[member] for member in shown}}
    for member in sorted(shown, key=lambda one: holder[one]):
        last[holder[member]].addnext(member)
        last[holder[member]] = member
    yield
    for member in shown:
        runs[holder[member]][0].remove(member)

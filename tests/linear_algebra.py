"""Exact linear algebra: whether a number follows from others that are known."""

from collections.abc import Iterable
from fractions import Fraction


def reduce(vector: list[Fraction], rows: dict[int, list[Fraction]]) -> list[Fraction]:
    """What is left of a vector after every row whose pivot it has."""
    for pivot, row in rows.items():
        if vector[pivot]:
            factor = vector[pivot]
            vector = [own - factor * other for own, other in zip(vector, row, strict=True)]
    return vector


def row_space(vectors: Iterable[list[Fraction]]) -> dict[int, list[Fraction]]:
    """{pivot: row}, reduced so that a vector of the space reduces to nothing in one pass."""
    rows: dict[int, list[Fraction]] = {}
    for vector in vectors:
        left = reduce(vector, rows)
        pivot = next((n for n, value in enumerate(left) if value), None)
        if pivot is None:
            continue
        unit = [value / left[pivot] for value in left]
        rows = {at: [a - row[pivot] * b for a, b in zip(row, unit, strict=True)] for at, row in rows.items()}
        rows[pivot] = unit
    return rows

from __future__ import annotations

from search.evaluate.facets import list_values


def shown(
    facet: str, counts: list[tuple[str, str, int]], selected: tuple[str, ...] = (), limit: int = 20
) -> list[tuple[str, int]]:
    return [(value.value, value.count) for value in list_values(facet, counts, selected=selected, limit=limit)]


def test_the_most_frequent_come_first_and_empty_ones_not_at_all() -> None:
    assert shown("author", [("b", "B", 1), ("a", "A", 2), ("c", "C", 0)]) == [("A", 2), ("B", 1)]


def test_chosen_values_are_listed_past_the_limit() -> None:
    counts = [("a", "A", 2), ("b", "B", 1), ("c", "C", 0)]
    assert shown("author", counts, ("c",), limit=1) == [("A", 2), ("C", 0)]


def test_sections_are_a_tree_and_the_limit_holds_for_each_level() -> None:
    counts = [("a", "A", 5), ("a > x", "A > X", 3), ("a > y", "A > Y", 2), ("b", "B", 6), ("b > z", "B > Z", 1)]
    assert shown("section", counts, limit=1) == [("B", 6), ("B > Z", 1)]
    assert shown("section", counts, ("a > y", ""), limit=1) == [
        ("B", 6),
        ("B > Z", 1),
        ("A", 5),
        ("A > X", 3),
        ("A > Y", 2),
    ]
    assert shown("section", [*counts, ("", "", 4)], ("",), limit=0) == [("", 4)]


def test_years_come_latest_first() -> None:
    assert shown("year", [("2023", "2023", 9), ("2024", "2024", 1)]) == [("2024", 1), ("2023", 9)]

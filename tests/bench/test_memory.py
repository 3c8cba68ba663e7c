"""Who goes on growing leaks; who grows while caches fill does not."""

from tools.bench.memory import EVERY, MOST, Look, report, slope


def looks(*sizes):
    return [Look(number * EVERY, {"web": size}, {}) for number, size in enumerate(sizes)]


def test_a_slope_is_what_each_request_adds():
    assert slope([(0, 10), (10, 30), (20, 50)]) == 2
    assert slope([(5, 10)]) == 0


def test_who_grows_with_each_request_leaks():
    _lines, leaks = report(looks(*(1_000 + (MOST + 1) * number for number in range(20))))

    assert leaks == ["web"]


def test_who_grew_at_first_does_not():
    _lines, leaks = report(looks(1_000, 50_000, 90_000, *([90_000] * 17)))

    assert leaks == []

#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The statistics of bench/tabular on results made up so that the answers are known."""

import math
import pathlib
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "bench/tabular"))

import comparison


def constant(value):
    return [value] * 5


class Differences(unittest.TestCase):
    def test_mean_and_standard_error_are_of_the_pairs(self):
        # 1, 2, 3, 4, 5: mean 3, standard deviation √2.5, and that by √5 is √0.5; the rows themselves vary far more.
        found = comparison.difference([11, 22, 33, 44, 55], [10, 20, 30, 40, 50])
        self.assertEqual(found.mean, 3)
        self.assertAlmostEqual(found.error, math.sqrt(0.5), places=12)

    def test_the_order_of_the_seeds_matters(self):
        in_order = comparison.difference([1, 2, 3], [1, 2, 3])
        shuffled = comparison.difference([1, 2, 3], [3, 1, 2])
        self.assertEqual((in_order.mean, in_order.error), (0, 0))
        self.assertEqual(shuffled.mean, 0)
        self.assertAlmostEqual(shuffled.error, 1)  # pairs -2, 1, 1: √3 by √3

    def test_another_number_of_seeds_is_refused(self):
        with self.assertRaises(ValueError):
            comparison.difference([1, 2], [1, 2, 3])

    def test_rounding_is_no_difference(self):
        found = comparison.difference([0.1 + 0.2, 0.7], [0.3, 0.7])
        self.assertFalse(found.behind or found.ahead)
        self.assertEqual(found.error, 0)

    def test_behind_begins_beyond_one_standard_error(self):
        self.assertFalse(comparison.Difference(-1, 1).behind)
        self.assertTrue(comparison.Difference(-1.01, 1).behind)
        self.assertFalse(comparison.Difference(0, 0).ahead)


    def test_a_single_seed_that_is_lost_is_exactly_one_standard_error(self):
        # d, 0, 0, 0, 0: mean d/5; standard deviation d/√5, by √5 is d/5.
        for lost in (1 / 30, 1 / 36, 0.1, 0.7):
            for seed in range(5):
                ours = [0.9 - lost * (seed == place) for place in range(5)]
                self.assertFalse(comparison.difference(ours, constant(0.9)).behind)


class Ranks(unittest.TestCase):
    def test_the_highest_score_is_first_and_equal_ones_share_their_places(self):
        self.assertEqual(comparison.ranks({"a": 3, "b": 5, "c": 3, "d": 1}), {"b": 1, "a": 2.5, "c": 2.5, "d": 4})

    def test_ranks_always_add_up(self):
        for scores in ([1, 1, 1, 1], [4, 3, 2, 1], [1, 2, 2, 1], [7, 7, 7, 1]):
            self.assertEqual(sum(comparison.ranks(dict(enumerate(scores))).values()), 10)

    def test_mean_ranks_are_over_the_sets_that_all_have(self):
        scores = {"x": {"a": constant(1), "b": constant(0)}, "y": {"a": constant(-9), "b": constant(-3)},
                  "z": {"a": constant(2), "b": constant(1)}, "unfinished": {"a": constant(2)}}
        found = comparison.mean_ranks(scores, ["a", "b"])
        self.assertAlmostEqual(found["a"], 4 / 3)
        self.assertAlmostEqual(found["b"], 5 / 3)

    def test_no_set_gives_no_ranks(self):
        self.assertEqual(comparison.mean_ranks({"x": {"a": [1]}}, ["a", "b"]), {})


def scores(ours, mlp, linear):
    """Three sets; RMSE counts as minus itself, as the script gives it."""
    return {name: {"ours": values, "MLP": theirs, "linear": straight}
            for name, values, theirs, straight in zip("xyz", ours, mlp, linear)}


class Bars(unittest.TestCase):
    def verdicts(self, found):
        return [bar.passed for bar in comparison.bars(found, "ours", ["ours", "MLP"])]

    def test_a_clear_winner_passes_all(self):
        found = scores([constant(0.9), constant(0.8), constant(-3)], [constant(0.8), constant(0.7), constant(-4)],
                       [constant(0.7), constant(0.8), constant(-5)])
        self.assertEqual(self.verdicts(found), [True, True, True, True])

    def test_one_set_behind_misses_and_is_named(self):
        found = scores([constant(0.9), constant(0.8), constant(-5)], [constant(0.8), constant(0.7), constant(-4)],
                       [constant(0.7), constant(0.7), constant(-6)])
        self.assertEqual(self.verdicts(found), [False, True, True, True])
        self.assertEqual(comparison.bars(found, "ours", ["ours", "MLP"])[0].found, "behind on 1 of 3: z")

    def test_behind_within_the_error_passes_the_first_bar_only(self):
        noisy, level = [0.1, 0.9, 0.1, 0.9, 0.4], constant(0.5)
        found = scores([noisy, noisy, noisy], [level, level, level], [level, level, level])
        self.assertEqual(self.verdicts(found), [True, False, False, True])

    def test_equal_sets_are_not_ahead(self):
        found = scores([constant(0.9), constant(0.8), constant(0.7)], [constant(0.8), constant(0.8), constant(0.7)],
                       [constant(0.1), constant(0.1), constant(0.1)])
        self.assertEqual(self.verdicts(found), [True, False, True, True])
        self.assertEqual(comparison.bars(found, "ours", ["ours", "MLP"])[1].found, "ahead on 1 of 3, equal on 2")

    def test_behind_linear_misses_its_bar_alone(self):
        found = scores([constant(0.9), constant(0.8), constant(0.7)], [constant(0.8), constant(0.7), constant(0.6)],
                       [constant(0.95), constant(0.7), constant(0.6)])
        self.assertEqual(self.verdicts(found), [True, True, True, False])

    def test_a_shared_first_rank_is_not_the_best(self):
        found = scores([constant(0.9), constant(0.7)], [constant(0.8), constant(0.8)], [constant(0.1), constant(0.1)])
        self.assertFalse(comparison.best_mean_rank(found, "ours", ["ours", "MLP"]).passed)

    def test_without_a_rival_there_is_no_best_rank(self):
        found = scores([constant(0.9)], [constant(0.8)], [constant(0.1)])
        self.assertFalse(comparison.best_mean_rank(found, "ours", ["ours"]).passed)

    def test_nothing_measured_passes_nothing(self):
        self.assertEqual(self.verdicts({}), [False, False, False, False])


if __name__ == "__main__":
    unittest.main()

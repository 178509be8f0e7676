# SPDX-License-Identifier: Apache-2.0
"""What the measured scores say: differences over the same splits, ranks, and the bars. Python's standard library only.

Scores are {set: {method: [one for each seed]}}, the same seeds in the same order for all; more is better.
"""

import dataclasses
import math
import statistics

ROUNDING = 1e-12  # relative: differences below are none


@dataclasses.dataclass(frozen=True)
class Difference:
    mean: float
    error: float  # standard error of the mean over the seeds; 0 where there is one seed only

    @property
    def behind(self):
        """By more than one standard error. Where one seed alone differs, the two are equal but for rounding."""
        return self.mean < -self.error * (1 + 1e-9)

    @property
    def ahead(self):
        return self.mean > 0


def difference(ours, theirs):
    """Of paired scores. A mean below rounding is exactly 0, and so is an error."""
    pairs = [a - b for a, b in zip(ours, theirs, strict=True)]
    floor = ROUNDING * max(map(abs, [*ours, *theirs]))
    pairs = [0.0 if abs(d) <= floor else d for d in pairs]
    mean = statistics.fmean(pairs)
    error = statistics.stdev(pairs) / math.sqrt(len(pairs)) if len(pairs) > 1 else 0.0
    return Difference(0.0 if abs(mean) <= floor else mean, 0.0 if error <= floor else error)


def ranks(scores):
    """{method: rank} of {method: score}: 1 for the highest; equal ones share the mean of their places."""
    def places(score):
        better = sum(other > score for other in scores.values())
        equal = sum(other == score for other in scores.values())
        return better + (equal + 1) / 2

    return {method: places(score) for method, score in scores.items()}


def mean_ranks(scores, methods):
    """Ranks of the methods' mean scores, averaged over the sets that all of them have."""
    tables = [ranks({method: round_off(statistics.fmean(row[method])) for method in methods})
              for row in scores.values() if all(method in row for method in methods)]
    return {method: statistics.fmean(table[method] for table in tables) for method in methods} if tables else {}


def round_off(value):
    return float(f"{value:.12g}")


@dataclasses.dataclass(frozen=True)
class Bar:
    says: str
    passed: bool
    found: str


def differences(scores, ours, theirs):
    """{set: Difference}, over the sets that both have."""
    return {name: difference(row[ours], row[theirs]) for name, row in scores.items() if ours in row and theirs in row}


def never_behind(scores, ours, theirs):
    found = differences(scores, ours, theirs)
    behind = [name for name, d in found.items() if d.behind]
    text = f"behind on {len(behind)} of {len(found)}" + (f": {', '.join(behind)}" if behind else "")
    return Bar(f"never behind {theirs} by more than one standard error", bool(found) and not behind, text)


def ahead_on_most(scores, ours, theirs):
    found = differences(scores, ours, theirs)
    ahead = sum(d.ahead for d in found.values())
    equal = sum(d.mean == 0 for d in found.values())
    text = f"ahead on {ahead} of {len(found)}" + (f", equal on {equal}" if equal else "")
    return Bar(f"ahead of {theirs} on most sets", 2 * ahead > len(found), text)


def best_mean_rank(scores, ours, neural):
    found = mean_ranks(scores, neural)
    text = ", ".join(f"{method} {rank:.2f}" for method, rank in sorted(found.items(), key=lambda item: item[1]))
    best = len(found) > 1 and all(found[ours] < rank for method, rank in found.items() if method != ours)
    return Bar("best mean rank among the neural rows", best, text or "no set that all have")


def bars(scores, ours, neural):
    """The four that the default is held to. neural: our other presets and scikit-learn's MLP, and ours itself."""
    return [never_behind(scores, ours, "MLP"), ahead_on_most(scores, ours, "MLP"), best_mean_rank(scores, ours, neural),
            never_behind(scores, ours, "linear")]

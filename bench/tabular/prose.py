# SPDX-License-Identifier: Apache-2.0
"""The sentences of docs/benchmarks-tables.md that do not depend on what came out."""

HEAD = """# Tables, measured

```sh
script/bench-tabular              # fetches the sets, measures what is not measured yet, writes this page; hours
script/bench-tabular --only iris wine   # some sets, to the screen only
script/bench-tabular --mnist      # with MNIST, last
```

How good `bprop train data.csv --target y` is without thinking, beside what scikit-learn gives in the same way. Every
word and number of this page is written by the script, misses included.
"""

HOW = """- **Splits.** A fifth of the rows is the test, drawn by a seed, classes in equal shares; {seeds} seeds. Everybody gets
  the same two CSV files. bprop takes the validation rows that choose its epoch out of the training rows (a fifth of
  them); on tables with fewer than 1,000 training rows its default has two recipes, linear and plain, compete by five
  folds of the training rows, and trains one of them on all of these (docs/presets.md). **That rule was found on the
  small sets of this page** (the 14 with fewer than 1,000 rows, so not on concrete, to which it applies, too), so what
  it reaches there is a little too good.
  scikit-learn's methods learn from all training rows.
- **Columns.** What is a factor or a text in its package is a column of names for everybody (levels that look like
  numbers are called `level 1`), the rest are numbers. For scikit-learn's MLP and linear models: median and indicator
  for missing numbers, mean 0 and variance 1, names one-hot; boosted trees take both as they are.
- **Scores.** Accuracy, or the root of the mean squared error (RMSE) in the target's units and R². Nobody is tuned.
- **Paired.** Differences are of two scores on the same split; the standard error is that of their mean over the seeds.
  The splits of a set share rows, so it is somewhat too small. One standard error is a sharp bar: of two methods that
  are equally good, chance alone puts one behind by more than that on about a fifth of the sets (Student's t with 4
  degrees of freedom: 19 %).
- **Ranks** are of the mean scores, 1 the best, equal ones share their places, averaged over the sets.
- **Time** is that of the clock from reading the CSV files to the score, beside other work, so it says an order of
  magnitude; Python is started already, bprop is not. At most two threads for bprop and for boosted trees; the small
  products of scikit-learn's MLP are faster on one, and get one."""

BOUNDS = """Sets of Debian's packages are read without R from the unpacked package. Columns left out: `case` of cells, which
says where its paper used the row. Zeros of pima that mean missing are missing here. Shuttle, letter, satellite and
vowel are split anew, without their historical test parts, so accuracies are not those of other tables (in vowel the
same speakers stand in both parts).
"""

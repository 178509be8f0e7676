#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes digits.csv and iris.csv beside this file from the copies that scikit-learn carries (pip install scikit-learn).

The files are in the repository; this shows where every number comes from. Nothing runs it.
"""

import csv
import pathlib

from sklearn.datasets import load_digits, load_iris

HERE = pathlib.Path(__file__).resolve().parent


def write(name, header, rows):
    with open(HERE / name, "w", encoding="ascii", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def main():
    digits = load_digits()
    pixels = [f"p{row}{column}" for row in range(8) for column in range(8)]
    write("digits.csv", pixels + ["digit"],
          ([int(x) for x in image] + [int(digit)] for image, digit in zip(digits.data, digits.target)))

    iris = load_iris()
    write("iris.csv", ["sepal_length", "sepal_width", "petal_length", "petal_width", "species"],
          ([f"{x:.1f}" for x in flower] + [iris.target_names[k]] for flower, k in zip(iris.data, iris.target)))


if __name__ == "__main__":
    main()

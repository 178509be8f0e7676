# SPDX-License-Identifier: Apache-2.0
"""Measures every method on every set and split that has not been measured yet; prints the comparison, writes the page.

script/bench-tabular says how it is used, and calls it.
"""

import argparse
import json
import pathlib
import sys
import tempfile

import comparison
import methods
import page
import sets

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = ROOT / "build/tabular"
SEEDS = 5
# The program's settings, as what is typed after train.
PRESETS = {"default": [], "fast": ["--preset", "fast"], "plain": ["--preset", "plain"]}


def arguments():
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--program", type=pathlib.Path, required=True)
    parser.add_argument("--only", nargs="+", default=[], choices=[chosen.name for chosen in sets.SETS])
    parser.add_argument("--methods", nargs="+", default=[])
    parser.add_argument("--try", nargs=2, action="append", default=[], metavar=("NAME", "OPTIONS"), dest="tried")
    parser.add_argument("--judge", default="bprop default")
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--mnist", action="store_true")
    parser.add_argument("--any-build", action="store_true")
    parser.add_argument("--measured", action="store_true")
    parser.add_argument("--page", type=pathlib.Path)
    return parser.parse_args()


class Results:
    """One JSON file a set, method and seed. What another version of the method, or other data, gave does not count."""

    def __init__(self, any_build):
        self.any_build = any_build

    @staticmethod
    def file(chosen, method, seed):
        return FOLDER / "results" / chosen.name / f"{method.name.replace(' ', '-')}-{seed}.json"

    def find(self, chosen, method, seed, data):
        file = self.file(chosen, method, seed)
        if not file.exists():
            return None
        record = json.loads(file.read_text(encoding="utf-8"))
        same = record["version"] == method.version or (self.any_build and record["says"] == method.says)
        return record if same and record["data"] == data else None

    def keep(self, chosen, method, seed, data, measured):
        file = self.file(chosen, method, seed)
        file.parent.mkdir(parents=True, exist_ok=True)
        record = {"set": chosen.name, "method": method.name, "seed": seed, "data": data, "says": method.says,
                  "version": method.version} | measured
        partial = file.with_suffix(".partial")
        partial.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
        partial.rename(file)
        return record


def measure(chosen, everybody, options, results, folder):
    """{method: [record of each seed]} of one set, for the methods that have all seeds. Splits are written to folder."""
    file = sets.table_file(chosen, FOLDER)
    data, frame = sets.fingerprint(file), None
    found = {method.name: [] for method in everybody}
    for seed in range(1, options.seeds + 1):
        split = None
        for method in everybody:
            record = results.find(chosen, method, seed, data)
            if record is None and not options.measured:
                frame = sets.read(file, chosen) if frame is None else frame
                split = split or sets.write_split(frame, chosen, seed, folder)
                record = results.keep(chosen, method, seed, data, methods.timed(method, chosen, *split, seed))
                print(line(record), flush=True)
            found[method.name] += [] if record is None else [record]
    return {name: records for name, records in found.items() if len(records) == options.seeds}


def line(record):
    value = f"accuracy {record['accuracy']:.4f}" if "accuracy" in record else f"RMSE {record['rmse']:.5g}"
    return f"{record['set']:<14} {record['method']:<16} seed {record['seed']}  {value:<18} {record['seconds']:8.2f} s"


def scores(records):
    """As comparison wants them: accuracy, or minus RMSE."""
    return {name: {method: [r.get("accuracy", -r.get("rmse", 0)) for r in each] for method, each in row.items()}
            for name, row in records.items()}


def contestants(options):
    tried = {name: text.split() for name, text in options.tried}
    everybody = methods.peers() + methods.presets(options.program, list((PRESETS | tried).items()))
    unknown = set(options.methods) - {method.name for method in everybody}
    if unknown:
        sys.exit(f"script/bench-tabular: no method {', '.join(sorted(unknown))}; there are "
                 f"{', '.join(method.name for method in everybody)}")
    return [method for method in everybody if not options.methods or method.name in options.methods]


def main():
    options = arguments()
    chosen = [one for one in sets.SETS if not options.only or one.name in options.only]
    chosen += [sets.MNIST] if options.mnist else []
    everybody = contestants(options)
    results = Results(options.any_build)
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=FOLDER) as folder:  # of this run alone: several may go on at once
        records = {one.name: measure(one, everybody, options, results, pathlib.Path(folder)) for one in chosen}
    unfinished = [one.name for one in chosen if len(records[one.name]) < len(everybody)]
    chosen = [one for one in chosen if one.name not in unfinished]
    table = scores({one.name: records[one.name] for one in chosen})
    neural = [method.name for method in everybody if method.kind == "neural"]
    bars = comparison.bars(table, options.judge, neural) if options.judge in neural else []
    facts = page.Facts(chosen, everybody, records, table, bars, options.judge, options.seeds, FOLDER, options.program,
                       unfinished)
    print(page.summary(facts))
    whole = not (options.only or options.methods or options.tried or options.seeds != SEEDS)
    file = options.page or (ROOT / "docs/benchmarks-tables.md" if whole else None)
    if file:
        file.write_text(page.text(facts), encoding="utf-8")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)  # what is measured is kept
    except (RuntimeError, OSError) as error:
        sys.exit(f"script/bench-tabular: {error}")

# SPDX-License-Identifier: Apache-2.0
"""What came out: a summary for the screen, and docs/benchmarks-tables.md."""

import dataclasses
import math
import platform
import statistics
import subprocess
import time

import comparison
import sets
from prose import BOUNDS, HEAD, HOW


@dataclasses.dataclass(frozen=True)
class Facts:
    chosen: list  # sets
    methods: list
    records: dict  # {set: {method: [record of each seed]}}
    scores: dict  # as comparison wants them
    bars: list
    judged: str
    seeds: int
    folder: object
    program: object
    unfinished: list  # names of sets without results

    def label(self, method):
        return method if method.startswith("bprop") else f"scikit-learn's {method}"

    def sets_of(self, task):
        return [chosen for chosen in self.chosen if chosen.task == task]


def row(cells):
    return "| " + " | ".join(map(str, cells)) + " |"


def table(heads, rows, left=1):
    return "\n".join([row(heads), row(["---"] * left + ["---:"] * (len(heads) - left)), *map(row, rows)])


def seconds(value):
    return f"{value:,.0f}" if value >= 10 else f"{value:.2g}"


def spread(values, form):
    return f"{form(statistics.fmean(values))} ± {form(statistics.stdev(values) if len(values) > 1 else 0)}"


def in_own_units(values):
    """Mean and spread with the decimals that give the mean four digits."""
    decimals = max(0, 3 - math.floor(math.log10(max(abs(statistics.fmean(values)), 1e-9))))
    return spread(values, lambda value: f"{value:,.{decimals}f}")


def in_units(scale, decimals):
    return lambda values: spread(values, lambda value: f"{scale * value:.{decimals}f}")


def sets_table(facts):
    rows = []
    for chosen in facts.chosen:
        frame = sets.read(sets.table_file(chosen, facts.folder), chosen)
        inputs = frame.drop(columns=chosen.target)
        names = len(inputs.columns) - len(inputs.select_dtypes("number").columns)
        missing = int(inputs.isna().sum().sum())
        kind = f"{frame[chosen.target].nunique()} classes" if chosen.task == "classes" else "numbers"
        rows.append([chosen.name, f"`{chosen.package}` {chosen.item}", sets.LICENCES[chosen.package], f"{len(frame):,}",
                     len(inputs.columns), names or "", f"{missing:,}" if missing else "",
                     f"{chosen.target}: {kind}"])
    return table(["set", "package, name there", "its licence", "rows", "columns", "of names", "missing", "target"],
                 rows, 3)


def results_table(facts, task, form, key):
    """Mean ± standard deviation over the seeds."""
    rows = []
    for chosen in facts.sets_of(task):
        found = facts.records[chosen.name]
        rows.append([chosen.name, *(form([r[key] for r in found[m.name]]) if m.name in found else ""
                                    for m in facts.methods)])
    return table(["set", *(facts.label(m.name) for m in facts.methods)], rows)


def difference_text(d, unit):
    """In points or per cent; bold where we are behind by more than a standard error."""
    text = f"{unit * d.mean:+.2f} ± {unit * d.error:.2f}"
    return f"**{text}**" if d.behind else text


def differences_table(facts):
    others = [m.name for m in facts.methods if m.name != facts.judged]
    rows = []
    for chosen in facts.chosen:
        found, cells = facts.scores[chosen.name], []
        for other in others:
            if other not in found or facts.judged not in found:
                cells.append("")
                continue
            unit = 100 if chosen.task == "classes" else 100 / abs(statistics.fmean(found[other]))
            cells.append(difference_text(comparison.difference(found[facts.judged], found[other]), unit))
        rows.append([chosen.name, "points" if chosen.task == "classes" else "% of RMSE", *cells])
    return table(["set", "unit", *(f"to {facts.label(name)}" for name in others)], rows, 2)


def ranks_table(facts):
    names = [m.name for m in facts.methods]
    neural = comparison.mean_ranks(facts.scores, [m.name for m in facts.methods if m.kind == "neural"])
    everybody = comparison.mean_ranks(facts.scores, names)
    return table(["method", "among neural rows", "among all"],
                 [[facts.label(n), f"{neural[n]:.2f}" if n in neural else "",
                   f"{everybody[n]:.2f}" if n in everybody else ""] for n in names])


def times_table(facts):
    rows = [[chosen.name, *(seconds(statistics.median(r["seconds"] for r in facts.records[chosen.name][m.name]))
                            if m.name in facts.records[chosen.name] else "" for m in facts.methods)]
            for chosen in facts.chosen]
    return table(["seconds", *(facts.label(m.name) for m in facts.methods)], rows)


def trees_gap(facts):
    """How far behind boosted trees, or ahead of them."""
    parts = []
    for task, unit in (("classes", "points of accuracy"), ("numbers", "% of their RMSE")):
        names = [chosen.name for chosen in facts.sets_of(task)]
        found = comparison.differences({n: facts.scores[n] for n in names}, facts.judged, "trees")
        if found:
            scale = {n: 1 if task == "classes" else abs(statistics.fmean(facts.scores[n]["trees"])) for n in found}
            mean = 100 * statistics.fmean(d.mean / scale[n] for n, d in found.items())
            parts.append(f"{mean:+.2f} {unit} over {len(found)} sets of {task}, ahead on "
                         f"{sum(d.ahead for d in found.values())}, behind by more than a standard error on "
                         f"{sum(d.behind for d in found.values())}")
    return "; ".join(parts)


def verdicts(facts):
    return "\n".join(f"- **{'PASS' if bar.passed else 'MISS'}**: {bar.says}. Found: {bar.found}." for bar in facts.bars)


def processor():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        names = [text.split(":", 1)[1].strip() for text in file if "model name" in text]
    return names[0] if names else platform.machine()


def summary(facts):
    lines = [f"{'PASS' if bar.passed else 'MISS'}  {facts.judged}: {bar.says} ({bar.found})" for bar in facts.bars]
    gap = trees_gap(facts)
    return "\n".join([*lines, f"gap of {facts.judged} to boosted trees: {gap}" if gap else ""])


def text(facts):
    version = subprocess.run([facts.program, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    versions = sorted({m.version.split(",")[0] for m in facts.methods if not m.name.startswith("bprop")})
    counted = {r["version"] for found in facts.records.values() for each in found.values() for r in each}
    mixed = len({version.split(" build ")[1] for version in counted if " build " in version}) > 1
    settings = table(["row", "is"], [[facts.label(m.name), m.says] for m in facts.methods], 2)
    parts = [
        HEAD, "## The bars\n", f"What they are about: {facts.judged}.\n", verdicts(facts), "",
        f"Against boosted trees, {facts.judged} has {trees_gap(facts)} (plus: ahead).\n",
        "## How\n", HOW.format(seeds=facts.seeds), "", settings, "",
        f"{time.strftime('%-d %B %Y')}. {version}, {', '.join(versions)}, Python {platform.python_version()}; "
        f"{processor()}, two processors of a virtual machine that others use too."
        + (" The rows of bprop come from several builds of the program." if mixed else "")
        + (f" Not measured yet: {', '.join(facts.unfinished)}." if facts.unfinished else ""), "",
        "## Mean ranks\n", ranks_table(facts), "",
        f"## Differences of {facts.judged}, paired over the splits\n",
        "Mean ± standard error; plus is ahead; bold: behind by more than one standard error.\n",
        differences_table(facts), "",
        "## Classes: accuracy in per cent\n", "Mean ± standard deviation over the seeds, here and below.\n",
        results_table(facts, "classes", in_units(100, 2), "accuracy"), "",
        "## Numbers: RMSE\n", results_table(facts, "numbers", in_own_units, "rmse"), "",
        "## Numbers: R²\n", results_table(facts, "numbers", in_units(1, 4), "r2"), "",
        "## Time\n", "Median over the seeds.\n", times_table(facts), "",
        "## The sets\n", sets_table(facts), "", BOUNDS]
    return "\n".join(parts)

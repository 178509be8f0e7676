# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# What every promise stands on: the program as a function `bprop`, an empty folder to be in, random moments, and how a
# result is said. script/prove starts the promises.
set -euo pipefail
: "${PROVE_PROGRAM:?start this by script/prove}"

RANDOM=$PROVE_SEED
data=$PROVE_DATA
ground=$(mktemp -d)
trap 'rm -rf "$ground"' EXIT
cd "$ground"

bprop() { "$PROVE_PROGRAM" "$@"; }

# times QUICK ALL: how often something random is tried.
times() {
  case $PROVE_AMOUNT in
    quick) echo "$1" ;;
    all) echo "$2" ;;
    *) echo "$PROVE_AMOUNT" ;;
  esac
}

# broken WORDS: the promise does not hold; the last words of the program are said, too.
broken() {
  echo "BROKEN: $1"
  if [[ -s said ]]; then sed 's/^/  | /' said | tail -n 5; fi
  exit 1
} >&2

# refused_well STATUS EXPECTED...: whether the program ended with one of these and said one sentence, its own.
refused_well() {
  [[ " ${*:2} " == *" $1 "* && $(wc -l <said) == 1 && $(<said) == "bprop "*": "* ]]
}

# train FOLDER OPTION...: a run in FOLDER, its model beside it.
train() { bprop train "${@:2}" --quiet --run "$1" --output "$1.safetensors" >/dev/null 2>said; }

# same ONE OTHER: whether two runs came to the same bits.
same() {
  cmp -s "$1.safetensors" "$2.safetensors" && cmp -s "$1/metrics.jsonl" "$2/metrics.jsonl" &&
    cmp -s "$1/best.safetensors" "$2/best.safetensors"
}

# Runs of many kinds, each with a checkpoint every few updates; the file start.safetensors is there for --from.
kinds=(
  "$data/digits.csv --target digit --preset plain --layers 32 --epochs 20 --optimizer adam --threads 1"
  "$data/digits.csv --target digit --preset plain --layers 24 --epochs 20 --optimizer momentum --ema 0.99 --threads 2"
  "$data/digits.csv --target digit --preset plain --layers 32,batch-norm,dropout_0.2 --epochs 20 --optimizer nesterov"
  "$data/digits.csv --target digit --preset plain --layers 32 --epochs 40 --patience 3 --optimizer rmsprop"
  "$data/digits.csv --target digit --preset plain --layers 16 --epochs 12 --optimizer adamw --double --l2 0.001"
  "$data/digits.csv --target digit --epochs 4"
  "$data/iris.csv --target species --choose 3 --epochs 60"
  "$data/iris.csv --target species --preset plain --layers 16,layer-norm --epochs 150 --validation 0 --choose 0"
  "$data/digits.csv --target digit --from start.safetensors --epochs 20 --optimizer sgd"
)

# kind NUMBER: the words of one of them go to `words`.
kind() {
  read -ra words <<<"${kinds[$1]}"
  words=("${words[@]//_/ }" --checkpoint-every 25)
}

make_start() {
  bprop train "$data/digits.csv" --target digit --preset plain --layers 16 --epochs 1 --quiet \
    --output start.safetensors >/dev/null 2>said
}

#!/bin/sh
# Retrains the embedded model: retrain.sh WORK_FOLDER MODEL_FOLDER [options of train.py, such as --minutes 5]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$1
out=$2
shift 2
mkdir -p "$work"
if [ ! -x "$work/venv/bin/python" ]; then
    python3 -m venv "$work/venv"
    "$work/venv/bin/pip" install --quiet -r "$here/requirements.txt"
fi
python="$work/venv/bin/python -B -u"
$python "$here/train.py" --work "$work" --data "$here/../Data" --out "$out" "$@"
$python "$here/evaluate.py" --model "$out" --data "$here/../Data" --seeds 1 --queries 1000

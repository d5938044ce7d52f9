#!/usr/bin/env bash
# Drives the kernel as Jupyter does: jupyter_kernel_test, jupyter_client, and nbclient on Examples/quickstart.ipynb.
#
#   Tests/JupyterKernelTests/jupyter.sh [NOTEBOOK.ipynb]
#
# NOTEBOOK.ipynb gets the executed notebook. Needs Python with venv and PyPI; says so and ends with 0 where they are not
# to be had. Leaves nothing behind.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
ziplab=${ZIPLAB:-$root/.build/release/ziplab}
[ -x "$ziplab" ] || { echo "no program at '$ziplab': run 'make build'" >&2; exit 1; }
skip() { echo "jupyter: skipped, $1"; exit 0; }
out=${1:+$(realpath "$1")}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if ! python3 -m venv "$work/venv" >/dev/null 2>&1; then
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || skip "Python's venv is not installed"
  rm -rf "$work/venv"
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-venv; } >/dev/null 2>&1 &&
    python3 -m venv "$work/venv" >/dev/null 2>&1 || skip "Python's venv cannot be installed"
fi
"$work/venv/bin/pip" install -q --disable-pip-version-check 'jupyter_kernel_test==0.7.0' 'nbclient==0.11.0' 'nbformat==5.11.1' \
  >/dev/null 2>"$work/pip" || skip "its packages cannot be installed: $(tail -n 1 "$work/pip")"
export XDG_STATE_HOME=$work/state XDG_CACHE_HOME=$work/cache
"$ziplab" kernel --install --prefix "$work/venv"
mkdir "$work/run" && cd "$work/run"
"$work/venv/bin/python" "$root/Tests/JupyterKernelTests/jupyter.py" $out

#!/usr/bin/env bash
# Shows that the real PyPI clients of Tushare, Baostock and AKShare read our emulators. Needs python3 and pip; build first.
set -euo pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
venv=$(mktemp -d)
trap 'kill "${emulators:-}" 2>/dev/null || true; rm -rf "$venv"' EXIT
if [ -n "${REAL_CLIENTS_PYTHON:-}" ]; then
  python=$REAL_CLIENTS_PYTHON
else
  python3 -m venv "$venv/v"
  "$venv/v/bin/pip" install --quiet akshare==1.19.5 baostock==0.9.4 tushare==1.4.29 six
  python=$venv/v/bin/python
fi
node "$top/dist/src/cli/main.js" dev emulate --port 0 >"$venv/env" &
emulators=$!
for _ in $(seq 100); do
  grep -q ETL_TIINGO_URL "$venv/env" && break
  sleep 0.1
done
# shellcheck disable=SC1091
source "$venv/env"
"$python" "$top/scripts/real-clients/check.py"

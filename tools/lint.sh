#!/bin/sh
# Every static check; all of them run, and the exit code tells whether one failed.
cd "$(dirname "$0")/.." || exit 1
failed=0

check() {
  name=$1
  shift
  if output=$("$@" 2>&1); then
    printf 'ok    %s\n' "$name"
  else
    printf 'FAIL  %s\n%s\n' "$name" "$output"
    failed=1
  fi
}

check "format (ruff format)" ruff format --check --quiet .
check "lint (ruff check)" ruff check --quiet .
check "types (mypy --strict)" mypy
check "import contracts (import-linter)" lint-imports --no-cache
check "house rules" python tools/house_rules.py
check "generated docs are fresh" python tools/docs.py --check
exit $failed

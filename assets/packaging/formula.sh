#!/usr/bin/env bash
# Fills the Homebrew formula in: formula.sh VERSION URL SHA256 > arrivals.rb
set -euo pipefail
[ $# -eq 3 ] || { echo "usage: formula.sh VERSION URL SHA256" >&2; exit 252; }
sed -e "s|@VERSION@|$1|" -e "s|@URL@|$2|" -e "s|@SHA256@|$3|" "$(dirname "$0")/arrivals.rb.in"

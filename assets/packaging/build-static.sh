#!/usr/bin/env bash
# Builds a static binary for Linux and packs it as the release does.
# Needs the target (rustup target add TARGET) and a C compiler for it: musl-gcc, or cross when it is installed.
set -euo pipefail
cd "$(dirname "$0")/../.."

target="${1:-x86_64-unknown-linux-musl}"
version="$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -1)"
name="arrivals-$version-$target"
# The same source gives the same bytes: the date is the commit's, and no path of this machine is in the binary.
SOURCE_DATE_EPOCH="${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}"
export SOURCE_DATE_EPOCH
export RUSTFLAGS="-C target-feature=+crt-static --remap-path-prefix=$PWD=. --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=cargo"

cargo="cargo"
command -v cross >/dev/null && cargo="cross"
"$cargo" build --locked --profile dist --target "$target"

out="target/package/$name"
rm -rf "$out"
mkdir -p "$out/completions"
cp "target/$target/dist/arrivals" README.md CHANGELOG.md LICENSE-MIT LICENSE-APACHE "$out/"
# A binary for another machine cannot print its own pages: one for this machine does.
if "$out/arrivals" --version >/dev/null 2>&1; then page="$out/arrivals"; else cargo build --locked && page=target/debug/arrivals; fi
"$page" man >"$out/arrivals.1"
for shell in bash zsh fish powershell; do "$page" completions "$shell" >"$out/completions/arrivals.$shell"; done
tar --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" -C target/package -cf - "$name" | gzip -n >"$out.tar.gz"
(cd target/package && sha256sum "$name.tar.gz" | tee "$name.tar.gz.sha256")

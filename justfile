# What CI runs, by name. `just` alone lists it; every recipe is one command that works without just.

_default:
    @just --list

# Everything that must hold before a change lands.
ci:
    .ci/run

fmt:
    cargo fmt --all

lint:
    cargo clippy --all-targets -- -D warnings

build:
    cargo build --locked

doc:
    RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --document-private-items

test:
    cargo test

# Takes the screens of a change over; read the diff afterwards.
screens:
    INSTA_UPDATE=always cargo test --test screens --test detail --test differences --test timeline --test sheets --test finding --test keys --test looks

bench:
    cargo bench

# Licences, advisories, bans and sources; needs cargo-deny.
deny:
    cargo deny check

# A static binary for Linux.
static target="x86_64-unknown-linux-musl":
    assets/packaging/build-static.sh {{target}}

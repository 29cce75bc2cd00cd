# What people type. The logic is in `cargo xtask`.

# Lists the recipes
_default:
    @just --list

# Formats every crate
fmt:
    cargo fmt --all

# Lints every crate and checks the repository's own rules
lint:
    cargo clippy --workspace --all-targets -- -D warnings
    cargo xtask tidy

# Runs every check and test
test:
    cargo xtask test

# Runs what needs neither Wasm nor the local runtime
test-native:
    cargo xtask test --native

# Runs the four Workers locally
dev *arguments:
    cargo xtask dev {{ arguments }}

# Sends the sample calls and prints the signals
demo:
    cargo xtask demo

# Builds the Workers that changed and records their sizes
size:
    cargo xtask size

# Writes the contracts between Workers, or says what a change of them breaks: `just contracts diff`
contracts *arguments:
    cargo xtask contracts {{ arguments }}

# What continuous integration runs
verify:
    .ci/run

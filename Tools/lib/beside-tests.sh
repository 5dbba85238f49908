# Part of Tools/test: the steps that run beside the tests. They must not use the package's own build directory, which the
# tests lock.
set -eu
step() { echo "test: $(date +%T) beside the tests: $1" >&2; }
step "static binaries"; Tools/static
step "packages"; Tools/packaging/test/run
step "building the examples"
swift build --package-path Examples --scratch-path .build/outside --disable-build-manifest-caching </dev/null
rm -rf .build/examples; mkdir .build/examples
find .build/outside/debug/ -maxdepth 1 -type f -perm -u+x -exec cp {} .build/examples/ \;
step "the client without libyaml"; Tools/client-alone
step "names of public types"; Tools/names
step "C client of the benchmark"
clang -std=gnu11 -Wall -Wextra -Werror -fsyntax-only -ISources/CRIWire/include Tools/bench/c/*.c
step "fuzzing: the corpora and new inputs"; Tools/fuzz --check
step "end"

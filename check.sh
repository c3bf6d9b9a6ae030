#!/bin/sh
# Builds twofold with gcc and clang, with and without oneDNN, with sanitizers and for ARM, and tests it. Writes only to
# build/.
#
#   ./check.sh           all tests in the preset `dev`; in the others the tests of single parts, with clang the command
#                        alone, and 20 s of fuzzing
#   ./check.sh --quick   the preset `dev` with all tests
#   ./check.sh --all     all presets with all tests, OpenMP among them, and 5 minutes of fuzzing
#
# Tests that need real photos take them from the folder that TWOFOLD_TEST_DATA names and are skipped without it.
set -eu
cd "$(dirname "$0")"
. scripts/packages.sh

mode=default
case "${1-}" in
    "") ;;
    --quick) mode=quick ;;
    --all) mode=all ;;
    *)
        sed -n '2,10s/^# \{0,1\}//p' "$0"
        exit 2
        ;;
esac

started=$(date +%s)
# With the time since the start.
say() {
    seconds=$(($(date +%s) - started))
    printf '\n==> %s [%d:%02d]\n' "$*" $((seconds / 60)) $((seconds % 60))
}

# Tests of single parts: what the address sanitizer is for, and quick enough to run under it.
parts='^(platform|runtime|ops|threads)'
part_targets="test_platform test_runtime test_ops test_pipelines"
# What threads touch.
threaded='^(runtime|threads)'
threaded_targets="test_runtime test_pipelines"

# build PRESET TARGETS [CMAKE OPTION]...: an empty list of targets means all of them.
build() {
    preset=$1
    targets=$2
    shift 2
    say "Preset $preset: build"
    cmake --preset "$preset" "$@" >"build/$preset.configure.log" 2>&1 || {
        cat "build/$preset.configure.log"
        return 1
    }
    # shellcheck disable=SC2086 # a list
    cmake --build --preset "$preset" ${targets:+--target $targets}
}

# build_and_test PRESET TARGETS [CTEST ARGUMENT]...
build_and_test() {
    build "$1" "$2" || return 1
    preset=$1
    shift 2
    say "Preset $preset: test"
    ctest --preset "$preset" --no-tests=error "$@"
}

check_format() {
    case "$(clang-format --version 2>/dev/null)" in
        *"version 14."*)
            say "Format of the source"
            find include platform runtime ops pipelines bindings apps samples benchmarks tests \
                \( -name '*.h' -o -name '*.hpp' -o -name '*.c' -o -name '*.cpp' \) -exec \
                clang-format --dry-run --Werror {} +
            ;;
        *) say "Format of the source: skipped, for it is defined by clang-format 14" ;;
    esac
}

check_scripts() {
    if command -v shellcheck >/dev/null 2>&1; then
        say "Shell scripts"
        shellcheck -x demo.sh check.sh cross.sh scripts/*.sh benchmarks/*.sh .ci/run
    else
        say "Shell scripts: skipped, shellcheck is not installed"
    fi
}

# fuzz SECONDS: the image readers, for that long.
fuzz() {
    say "Preset fuzz: build"
    cmake --preset fuzz -D TWOFOLD_FUZZ_SECONDS="$1" >build/fuzz.configure.log 2>&1 || {
        cat build/fuzz.configure.log
        return 1
    }
    cmake --build --preset fuzz --target fuzz_decode write_seeds
    say "Preset fuzz: $1 s"
    ctest --preset fuzz --no-tests=error -L '^fuzz$'
}

# cross PRESET: the quick tests for another processor, where its compiler and libraries can be had.
cross() {
    if ./cross.sh "$1" --prepare; then
        ./cross.sh "$1" --quick
    else
        say "Preset $1: skipped, for its packages cannot be fetched"
    fi
}

mkdir -p build
# shellcheck disable=SC2086 # lists
install_missing $twofold_build_packages
if [ "$mode" != quick ]; then
    # shellcheck disable=SC2086 # lists
    install_missing $twofold_check_packages
    # shellcheck disable=SC2086 # lists
    install_if_known $twofold_optional_packages
fi

check_format
check_scripts
build_and_test dev "all twofold_benchmarks"
case "$mode" in
    default)
        # That they compile is all there is to see, which needs no optimising.
        build library-only "" -D CMAKE_CXX_FLAGS_RELEASE="-O0 -DNDEBUG"
        build clang twofold_command -D CMAKE_CXX_FLAGS_RELWITHDEBINFO="-O0 -DNDEBUG"
        build_and_test asan-ubsan "$part_targets" -L "$parts"
        build_and_test tsan "$threaded_targets" -L "$threaded"
        fuzz 20
        ;;
    all)
        build library-only ""
        build_and_test no-onednn ""
        build_and_test openmp ""
        build_and_test clang ""
        build_and_test asan-ubsan ""
        build_and_test tsan ""
        fuzz 300
        ;;
esac
if [ "$mode" != quick ]; then
    cross aarch64
    cross armv7
    cross minsize-aarch64
fi
say "All checks passed (${mode})."

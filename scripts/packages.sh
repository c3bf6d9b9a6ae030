# shellcheck shell=sh disable=SC2034
# The Debian packages that twofold needs, the same on Debian 12 and 13, and how to install those that are missing.
# Meant to be sourced.

# What the sources include and link, but for oneDNN, which not every processor has.
twofold_library_packages="catch2 libcli11-dev libfmt-dev libhwy-dev libjpeg62-turbo-dev libpng-dev libtiff-dev
    libxtensor-dev nlohmann-json3-dev zlib1g-dev"
# To build everything with gcc and run the tests.
twofold_build_packages="build-essential cmake ninja-build pkg-config libdnnl-dev $twofold_library_packages"
# To build with clang and fuzz, to check the source's form, and to test pages in a browser, which is skipped without.
twofold_check_packages="chromium clang clang-format libomp-dev shellcheck"
# clang's sanitizers: part of clang's own package on Debian 12, a package of their own on Debian 13.
twofold_optional_packages="libclang-rt-dev"

say() {
    printf '\n==> %s\n' "$*"
}

# The first of this system's sources that is a full archive, not one of security updates or somebody else's; nothing if
# there is none.
debian_mirror() {
    # shellcheck disable=SC2016 # apt expands it
    apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2>/dev/null | grep -E '/debian/?$' | head -n 1
}

package_installed() {
    dpkg -s "$1" 2>/dev/null | grep -q '^Status: install ok installed'
}

# install_missing PACKAGE...: does nothing, and asks nobody, if all of them are there.
install_missing() {
    if ! command -v dpkg >/dev/null 2>&1; then
        say "This is not a Debian system, so nothing is installed. Needed are the equivalents of: $*"
        return 0
    fi
    missing=
    for package in "$@"; do
        package_installed "$package" || missing="$missing $package"
    done
    [ -n "$missing" ] || return 0

    as_root=
    if [ "$(id -u)" -ne 0 ]; then
        if ! command -v sudo >/dev/null 2>&1; then
            say "These packages are missing; install them as root and start again:$missing"
            return 1
        fi
        as_root=sudo
        say "Installing with sudo:$missing"
    else
        say "Installing:$missing"
    fi
    # shellcheck disable=SC2086 # $missing is a list, $as_root may be empty
    $as_root apt-get update -q &&
        $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing
}

# install_if_known PACKAGE...: those that this release of Debian has. For packages that only some releases have.
install_if_known() {
    for package in "$@"; do
        if ! package_installed "$package" && apt-cache show "$package" >/dev/null 2>&1; then
            install_missing "$package" || return 1
        fi
    done
}

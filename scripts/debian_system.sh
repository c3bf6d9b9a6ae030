# shellcheck shell=sh
# A clean Debian in a folder, to test in. Meant to be sourced after packages.sh, by scripts that set -eu and need root.

# open_system RELEASE [FOLDER]: unpacks it unless FOLDER holds it already, and sets `system` to the folder. Without
# FOLDER it is a temporary one, removed by close_system. Packages come from the mirror, and through the proxy, that this
# machine's apt uses.
open_system() {
    if [ "$(id -u)" -ne 0 ]; then
        say "Only root can unpack a system and change into it"
        return 1
    fi
    install_missing debootstrap
    system=${2-}
    system_is_temporary=no
    if [ -z "$system" ]; then
        system=$(mktemp -d)
        system_is_temporary=yes
    fi
    mkdir -p "$system"
    system=$(cd "$system" && pwd)
    trap close_system EXIT
    trap 'exit 1' HUP INT TERM

    # Empty lets debootstrap take its own default.
    mirror=$(debian_mirror)
    proxy=$(apt-config dump --format '%v%n' Acquire::http::Proxy 2>/dev/null || true)
    if [ -n "$proxy" ]; then
        http_proxy=$proxy
        export http_proxy
    fi
    if [ ! -e "$system/etc/debian_version" ]; then
        say "Unpacking Debian $1 into $system"
        # shellcheck disable=SC2086 # an empty mirror must vanish
        debootstrap --variant=minbase "$1" "$system" $mirror
    fi
    apt-config dump | grep -E '^Acquire::(https?::Proxy|Check-)' >"$system/etc/apt/apt.conf.d/99host" || true
    cp -L /etc/resolv.conf "$system/etc/resolv.conf"
    mountpoint -q "$system/proc" || mount -t proc proc "$system/proc"
    # Tests of what the command shows on a terminal open one.
    mountpoint -q "$system/dev/pts" || mount --bind /dev/pts "$system/dev/pts"
}

# in_system SCRIPT [NAME=VALUE]...: runs a script of sh inside, in an environment of its own.
in_system() {
    script=$1
    shift
    chroot "$system" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 "$@" \
        /bin/sh -euc "$script"
}

# Leaves a system that was there before without what has been copied into its /srv/twofold and /srv/test_data.
close_system() {
    for mounted in "$system/dev/pts" "$system/proc"; do
        if mountpoint -q "$mounted"; then umount "$mounted"; fi
    done
    rm -rf --one-file-system "$system/srv/twofold" "$system/srv/test_data"
    if [ "$system_is_temporary" = yes ]; then rm -rf --one-file-system "$system"; fi
}

#!/bin/sh
# Unpacks the Debian packages that twofold is built with for another processor into a folder, for cross compilers and
# emulators. Neither this system's packages nor its lists of packages change, and root is not needed.
#
#   scripts/make_sysroot.sh ARCHITECTURE FOLDER       ARCHITECTURE as Debian calls it: arm64, armhf, amd64
#
# The release is that of this system. FOLDER is replaced as a whole when it is complete.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/scripts/packages.sh"

if [ $# -ne 2 ]; then
    sed -n '2,7s/^# \{0,1\}//p' "$0"
    exit 2
fi
architecture=$1
target=$2
case "$architecture" in
    arm64 | amd64) libraries="$twofold_library_packages libdnnl-dev" ;;
    armhf) libraries=$twofold_library_packages ;; # oneDNN is for 64 bits only
    *)
        say "Unknown architecture $architecture: arm64, armhf and amd64 are known"
        exit 2
        ;;
esac
# clang looks here for gcc's C++ library; cross gcc has its own.
libraries="$libraries libstdc++-$(gcc -dumpversion)-dev"

mkdir -p "$(dirname "$target")"
target=$(cd "$(dirname "$target")" && pwd)/$(basename "$target")
work=$(mktemp -d "$(dirname "$target")/sysroot.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
chmod 755 "$work"

# An apt of its own, which knows of no installed package and so fetches all that ours depend on.
mkdir -p "$work/state/lists/partial" "$work/cache/archives/partial" "$work/sources" "$work/system"
: >"$work/status"
# shellcheck disable=SC1091 # Debian's
release=$(. /etc/os-release && printf %s "$VERSION_CODENAME")
mirror=$(debian_mirror)
keys=/usr/share/keyrings/debian-archive-keyring.gpg
echo "deb [signed-by=$keys] ${mirror:-http://deb.debian.org/debian} $release main" >"$work/sources.list"
cat >"$work/apt.conf" <<END
APT::Architecture "$architecture";
APT::Architectures { "$architecture"; };
APT::Sandbox::User "";
Dir::State "$work/state";
Dir::State::status "$work/status";
Dir::Cache "$work/cache";
Dir::Etc::sourcelist "$work/sources.list";
Dir::Etc::sourceparts "$work/sources";
Acquire::Languages "none";
END
APT_CONFIG=$work/apt.conf
export APT_CONFIG
say "Fetching packages of Debian $release for $architecture"
apt-get update -q
# shellcheck disable=SC2086 # a list
apt-get install -q -y --no-install-recommends --download-only $libraries

# As on an installed system, whose packages may hold files under either name.
for folder in lib lib32 lib64 bin sbin; do
    mkdir -p "$work/system/usr/$folder"
    ln -s "usr/$folder" "$work/system/$folder"
done
for package in "$work"/cache/archives/*.deb; do
    dpkg-deb --fsys-tarfile "$package" | tar -x --keep-directory-symlink --no-same-owner -C "$work/system" \
        --exclude='./usr/share/doc' --exclude='./usr/share/man' --exclude='./usr/share/locale'
    # Which package a program that links its libraries depends on, for our own packages.
    dpkg-deb --ctrl-tarfile "$package" | tar -xO ./shlibs 2>/dev/null >>"$work/system/shlibs" || true
done
# Links from the root would lead into this system.
find "$work/system" -type l -lname '/*' | while IFS= read -r link; do
    ln -snf "$(realpath -m --relative-to "$(dirname "$link")" "$work/system$(readlink "$link")")" "$link"
done

rm -rf "$target"
mv "$work/system" "$target"
say "$target: $(du -sh "$target" | cut -f 1) for $architecture"

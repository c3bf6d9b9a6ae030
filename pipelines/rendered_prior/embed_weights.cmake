# cmake -DWEIGHTS=<file or nothing> -DNAME=<function> -DOUT=<file.cpp> -P embed_weights.cmake: a file's bytes as what a
# function of embedded_prior.h returns.
cmake_minimum_required(VERSION 3.25)

set(bytes "")
if(WEIGHTS)
    file(READ "${WEIGHTS}" bytes HEX)
    # Lines of 32 bytes.
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
    string(REPEAT "[^,]*," 32 line)
    string(REGEX REPLACE "(${line})" "\\1\n    " bytes "${bytes}")
endif()
file(WRITE "${OUT}" "#include \"pipelines/rendered_prior/embedded_prior.h\"

namespace twofold {
namespace {

// The last byte is not part of them.
constexpr unsigned char kBytes[] = {
    ${bytes}0};

}  // namespace

std::span<const std::byte> ${NAME}() { return std::as_bytes(std::span(kBytes, sizeof kBytes - 1)); }

}  // namespace twofold
")

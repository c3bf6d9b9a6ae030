// Writes the fuzzer's first inputs into a folder: a small file of every kind that the writers make.
#include "tests/image_io/samples.h"

int main(int argc, char** argv) {
    if (argc != 2) return 2;
    using namespace twofold::image_io::testing;
    for (const SampleFile& file : sample_files()) save(std::string(argv[1]) + "/" + file.name, file.bytes);
    return 0;
}

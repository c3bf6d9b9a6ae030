# What can be left out or chosen.

option(TWOFOLD_WITH_ONEDNN "Offer oneDNN's kernels beside our own" ON)
option(TWOFOLD_WITH_OPENMP "Run threads through OpenMP instead of our own pool" OFF)
option(TWOFOLD_WITH_APP "Build the twofold command and its image readers" ON)
option(TWOFOLD_WITH_TIFF "Let the command read and write TIFF" ON)
option(TWOFOLD_WITH_PRIOR "Carry the weights of the prior inside the library" ON)
option(TWOFOLD_STANDALONE "Build one command with library and codecs inside, and no library" OFF)
option(TWOFOLD_WITH_TESTS "Build the tests" ${PROJECT_IS_TOP_LEVEL})
option(TWOFOLD_WITH_FUZZERS "Build the fuzzers of the image readers (clang only)" OFF)
option(TWOFOLD_WERROR "Treat warnings as errors" OFF)

if(TWOFOLD_STANDALONE AND (TWOFOLD_WITH_ONEDNN OR TWOFOLD_WITH_TIFF OR NOT TWOFOLD_WITH_APP))
    message(FATAL_ERROR "TWOFOLD_STANDALONE is a command with small libraries inside: set TWOFOLD_WITH_ONEDNN and "
        "TWOFOLD_WITH_TIFF to OFF and TWOFOLD_WITH_APP to ON.")
endif()
if(TWOFOLD_WITH_TESTS AND TWOFOLD_WITH_APP AND NOT (TWOFOLD_WITH_TIFF OR TWOFOLD_STANDALONE))
    message(FATAL_ERROR "The tests of the command need TIFF: set TWOFOLD_WITH_TIFF to ON or TWOFOLD_WITH_TESTS to OFF.")
endif()

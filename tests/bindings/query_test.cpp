#include "tests/bindings/support.h"

using namespace test;

TEST_CASE("version and capabilities", "[query]") {
    CHECK(twofold_version() == (TWOFOLD_VERSION_MAJOR << 16 | TWOFOLD_VERSION_MINOR << 8 | TWOFOLD_VERSION_PATCH));
    CHECK(twofold_version_string() == std::to_string(TWOFOLD_VERSION_MAJOR) + "." +
                                          std::to_string(TWOFOLD_VERSION_MINOR) + "." +
                                          std::to_string(TWOFOLD_VERSION_PATCH));
    for (int query = TWOFOLD_QUERY_CPU; query <= TWOFOLD_QUERY_THREADING; ++query) {
        const char* text = twofold_query_string(static_cast<twofold_query>(query));
        CAPTURE(query);
        REQUIRE(text != nullptr);
        CHECK(std::strlen(text) > 0);
        CHECK(twofold_query_string(static_cast<twofold_query>(query)) == text);  // it stays valid
    }
    const std::string implementations = twofold_query_string(TWOFOLD_QUERY_IMPLEMENTATIONS);
    CHECK(implementations.find("simd") != std::string::npos);
    CHECK(implementations.find("ref") != std::string::npos);
    CHECK(twofold_default_threads() >= 1);
    CHECK(twofold_default_threads() <= 1024);
}

TEST_CASE("every status has a name of its own", "[query]") {
    std::vector<std::string> names;
    for (int status = TWOFOLD_OK; status <= TWOFOLD_INTERNAL; ++status) {
        names.emplace_back(twofold_status_name(static_cast<twofold_status>(status)));
    }
    CHECK(names[TWOFOLD_OUT_OF_MEMORY] == "out of memory");
    std::sort(names.begin(), names.end());
    CHECK(std::adjacent_find(names.begin(), names.end()) == names.end());
}

TEST_CASE("the benchmark hands over rows", "[query][slow]") {
    const Context context;
    struct Rows {
        int count = 0;
        bool peak = false;
        bool sane = true;
    } rows;
    const auto status = twofold_benchmark(
        context, 1, 0.001,
        [](const twofold_benchmark_row* row, void* user) {
            auto& seen = *static_cast<Rows*>(user);
            ++seen.count;
            seen.peak = seen.peak || std::string(row->name) == "peak";
            seen.sane = seen.sane && row->implementation && row->shape && row->threads == 1 && row->seconds > 0 &&
                        row->gflops > 0 && row->share_of_peak > 0;
        },
        &rows);
    CHECK(status == TWOFOLD_OK);
    CHECK(rows.count > 1);
    CHECK(rows.peak);
    CHECK(rows.sane);
}

// write_fake_report full|bare|enlargement|large OUT.html: a page for the tests in a browser.
#include <cstdio>
#include <map>
#include <string>

#include "platform/atomic_file.h"
#include "tests/report/fake_report.h"

int main(int argc, char** argv) {
    using namespace twofold;
    const std::map<std::string, apps::Report (*)()> reports = {{"full", tests::full_report},
                                                               {"bare", tests::bare_report},
                                                               {"enlargement", tests::enlargement_report},
                                                               {"large", tests::large_report}};
    if (argc != 3 || reports.count(argv[1]) == 0) {
        std::fprintf(stderr, "write_fake_report full|bare|enlargement|large OUT.html\n");
        return 2;
    }
    const std::string page = apps::render_report(reports.at(argv[1])());
    std::string reason;
    const auto result = platform::write_file_atomically(argv[2], page.data(), page.size(), true, &reason);
    if (result != platform::WriteResult::kOk) std::fprintf(stderr, "%s: %s\n", argv[2], reason.c_str());
    return result == platform::WriteResult::kOk ? 0 : 1;
}

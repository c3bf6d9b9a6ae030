// The fixed parts of the page: the files report.html, report.css and *.js, which the build turns into these.
#ifndef TWOFOLD_APPS_REPORT_PAGE_H
#define TWOFOLD_APPS_REPORT_PAGE_H

#include <map>
#include <string>
#include <string_view>

namespace twofold::apps {

extern const char* const kPageTemplate;
extern const char* const kPageStyle;
extern const char* const kPageScript;

// Replaces {{name}} in `text` by parts[name]. What is put in is not looked at again, so it may hold anything.
std::string fill_template(std::string_view text, const std::map<std::string, std::string, std::less<>>& parts);

}  // namespace twofold::apps

#endif

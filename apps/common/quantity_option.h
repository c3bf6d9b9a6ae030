// Options that take a size or a time as people write them.
#ifndef TWOFOLD_APPS_COMMON_QUANTITY_OPTION_H
#define TWOFOLD_APPS_COMMON_QUANTITY_OPTION_H

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace twofold::apps {

// An option whose text `parse` turns into a value or rejects.
template <typename Value>
void add_quantity(CLI::App* app, const std::string& name, const std::string& type, const std::string& description,
                  std::optional<Value> (*parse)(std::string_view), Value* target) {
    app->add_option_function<std::string>(
           name,
           [name, type, parse, target](const std::string& text) {
               const std::optional<Value> value = parse(text);
               if (!value) throw CLI::ValidationError(name, "'" + text + "' is not a " + type);
               *target = *value;
           },
           description)
        ->type_name(type);
}

}  // namespace twofold::apps

#endif

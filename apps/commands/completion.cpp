// Shell completion, written from the options as they are, so that it cannot fall behind them.
#include <fmt/format.h>

#include <memory>
#include <sstream>

#include "apps/common/command.h"
#include "apps/common/console.h"

namespace twofold::apps {
namespace {

struct Word {
    std::vector<std::string> names;  // "--recipe", "-o"
    std::string description;
    std::vector<std::string> choices;  // empty: free text or a file
    bool takes_value = false;
    bool takes_file = false;
};

// CLI11 shows the members of a set as "{fast,best}" in the type's name.
std::vector<std::string> choices_of(const CLI::Option& option) {
    const std::string type = option.get_type_name();
    const std::size_t open = type.find('{');
    const std::size_t close = type.find('}');
    std::vector<std::string> choices;
    if (open == std::string::npos || close == std::string::npos) return choices;
    std::istringstream list(type.substr(open + 1, close - open - 1));
    for (std::string choice; std::getline(list, choice, ',');) choices.push_back(choice);
    return choices;
}

void collect(const CLI::App& app, std::vector<Word>* words) {
    for (const CLI::Option* option : app.get_options()) {
        if (option->get_positional()) continue;
        Word word;
        for (const std::string& name : option->get_lnames()) word.names.push_back("--" + name);
        for (const std::string& name : option->get_snames()) word.names.push_back("-" + name);
        word.description = option->get_description();
        word.takes_value = option->get_items_expected_max() > 0;
        word.choices = choices_of(*option);
        word.takes_file = word.takes_value && word.choices.empty() && option->get_type_name() == "TEXT";
        words->push_back(word);
    }
    for (const CLI::App* group : app.get_subcommands([](const CLI::App* part) { return part->get_name().empty(); })) {
        collect(*group, words);
    }
}

std::vector<Word> options_of(const CLI::App& app) {
    std::vector<Word> words;
    collect(app, &words);
    return words;
}

std::vector<const CLI::App*> commands_of(const CLI::App& root) {
    return root.get_subcommands([](const CLI::App* part) { return !part->get_name().empty(); });
}

// Words that are no option: the shells to choose from; every other command takes files.
std::vector<std::string> positional_choices(const CLI::App& app) {
    for (const CLI::Option* option : app.get_options()) {
        if (option->get_positional()) return choices_of(*option);
    }
    return {};
}

bool takes_files(const CLI::App& app) {
    for (const CLI::Option* option : app.get_options()) {
        if (option->get_positional()) return choices_of(*option).empty();
    }
    return false;
}

std::string joined(const std::vector<std::string>& words, const char* separator = " ") {
    return fmt::format("{}", fmt::join(words, separator));
}

std::string names_of(const std::vector<Word>& words) {
    std::vector<std::string> names;
    for (const Word& word : words) names.insert(names.end(), word.names.begin(), word.names.end());
    return joined(names);
}

// Inside single quotes of a shell.
std::string shell_text(const std::string& text) {
    std::string out;
    for (const char letter : text) out += letter == '\'' ? std::string("'\\''") : std::string(1, letter);
    return out;
}

std::string bash_completion(const CLI::App& root) {
    std::string out =
        "# bash completion for twofold\n"
        "_twofold() {\n"
        "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command=${COMP_WORDS[1]}\n"
        "    COMPREPLY=()\n";
    std::vector<std::string> commands;
    for (const CLI::App* app : commands_of(root)) commands.push_back(app->get_name());
    out += fmt::format(
        "    if [[ $COMP_CWORD -eq 1 ]]; then\n"
        "        COMPREPLY=($(compgen -W '{} {}' -- \"$word\"))\n"
        "        return\n"
        "    fi\n"
        "    case $command in\n",
        joined(commands), names_of(options_of(root)));
    for (const CLI::App* app : commands_of(root)) {
        const std::vector<Word> words = options_of(*app);
        out += fmt::format("    {})\n        case $before in\n", app->get_name());
        for (const Word& word : words) {
            if (!word.takes_value) continue;
            const std::string reply =
                word.takes_file ? "compopt -o filenames; COMPREPLY=($(compgen -f -- \"$word\"))"
                : word.choices.empty()
                    ? ":"
                    : fmt::format("COMPREPLY=($(compgen -W '{}' -- \"$word\"))", joined(word.choices));
            out += fmt::format("        {}) {}; return ;;\n", joined(word.names, "|"), reply);
        }
        out += fmt::format("        esac\n        COMPREPLY=($(compgen -W '{}{}' -- \"$word\"))\n", names_of(words),
                           " " + joined(positional_choices(*app)));
        if (takes_files(*app)) {
            out += "        [[ $word == -* ]] || { compopt -o filenames; COMPREPLY=($(compgen -f -- \"$word\")); }\n";
        }
        out += "        ;;\n";
    }
    return out + "    esac\n}\ncomplete -F _twofold twofold\n";
}

// Brackets and colons have a meaning in the specifications of _arguments.
std::string zsh_text(const std::string& text) {
    std::string out;
    for (const char letter : text) {
        if (letter == '[' || letter == ']' || letter == ':' || letter == '\\') out += '\\';
        out += letter;
    }
    return shell_text(out);
}

std::string zsh_completion(const CLI::App& root) {
    std::string out = "#compdef twofold\n_twofold() {\n    local -a commands\n    commands=(\n";
    for (const CLI::App* app : commands_of(root)) {
        out += fmt::format("        '{}:{}'\n", app->get_name(), zsh_text(app->get_description()));
    }
    out +=
        "    )\n"
        "    if (( CURRENT == 2 )); then\n"
        "        _describe command commands\n"
        "        return\n"
        "    fi\n"
        "    local command=$words[2]\n"
        "    shift words\n"
        "    (( CURRENT-- ))\n"
        "    case $command in\n";
    for (const CLI::App* app : commands_of(root)) {
        out += fmt::format("    {})\n        _arguments", app->get_name());
        for (const Word& word : options_of(*app)) {
            for (const std::string& name : word.names) {
                out += fmt::format(" \\\n            '{}[{}]", name, zsh_text(word.description));
                if (word.takes_file) out += ":file:_files";
                if (word.takes_value && !word.takes_file) out += fmt::format(":value:({})", joined(word.choices));
                out += "'";
            }
        }
        if (takes_files(*app)) out += " \\\n            '*:file:_files'";
        const std::vector<std::string> choices = positional_choices(*app);
        if (!choices.empty()) out += fmt::format(" \\\n            '1:word:({})'", joined(choices));
        out += "\n        ;;\n";
    }
    return out + "    esac\n}\n_twofold \"$@\"\n";
}

std::string fish_completion(const CLI::App& root) {
    std::string out = "# fish completion for twofold\n";
    for (const CLI::App* app : commands_of(root)) {
        out += fmt::format("complete -c twofold -f -n __fish_use_subcommand -a {} -d '{}'\n", app->get_name(),
                           shell_text(app->get_description()));
    }
    for (const CLI::App* app : commands_of(root)) {
        const std::string start =
            fmt::format("complete -c twofold -n '__fish_seen_subcommand_from {}'", app->get_name());
        if (!takes_files(*app)) out += fmt::format("{} -f -a '{}'\n", start, joined(positional_choices(*app)));
        for (const Word& word : options_of(*app)) {
            out += start;
            for (const std::string& name : word.names) {
                out += name.compare(0, 2, "--") == 0 ? " -l " + name.substr(2) : " -s " + name.substr(1);
            }
            if (word.takes_file) out += " -r -F";
            if (word.takes_value && !word.takes_file) out += fmt::format(" -x -a '{}'", joined(word.choices));
            out += fmt::format(" -d '{}'\n", shell_text(word.description));
        }
    }
    return out;
}

}  // namespace

Command add_completion(CLI::App& root) {
    CLI::App* app = root.add_subcommand("completion", "Print completion rules for a shell");
    const auto shell = std::make_shared<std::string>();
    app->add_option("shell", *shell, "The shell")->required()->check(CLI::IsMember({"bash", "zsh", "fish"}));
    return {app, [&root, shell] {
                print_result(*shell == "bash"  ? bash_completion(root)
                             : *shell == "zsh" ? zsh_completion(root)
                                               : fish_completion(root));
                return ExitCode::kOk;
            }};
}

}  // namespace twofold::apps

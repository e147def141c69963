#include "daemon/cli/completion.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <vector>

#include "daemon/cli/output.hpp"

namespace weir::daemon::cli {
namespace {

// The words that may follow a chain of verbs: "" for `weir`, "runs list" for `weir runs list`.
struct Place {
    std::string verbs;
    std::vector<std::string> words;
};

void collect(const CLI::App& app, const std::string& verbs, std::vector<Place>& places) {
    Place place{verbs, {}};
    for (const auto* sub : app.get_subcommands({}))
        if (!sub->get_group().empty()) {
            place.words.push_back(sub->get_name());
            collect(*sub, verbs.empty() ? sub->get_name() : verbs + " " + sub->get_name(), places);
        }
    for (const auto* option : app.get_options())
        for (const auto& name : option->get_lnames()) place.words.push_back("--" + name);
    places.push_back(std::move(place));
}

std::string bash_script(const std::vector<Place>& places) {
    std::string cases;
    for (const auto& place : places)
        cases += fmt::format("        '{}') words='{}' ;;\n", place.verbs, fmt::join(place.words, " "));
    return "_weir() {\n"
           "    local word verbs='' words=''\n"
           "    for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
           "        case $word in -*) ;; *) [[ $word =~ ^[a-z]+$ ]] && verbs=\"${verbs:+$verbs }$word\" ;; esac\n"
           "    done\n"
           "    case $verbs in\n" +
           cases +
           "    esac\n"
           "    COMPREPLY=($(compgen -W \"$words\" -- \"${COMP_WORDS[COMP_CWORD]}\"))\n"
           "    [[ ${#COMPREPLY[@]} -eq 0 ]] && COMPREPLY=($(compgen -f -- \"${COMP_WORDS[COMP_CWORD]}\"))\n"
           "}\n"
           "complete -F _weir weir\n";
}

std::string fish_script(const std::vector<Place>& places) {
    std::string script = "complete -c weir -f -a '(__fish_complete_path)'\n";
    for (const auto& place : places) {
        const auto condition =
            place.verbs.empty()
                ? std::string("__fish_use_subcommand")
                : fmt::format("string match -q -- '{}*' (string join ' ' (commandline -opc)[2..])", place.verbs);
        script += fmt::format("complete -c weir -n \"{}\" -a '{}'\n", condition, fmt::join(place.words, " "));
    }
    return script;
}

}  // namespace

int print_completion(const CLI::App& app, const std::string& shell) {
    std::vector<Place> places;
    collect(app, "", places);
    if (shell == "bash")
        fmt::print("{}", bash_script(places));
    else if (shell == "zsh")
        fmt::print("autoload -U +X bashcompinit && bashcompinit\n{}", bash_script(places));
    else if (shell == "fish")
        fmt::print("{}", fish_script(places));
    else
        return fail(
            {model::ErrorKind::invalid, fmt::format("no completion for '{}'; known are bash, zsh, fish", shell)});
    return kOk;
}

}  // namespace weir::daemon::cli

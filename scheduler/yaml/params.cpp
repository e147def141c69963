#include "scheduler/yaml/params.hpp"

#include <array>
#include <string_view>

#include "scheduler/yaml/scalar.hpp"
#include "scheduler/yaml/settings.hpp"

namespace weir::yaml {
namespace {

using model::Json;

// std::regex matches by recursion, a few hundred bytes of stack for each character.
constexpr std::size_t kLongestMatched = 4096;

std::string type_name(const Json& value) {
    if (value.is_number_integer()) return "integer";
    if (value.is_number()) return "number";
    if (value.is_boolean()) return "boolean";
    if (value.is_array()) return "array";
    if (value.is_object()) return "object";
    return "string";
}

// Which types a constraint says something of.
struct Constraint {
    std::string_view key;
    std::string_view types;
};
constexpr std::array kConstraints{
    Constraint{"minimum", "integer number"}, Constraint{"maximum", "integer number"}, Constraint{"minLength", "string"},
    Constraint{"maxLength", "string"},       Constraint{"pattern", "string"},
};

class Finish {
   public:
    Finish(ParamDraft& draft, Problems& problems) : draft_(draft), schema_(draft.param.schema), problems_(problems) {}

    void run() {
        const bool has_default = draft_.fallback != nullptr && !draft_.fallback->faulty;
        const auto fallback = has_default ? to_json(*draft_.fallback) : Json();
        if (!schema_.contains("type")) {
            if (has_default)
                schema_["type"] = type_name(fallback);
            else if (!schema_.contains("enum"))
                schema_["type"] = "string";
        }
        const bool sound = constraints_fit() && in_order("minimum", "maximum") && in_order("minLength", "maxLength");
        if (sound && enum_fits() && has_default && default_fits(fallback)) draft_.param.fallback = fallback;
    }

   private:
    const Place& place_of(std::string_view key) const {
        const auto* map = draft_.node->map();
        const auto* entry = map == nullptr ? nullptr : map->find(key);
        return entry == nullptr ? draft_.node->place : entry->value.place;
    }

    bool constraints_fit() {
        if (!schema_.contains("type")) return true;
        const auto type = schema_["type"].get<std::string>();
        bool fit = true;
        for (const auto& constraint : kConstraints) {
            if (!schema_.contains(constraint.key) || constraint.types.find(type) != std::string_view::npos) continue;
            problems_.add(place_of(constraint.key), "{} says nothing of a param of type {}; leave it out",
                          constraint.key, type);
            fit = false;
        }
        return fit;
    }

    bool in_order(const char* least, const char* most) {
        if (!schema_.contains(least) || !schema_.contains(most) || schema_[least] <= schema_[most]) return true;
        problems_.add(place_of(most), "{} ({}) is smaller than {} ({})", most, model::to_text(schema_[most]), least,
                      model::to_text(schema_[least]));
        return false;
    }

    // The param's own check, asked of a DAG that has only this param.
    std::string fault_of(const Json& schema, const Json& value) const {
        model::Dag dag;
        dag.params.push_back({draft_.param.name, "", schema, std::nullopt});
        const auto check = model::check_params(dag, {{draft_.param.name, value}});
        return check.errors.empty() ? "" : check.errors.front();
    }

    bool enum_fits() {
        if (!schema_.contains("enum") || !schema_.contains("type")) return true;
        bool fit = true;
        const Json type_alone = {{"type", schema_["type"]}};
        for (std::size_t i = 0; i < schema_["enum"].size(); ++i) {
            const auto fault = fault_of(type_alone, schema_["enum"][i]);
            if (fault.empty()) continue;
            problems_.add(draft_.node->map()->find("enum")->value.list()->items[i].place, "enum: a value of {}", fault);
            fit = false;
        }
        return fit;
    }

    bool default_fits(const Json& value) {
        if (schema_.contains("pattern") && value.is_string() &&
            value.get_ref<const std::string&>().size() > kLongestMatched) {
            problems_.add(draft_.fallback->place,
                          "the default is longer than the {} characters that a pattern is tried on", kLongestMatched);
            return false;
        }
        const auto fault = fault_of(schema_, value);
        if (!fault.empty()) problems_.add(draft_.fallback->place, "the default of {}", fault);
        return fault.empty();
    }

    ParamDraft& draft_;
    Json& schema_;
    Problems& problems_;
};

}  // namespace

void finish_params(std::vector<ParamDraft>& params, Problems& problems) {
    for (auto& param : params)
        if (!param.node->faulty) Finish(param, problems).run();
}

}  // namespace weir::yaml

#include "weather-stdio/tools/area_codes.hpp"

#include <algorithm>
#include <array>

namespace weather {
namespace {

struct area {
    std::string_view code;
    std::string_view name;
};

// The codes of the service's OpenAPI description: StateTerritoryCode, then MarineAreaCode.
constexpr auto areas = std::to_array<area>({
    {"AK", "Alaska"},
    {"AL", "Alabama"},
    {"AR", "Arkansas"},
    {"AS", "American Samoa"},
    {"AZ", "Arizona"},
    {"CA", "California"},
    {"CO", "Colorado"},
    {"CT", "Connecticut"},
    {"DC", "District of Columbia"},
    {"DE", "Delaware"},
    {"FL", "Florida"},
    {"FM", "Federated States of Micronesia"},
    {"GA", "Georgia"},
    {"GU", "Guam"},
    {"HI", "Hawaii"},
    {"IA", "Iowa"},
    {"ID", "Idaho"},
    {"IL", "Illinois"},
    {"IN", "Indiana"},
    {"KS", "Kansas"},
    {"KY", "Kentucky"},
    {"LA", "Louisiana"},
    {"MA", "Massachusetts"},
    {"MD", "Maryland"},
    {"ME", "Maine"},
    {"MH", "Marshall Islands"},
    {"MI", "Michigan"},
    {"MN", "Minnesota"},
    {"MO", "Missouri"},
    {"MP", "Northern Mariana Islands"},
    {"MS", "Mississippi"},
    {"MT", "Montana"},
    {"NC", "North Carolina"},
    {"ND", "North Dakota"},
    {"NE", "Nebraska"},
    {"NH", "New Hampshire"},
    {"NJ", "New Jersey"},
    {"NM", "New Mexico"},
    {"NV", "Nevada"},
    {"NY", "New York"},
    {"OH", "Ohio"},
    {"OK", "Oklahoma"},
    {"OR", "Oregon"},
    {"PA", "Pennsylvania"},
    {"PR", "Puerto Rico"},
    {"PW", "Palau"},
    {"RI", "Rhode Island"},
    {"SC", "South Carolina"},
    {"SD", "South Dakota"},
    {"TN", "Tennessee"},
    {"TX", "Texas"},
    {"UT", "Utah"},
    {"VA", "Virginia"},
    {"VI", "U.S. Virgin Islands"},
    {"VT", "Vermont"},
    {"WA", "Washington"},
    {"WI", "Wisconsin"},
    {"WV", "West Virginia"},
    {"WY", "Wyoming"},
    {"AM", "Western Atlantic, South of Currituck Beach Light to the Caribbean"},
    {"AN", "Western Atlantic, Canada to Currituck Beach Light"},
    {"GM", "Gulf of Mexico"},
    {"LC", "Lake St. Clair"},
    {"LE", "Lake Erie"},
    {"LH", "Lake Huron"},
    {"LM", "Lake Michigan"},
    {"LO", "Lake Ontario"},
    {"LS", "Lake Superior"},
    {"PH", "Hawaiian waters"},
    {"PK", "Alaskan waters"},
    {"PM", "Western Pacific, Mariana Islands"},
    {"PS", "American Samoa waters"},
    {"PZ", "Eastern North Pacific, US West Coast"},
    {"SL", "St. Lawrence River"},
});

const area* find(std::string_view code) {
    const auto found = std::find_if(areas.begin(), areas.end(), [&](const area& a) { return a.code == code; });
    return found == areas.end() ? nullptr : &*found;
}

}  // namespace

std::optional<std::string> find_area(std::string_view code) {
    std::string capital(code);
    for (char& c : capital) {
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    }
    if (find(capital) == nullptr) return std::nullopt;
    return capital;
}

std::string_view area_name(std::string_view code) {
    const auto* found = find(code);
    return found == nullptr ? std::string_view() : found->name;
}

std::string list_areas() {
    std::string list;
    for (const auto& known : areas) {
        if (!list.empty()) list += ", ";
        list += known.code;
    }
    return list;
}

}  // namespace weather

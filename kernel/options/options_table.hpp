/// The rows of `wp_options` (or of `ordo_options` in a database without WordPress). Only rows: which options decide
/// something, and who may change them, is the kernel's business. Any thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <ordo/database.hpp>
#include <ordo/options.hpp>
#include <ordo/time.hpp>

namespace ordo::options {

/// Options as they were at one moment.
class OptionValues {
public:
    /// Of the names that were asked for.
    std::optional<std::string> operator()(std::string_view name) const;

private:
    friend class OptionsTable;
    std::map<std::string, std::optional<std::string>, std::less<>> values_;
};

class OptionsTable {
public:
    /// What the configuration decides: values that the table's give way to, and nobody changes; `file` says where.
    struct Configured {
        std::map<std::string, std::string, std::less<>> values;
        std::string file;
    };
    OptionsTable(Database& database, std::string table_prefix) : OptionsTable(database, std::move(table_prefix), Configured{{}, {}}) {}
    OptionsTable(Database& database, std::string table_prefix, Configured configured);

    /// Without a database, a table or a row there is no option.
    std::optional<std::string> get(std::string_view name) const;
    std::optional<std::string> get(Read& read, std::string_view name) const;
    /// Several with one statement.
    OptionValues get_many(std::span<const std::string_view> names) const;
    /// Throws `ordo.option.read_only` where the configuration decides. `autoload`: of a new row, whether WordPress reads it with every request.
    void set(Unit& unit, std::string_view name, std::string_view value, std::string_view autoload = "auto") const;
    bool remove(Unit& unit, std::string_view name) const;
    /// Nobody else changes it until the unit is over, nor holds it to know that nobody does.
    void hold(Unit& unit, std::string_view name) const;
    std::vector<OptionRow> list(std::string_view prefix) const;
    void refuse_if_configured(std::string_view name) const;
    /// Whether there is a table that options can be kept in.
    bool exists(Read& read) const { return find_table(read).has_value(); }

    /// `wp_options` as WordPress makes it.
    Schema schema() const { return schema_of(wordpress_table_); }
    /// The same under our own name, for a database without WordPress.
    Schema own_schema() const { return schema_of(own_table_); }

private:
    std::optional<std::string> find_table(Read& read) const;
    void read_if_there(const std::function<void(Read&)>& body) const;
    static Schema schema_of(const std::string& table);
    Database* database_;
    std::string wordpress_table_, own_table_;
    Configured configured_;
};

/// The zone of the site: `timezone_string`, else `gmt_offset`, else UTC. A changed option is noticed within seconds.
class OptionSiteZone final : public SiteZone {
public:
    explicit OptionSiteZone(const OptionsTable& options) : options_(&options) {}
    std::string to_local(UtcSeconds instant) const override;
    std::optional<UtcSeconds> to_utc(UtcSeconds wall_clock) const override;

private:
    struct Zone;
    std::shared_ptr<const Zone> current() const;

    const OptionsTable* options_;
    mutable std::mutex mutex_;
    mutable std::shared_ptr<const Zone> zone_;
};

}  // namespace ordo::options

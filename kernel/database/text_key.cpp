/// See text_key.hpp.
#include "kernel/database/text_key.hpp"

#include <limits>
#include <memory>
#include <new>
#include <vector>

#include <unicode/ucol.h>
#include <unicode/ucoleitr.h>
#include <unicode/ustring.h>

#include <ordo/error.hpp>

namespace ordo::database {
namespace {

// What are letters of their own in version 5.2's table, and others' with an accent in ICU 72's; and signs that ICU ignores.
constexpr std::u16string_view letters_of_their_own =
    u"&Г<ѓ<<<Ѓ &К<ќ<<<Ќ &У<ў<<<Ў &І<ї<<<Ї &Ѵ<ѷ<<<Ѷ &А<ӑ<<<Ӑ<ӓ<<<Ӓ &Е<ӗ<<<Ӗ &Ә<ӛ<<<Ӛ &Ж<ӝ<<<Ӝ &З<ӟ<<<Ӟ &И<ӥ<<<Ӥ &О<ӧ<<<Ӧ &Ө<ӫ<<<Ӫ &Э<ӭ<<<Ӭ "
    u"&У<ӱ<<<Ӱ<ӳ<<<Ӳ &Ч<ӵ<<<Ӵ &Ы<ӹ<<<Ӹ &'-'<'\u00ad'<'\u0640'";

class Collation {
public:
    Collation() {
        UErrorCode status = U_ZERO_ERROR;
        collator_.reset(ucol_openRules(letters_of_their_own.data(), static_cast<std::int32_t>(letters_of_their_own.size()), UCOL_OFF, UCOL_PRIMARY,
                                       nullptr, &status));
        if (U_FAILURE(status)) throw Error(errc::internal, std::string("ICU has no collation: ") + u_errorName(status));
        blank_ = key(u" ");
    }

    /// The primary weights, one behind the other: none is the beginning of another one.
    std::string key(std::u16string_view text) const {
        UErrorCode status = U_ZERO_ERROR;
        const std::unique_ptr<UCollationElements, void (*)(UCollationElements*)> elements(
            ucol_openElements(collator_.get(), text.data(), static_cast<std::int32_t>(text.size()), &status), ucol_closeElements);
        std::string key;
        for (std::int32_t element = 0; U_SUCCESS(status) && (element = ucol_next(elements.get(), &status)) != UCOL_NULLORDER;) {
            const auto weight = static_cast<std::uint16_t>(ucol_primaryOrder(element));
            if (weight == 0) continue;
            key += static_cast<char>(weight >> 8U);
            key += static_cast<char>(weight & 0xFFU);
        }
        if (U_FAILURE(status)) throw std::bad_alloc();  // the only thing that can go wrong
        while (!blank_.empty() && key.ends_with(blank_)) key.resize(key.size() - blank_.size());
        return key;
    }

private:
    struct Close {
        void operator()(UCollator* collator) const noexcept { ucol_close(collator); }
    };
    std::unique_ptr<UCollator, Close> collator_;
    std::string blank_;
};

}  // namespace

std::string text_key(std::string_view text) {
    static const Collation collation;  // made when first needed, by rules: some milliseconds
    if (text.size() > std::numeric_limits<std::int32_t>::max()) return std::string(text);
    std::vector<UChar> wide(text.size());  // no text has more units than bytes
    UErrorCode status = U_ZERO_ERROR;
    std::int32_t length = 0;
    u_strFromUTF8(wide.data(), static_cast<std::int32_t>(wide.size()), &length, text.data(), static_cast<std::int32_t>(text.size()), &status);
    if (U_FAILURE(status)) return '\xff' + std::string(text);  // no weight begins with this byte
    return collation.key({wide.data(), static_cast<std::size_t>(length)});
}

}  // namespace ordo::database

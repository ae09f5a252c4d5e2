/// Which texts people take for the same: as MariaDB's `utf8mb4_unicode_520_ci` does - the primary weights of the Unicode
/// Collation Algorithm 5.2, blanks at the end left out - computed by ICU. A pure function; any thread.
#pragma once

#include <string>
#include <string_view>

namespace ordo::database {

/// Equal for texts that are the same to people. Bytes that are no UTF-8 are the same as themselves only.
/// Where it departs from the server: letters that Unicode got after version 5.2 (2009) may equal their capitals here, Hangul
/// syllables equal their spelling in single letters, and single signs of rare scripts differ.
std::string text_key(std::string_view text);

}  // namespace ordo::database

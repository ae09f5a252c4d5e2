/// Compressed files of tests/data.
#pragma once

#include <filesystem>
#include <string>

#include <zlib.h>

#include "tests/catch.hpp"

namespace ordo::test {

inline std::string unpacked(const std::filesystem::path& file) {
    const gzFile in = gzopen(file.c_str(), "rb");
    REQUIRE(in != nullptr);
    std::string text, block(1U << 16U, '\0');
    for (int bytes = 0; (bytes = gzread(in, block.data(), static_cast<unsigned>(block.size()))) > 0;)
        text.append(block, 0, static_cast<std::size_t>(bytes));
    gzclose(in);
    return text;
}

}  // namespace ordo::test

/// A file that appears whole or not at all: written beside its place under another name, renamed at the end. One thread.
#pragma once

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include <ordo/error.hpp>

namespace ordo::cli {

class WholeFile {
public:
    explicit WholeFile(std::string name) : name_(std::move(name)), partial_(name_ + ".partial"), out_(partial_, std::ios::binary) {
        if (!out_) throw Error(errc::io, fmt::format("cannot write {}: {}", partial_, std::strerror(errno)));
    }
    WholeFile(const WholeFile&) = delete;
    WholeFile& operator=(const WholeFile&) = delete;
    ~WholeFile() {
        std::error_code ignored;
        if (!finished_) std::filesystem::remove(partial_, ignored);
    }
    void write_line(std::string_view line) {
        out_ << line << '\n';
        if (!out_) throw Error(errc::io, fmt::format("writing {} failed: {}", partial_, std::strerror(errno)));
    }
    void finish() {
        out_.close();
        std::error_code failed;
        if (out_) std::filesystem::rename(partial_, name_, failed);
        if (!out_ || failed) throw Error(errc::io, fmt::format("writing {} failed{}{}", name_, failed ? ": " : "", failed ? failed.message() : ""));
        finished_ = true;
    }

private:
    std::string name_, partial_;
    std::ofstream out_;
    bool finished_ = false;
};

}  // namespace ordo::cli

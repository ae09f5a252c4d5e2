/// Bounds checks of an ELF file's headers. Every offset and size is taken for a lie until it is seen to lie within the
/// file. Any thread.
#include "kernel/plugins/elf.hpp"

#include <elf.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <fstream>
#include <vector>

#include <fmt/format.h>

namespace ordo::plugins {
namespace {

Refusal no_library(std::string reason) {
    return {errc::plugin_not_a_library, std::move(reason), "name the shared library (.so) that ordo_add_plugin() builds"};
}

Refusal truncated(std::string_view what, std::uint64_t size) {
    return {errc::plugin_truncated, fmt::format("the library is truncated: its {} would end after the file's {} bytes", what, size),
            "copy or build it again"};
}

class File {
public:
    explicit File(const std::filesystem::path& path) : stream_(path, std::ios::binary | std::ios::ate) {
        if (const auto end = stream_.tellg(); stream_ && end > 0) size_ = static_cast<std::uint64_t>(end);
    }

    bool readable() const { return stream_.is_open() && stream_.good(); }
    std::uint64_t size() const { return size_; }
    /// Written so that no sum can overflow.
    bool holds(std::uint64_t offset, std::uint64_t length) const { return offset <= size_ && length <= size_ - offset; }

    /// `count` objects from `offset`; `nullopt` if they do not lie within the file or cannot be read.
    template <class T>
    std::optional<std::vector<T>> read(std::uint64_t offset, std::size_t count) {
        if (!holds(offset, count * sizeof(T))) return std::nullopt;
        std::vector<T> objects(count);
        stream_.seekg(static_cast<std::streamoff>(offset));
        stream_.read(reinterpret_cast<char*>(objects.data()), static_cast<std::streamsize>(count * sizeof(T)));
        return stream_ ? std::optional{std::move(objects)} : std::nullopt;
    }

private:
    std::ifstream stream_;
    std::uint64_t size_ = 0;
};

std::optional<Refusal> check_segments(File& file, const Elf64_Ehdr& header) {
    if (header.e_phnum == 0 || header.e_phentsize != sizeof(Elf64_Phdr))
        return no_library("the file is ELF but no library: it has no segments");
    const auto segments = file.read<Elf64_Phdr>(header.e_phoff, header.e_phnum);
    if (!segments) return truncated("table of segments", file.size());
    for (const Elf64_Phdr& segment : *segments)
        if (segment.p_type == PT_LOAD && !file.holds(segment.p_offset, segment.p_filesz)) return truncated("segment", file.size());
    return std::nullopt;
}

std::optional<Refusal> check_sections(File& file, const Elf64_Ehdr& header) {
    if (header.e_shnum == 0 || header.e_shentsize != sizeof(Elf64_Shdr))
        return no_library("the file is ELF but its table of sections is missing, so that its symbols cannot be listed");
    const auto sections = file.read<Elf64_Shdr>(header.e_shoff, header.e_shnum);
    if (!sections) return truncated("table of sections", file.size());
    for (const Elf64_Shdr& section : *sections) {
        if (section.sh_type == SHT_NOBITS || section.sh_type == SHT_NULL) continue;  // these take no room in the file
        if (!file.holds(section.sh_offset, section.sh_size)) return truncated("section", file.size());
        // library_info would take the address of the first of no symbols.
        const bool symbols = section.sh_type == SHT_SYMTAB || section.sh_type == SHT_DYNSYM;
        if (symbols && section.sh_size != 0 && section.sh_size < sizeof(Elf64_Sym))
            return no_library("the file is ELF but its table of symbols is damaged");
    }
    // library_info reads the sections' names from here without looking.
    if (header.e_shstrndx >= sections->size() || (*sections)[header.e_shstrndx].sh_type != SHT_STRTAB)
        return no_library("the file is ELF but its sections have no names");
    return std::nullopt;
}

}  // namespace

std::optional<Refusal> check_elf(const std::filesystem::path& library) {
    std::error_code error;
    const auto status = std::filesystem::status(library, error);
    if (status.type() == std::filesystem::file_type::not_found)
        return Refusal{errc::plugin_missing, "there is no such file", "is the path right?"};
    // Anything else (a pipe, a device) could make a reader wait for ever.
    if (status.type() != std::filesystem::file_type::regular) return no_library("this is no file");
    File file(library);
    if (!file.readable()) return Refusal{errc::plugin_not_a_library, "the file cannot be read", "may this user read it?"};

    const auto magic = file.read<unsigned char>(0, EI_NIDENT);
    if (!magic || std::memcmp(magic->data(), ELFMAG, SELFMAG) != 0) {
        const auto start = file.read<unsigned char>(0, SELFMAG);
        if (start && std::memcmp(start->data(), ELFMAG, SELFMAG) == 0) return truncated("header", file.size());
        return no_library("the file is no shared library");
    }
    constexpr unsigned char byte_order = std::endian::native == std::endian::little ? ELFDATA2LSB : ELFDATA2MSB;
    if ((*magic)[EI_CLASS] != ELFCLASS64 || (*magic)[EI_DATA] != byte_order)
        return no_library("the library is for another kind of machine (not 64 bits, or another byte order)");
    const auto header = file.read<Elf64_Ehdr>(0, 1);
    if (!header) return truncated("header", file.size());
    if (header->front().e_type != ET_DYN) return no_library("the file is ELF but no shared library");
    if (auto refusal = check_segments(file, header->front())) return refusal;
    return check_sections(file, header->front());
}

}  // namespace ordo::plugins

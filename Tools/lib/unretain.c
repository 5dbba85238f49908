// Copies a static library of Swift's without the flag SHF_GNU_RETAIN, so that the linker's --gc-sections can remove unused
// functions. Swift's compiler sets the flag for every public function, which accounts for 7 % of our binaries. The tables
// that Swift's runtime reads (swift5_...) keep the flag, because nothing refers to them.
// Usage: unretain FROM.a TO.a     Exits with 0 if the copy was written, or with 1 and the reason on stderr.
#include <ar.h>
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef SHF_GNU_RETAIN
#define SHF_GNU_RETAIN (1 << 21)
#endif

static const char *path;

static void check(int condition, const char *error) {
  if (condition) return;
  fprintf(stderr, "unretain: %s: %s\n", path, error);
  exit(1);
}

static void clear_retain(unsigned char *object, size_t size) {
  Elf64_Ehdr head;
  if (size < sizeof head || memcmp(object, ELFMAG, SELFMAG) != 0) return;
  memcpy(&head, object, sizeof head);
  check(head.e_ident[EI_CLASS] == ELFCLASS64 && head.e_shentsize == sizeof(Elf64_Shdr), "not a 64-bit object file");
  Elf64_Shdr first, names;
  check(head.e_shoff <= size - sizeof first, "truncated");
  memcpy(&first, object + head.e_shoff, sizeof first);
  // Numbers that are too large for their fields are stored in the first section header.
  size_t count = head.e_shnum ? head.e_shnum : first.sh_size;
  size_t index = head.e_shstrndx == SHN_XINDEX ? first.sh_link : head.e_shstrndx;
  check(count <= (size - head.e_shoff) / sizeof first && index < count, "truncated");
  memcpy(&names, object + head.e_shoff + index * sizeof names, sizeof names);
  check(names.sh_offset <= size && names.sh_size <= size - names.sh_offset, "truncated");
  for (size_t number = 0; number < count; number++) {
    unsigned char *entry = object + head.e_shoff + number * sizeof first;
    Elf64_Shdr section;
    memcpy(&section, entry, sizeof section);
    check(section.sh_name < names.sh_size, "truncated");
    if (strncmp((char *)object + names.sh_offset + section.sh_name, "swift5_", 7) == 0) continue;
    section.sh_flags &= ~(Elf64_Xword)SHF_GNU_RETAIN;
    memcpy(entry, &section, sizeof section);
  }
}

int main(int count, char **arguments) {
  path = count == 3 ? arguments[1] : "usage";
  check(count == 3, "unretain FROM.a TO.a");
  FILE *file = fopen(path, "rb");
  check(file && fseek(file, 0, SEEK_END) == 0, "cannot be read");
  size_t size = (size_t)ftell(file);
  // The extra byte terminates the last name.
  unsigned char *bytes = calloc(size + 1, 1);
  rewind(file);
  check(bytes && fread(bytes, 1, size, file) == size && fclose(file) == 0, "cannot be read");
  check(size >= SARMAG && memcmp(bytes, ARMAG, SARMAG) == 0, "not a static library");
  for (size_t offset = SARMAG; offset + sizeof(struct ar_hdr) <= size;) {
    struct ar_hdr *member = (struct ar_hdr *)(bytes + offset);
    size_t length = strtoul(member->ar_size, NULL, 10);
    offset += sizeof *member;
    check(length <= size - offset, "truncated");
    clear_retain(bytes + offset, length);
    offset += length + length % 2;
  }
  path = arguments[2];
  file = fopen(path, "wb");
  check(file && fwrite(bytes, 1, size, file) == size && fclose(file) == 0, "cannot be written");
}

# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False, cdivision=True
"""Heap dump lines into columns: what the index needs of each line that looks as Ruby writes it.

A block of whole lines goes in, one `Block` comes out; blocks know nothing of each other, so they can be scanned by as
many threads as there are. No loop holds the GIL, none recurses, and no byte outside of the block is read. Only lines
of the form that `ext/objspace/objspace_dump.c` prints are taken: one JSON object of pairs separated by a comma and at
most one blank, no blank elsewhere; each key once that is kept here, with a value of the type that Ruby gives it; of the
other values only strings, integers, `true`, `false`, `null`, and one flat list or object of these. Every other
line is left, by number and place, to a reader that takes its time. Nothing is guessed here.

So a line that is taken says what a JSON reader would say, but for three things. `file` is taken as it stands: Ruby does
not escape it, so that a backslash is a backslash. Text need not be UTF-8: names are kept as bytes. And what is in a
string that is skipped is not looked at; nor is what is in `value`, of which a hash is kept.

Why this is not left to a JSON library: see "Reading a dump" in ARCHITECTURE.md for what was measured.
"""

from libc.stdint cimport INT32_MAX, int32_t, int64_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, realloc
from libc.string cimport memchr, memcmp, memcpy, memset

from heapline.heap.siphash cimport siphash

from os import urandom
from typing import NamedTuple

import numpy as np

cdef enum:
    NONE = -1
    MAX_MEMSIZE_BITS = 48  # more than any machine has: a larger one is damage

cdef enum:  # what became of a line
    IRREGULAR
    TAKEN
    BLANK

cdef enum:  # the keys whose values are kept
    TYPE  # up to METHOD: text without control characters and without escapes
    ROOT
    IMEMO_TYPE
    STRUCT
    NAME
    REAL_NAME
    METHOD
    FILE  # text without control characters, all else as it stands
    VALUE  # text as it stands
    ADDRESS
    CLASS
    LINE
    MEMSIZE
    GENERATION
    ENTRIES  # `size` of a hash, `length` of an array
    SINGLETON
    REFERENCES
    OTHER  # every other key
    NO_KEY  # not written as Ruby writes keys
    TEXTS = VALUE + 1
    NUMBERS = ENTRIES + 1

cdef uint64_t SEED = int.from_bytes(urandom(8), "little")  # no dump can know which of its texts collide
cdef uint64_t KEY[2]  # of the contents of strings; see contents.pyx
KEY[0] = int.from_bytes(urandom(8), "little")
KEY[1] = int.from_bytes(urandom(8), "little")


class Block(NamedTuple):
    """The lines of a block that were taken, column by column, and where the others are.

    Objects: ``address``, ``memsize`` (bytes), ``generation`` (-1: none), ``spot`` and ``kind`` (numbers into ``spots``
    and ``kinds``, -1 for no spot), ``entries`` of a hash or array (-1: none are said), ``content`` of a string (see
    ``content_of``; 0: none is said); object i refers to the addresses ``references[ends[i - 1]:ends[i]]``.
    ``spots`` are (file, line, method), ``kinds`` (type, class address or 0, struct or imemo_type or root), where text is
    raw bytes or None. Roots are kinds of type ROOT. ``names`` has (object, name, real_class_name,
    singleton) of those that have a name. ``irregular`` has (line number from 0, start, end) of each line that was not
    taken and is not blank; ``lines`` counts all lines, ``blank`` the blank ones.
    """

    address: object
    memsize: object
    generation: object
    spot: object
    kind: object
    entries: object
    content: object
    ends: object
    references: object
    spots: list
    kinds: list
    names: list
    irregular: object
    lines: int
    blank: int


cdef struct Text:
    const uint8_t* at
    int64_t size


cdef struct Key:
    uint64_t a
    uint64_t b
    uint64_t c


cdef struct Table:  # numbers for texts or for keys, from 0 in the order of their first appearance
    Text* texts
    Key* keys
    int32_t* buckets  # number + 1, 0 for none
    int32_t count
    int32_t capacity
    uint32_t mask


cdef struct Row:
    uint32_t seen  # a bit for each key that is kept
    bint singleton
    Text text[TEXTS]  # by key; not there if the key is not
    uint64_t number[NUMBERS]  # by key, 0 if it is not there; the first ones are unused


def scan(const uint8_t[::1] block not None):
    """The lines of a block. Every line ends with a line feed, but the last may lack it."""
    cdef int64_t size = block.shape[0], most = 0, at = 0, end, taken = 0, refs = 0, odd = 0, number = 0, blank = 0
    cdef int64_t before, named = 0
    cdef const uint8_t* base = &block[0] if size else NULL
    cdef const uint8_t* found
    cdef Table texts, spots, kinds, names
    cdef Row row
    cdef Key key
    cdef int outcome
    with nogil:
        while at < size:
            found = <const uint8_t*> memchr(base + at, c"\n", size - at)
            at = found - base + 1 if found != NULL else size
            most += 1
    address = np.empty(most, np.uint64)
    memsize = np.empty(most, np.int64)
    generation = np.empty(most, np.int32)
    spot = np.empty(most, np.int32)
    kind = np.empty(most, np.int32)
    entries = np.empty(most, np.int32)
    content = np.empty(most, np.uint64)
    ends = np.empty(most, np.int64)
    # Each reference takes 6 bytes at least, "0x1" and what comes after it, and the bytes of no two overlap: before one
    # is written at index k, 6 k + 5 bytes were read, so that k <= (size - 5) / 6.
    references = np.empty(size // 6 + 1, np.uint64)
    irregular = np.empty((most, 3), np.int64)
    cdef uint64_t[::1] address_ = address, references_ = references, content_ = content
    cdef int64_t[::1] memsize_ = memsize, ends_ = ends
    cdef int32_t[::1] generation_ = generation, spot_ = spot, kind_ = kind, entries_ = entries
    cdef int64_t[:, ::1] irregular_ = irregular
    texts.texts = spots.texts = kinds.texts = names.texts = NULL
    texts.keys = spots.keys = kinds.keys = names.keys = NULL
    texts.buckets = spots.buckets = kinds.buckets = names.buckets = NULL
    try:
        if not (_make(&texts, True) and _make(&spots, False) and _make(&kinds, False) and _make(&names, False)):
            raise MemoryError
        with nogil:
            at = 0
            while at < size:
                found = <const uint8_t*> memchr(base + at, c"\n", size - at)
                end = found - base if found != NULL else size
                before = refs
                outcome = _line(base + at, base + _trimmed(base, at, end), &row, &references_[0], &refs)
                if outcome == TAKEN:
                    address_[taken] = row.number[ADDRESS]
                    memsize_[taken] = row.number[MEMSIZE]
                    generation_[taken] = <int32_t> row.number[GENERATION] if _has(&row, GENERATION) else NONE
                    entries_[taken] = <int32_t> row.number[ENTRIES] if _has(&row, ENTRIES) else NONE
                    content_[taken] = _content(row.text[VALUE]) if _is(row.text[TYPE], "STRING", 6) else 0
                    key.a = _text(&texts, row.text[TYPE])
                    key.b = row.number[CLASS]
                    key.c = _text(&texts, row.text[_detail(row.text[TYPE])])
                    kind_[taken] = _number_of(&kinds, key)
                    spot_[taken] = NONE
                    if _has(&row, FILE):
                        key.a = _text(&texts, row.text[FILE])
                        key.b = row.number[LINE]
                        key.c = _text(&texts, row.text[METHOD])
                        spot_[taken] = _number_of(&spots, key)
                    if _has(&row, NAME) or _has(&row, REAL_NAME):
                        key.a = taken
                        key.b = <uint64_t> <int64_t> _text(&texts, row.text[NAME]) << 1 | row.singleton
                        key.c = _text(&texts, row.text[REAL_NAME])
                        _number_of(&names, key)
                    if texts.count < 0 or kinds.count < 0 or spots.count < 0 or names.count < 0:
                        with gil:
                            raise MemoryError
                    ends_[taken] = refs
                    taken += 1
                else:
                    refs = before
                    if outcome == BLANK:
                        blank += 1
                    else:
                        irregular_[odd, 0] = number
                        irregular_[odd, 1] = at
                        irregular_[odd, 2] = end
                        odd += 1
                number += 1
                at = end + 1
        known = [None] + [bytes(texts.texts[i].at[:texts.texts[i].size]) for i in range(texts.count)]
        return Block(
            address[:taken], memsize[:taken], generation[:taken], spot[:taken], kind[:taken], entries[:taken],
            content[:taken], ends[:taken], references[:refs].copy(),
            [(known[spots.keys[i].a + 1], spots.keys[i].b, known[<int32_t> spots.keys[i].c + 1]) for i in range(spots.count)],
            [(known[kinds.keys[i].a + 1], kinds.keys[i].b, known[<int32_t> kinds.keys[i].c + 1]) for i in range(kinds.count)],
            [
                (
                    names.keys[i].a, known[<int32_t> (<int64_t> names.keys[i].b >> 1) + 1],
                    known[<int32_t> names.keys[i].c + 1], bool(names.keys[i].b & 1),
                )
                for i in range(names.count)
            ],
            irregular[:odd].copy(), number, blank,
        )
    finally:
        _free(&texts)
        _free(&spots)
        _free(&kinds)
        _free(&names)


def content_of(const uint8_t[::1] value not None):
    """A number that is the same for equal values, as Ruby prints them between quotes. No other process knows it."""
    cdef Text text
    text.at = <const uint8_t*> "" if value.shape[0] == 0 else &value[0]
    text.size = value.shape[0]
    return _content(text)


def pairs(const int32_t[::1] first not None, const int32_t[::1] second not None):
    """Number the distinct pairs (first[i], second[i]): (the number of each i's pair, the first i of each pair)."""
    cdef int64_t n = first.shape[0], i
    cdef Table table
    cdef Key key
    cdef int32_t before
    if second.shape[0] != n:
        raise ValueError(f"{n} and {second.shape[0]} entries make no pairs")
    numbers = np.empty(n, np.int32)
    cdef int32_t[::1] numbers_ = numbers
    cdef int32_t[:, ::1] found_
    table.texts = NULL
    table.keys = NULL
    table.buckets = NULL
    try:
        if not _make(&table, False):
            raise MemoryError
        with nogil:
            key.c = 0
            for i in range(n):
                key.a = <uint64_t> <int64_t> first[i]
                key.b = <uint64_t> <int64_t> second[i]
                numbers_[i] = _number_of(&table, key)
                if table.count < 0:
                    with gil:
                        raise MemoryError
        found = np.empty((table.count, 2), np.int32)
        found_ = found
        for i in range(table.count):
            found_[i, 0] = <int32_t> table.keys[i].a
            found_[i, 1] = <int32_t> table.keys[i].b
        return numbers, found
    finally:
        _free(&table)


cdef int64_t _trimmed(const uint8_t* base, int64_t at, int64_t end) noexcept nogil:
    """The end of a line without the blanks before it."""
    while end > at and (base[end - 1] == c" " or base[end - 1] == c"\r" or base[end - 1] == c"\t"):
        end -= 1
    return end


cdef int _line(const uint8_t* p, const uint8_t* end, Row* row, uint64_t* references, int64_t* refs) noexcept nogil:
    """TAKEN if the line was read into row, IRREGULAR or BLANK if it was not."""
    cdef Text text
    cdef int key
    while p < end and (p[0] == c" " or p[0] == c"\t"):
        p += 1
    if p == end:
        return BLANK
    if p[0] != c"{":
        return IRREGULAR
    memset(row, 0, sizeof(Row))
    p += 1
    while True:
        p = _key(p, end, &text)
        if p == NULL:
            return IRREGULAR
        key = _kept(text)
        if key == NO_KEY or _has(row, key):
            return IRREGULAR
        if key == OTHER:
            p = _value(p, end)
        else:
            row.seen |= <uint32_t> 1 << key
            if key == REFERENCES:
                p = _addresses(p, end, references, refs)
            elif key == SINGLETON:
                row.singleton = p < end and p[0] == c"t"
                p = _literal(p, end)
            elif LINE <= key <= ENTRIES:
                p = _number(p, end, &row.number[key])
            else:
                p = _string(p, end, &text)
                if p != NULL and not _keep(row, key, text):
                    return IRREGULAR
        if p == NULL or p >= end:
            return IRREGULAR
        if p[0] == c"}":
            break
        p = _after_comma(p, end)
        if p == NULL:
            return IRREGULAR
    if p + 1 != end or row.number[MEMSIZE] >> MAX_MEMSIZE_BITS or row.number[GENERATION] > INT32_MAX \
            or row.number[ENTRIES] > INT32_MAX:
        return IRREGULAR
    return TAKEN if _has(row, TYPE) and _has(row, ROOT if _is(row.text[TYPE], "ROOT", 4) else ADDRESS) else IRREGULAR


cdef inline bint _has(const Row* row, int key) noexcept nogil:
    return row.seen >> key & 1


cdef inline bint _is(Text text, const char* wanted, int64_t size) noexcept nogil:
    return text.size == size and memcmp(text.at, wanted, size) == 0


cdef int _kept(Text key) noexcept nogil:
    """Which key it is."""
    if key.size == 4:
        if _is(key, "type", 4):
            return TYPE
        if _is(key, "file", 4):
            return FILE
        if _is(key, "line", 4):
            return LINE
        if _is(key, "name", 4):
            return NAME
        if _is(key, "root", 4):
            return ROOT
        if _is(key, "size", 4):
            return ENTRIES
    elif key.size == 5:
        if _is(key, "class", 5):
            return CLASS
        if _is(key, "value", 5):
            return VALUE
    elif key.size == 6:
        if _is(key, "method", 6):
            return METHOD
        if _is(key, "struct", 6):
            return STRUCT
        if _is(key, "length", 6):
            return ENTRIES
    elif key.size == 7:
        if _is(key, "address", 7):
            return ADDRESS
        if _is(key, "memsize", 7):
            return MEMSIZE
    elif key.size == 9:
        if _is(key, "singleton", 9):
            return SINGLETON
    elif key.size == 10:
        if _is(key, "references", 10):
            return REFERENCES
        if _is(key, "generation", 10):
            return GENERATION
        if _is(key, "imemo_type", 10):
            return IMEMO_TYPE
    elif key.size == 15:
        if _is(key, "real_class_name", 15):
            return REAL_NAME
    return OTHER if _plain(key) else NO_KEY


cdef inline int _detail(Text type) noexcept nogil:
    """Under which key an object of this type says what it is in particular."""
    return ROOT if _is(type, "ROOT", 4) else IMEMO_TYPE if _is(type, "IMEMO", 5) else STRUCT


cdef inline uint64_t _content(Text value) noexcept nogil:
    """The keyed hash of a value, 0 if there is none, and only then."""
    cdef uint64_t hashed
    if value.at == NULL:
        return 0
    hashed = siphash(value.at, value.size, KEY)
    return hashed if hashed else 1


cdef bint _keep(Row* row, int key, Text text) noexcept nogil:
    """Put a string in its place; false if it is not what it should be."""
    if key == ADDRESS or key == CLASS:
        return _hexadecimal(text, &row.number[key])
    row.text[key] = text
    if key == VALUE:
        return True
    return _no_control(text) and (key == FILE or memchr(text.at, c"\\", text.size) == NULL)


cdef inline const uint8_t* _after_comma(const uint8_t* p, const uint8_t* end) noexcept nogil:
    """What follows the comma at p and the blank after it, if there is one; NULL if p is no comma."""
    if p[0] != c",":
        return NULL
    return p + 2 if p + 1 < end and p[1] == c" " else p + 1


cdef inline const uint8_t* _key(const uint8_t* p, const uint8_t* end, Text* text) noexcept nogil:
    """What follows the key at p and its colon, NULL if there is none; the key into text."""
    p = _string(p, end, text)
    return p + 1 if p != NULL and p < end and p[0] == c":" else NULL


cdef const uint8_t* _string(const uint8_t* p, const uint8_t* end, Text* text) noexcept nogil:
    """What follows the string that begins at p, NULL if none does; the string without its quotes into text."""
    cdef const uint8_t* quote
    cdef const uint8_t* back
    if p >= end or p[0] != c'"':
        return NULL
    p += 1
    text.at = p
    while True:
        quote = <const uint8_t*> memchr(p, c'"', end - p)
        if quote == NULL:
            return NULL
        back = quote
        while back > text.at and (back - 1)[0] == c"\\":
            back -= 1
        p = quote + 1
        if (quote - back) % 2 == 0:
            text.size = quote - text.at
            return p


cdef const uint8_t* _addresses(const uint8_t* p, const uint8_t* end, uint64_t* references, int64_t* refs) noexcept nogil:
    """What follows the list of addresses that begins at p, NULL if none does."""
    cdef Text text
    if p >= end or p[0] != c"[":
        return NULL
    p += 1
    if p < end and p[0] == c"]":
        return p + 1
    while True:
        p = _string(p, end, &text)
        if p == NULL or p >= end or not _hexadecimal(text, &references[refs[0]]):
            return NULL
        refs[0] += 1
        if p[0] == c"]":
            return p + 1
        p = _after_comma(p, end)
        if p == NULL:
            return NULL


cdef const uint8_t* _value(const uint8_t* p, const uint8_t* end) noexcept nogil:
    """What follows the value that begins at p, which is skipped; NULL if there is none of those that Ruby writes."""
    cdef Text text
    cdef uint8_t closing
    if p >= end or (p[0] != c"{" and p[0] != c"["):
        return _scalar(p, end)
    closing = p[0] + 2  # in ASCII, one character lies between `[` and `]`, and between `{` and `}`
    p += 1
    if p < end and p[0] == closing:
        return p + 1
    while True:
        if closing == c"}":
            p = _key(p, end, &text)
            if p == NULL:
                return NULL
        p = _scalar(p, end)
        if p == NULL or p >= end:
            return NULL
        if p[0] == closing:
            return p + 1
        p = _after_comma(p, end)
        if p == NULL:
            return NULL


cdef const uint8_t* _scalar(const uint8_t* p, const uint8_t* end) noexcept nogil:
    """What follows the string, number or literal that begins at p, which is skipped; NULL if none does."""
    cdef Text text
    cdef uint64_t number
    if p < end and p[0] == c'"':
        return _string(p, end, &text)
    if p < end and c"0" <= p[0] <= c"9":
        return _number(p, end, &number)
    if p < end and p[0] == c"-":  # the descriptor of a closed file
        return _number(p + 1, end, &number)
    return _literal(p, end)


cdef const uint8_t* _number(const uint8_t* p, const uint8_t* end, uint64_t* number) noexcept nogil:
    """What follows the unsigned integer that begins at p, NULL if it is something else or has more than 64 bits."""
    cdef uint64_t value = 0, digit
    cdef const uint8_t* start = p
    while p < end and c"0" <= p[0] <= c"9":
        digit = p[0] - c"0"
        if value > (<uint64_t> -1 - digit) // 10:
            return NULL
        value = value * 10 + digit
        p += 1
    if p == start or (start[0] == c"0" and p - start > 1):
        return NULL
    number[0] = value
    return p


cdef const uint8_t* _literal(const uint8_t* p, const uint8_t* end) noexcept nogil:
    """What follows `true`, `false` or `null` at p, NULL if it is something else."""
    if end - p >= 4 and (memcmp(p, "true", 4) == 0 or memcmp(p, "null", 4) == 0):
        return p + 4
    if end - p >= 5 and memcmp(p, "false", 5) == 0:
        return p + 5
    return NULL


cdef bint _hexadecimal(Text text, uint64_t* number) noexcept nogil:
    """Read `0x` and up to 16 hexadecimal digits."""
    cdef uint64_t value = 0
    cdef int64_t i
    cdef uint8_t c
    if not 3 <= text.size <= 18 or text.at[0] != c"0" or text.at[1] != c"x":
        return False
    for i in range(2, text.size):
        c = text.at[i]
        if c"0" <= c <= c"9":
            value = value << 4 | (c - c"0")
        elif c"a" <= c <= c"f":
            value = value << 4 | (c - c"a" + 10)
        elif c"A" <= c <= c"F":
            value = value << 4 | (c - c"A" + 10)
        else:
            return False
    number[0] = value
    return True


cdef bint _plain(Text text) noexcept nogil:
    """Whether the text is printable ASCII without escapes."""
    cdef int64_t i
    for i in range(text.size):
        if not 32 <= text.at[i] < 127 or text.at[i] == c"\\":
            return False
    return True


cdef bint _no_control(Text text) noexcept nogil:
    cdef int64_t i
    for i in range(text.size):
        if text.at[i] < 32:
            return False
    return True


cdef bint _make(Table* table, bint of_texts) noexcept nogil:
    table.count = 0
    table.capacity = 1024
    table.mask = 4095
    if of_texts:
        table.texts = <Text*> calloc(table.capacity, sizeof(Text))
    else:
        table.keys = <Key*> calloc(table.capacity, sizeof(Key))
    table.buckets = <int32_t*> calloc(table.mask + 1, sizeof(int32_t))
    return (table.texts != NULL or table.keys != NULL) and table.buckets != NULL


cdef void _free(Table* table) noexcept nogil:
    free(table.texts)
    free(table.keys)
    free(table.buckets)


cdef int32_t _text(Table* table, Text text) noexcept nogil:
    """The number of a text, -1 for none; the count becomes -1 when memory runs out."""
    cdef uint32_t slot
    cdef int32_t known
    if text.at == NULL or table.count < 0:
        return NONE
    slot = _hash_text(text) & table.mask
    while table.buckets[slot]:
        known = table.buckets[slot] - 1
        if table.texts[known].size == text.size and memcmp(table.texts[known].at, text.at, text.size) == 0:
            return known
        slot = (slot + 1) & table.mask
    if table.count == table.capacity and not _grow(table):
        table.count = NONE
        return NONE
    table.texts[table.count] = text
    return _place(table, table.count)


cdef int32_t _number_of(Table* table, Key key) noexcept nogil:
    """The number of a key; the count becomes -1 when memory runs out."""
    cdef uint32_t slot
    cdef int32_t known
    if table.count < 0:
        return NONE
    slot = _hash_key(key) & table.mask
    while table.buckets[slot]:
        known = table.buckets[slot] - 1
        if table.keys[known].a == key.a and table.keys[known].b == key.b and table.keys[known].c == key.c:
            return known
        slot = (slot + 1) & table.mask
    if table.count == table.capacity and not _grow(table):
        table.count = NONE
        return NONE
    table.keys[table.count] = key
    return _place(table, table.count)


cdef inline uint64_t _mixed(uint64_t hashed, uint64_t word) noexcept nogil:
    """The hash with one more word in it: an odd factor spreads each bit upwards, the shift brings it back down."""
    hashed = (hashed ^ word) * 0x9E3779B97F4A7C15u
    return hashed ^ hashed >> 32


cdef uint32_t _hash_text(Text text) noexcept nogil:
    cdef uint64_t h = _mixed(SEED, text.size), word
    while text.size >= 8:
        memcpy(&word, text.at, 8)
        h = _mixed(h, word)
        text.at += 8
        text.size -= 8
    word = 0
    memcpy(&word, text.at, text.size)
    return <uint32_t> _mixed(h, word)


cdef uint32_t _hash_key(Key key) noexcept nogil:
    return <uint32_t> _mixed(_mixed(_mixed(SEED, key.a), key.b), key.c)


cdef int32_t _place(Table* table, int32_t known) noexcept nogil:
    """Enter the text or key number `known` in the buckets."""
    cdef uint32_t slot = (_hash_text(table.texts[known]) if table.texts != NULL else _hash_key(table.keys[known]))
    slot &= table.mask
    while table.buckets[slot]:
        slot = (slot + 1) & table.mask
    table.buckets[slot] = known + 1
    if known == table.count:
        table.count += 1
    return known


cdef bint _grow(Table* table) noexcept nogil:
    """Twice the room, and four buckets for each entry."""
    cdef int32_t i
    cdef Text* texts
    cdef Key* keys
    cdef int32_t* buckets
    if table.capacity > INT32_MAX // 16:
        return False
    if table.texts != NULL:
        texts = <Text*> realloc(table.texts, 2 * table.capacity * sizeof(Text))
        if texts == NULL:
            return False
        table.texts = texts
    else:
        keys = <Key*> realloc(table.keys, 2 * table.capacity * sizeof(Key))
        if keys == NULL:
            return False
        table.keys = keys
    buckets = <int32_t*> calloc(8 * table.capacity, sizeof(int32_t))
    if buckets == NULL:
        return False
    free(table.buckets)
    table.buckets = buckets
    table.capacity *= 2
    table.mask = 4 * table.capacity - 1
    for i in range(table.count):
        _place(table, i)
    return True

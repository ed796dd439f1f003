# cython: language_level=3
"""SipHash-1-3, a hash with a key: who does not know the key can neither guess a text from it nor make texts collide.

After Aumasson and Bernstein, "SipHash: a fast short-input PRF" (https://www.aumasson.jp/siphash/siphash.pdf), with one
round for each word and three at the end, as Python and Rust use it for their tables. Words are read as this machine
has them, so the numbers are those of the paper where it is little-endian.
"""

from libc.stdint cimport int64_t, uint8_t, uint64_t
from libc.string cimport memcpy


cdef inline uint64_t _rotated(uint64_t word, int bits) noexcept nogil:
    return word << bits | word >> (64 - bits)


cdef inline void _round(uint64_t* v) noexcept nogil:
    v[0] += v[1]
    v[2] += v[3]
    v[1] = _rotated(v[1], 13) ^ v[0]
    v[3] = _rotated(v[3], 16) ^ v[2]
    v[0] = _rotated(v[0], 32)
    v[2] += v[1]
    v[0] += v[3]
    v[1] = _rotated(v[1], 17) ^ v[2]
    v[3] = _rotated(v[3], 21) ^ v[0]
    v[2] = _rotated(v[2], 32)


cdef inline uint64_t siphash(const uint8_t* at, int64_t size, const uint64_t* key) noexcept nogil:
    """The hash of `size` bytes under a key of two words."""
    cdef uint64_t v[4]
    cdef uint64_t word, last = <uint64_t> size << 56
    v[0] = key[0] ^ 0x736F6D6570736575u
    v[1] = key[1] ^ 0x646F72616E646F6Du
    v[2] = key[0] ^ 0x6C7967656E657261u
    v[3] = key[1] ^ 0x7465646279746573u
    while size >= 8:
        memcpy(&word, at, 8)
        v[3] ^= word
        _round(v)
        v[0] ^= word
        at += 8
        size -= 8
    word = 0
    memcpy(&word, at, size)
    last |= word
    v[3] ^= last
    _round(v)
    v[0] ^= last
    v[2] ^= 0xFF
    _round(v)
    _round(v)
    _round(v)
    return v[0] ^ v[1] ^ v[2] ^ v[3]

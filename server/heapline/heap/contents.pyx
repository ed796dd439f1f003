# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False, cdivision=True
"""Which strings are equal, without keeping what they say: their values are hashed with a key that nobody ever sees.

The key is made when the process starts, and kept nowhere. What goes into the index is neither value nor hash, but a
number for each content, in the order in which they come.
"""

from libc.stdint cimport int32_t, int64_t, uint8_t, uint64_t

from heapline.heap.siphash cimport siphash

import numpy as np


def hashed(const uint8_t[::1] text not None, uint64_t first, uint64_t second):
    """The SipHash-1-3 of some bytes, under the key of these two words."""
    cdef uint64_t key[2]
    key[0] = first
    key[1] = second
    return siphash(&text[0] if text.shape[0] else NULL, text.shape[0], key)


def numbered(const uint64_t[::1] hashes not None):
    """Number the distinct hashes from 0, in the order of their first appearance; the hash 0 stands for none: -1."""
    cdef int64_t n = hashes.shape[0], i, there = 0
    cdef uint64_t mask = 15, slot
    cdef int32_t count = 0, known
    numbers = np.empty(n, np.int32)
    cdef int32_t[::1] numbers_ = numbers
    with nogil:
        for i in range(n):
            there += hashes[i] != 0
        while mask < <uint64_t> (2 * there):
            mask = 2 * mask + 1
    first = np.full(mask + 1, -1, np.int32)  # per slot: where the hash that has it appeared first
    cdef int32_t[::1] first_ = first
    with nogil:
        for i in range(n):
            if hashes[i] == 0:
                numbers_[i] = -1
                continue
            slot = hashes[i] & mask
            while True:
                known = first_[slot]
                if known < 0:
                    first_[slot] = <int32_t> i
                    numbers_[i] = count
                    count += 1
                    break
                if hashes[known] == hashes[i]:
                    numbers_[i] = numbers_[known]
                    break
                slot = (slot + 1) & mask
    return numbers

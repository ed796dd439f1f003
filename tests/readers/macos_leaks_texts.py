"""Texts in the shape of macOS' leaks, of an extension that forgets: made after published reports, not by a run here."""

VERSION_4 = b"""\
ruby(4711) MallocStackLogging: recording malloc and VM allocation stacks using lite mode
Process 4711 is not debuggable. Due to security restrictions, leaks can only show contents of readonly memory.

Process:         ruby [4711]
Path:            /opt/rubies/3.4.1/bin/ruby
OS Version:      macOS 15.1 (24B83)
Report Version:  7

leaks Report Version: 4.0, multi-line stacks
Process 4711: 24011 nodes malloced for 9120 KB
Process 4711: 6 leaks for 1424 total leaked bytes.

STACK OF 2 INSTANCES OF 'ROOT LEAK: <malloc in copy_of>':
6   dyld                                  0x1877a8274 start + 2840
5   ruby                                  0x102e43e2c main + 88  main.c:58
4   libruby.3.4.dylib                     0x1047d7710 vm_exec_core + 168  vm.inc:1234
3   leaky.bundle                          0x1043366a8 greet + 120  leaky.c:22
2   leaky.bundle                          0x104337bfc copy_of + 48  leaky.c:15
1   libruby.3.4.dylib                     0x1047f2478 ruby_xmalloc_body + 176  gc.c:5180
0   libsystem_malloc.dylib                0x1879627cc _malloc_zone_malloc_instrumented_or_legacy + 148 \n\
====
    2 (64 bytes) << TOTAL >>
      1 (32 bytes) ROOT LEAK: <malloc in copy_of 0x137f04200> [32]  length: 18  "hello, number   12"
      1 (32 bytes) ROOT LEAK: <malloc in copy_of 0x137f04220> [32]

STACK OF 1 INSTANCE OF 'ROOT LEAK: <malloc in chain>':
2   ruby                                  0x102e43e2c main + 88  main.c:58
1   leaky.bundle                          0x1043366a8 chain + 64  leaky.c:31
0   libsystem_malloc.dylib                0x1879627cc _malloc_zone_malloc_instrumented_or_legacy + 148
====
    3 (1.09K) ROOT LEAK: <malloc in chain 0x126604780> [64]
       2 (1.03K) 0x1266047c0 [32]
          1 (1.00K) 0x126604800 [1024]

STACK OF 1 INSTANCE OF 'ROOT LEAK: <calloc in ruby_xcalloc_body>':
3   ruby                                  0x102e43e2c main + 88  main.c:58
2   libruby.3.4.dylib                     0x104977278 Init_BareVM + 524  vm.c:4193
1   libruby.3.4.dylib                     0x1047f2478 ruby_xcalloc_body + 176  gc.c:12878
0   libsystem_malloc.dylib                0x181a67b78 _malloc_zone_calloc_instrumented_or_legacy + 100
====
    1 (240 bytes) ROOT LEAK: <calloc in ruby_xcalloc_body 0x126604990> [240]
"""

WITHOUT_STACKS = b"""\
leaks Report Version: 4.0
Process 34308: 577 nodes malloced for 213 KB
Process 34308: 2 leaks for 96 total leaked bytes.

    2 (96 bytes) << TOTAL >>
      2 (96 bytes) ROOT LEAK: 0x10f3b5000 [64]
         1 (32 bytes) 0x10f3c1000 [32]
"""

VERSION_3 = b"""\
leaks Report Version: 3.0
Process 15295: 30252 nodes malloced for 5385 KB
Process 15295: 2 leaks for 96 total leaked bytes.

Leak: 0x600000d506c0  size=64  zone: DefaultMallocZone_0x11da72000
\tCall stack: [thread 0x10a974380]: | 0x10a5f678d (libdyld.dylib) start | 0x106eba614 (ruby) main main.c:58 | \
0x106eba700 (leaky.bundle) greet leaky.c:22 | 0x10a5f1111 (libsystem_malloc.dylib) malloc
Leak: 0x600000d50700  size=32  zone: DefaultMallocZone_0x11da72000   string 'a secret'
\tCall stack: [thread 0x10a974380]: | 0x10a5f678d (libdyld.dylib) start | 0x106eba614 (ruby) main main.c:58 | \
0x10a5f1111 (libsystem_malloc.dylib) malloc
"""

NOTHING = b"""\
leaks Report Version: 4.0
Process 7: 702 nodes malloced for 593 KB
Process 7: 0 leaks for 0 total leaked bytes.
"""

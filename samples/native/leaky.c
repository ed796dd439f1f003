/* A C extension with planted leaks: each says on its line what it forgets. */
#include <ruby.h>
#include <stdlib.h>
#include <string.h>

struct node {
    struct node *next;
    char text[56];
};

static char *inside; /* into the middle of a block: it is "possibly lost" */

static char *copy_of(VALUE text) {
    size_t size = RSTRING_LEN(text) + 1;
    char *copy = malloc(size); /* never freed */
    memcpy(copy, StringValueCStr(text), size);
    return copy;
}

/* Leaky.greet(text): forgets the copy that it greets with. */
static VALUE greet(VALUE self, VALUE text) {
    char *copy = copy_of(text);
    VALUE greeting = rb_sprintf("hello %s", copy);
    copy = NULL;
    return greeting;
}

/* Leaky.chain(count): a list whose head is forgotten; the rest hangs on it and is lost indirectly. */
static VALUE chain(VALUE self, VALUE count) {
    struct node *head = NULL;
    for (int i = 0; i < NUM2INT(count); i++) {
        struct node *node = calloc(1, sizeof *node); /* lost with the head */
        node->next = head;
        head = node;
    }
    return Qnil;
}

/* Leaky.middle(size): keeps a pointer, but not to the beginning. */
static VALUE middle(VALUE self, VALUE size) {
    inside = (char *)ALLOC_N(char, NUM2SIZET(size)) + 16; /* possibly lost */
    return Qnil;
}

/* Leaky.careful(size): allocates and frees. Innocent. */
static VALUE careful(VALUE self, VALUE size) {
    char *block = malloc(NUM2SIZET(size));
    memset(block, 0, NUM2SIZET(size));
    free(block);
    return Qnil;
}

void Init_leaky(void) {
    VALUE leaky = rb_define_module("Leaky");
    rb_define_singleton_method(leaky, "greet", greet, 1);
    rb_define_singleton_method(leaky, "chain", chain, 1);
    rb_define_singleton_method(leaky, "middle", middle, 1);
    rb_define_singleton_method(leaky, "careful", careful, 1);
}

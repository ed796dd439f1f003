# frozen_string_literal: true

require "mkmf"

append_cflags(["-g", "-O0", "-fno-omit-frame-pointer"])
create_makefile("leaky")

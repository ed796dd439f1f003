"""Structures that a real Ruby planted, and weighed itself with ObjectSpace.memsize_of, against what its dump says."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING, TypeAlias

import pytest
from side_by_side import Both, both

from heap_dumps import site_id
from heapline.heap.holders import of_site, paths_to

if TYPE_CHECKING:
    from collections.abc import Iterator

    Planted: TypeAlias = "dict[str, list[int]]"

PLANTED = """\
# frozen_string_literal: true
class Node
  attr_accessor :rest, :payload
end
class Keeper
  KEPT = ["k" * 50_000, "l" * 60_000]
end
ONE = ["o" * 100_000]
CIRCLE = []
CIRCLE << CIRCLE << "c" * 30_000
SHARED = "s" * 40_000
PAIR = [
  [SHARED, "p" * 20_000],
  [SHARED, "q" * 20_000]
]
LIST = (1..1000).reduce(nil) do |rest, n|
  Node.new.tap do |node|
    node.rest = rest
    node.payload = "n" * 1_000
  end
end
OWN = Class.new { def self.fill = @ivar = "w" * 80_000 }.tap(&:fill).new
"""
TAKE = """\
require "objspace"
require "json"
ObjectSpace.trace_object_allocations_start
require ARGV[0]
def weighed(held_by, *objects)
  [JSON.parse(ObjectSpace.dump(held_by))["address"].hex, objects.sum { |object| ObjectSpace.memsize_of(object) }]
end
def list
  nodes = [LIST]
  nodes << nodes.last.rest while nodes.last.rest
  nodes + nodes.map(&:payload)
end
def all
  {
    one: weighed(ONE, ONE, *ONE),
    circle: weighed(CIRCLE, CIRCLE, CIRCLE[1]),
    shared: weighed(SHARED, SHARED),
    pair: weighed(PAIR, PAIR, *PAIR, PAIR[0][1], PAIR[1][1]),
    half: weighed(PAIR[0], PAIR[0], PAIR[0][1]),
    kept: weighed(Keeper::KEPT, Keeper::KEPT, *Keeper::KEPT),
    list: weighed(list.first, *list),
    own: weighed(OWN, OWN, OWN.class, OWN.class.instance_variable_get(:@ivar))
  }
end
puts JSON.generate(all)
GC.start
File.open(ARGV[1], "w") { |out| ObjectSpace.dump_all(output: out) }
"""


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Both, Planted]]:
    """A dump of PLANTED, and what Ruby says of each structure: its address, and the bytes that only it holds."""
    ruby = shutil.which("ruby")
    if ruby is None:
        pytest.skip("there is no ruby here: the structures that a real one plants are not looked at")
    folder = tmp_path_factory.mktemp("planted")
    program, dump = folder / "planted.rb", folder / "heap.json"
    program.write_text(PLANTED)
    done = subprocess.run([ruby, "-e", TAKE, program, dump], capture_output=True, encoding="utf-8", check=True)
    with both(dump) as found:
        yield found, json.loads(done.stdout)


@pytest.mark.parametrize("name", ["one", "circle", "shared", "pair", "half", "kept", "list"])
def test_a_structure_retains_what_ruby_says_it_weighs(planted: tuple[Both, Planted], name: str) -> None:
    # GIVEN an object that a constant holds, alone or with others, and all that only it refers to
    found, structures = planted
    address, weight = structures[name]
    # WHEN it is asked for what it retains
    retained = found.column("retained")[found.heap.node[hex(address)]]
    # THEN that is to the byte what ObjectSpace.memsize_of says of all of it
    assert retained == weight


def test_an_object_retains_its_class_if_only_it_leads_there(planted: tuple[Both, Planted]) -> None:
    # GIVEN an object of a class without a name, that has a method, and a string in an instance variable
    found, structures = planted
    address, weight = structures["own"]
    # WHEN it is asked for what it retains
    retained = found.column("retained")[found.heap.node[hex(address)]]
    # THEN that is the class and the string as well, and what Ruby makes for a class besides
    assert weight < retained < weight + 10_000


def test_a_list_is_one_step_under_the_class_whose_constant_it_is(planted: tuple[Both, Planted]) -> None:
    # GIVEN a list of a thousand nodes in a constant
    found, _ = planted
    line = PLANTED.splitlines().index("  Node.new.tap do |node|") + 1
    nodes = of_site(found.graph, site_id(found.index, "planted.rb", line))
    # WHEN the paths to what the line allocated are merged
    [(above, step)] = [pair for pair in paths_to(found.graph, nodes).walk() if pair[1].label.name == "Node"]
    # THEN one step has all the nodes, and it is held by the class that has the constant
    assert (step.objects, step.ends) == (1000, 1000)
    assert above is not None
    assert above.label.name == "class Object"

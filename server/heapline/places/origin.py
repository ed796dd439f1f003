"""Whose code a recorded path is: the program's own, a gem's, Ruby's, a test's, or no file at all."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

OriginKind = Literal["own", "gem", "ruby", "test", "none"]

_NO_FILE = ("", "(", "<")
_GEM = re.compile(r"([A-Za-z0-9_][\w.-]*?)-(\d+(?:\.\w+)*(?:-[A-Za-z][\w.-]*)?)")
_CHECKOUT = re.compile(r"([A-Za-z0-9_][\w.-]*?)-([0-9a-f]{7,40})")
_RUBY_FOLDER = re.compile(r"(?:^|/)(?:lib|lib64|lib/[^/]{1,64})/ruby/(vendor_ruby|site_ruby|\d+\.\d+\.\d+(?:\+\d+)?)/")
_SPECIFICATION = re.compile(r"(?<=/)specifications/(?:default/)?([^/]{1,255})\.gemspec\Z")
_CODE_FOLDERS = ("lib/", "app/", "bin/", "exe/", "ext/")
_BUNDLERS_CHECKOUT = re.compile(r"([A-Za-z0-9_][\w.-]*?)-([0-9a-f]{12})")
_CODE_OF_CHECKOUT = re.compile(r"(?:[^/]+/)?(?:lib|app|bin|exe|ext)/")  # a repository may have several gems, by name
_TEST_FOLDER = re.compile(r"/(?:tests?|specs?|features)/")
_TEST_FILES = ("_test.rb", "_spec.rb")
_TEST_HELPERS = frozenset({"test_helper.rb", "spec_helper.rb", "rails_helper.rb"})
_LONGEST_NAME = 255
"""Bytes in a name on every usual file system; what is longer is no gem, and no work for an expression."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose code it is.

    `name` is a gem's; `version` a gem's (with its platform, or the revision of a checkout) or Ruby's folder
    (`3.3.0`, `vendor_ruby`); `rest` is the path inside of it, or `specifications/...` beside the gems for a gem's own
    description. All are empty for other kinds, and where a path of Ruby's does not tell.
    """

    kind: OriginKind
    name: str = ""
    version: str = ""
    rest: str = ""


OWN = Origin("own")
TEST = Origin("test")
NO_FILE = Origin("none")


def origin_of(path: str) -> Origin:
    """The origin that a recorded path tells by itself; `own` where nothing speaks against it.

    `/srv/shop-1.2/lib/x.rb` is own code: a name and a version make a gem only below `gems/`, or where a relative path
    begins with them, as memory_profiler's `normalize_paths` leaves it. `gem:` and `rubylib:` are Vernier's.
    """
    if path[:1] in _NO_FILE or path == "-e":
        return Origin("ruby") if path.startswith("<internal:") else NO_FILE
    if "\\" in path:
        path = path.replace("\\", "/")
    folder, _, name = path.rpartition("/")
    library = None if folder and _is_own(folder) and not name.endswith(".gemspec") else _gem(path) or _ruby(path)
    return library or (TEST if _is_test_file(name) else OWN)


def origin_inside(below: str) -> Origin:
    """The origin of a workspace's file, from its path below the folder: here a folder of tests tells, too."""
    origin = origin_of(below)
    return TEST if origin is OWN and _has_tests(below.rpartition("/")[0]) else origin


@lru_cache(maxsize=1024)
def _is_own(folder: str) -> bool:
    """Whether files of a folder are of no gem and not Ruby's. Kept: a program has far fewer folders than files."""
    return _gem(f"{folder}/x.rb") is None and _ruby(f"{folder}/x.rb") is None


@lru_cache(maxsize=1024)
def _has_tests(folder: str) -> bool:
    return _TEST_FOLDER.search(f"/{folder}/") is not None


def _gem(path: str) -> Origin | None:
    at = len(path)
    while (at := path.rfind("/gems/", 0, at)) >= 0:  # the innermost: a gem may be installed below another
        checkout = path.endswith("/bundler", 0, at)
        found = _named(path[at + len("/gems/") :], _CHECKOUT if checkout else _GEM)
        if found:
            return found
    spec = _SPECIFICATION.search(path) if path.endswith(".gemspec") else None
    if spec:
        return _named(f"{spec[1]}/{spec[0]}", _GEM)
    if path.startswith("gem:"):
        full_name, _, rest = path[len("gem:") :].partition(":")
        return _named(f"{full_name}/{rest}", _GEM)
    found = _named(path, _GEM)
    if found and found.rest.startswith(_CODE_FOLDERS):
        return found
    found = _named(path, _BUNDLERS_CHECKOUT)
    return found if found and _CODE_OF_CHECKOUT.match(found.rest) else None


def _named(path: str, form: re.Pattern[str]) -> Origin | None:
    folder, _, rest = path.partition("/")
    name = form.fullmatch(folder) if rest and "-" in folder and len(folder) <= _LONGEST_NAME else None
    return Origin("gem", name[1], name[2], rest) if name else None


def _ruby(path: str) -> Origin | None:
    if path.startswith("rubylib:"):
        version, _, rest = path[len("rubylib:") :].partition(":")
        return Origin("ruby", version=version, rest=rest)
    if path.startswith("ruby/lib/"):
        return Origin("ruby", rest=path[len("ruby/lib/") :])
    found = _RUBY_FOLDER.search(path) if "/ruby/" in path else None
    return Origin("ruby", version=found[1], rest=path[found.end() :]) if found else None


def _is_test_file(name: str) -> bool:
    return name.endswith(_TEST_FILES) or name in _TEST_HELPERS or (name.startswith("test_") and name.endswith(".rb"))

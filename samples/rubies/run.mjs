// Runs take.rb in a Ruby that was built as WebAssembly.
//
// Its file system is in memory: node:wasi crashed when Ruby's memory grew during a dump (Node 20), and this way
// it can hold any name, on any machine.
//
// usage: node run.mjs VERSION KIND OUTPUT
//   VERSION  3.2, 3.3, 3.4 or 4.0: one of the @ruby packages in package.json
//   KIND     which dump take.rb shall take
//   OUTPUT   the directory to write KIND.json and seen.bin to
import fs from "node:fs";
import path from "node:path";
import { ConsoleStdout, Directory, File, OpenFile, PreopenDirectory, WASI } from "@bjorn3/browser_wasi_shim";
import { RubyVM } from "@ruby/wasm-wasi";

const [version, kind, output] = process.argv.slice(2);
const directory = (entries) => new Directory(new Map(Object.entries(entries)));

// The Ruby files of a directory of this repository.
function rubyFiles(name) {
  const source = new URL(`../${name}/`, import.meta.url);
  const names = fs.readdirSync(source).filter((file) => file.endsWith(".rb"));
  return Object.fromEntries(names.map((file) => [file, new File(fs.readFileSync(new URL(file, source)))]));
}

const samples = directory({
  capture: directory(rubyFiles("capture")),
  rubies: directory({ ...rubyFiles("rubies"), lib: directory(rubyFiles("rubies/lib")) }),
});
const out = directory({});
const root = directory({ srv: directory({ heapline: samples }), out });
const print = () => ConsoleStdout.lineBuffered((line) => console.error(line));
const wasi = new WASI(
  [],
  ["LANG=C.UTF-8"],
  [new OpenFile(new File([])), print(), print(), new PreopenDirectory("/", root.contents)],
  { debug: false },
);

const binary = new URL(`node_modules/@ruby/${version}-wasm-wasi/dist/ruby+stdlib.wasm`, import.meta.url);
const module = await WebAssembly.compile(fs.readFileSync(binary));
const { vm } = await RubyVM.instantiateModule({
  module,
  wasip1: wasi,
  args: ["ruby", "--disable-gems", "-EUTF-8", "-e_=0"],
});
vm.eval(`ARGV.replace(${JSON.stringify([kind, `/out/${kind}.json`, "/out/seen.bin"])})
         load "/srv/heapline/rubies/take.rb"`);

for (const [name, file] of out.contents) fs.writeFileSync(path.join(output, name), file.data);

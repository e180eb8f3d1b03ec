//! What the README and the pages beside the examples say is what is there. The Rust program is a documentation test.

use std::fs;
use std::path::Path;

fn read(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The text between a line and the next one that closes the block.
fn block<'t>(text: &'t str, opening: &str) -> &'t str {
    let (_, rest) = text.split_once(opening).unwrap_or_else(|| panic!("no {opening}"));
    assert!(!rest.contains(opening), "{opening} twice");
    rest.split_once("```\n").unwrap_or_else(|| panic!("{opening} has no end")).0
}

/// The program of "From C" is the first example, from its first line of code on; `make test` compiles and runs that.
#[test]
fn the_program_in_c_is_the_first_example() {
    let example = read("examples/c/00_flow.c");
    let code = example.find("#include").unwrap();
    assert_eq!(block(&read("README.md"), "```c\n"), &example[code..]);
}

/// No example is missing in the table of examples/c, and the table lists no other.
#[test]
fn every_example_in_c_is_listed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/c");
    let mut files: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".c"))
        .collect();
    files.sort();
    let page = read("examples/c/README.md");
    let listed: Vec<&str> =
        page.lines().filter_map(|line| Some(line.strip_prefix("| [")?.split_once(']')?.0)).collect();
    assert_eq!(listed, files);
    assert!(!files.is_empty());
}

//! `include/privacypass.h` is what the sources say: each public module is one section of it.
//!
//! `UPDATE_HEADER=1 cargo test -p privacypass-ffi --test header` writes it anew. Read the difference before you commit it.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// What stands before the sections: the contract that every function keeps.
const PREAMBLE: &str = include_str!("../src/preamble.h");

/// The modules of src/ in the order of the header's sections.
const SECTIONS: &[&str] = &[
    "version",
    "status",
    "bytes",
    "rng",
    "token_type",
    "wire",
    "http",
    "media_type",
    "base64url",
    "issuer_key",
    "token_key",
    "client",
    "attester",
    "issuer",
    "spend_store",
    "memory_spend_store",
    "origin",
    "stateless",
    "directory",
    "issuer_list",
    "key_schedule",
    "hazmat",
];

const HOW: &str =
    "Write it anew with `UPDATE_HEADER=1 cargo test -p privacypass-ffi --test header`, and read the difference.";

#[test]
fn the_header_is_what_the_sources_say() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = root.join("../include/privacypass.h");
    let made = header(&root.join("src"));
    if std::env::var_os("UPDATE_HEADER").is_some() {
        fs::write(&path, &made).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap();
    let mut lines = made.lines().zip(committed.lines()).enumerate();
    if let Some((number, (ours, theirs))) = lines.find(|(_, (made, committed))| made != committed) {
        panic!("include/privacypass.h:{} is\n{theirs}\nbut the sources say\n{ours}\n{HOW}", number + 1);
    }
    assert_eq!(made.len(), committed.len(), "include/privacypass.h has another length. {HOW}");
}

#[test]
fn every_public_module_is_a_section() {
    let lib = include_str!("../src/lib.rs");
    let modules = lib.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    let mut sections = SECTIONS.to_vec();
    sections.sort_unstable();
    let mut modules: Vec<_> = modules.collect();
    modules.sort_unstable();
    assert_eq!(sections, modules);
}

fn header(src: &Path) -> String {
    let mut out = String::from(PREAMBLE);
    let lib = fs::read_to_string(src.join("lib.rs")).unwrap();
    for module in SECTIONS {
        let hosted = lib.contains(&format!("#[cfg(feature = \"std\")]\npub mod {module};\n"));
        section(&mut out, &src.join(module).with_extension("rs"), hosted);
    }
    out.push_str("#ifdef __cplusplus\n}\n#endif\n\n#endif /* PRIVACYPASS_H */\n");
    out
}

/// One module: its documentation as a banner, then its constants, types and functions. A hosted module is one that needs `std`.
fn section(out: &mut String, path: &Path, hosted: bool) {
    let source = fs::read_to_string(path).unwrap();
    let mut config = cbindgen::Config::from_file(concat!(env!("CARGO_MANIFEST_DIR"), "/cbindgen.toml")).unwrap();
    // A type that no function of its own module uses belongs to the header all the same.
    config.export.include = source.lines().filter_map(struct_name).map(String::from).collect();
    let bindings = cbindgen::Builder::new().with_config(config).with_src(path).generate().unwrap();
    let mut made = Vec::new();
    bindings.write(&mut made);

    let _ = write!(out, "/* {}", "=".repeat(96));
    for line in source.lines().map_while(|line| line.strip_prefix("//!")) {
        let _ = write!(out, "\n *{line}");
    }
    out.push_str("\n */\n\n");
    if hosted {
        out.push_str("#if defined(PP_HOSTED)\n\n");
    }
    string_constants(out, &source);
    body(out, String::from_utf8(made).unwrap().trim());
    out.push_str(if hosted { "\n#endif /* PP_HOSTED */\n\n" } else { "\n" });
}

fn struct_name(line: &str) -> Option<&str> {
    line.strip_prefix("pub struct ")?.split(|c: char| !(c.is_alphanumeric() || c == '_')).next()
}

/// Constants of type `&str`, which cbindgen leaves out.
fn string_constants(out: &mut String, source: &str) {
    let mut comment = Vec::new();
    for line in source.lines() {
        if let Some(text) = line.strip_prefix("/// ") {
            comment.push(text);
            continue;
        }
        if let Some((name, rest)) = line.strip_prefix("pub const ").and_then(|line| line.split_once(": &str = ")) {
            let value = rest.trim_end_matches(';');
            let value = if value.starts_with("env!") { concat!("\"", env!("CARGO_PKG_VERSION"), "\"") } else { value };
            let _ = writeln!(out, "/** {} */\n#define {name} {value}\n", comment.join("\n *  "));
        }
        comment.clear();
    }
}

/// What cbindgen made, with three changes: `#define X -1` becomes `#define X (-1)`, so that it can stand in any expression;
/// a comment of one line takes one line; and types go by their typedef wherever they are not defined.
fn body(out: &mut String, made: &str) {
    let lines: Vec<_> = made.lines().collect();
    let mut at = 0;
    while at < lines.len() {
        match lines[at..] {
            [open, text, close, ..] if open.trim() == "/**" && close.trim() == "*/" => {
                let indent = &open[..open.len() - "/**".len()];
                let _ = writeln!(out, "{indent}/** {} */", text.trim().trim_start_matches("* "));
                at += 3;
            }
            [line, ..] => {
                match line.rsplit_once(' ') {
                    Some((define, value)) if define.starts_with("#define ") && value.starts_with('-') => {
                        let _ = writeln!(out, "{define} ({value})");
                    }
                    _ if line.starts_with("typedef struct ") => {
                        let _ = writeln!(out, "{line}");
                    }
                    _ => {
                        let _ = writeln!(out, "{}", line.replace("struct pp_", "pp_"));
                    }
                }
                at += 1;
            }
            [] => {}
        }
    }
}

//! Compiles the C file that holds valgrind's client requests, which are macros of a C header.

use std::path::Path;
use std::process::Command;

fn main() {
    let out = std::env::var("OUT_DIR").expect("cargo sets OUT_DIR");
    let object = Path::new(&out).join("requests.o");
    let compiler = std::env::var("CC").unwrap_or_else(|_| "cc".to_owned());
    let status = Command::new(compiler).args(["-O2", "-fPIC", "-c", "src/requests.c", "-o"]).arg(&object).status();
    assert!(status.is_ok_and(|status| status.success()), "src/requests.c needs a C compiler and valgrind's headers");
    println!("cargo:rustc-link-arg-bins={}", object.display());
    println!("cargo:rerun-if-changed=src/requests.c");
}

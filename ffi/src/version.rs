//! VERSION
//!
//! PP_VERSION_ macros name the header a program was compiled with, the functions the library it runs
//! with. Programs compiled with 0.N.x run with any later 0.N.y, and from 1.0 on with any later
//! version of the same major number.

use core::ffi::c_char;

/// The major version of this header.
pub const PP_VERSION_MAJOR: u32 = 0;
/// The minor version of this header.
pub const PP_VERSION_MINOR: u32 = 1;
/// The patch version of this header.
pub const PP_VERSION_PATCH: u32 = 0;
/// The version of this header as one number: major * 1000000 + minor * 1000 + patch.
pub const PP_VERSION: u32 = 1_000;

/// The version of this header as a string.
pub const PP_VERSION_STRING: &str = env!("CARGO_PKG_VERSION");

/// Give the version of the library as one number: see PP_VERSION.
///
/// Returns: the number
#[unsafe(no_mangle)]
pub extern "C" fn pp_version() -> u32 {
    PP_VERSION
}

/// Give the version of the library as a string: "0.1.0".
///
/// Returns: a static string
#[unsafe(no_mangle)]
pub extern "C" fn pp_version_string() -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}

/// The macros cannot be made of Cargo's version, so they are compared with it.
#[test]
fn the_macros_are_the_version_of_the_crate() {
    let numbers = [PP_VERSION_MAJOR, PP_VERSION_MINOR, PP_VERSION_PATCH];
    assert_eq!(PP_VERSION_STRING, numbers.map(|number| number.to_string()).join("."));
    assert_eq!(PP_VERSION, numbers[0] * 1_000_000 + numbers[1] * 1000 + numbers[2]);
}

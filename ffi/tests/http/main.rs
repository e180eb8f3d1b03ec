//! Headers, media types and base64url as C calls them: the scenarios, the vectors of RFC 9577 appendix A.2, every rule on
//! arguments, and every status that is documented.
#![allow(unsafe_code)]
// Each block calls the library as C does, with memory of the test that is there for as long as the call needs it.
#![allow(clippy::undocumented_unsafe_blocks)]

mod arguments;
mod reading;
mod surface;
mod text;
mod writing;

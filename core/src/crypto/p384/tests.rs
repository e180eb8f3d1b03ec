//! Against the `p384` crate, on edge values and random ones.

//! The group P-384 (FIPS 186-5, SEC 2): y² = x³ - 3x + b over the integers modulo p, of prime order n.
//!
//! All of it is portable Rust on 64-bit limbs, without tables in memory other than the generator's. Functions whose
//! name ends in `_vartime` take public values only; everything else runs in constant time, except where a result's
//! being absent (a point not on the curve, a scalar out of range) is itself public.

#![allow(clippy::needless_range_loop)] // a limb is its index: in the formulas and in several arrays at once

pub(crate) mod base_table;
pub(crate) mod field;
pub(crate) mod hash;
pub(crate) mod mul;
pub(crate) mod point;
pub(crate) mod scalar;

#[cfg(test)]
mod tests;

pub(crate) use point::{Affine, Point, normalize};
pub(crate) use scalar::Scalar;

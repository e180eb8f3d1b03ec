//! Every public function of `http`.

use crate::Opaque;

pub fn all(_: &Opaque<'_>, _: &mut [u8]) {}

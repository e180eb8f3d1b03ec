//! What both token types share: the keys of RFC 9578's test vectors, and the peers' surroundings at their cheapest.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use privacypass_core::Result;
use privacypass_core::provider::{Spend, SpendKey, SpendStore};
use serde_json::Value;

/// One run's worth of a batch: as many as go to our arithmetic at once.
pub const BATCH: usize = 16;

/// Bytes of the first case of a test vector file of RFC 9578.
pub struct Vector(Value);

impl Vector {
    pub fn type1() -> Self {
        Self::first(include_str!("../../../tests/vectors/rfc9578/type1.json"))
    }

    pub fn type2() -> Self {
        Self::first(include_str!("../../../tests/vectors/rfc9578/type2.json"))
    }

    fn first(json: &str) -> Self {
        let mut cases: Vec<Value> = serde_json::from_str(json).expect("a list of cases");
        Self(cases.swap_remove(0))
    }

    pub fn bytes(&self, field: &str) -> Vec<u8> {
        hex::decode(self.0[field].as_str().expect("a string")).expect("hex")
    }

    pub fn array<const N: usize>(&self, field: &str) -> [u8; N] {
        self.bytes(field).try_into().expect("the size of the field")
    }
}

/// A spend store that costs nothing and takes everything: redemption is then verification and what surrounds it.
pub struct FreeStore;

impl SpendStore for FreeStore {
    fn spend(&self, _: &SpendKey, _: u64, _: u64) -> Result<Spend> {
        Ok(Spend::Fresh)
    }
}

/// Runs a peer's future, which never waits here: its stores answer at once.
pub fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
}

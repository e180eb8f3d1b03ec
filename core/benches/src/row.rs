//! One line of the comparison: an operation of ours, and who does the same.

use crate::measure::Op;

/// An operation and its peers.
pub struct Row {
    pub name: &'static str,
    /// What one run of `ours` handles; times are given for one.
    pub items: u32,
    pub ours: Op,
    pub peers: Vec<Peer>,
}

/// A library that does the same.
pub struct Peer {
    pub name: &'static str,
    /// What one run handles.
    pub items: u32,
    pub op: Op,
    /// How many times as fast as this peer we must be.
    pub bar: Option<f64>,
}

impl Row {
    pub fn new(name: &'static str, ours: Op) -> Self {
        Self::batch(name, 1, ours)
    }

    pub fn batch(name: &'static str, items: usize, ours: Op) -> Self {
        Self { name, items: items as u32, ours, peers: Vec::new() }
    }

    pub fn beside(self, name: &'static str, op: Op) -> Self {
        self.peer(name, 1, op, None)
    }

    pub fn beside_batch(self, name: &'static str, items: usize, op: Op) -> Self {
        self.peer(name, items, op, None)
    }

    /// Adds the peer that a bar of the project names.
    pub fn bar(self, name: &'static str, times: f64, op: Op) -> Self {
        self.peer(name, 1, op, Some(times))
    }

    fn peer(mut self, name: &'static str, items: usize, op: Op, bar: Option<f64>) -> Self {
        self.peers.push(Peer { name, items: items as u32, op, bar });
        self
    }
}

/// Puts a value where every operation can borrow it for the rest of the run.
pub fn keep<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

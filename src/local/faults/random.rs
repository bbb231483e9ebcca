//! Numbers that look like chance and follow from a seed.

/// The generator `SplitMix64`: small, fast, and the same on every machine.
#[derive(Debug, Clone)]
pub(super) struct Random {
    state: u64,
}

impl Random {
    /// A sequence of its own for every pair.
    pub(super) fn new(seed: u64, place: usize) -> Self {
        let mut mixed = Self { state: seed };
        Self { state: mixed.next() ^ (place as u64).wrapping_mul(0xa076_1d64_78bd_642f) }
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number in `0.0..1.0`.
    pub(super) fn part(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

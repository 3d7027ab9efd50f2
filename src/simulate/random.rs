//! A small seeded generator of pseudo-random numbers, so that the same seed gives the same bytes on every machine.
//!
//! Source: xoshiro256++ by Blackman and Vigna (ACM Trans. Math. Softw. 47:36, 2021), its state filled by `SplitMix64` (Steele, Lea and
//! Flood, OOPSLA 2014), as its authors recommend.

/// The generator.
#[derive(Debug, Clone)]
pub struct Random {
    state: [u64; 4],
}

impl Random {
    /// A generator whose numbers follow from `seed` alone.
    pub fn new(seed: u64) -> Self {
        let mut mixer = seed;
        Self { state: [(); 4].map(|()| split_mix(&mut mixer)) }
    }

    /// A generator for one purpose, independent of how many numbers others have drawn.
    pub fn for_purpose(seed: u64, purpose: &str) -> Self {
        // FNV-1a, 64 bits.
        let hash = purpose.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        Self::new(seed ^ hash)
    }

    /// The next 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        let s = &mut self.state;
        let result = s[0].wrapping_add(s[3]).rotate_left(23).wrapping_add(s[0]);
        let t = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= t;
        s[3] = s[3].rotate_left(45);
        result
    }

    /// A number in `0..1`.
    pub fn unit(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A number in `0..bound`; 0 when `bound` is 0.
    pub fn below(&mut self, bound: usize) -> usize {
        // Multiply-shift; its bias is below bound / 2^64.
        ((u128::from(self.next_u64()) * bound as u128) >> 64) as usize
    }

    /// Whether an event of this probability happens.
    pub fn happens(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// A draw from a normal distribution: the sum of twelve uniform draws, which needs no function whose last bit differs
    /// between machines.
    pub fn normal(&mut self, mean: f64, sd: f64) -> f64 {
        let sum: f64 = (0..12).map(|_| self.unit()).sum();
        mean + (sum - 6.0) * sd
    }

    /// A draw from a Poisson distribution (Knuth's product of uniform draws; by the normal distribution above a mean of 30).
    pub fn poisson(&mut self, mean: f64) -> usize {
        if mean > 30.0 {
            return self.normal(mean, mean.sqrt()).round().max(0.0) as usize;
        }
        let (floor, mut product, mut count) = ((-mean).exp(), self.unit(), 0);
        while product > floor {
            product *= self.unit();
            count += 1;
        }
        count
    }

    /// One of `ACGT`.
    pub fn base(&mut self) -> u8 {
        b"ACGT"[self.below(4)]
    }

    /// One of the three bases that differ from `base`.
    pub fn other_base(&mut self, base: u8) -> u8 {
        let others: Vec<u8> = b"ACGT".iter().copied().filter(|other| !other.eq_ignore_ascii_case(&base)).collect();
        others[self.below(others.len())]
    }
}

fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seed_mixer_gives_the_published_numbers() {
        let mut state = 1_234_567;
        let numbers: Vec<u64> = (0..3).map(|_| split_mix(&mut state)).collect();
        assert_eq!(numbers, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }

    #[test]
    fn draws_stay_within_their_bounds_and_reach_all_of_them() {
        let mut random = Random::new(7);
        let mut seen = [0u32; 10];
        for _ in 0..10_000 {
            seen[random.below(10)] += 1;
        }
        assert!(seen.iter().all(|&count| (800..1_200).contains(&count)), "{seen:?}");
        let mean = (0..10_000).map(|_| random.normal(300.0, 50.0)).sum::<f64>() / 10_000.0;
        assert!((mean - 300.0).abs() < 3.0);
    }
}

//! The kernels against `crypto-bigint`, the keys against `rsa`, on edge values and random ones.

extern crate std;

use super::montgomery::Modulus;
use super::{PrivateKey2048, PublicKey, PublicKey2048, PublicKey4096};
use crate::crypto::inverse::invert;
use crate::crypto::uint;
use crate::error::{ErrorKind, Result};
use crate::provider::Rng;
use ::rsa::rand_core::{TryCryptoRng, TryRng};
use ::rsa::traits::{PrivateKeyParts, PublicKeyParts};
use core::convert::Infallible;
use crypto_bigint::{CheckedAdd, NonZero, Odd, Uint};
use std::boxed::Box;
use std::vec::Vec;

/// SplitMix64: reproducible test values, no randomness.
pub(crate) struct TestRng(pub(crate) u64);

impl TestRng {
    fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn number<const N: usize>(&mut self) -> [u64; N] {
        core::array::from_fn(|_| self.word())
    }
}

impl Rng for TestRng {
    fn fill(&mut self, out: &mut [u8]) -> Result<()> {
        for chunk in out.chunks_mut(8) {
            chunk.copy_from_slice(&self.word().to_le_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}

impl TryRng for TestRng {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.word().to_le_bytes()[0].into())
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.word())
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        let _ = self.fill(out);
        Ok(())
    }
}

impl TryCryptoRng for TestRng {}

/// A source that gives one byte for ever.
struct Constant(u8);

impl Rng for Constant {
    fn fill(&mut self, out: &mut [u8]) -> Result<()> {
        out.fill(self.0);
        Ok(())
    }
}

/// n, e, d, p and q.
pub(crate) fn components(key: &::rsa::RsaPrivateKey) -> [Box<[u8]>; 5] {
    [key.n().to_be_bytes(), key.e().to_be_bytes(), key.d().to_be_bytes()]
        .into_iter()
        .chain(key.primes().iter().map(|prime| prime.to_be_bytes()))
        .collect::<Vec<_>>()
        .try_into()
        .unwrap()
}

pub(crate) fn oracle_key(seed: u64, bits: usize) -> ::rsa::RsaPrivateKey {
    ::rsa::RsaPrivateKey::new(&mut TestRng(seed), bits).unwrap()
}

pub(crate) fn private_key(seed: u64) -> PrivateKey2048 {
    let [n, e, d, p, q] = components(&oracle_key(seed, 2048));
    PrivateKey2048::from_components(&n, &e, &d, &p, &q).unwrap()
}

/// Odd moduli at the edges: all ones, all ones in the low limb only, top bit alone, short ones, random ones.
fn moduli<const N: usize>(rng: &mut TestRng) -> Vec<[u64; N]> {
    let mut top_and_one = [0; N];
    top_and_one[N - 1] = 1 << 63;
    top_and_one[0] = 1;
    let mut low_limb_one = [u64::MAX; N];
    low_limb_one[0] = 1;
    let mut three = [0; N];
    three[0] = 3;
    let mut half_width = [0; N];
    half_width[..N / 2].fill(u64::MAX);
    let mut out = std::vec![[u64::MAX; N], top_and_one, low_limb_one, three, half_width];
    for bits in [0, 1, 63] {
        let mut m = rng.number();
        m[0] |= 1;
        m[N - 1] >>= bits;
        out.push(m);
    }
    out
}

/// 0, 1, 2, m - 1, m - 2, (m - 1) / 2, R mod m and random numbers, all below m.
fn values<const N: usize>(m: &[u64; N], rng: &mut TestRng) -> Vec<[u64; N]> {
    let modulus = NonZero::new(Uint::from_words(*m)).unwrap();
    let m = Uint::from_words(*m);
    let mut out = std::vec![Uint::<N>::ZERO, Uint::ONE, Uint::<N>::from_u8(2).rem(&modulus)];
    out.push(m.wrapping_sub(&Uint::ONE));
    out.push(m.wrapping_sub(&Uint::from_u8(2)));
    out.push(m >> 1);
    out.push(Uint::<N>::MAX.rem(&modulus));
    out.extend((0..3).map(|_| Uint::<N>::from_words(rng.number()).rem(&modulus)));
    out.into_iter().map(Uint::to_words).collect()
}

fn arithmetic_agrees<const N: usize>() {
    let mut rng = TestRng(N as u64);
    for m in moduli::<N>(&mut rng) {
        let modulus = Modulus::new(&m).unwrap();
        let oracle = NonZero::new(Uint::from_words(m)).unwrap();
        assert_eq!(modulus.leave(&modulus.enter(&[u64::MAX; N])), Uint::<N>::MAX.rem(&oracle).to_words());
        for a in values(&m, &mut rng) {
            let a_mont = modulus.enter(&a);
            let a_big = Uint::from_words(a);
            assert_eq!(modulus.leave(&a_mont), a);
            assert_eq!(modulus.leave(&modulus.sqr(&a_mont)), a_big.mul_mod(&a_big, &oracle).to_words());
            // The same limbs as operands of the raw product, whatever form they stand for.
            assert_eq!(modulus.sqr(&a), modulus.mul(&a, &a));
            for b in values(&m, &mut rng) {
                let b_big = Uint::from_words(b);
                assert_eq!(modulus.mul(&a_mont, &b), a_big.mul_mod(&b_big, &oracle).to_words());
                assert_eq!(modulus.add(&a, &b), a_big.add_mod(&b_big, &oracle).to_words());
                assert_eq!(modulus.sub(&a, &b), a_big.sub_mod(&b_big, &oracle).to_words());
            }
            // Either factor may be any number of as many limbs, the modulus itself and more included.
            for any in [m, [u64::MAX; N], rng.number()] {
                let reduced = Uint::from_words(any).rem(&oracle).to_words();
                assert_eq!(modulus.mul(&any, &a), modulus.mul(&reduced, &a));
                assert_eq!(modulus.mul(&a, &any), modulus.mul(&reduced, &a));
            }
        }
    }
}

#[test]
fn montgomery_arithmetic_agrees_with_the_oracle() {
    arithmetic_agrees::<16>();
    arithmetic_agrees::<32>();
    arithmetic_agrees::<64>();
}

#[test]
fn even_and_trivial_moduli_are_refused() {
    for low in [0, 1, 2, u64::MAX - 1] {
        let mut m = [0u64; 16];
        m[0] = low;
        assert!(Modulus::new(&m).is_none(), "{low}");
    }
}

/// Square and multiply with the oracle's products.
pub(crate) fn oracle_pow<const N: usize>(base: &[u64; N], exponent: &[u64; N], m: &[u64; N]) -> [u64; N] {
    let modulus = NonZero::new(Uint::from_words(*m)).unwrap();
    let base = Uint::from_words(*base);
    let mut acc = Uint::<N>::ONE.rem(&modulus);
    for bit in (0..64 * N).rev() {
        acc = acc.mul_mod_vartime(&acc, &modulus);
        if (exponent[bit / 64] >> (bit % 64)) & 1 == 1 {
            acc = acc.mul_mod_vartime(&base, &modulus);
        }
    }
    acc.to_words()
}

#[test]
fn powers_agree_with_the_oracle() {
    let mut rng = TestRng(1);
    for m in moduli::<16>(&mut rng) {
        let modulus = Modulus::new(&m).unwrap();
        let base = values(&m, &mut rng)[8];
        // Of as many bits as the modulus, and in every window position.
        let mut all_ones = [u64::MAX; 16];
        for bit in modulus.bits()..64 * 16 {
            all_ones[bit / 64] &= !(1 << (bit % 64));
        }
        for mut exponent in [[0; 16], uint::one(), all_ones, rng.number()] {
            exponent.iter_mut().zip(all_ones).for_each(|(limb, ones)| *limb &= ones);
            let power = modulus.leave(&modulus.pow(&modulus.enter(&base), &exponent));
            assert_eq!(power, oracle_pow(&base, &exponent, &m));
        }
    }
}

#[test]
fn public_exponents_of_every_length_agree_with_the_oracle() {
    let mut rng = TestRng(2);
    let mut n: [u64; 32] = rng.number();
    n[31] |= 1 << 63;
    n[0] |= 1;
    let mut n_bytes = [0; 256];
    uint::write_be(&n, &mut n_bytes);
    let x = values(&n, &mut rng)[9];
    for bits in [2, 3, 17, 64, 65, 1022, 2047] {
        let mut e: [u64; 32] = rng.number();
        for bit in bits..2048 {
            e[bit / 64] &= !(1 << (bit % 64));
        }
        e[(bits - 1) / 64] |= 1 << ((bits - 1) % 64);
        e[0] |= 1;
        let mut e_bytes = [0; 256];
        uint::write_be(&e, &mut e_bytes);
        let pk = PublicKey2048::from_components(&n_bytes, &e_bytes).unwrap();
        let expected = oracle_pow(&x, &e, &n);
        assert_eq!(pk.power(&x), expected, "{bits} bits");
        assert_eq!(pk.n().leave(&pk.power_mont(&pk.n().enter(&x))), expected, "{bits} bits");
    }
}

fn inversion_agrees<const N: usize>() {
    let mut rng = TestRng(3 + N as u64);
    let (mut found, mut missing) = (0, 0);
    for m in moduli::<N>(&mut rng) {
        let odd = Odd::new(Uint::from_words(m)).unwrap();
        for a in values(&m, &mut rng) {
            let (inverse, exists) = invert(&a, &m);
            let oracle: Option<Uint<N>> = Uint::from_words(a).invert_odd_mod(&odd).into();
            assert_eq!(exists, if oracle.is_some() { u64::MAX } else { 0 });
            match oracle {
                Some(oracle) => {
                    assert_eq!(inverse, oracle.to_words());
                    found += 1;
                }
                None => missing += 1,
            }
        }
    }
    assert!(found > 20 && missing > 8, "{found} inverses, {missing} without");
}

#[test]
fn inversion_agrees_with_the_oracle() {
    inversion_agrees::<16>();
    inversion_agrees::<32>();
    inversion_agrees::<64>();
}

#[test]
fn products_and_remainders_agree_with_the_oracle() {
    let mut rng = TestRng(4);
    let numbers = [[0; 16], uint::one(), [u64::MAX; 16], rng.number(), rng.number()];
    for a in numbers {
        for b in numbers {
            let (low, high) = uint::mul_wide(&a, &b);
            let expected = Uint::from_words(a).widening_mul(&Uint::from_words(b));
            assert_eq!((low, high), (expected.0.to_words(), expected.1.to_words()));
            // Even moduli, too: p - 1 is one.
            for mut m in [[u64::MAX; 16], rng.number()] {
                m[0] &= !1;
                let m_big = NonZero::new(Uint::from_words(m)).unwrap();
                assert_eq!(uint::reduce([low, high].as_flattened(), &m), Uint::rem_wide(expected, &m_big).to_words());
            }
        }
    }
}

#[test]
fn bytes_are_read_and_written_at_every_length() {
    let mut rng = TestRng(5);
    let mut bytes = [0; 24];
    rng.fill(&mut bytes).unwrap();
    for len in 0..=24 {
        let value: [u64; 3] = uint::from_be(&bytes[..len]).unwrap();
        let mut back = [0; 24];
        uint::write_be(&value, &mut back);
        assert_eq!(back[24 - len..], bytes[..len]);
        assert!(back[..24 - len].iter().all(|&byte| byte == 0));
    }
    assert_eq!(uint::from_be::<2>(&[&[0; 9][..], &[7; 16]].concat()), Some([0x0707_0707_0707_0707; 2]));
    assert_eq!(uint::from_be::<2>(&[&[1][..], &[7; 16]].concat()), None);
}

#[test]
fn draws_are_bounded_and_in_range() {
    let pk = private_key(10).public().clone();
    // All ones is never below n and zero never allowed: the source is broken, and we do not hang on it.
    for byte in [0xff, 0] {
        assert_eq!(pk.draw(&mut Constant(byte)).unwrap_err().kind(), ErrorKind::Rng);
    }
    let mut low_draws = 0;
    for seed in 0..64 {
        let r = pk.draw(&mut TestRng(seed)).unwrap();
        assert_eq!(uint::lt(&r, pk.n().value()), 1);
        low_draws += usize::from(uint::bits(&r) < 2048);
    }
    assert!(low_draws > 16, "the top bit of {low_draws} in 64 draws was 0");
}

#[test]
fn sizes_of_public_keys_are_checked_at_their_limits() {
    let number = |bits: usize, low: u8| {
        let mut bytes = std::vec![0u8; bits.div_ceil(8)];
        bytes[0] |= 1 << ((bits - 1) % 8);
        *bytes.last_mut().unwrap() |= low;
        bytes
    };
    let e = [1, 0, 1];
    let kind = |key: Result<PublicKey<32>>| key.err().map(|error| error.kind());
    let kind_4096 = |key: Result<PublicKey<64>>| key.err().map(|error| error.kind());
    for (bits, expected) in [(2047, Some(ErrorKind::Unsupported)), (2048, None), (2049, Some(ErrorKind::Unsupported))] {
        assert_eq!(kind(PublicKey2048::from_components(&number(bits, 1), &e)), expected, "{bits}");
    }
    let long = [(2047, Some(ErrorKind::Unsupported)), (2048, None), (3071, None), (4096, None)];
    for (bits, expected) in long.into_iter().chain([(4097, Some(ErrorKind::Unsupported))]) {
        assert_eq!(kind_4096(PublicKey4096::from_components(&number(bits, 1), &e)), expected, "{bits}");
    }
    assert_eq!(kind(PublicKey2048::from_components(&number(2048, 0), &e)), Some(ErrorKind::Malformed), "even modulus");
    let n = number(2048, 0x11);
    for (e, expected) in [
        (&[][..], Some(ErrorKind::Malformed)),
        (&[1], Some(ErrorKind::Malformed)),
        (&[2], Some(ErrorKind::Malformed)),
        (&[3], None),
        (&[1, 0, 0], Some(ErrorKind::Malformed)),
        (&number(2048, 0x0f), None),
        (&n, Some(ErrorKind::Malformed)),
        (&number(2049, 1), Some(ErrorKind::Malformed)),
    ] {
        assert_eq!(kind(PublicKey2048::from_components(&n, e)), expected, "{} bytes", e.len());
    }
}

#[test]
fn inconsistent_private_keys_are_refused() {
    let good = components(&oracle_key(11, 2048));
    let refused = |change: &dyn Fn(&mut [Vec<u8>; 5])| {
        let mut parts = good.clone().map(Vec::from);
        change(&mut parts);
        let [n, e, d, p, q] = parts;
        PrivateKey2048::from_components(&n, &e, &d, &p, &q).err().map(|error| error.kind())
    };
    assert_eq!(refused(&|_| ()), None);
    assert_eq!(refused(&|parts| parts.swap(3, 4)), None, "the order of the primes is free");
    let last = |part: usize, flip: u8| move |parts: &mut [Vec<u8>; 5]| *parts[part].last_mut().unwrap() ^= flip;
    assert_eq!(refused(&last(0, 2)), Some(ErrorKind::Malformed), "n");
    assert_eq!(refused(&last(1, 2)), Some(ErrorKind::Malformed), "e");
    assert_eq!(refused(&last(2, 2)), Some(ErrorKind::Malformed), "d");
    assert_eq!(refused(&last(3, 2)), Some(ErrorKind::Malformed), "p");
    assert_eq!(refused(&last(4, 2)), Some(ErrorKind::Malformed), "q");
    assert_eq!(refused(&|parts| parts[3][0] = 0), Some(ErrorKind::Unsupported), "a short prime");
    let oversized = |parts: &mut [Vec<u8>; 5]| parts[2] = parts[0].clone();
    assert_eq!(refused(&oversized), Some(ErrorKind::Malformed), "d = n");
    // 1 and n multiply to n as well.
    let trivial = |parts: &mut [Vec<u8>; 5]| parts[3] = std::vec![1];
    assert_eq!(refused(&trivial), Some(ErrorKind::Unsupported), "p = 1");
    // The square of the larger prime is longer than d, which inverts e modulo that prime less one.
    let square = |parts: &mut [Vec<u8>; 5]| {
        let p = parts[3].clone().max(parts[4].clone());
        let number = Uint::<32>::from_words(uint::from_be(&p).unwrap());
        uint::write_be(&number.wrapping_mul(&number).to_words(), &mut parts[0]);
        (parts[3], parts[4]) = (p.clone(), p);
    };
    assert_eq!(refused(&square), Some(ErrorKind::Malformed), "p = q");
}

/// p - 1 and q - 1, and what they have in common.
fn orders(p: &[u8], q: &[u8]) -> (Uint<16>, Uint<16>, Uint<16>) {
    let less_one = |prime| Uint::from_words(uint::from_be(prime).unwrap()).wrapping_sub(&Uint::ONE);
    let (p, q) = (less_one(p), less_one(q));
    (p, q, p.gcd(&q))
}

fn product(a: &Uint<16>, b: &Uint<16>) -> Uint<32> {
    a.concatenating_mul(b)
}

fn key_with(n: &[u8], e: &[u8], d: &Uint<32>, p: &[u8], q: &[u8]) -> Option<ErrorKind> {
    let mut d_bytes = [0; 256];
    uint::write_be(&d.to_words(), &mut d_bytes);
    PrivateKey2048::from_components(n, e, &d_bytes, p, q).err().map(|error| error.kind())
}

#[test]
fn a_private_exponent_that_works_for_some_numbers_only_is_refused() {
    // Where 2 is a square modulo both primes, d plus half the group's exponent still inverts e for the number 2.
    let is_square = |prime: &[u8]| matches!(prime[prime.len() - 1] % 8, 1 | 7);
    let found = (0..64).map(|seed| components(&oracle_key(seed, 2048))).find(|[.., p, q]| is_square(p) && is_square(q));
    let [n, e, d, p, q] = found.unwrap();
    let (p1, q1, common) = orders(&p, &q);
    let exponent = product(&p1.wrapping_div(&NonZero::new(common).unwrap()), &q1);
    let d = Uint::<32>::from_words(uint::from_be(&d).unwrap()).rem(&NonZero::new(exponent).unwrap());
    assert_eq!(key_with(&n, &e, &d, &p, &q), None);
    assert_eq!(key_with(&n, &e, &d.wrapping_add(&(exponent >> 1)), &p, &q), Some(ErrorKind::Malformed));
}

#[test]
fn a_private_exponent_not_below_the_modulus_is_refused() {
    // The same exponent, to the group: one more turn brings some past n and still below 2^2048.
    let found = (0..32).map(|seed| components(&oracle_key(seed, 2048))).find_map(|parts| {
        let [n, _, d, p, q] = &parts;
        let (p1, q1, _) = orders(p, q);
        let d = Uint::<32>::from_words(uint::from_be(d).unwrap());
        let larger = Option::<Uint<32>>::from(d.checked_add(&product(&p1, &q1)))?;
        (larger >= Uint::from_words(uint::from_be(n).unwrap())).then(|| (parts.clone(), d, larger))
    });
    let ([n, e, _, p, q], d, larger) = found.unwrap();
    assert_eq!(key_with(&n, &e, &d, &p, &q), None);
    assert_eq!(key_with(&n, &e, &larger, &p, &q), Some(ErrorKind::Malformed));
}

#[test]
fn factors_that_are_not_prime_are_refused() {
    let mut rng = TestRng(8);
    let mut composite = || {
        let mut number: [u64; 16] = rng.number();
        number[15] |= 3 << 62;
        number[0] |= 1;
        let mut bytes = [0; 128];
        uint::write_be(&number, &mut bytes);
        bytes
    };
    let mut refused = 0;
    for _ in 0..4 {
        let (p, q) = (composite(), composite());
        let (p1, q1, _) = orders(&p, &q);
        let e = Uint::<32>::from_u32(65537);
        let inverse: Option<Uint<32>> = e.invert_mod(&NonZero::new(product(&p1, &q1)).unwrap()).into();
        let Some(d) = inverse else { continue };
        let n = product(&p1.wrapping_add(&Uint::ONE), &q1.wrapping_add(&Uint::ONE));
        let mut n_bytes = [0; 256];
        uint::write_be(&n.to_words(), &mut n_bytes);
        assert_eq!(key_with(&n_bytes, &[1, 0, 1], &d, &p, &q), Some(ErrorKind::Malformed));
        refused += 1;
    }
    assert!(refused > 0);
}

#[test]
fn the_private_operation_agrees_with_the_plain_power() {
    let [_, _, d, _, _] = components(&oracle_key(12, 2048));
    let sk = private_key(12);
    let n = sk.public().n();
    let d: [u64; 32] = uint::from_be(&d).unwrap();
    let mut rng = TestRng(6);
    // One more than two shared inversions, with the edges in it.
    let inputs: Vec<_> =
        values(n.value(), &mut rng).into_iter().chain((0..7).map(|_| *sk.public().draw(&mut rng).unwrap())).collect();
    assert_eq!(inputs.len(), 17);
    let mut next = 0;
    sk.private_batch(
        &mut rng,
        inputs.len(),
        |i| Ok(inputs[i]),
        |i, outcome| {
            assert_eq!(i, next);
            next += 1;
            assert_eq!(outcome.unwrap(), oracle_pow(&inputs[i], &d, n.value()), "item {i}");
        },
    );
    assert_eq!(next, 17);
}

#[test]
fn a_fault_in_one_half_never_yields_a_signature() {
    let faults: [fn(&mut PrivateKey2048); 5] = [
        |key| key.p.exponent[3] ^= 1 << 17,
        |key| key.q.exponent[0] ^= 1,
        |key| key.q_inverse[15] ^= 1,
        |key| key.p.exponent[15] ^= 1 << 63,
        |key| key.q.exponent[9] = 0,
    ];
    for (i, fault) in faults.into_iter().enumerate() {
        let mut sk = private_key(13);
        let blinded = [0x42; 256];
        let mut out = [7; 256];
        crate::crypto::blind_rsa::blind_sign(&sk, &mut TestRng(7), &blinded, &mut out).unwrap();
        fault(&mut sk);
        let error = crate::crypto::blind_rsa::blind_sign(&sk, &mut TestRng(7), &blinded, &mut out).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Signer, "fault {i}");
        assert_eq!(out, [0; 256], "fault {i}");
    }
}

/// Signs zero, one, minus one, both primes, a multiple of each and a random number, and compares with the plain power.
fn private_operation_agrees<const N: usize, const H: usize>([n, e, d, p, q]: [&[u8]; 5]) {
    let sk = super::PrivateKey::<N, H>::from_components(n, e, d, p, q).unwrap();
    let modulus = *sk.public().n().value();
    let big = |bytes: &[u8]| Uint::<N>::from_words(uint::from_be(bytes).unwrap());
    let mut rng = TestRng(8);
    let mut inputs = std::vec![Uint::<N>::ZERO, Uint::ONE, big(n).wrapping_sub(&Uint::ONE), big(p), big(q)];
    inputs.extend([big(p).wrapping_mul(&Uint::<N>::from_u8(0x7b)), big(n).wrapping_sub(&big(q))]);
    inputs.push(Uint::from_words(*sk.public().draw(&mut rng).unwrap()));
    let d = uint::from_be(d).unwrap();
    let mut signed = 0;
    sk.private_batch(
        &mut rng,
        inputs.len(),
        |i| Ok(inputs[i].to_words()),
        |i, outcome| {
            signed += 1;
            assert_eq!(outcome.unwrap(), oracle_pow(&inputs[i].to_words(), &d, &modulus), "item {i}");
        },
    );
    assert_eq!(signed, inputs.len());
}

#[test]
fn keys_of_every_shape_agree_with_the_plain_power() {
    let [n, e, d, p, q] = &components(&oracle_key(14, 2048));
    // The Garner step subtracts one residue from the other: either prime may be the larger one.
    private_operation_agrees::<32, 16>([n, e, d, p, q]);
    private_operation_agrees::<32, 16>([n, e, d, q, p]);
    // The exponents change places: a public one as long as the modulus, a private one of 17 bits.
    private_operation_agrees::<32, 16>([n, d, e, p, q]);
    let three = crypto_bigint::BoxedUint::from(3u8);
    let oracle = ::rsa::RsaPrivateKey::new_with_exp(&mut TestRng(15), 2048, three).unwrap();
    let [n, e, d, p, q] = &components(&oracle);
    assert_eq!(uint::from_be(e), Some([3]));
    private_operation_agrees::<32, 16>([n, e, d, p, q]);
    // Half-filled primes, in the type for longer keys.
    private_operation_agrees::<64, 32>([n, e, d, q, p]);
}

/// Counts the draws.
struct Counted(TestRng, usize);

impl Rng for Counted {
    fn fill(&mut self, out: &mut [u8]) -> Result<()> {
        self.1 += 1;
        self.0.fill(out)
    }
}

#[test]
fn every_item_is_blinded_with_a_draw_of_its_own() {
    let sk = private_key(10);
    for count in [1, 7, 8, 9, 17] {
        let mut rng = Counted(TestRng(9), 0);
        sk.private_batch(&mut rng, count, |_| Ok(uint::one()), |_, outcome| assert!(outcome.is_ok()));
        // A draw above n is thrown away, which makes more of them, never fewer.
        assert!(rng.1 >= count, "{} draws for {count} items", rng.1);
    }
}

#[cfg(feature = "pkcs8")]
#[test]
fn a_source_that_repeats_itself_makes_no_key_and_no_endless_search() {
    /// One byte for ever, for so many calls.
    struct Stuck(u8, u32);

    impl Rng for Stuck {
        fn fill(&mut self, out: &mut [u8]) -> Result<()> {
            self.1 = self.1.checked_sub(1).expect("the search does not end");
            Constant(self.0).fill(out)
        }
    }

    for byte in [0, 5, 0xff] {
        let error = PrivateKey2048::generate(&mut Stuck(byte, 200)).err().map(|error| error.kind());
        assert_eq!(error, Some(ErrorKind::Rng), "{byte}");
    }
}

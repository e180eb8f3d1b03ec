//! Against the `p384` and `crypto-bigint` crates, on edge values and pseudo-random ones.

use core::iter;

use crypto_bigint::{NonZero, Odd, U384, U576};
use p384::elliptic_curve::Group;
use p384::elliptic_curve::array::Array;
use p384::elliptic_curve::group::GroupEncoding;
use p384::elliptic_curve::ops::Reduce;
use p384::hash2curve::{self, ExpandMsgXmd, MapToCurve};
use p384::{AffinePoint, CompressedPoint, NistP384, ProjectivePoint};

use super::base_table::BASE;
use super::field::{Fe, LIMBS, P};
use super::hash::{hash_to_curve, hash_to_scalar, map_to_curve};
use super::mul::{
    BASE_COLUMNS, COMB_ENTRIES, Comb, OddMultiples, WINDOW_ENTRIES, comb_points, multiply, multiply_base,
    multiply_sum_vartime, odd_multiples,
};
use super::scalar::N;
use super::{Affine, Point, Scalar, normalize};
use crate::crypto::uint;

/// SplitMix64 (Steele, Lea and Flood 2014): repeatable numbers.
struct Numbers(u64);

impl Iterator for Numbers {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Some(z ^ (z >> 31))
    }
}

fn random(numbers: &mut Numbers) -> [u64; LIMBS] {
    core::array::from_fn(|_| numbers.next().unwrap())
}

fn to_bytes(value: &U384) -> [u8; 48] {
    uint::to_be(&value.to_words())
}

/// Numbers below `modulus`: the ends, limbs that carry as far as they can, and random ones.
fn samples(modulus: &[u64; LIMBS], seed: u64) -> impl Iterator<Item = U384> {
    let m = U384::from_words(*modulus);
    let ends = (0..4u64).flat_map(move |i| [U384::from(i), m.wrapping_sub(&U384::from(i + 1))]);
    let powers = (1..6).flat_map(move |i| {
        let power = U384::ONE.shl_vartime(64 * i);
        [power, power.wrapping_sub(&U384::ONE), m.wrapping_sub(&power), m.shr_vartime(i)]
    });
    let limbs = [0, 1, u64::MAX, u64::MAX - 1, 0xffff_ffff, 0xffff_ffff_0000_0000, 1 << 63];
    let mut numbers = Numbers(seed);
    let mixed = iter::repeat_with(move || {
        core::array::from_fn(|_| {
            let n = numbers.next().unwrap();
            limbs.get(usize::try_from(n >> 60).unwrap()).copied().unwrap_or(n)
        })
    });
    let mixed = mixed.take(60).map(U384::from_words);
    ends.chain(powers).chain(mixed).filter(move |value| *value < m)
}

/// Every operation of a ring and its inversion, against `crypto-bigint`; `$square` is another way to square.
macro_rules! check_ring {
    ($type:ty, $modulus:expr, $square:expr) => {
        let modulus = U384::from_words($modulus);
        let m = NonZero::new(modulus).unwrap();
        for a in samples(&$modulus, 1) {
            let x = <$type>::from_bytes(&to_bytes(&a)).unwrap();
            assert_eq!(x.to_bytes(), to_bytes(&a));
            assert_eq!($square(&x).to_bytes(), to_bytes(&a.mul_mod(&a, &m)), "{a}²");
            let inverse = x.invert().to_bytes();
            let product = <$type>::from_bytes(&inverse).unwrap().mul(&x).to_bytes();
            let expected = if a == U384::ZERO { U384::ZERO } else { U384::ONE };
            assert_eq!(product, to_bytes(&expected), "1/{a}");
            if a == U384::ZERO {
                assert_eq!(inverse, [0; 48]);
            }
            for b in samples(&$modulus, 2) {
                let y = <$type>::from_bytes(&to_bytes(&b)).unwrap();
                assert_eq!(x.add(&y).to_bytes(), to_bytes(&a.add_mod(&b, &m)), "{a} + {b}");
                assert_eq!(x.sub(&y).to_bytes(), to_bytes(&a.sub_mod(&b, &m)), "{a} - {b}");
                assert_eq!(x.mul(&y).to_bytes(), to_bytes(&a.mul_mod(&b, &m)), "{a} · {b}");
            }
        }
        for over in [modulus, modulus.wrapping_add(&U384::ONE), U384::MAX] {
            assert!(<$type>::from_bytes(&to_bytes(&over)).is_none(), "{over}");
        }
        let wide_modulus = NonZero::new(modulus.resize::<9>()).unwrap();
        let mut numbers = Numbers(3);
        let random = iter::repeat_with(|| U576::from_words(core::array::from_fn(|_| numbers.next().unwrap())));
        // Around multiples of the modulus, and around powers of two: where the parts of the reduction meet.
        let (one, multiple) = (U576::ONE, |i| wide_modulus.get().shl_vartime(i));
        let edges =
            (0..=192).step_by(24).flat_map(|i| [multiple(i).wrapping_sub(&one), multiple(i).wrapping_add(&one)]);
        let powers = (64..576).step_by(64).flat_map(|i| [one.shl_vartime(i), one.shl_vartime(i).wrapping_sub(&one)]);
        for wide in [U576::ZERO, U576::MAX, multiple(0)].into_iter().chain(edges).chain(powers).chain(random.take(40)) {
            let mut bytes = [0; 72];
            for (chunk, word) in bytes.chunks_exact_mut(8).zip(wide.to_words().iter().rev()) {
                chunk.copy_from_slice(&word.to_be_bytes());
            }
            let expected = wide.rem_vartime(&wide_modulus).resize::<6>();
            assert_eq!(<$type>::reduce_wide(&bytes).to_bytes(), to_bytes(&expected), "{wide}");
        }
    };
}

#[test]
fn field_is_the_integers_modulo_p() {
    check_ring!(Fe, P, Fe::square);
    for a in samples(&P, 4) {
        let x = Fe::from_bytes(&to_bytes(&a)).unwrap();
        // a^(p - 2) by the same chain as the root: (p - 2) = 4·(p - 3)/4 + 1.
        assert_eq!(x.invert().equals(&x.pow_p_minus_3_over_4().square_times(2).mul(&x)), 1, "{a}");
        assert_eq!(x.is_odd() == 1, bool::from(a.is_odd()));
        assert_eq!(x.is_zero() == 1, a == U384::ZERO);
        let square = x.square();
        let root = square.sqrt().unwrap();
        assert!(root.equals(&x) | root.equals(&x.neg()) == 1);
        assert!(a == U384::ZERO || square.neg().sqrt().is_none(), "-1 is no square");
        assert_eq!(Fe::select(&x, &root, 0).equals(&x) & Fe::select(&square, &x, 1).equals(&x), 1);
    }
}

#[test]
fn products_of_raw_limbs_are_montgomery_products() {
    // Limbs as they stand in an element, so that the reduction meets the edges themselves and not their images; the
    // first factor may be p or more.
    let m = NonZero::new(U384::from_words(P)).unwrap();
    let r_inverse = U384::MAX.rem(&m).add_mod(&U384::ONE, &m).invert_odd_mod(&Odd::new(*m).unwrap()).unwrap();
    let over = [U384::MAX, U384::from_words(P), U384::from_words(P).wrapping_add(&U384::ONE)];
    for a in samples(&P, 9).chain(over) {
        for b in samples(&P, 10) {
            let expected = a.rem(&m).mul_mod(&b, &m).mul_mod(&r_inverse, &m);
            assert_eq!(Fe(a.to_words()).mul(&Fe(b.to_words())).0, expected.to_words(), "{a} · {b}");
        }
        let reduced = a.rem(&m);
        let expected = reduced.mul_mod(&reduced, &m).mul_mod(&r_inverse, &m);
        assert_eq!(Fe(reduced.to_words()).square().0, expected.to_words(), "{a}²");
    }
}

#[test]
fn scalars_are_the_integers_modulo_n() {
    check_ring!(Scalar, N, |x: &Scalar| x.mul(x));
    let (zero, one) = (Scalar::ZERO, scalar(&U384::ONE));
    assert!(zero.is_zero() && !one.is_zero() && one.equals(&one) && !one.equals(&zero));
}

fn scalar(value: &U384) -> Scalar {
    Scalar::from_bytes(&to_bytes(value)).unwrap()
}

fn theirs(point: &Affine) -> ProjectivePoint {
    let bytes: CompressedPoint = Array(point.to_bytes());
    AffinePoint::from_bytes(&bytes).unwrap().into()
}

fn their_scalar(value: &U384) -> p384::Scalar {
    p384::Scalar::from_slice(&to_bytes(value)).unwrap()
}

/// The encoding of a point, all zero for the identity.
fn encoded(point: &Point) -> [u8; 49] {
    point.to_affine().map_or([0; 49], Affine::to_bytes)
}

fn their_encoding(point: &ProjectivePoint) -> [u8; 49] {
    point.to_affine().to_bytes().0
}

/// Adds to `limbs` or takes from them, modulo n, twice each ±2^(64·i + shift).
fn near_n(shift: u32, signs: u32) -> U384 {
    let n = NonZero::new(U384::from_words(N)).unwrap();
    (0..6).fold(U384::ZERO, |sum, i| {
        let twice = U384::ONE.shl_vartime(64 * i + shift + 1);
        if signs >> i & 1 == 1 { sum.add_mod(&twice, &n) } else { sum.sub_mod(&twice, &n) }
    })
}

/// Scalars at which a multiplication could go wrong.
///
/// Beside the ends and the patterns of digits: every scalar for which the last row could meet its own entry, twice one
/// entry of a window (n - 38 does), of a comb (n minus twice the sum of all teeth does) or of the generator's combs.
fn hard_scalars() -> impl Iterator<Item = U384> {
    let n = U384::from_words(N);
    let ends = (0..70u64).flat_map(move |i| [U384::from(i), n.wrapping_sub(&U384::from(i + 1))]);
    let powers = (0..384).step_by(5).map(|i| U384::ONE.shl_vartime(i));
    let ones = (0..384).step_by(7).map(|i| U384::MAX.shr_vartime(i)).filter(move |k| *k < n);
    let rows = (0..4).flat_map(|t| (0..64).map(move |signs| near_n(16 * t, signs)));
    ends.chain(powers).chain(ones).chain(rows).chain(samples(&N, 5))
}

fn table_of(point: &Affine) -> OddMultiples {
    let mut table = [[Affine::BLANK; WINDOW_ENTRIES]];
    assert!(odd_multiples::<1>(&[point.into()], &mut table));
    table[0]
}

#[test]
fn every_multiplication_agrees_with_p384() {
    let base = Affine::GENERATOR;
    let other = multiply_base(&scalar(&U384::from(0xdead_beef_u64))).to_affine().unwrap();
    let base_table = table_of(&base);
    let (table, comb) = (table_of(&other), Comb::new(&Point::from(&other)).unwrap());
    for k in hard_scalars() {
        let (ours, their_k) = (scalar(&k), their_scalar(&k));
        let of_base = their_encoding(&(ProjectivePoint::GENERATOR * their_k));
        let of_other = their_encoding(&(theirs(&other) * their_k));
        assert_eq!(encoded(&multiply_base(&ours)), of_base, "{k}·G");
        assert_eq!(encoded(&multiply(&base_table, &ours)), of_base, "{k}·G by windows");
        assert_eq!(encoded(&multiply(&table, &ours)), of_other, "{k}·P by windows");
        assert_eq!(encoded(&comb.multiply(&ours)), of_other, "{k}·P by the comb");
        assert_eq!(encoded(&multiply_sum_vartime::<1>(&[table], &[ours])), of_other, "{k}·P in variable time");
    }
}

#[test]
fn sums_of_multiples_agree_with_p384() {
    let mut numbers = Numbers(6);
    let scalars: [U384; 3] = core::array::from_fn(|_| U384::from_words(random(&mut numbers)).shr_vartime(1));
    let points: [Affine; 3] =
        core::array::from_fn(|i| multiply_base(&scalar(&U384::from(i as u64 + 5))).to_affine().unwrap());
    for count in 0..=3 {
        let tables = points.map(|point| table_of(&point));
        let ours = multiply_sum_vartime::<3>(&tables[..count], &scalars.map(|k| scalar(&k))[..count]);
        let sum: ProjectivePoint =
            points.iter().zip(&scalars).take(count).map(|(point, k)| theirs(point) * their_scalar(k)).sum();
        assert_eq!(encoded(&ours), their_encoding(&sum));
    }
    // The same point twice with the same scalar, and with opposite ones: doubling and cancelling on the way.
    let (table, k) = (table_of(&points[0]), scalar(&scalars[0]));
    let twice = theirs(&points[0]) * their_scalar(&scalars[0]).double();
    assert_eq!(encoded(&multiply_sum_vartime::<2>(&[table, table], &[k, k])), their_encoding(&twice));
    assert_eq!(encoded(&multiply_sum_vartime::<2>(&[table, table], &[k, Scalar::ZERO.sub(&k)])), [0; 49]);
}

#[test]
fn additions_are_right_for_every_pair() {
    let g = Point::from(&Affine::GENERATOR);
    // The same points with another Z, so that equality cannot be that of coordinates.
    let small: [Point; 5] = [
        Point::IDENTITY,
        g,
        g.double(),
        g.double().double().add(&g.double().neg()),
        Point { x: g.x.mul(&Fe::B.square()), y: g.y.mul(&Fe::B.square().mul(&Fe::B)), z: Fe::B },
    ];
    let their_g = ProjectivePoint::GENERATOR;
    let expected = [ProjectivePoint::IDENTITY, their_g, their_g.double(), their_g.double(), their_g];
    for (p, their_p) in small.iter().zip(&expected) {
        assert_eq!(encoded(p), their_encoding(their_p));
        assert_eq!(encoded(&p.double()), their_encoding(&their_p.double()));
        assert_eq!(encoded(&p.double_times(9)), their_encoding(&(*their_p * p384::Scalar::from_u64(512))));
        for (q, their_q) in small.iter().zip(&expected) {
            assert_eq!(encoded(&p.add(q)), their_encoding(&(their_p + their_q)));
            assert_eq!(encoded(&p.add(&q.neg())), their_encoding(&(their_p - their_q)));
            if let Some(q) = q.to_affine() {
                let minus = q.negate_when(1);
                assert_eq!(encoded(&p.add_affine(&q)), their_encoding(&(their_p + their_q)));
                assert_eq!(encoded(&p.add_affine(&minus)), their_encoding(&(their_p - their_q)));
                assert_eq!(encoded(&p.add_affine_vartime(&q)), their_encoding(&(their_p + their_q)));
                assert_eq!(encoded(&p.add_affine_vartime(&minus)), their_encoding(&(their_p - their_q)));
            }
        }
    }
}

#[test]
fn the_identity_is_reported_by_tables_and_normalizing() {
    let g = Point::from(&Affine::GENERATOR);
    assert!(Comb::new(&Point::IDENTITY).is_none());
    assert!(!odd_multiples::<2>(&[g, Point::IDENTITY], &mut [[Affine::BLANK; WINDOW_ENTRIES]; 2]));
    assert!(!normalize(&[g, Point::IDENTITY, g], &mut [Affine::BLANK; 3]));
    let mut out = [Affine::BLANK; 3];
    assert!(normalize(&[g, g.double(), g.double().add(&g)], &mut out));
    for (i, point) in (1..).zip(&out) {
        assert_eq!(point.to_bytes(), their_encoding(&(ProjectivePoint::GENERATOR * p384::Scalar::from_u64(i))));
    }
}

#[test]
fn the_table_of_the_generator_is_what_it_says() {
    let mut tooth = Point::from(&Affine::GENERATOR);
    for (i, table) in BASE.iter().enumerate() {
        let mut expected = [Affine::BLANK; COMB_ENTRIES];
        assert!(normalize(&comb_points(&tooth), &mut expected));
        for (entry, expected) in table.iter().zip(&expected) {
            assert_eq!(entry.x.equals(&expected.x) & entry.y.equals(&expected.y), 1, "table {i}");
        }
        tooth = tooth.double_times(BASE_COLUMNS);
    }
}

#[test]
fn points_are_read_strictly() {
    let good = Affine::GENERATOR.to_bytes();
    assert_eq!(Affine::from_bytes(&good).unwrap().to_bytes(), good);
    let mut negative = good;
    negative[0] ^= 1;
    assert_eq!(Affine::from_bytes(&negative).unwrap().to_bytes(), negative);
    for tag in (0..=255).filter(|tag| *tag != 2 && *tag != 3) {
        let mut bytes = good;
        bytes[0] = tag;
        assert!(Affine::from_bytes(&bytes).is_none(), "tag {tag}");
    }
    for length in 0..good.len() {
        assert!(Affine::from_bytes(&good[..length]).is_none(), "{length} bytes");
    }
    let mut longer = [0; 50];
    longer[..49].copy_from_slice(&good);
    assert!(Affine::from_bytes(&longer).is_none());
    assert!(Affine::from_bytes(&[0]).is_none(), "SEC 1's identity");

    let (mut points, mut others) = (0, 0);
    for x in samples(&P, 7) {
        let mut bytes = [2; 49];
        bytes[1..].copy_from_slice(&to_bytes(&x));
        let their_point: Option<AffinePoint> = AffinePoint::from_bytes(&Array(bytes)).into();
        let point = Affine::from_bytes(&bytes);
        assert_eq!(point.map(Affine::to_bytes), their_point.map(|point| point.to_bytes().0), "x = {x}");
        if point.is_some() {
            points += 1;
        } else {
            others += 1;
        }
        // The same x written as x + p, where that fits.
        let over = x.wrapping_add(&U384::from_words(P));
        if over > x {
            bytes[1..].copy_from_slice(&to_bytes(&over));
            assert!(Affine::from_bytes(&bytes).is_none(), "x = {x} + p");
        }
    }
    assert!(points > 10 && others > 10);
}

#[test]
fn hashing_agrees_with_p384() {
    let text = [0x5a; 300];
    for length in [0, 1, 47, 48, 111, 112, 127, 128, 129, 255, 256, 300] {
        for tag in [&b"OPRF"[..], b"HashToGroup-OPRFV1-\x01-P384-SHA384", &[b'x'; 255]] {
            let (message, rest) = text.split_at(length);
            let point = hash_to_curve(&[message], &[tag]);
            let their_point =
                hash2curve::hash_from_bytes::<NistP384, ExpandMsgXmd<sha2::Sha384>>(&[message], &[tag]).unwrap();
            assert_eq!(encoded(&point), their_encoding(&their_point));
            let split = hash_to_curve(&[&message[..length / 2], &[], &message[length / 2..]], &[&tag[..2], &tag[2..]]);
            assert_eq!(encoded(&split), encoded(&point));
            let scalar = hash_to_scalar(&[rest], &[tag]);
            let their_scalar = hash2curve::hash_to_scalar::<
                NistP384,
                ExpandMsgXmd<sha2::Sha384>,
                p384::elliptic_curve::consts::U72,
            >(&[rest], &[tag])
            .unwrap();
            assert_eq!(scalar.to_bytes(), their_scalar.to_bytes().0);
        }
    }
}

#[test]
fn the_map_agrees_with_p384_where_it_is_exceptional() {
    // u = 0 and Z·u² = -1 make the denominator 0; ±u go to opposite points.
    let exceptional = Fe::from_bytes(&to_bytes(&U384::from(12u64))).unwrap().invert().sqrt().unwrap();
    let ends = [Fe::ZERO, Fe::ONE, exceptional];
    let others = samples(&P, 8).map(|u| Fe::from_bytes(&to_bytes(&u)).unwrap());
    for u in ends.into_iter().chain(others).flat_map(|u| [u, u.neg()]) {
        let mut wide = [0; 72];
        wide[24..].copy_from_slice(&u.to_bytes());
        let their_u = <NistP384 as MapToCurve>::FieldElement::reduce(&Array(wide));
        assert_eq!(encoded(&map_to_curve(&u)), their_encoding(&NistP384::map_to_curve(their_u)));
    }
}

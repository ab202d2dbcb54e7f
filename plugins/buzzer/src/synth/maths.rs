//! The two functions that the tables need, from `+ − × ÷` alone.
//!
//! `f64::sin` comes from the platform's library and differs in the last bit between them; these do not.

use core::f64::consts::{FRAC_PI_2, TAU};

/// The sine of `x` radians, |x| below about 1e6, to about 1e-15.
pub(super) fn sine(x: f64) -> f64 {
    let x = x - (x / TAU).round() * TAU;
    let square = x * x;
    // Taylor terms up to x^29: below 1e-16 at |x| = π.
    let (mut term, mut sum) = (x, x);
    for k in 1..15 {
        let n = f64::from(2 * k);
        term *= -square / (n * (n + 1.0));
        sum += term;
    }
    sum
}

/// The cosine of `x` radians, like [`sine`].
pub(super) fn cosine(x: f64) -> f64 {
    sine(x + FRAC_PI_2)
}

/// The modified Bessel function of order 0, by its series; exact to f64 for 0 ≤ x ≤ 12.
pub(super) fn bessel_i0(x: f64) -> f64 {
    let quarter = x * x / 4.0;
    let (mut term, mut sum) = (1.0, 1.0);
    for k in 1..40 {
        let k = f64::from(k);
        term *= quarter / (k * k);
        sum += term;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agree_with_the_platform() {
        for i in -400..400 {
            let x = f64::from(i) * 0.037;
            assert!((sine(x) - x.sin()).abs() < 1e-14, "{x}");
            assert!((cosine(x) - x.cos()).abs() < 1e-14, "{x}");
        }
        // Abramowitz and Stegun, table 9.8: I0(1), I0(5).
        assert!((bessel_i0(1.0) - 1.266_065_877_752_008).abs() < 1e-14);
        assert!((bessel_i0(5.0) - 27.239_871_823_604_44).abs() < 1e-12);
    }
}

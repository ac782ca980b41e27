//! The one place where transcendental functions come from.
//!
//! The platform's `ln`, `exp` and `powf` differ in the last bit between native and WebAssembly builds; `libm` is the
//! same pure Rust everywhere. Only +, -, *, / and `sqrt`, which IEEE 754 rounds exactly, may be used directly.

/// Natural logarithm.
#[must_use]
pub fn ln(x: f64) -> f64 {
    libm::log(x)
}

/// Exponential function.
#[must_use]
pub fn exp(x: f64) -> f64 {
    libm::exp(x)
}

//! Random numbers from the operating system.

/// 64 random bits.
pub(crate) fn bits64() -> u64 {
    getrandom::u64().expect("the operating system has a random source")
}

/// 128 random bits.
pub(crate) fn bits128() -> u128 {
    (u128::from(bits64()) << 64) | u128::from(bits64())
}

//! The encoding below both dialects and below updates: lib0's variable-length integers.

use super::WireError;

/// Reads untrusted bytes from front to back: every length is checked against what is
/// really there before anything is taken, nothing is allocated.
#[derive(Clone)]
pub(crate) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// How many bytes were read.
    pub(crate) fn position(&self) -> usize {
        self.at
    }

    pub(crate) fn remaining(&self) -> usize {
        self.bytes.len() - self.at
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.remaining() == 0
    }

    pub(crate) fn byte(&mut self) -> Result<u8, WireError> {
        let byte = *self.bytes.get(self.at).ok_or(TRUNCATED)?;
        self.at += 1;
        Ok(byte)
    }

    /// An unsigned integer of at most 53 bits in its shortest form.
    pub(crate) fn var_u64(&mut self) -> Result<u64, WireError> {
        let mut value = 0_u64;
        let mut shift = 0_u32;
        loop {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            // 53 bits end in the eighth group, which may then hold no more than four.
            if shift > 49 || (shift == 49 && bits > 0x0f) {
                return Err(WireError::Malformed("integer too large"));
            }
            value |= bits << shift;
            if byte < 0x80 {
                if bits == 0 && shift > 0 {
                    return Err(WireError::Malformed("integer not in its shortest form"));
                }
                return Ok(value);
            }
            shift += 7;
        }
    }

    /// Skips a signed integer as lib0 writes it: sign in the second bit of the first byte.
    pub(crate) fn skip_var_i64(&mut self) -> Result<(), WireError> {
        let mut byte = self.byte()?;
        let mut shift = 6_u32;
        let mut bits = byte & 0x3f;
        while byte >= 0x80 {
            byte = self.byte()?;
            bits = byte & 0x7f;
            if shift > 48 {
                return Err(WireError::Malformed("integer too large"));
            }
            shift += 7;
        }
        if bits == 0 && shift > 6 {
            return Err(WireError::Malformed("integer not in its shortest form"));
        }
        Ok(())
    }

    pub(crate) fn take(&mut self, count: u64) -> Result<&'a [u8], WireError> {
        let count = usize::try_from(count).map_err(|_| TRUNCATED)?;
        if count > self.remaining() {
            return Err(TRUNCATED);
        }
        let taken = &self.bytes[self.at..self.at + count];
        self.at += count;
        Ok(taken)
    }

    /// A length and so many bytes.
    pub(crate) fn buffer(&mut self) -> Result<&'a [u8], WireError> {
        let count = self.var_u64()?;
        self.take(count)
    }

    /// A length and so many bytes of valid UTF-8.
    pub(crate) fn string(&mut self) -> Result<&'a str, WireError> {
        std::str::from_utf8(self.buffer()?)
            .map_err(|_| WireError::Malformed("text is not valid UTF-8"))
    }

    /// Checks that everything was read.
    pub(crate) fn end(&self) -> Result<(), WireError> {
        if self.is_empty() {
            Ok(())
        } else {
            Err(WireError::Malformed("bytes after the end"))
        }
    }
}

const TRUNCATED: WireError = WireError::Malformed("message ends too early");

/// Appends an unsigned integer.
pub(crate) fn write_var(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Appends a length and the bytes.
pub(crate) fn write_buffer(out: &mut Vec<u8>, bytes: &[u8]) {
    write_var(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

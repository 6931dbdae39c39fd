//! Choices out of bytes.

/// Bytes that a fuzzer made up, read as a row of choices; past the end all choices are 0,
/// so that every input means something.
#[derive(Clone, Debug)]
pub struct Input<'a> {
    bytes: &'a [u8],
}

impl<'a> Input<'a> {
    /// Reads from the front of `bytes`.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    /// Whether no choice is left.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// A number of 8 bits.
    pub fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.bytes.split_first() else {
            return 0;
        };
        self.bytes = rest;
        *first
    }

    /// A number of 16 bits.
    pub fn short(&mut self) -> u16 {
        u16::from_le_bytes([self.byte(), self.byte()])
    }

    /// A number of 64 bits.
    pub fn long(&mut self) -> u64 {
        let mut number = 0;
        for _ in 0..8 {
            number = number << 8 | u64::from(self.byte());
        }
        number
    }

    /// A number below `end`, which is not 0.
    pub fn below(&mut self, end: u8) -> u8 {
        self.byte() % end.max(1)
    }

    /// True in about one of `of` cases.
    pub fn one_in(&mut self, of: u8) -> bool {
        self.below(of) == 1 % of.max(1)
    }

    /// The next bytes, as many as a number in front of them says and there are.
    pub fn chunk(&mut self) -> &'a [u8] {
        let wanted = usize::from(self.short());
        let (chunk, rest) = self.bytes.split_at(wanted.min(self.bytes.len()));
        self.bytes = rest;
        chunk
    }

    /// Everything that is left.
    pub fn rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.bytes)
    }
}

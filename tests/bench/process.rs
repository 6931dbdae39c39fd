//! What the operating system says about a process.

use std::fs;
use std::time::Duration;

use anyhow::{Context, Result};

/// Linux counts processor time for user space in hundredths of a second, on every machine.
const TICK: Duration = Duration::from_millis(10);

/// Processor time of all threads of a process so far, those that have ended included.
///
/// # Errors
/// When there is no such process, or no `/proc`.
pub(crate) fn cpu(pid: u32) -> Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))
        .with_context(|| format!("no process {pid}"))?;
    parse_cpu(&stat).context("/proc/…/stat has another form")
}

/// User and system time: the 14th and 15th field; the second may hold anything up to the
/// last bracket.
fn parse_cpu(stat: &str) -> Option<Duration> {
    let (_, fields) = stat.rsplit_once(") ")?;
    let mut fields = fields.split(' ').skip(11);
    let user: u32 = fields.next()?.parse().ok()?;
    let system: u32 = fields.next()?.parse().ok()?;
    Some(TICK * (user + system))
}

/// Memory of a process, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Memory {
    /// Resident now.
    pub(crate) resident: u64,
    /// The most that was ever resident.
    pub(crate) peak: u64,
}

/// Reads the memory of a process.
///
/// # Errors
/// When there is no such process, or no `/proc`.
pub(crate) fn memory(pid: u32) -> Result<Memory> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))
        .with_context(|| format!("no process {pid}"))?;
    parse_memory(&status).context("/proc/…/status has another form")
}

fn parse_memory(status: &str) -> Option<Memory> {
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        let kib: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
        Some(kib * 1024)
    };
    Some(Memory {
        resident: field("VmRSS:")?,
        peak: field("VmHWM:")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processor_time_is_user_and_system_whatever_the_program_is_called() {
        let stat = "12 (a ) b) S 1 2 3 4 5 6 7 8 9 10 150 25 7 7 20 0 5 0";
        assert_eq!(parse_cpu(stat), Some(Duration::from_millis(1_750)));
    }

    #[test]
    fn memory_is_read_in_bytes() {
        let status = "Name:\tx\nVmHWM:\t    2048 kB\nVmRSS:\t    1024 kB\n";
        let expected = Memory {
            resident: 1 << 20,
            peak: 2 << 20,
        };
        assert_eq!(parse_memory(status), Some(expected));
    }

    #[test]
    fn this_process_can_be_read() {
        assert!(memory(std::process::id()).unwrap().resident > 0);
        cpu(std::process::id()).unwrap();
    }
}

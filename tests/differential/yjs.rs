//! Yjs in a Node process that lives as long as this program.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context, Result};
use serde_json::Value;

/// The process, and its two pipes.
pub(crate) struct Yjs {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
}

impl Yjs {
    /// Starts it.
    pub(crate) fn start() -> Result<Self> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("differential/yjs.mjs");
        let mut child = Command::new("node")
            .arg(&script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("node cannot be started")?;
        let stdin = child.stdin.take();
        let stdout = child.stdout.take().context("it has a pipe")?;
        Ok(Self {
            child,
            stdin,
            stdout: BufReader::new(stdout),
        })
    }

    /// Hands commands over, case by case, and waits for the answers.
    pub(crate) fn ask(
        &mut self,
        commands: Vec<(u64, Vec<Value>)>,
    ) -> Result<Vec<(u64, Vec<Value>)>> {
        let mut line = serde_json::to_vec(&commands)?;
        line.push(b'\n');
        let stdin = self.stdin.as_mut().context("it still listens")?;
        stdin.write_all(&line).context("node does not listen")?;
        let mut answer = String::new();
        self.stdout.read_line(&mut answer)?;
        serde_json::from_str(&answer)
            .with_context(|| format!("node ended or said something else: {answer:.200}"))
    }
}

impl Drop for Yjs {
    fn drop(&mut self) {
        // It ends when there is nothing more to read.
        drop(self.stdin.take());
        drop(self.child.wait());
    }
}

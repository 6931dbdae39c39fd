//! Compresses once at build time what would else be compressed for every visitor.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use brotli::enc::BrotliEncoderParams;
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::progress::size;

/// What compression helps; fonts and pictures are compressed already.
const COMPRESSED: [&str; 7] = ["html", "css", "js", "wasm", "svg", "json", "webmanifest"];

/// The product's aim for the client over the wire.
const AIM: u64 = 350 * 1024;

/// How large the client is, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sizes {
    raw: u64,
    gzip: u64,
    brotli: u64,
}

impl Sizes {
    /// One line for the person who builds.
    pub(super) fn sentence(self) -> String {
        let verdict = if self.brotli <= AIM {
            "aim: at most"
        } else {
            "OVER the aim of"
        };
        format!(
            "client (wasm and its script): {} raw, {} gzip, {} brotli ({verdict} {} brotli)",
            size(self.raw),
            size(self.gzip),
            size(self.brotli),
            size(AIM)
        )
    }
}

/// Writes `.br` and `.gz` beside every file that shrinks, and sums up the client's sizes.
///
/// `earlier` is the page of the last build: hashed files of the same name have the same
/// content, and the best compression takes seconds.
///
/// # Errors
/// When the disk refuses.
pub(super) fn all(dir: &Path, earlier: &Path) -> Result<Sizes> {
    let mut sizes = Sizes::default();
    for path in super::list_files(dir)? {
        let extension = path
            .extension()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if !COMPRESSED.contains(&extension.as_str()) {
            continue;
        }
        let file = dir.join(&path);
        let bytes = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
        let mut lengths = [0; 2];
        for (length, suffix) in lengths.iter_mut().zip(["br", "gz"]) {
            let kept = with_suffix(&earlier.join(&path), suffix);
            let compressed = if path.starts_with("assets") && kept.is_file() {
                fs::read(&kept).with_context(|| format!("cannot read {}", kept.display()))?
            } else if suffix == "br" {
                brotli(&bytes)?
            } else {
                gzip(&bytes)?
            };
            *length = compressed.len() as u64;
            let target = with_suffix(&file, suffix);
            fs::write(&target, compressed)
                .with_context(|| format!("cannot write {}", target.display()))?;
        }
        if ["wasm", "js"].contains(&extension.as_str()) {
            sizes.raw += bytes.len() as u64;
            sizes.brotli += lengths[0];
            sizes.gzip += lengths[1];
        }
    }
    Ok(sizes)
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    PathBuf::from(name)
}

fn brotli(bytes: &[u8]) -> Result<Vec<u8>> {
    let parameters = BrotliEncoderParams {
        quality: 11,
        lgwin: 22,
        size_hint: bytes.len(),
        ..BrotliEncoderParams::default()
    };
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut &bytes[..], &mut compressed, &parameters)
        .context("brotli cannot compress")?;
    Ok(compressed)
}

fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).context("gzip cannot compress")?;
    encoder.finish().context("gzip cannot finish")
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::super::tests::scratch;
    use super::*;

    #[test]
    fn what_is_compressed_comes_back_equal() {
        let dir = scratch("compress");
        let text = "journey ".repeat(1000);
        fs::create_dir_all(dir.join("assets")).expect("made");
        fs::write(dir.join("assets/a.js"), &text).expect("written");
        fs::write(dir.join("assets/a.woff2"), "font").expect("written");
        let sizes = all(&dir, &dir.join("no-earlier-build")).expect("compressed");
        assert_eq!(sizes.raw, 8000);
        assert!(sizes.brotli < 100 && sizes.gzip < 200, "{sizes:?}");

        let mut back = String::new();
        let gz = fs::read(dir.join("assets/a.js.gz")).expect("gzip file");
        flate2::read::GzDecoder::new(&gz[..])
            .read_to_string(&mut back)
            .expect("gzip");
        assert_eq!(back, text);
        let mut back = Vec::new();
        let br = fs::read(dir.join("assets/a.js.br")).expect("brotli file");
        brotli::BrotliDecompress(&mut &br[..], &mut back).expect("brotli");
        assert_eq!(back, text.as_bytes());
        assert!(!dir.join("assets/a.woff2.br").exists());
        fs::remove_dir_all(dir).expect("removed");
    }
}

//! Compiles the client to wasm and makes the JavaScript that loads it.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use wasm_bindgen_cli_support::Bindgen;

use crate::workspace::{self, Flavour, WASM, Workspace};

/// The name under which the glue refers to itself and its wasm.
const STEM: &str = "waymark";

/// The compiled client, in memory.
#[derive(Debug)]
pub(crate) struct Client {
    /// The wasm module.
    pub(crate) wasm: Vec<u8>,
    /// The JavaScript that instantiates it (an ES module).
    pub(crate) glue: String,
    /// JavaScript that crates bring along: the path the glue imports, and the text.
    pub(crate) snippets: Vec<(String, String)>,
}

/// Compiles the client and binds it.
///
/// # Errors
/// When it does not compile, or its wasm cannot be bound.
pub(crate) fn build(workspace: &Workspace, flavour: Flavour) -> Result<Client> {
    let profile = flavour.client_profile();
    // `rustc --crate-type cdylib`, not `build`: cargo applies link-time optimisation only
    // where nothing but a final artifact is made.
    workspace::run(&mut workspace.cargo([
        "rustc",
        "--package",
        "waymark-client",
        "--lib",
        "--crate-type",
        "cdylib",
        "--target",
        WASM,
        "--profile",
        profile,
    ]))
    .context("the client does not build; what cargo says about it is above")?;
    let compiled = workspace
        .target()
        .join(WASM)
        .join(profile)
        .join("waymark_client.wasm");
    bind(&compiled, flavour)
}

fn bind(compiled: &PathBuf, flavour: Flavour) -> Result<Client> {
    let bytes =
        fs::read(compiled).with_context(|| format!("cannot read {}", compiled.display()))?;
    let is_release = flavour == Flavour::Release;
    let mut output = Bindgen::new()
        .input_bytes(STEM, bytes)
        .web(true)
        .context("wasm-bindgen has no web output")?
        .typescript(false)
        .demangle(!is_release)
        // Dropped here and never with `strip`, which breaks the module; names stay in the
        // development build, where they make a panic's stack readable.
        .remove_name_section(is_release)
        .remove_producers_section(true)
        // The page passes the wasm's hashed address itself.
        .omit_default_module_path(true)
        .generate_output()
        .context("wasm-bindgen could not bind the client; do its versions in Cargo.toml agree?")?;
    if !output.local_modules().is_empty() || !output.npm_dependencies().is_empty() {
        bail!("a dependency of the client wants JavaScript modules or npm packages of its own");
    }
    let snippets = output
        .snippets()
        .iter()
        .flat_map(|(crate_name, texts)| {
            texts.iter().enumerate().map(move |(index, text)| {
                (
                    format!("./snippets/{crate_name}/inline{index}.js"),
                    text.clone(),
                )
            })
        })
        .collect();
    let glue = output.js().to_owned();
    Ok(Client {
        wasm: output.wasm_mut().emit_wasm(),
        glue,
        snippets,
    })
}

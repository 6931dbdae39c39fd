//! Assembles what the server serves: `web/` and the compiled client, under names that
//! carry the hash of their content, so that browsers may keep them for ever.

mod compress;
mod icons;
mod references;
mod styles;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::client::Client;
use crate::page::references::References;
use crate::progress::detail;
use crate::workspace::{Flavour, Workspace};

/// Where in `index.html` the icon sprite goes.
const ICONS_MARK: &str = "<!-- icons -->";

/// Assembles the page of a flavour in `target/web` and returns its folder.
///
/// # Errors
/// When `web/` refers to something that is not there, or the disk refuses.
pub(crate) fn assemble(workspace: &Workspace, flavour: Flavour, client: Client) -> Result<PathBuf> {
    let source = workspace.root().join("web");
    let finished = workspace.web(flavour);
    let staging = finished.with_extension("next");
    remove_dir(&staging)?;

    let mut page = Page {
        out: staging.clone(),
        references: References::default(),
    };
    page.add_static_files(&source)?;
    page.add_styles(&source)?;
    let boot = page.add_client(client)?;
    page.add_index(&source, &boot)?;
    if flavour == Flavour::Release {
        let sizes = compress::all(&staging, &finished)?;
        detail(sizes.sentence());
    }

    // The two renames are the only moment without a page; a half-written one is never served.
    let previous = finished.with_extension("previous");
    remove_dir(&previous)?;
    if finished.exists() {
        fs::rename(&finished, &previous).context("cannot set the previous page aside")?;
    }
    fs::rename(&staging, &finished).context("cannot put the new page in place")?;
    remove_dir(&previous)?;
    Ok(finished)
}

/// The page under construction.
#[derive(Debug)]
struct Page {
    out: PathBuf,
    references: References,
}

impl Page {
    /// Copies fonts, pictures and the like; texts last, because they refer to the others.
    fn add_static_files(&mut self, source: &Path) -> Result<()> {
        let mut files = list_files(source)?;
        files.retain(|path| !becomes_part_of_another(path));
        files.sort_by_key(|path| (is_text(path), path.clone()));
        for path in files {
            let bytes = fs::read(source.join(&path))
                .with_context(|| format!("cannot read web/{}", path.display()))?;
            let bytes = if is_text(&path) {
                let text = String::from_utf8(bytes)
                    .with_context(|| format!("web/{} is not UTF-8", path.display()))?;
                self.references.rewrite(&text).into_bytes()
            } else {
                bytes
            };
            let url = format!("/{}", path.display());
            if is_served_by_name(&path) {
                self.write(&url, &bytes)?;
                self.references.keep(&url);
            } else {
                let hashed = self.write_hashed(&path, &bytes)?;
                self.references.add(&url, &hashed);
            }
        }
        Ok(())
    }

    fn add_styles(&mut self, source: &Path) -> Result<()> {
        let bundle = styles::bundle(&source.join("styles"), "app.css")?;
        let text = self.references.rewrite(&bundle);
        self.references.check(&text).context("in web/styles")?;
        let hashed = self.write_hashed(Path::new("app.css"), text.as_bytes())?;
        self.references.add("/styles/app.css", &hashed);
        Ok(())
    }

    /// Writes the wasm, its glue and the module that starts them; returns the tags that load it.
    fn add_client(&mut self, client: Client) -> Result<String> {
        let wasm = self.write_hashed(Path::new("waymark.wasm"), &client.wasm)?;
        let mut glue = client.glue;
        for (imported, text) in client.snippets {
            let name = imported.trim_start_matches("./snippets/").replace('/', "-");
            let hashed = self.write_hashed(Path::new(&name), text.as_bytes())?;
            glue = glue.replace(&imported, &hashed);
        }
        let glue = self.write_hashed(Path::new("waymark.js"), glue.as_bytes())?;
        let boot = format!(
            "import start from \"{glue}\";\n\
             start({{ module_or_path: \"{wasm}\" }}).catch((error) => {{\n  \
               document.documentElement.dataset.boot = \"failed\";\n  \
               throw error;\n\
             }});\n"
        );
        let boot = self.write_hashed(Path::new("boot.js"), boot.as_bytes())?;
        // The wasm is asked for at once, not only after two scripts have arrived.
        Ok(format!(
            "<link rel=\"preload\" href=\"{wasm}\" as=\"fetch\" type=\"application/wasm\" crossorigin>\n  \
             <link rel=\"modulepreload\" href=\"{glue}\">\n  \
             <script type=\"module\" src=\"{boot}\"></script>\n"
        ))
    }

    fn add_index(&mut self, source: &Path, boot: &str) -> Result<()> {
        let index = fs::read_to_string(source.join("index.html")).context("web/index.html")?;
        ensure!(
            index.contains(ICONS_MARK),
            "web/index.html has no {ICONS_MARK}"
        );
        let (before, after) = index
            .split_once("</head>")
            .context("web/index.html has no </head>")?;
        let sprite = icons::sprite(&source.join("icons"))?;
        let html = format!("{before}  {boot}</head>{after}").replace(ICONS_MARK, &sprite);
        let html = self.references.rewrite(&html);
        self.references.check(&html).context("in web/index.html")?;
        self.write("/index.html", html.as_bytes())
    }

    /// Writes a file under `/assets` with its content's hash in the name; returns its address.
    fn write_hashed(&self, path: &Path, bytes: &[u8]) -> Result<String> {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let extension = path.extension().unwrap_or_default().to_string_lossy();
        let hash = crc32fast::hash(bytes);
        let url = format!("/assets/{stem}.{hash:08x}.{extension}");
        self.write(&url, bytes)?;
        Ok(url)
    }

    fn write(&self, url: &str, bytes: &[u8]) -> Result<()> {
        let path = self.out.join(url.trim_start_matches('/'));
        let dir = path.parent().context("a file has a folder")?;
        fs::create_dir_all(dir).with_context(|| format!("cannot make {}", dir.display()))?;
        fs::write(&path, bytes).with_context(|| format!("cannot write {}", path.display()))
    }
}

/// The index and what is put into it or into the style sheet, and notes for the source's readers.
fn becomes_part_of_another(path: &Path) -> bool {
    let is_drawing = path.extension().is_some_and(|extension| extension == "svg");
    path == Path::new("index.html")
        || path == Path::new("README.md")
        || path.starts_with("styles")
        || (path.starts_with("icons") && is_drawing)
}

/// Texts that may refer to other files.
fn is_text(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension == "webmanifest" || extension == "json")
}

/// Files that people or programs look for under the name they have.
fn is_served_by_name(path: &Path) -> bool {
    path.extension()
        .is_none_or(|extension| extension == "txt" || extension == "ico")
}

/// All files below a folder, as paths relative to it, in order.
fn list_files(dir: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![dir.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder)
            .with_context(|| format!("cannot read the folder {}", folder.display()))?;
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(
                    path.strip_prefix(dir)
                        .context("below the folder")?
                        .to_path_buf(),
                );
            }
        }
    }
    found.sort();
    Ok(found)
}

fn remove_dir(dir: &Path) -> Result<()> {
    match fs::remove_dir_all(dir) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", dir.display()))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_refers_only_to_hashed_names_that_exist() {
        let dir = scratch("page");
        let web = dir.join("web");
        for (path, text) in [
            (
                "index.html",
                "<head><link rel=\"stylesheet\" href=\"/styles/app.css\"></head><body><!-- icons --></body>",
            ),
            (
                "styles/app.css",
                "@import \"./base.css\";\nbody { margin: 0 }\n",
            ),
            (
                "styles/base.css",
                "@font-face { src: url(\"/fonts/inter.woff2\") }\n",
            ),
            ("fonts/inter.woff2", "font"),
            ("fonts/LICENSE.txt", "free"),
            (
                "icons/plus.svg",
                "<svg viewBox=\"0 0 24 24\"><path d=\"M5 12h14\"/></svg>",
            ),
        ] {
            let file = web.join(path);
            fs::create_dir_all(file.parent().expect("a folder")).expect("made");
            fs::write(file, text).expect("written");
        }
        let mut page = Page {
            out: dir.join("out"),
            references: References::default(),
        };
        page.add_static_files(&web).expect("static files");
        page.add_styles(&web).expect("styles");
        let client = Client {
            wasm: b"\0asm".to_vec(),
            glue: "import './snippets/leptos-1/inline0.js'".to_owned(),
            snippets: vec![(
                "./snippets/leptos-1/inline0.js".to_owned(),
                "let x;".to_owned(),
            )],
        };
        let boot = page.add_client(client).expect("client");
        page.add_index(&web, &boot).expect("index");

        let html = fs::read_to_string(dir.join("out/index.html")).expect("index.html");
        assert!(html.contains("<symbol id=\"icon-plus\""), "{html}");
        assert!(!html.contains("/styles/app.css"), "{html}");
        let mut seen = 0;
        for url in html
            .split(['"', '\''])
            .filter(|part| part.starts_with("/assets/"))
        {
            assert!(
                dir.join("out").join(&url[1..]).is_file(),
                "{url} is missing"
            );
            seen += 1;
        }
        assert_eq!(seen, 4, "style, wasm, glue and boot in {html}");
        assert!(dir.join("out/fonts/LICENSE.txt").is_file());
        fs::remove_dir_all(dir).expect("removed");
    }

    /// A folder for one test.
    pub(super) fn scratch(name: &str) -> PathBuf {
        let dir = std::env::temp_dir().join(format!("waymark-xtask-{name}-{}", std::process::id()));
        remove_dir(&dir).expect("an earlier run's folder goes");
        fs::create_dir_all(&dir).expect("made");
        dir
    }
}

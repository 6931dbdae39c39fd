//! Arguments and settings in, [`waymark_server::run`], exit code out.

use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::{Args, Parser, Subcommand, ValueEnum};
use tokio::net::TcpListener;
use waymark_server::admin;
use waymark_server::config::{Config, Flags, LogFormat};
use waymark_server::{RunError, check_listen, raise_limit, run};

/// The system's allocator keeps what two thousand people needed for ever; this one gives
/// it back (its settings are in `.cargo/config.toml`).
#[cfg(unix)]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Threads that decode what comes from outside have room for the deepest nesting that
/// the guard lets through, in debug builds too.
const STACK_BYTES: usize = 8 << 20;
/// So long after a thread that reads and opens maps has nothing to do, it ends: when people
/// come all at once there are many of them, each with buffers of its own.
const THREADS_LINGER: Duration = Duration::from_secs(2);
/// How many threads read from the disk and do heavy work, at most: more would only take turns
/// on the processors, and each keeps about 80 KiB while it lingers. What waits for one is
/// bounded by what rooms do.
const BLOCKING_THREADS: usize = 32;
/// For everything that the operator can put right.
const USAGE: u8 = 2;
/// For a store that is not what was written.
const DAMAGED: u8 = 1;

/// Self-hosted customer journey maps that teams edit together.
#[derive(Debug, Parser)]
#[command(name = "waymark", version)]
struct Arguments {
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    command: Option<Command>,
}

/// Every setting is explained in config.default.toml; most are set in waymark.toml.
#[derive(Debug, Args)]
struct Settings {
    /// Read settings from this file instead of waymark.toml
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Listen here (other addresses than loopback ones need accounts)
    #[arg(long, global = true, value_name = "ADDRESS")]
    listen: Option<String>,
    /// Keep maps in this folder
    #[arg(long, global = true, value_name = "FOLDER")]
    data: Option<PathBuf>,
    /// Serve the built web client from this folder
    #[arg(long, global = true, value_name = "FOLDER")]
    web: Option<PathBuf>,
    /// Put example maps into a new store (`--demo=false` for an empty one)
    #[arg(long, global = true, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    demo: Option<bool>,
    /// How log lines look: text or json
    #[arg(long, global = true, value_name = "FORMAT")]
    log_format: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve maps and the web client (the default)
    Serve,
    /// Work on the data folder while no server uses it
    #[command(subcommand)]
    Admin(Admin),
    /// Print the analysis of a map file as JSON
    Analyse {
        /// A journey-map/1 file, YAML or JSON
        file: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
enum Admin {
    /// Make a map from a file and print its id
    Import {
        /// A journey-map/1 file, YAML or JSON
        file: PathBuf,
        /// Give the map a new id instead of the file's
        #[arg(long)]
        new_id: bool,
    },
    /// Print a map as a file, or write every map to a folder
    Export {
        /// The map's id
        #[arg(required_unless_present = "all", conflicts_with = "all")]
        map: Option<String>,
        /// Write every map to a file in this folder
        #[arg(long, value_name = "FOLDER")]
        all: Option<PathBuf>,
        /// Take what is intact of a damaged map
        #[arg(long)]
        salvage: bool,
        /// YAML for people, JSON for programs
        #[arg(long, value_enum, default_value_t = Format::Yaml)]
        format: Format,
    },
    /// Look at everything that is stored; exit code 1 if anything is damaged
    Verify {
        /// As JSON, for programs
        #[arg(long)]
        json: bool,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    Yaml,
    Json,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match perform(arguments) {
        Ok(code) => code,
        Err(error) => {
            // Nobody reads it if this fails.
            let _ = writeln!(std::io::stderr(), "waymark: {error:#}");
            ExitCode::from(USAGE)
        }
    }
}

fn perform(Arguments { settings, command }: Arguments) -> anyhow::Result<ExitCode> {
    if let Some(Command::Analyse { file }) = &command {
        print(&admin::analyse(file)?)?;
        return Ok(ExitCode::SUCCESS);
    }
    let flags = Flags {
        config: settings.config,
        listen: settings.listen,
        data: settings.data,
        web: settings.web,
        demo: settings.demo,
        log_format: settings.log_format,
    };
    let config = Config::gather(flags, environment())?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .thread_stack_size(STACK_BYTES)
        .thread_keep_alive(THREADS_LINGER)
        .max_blocking_threads(BLOCKING_THREADS)
        .enable_all()
        .build()
        .context("cannot start the runtime")?;
    runtime.block_on(async {
        match command {
            None | Some(Command::Serve) => serve(config).await,
            Some(Command::Admin(Admin::Import { file, new_id })) => {
                print(&admin::import(&config, &file, new_id).await?)
            }
            Some(Command::Admin(Admin::Export {
                map,
                all,
                salvage,
                format,
            })) => {
                let format = match format {
                    Format::Yaml => admin::Format::Yaml,
                    Format::Json => admin::Format::Json,
                };
                match (map, all) {
                    (Some(map), _) => print(&admin::export(&config, &map, format, salvage).await?),
                    (None, Some(all)) => {
                        print(&admin::export_all(&config, &all, format, salvage).await?)
                    }
                    (None, None) => bail!("say which map, or --all FOLDER"),
                }
            }
            Some(Command::Admin(Admin::Verify { json })) => {
                let report = admin::verify(&config).await?;
                print(&match json {
                    true => serde_json::to_string_pretty(&report)?,
                    false => report.to_text(),
                })?;
                if !report.is_clean() {
                    return Ok(ExitCode::from(DAMAGED));
                }
                Ok(())
            }
            Some(Command::Analyse { .. }) => Ok(()),
        }
        .map(|()| ExitCode::SUCCESS)
    })
}

async fn serve(config: Config) -> anyhow::Result<()> {
    start_log(&config)?;
    check_listen(&config, config.listen)?;
    raise_limit(&config);
    let listener = TcpListener::bind(config.listen)
        .await
        .map_err(|problem| RunError::Listen {
            address: config.listen,
            problem,
        })?;
    run(config, listener, asked_to_stop()).await?;
    Ok(())
}

/// Resolves on Ctrl-C or SIGTERM.
async fn asked_to_stop() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        _ = interrupt => {}
        () = terminate => {}
    }
}

fn start_log(config: &Config) -> anyhow::Result<()> {
    let filter = tracing_subscriber::EnvFilter::builder()
        .parse(&config.log)
        .with_context(|| format!("setting log: {:?} is not like \"info\"", config.log))?;
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    match config.log_format {
        LogFormat::Text => log.compact().with_target(false).init(),
        LogFormat::Json => log.json().init(),
    }
    Ok(())
}

/// Variables that are text; ours are.
fn environment() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
}

/// Prints a result.
fn print(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    if !text.ends_with('\n') {
        out.write_all(b"\n")?;
    }
    Ok(out.flush()?)
}

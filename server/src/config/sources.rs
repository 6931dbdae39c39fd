//! Where settings come from, and what is wrong with them.

use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::Config;

/// The file that is read without being named, if it is there.
const FILE: &str = "waymark.toml";
/// Every variable of ours starts with this.
const PREFIX: &str = "WAYMARK_";

/// A setting that cannot be used; one line, with the remedy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the settings in {file}: {problem}")]
    File {
        /// Which file.
        file: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A key or variable that does not exist.
    #[error("unknown setting {name} ({place}); config.default.toml lists all that exist")]
    Unknown {
        /// Its name as it was written.
        name: String,
        /// Where it was written.
        place: String,
    },
    /// A value that is not possible.
    #[error("setting {key}: {problem}")]
    Value {
        /// Its key.
        key: String,
        /// What is wrong, and what would be right.
        problem: String,
    },
}

impl ConfigError {
    pub(super) fn value(key: &str, problem: impl Into<String>) -> Self {
        Self::Value {
            key: key.to_owned(),
            problem: problem.into(),
        }
    }
}

/// What was said on the command line.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    /// The file to read instead of `waymark.toml`.
    pub config: Option<PathBuf>,
    /// `listen`
    pub listen: Option<String>,
    /// `data`
    pub data: Option<PathBuf>,
    /// `web`
    pub web: Option<PathBuf>,
    /// `demo`
    pub demo: Option<bool>,
    /// `log_format`
    pub log_format: Option<String>,
}

impl Config {
    /// Flags over environment over file over defaults.
    ///
    /// # Errors
    /// [`ConfigError`] naming the key.
    pub fn gather(
        flags: Flags,
        environment: impl Iterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let defaults = defaults();
        let mut variables: Vec<(String, String)> = environment
            .filter(|(name, _)| name.starts_with(PREFIX))
            .collect();
        variables.sort();
        let named = flags.config.clone().or_else(|| {
            let at = variables
                .iter()
                .position(|(name, _)| name == "WAYMARK_CONFIG")?;
            Some(PathBuf::from(variables.remove(at).1))
        });
        variables.retain(|(name, _)| name != "WAYMARK_CONFIG");

        let mut table = defaults.clone();
        for (key, value) in read_file(named.as_deref())? {
            put(&mut table, &key, value)?;
        }
        for (name, text) in variables {
            let key = name[PREFIX.len()..].to_ascii_lowercase();
            let Some(default) = defaults.get(&key) else {
                let place = "in the environment".to_owned();
                return Err(ConfigError::Unknown { name, place });
            };
            put(&mut table, &key, typed(&key, default, &text)?)?;
        }
        for (key, text) in flags.texts() {
            put(&mut table, key, Value::String(text))?;
        }
        if let Some(demo) = flags.demo {
            put(&mut table, "demo", Value::Boolean(demo))?;
        }
        let mut config: Self =
            table
                .try_into()
                .map_err(|error: toml::de::Error| ConfigError::Value {
                    key: String::new(),
                    problem: error.message().to_owned(),
                })?;
        config.read_secret()?;
        config.check()?;
        Ok(config)
    }
}

impl Flags {
    fn texts(&self) -> impl Iterator<Item = (&'static str, String)> {
        let path = |path: &Option<PathBuf>| path.as_ref().map(|p| p.to_string_lossy().into_owned());
        [
            ("listen", self.listen.clone()),
            ("data", path(&self.data)),
            ("web", path(&self.web)),
            ("log_format", self.log_format.clone()),
        ]
        .into_iter()
        .filter_map(|(key, text)| Some((key, text?)))
    }
}

fn defaults() -> Table {
    Table::try_from(Config::default()).expect("the defaults are plain values")
}

/// Puts one value in and checks that the whole is still readable, so that an error can
/// name its key.
fn put(table: &mut Table, key: &str, value: Value) -> Result<(), ConfigError> {
    table.insert(key.to_owned(), value);
    table
        .clone()
        .try_into::<Config>()
        .map(drop)
        .map_err(|error| ConfigError::value(key, error.message().trim()))
}

fn read_file(named: Option<&Path>) -> Result<Table, ConfigError> {
    let path = named.unwrap_or(Path::new(FILE));
    let file = path.display().to_string();
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if named.is_none() && error.kind() == std::io::ErrorKind::NotFound => {
            return Ok(Table::new());
        }
        Err(error) => {
            return Err(ConfigError::File {
                file,
                problem: error.to_string(),
            });
        }
    };
    let table: Table = text.parse().map_err(|error: toml::de::Error| {
        let line = error
            .span()
            .map(|span| text[..span.start].lines().count().max(1));
        let line = line
            .map(|line| format!("line {line}: "))
            .unwrap_or_default();
        ConfigError::File {
            file: file.clone(),
            problem: format!("{line}{}", error.message()),
        }
    })?;
    let known = defaults();
    if let Some(name) = table.keys().find(|key| !known.contains_key(*key)) {
        return Err(ConfigError::Unknown {
            name: name.clone(),
            place: format!("in {file}"),
        });
    }
    Ok(table)
}

/// A variable's text as the type that its key has.
fn typed(key: &str, default: &Value, text: &str) -> Result<Value, ConfigError> {
    Ok(match default {
        Value::Integer(_) => Value::Integer(
            text.parse()
                .map_err(|_| ConfigError::value(key, format!("{text:?} is no number")))?,
        ),
        Value::Boolean(_) => Value::Boolean(
            text.parse()
                .map_err(|_| ConfigError::value(key, format!("{text:?} is not true or false")))?,
        ),
        Value::Array(_) => Value::Array(
            text.split(',')
                .map(str::trim)
                .filter(|part| !part.is_empty())
                .map(|part| Value::String(part.to_owned()))
                .collect(),
        ),
        _ => Value::String(text.to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gather(
        file: &str,
        flags: Flags,
        environment: &[(&str, &str)],
    ) -> Result<Config, ConfigError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings.toml");
        std::fs::write(&path, file).unwrap();
        let flags = Flags {
            config: Some(path),
            ..flags
        };
        let variables = environment
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
        Config::gather(flags, variables)
    }

    #[test]
    fn flags_win_over_environment_over_file_over_defaults() {
        let file = "listen = '127.0.0.1:1'\ndata = 'file'\nmailbox = 7\n";
        let environment = [
            ("WAYMARK_LISTEN", "127.0.0.1:2"),
            ("WAYMARK_DATA", "variable"),
        ];
        let flags = Flags {
            listen: Some("127.0.0.1:3".to_owned()),
            ..Flags::default()
        };
        let config = gather(file, flags, &environment).unwrap();
        assert_eq!(config.listen.port(), 3);
        assert_eq!(config.data, PathBuf::from("variable"));
        assert_eq!(config.mailbox, 7);
        assert_eq!(config.web, Config::default().web);
    }

    #[test]
    fn an_unknown_key_in_the_file_is_an_error_that_names_it() {
        let error = gather("lisen = '127.0.0.1:1'", Flags::default(), &[]).unwrap_err();
        assert!(error.to_string().contains("lisen"), "{error}");
    }

    #[test]
    fn an_unknown_variable_is_an_error_that_names_it() {
        let error = gather("", Flags::default(), &[("WAYMARK_LISEN", "x")]).unwrap_err();
        assert!(error.to_string().contains("WAYMARK_LISEN"), "{error}");
    }

    #[test]
    fn other_programs_variables_do_not_matter() {
        assert!(gather("", Flags::default(), &[("PATH", "x")]).is_ok());
    }

    #[test]
    fn an_impossible_value_is_an_error_that_names_its_key() {
        for (file, environment, key) in [
            ("mailbox = 0", &[][..], "mailbox"),
            ("mailbox = 'many'", &[], "mailbox"),
            ("log_format = 'xml'", &[], "log_format"),
            ("origins = ['maps.example']", &[], "origins"),
            ("silence_seconds = 20", &[], "silence_seconds"),
            ("", &[("WAYMARK_MAILBOX", "many")], "mailbox"),
            ("", &[("WAYMARK_LISTEN", "here")], "listen"),
        ] {
            let error = gather(file, Flags::default(), environment).unwrap_err();
            assert!(error.to_string().contains(key), "{error}");
        }
    }

    #[test]
    fn variables_take_the_type_of_their_key() {
        let environment = [
            ("WAYMARK_DEMO", "false"),
            ("WAYMARK_MAILBOX", "9"),
            ("WAYMARK_ORIGINS", "https://a.example, https://b.example"),
        ];
        let config = gather("demo = true", Flags::default(), &environment).unwrap();
        assert!(!config.demo);
        assert_eq!(config.mailbox, 9);
        assert_eq!(config.origins, ["https://a.example", "https://b.example"]);
    }

    #[test]
    fn a_broken_file_is_an_error_with_its_line() {
        let error = gather("demo = true\nlisten = \n", Flags::default(), &[]).unwrap_err();
        assert!(error.to_string().contains("line 2"), "{error}");
    }
}

//! The program as the operator meets it: settings, exit codes, commands, disks that fail.

use std::net::TcpListener;
use std::process::Output;

use waymark_model::interchange::MapFile;
use waymark_model::templates::DEMO_MAPS;
use waymark_sync::CloseReason;

use crate::support::document;
use crate::support::person::Person;
use crate::support::plain::{close_code, connect};
use crate::support::server::{Process, Server, command, folder, output, program, text};

/// It ended with code 2 and one line that says what to do.
fn assert_refused(output: &Output, expected: &[&str]) {
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    let last = said.lines().last().unwrap_or_default();
    assert!(last.starts_with("waymark: "), "{said}");
    for part in expected {
        assert!(last.contains(part), "{last:?} does not say {part:?}");
    }
}

#[test]
fn what_the_operator_can_put_right_is_one_line_with_the_remedy_and_exit_code_2() {
    let data = folder();
    let path = |name: &str| data.path().join(name).to_str().unwrap().to_owned();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    std::fs::write(path("file"), "in the way").unwrap();
    std::fs::write(path("unknown.toml"), "lisen = '127.0.0.1:1'\n").unwrap();
    std::fs::write(path("broken.toml"), "demo = true\nlisten = \n").unwrap();
    let (store, file) = (path("store"), path("file"));
    let serve = |more: &[&str]| {
        let mut words = vec!["serve", "--listen", "127.0.0.1:0", "--data", &*store];
        words.extend_from_slice(more);
        output(&words)
    };
    let taken = output(&["serve", "--listen", &taken, "--data", &store]);
    assert_refused(&taken, &["cannot listen on", "--listen"]);
    let unwritable = output(&["serve", "--listen", "127.0.0.1:0", "--data", &file]);
    assert_refused(&unwritable, &["data folder", &file, "--data"]);
    for open in ["0.0.0.0:0", "[::]:0"] {
        let open = output(&["serve", "--listen", open, "--data", &store]);
        assert_refused(&open, &["refusing to listen", "127.0.0.1"]);
    }
    assert_refused(
        &serve(&["--config", &path("unknown.toml")]),
        &["lisen", "unknown.toml"],
    );
    assert_refused(
        &serve(&["--config", &path("broken.toml")]),
        &["broken.toml", "line 2"],
    );
    assert_refused(&serve(&["--config", &path("none.toml")]), &["none.toml"]);
    assert_refused(&serve(&["--log-format", "xml"]), &["log_format"]);
    let variable = command(&["serve"])
        .env("WAYMARK_LISEN", "x")
        .output()
        .unwrap();
    assert_refused(&variable, &["WAYMARK_LISEN"]);
}

#[test]
fn a_data_folder_in_use_is_refused_and_its_owner_goes_on() {
    let data = folder();
    let owner = Process::start(data.path(), &[]);
    let data_path = data.path().to_str().unwrap();
    let second = output(&["serve", "--listen", "127.0.0.1:0", "--data", data_path]);
    assert_refused(&second, &["in use by another Waymark", "--data"]);
    let export = output(&["admin", "export", "map-claim", "--data", data_path]);
    assert_refused(&export, &["in use by another Waymark"]);
    let (status, log) = owner.terminate();
    assert!(status.success(), "{log}");
}

#[test]
fn the_log_says_that_only_loopback_is_listened_to_and_in_json_when_asked() {
    let data = folder();
    let (_, log) = Process::start(data.path(), &[]).terminate();
    assert!(log.contains("loopback only"), "{log}");
    let (_, log) = Process::start(data.path(), &["--log-format", "json"]).terminate();
    for line in log.lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(line["fields"]["message"].is_string(), "{line}");
    }
}

/// The server under a limit of open files, as a shell sets it.
#[cfg(target_os = "linux")]
fn limited(data: &std::path::Path, soft: u32, hard: u32) -> Process {
    let mut command = std::process::Command::new("sh");
    command
        .arg("-c")
        .arg(format!(
            "ulimit -Sn {soft}; ulimit -Hn {hard}; exec \"$0\" \"$@\""
        ))
        .arg(program())
        .args(["serve", "--listen", "127.0.0.1:0", "--data"])
        .arg(data);
    Process::spawn(command)
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn more_people_than_the_usual_limit_of_open_files_can_come() {
    let data = folder();
    let server = limited(data.path(), 100, 4_096);
    let url = format!("ws://{}/sync/{}", server.address, document("map-claim"));
    let mut people = Vec::new();
    for _ in 0..150 {
        people.push(connect(&url).await);
    }
    drop(people);
    let (status, log) = server.terminate();
    assert!(status.success(), "{log}");
    assert!(!log.contains("fewer files"), "{log}");
    assert!(!log.contains("cannot take connections"), "{log}");
}

#[cfg(target_os = "linux")]
#[test]
fn settings_that_need_more_files_than_may_be_open_are_told_at_the_start() {
    let data = folder();
    let (_, log) = limited(data.path(), 100, 1_000).terminate();
    let line = log.lines().find(|line| line.contains("fewer files"));
    let line = line.unwrap_or_else(|| panic!("{log}"));
    assert!(
        line.contains("limit=1000") && line.contains("ulimit -n"),
        "{line}"
    );
}

#[test]
fn maps_are_imported_and_exported_by_command() {
    let data = folder();
    let data_path = data.path().to_str().unwrap();
    for (key, sample) in DEMO_MAPS {
        let file = data.path().join(format!("{key}.yaml"));
        std::fs::write(&file, sample).unwrap();
        let file = file.to_str().unwrap();
        let sample = MapFile::parse(sample).unwrap();
        let imported = output(&["admin", "import", file, "--data", data_path]);
        let id = text(&imported.stdout).trim().to_owned();
        assert_eq!(
            id,
            sample.id().unwrap().to_string(),
            "{}",
            text(&imported.stderr)
        );
        for format in ["yaml", "json"] {
            let words = [
                "admin", "export", &*id, "--format", format, "--data", data_path,
            ];
            let exported = MapFile::parse(&text(&output(&words).stdout)).unwrap();
            assert_eq!(exported.value(), sample.value());
        }
        let again = output(&["admin", "import", file, "--data", data_path]);
        assert_refused(&again, &[&id, "--new-id"]);
        let other = output(&["admin", "import", file, "--new-id", "--data", data_path]);
        assert!(other.status.success());
        assert_ne!(text(&other.stdout).trim(), id);
    }
    let none = output(&["admin", "export", "nobody-made-me", "--data", data_path]);
    assert_refused(&none, &["nobody-made-me"]);
}

#[test]
fn a_file_is_analysed_by_command_and_a_broken_one_refused_with_its_place() {
    let data = folder();
    let path = data.path().join("map.yaml");
    for (_, sample) in DEMO_MAPS {
        std::fs::write(&path, sample).unwrap();
        let printed = output(&["analyse", path.to_str().unwrap()]);
        let analysis: serde_json::Value = serde_json::from_slice(&printed.stdout).unwrap();
        assert_eq!(
            analysis,
            MapFile::parse(sample).unwrap().value()["expected_analysis"]
        );
    }
    let broken = DEMO_MAPS[0]
        .1
        .replace("format: journey-map/1", "format: other");
    std::fs::write(&path, broken).unwrap();
    for words in [&["analyse"][..], &["admin", "import"]] {
        let words: Vec<_> = words.iter().copied().chain(path.to_str()).collect();
        let mut command = command(&words);
        command.env("WAYMARK_DATA", data.path().join("store"));
        assert_refused(&command.output().unwrap(), &["map.yaml", "format"]);
    }
    let missing = output(&["analyse", data.path().join("none").to_str().unwrap()]);
    assert_refused(&missing, &["none"]);
}

#[tokio::test]
async fn a_damaged_map_stays_closed_and_untouched_and_the_others_work() {
    let data = folder();
    Server::start(data.path()).await.stop().await.unwrap();
    let log = |data: &std::path::Path| {
        let database = crate::store_contract::engines::open_raw(data);
        database.open_tree("log").unwrap()
    };
    let damaged = {
        let log = log(data.path());
        let first = |pair: sled::Result<(sled::IVec, sled::IVec)>| pair.unwrap();
        let (key, value) = first(log.scan_prefix("map/map-claim\0").next().unwrap());
        let mut bytes = value.to_vec();
        bytes[100] ^= 1;
        log.insert(&key, bytes.as_slice()).unwrap();
        log.flush().unwrap();
        (key, bytes)
    };
    let server = Server::start(data.path()).await;
    for _ in 0..3 {
        let mut socket = connect(&server.url("/sync/map/map-claim")).await;
        assert_eq!(close_code(&mut socket).await, CloseReason::Internal.code());
    }
    let mut ana = Person::join(&server.url("/sync"), &document("map-saas-eval"), 11).await;
    ana.edit(|txn| super::socket::write(txn, "fine"));
    ana.saved().await;
    let maps = crate::api::get(&server, "/api/maps").await.json();
    let problem = |id: &str| {
        let map = maps
            .as_array()
            .unwrap()
            .iter()
            .find(|map| map["id"] == id)
            .unwrap();
        map["problem"].as_str().map(str::to_owned)
    };
    assert!(
        problem("map-claim")
            .unwrap()
            .contains("damaged at position 1"),
        "{maps}"
    );
    assert_eq!(problem("map-saas-eval"), None);
    server.stop().await.unwrap();
    let log = log(data.path());
    assert_eq!(log.get(&damaged.0).unwrap().unwrap(), damaged.1.as_slice());
}

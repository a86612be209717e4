//! Writers of one file, of several and of reports, and what every fault leaves of them.

use super::*;

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_file_is_replaced_whole_and_nothing_is_left_beside_it() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("out");
    write(&path, b"one").unwrap();
    write(&path, b"two").unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"two");
    check(&path).unwrap();
    check(&dir.path().join("new")).unwrap();
    assert_eq!(names(dir.path()), ["out"]);
    assert_eq!(fs::read(&path).unwrap(), b"two");
    assert!(write(&dir.path().join("no/out"), b"").is_err());
    assert!(check(&dir.path().join("no/out")).is_err() && check(dir.path()).is_err());
}

#[cfg(target_os = "linux")]
#[test]
fn links_and_devices_stay_what_they_are() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    fs::write(at("file"), "old").unwrap();
    fs::set_permissions(at("file"), fs::Permissions::from_mode(0o640)).unwrap();
    for (target, link) in
        [("file", "link"), ("new", "early"), ("early", "far"), ("round", "round"), ("/dev/full", "full")]
    {
        symlink(target, at(link)).unwrap();
    }
    for (path, target) in [("link", "file"), ("far", "new"), ("early", "new")] {
        check(&at(path)).unwrap();
        write(&at(path), path.as_bytes()).unwrap();
        assert_eq!(fs::read(at(target)).unwrap(), path.as_bytes());
        assert!(fs::symlink_metadata(at(path)).unwrap().is_symlink());
    }
    assert_eq!(fs::metadata(at("file")).unwrap().permissions().mode() & 0o777, 0o640);
    assert!(check(&at("round")).is_err() && write(&at("round"), b"").is_err());
    check(Path::new("/dev/null")).unwrap();
    write(Path::new("/dev/null"), b"bytes").unwrap();
    // As root, a file could take the place of the device.
    for full in [Path::new("/dev/full"), &at("full")] {
        let error = write(full, b"bytes").unwrap_err().to_string();
        assert!(error.contains("cannot write") && error.contains("space"), "{error}");
        assert!(!fs::metadata(full).unwrap().is_file());
    }
    assert!(check(&at("no/")).is_err());
    assert!(names(dir.path()).iter().all(|name| !name.starts_with('.')));
}

/// What a killed process left goes with the next write; what a living one writes stays, in whatever process it lives.
#[test]
fn temporary_files_of_the_dead_are_removed_and_those_of_the_living_stay() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    for name in [".comrade-dead", ".comrade-older", "comrade-mine", ".mine"] {
        fs::write(at(name), "half").unwrap();
    }
    fs::create_dir(at(".comrade-folder")).unwrap();
    let living = beside(&at("other")).unwrap();
    write(&at("out"), b"whole").unwrap();
    let alive = living.path().file_name().unwrap().to_str().unwrap().to_owned();
    let mut wanted = vec![".comrade-folder".into(), alive, ".mine".into(), "comrade-mine".into(), "out".into()];
    wanted.sort();
    assert_eq!(names(dir.path()), wanted);
    assert!(living.path().exists());
    living.persist(at("other")).unwrap();
    assert_eq!(names(dir.path()), [".comrade-folder", ".mine", "comrade-mine", "other", "out"]);
}

#[test]
fn many_writers_at_once_sweep_nobody_away() {
    let dir = tempfile::tempdir().unwrap();
    std::thread::scope(|scope| {
        for name in ["a", "b", "c", "d"] {
            let path = dir.path().join(name);
            scope.spawn(move || (0..50).for_each(|k| write(&path, format!("{name}{k}").as_bytes()).unwrap()));
        }
    });
    assert_eq!(names(dir.path()), ["a", "b", "c", "d"]);
    assert_eq!(fs::read(dir.path().join("c")).unwrap(), b"c49");
}

/// A report of three files, one of them in a folder of its own.
fn report(dir: &Path, run: &str, files: &[&str]) -> Together {
    fs::create_dir_all(dir.join("figures")).unwrap();
    let mut together = Together::new(dir.join("report.sha256"));
    files.iter().for_each(|name| together.add(*name, format!("{name} of {run}")));
    together
}

const FILES: [&str; 3] = ["figures/one.svg", "numbers.json", "text.md"];

#[test]
fn files_of_two_runs_are_told_apart_by_their_list() {
    let dir = tempfile::tempdir().unwrap();
    let list = dir.path().join("report.sha256");
    let mixed = || Together::compare(&list).map_err(|error| error.to_string());
    assert!(mixed().unwrap_err().contains("no list"));
    report(dir.path(), "a", &FILES).write().unwrap();
    assert_eq!(mixed(), Ok(()));
    let first = fs::read(&list).unwrap();
    // As a process that was killed in between leaves them.
    report(dir.path(), "b", &FILES).write().unwrap();
    let second = fs::read(&list).unwrap();
    assert_ne!(first, second);
    fs::write(&list, &first).unwrap();
    fs::write(dir.path().join("text.md"), "text.md of a").unwrap();
    let says = mixed().unwrap_err();
    assert!(says.ends_with("not of the run that wrote this list: figures/one.svg, numbers.json"), "{says}");
    fs::remove_file(dir.path().join("text.md")).unwrap();
    assert!(mixed().unwrap_err().ends_with("text.md"));
    // The same files have the same list, whatever was there.
    report(dir.path(), "b", &FILES).write().unwrap();
    assert_eq!((mixed(), fs::read(&list).unwrap()), (Ok(()), second));
}

#[test]
fn files_that_a_later_run_does_not_have_go_unless_somebody_changed_them() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("stranger"), "mine").unwrap();
    report(dir.path(), "a", &["figures/one.svg", "figures/two.svg", "text.md"]).write().unwrap();
    fs::write(dir.path().join("figures/two.svg"), "edited").unwrap();
    report(dir.path(), "b", &["text.md"]).write().unwrap();
    assert_eq!(names(dir.path()), ["figures", "report.sha256", "stranger", "text.md"]);
    assert_eq!(names(&dir.path().join("figures")), ["two.svg"]);
    // A list that leads elsewhere is no list of ours.
    let outside = dir.path().join("inside/report.sha256");
    fs::create_dir(dir.path().join("inside")).unwrap();
    let digest = fs::read_to_string(dir.path().join("report.sha256")).unwrap();
    fs::write(&outside, digest.replace("text.md", "../text.md")).unwrap();
    assert!(Together::compare(&outside).unwrap_err().to_string().contains("not such a list"));
    report(&dir.path().join("inside"), "c", &["new.md"]).write().unwrap();
    assert!(dir.path().join("text.md").exists());
}

#[cfg(target_os = "linux")]
#[test]
fn a_list_is_one_that_sha256sum_reads() {
    let dir = tempfile::tempdir().unwrap();
    report(dir.path(), "a", &FILES).write().unwrap();
    let check = || {
        let mut command = std::process::Command::new("sha256sum");
        let command = command.args(["--check", "--strict", "report.sha256"]).current_dir(dir.path());
        command.output().map(|output| output.status.success())
    };
    // Where there is no such program there is nothing to be compared.
    let Ok(same) = check() else { return };
    assert!(same);
    fs::write(dir.path().join("text.md"), "other").unwrap();
    assert!(!check().unwrap());
}

#[cfg(feature = "faults")]
mod faults {
    use super::*;
    use std::collections::BTreeMap;

    /// All files under a folder.
    fn all(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = BTreeMap::new();
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                files.extend(all(&path));
            } else {
                files.insert(path.clone(), fs::read(path).unwrap());
            }
        }
        files
    }

    /// Every operation fails once, while `write` writes run "b" over run "a": all but the last `late` ones leave run "a" as it was.
    /// How many operations there are.
    fn each_fails(write: &dyn Fn(&Path, &str) -> Result<(), WriteError>, late: u64) -> u64 {
        let fresh = |run: &str| {
            let dir = tempfile::tempdir().unwrap();
            write(dir.path(), run).unwrap();
            dir
        };
        let relative = |dir: &tempfile::TempDir| -> BTreeMap<PathBuf, Vec<u8>> {
            all(dir.path()).into_iter().map(|(p, b)| (p.strip_prefix(dir.path()).unwrap().to_owned(), b)).collect()
        };
        let (old, new) = (relative(&fresh("a")), relative(&fresh("b")));
        let dir = fresh("a");
        order(None);
        write(dir.path(), "b").unwrap();
        let operations = order(None);
        for k in 1..=operations {
            let dir = fresh("a");
            order(Some(DiskFault::Fails(k)));
            let done = write(dir.path(), "b");
            order(None);
            assert!(done.unwrap_err().to_string().contains("cannot write"), "{k}");
            let left = relative(&dir);
            if k + late <= operations {
                assert!(left == old, "operation {k} of {operations}");
            }
            for (path, bytes) in &left {
                let whole = old.get(path) == Some(bytes) || new.get(path) == Some(bytes);
                assert!(whole, "operation {k}: {}", path.display());
            }
            write(dir.path(), "b").unwrap();
            assert!(relative(&dir) == new, "operation {k}");
        }
        operations
    }

    #[test]
    fn whichever_operation_fails_the_old_file_is_as_it_was() {
        let one = |dir: &Path, run: &str| write(&dir.join("out"), run.as_bytes());
        // Create, permissions, write, sync, rename; and the folder, after which the new one is there.
        assert_eq!(each_fails(&one, 1), 6);
    }

    #[test]
    fn whichever_operation_fails_several_files_are_as_they_were_until_the_first_takes_its_name() {
        let three = |dir: &Path, run: &str| {
            let paths: Vec<PathBuf> = ["1", "2", "3"].iter().map(|name| dir.join(name)).collect();
            let files: Vec<(&Path, &[u8])> = paths.iter().map(|path| (path.as_path(), run.as_bytes())).collect();
            write_all(&files)
        };
        // A first rename that fails has changed nothing; two renames and a folder are late.
        assert_eq!(each_fails(&three, 3), 16);
    }

    #[test]
    fn whichever_operation_fails_a_report_is_of_one_run_or_its_list_says_so() {
        let write = |dir: &Path, run: &str| {
            let files: &[&str] = if run == "a" { &["figures/one.svg", "figures/old.svg", "text.md"] } else { &FILES };
            let done = report(dir, run, files).write();
            let here: BTreeMap<PathBuf, Vec<u8>> = all(dir);
            let of = |run: &str| here.values().filter(|b| b.ends_with(run.as_bytes())).count();
            let mixed = Together::compare(&dir.join("report.sha256")).is_err();
            // The last operation is that on the folders, when all is there.
            assert!(mixed || of("a") == 0 || of("b") == 0, "{here:?}");
            done
        };
        // Create, permissions, write, sync: without permissions for numbers.json, which is new. Then one that goes, four names, two
        // folders.
        let operations = each_fails(&write, 6);
        assert_eq!(operations, 4 * 4 - 1 + 1 + 4 + 2);
    }
}

//! `cargo xtask new-paper NAME`: a paper next to the others, to be filled in.

use crate::{Failure, Outcome, misuse, root, say};
use std::path::Path;

const PAPERS: &str = "verify/src/papers";
/// The first line of the registry, behind which a paper is entered.
const REGISTRY: &str = "pub const PAPERS: &[Paper] = &[\n";

pub(crate) fn new(name: &str) -> Outcome {
    let papers = root().join(PAPERS);
    let module = enter(&papers, name)?;
    say(&format!(
        "Made {PAPERS}/{module}/mod.rs, and entered it in {PAPERS}/mod.rs. `cargo xtask verify --paper {name}` runs it; replace what it \
         says by your paper."
    ));
    Ok(())
}

/// Writes the folder and the two lines of the registry; returns the name of the module.
fn enter(papers: &Path, name: &str) -> Result<String, Failure> {
    let word = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    if !name.split('-').all(word) || !name.starts_with(|first: char| first.is_ascii_lowercase()) {
        return Err(misuse(format!("'{name}' is no name of a paper: use lower-case letters, digits and hyphens")));
    }
    let module = name.replace('-', "_");
    let (folder, registry) = (papers.join(&module), papers.join("mod.rs"));
    if folder.exists() {
        return Err(misuse(format!("{} is there already: choose another name", folder.display())));
    }
    let read = |path: &Path| std::fs::read_to_string(path).map_err(|error| fault(path, &error));
    let (template, list) = (read(&papers.join("template/mod.rs"))?, read(&registry)?);
    let entered = place(&list, &module).filter(|_| list.contains(REGISTRY)).map(|at| {
        let (before, after) = list.split_at(at);
        let list = format!("{before}#[cfg(feature = \"report\")]\nmod {module};\n{after}");
        list.replacen(REGISTRY, &format!("{REGISTRY}    {module}::PAPER,\n"), 1)
    });
    let Some(entered) = entered else {
        let says = format!("{}: no modules, or no line '{}'", registry.display(), REGISTRY.trim_end());
        return Err(Failure { says, status: 1 });
    };
    let text = template.replacen("name: \"template\"", &format!("name: \"{name}\""), 1);
    std::fs::create_dir(&folder).map_err(|error| fault(&folder, &error))?;
    std::fs::write(folder.join("mod.rs"), text).map_err(|error| fault(&folder, &error))?;
    std::fs::write(&registry, entered).map_err(|error| fault(&registry, &error))?;
    Ok(module)
}

/// The byte of a list of modules, in the order of their names, where this one belongs; none if there is no module.
fn place(list: &str, module: &str) -> Option<usize> {
    // Where the lines of a module begin, its attributes first.
    let (mut offset, mut begins, mut found) = (0, None, None);
    for line in list.split_inclusive('\n') {
        let end = offset + line.len();
        let declared = line.strip_prefix("pub ").unwrap_or(line).strip_prefix("mod ");
        if let Some(name) = declared.and_then(|rest| rest.trim_end().strip_suffix(';')) {
            if name > module {
                return Some(begins.unwrap_or(offset));
            }
            found = Some(end);
        }
        begins = line.starts_with("#[").then(|| begins.unwrap_or(offset));
        offset = end;
    }
    found
}

fn fault(path: &Path, error: &std::io::Error) -> Failure {
    Failure { says: format!("{}: {error}", path.display()), status: 1 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;
    use std::process::{Command, Stdio};

    /// A folder of papers with nothing but the registry and the template.
    fn home(of: &str) -> PathBuf {
        let home = std::env::temp_dir().join(format!("papers-{of}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&home);
        std::fs::create_dir_all(home.join("template")).unwrap();
        let copy = |file: &str| std::fs::copy(root().join(PAPERS).join(file), home.join(file)).unwrap();
        let _ = (copy("mod.rs"), copy("template/mod.rs"));
        home
    }

    /// A file as `cargo fmt` would write it. Read from a pipe, so that the modules it names need not be there.
    fn formatted(file: &Path) -> String {
        let mut command = Command::new("rustfmt");
        command.args(["--edition", "2024", "--config-path"]).arg(root());
        let done = command.stdin(std::fs::File::open(file).unwrap()).stderr(Stdio::inherit()).output().unwrap();
        assert!(done.status.success());
        String::from_utf8(done.stdout).unwrap()
    }

    #[test]
    fn what_is_made_is_formatted() {
        let home = home("formatted");
        // The first and the last of all modules, one in between, and a name that fills a line.
        let long = ["long"; 14].join("-");
        for name in ["a", "zz", "lazy", "lazy-newtons", &long] {
            let module = enter(&home, name).map_err(|failure| failure.says).unwrap();
            for file in [home.join("mod.rs"), home.join(module).join("mod.rs")] {
                assert_eq!(std::fs::read_to_string(&file).unwrap(), formatted(&file), "{name}");
            }
        }
        std::fs::remove_dir_all(&home).unwrap();
    }

    #[test]
    fn a_paper_is_entered_once_and_only_under_a_good_name() {
        let home = home("entered");
        assert_eq!(enter(&home, "my-paper").map_err(|failure| failure.says), Ok("my_paper".into()));
        let read = |file: &str| std::fs::read_to_string(home.join(file)).unwrap();
        assert!(read("mod.rs").contains("mod my_paper;\n") && read("mod.rs").contains("&[\n    my_paper::PAPER,\n"));
        assert!(read("my_paper/mod.rs").contains("name: \"my-paper\""));
        for bad in ["my-paper", "", "My", "a b", "-a", "a-", "1a", "../a"] {
            assert!(enter(&home, bad).is_err(), "{bad}");
        }
        std::fs::remove_dir_all(&home).unwrap();
    }
}

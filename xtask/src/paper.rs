//! `cargo xtask new-paper NAME`: a paper next to the others, to be filled in.

use crate::{Failure, Outcome, misuse, root, say};
use std::path::Path;

const PAPERS: &str = "verify/src/papers";
/// The first line of the registry, behind which a paper is entered.
const REGISTRY: &str = "pub const PAPERS: &[Paper] = &[\n";
/// What every module of a paper stands in front of.
const TEMPLATE: &str = "#[cfg(all(test, feature = \"report\"))]\nmod template;\n";

pub(crate) fn new(name: &str) -> Outcome {
    let papers = root().join(PAPERS);
    let module = enter(&papers, name)?;
    say(&format!(
        "Made {PAPERS}/{module}/mod.rs. `cargo xtask verify --paper {name}` runs it; replace what it says by your paper."
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
    let entered = list
        .replacen(TEMPLATE, &format!("#[cfg(feature = \"report\")]\nmod {module};\n{TEMPLATE}"), 1)
        .replacen(REGISTRY, &format!("{REGISTRY}    {module}::PAPER,\n"), 1);
    if entered.matches(&module).count() != list.matches(&module).count() + 2 {
        let says = format!(
            "{}: the lines '{}' and 'mod template;' are not as expected",
            registry.display(),
            REGISTRY.trim_end()
        );
        return Err(Failure { says, status: 1 });
    }
    let text = template.replacen("name: \"template\"", &format!("name: \"{name}\""), 1);
    std::fs::create_dir(&folder).map_err(|error| fault(&folder, &error))?;
    std::fs::write(folder.join("mod.rs"), text).map_err(|error| fault(&folder, &error))?;
    std::fs::write(&registry, entered).map_err(|error| fault(&registry, &error))?;
    Ok(module)
}

fn fault(path: &Path, error: &std::io::Error) -> Failure {
    Failure { says: format!("{}: {error}", path.display()), status: 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paper_is_entered_once_and_only_under_a_good_name() {
        let home = std::env::temp_dir().join(format!("papers-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&home);
        std::fs::create_dir_all(home.join("template")).unwrap();
        let copy = |file: &str| std::fs::copy(root().join(PAPERS).join(file), home.join(file)).unwrap();
        let _ = (copy("mod.rs"), copy("template/mod.rs"));
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

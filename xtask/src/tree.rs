//! The files of the tree, as the checks read them.

use std::path::Path;
use std::{fs, io};

/// Folders at the top that are not part of the tree; git must ignore them.
pub(crate) const IGNORED: [&str; 2] = ["target", "data"];

/// Hidden entries at the top that are part of the tree; others belong to git or to someone's tools.
const HIDDEN: [&str; 7] = [".cargo", ".ci", ".config", ".editorconfig", ".gitattributes", ".github", ".gitignore"];

/// A file of the tree: its path from the top with `/` between names, and its text, empty if it is not text.
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) text: String,
}

impl File {
    pub(crate) fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// A fault in the line where the byte at `offset` stands.
    pub(crate) fn at(&self, offset: usize, says: &str) -> String {
        let line = self.text[..offset].matches('\n').count() + 1;
        format!("{}:{line}: {says}", self.path)
    }

    /// A fault wherever a word stands.
    pub(crate) fn wherever(&self, words: &[&str], says: &str) -> Vec<String> {
        let places = words.iter().flat_map(|word| self.text.match_indices(word));
        places.map(|(offset, word)| self.at(offset, &format!("`{word}`: {says}"))).collect()
    }
}

/// All files of the tree at `root`.
pub(crate) fn read(root: &Path) -> io::Result<Vec<File>> {
    let mut files = Vec::new();
    below(root, "", &mut files)?;
    Ok(files)
}

/// All files below `folder`; `at` is its path from the top, with a `/` at the end unless empty.
fn below(folder: &Path, at: &str, files: &mut Vec<File>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{at}{name}");
        let kind = entry.file_type()?;
        if at.is_empty() && !part_of_tree(&name) {
            continue;
        }
        if kind.is_dir() {
            below(&entry.path(), &format!("{path}/"), files)?;
        } else {
            // What is not text has nothing to say to the checks on text; a link is not followed.
            let bytes = if kind.is_file() { fs::read(entry.path())? } else { Vec::new() };
            files.push(File { path, text: String::from_utf8(bytes).unwrap_or_default() });
        }
    }
    Ok(())
}

/// Whether an entry at the top is looked at.
fn part_of_tree(name: &str) -> bool {
    HIDDEN.contains(&name) || !(name.starts_with('.') || IGNORED.contains(&name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tree_is_read_without_what_is_ignored() {
        let files = read(&crate::root()).unwrap();
        assert!(files.iter().any(|file| file.path == "xtask/src/tree.rs" && file.text.contains("fn part_of_tree")));
        assert!(files.iter().any(|file| file.path == ".cargo/config.toml"));
        assert!(!files.iter().any(|file| file.path.starts_with(".git/") || file.path.starts_with("target/")));
    }
}

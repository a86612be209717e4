//! Links of the pages: each leads to a file of the tree and, behind a `#`, to a heading or a mark of it.

use crate::tree::File;

/// Every relative link in a Markdown page that leads nowhere, as lines for a reader.
pub(crate) fn faults(files: &[File]) -> Vec<String> {
    let pages = files.iter().filter(|file| is_page(&file.path));
    pages.flat_map(|page| links(&page.text).filter_map(|(offset, link)| broken(files, page, offset, link))).collect()
}

fn is_page(path: &str) -> bool {
    path.ends_with(".md")
}

/// The targets of a text's links, each with the byte at which it begins; addresses elsewhere aside.
fn links(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.match_indices("](").filter_map(|(offset, open)| {
        let start = offset + open.len();
        let link = &text[start..start + text[start..].find([')', '\n'])?];
        (!link.contains(':')).then_some((start, link))
    })
}

fn broken(files: &[File], page: &File, offset: usize, link: &str) -> Option<String> {
    let (path, heading) = link.split_once('#').unwrap_or((link, ""));
    let path = if path.is_empty() { page.path.clone() } else { joined(&page.path, path) };
    let folder = format!("{path}/");
    let Some(target) = files.iter().find(|file| file.path == path) else {
        let is_folder = heading.is_empty() && files.iter().any(|file| file.path.starts_with(&folder));
        return (!is_folder).then(|| page.at(offset, &format!("the link `{link}` leads to no file")));
    };
    let marked = || target.text.contains(&format!("id=\"{heading}\""));
    let there = heading.is_empty() || headings(&target.text).any(|name| name == heading) || marked();
    (!there).then(|| page.at(offset, &format!("the link `{link}` leads to no heading of {path}")))
}

/// A path that is relative to the folder of `page`, from the top of the tree.
fn joined(page: &str, path: &str) -> String {
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in path.trim_end_matches('/').split('/') {
        match part {
            "." => {}
            ".." => {
                parts.pop();
            }
            name => parts.push(name),
        }
    }
    parts.join("/")
}

/// The headings as links name them: small letters and digits, `-` for spaces, other characters left out.
fn headings(text: &str) -> impl Iterator<Item = String> {
    text.lines().filter(|line| line.starts_with('#')).map(|line| {
        let name = line.trim_start_matches('#').trim().to_lowercase();
        let kept = name.chars().filter(|c| c.is_alphanumeric() || [' ', '-', '_'].contains(c));
        kept.map(|c| if c == ' ' { '-' } else { c }).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_to_files_folders_and_headings_are_followed() {
        let file = |path: &str, text: &str| File { path: path.into(), text: text.into() };
        let pages = |text: &str| {
            [file("a/b.md", text), file("a/c/d.md", "# The `first` one\n<a id=\"mark\"></a>"), file("e.rs", "")]
        };
        for good in [
            "c/d.md",
            "c/d.md#the-first-one",
            "c/d.md#mark",
            "../e.rs",
            "c",
            "./c/",
            "https://example.org/x",
            "c/../b.md",
            "../a",
        ] {
            assert_eq!(faults(&pages(&format!("see [it]({good})"))), Vec::<String>::new(), "{good}");
        }
        assert!(faults(&pages("# Here\n[it](#here)")).is_empty());
        for bad in ["d.md", "c/d.md#first", "#here", "../../e.rs/x", "f/"] {
            let found = faults(&pages(&format!("one\n[it]({bad})")));
            assert_eq!(found.len(), 1, "{bad}");
            assert!(found.iter().all(|fault| fault.starts_with("a/b.md:2: ")));
        }
    }
}

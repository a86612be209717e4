//! One name, one meaning: no two public types of the workspace have the same name.
//!
//! An alias such as `type Claim = ladder::Claim<Draw, Scenario>` is no type of its own.

use crate::tree::File;
use std::collections::BTreeMap;

/// Names that two public types may have, and why.
const SHARED: [(&str, &str); 1] = [(
    "Draw",
    "the trait of `ladder` is what the judge asks of a draw, the struct of `verify` is the draw of this paper",
)];

const KINDS: [&str; 4] = ["struct", "enum", "trait", "union"];

/// Every public type whose name another one has, as lines for a reader.
pub(crate) fn faults(files: &[File]) -> Vec<String> {
    let mut places: BTreeMap<&str, Vec<(&File, usize)>> = BTreeMap::new();
    for file in files.iter().filter(|file| file.is_rust()) {
        for (offset, name) in types(&file.text) {
            places.entry(name).or_default().push((file, offset));
        }
    }
    places.retain(|name, places| places.len() > 1 && !SHARED.iter().any(|(shared, _)| shared == name));
    let twice = |(name, places): (&str, Vec<(&File, usize)>)| {
        let says = format!("`{name}`: another public type has this name");
        places.into_iter().map(|(file, offset)| file.at(offset, &says)).collect::<Vec<_>>()
    };
    places.into_iter().flat_map(twice).collect()
}

/// The public types that are declared in a text, each with the byte at which its line begins.
fn types(text: &str) -> Vec<(usize, &str)> {
    let mut offset = 0;
    let mut found = Vec::new();
    for line in text.split_inclusive('\n') {
        let mut words = line.trim_start().split(' ');
        let declares = words.next() == Some("pub") && words.next().is_some_and(|kind| KINDS.contains(&kind));
        if let Some(name) = words.next().filter(|_| declares) {
            let end = name.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(name.len());
            found.push((offset, &name[..end]));
        }
        offset += line.len();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(texts: &[&str]) -> Vec<String> {
        let file = |(at, text): (usize, &&str)| File { path: format!("{at}.rs"), text: (*text).to_owned() };
        faults(&texts.iter().enumerate().map(file).collect::<Vec<_>>())
    }

    #[test]
    fn a_name_that_two_public_types_have_is_found_at_both() {
        let twice = found(&["//! a\npub struct Entry {\n", "pub struct Other;\n    pub enum Entry<'a> {\n"]);
        let says = "`Entry`: another public type has this name";
        assert_eq!(twice, [format!("0.rs:2: {says}"), format!("1.rs:2: {says}")]);
        assert_eq!(found(&["pub trait A: B {", "pub struct A(f64);", "pub union A {"]).len(), 3);
        // In one file too.
        assert_eq!(found(&["mod a {\n    pub struct A;\n}\npub struct A;\n"]).len(), 2);
    }

    #[test]
    fn what_is_not_public_no_type_of_its_own_or_shared_with_a_reason_is_left_alone() {
        assert_eq!(
            found(&["pub struct A;", "struct A;\npub(crate) struct A;\npub type A = B;\n// pub struct A;"]),
            [""; 0]
        );
        assert_eq!(found(&["pub struct A;", "pub struct Ab;", "pub fn A() {}"]), [""; 0]);
        let shared = format!("pub struct {};", SHARED[0].0);
        assert_eq!(found(&[&shared, &shared]), [""; 0]);
    }
}

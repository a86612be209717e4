//! Names that people type: each list of them once, and the error about a word that is not in it.

/// A word that is not in a list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown {what} '{word}'{hint}: use {list}", hint = hint(.nearest.as_deref()))]
pub struct Unknown {
    what: &'static str,
    word: String,
    nearest: Option<String>,
    list: String,
}

fn hint(nearest: Option<&str>) -> String {
    nearest.map_or(String::new(), |name| format!(" (did you mean '{name}'?)"))
}

/// Words that are at least this similar may be meant, by Jaro and Winkler: 1 for equal ones, 0 for such as share no letter.
const SIMILAR: f64 = 0.85;

impl Unknown {
    /// The error about a word that is not one of the spellings. In a spelling with a parameter, its name in capitals
    /// follows a colon.
    #[must_use]
    pub fn new(what: &'static str, word: &str, spellings: &[&str]) -> Self {
        let head = |text: &str| text.split(':').next().unwrap_or_default().to_owned();
        let similar = |name: &str| match parameter(name) {
            Some((name, _)) => strsim::jaro_winkler(&head(word), name),
            None => strsim::jaro_winkler(word, name),
        };
        let rated = spellings.iter().map(|name| (similar(name), *name));
        let nearest = rated.reduce(|best, next| if next.0 > best.0 { next } else { best });
        let nearest = nearest.filter(|(rate, _)| *rate >= SIMILAR).map(|(_, name)| name.to_owned());
        Self { what, word: word.to_owned(), nearest, list: spellings.join(", ") }
    }

    /// The same with more to say behind the list.
    pub(crate) fn and(mut self, more: &str) -> Self {
        self.list += more;
        self
    }

    /// What was typed.
    #[must_use]
    pub fn word(&self) -> &str {
        &self.word
    }
}

/// The name of a spelling that has a parameter, and what the parameter is called: `gaussian` and `SIGMA` of `gaussian:SIGMA`.
pub(crate) fn parameter(spelling: &str) -> Option<(&str, &str)> {
    spelling.split_once(':').filter(|(_, parameter)| parameter.chars().all(|letter| letter.is_ascii_uppercase()))
}

/// The value that is spelled like this.
///
/// # Errors
/// [`Unknown`] if there is none.
pub fn find<T: Copy>(what: &'static str, list: &[(T, &str)], word: &str) -> Result<T, Unknown> {
    let found = list.iter().find(|(_, name)| *name == word).map(|(value, _)| *value);
    found.ok_or_else(|| Unknown::new(what, word, &list.iter().map(|(_, name)| *name).collect::<Vec<_>>()))
}

/// How a value is spelled; nothing for one that is not in the list.
pub(crate) fn name<T: PartialEq>(list: &[(T, &'static str)], value: &T) -> &'static str {
    list.iter().find(|(held, _)| held == value).map_or("", |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_near_word_is_answered_by_the_one_that_is_meant() {
        let list = [(1, "krum"), (2, "multi-krum"), (3, "median")];
        assert_eq!(find("rule", &list, "median"), Ok(3));
        let says = |word| find("rule", &list, word).unwrap_err().to_string();
        assert_eq!(says("krumm"), "unknown rule 'krumm' (did you mean 'krum'?): use krum, multi-krum, median");
        assert_eq!(says("wax"), "unknown rule 'wax': use krum, multi-krum, median");
        let alike = find("rule", &[(1, "mediam"), (2, "median")], "mediax").unwrap_err().to_string();
        assert!(alike.contains("'mediam'?"), "of two that are as near, the first: {alike}");
        assert_eq!(says(""), "unknown rule '': use krum, multi-krum, median");
        let attack = |word| Unknown::new("attack", word, &["gaussian:SIGMA", "min-max:towards", "nan"]).to_string();
        assert!(attack("gausian:5").contains("'gaussian:SIGMA'?"));
        assert!(attack("min-max:toward").contains("'min-max:towards'?"));
        assert_eq!((name(&list, &2), name(&list, &9)), ("multi-krum", ""));
    }
}

//! Plain words: no comment, docstring, page or string of a Rust program has a phrase that the table "Words" of
//! CONTRIBUTING.md rules out.

use crate::tree::File;

/// The page with the table, and the line that opens it.
const PAGE: &str = "CONTRIBUTING.md";

/// The first line of the table.
const HEAD: &str = "| write | not |";

/// Left out, as is the table itself: the changelog is history, and programs write the reports from strings.
const LEFT_OUT: [&str; 2] = ["CHANGELOG.md", "reports/"];

/// Files whose strings are left out: committed reports consist of those of the first eight, until they are written again,
/// and the last has the tests of this check.
const STRINGS_LEFT_OUT: [&str; 9] = [
    "crates/comrade-bench/src/counts.rs",
    "crates/comrade-bench/src/render.rs",
    "verify/src/experiment/draw.rs",
    "verify/src/experiment/floors/page.rs",
    "verify/src/experiment/floors/picture.rs",
    "verify/src/experiment/kappa/page.rs",
    "verify/src/report/sections.rs",
    "verify/src/report/study.rs",
    "xtask/src/words.rs",
];

/// A row of the table: phrases that are ruled out, longer ones that contain one and are fine, and what to write.
struct Row<'a> {
    not: Vec<Vec<&'a str>>,
    except: Vec<Vec<&'a str>>,
    write: &'a str,
}

/// A word or another character of a text, and its byte there.
struct Token<'a> {
    offset: usize,
    text: &'a str,
}

/// Every place that has a phrase of the table, as lines for a reader.
pub(crate) fn faults(files: &[File]) -> Vec<String> {
    let rows = files.iter().find(|file| file.path == PAGE).map(|file| rows(&file.text)).unwrap_or_default();
    if rows.is_empty() {
        return vec![format!("{PAGE}: no table `{HEAD}`")];
    }
    let read = files.iter().filter(|file| !LEFT_OUT.iter().any(|start| file.path.starts_with(start)));
    read.flat_map(|file| places(file, &rows)).collect()
}

/// The rows of the table in a page.
fn rows(page: &str) -> Vec<Row<'_>> {
    let lines = page.lines().skip_while(|line| *line != HEAD).skip(2).take_while(|line| line.starts_with('|'));
    lines
        .filter_map(|line| {
            let (write, not) = line.trim_matches('|').split_once('|')?;
            let (not, except) = not.split_once(" except ").unwrap_or((not, ""));
            Some(Row { not: phrases(not), except: phrases(except), write: write.trim() })
        })
        .collect()
}

/// What stands between backticks, word by word.
fn phrases(cell: &str) -> Vec<Vec<&str>> {
    cell.split('`').skip(1).step_by(2).map(|phrase| phrase.split(' ').collect()).collect()
}

fn places(file: &File, rows: &[Row<'_>]) -> Vec<String> {
    let tokens = tokens(file);
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        // The first letter may be a capital. A capital in a later word begins another sentence.
        let stands = |start: usize, phrase: &[&str]| {
            let rest = &tokens[start..];
            rest.len() >= phrase.len()
                && rest[0].text.eq_ignore_ascii_case(phrase[0])
                && rest[1..].iter().zip(&phrase[1..]).all(|(token, word)| token.text == *word)
        };
        for row in rows {
            let excepted =
                |length: usize| (at..at + length).any(|start| row.except.iter().any(|phrase| stands(start, phrase)));
            for phrase in row.not.iter().filter(|phrase| stands(at, phrase) && !excepted(phrase.len())) {
                found.push(file.at(token.offset, &format!("`{}`: write {}", phrase.join(" "), row.write)));
            }
        }
    }
    found
}

/// All words that a file says to a reader. Between two lines of code, and at a blank line, stands an empty token.
fn tokens(file: &File) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let (mut offset, mut docstring, mut table) = (0, false, false);
    for line in file.text.split_inclusive('\n') {
        table = line.trim_end() == HEAD && file.path == PAGE || table && line.starts_with('|');
        let ending = file.path.rsplit('.').next().unwrap_or_default();
        let prose = match ending {
            "rs" => comment(line, "//"),
            "toml" | "yml" => comment(line, "#"),
            "md" if !table => Some(line),
            "py" | "pyi" => {
                let quotes = line.matches("\"\"\"").count();
                let inside = docstring || quotes > 0;
                docstring ^= quotes % 2 == 1;
                if inside { Some(line) } else { comment(line, "#") }
            }
            _ => None,
        };
        match prose.filter(|prose| !prose.trim().is_empty()) {
            Some(prose) => split(prose, offset + line.len() - prose.len(), &mut tokens),
            None => tokens.push(Token { offset, text: "" }),
        }
        offset += line.len();
    }
    if file.is_rust() && !STRINGS_LEFT_OUT.contains(&&*file.path) {
        for (start, piece) in literals(&file.text) {
            match piece {
                "" => tokens.push(Token { offset: start, text: "" }),
                _ => split(piece, start, &mut tokens),
            }
        }
    }
    tokens
}

/// What stands in the string literals of Rust code between their escapes, each piece with its byte; an empty one ends a
/// literal.
fn literals(code: &str) -> Vec<(usize, &str)> {
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some(next) = code[at..].find(['/', '\'', '"']) {
        at += next;
        let rest = &code[at..];
        let behind = |mark: &str, from: usize| {
            let end = rest.get(from..).and_then(|rest| rest.find(mark));
            end.map_or(rest.len(), |end| from + end + mark.len())
        };
        let hashes = at - code[..at].trim_end_matches('#').len();
        let length = match rest.as_bytes() {
            [b'/', b'/', ..] => behind("\n", 2),
            [b'/', b'*', ..] => behind("*/", 2),
            [b'\'', b'\\', ..] => behind("'", 3),
            // A letter, or the name of a lifetime.
            [b'\'', ..] => rest.char_indices().nth(2).filter(|(_, c)| *c == '\'').map_or(1, |(end, _)| end + 1),
            [b'"', ..] if code[..at - hashes].ends_with('r') => {
                let mark = format!("\"{}", "#".repeat(hashes));
                let length = behind(&mark, 1);
                found.push((at + 1, &rest[1..length.saturating_sub(mark.len()).max(1)]));
                length
            }
            [b'"', ..] => pieces(rest, at, &mut found),
            _ => 1,
        };
        if rest.starts_with('"') {
            found.push((at, ""));
        }
        at += length;
    }
    found
}

/// Adds the pieces of the literal that opens a text, which begins at `start`; returns its length.
fn pieces<'a>(text: &'a str, start: usize, found: &mut Vec<(usize, &'a str)>) -> usize {
    let mut at = 1;
    while let Some(length) = text[at..].find(['"', '\\']) {
        found.push((start + at, &text[at..at + length]));
        at += length;
        if text[at..].starts_with('"') {
            return at + 1;
        }
        // What is escaped is one letter, or begins with one.
        at += 1 + text[at + 1..].chars().next().map_or(0, char::len_utf8);
    }
    text.len()
}

/// What follows the first mark of a comment that does not stand in a string.
fn comment<'a>(line: &'a str, mark: &str) -> Option<&'a str> {
    let outside = |at: &usize| {
        let before = &line[..*at];
        let quotes = before.matches('"').count() - before.matches("\\\"").count();
        quotes.is_multiple_of(2) && (before.is_empty() || before.ends_with(' '))
    };
    let at = line.match_indices(mark).map(|(at, _)| at).find(outside)?;
    Some(line[at..].trim_start_matches(['/', '!', '#']))
}

/// Adds the words of a text that begins at `start`, and every other character that is not a space.
fn split<'a>(text: &'a str, start: usize, tokens: &mut Vec<Token<'a>>) {
    let is_word = |c: char| c.is_alphanumeric() || "_'-".contains(c);
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let word = text[at..].find(|c| !is_word(c)).unwrap_or(text.len() - at);
        let length = if word > 0 { word } else { first.len_utf8() };
        if !first.is_whitespace() {
            tokens.push(Token { offset: start + at, text: &text[at..at + length] });
        }
        at += length;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "# Words\n\n| write | not |\n|---|---|\n| next to | `beside` |\n| a training run | `a training`, \
                         `trainings`, except `training set` |\n\nThis is beside the table.\n";

    fn found(path: &str, text: &str) -> Vec<String> {
        let file = |path: &str, text: &str| File { path: path.to_owned(), text: text.to_owned() };
        // The table's own page has one place.
        faults(&[file(PAGE, TABLE), file(path, text)])[1..].to_vec()
    }

    #[test]
    fn a_planted_phrase_is_found_wherever_people_read() {
        let planted = [
            ("a.rs", "//! One\n/// Beside it."),
            ("a.rs", "fn f() {}\nlet a = \"//\"; // beside"),
            ("a.md", "\n* (beside)"),
            ("a.toml", "\na = \"#\" # beside"),
            (".github/a.yml", "a:\n  # beside"),
            ("a.py", "\"\"\"One.\n\nbeside\n\"\"\"\n"),
            ("a.py", "a = 1\nb = 2  # beside"),
            ("a.rs", "let a = \"\nBeside {a}\";"),
            ("a.rs", "let (a, b) = (\"\\\"\", \"\\n\\nbeside\");"),
            (
                "a.rs",
                "fn a<'a>(_: &'a str) -> [char; 3] {\n    ['\"', '\\'', '\\\\'] // \"\n}\nconst B: &str = \"beside\";",
            ),
            ("a.rs", "a(br##\"\"# \\\"##, \"\\\\\",\n  r#\"// beside\"#);"),
        ];
        for (path, text) in planted {
            let line = text[..text.to_lowercase().rfind("beside").unwrap()].matches('\n').count() + 1;
            assert_eq!(found(path, text), [format!("{path}:{line}: `beside`: write next to")], "{text}");
        }
        // Over the end of a line, and at the first of its words.
        assert_eq!(
            found("a.rs", "fn f() {\n    /// of a\n    /// training, and"),
            ["a.rs:2: `a training`: write a training run"]
        );
        assert_eq!(
            found("a.rs", "f(\"what\",\n\"of a \\\n   training {}\");"),
            ["a.rs:2: `a training`: write a training run"]
        );
    }

    #[test]
    fn a_longer_word_an_exception_and_code_are_left_alone() {
        for (path, text) in [
            ("a.rs", "// besides, is_beside, in-training: a\n\n// training. A training set"),
            ("a.rs", "// a\nfn f() {}\n// training"),
            ("a.rs", "// A\n// Training begins another sentence."),
            ("a.rs", "let beside = \"//\"; // no"),
            ("a.rs", "f(\"a\", \"training\", '\"', beside, '\"')"),
            ("a.rs", "f(\"\\\"\", beside, \"\\\\\", beside, r\"\\\", beside, r#\"\"\"#, beside)"),
            ("verify/src/report/study.rs", "f(\"beside\")"),
            ("a.md", "a, training or trainingsx"),
            ("a.toml", "beside = \"a # beside\""),
            ("a.py", "\"\"\"One.\"\"\"\nbeside = \"beside\""),
            ("a.v", "beside"),
            ("CHANGELOG.md", "beside"),
            ("reports/a.md", "beside"),
        ] {
            assert_eq!(found(path, text), [""; 0], "{path}: {text}");
        }
        let own = faults(&[File { path: PAGE.to_owned(), text: TABLE.to_owned() }]);
        assert_eq!(own, ["CONTRIBUTING.md:8: `beside`: write next to"]);
    }

    #[test]
    fn a_page_without_the_table_is_a_fault() {
        for text in ["", "| a | b |\n", "| write | not |\n|---|---|\n"] {
            assert_eq!(faults(&[File { path: PAGE.to_owned(), text: text.to_owned() }]).len(), 1, "{text}");
        }
    }
}

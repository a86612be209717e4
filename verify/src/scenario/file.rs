//! Scenarios as a TOML file says them: those of the default run, and anybody's own.
//!
//! A table is read by a list of its keys and of what their values are; the same words stand in every error.

use super::{Draws, Lazy, Population, Published, Scenario, Source, Unplayable};
use comrade::compress::Bits;
use comrade::data::synthetic::{Gaussian, Task};
use comrade::loss::{LOSSES, Loss};
use comrade::method::Method;
use comrade::shard::{SHARDINGS, Sharding};
use comrade::spelling::{self, Unknown};
use serde::de::DeserializeOwned;
use std::collections::BTreeSet;
use std::fmt::Display;
use std::path::Path;
use std::sync::LazyLock;
use toml::de::{DeTable, DeValue, ValueDeserializer};

/// A key, and what its value is.
type Key = (&'static str, &'static str);

const TOP: &[Key] = &[
    ("seed", "a whole number of at least 0"),
    ("scenario", "a list of scenarios, each of which begins with a line [[scenario]]"),
];

const SCENARIO: &[Key] = &[
    ("name", "a word of small letters, digits and hyphens, for example \"mine\""),
    ("like", "the name of a scenario above, or of one of the default run"),
    (
        "data",
        "a table: { file = \"mine.libsvm\" }, { published = \"a9a\" }, { rows = 4000, cols = 5 } or \
     { counts = [[2, 0, 1]], shard = 100 }",
    ),
    ("loss", "\"logistic\" or \"squared\""),
    ("lambda", "a number of at least 0, for example 1e-3"),
    ("workers", "a whole number of at least 1"),
    ("sharding", "\"partition\" or \"with-replacement\""),
    ("liars", "a whole number, of workers"),
    ("attack", "a word, for example \"alie:1.5\""),
    ("beta", "a number from 0 to below 1/2"),
    ("compressor", "a word, for example \"top-k:0.1\""),
    ("method", "\"comrade\" or \"lazy-newton\""),
    ("bits", "8, 16, 32 or 64"),
    ("sorted", "a share from 0 to 1"),
    ("indefinite", "true or false"),
    ("iterates", "a list of increasing whole numbers, for example [0, 1, 3]"),
    ("quick", "a table, for example { seeds = 20, fresh = 400 }"),
    ("full", "a table, for example { seeds = 100, fresh = 2000 }"),
];

/// The keys that only lazy Newton has.
const LAZY: [&str; 3] = ["bits", "sorted", "indefinite"];

const DRAWS: &[Key] = &[("seeds", "a whole number of at least 0"), ("fresh", "a whole number of at least 0")];

/// The forms of `data`, each known by its first key.
const FORMS: [&[Key]; 4] = [
    &[("file", "the path of a LIBSVM file, from the folder of this file")],
    &[("published", "\"a9a\" or \"w5a\"")],
    &[
        ("rows", "a whole number of at least 1"),
        ("cols", "a whole number of at least 1"),
        ("condition", "a number of at least 1"),
        ("margin", "a number of at least 0"),
        ("noise", "a number of at least 0"),
    ],
    &[
        ("counts", "a list of rows [x^2, b, how many like this]"),
        ("shard", "a whole number of at least 1"),
        ("name", "a word"),
    ],
];

/// What is wrong in a file, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {says}{}", quoted(*.line, .text))]
pub struct Mistake {
    /// From 1.
    pub line: usize,
    /// The line as it stands.
    pub text: String,
    /// The key at fault, and what would be right.
    pub says: String,
}

fn quoted(line: usize, text: &str) -> String {
    if text.trim().is_empty() { String::new() } else { format!("\n  {line} | {text}") }
}

impl Mistake {
    /// At this byte of the file.
    fn at(text: &str, byte: usize, says: impl Display) -> Self {
        let before = text.get(..byte).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let quoted = text.lines().nth(line - 1).unwrap_or_default().trim_end().to_owned();
        Self { line, text: quoted, says: says.to_string() }
    }
}

/// A file of scenarios.
#[derive(Clone, Debug)]
pub struct File {
    /// Names every random stream; none if the file does not say.
    pub seed: Option<u64>,
    /// In the order of the file.
    pub scenarios: Vec<Scenario>,
    text: String,
}

/// The scenarios of the default run, in report order.
///
/// # Panics
/// Never: the file is part of the program, and a test reads it.
#[must_use]
pub fn all() -> Vec<Scenario> {
    static ALL: LazyLock<Vec<Scenario>> = LazyLock::new(|| {
        let file = parse(include_str!("../../scenarios.toml"), Path::new(""), &[]);
        file.expect("the scenarios of the default run can be played").scenarios
    });
    ALL.clone()
}

impl File {
    /// Reads and checks a user's own scenarios, which may be like those of the default run; data files are looked for
    /// in `folder`.
    ///
    /// # Errors
    /// The first [`Mistake`].
    pub fn parse(text: &str, folder: &Path) -> Result<Self, Mistake> {
        parse(text, folder, &all())
    }

    /// Checks n and d of the samples that were read from files, where they are known.
    ///
    /// # Errors
    /// The first [`Mistake`].
    pub fn fits(&self, size: impl Fn(&Scenario) -> Option<(usize, usize)>) -> Result<(), Mistake> {
        let unfit = self.scenarios.iter().enumerate().find_map(|(at, scenario)| {
            let (n, d) = size(scenario).filter(|_| matches!(scenario.source, Source::File(_)))?;
            scenario.fits(n, d).err().map(|wrong| (at, wrong))
        });
        match unfit {
            None => Ok(()),
            Some((at, wrong)) => {
                let top = DeTable::parse(&self.text).map_err(|e| syntax(&self.text, &e))?;
                let tables = tables(&Table::new(&self.text, top.get_ref(), 0, TOP)?)?;
                Err(tables.get(at).map_or_else(|| Mistake::at(&self.text, 0, &wrong), |table| table.unplayable(&wrong)))
            }
        }
    }
}

fn syntax(text: &str, error: &toml::de::Error) -> Mistake {
    Mistake::at(text, error.span().map_or(0, |span| span.start), error.message().replace('\n', "; "))
}

fn parse(text: &str, folder: &Path, known: &[Scenario]) -> Result<File, Mistake> {
    let held = DeTable::parse(text).map_err(|e| syntax(text, &e))?;
    let top = Table::new(text, held.get_ref(), 0, TOP)?;
    let mut file = File { seed: top.get("seed")?, scenarios: Vec::new(), text: text.to_owned() };
    let mut names = BTreeSet::new();
    for table in tables(&top)? {
        let all: Vec<&Scenario> = file.scenarios.iter().rev().chain(known).collect();
        let scenario = table.scenario(folder, &all)?;
        scenario.check().map_err(|wrong| table.unplayable(&wrong))?;
        if known.iter().any(|other| other.name == scenario.name) {
            return Err(table.mistake("name", "a scenario of the default run has this name: choose another"));
        }
        if !names.insert(scenario.name.clone()) {
            return Err(table.mistake("name", "a scenario above has this name: choose another"));
        }
        file.scenarios.push(scenario);
    }
    Ok(file)
}

/// The tables of the scenarios.
fn tables<'t>(top: &Table<'t>) -> Result<Vec<Table<'t>>, Mistake> {
    let missing = || Mistake::at(top.text, 0, "no scenario: each begins with a line [[scenario]]");
    let list = match top.held.get("scenario").map(|value| value.get_ref()) {
        None => return Err(missing()),
        Some(DeValue::Array(list)) => list,
        Some(_) => return Err(top.wrong("scenario")),
    };
    if list.is_empty() {
        return Err(missing());
    }
    let table = |value: &'t toml::Spanned<DeValue<'t>>| match value.get_ref() {
        DeValue::Table(held) => Table::new(top.text, held, value.span().start, SCENARIO),
        _ => Err(top.wrong("scenario")),
    };
    list.iter().map(table).collect()
}

/// A table of the file, with no other keys than it may have.
struct Table<'t> {
    text: &'t str,
    held: &'t DeTable<'t>,
    /// Where it begins, in bytes.
    start: usize,
    keys: &'static [Key],
}

impl<'t> Table<'t> {
    fn new(text: &'t str, held: &'t DeTable<'t>, start: usize, keys: &'static [Key]) -> Result<Self, Mistake> {
        match held.keys().find(|key| !keys.iter().any(|(known, _)| known == key.get_ref())) {
            None => Ok(Self { text, held, start, keys }),
            Some(key) => {
                let known: Vec<&str> = keys.iter().map(|(known, _)| *known).collect();
                Err(Mistake::at(text, key.span().start, Unknown::new("key", key.get_ref(), &known)))
            }
        }
    }

    /// Whether the key is there.
    fn says(&self, key: &str) -> bool {
        self.held.contains_key(key)
    }

    fn mistake(&self, key: &str, says: impl Display) -> Mistake {
        let start = self.held.get_key_value(key).map_or(self.start, |(key, _)| key.span().start);
        Mistake::at(self.text, start, format!("{key}: {says}"))
    }

    fn unplayable(&self, wrong: &Unplayable) -> Mistake {
        self.mistake(wrong.key, &wrong.says)
    }

    fn means(&self, key: &str) -> &'static str {
        self.keys.iter().find(|(known, _)| *known == key).map_or("", |(_, means)| means)
    }

    fn wrong(&self, key: &str) -> Mistake {
        self.mistake(key, format!("this must be {}", self.means(key)))
    }

    /// The value of a key; none if it is not there.
    fn get<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, Mistake> {
        let Some(value) = self.held.get(key) else { return Ok(None) };
        T::deserialize(ValueDeserializer::from(value.clone())).map(Some).map_err(|_| self.wrong(key))
    }

    fn required<T: DeserializeOwned>(&self, key: &str) -> Result<T, Mistake> {
        self.get(key)?.ok_or_else(|| self.missing(key))
    }

    fn missing(&self, key: &str) -> Mistake {
        self.mistake(key, format!("this is missing: {}", self.means(key)))
    }

    /// The value that is spelled like this in a list.
    fn word<T: Copy>(&self, key: &'static str, list: &[(T, &str)]) -> Result<Option<T>, Mistake> {
        let Some(word) = self.get::<String>(key)? else { return Ok(None) };
        spelling::find(key, list, &word).map(Some).map_err(|unknown| self.mistake(key, unknown))
    }

    fn table(&self, key: &str, keys: &'static [Key]) -> Result<Option<Self>, Mistake> {
        match self.held.get(key) {
            None => Ok(None),
            Some(value) => match value.get_ref() {
                DeValue::Table(held) => Self::new(self.text, held, value.span().start, keys).map(Some),
                _ => Err(self.wrong(key)),
            },
        }
    }

    /// The scenario; `others` are those that it may be like.
    fn scenario(&self, folder: &Path, others: &[&Scenario]) -> Result<Scenario, Mistake> {
        let like: Option<String> = self.get("like")?;
        let base = like.map(|like| {
            let found = others.iter().find(|other| other.name == like);
            let names: Vec<&str> = others.iter().map(|other| other.name.as_str()).collect();
            found.copied().ok_or_else(|| self.mistake("like", Unknown::new("scenario", &like, &names)))
        });
        let (name, base) = (self.required("name")?, base.transpose()?);
        let source = self.source(folder)?.or_else(|| base.map(|base| base.source.clone()));
        let source = source.ok_or_else(|| self.missing("data"))?;
        let base = match base {
            Some(base) => Scenario { name, source, ..base.clone() },
            None => Scenario {
                name,
                source,
                loss: Loss::Logistic,
                lambda: 1e-3,
                workers: self.required("workers")?,
                sharding: Sharding::Partition,
                liars: None,
                beta: 0.0,
                compressor: "identity".into(),
                lazy: None,
                iterates: vec![0, 1, 2],
                quick: Draws { seeds: 20, fresh: 400 },
                full: Draws { seeds: 100, fresh: 2000 },
            },
        };
        let lazy = self.lazy(base.lazy)?;
        // Every sample is dealt once, and there is no fresh draw.
        let base = match lazy {
            None => base,
            Some(_) => {
                let [quick, full] = [base.quick, base.full].map(|draws| Draws { fresh: 0, ..draws });
                Scenario { sharding: Sharding::Partition, quick, full, ..base }
            }
        };
        Ok(Scenario {
            loss: self.word("loss", &LOSSES)?.unwrap_or(base.loss),
            lambda: self.get("lambda")?.unwrap_or(base.lambda),
            workers: self.get("workers")?.unwrap_or(base.workers),
            sharding: self.word("sharding", &SHARDINGS)?.unwrap_or(base.sharding),
            liars: self.liars(base.liars)?,
            beta: self.get("beta")?.unwrap_or(base.beta),
            compressor: self.get("compressor")?.unwrap_or(base.compressor),
            lazy,
            iterates: self.get("iterates")?.unwrap_or(base.iterates),
            quick: self.draws("quick", base.quick)?,
            full: self.draws("full", base.full)?,
            ..base
        })
    }

    fn liars(&self, base: Option<(usize, String)>) -> Result<Option<(usize, String)>, Mistake> {
        let (count, attack) = base.map_or((0, None), |(count, attack)| (count, Some(attack)));
        let count = self.get("liars")?.unwrap_or(count);
        match self.get("attack")?.or(attack) {
            _ if count == 0 && self.says("attack") => {
                Err(self.mistake("attack", "nobody lies: liars says how many do"))
            }
            _ if count == 0 => Ok(None),
            None => {
                Err(self
                    .mistake("liars", "attack is missing, which says what they do: for example attack = \"alie:1.5\""))
            }
            Some(attack) => Ok(Some((count, attack))),
        }
    }

    fn lazy(&self, base: Option<Lazy>) -> Result<Option<Lazy>, Mistake> {
        let methods = [Method::Comrade, Method::LazyNewton].map(|method| (method, method.name()));
        let lazy = self.word("method", &methods)?.map_or(base.is_some(), |method| method == Method::LazyNewton);
        if !lazy {
            let foreign = LAZY.into_iter().find(|key| self.says(key));
            return foreign.map_or(Ok(None), |key| Err(self.mistake(key, "only method = \"lazy-newton\" has this")));
        }
        let base = base.unwrap_or(Lazy::PLAIN);
        let bits = self.get::<u8>("bits")?.map(|bits| Bits::try_from(bits).map_err(|_| self.wrong("bits")));
        Ok(Some(Lazy {
            bits: bits.transpose()?.unwrap_or(base.bits),
            sorted: self.get("sorted")?.unwrap_or(base.sorted),
            indefinite: self.get("indefinite")?.unwrap_or(base.indefinite),
        }))
    }

    fn draws(&self, key: &str, base: Draws) -> Result<Draws, Mistake> {
        let Some(table) = self.table(key, DRAWS)? else { return Ok(base) };
        Ok(Draws { seeds: table.get("seeds")?.unwrap_or(base.seeds), fresh: table.get("fresh")?.unwrap_or(base.fresh) })
    }

    fn source(&self, folder: &Path) -> Result<Option<Source>, Mistake> {
        let Some(value) = self.held.get("data") else { return Ok(None) };
        let DeValue::Table(held) = value.get_ref() else { return Err(self.wrong("data")) };
        let form = FORMS.into_iter().find(|keys| keys.first().is_some_and(|(first, _)| held.contains_key(*first)));
        let data = Table::new(self.text, held, value.span().start, form.ok_or_else(|| self.wrong("data"))?)?;
        if let Some(file) = data.get::<String>("file")? {
            let path = folder.join(file);
            let found = path.is_file();
            return if found {
                Ok(Some(Source::File(path)))
            } else {
                Err(data.mistake("file", format!("no such file: {}", path.display())))
            };
        }
        if data.says("published") {
            let files = [Published::A9a, Published::W5a].map(|which| (which, which.name()));
            return Ok(data.word("published", &files)?.map(Source::Published));
        }
        if let Some(rows) = data.get("counts")? {
            let name = data.get("name")?.unwrap_or_else(|| "counted".into());
            return Ok(Some(Source::Population(Population { name, rows, shard: data.required("shard")? })));
        }
        Ok(Some(Source::Gaussian(Gaussian {
            rows: data.required("rows")?,
            cols: data.required("cols")?,
            condition: data.get("condition")?.unwrap_or(1.0),
            margin: data.get("margin")?.unwrap_or(1.0),
            task: data.get("noise")?.map_or(Task::Classification, |noise| Task::Regression { noise }),
        })))
    }
}

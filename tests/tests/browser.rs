//! The committed pages in a real browser: Chromium behind chromedriver, which speak JSON over HTTP. A client of some
//! dozen lines needs no asynchronous runtime, and `ureq` is in the tree already for the downloads.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, and so do its helpers")]

use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const PAGES: [&str; 2] = ["reports", "reports/real"];

/// A chromedriver with one window; both end with it.
struct Browser {
    driver: Child,
    session: String,
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = ureq::delete(&self.session).call();
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

fn answer(response: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Value {
    let text = response.unwrap().body_mut().with_config().limit(100 << 20).read_to_string().unwrap();
    let value: Value = serde_json::from_str(&text).unwrap();
    assert!(value["value"]["error"].is_null(), "{}: {}", value["value"]["error"], value["value"]["message"]);
    value["value"].clone()
}

/// Failures are answered in JSON too.
fn post(url: &str, body: &Value) -> Value {
    let request = ureq::post(url).config().http_status_as_error(false).build();
    answer(request.content_type("application/json").send(body.to_string()))
}

impl Browser {
    fn open(folder: &str) -> Self {
        let mut driver = Command::new("chromedriver").arg("--port=0").stdout(Stdio::piped()).spawn().unwrap();
        let mut says = BufReader::new(driver.stdout.take().unwrap()).lines();
        let port = says.find_map(|line| {
            let line = line.unwrap();
            let port = line.split_once("started successfully on port ")?.1;
            Some(port.trim_end_matches('.').to_owned())
        });
        // Whoever does not read on blocks the driver.
        std::thread::spawn(move || says.for_each(drop));
        let address = format!("http://127.0.0.1:{}/session", port.unwrap());
        let options = json!({"args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
            "--window-size=1280,900"]});
        let capabilities =
            json!({"browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}});
        let made = post(&address, &json!({"capabilities": {"alwaysMatch": capabilities}}));
        let browser = Self { driver, session: format!("{address}/{}", made["sessionId"].as_str().unwrap()) };
        browser.visit(folder);
        browser
    }

    fn visit(&self, folder: &str) {
        let path = std::fs::canonicalize(format!("{}/../{folder}/index.html", env!("CARGO_MANIFEST_DIR"))).unwrap();
        self.post("url", &json!({"url": format!("file://{}", path.display())}));
    }

    fn post(&self, what: &str, body: &Value) -> Value {
        post(&format!("{}/{what}", self.session), body)
    }

    /// What a function body returns.
    fn run(&self, script: &str) -> Value {
        self.post("execute/sync", &json!({"script": script, "args": []}))
    }

    fn devtools(&self, command: &str, parameters: Value) {
        self.post("goog/cdp/execute", &json!({"cmd": command, "params": parameters}));
    }

    fn width(&self, width: u32) {
        let size = json!({"width": width, "height": 812, "deviceScaleFactor": 1, "mobile": false});
        self.devtools("Emulation.setDeviceMetricsOverride", size);
    }

    fn scheme(&self, scheme: &str) {
        let feature = json!([{"name": "prefers-color-scheme", "value": scheme}]);
        self.devtools("Emulation.setEmulatedMedia", json!({"media": "screen", "features": feature}));
    }

    fn press(&self, keys: &str) {
        let keys: Vec<Value> = keys
            .chars()
            .flat_map(|key| [json!({"type": "keyDown", "value": key}), json!({"type": "keyUp", "value": key})])
            .collect();
        self.post("actions", &json!({"actions": [{"type": "key", "id": "keys", "actions": keys}]}));
    }

    /// Lets timers and layout come to rest.
    fn settle(&self) {
        let script = "const done = arguments[0]; setTimeout(() => requestAnimationFrame(() => done(0)), 50);";
        self.post("execute/async", &json!({"script": script, "args": []}));
    }
}

fn report(folder: &str) -> Value {
    let path = format!("{}/../{folder}/bounds.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn word<'v>(entry: &'v Value, key: &str) -> &'v str {
    entry[key].as_str().unwrap()
}

/// The six words that name a judgement and its verdict.
fn key(entry: &Value) -> String {
    let variant = Some(word(entry, "variant")).filter(|variant| !variant.is_empty()).unwrap_or("-");
    let [id, reading, mode] = ["id", "reading", "mode"].map(|key| word(entry, key));
    format!("{id} {reading} {variant} {mode} {} {}", word(entry, "scenario"), word(entry, "verdict"))
}

fn words(value: &Value) -> Vec<String> {
    value.as_array().unwrap().iter().map(|word| word.as_str().unwrap().to_owned()).collect()
}

const ROWS: &str = "Array.from(document.querySelectorAll('#verdicts tbody tr:not([hidden])'))";

#[test]
fn opens_from_a_file_without_a_word_on_the_console_or_a_request() {
    for folder in PAGES {
        let browser = Browser::open(folder);
        browser.settle();
        let log = browser.post("se/log", &json!({"type": "browser"}));
        assert_eq!(log, json!([]), "{folder}");
        let loaded = browser.run("return performance.getEntriesByType('resource').map((entry) => entry.name)");
        assert!(words(&loaded).iter().all(|name| name.starts_with("data:")), "{folder}: {loaded}");
        assert_eq!(browser.run("return document.compatMode"), "CSS1Compat");
        // The log does hear of errors.
        browser.run("setTimeout(() => { throw new Error('on purpose'); })");
        browser.settle();
        assert_eq!(browser.post("se/log", &json!({"type": "browser"})).as_array().unwrap().len(), 1);
    }
}

#[test]
fn every_verdict_is_on_the_page() {
    for folder in PAGES {
        let browser = Browser::open(folder);
        let report = report(folder);
        let wanted: BTreeSet<String> = report["claims"].as_array().unwrap().iter().map(key).collect();
        let found = words(&browser.run(&format!("return {ROWS}.map((row) => row.dataset.key)")));
        assert_eq!(found.len(), wanted.len(), "{folder}");
        assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), wanted, "{folder}");
        // What people see is what the key says.
        let odd = browser.run(&format!(
            "return {ROWS}.filter((row) => {{
               const [, reading, , mode, scenario, verdict] = row.dataset.key.split(' ');
               const texts = Array.from(row.cells, (cell) => cell.innerText.trim());
               return texts[1].split(/\\s/)[0] !== reading || texts[2] !== mode || texts[3] !== scenario
                 || texts[4].replace(' with room', '').replace(' ', '-') !== verdict;
             }}).map((row) => row.innerText)"
        ));
        assert_eq!(odd, json!([]), "{folder}");
        // So are the counts at a glance, and each statement in each reading.
        let mut tallies: BTreeMap<String, u64> = BTreeMap::new();
        for entry in report["claims"].as_array().unwrap() {
            let [id, reading, mode, verdict] = ["id", "reading", "mode", "verdict"].map(|key| word(entry, key));
            *tallies.entry(format!("{id} {reading} {mode} {verdict}")).or_default() += 1;
        }
        let counted = browser.run(
            "const found = {};
             for (const badge of document.querySelectorAll('#overview a.v'))
               found[badge.dataset.filter] = (found[badge.dataset.filter] ?? 0) + Number(badge.innerText.match(/\\d+/)[0]);
             return found",
        );
        assert_eq!(counted, json!(tallies), "{folder}");
        let formulas = browser.run("return document.querySelectorAll('article .formula math').length");
        assert!(formulas.as_u64().unwrap() >= 14 * 3, "{folder}: {formulas} formulas");
    }
}

#[test]
fn sorts_with_the_mouse_and_with_the_keyboard() {
    let browser = Browser::open("reports");
    let ratios = || -> Vec<Option<f64>> {
        let found = browser.run(&format!("return {ROWS}.map((row) => row.cells[5].dataset.value ?? null)"));
        found.as_array().unwrap().iter().map(|v| v.as_str().map(|text| text.parse().unwrap())).collect()
    };
    let heading = "document.querySelectorAll('#verdicts thead th')[5]";
    let direction = || browser.run(&format!("return {heading}.getAttribute('aria-sort')"));
    let before = ratios();
    assert_eq!(direction(), "none");
    browser.run(&format!("{heading}.querySelector('button').click()"));
    assert_eq!(direction(), "descending");
    let sorted = |sign: f64| {
        let mut wanted = before.clone();
        // No ratio comes last either way.
        wanted.sort_by(|a, b| match (a, b) {
            (Some(a), Some(b)) => (sign * a).total_cmp(&(sign * b)),
            _ => a.is_none().cmp(&b.is_none()),
        });
        wanted
    };
    assert!(ratios() == sorted(-1.0), "the largest ratio first");
    assert!(before != sorted(-1.0) && before.contains(&None));
    browser.run(&format!("{heading}.querySelector('button').focus()"));
    browser.press("\u{e007}");
    assert_eq!(direction(), "ascending");
    assert!(ratios() == sorted(1.0), "the smallest ratio first");
    browser.press(" ");
    assert_eq!(direction(), "descending");

    // The table at a glance, by the column of the search: a heading that spans two rows.
    browser.run("Array.from(document.querySelectorAll('#overview th[data-sort] button')).find((b) => b.innerText.startsWith('Search')).click()");
    let found = browser.run(
        "return Array.from(document.querySelectorAll('#overview tbody tr'), (row) => row.cells[7].dataset.value ?? '-1')",
    );
    let values: Vec<f64> = words(&found).iter().map(|text| text.parse().unwrap()).collect();
    let report = report("reports");
    let statements: BTreeSet<&str> =
        report["claims"].as_array().unwrap().iter().map(|c| c["id"].as_str().unwrap()).collect();
    assert!(values.len() == statements.len() && values.is_sorted_by(|a, b| a >= b) && values[0] > 1.0, "{values:?}");
    browser.run("document.querySelector('#overview thead tr:nth-child(2) th button').click()");
    let first = browser.run("return document.querySelector('#overview tbody tr th').innerText");
    // Printed Lemmas 7 and 10 are one statement where nothing is compressed.
    assert!(["Lemma 7\n", "Lemma 10\n"].iter().any(|name| first.as_str().unwrap().starts_with(name)), "{first}");
}

#[test]
fn filters_to_exactly_what_was_asked_for() {
    for folder in PAGES {
        let browser = Browser::open(folder);
        let report = report(folder);
        let choose = |form: &str, name: &str, value: &str| {
            browser.run(&format!(
                "const form = document.querySelector('form[data-for=\"{form}\"]');
                 form.elements['{name}'].value = '{value}';
                 form.elements['{name}'].dispatchEvent(new Event('input', {{bubbles: true}}))"
            ));
        };
        let shown = || browser.run(&format!("return {ROWS}.filter((row) => row.checkVisibility()).length"));
        let count = |keep: &dyn Fn(&Value) -> bool| {
            json!(report["claims"].as_array().unwrap().iter().filter(|entry| keep(entry)).count())
        };
        for verdict in ["holds", "violated", "vacuous", "confirmed"] {
            choose("verdicts", "verdict", verdict);
            assert_eq!(shown(), count(&|entry| entry["verdict"] == verdict), "{folder}: {verdict}");
        }
        choose("verdicts", "reading", "printed");
        choose("verdicts", "mode", "a-priori");
        choose("verdicts", "id", "lemma-10");
        choose("verdicts", "text", "ROOMY");
        let wanted = |entry: &Value| {
            let same = ["id", "reading", "mode", "verdict"].map(|key| word(entry, key));
            same == ["lemma-10", "printed", "a-priori", "confirmed"] && word(entry, "scenario").contains("roomy")
        };
        assert_eq!(shown(), count(&wanted), "{folder}");
        assert_ne!(shown(), 0);
        let said = browser.run("return document.querySelector('form[data-for=\"verdicts\"] output').innerText");
        assert_eq!(said, format!("{} of {} shown", shown(), count(&|_| true)), "{folder}");
        browser.run("document.querySelector('form[data-for=\"verdicts\"] button[type=reset]').click()");
        browser.settle();
        assert_eq!(shown(), count(&|_| true), "{folder}");

        // A count leads to the judgements that it counts.
        browser.run("document.querySelector('a.v[data-filter=\"lemma-9 printed a-posteriori violated\"]').click()");
        browser.settle();
        let of = |entry: &Value| entry["id"] == "lemma-9" && entry["verdict"] == "violated";
        assert_eq!(shown(), count(&of), "{folder}");

        let statements = || {
            let rows =
                "Array.from(document.querySelectorAll('#overview tbody tr:not([hidden]) th a'), (a) => a.innerText)";
            words(&browser.run(&format!("return {rows}")))
        };
        choose("overview", "verdict", "violated");
        // As in the report, in its order, by whatever reading.
        let mut violated: Vec<String> = Vec::new();
        for entry in report["claims"].as_array().unwrap().iter().filter(|e| e["verdict"] == "violated") {
            let name = word(entry, "title").split(':').next().unwrap().to_owned();
            if !violated.contains(&name) {
                violated.push(name);
            }
        }
        assert_eq!(statements(), violated, "{folder}");
        assert!(violated.contains(&"Lemma 7".to_owned()), "{folder}");
        choose("overview", "verdict", "counterexample");
        assert!(statements().contains(&"Theorem 1".to_owned()), "{folder}");
        choose("overview", "reading", "sharpened");
        assert!(statements().is_empty(), "{folder}: {:?}", statements());
    }
}

#[test]
fn fits_a_phone_and_every_figure_is_there() {
    for folder in PAGES {
        let browser = Browser::open(folder);
        for width in [375, 768, 1280, 1920] {
            browser.width(width);
            browser.settle();
            let sizes = browser.run(
                "const page = document.documentElement; return [page.clientWidth, page.scrollWidth, window.innerWidth]",
            );
            let [client, scroll, inner] = [0, 1, 2].map(|at| sizes[at].as_u64().unwrap());
            assert_eq!(inner, u64::from(width));
            assert!(scroll <= client, "{folder}: at {width} pixels the page is {scroll} wide, its window {client}");
            let figures = browser.run(
                "return Array.from(document.querySelectorAll('figure svg'), (svg) => {
                   const box = svg.getBoundingClientRect();
                   return [svg.closest('article, section').id, box.width, box.height, svg.checkVisibility()];
                 })",
            );
            let figures = figures.as_array().unwrap();
            assert!(figures.len() >= 14, "{folder}: {} figures", figures.len());
            for figure in figures {
                let [width, height] = [1, 2].map(|at| figure[at].as_f64().unwrap());
                assert!(width >= 300.0 && height >= 200.0 && figure[3] == true, "{folder}: {figure}");
            }
        }
    }
}

/// Text that is hard to read on what lies behind it: below 4.5 to 1, the least that WCAG asks for.
const FAINT: &str = r"
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return canvas.getImageData(0, 0, 1, 1).data;
  };
  const known = new Map();
  const light = (colour) => {
    if (!known.has(colour)) {
      const [r, g, b, a] = Array.from(rgba(colour), (v) => v / 255);
      const linear = [r, g, b].map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
      known.set(colour, a === 0 ? null : 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]);
    }
    return known.get(colour);
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const found = light(getComputedStyle(at).backgroundColor);
      if (found !== null) return found;
    }
    return 1;
  };
  const faint = []; let lowest = 21;
  for (const element of document.querySelectorAll('body *:not(script, style, svg, svg *)')) {
    const own = Array.from(element.childNodes).some((node) => node.nodeType === 3 && node.data.trim());
    if (!own || !element.checkVisibility()) continue;
    const [a, b] = [light(getComputedStyle(element).color), behind(element)];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    lowest = Math.min(lowest, contrast);
    if (contrast < 4.5) faint.push(`${element.className} ${element.innerText}: ${contrast.toFixed(2)}`);
  }
  return [faint.slice(0, 9), lowest, getComputedStyle(document.body).backgroundColor,
    Array.from(document.querySelectorAll('.keys .v'), (badge) => getComputedStyle(badge).backgroundColor)];
";

#[test]
fn light_and_dark_can_both_be_read() {
    for folder in PAGES {
        let browser = Browser::open(folder);
        let mut looks = Vec::new();
        for scheme in ["light", "dark"] {
            browser.scheme(scheme);
            browser.settle();
            let found = browser.run(FAINT);
            assert_eq!(found[0], json!([]), "{folder}, {scheme}");
            println!("{folder}, {scheme}: lowest contrast {:.2}", found[1].as_f64().unwrap());
            // No success looks like a failure or like nothing said.
            let colours = words(&found[3]);
            assert_eq!(colours.len(), 7, "holds, violated, confirmed, refuted, inconclusive, vacuous, not applicable");
            assert!(colours[5] == colours[6], "both say nothing");
            assert!(colours[1] == colours[3]);
            let kinds = [&colours[0], &colours[1], &colours[2], &colours[4], &colours[5]];
            assert_eq!(kinds.into_iter().collect::<BTreeSet<_>>().len(), 5, "{colours:?}");
            looks.push(found[2].clone());
        }
        assert_ne!(looks[0], looks[1], "{folder}: dark is light");
        // The button is right about what it does, and wins over the system.
        assert_eq!(browser.run("return document.getElementById('theme').innerText"), "Light");
        browser.run("document.getElementById('theme').click()");
        assert_eq!(browser.run("return getComputedStyle(document.body).backgroundColor"), looks[0]);
        assert_eq!(browser.run("return document.getElementById('theme').innerText"), "Dark");
    }
}

#[test]
fn reads_without_scripts_and_says_what_its_parts_are() {
    let browser = Browser::open("reports");
    // The first stop of the keyboard leads past the links.
    browser.press("\u{e004}\u{e007}");
    browser.settle();
    assert_eq!(browser.run("return location.hash"), "#main");
    let faults = browser.run(
        "const faults = [];
         const ids = Array.from(document.querySelectorAll('[id]'), (element) => element.id);
         ids.filter((id, at) => ids.indexOf(id) !== at).forEach((id) => faults.push(`${id} twice`));
         for (const link of document.querySelectorAll('a[href^=\"#\"]'))
           if (!document.getElementById(link.hash.slice(1))) faults.push(`${link.hash} leads nowhere`);
         for (const table of document.querySelectorAll('table')) {
           if (!table.caption) faults.push('a table without a caption');
           if (table.querySelector('th:not([scope])')) faults.push(`a heading without a scope: ${table.caption?.innerText}`);
         }
         for (const svg of document.querySelectorAll('svg'))
           if (svg.getAttribute('role') !== 'img' || !svg.querySelector('title').textContent) faults.push('a nameless figure');
         for (const control of document.querySelectorAll('select, input'))
           if (!control.labels.length) faults.push(`${control.name} has no label`);
         const levels = Array.from(document.querySelectorAll('h1, h2, h3, h4'), (h) => Number(h.tagName[1]));
         levels.forEach((level, at) => { if (at && level > levels[at - 1] + 1) faults.push(`heading ${at} skips a level`); });
         return faults",
    );
    assert_eq!(faults, json!([]));

    browser.devtools("Emulation.setScriptExecutionDisabled", json!({"value": true}));
    browser.visit("reports");
    browser.devtools("Emulation.setScriptExecutionDisabled", json!({"value": false}));
    let rows = browser.run(&format!("return {ROWS}.filter((row) => row.checkVisibility()).length"));
    assert_eq!(rows, json!(report("reports")["claims"].as_array().unwrap().len()));
    let dead = browser.run(
        "return Array.from(document.querySelectorAll('button, select, input')).filter((e) => e.checkVisibility()).length",
    );
    assert_eq!(dead, 0, "controls that do nothing");
}

/// Drivers start within seconds; a hung one must not hang the suite.
#[test]
fn the_driver_answers() {
    let browser = Browser::open("reports");
    let agent = ureq::Agent::new_with_config(
        ureq::Agent::config_builder().timeout_global(Some(Duration::from_secs(60))).build(),
    );
    let title = answer(agent.get(format!("{}/title", browser.session)).call());
    assert_eq!(title, "The bounds of COMRADE, measured");
}

//! Floors as a page of Markdown.

use std::fmt::Write as _;

use super::{Block, Floors};

/// The page, with the picture of this name.
#[must_use]
pub fn markdown(floors: &Floors, picture: &str) -> String {
    let Floors { data, lambda, workers, seeds, .. } = floors;
    let samples = if data.real {
        format!("the published file {} ({} samples, d = {})", data.name, data.rows, data.dimension)
    } else {
        format!("synthetic data, not the published file: {} ({} samples, d = {})", data.name, data.rows, data.dimension)
    };
    let rounds: Vec<String> = floors.contenders.iter().map(|(name, rounds)| format!("{name} {rounds}")).collect();
    let mut page = format!(
        "\
# Floors: how far from the minimiser liars keep each method

Written by `cargo xtask floors` from `floors.json`, never by hand. Measured on {samples}.

The number is f(w) - f* of what a training returns, for the mean logistic loss with lambda = {lambda:e} over the samples of the
honest workers. m = {workers} workers have a partition of the samples. The first alpha m of them lie, and beta = alpha is trimmed.
Of {seeds} ways to deal the samples the largest number is shown. Liars know all that honest workers send. Rounds at most:
{}. A method that comes to rest stops earlier.

`cargo xtask figures --check` plays alpha = {} with one deal again and compares.

## The worst attack of each method

| method |",
        rounds.join(", "),
        super::CHECKED,
    );
    // Writing to a string cannot fail.
    for block in &floors.blocks {
        _ = write!(page, " alpha = {} | by |", block.alpha);
    }
    page += "\n|---|";
    page += &"---:|---|".repeat(floors.blocks.len());
    page += "\n";
    for (at, (name, _)) in floors.contenders.iter().enumerate() {
        _ = write!(page, "| {name} |");
        for (floor, attack) in floors.blocks.iter().filter_map(|block| block.worst(at)) {
            _ = write!(page, " **{}** | {attack} |", number(floor));
        }
        page += "\n";
    }
    _ = writeln!(page, "\n![The floor of every method under every attack]({picture})");
    for block in &floors.blocks {
        page += &table(floors, block);
    }
    page
}

fn table(floors: &Floors, block: &Block) -> String {
    let names: Vec<&str> = floors.contenders.iter().map(|(name, _)| name.as_str()).collect();
    let mut text = format!("\n## alpha = {}\n\n| attack | {} |\n|---|", block.alpha, names.join(" | "));
    text += &"---:|".repeat(names.len());
    text += "\n";
    for row in &block.rows {
        let cells: Vec<String> = (0..names.len())
            .map(|at| {
                let floor = number(row.floor(at));
                let worst = block.worst(at).is_some_and(|(_, attack)| attack == row.attack);
                if worst { format!("**{floor}**") } else { floor }
            })
            .collect();
        _ = writeln!(text, "| {} | {} |", row.attack, cells.join(" | "));
    }
    text
}

/// Two digits; 0 for what is rounding of f.
pub(super) fn number(floor: f64) -> String {
    match floor {
        floor if floor < 1e-15 => "0".into(),
        f64::MAX => "not a number".into(),
        floor => format!("{floor:.1e}"),
    }
}

//! kappa as a picture: a panel for each F, by the share of liars at n = 20.

use comrade::aggregate::Fusion;

use super::{CONTENDERS, Kappa, NamedRule, SIZES, least};
use figure::Curves;
use figure::Scale;
use figure::curves::{Marker, Panel, Series, Stroke};

/// n of the picture.
const N: usize = 20;

/// The figure.
#[must_use]
pub fn curves(kappa: &Kappa) -> Curves {
    let panels = CONTENDERS.iter().filter(|each| !each.mixing).map(|&alone| {
        let mixed = NamedRule { mixing: true, ..alone };
        let mut series = vec![];
        for (contender, color, what) in [(alone, 0, "by itself"), (mixed, 1, "after mixing")] {
            series.push(line(&format!("{what}: proved"), color, Stroke::Dashed, Marker::None, &|f| {
                Some(contender.proved(N, f))
            }));
            let name =
                CONTENDERS.iter().find(|each| **each == contender || is(each, contender)).map_or("", |each| each.name);
            let measured = |f| kappa.row(name, N, f).map(|row| row.measured);
            let marker = if contender.mixing { Marker::Square } else { Marker::Disc };
            series.push(line(&format!("{what}: measured"), color, Stroke::Solid, marker, &measured));
        }
        series.push(line("no rule below: f/(n − 2f)", 2, Stroke::Dotted, Marker::None, &|f| Some(least(N, f))));
        Panel {
            title: title(alone.fusion).into(),
            x: Scale { title: "f / n".into(), ..Scale::default() },
            y: Scale::log("κ"),
            series,
            ..Panel::default()
        }
    });
    Curves {
        title: "How bad each rule is: measured and proved κ".into(),
        statement: "‖F(x) − mean‖² ≤ κ · variance, over every set S of n − f of the n vectors; smaller is better"
            .into(),
        notice: String::new(),
        caption: format!(
            "n = {N}. Dashed: proved upper limit. Solid: the largest ratio that a search found, which is a lower limit. Dotted: what \
             no rule can be below. The true κ lies between dashed and solid. Norm trimming has no κ: its ratio has no limit."
        ),
        columns: 3,
        panels: panels.collect(),
    }
}

fn is(a: &NamedRule, b: NamedRule) -> bool {
    (a.fusion, a.mixing) == (b.fusion, b.mixing)
}

fn title(fusion: Fusion) -> &'static str {
    match fusion {
        Fusion::TrimmedMean => "trimmed mean",
        Fusion::Median => "median",
        Fusion::GeometricMedian => "geometric median",
        Fusion::Krum => "Krum",
        Fusion::MultiKrum => "Multi-Krum",
    }
}

fn line(label: &str, color: usize, stroke: Stroke, marker: Marker, value: &dyn Fn(usize) -> Option<f64>) -> Series {
    let at = SIZES.iter().filter(|(n, _)| *n == N);
    let points = at.filter_map(|&(n, f)| Some((f as f64 / n as f64, value(f)?))).collect();
    Series { label: label.into(), color, stroke, marker, points, ..Series::default() }
}

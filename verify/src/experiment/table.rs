//! The numbers behind a figure as comma-separated values.

use super::record::FigureRecord;

/// One line for each panel, curve, quantile over seeds, and recorded iteration.
#[must_use]
pub fn csv(figure: &FigureRecord) -> String {
    let mut text = String::from(
        "panel,curve,quantile,iteration,bytes_down,bytes_up,kept_liars_mean,suboptimality,training_accuracy,test_accuracy\n",
    );
    for panel in &figure.panels {
        for curve in &panel.curves {
            let (gap, accuracy) = (curve.suboptimality.quantiles(), curve.accuracy.quantiles());
            for (q, (quantile, gap)) in gap.into_iter().enumerate() {
                for (t, iteration) in curve.iteration.iter().enumerate() {
                    let test = curve.test_accuracy.as_ref().map(|band| band.quantiles()[q].1[t].to_string());
                    text.push_str(&format!(
                        "{},{},{quantile},{iteration},{},{},{},{:e},{},{}\n",
                        quoted(&panel.title),
                        quoted(&curve.label),
                        curve.bytes_down[t],
                        curve.bytes_up[t],
                        curve.kept_liars[t],
                        gap[t],
                        accuracy[q].1[t],
                        test.unwrap_or_default(),
                    ));
                }
            }
        }
    }
    text
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

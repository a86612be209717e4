//! The numbers behind the figures as comma-separated values.

use super::Theory;
use super::lazy::Varied;
use comrade::shard::Sharding;
use ladder::Range;
use std::fmt::Write as _;

/// (file stem, text) of each table.
#[must_use]
pub fn tables(theory: &Theory) -> Vec<(&'static str, String)> {
    let mut sweeps = String::from("statement,mode,along,x,what,min,median,max\n");
    for sweep in &theory.sweeps {
        for point in &sweep.points {
            let place = format!("{},{},\"{}\",{}", sweep.id, sweep.mode.name(), sweep.along.axis(), point.x);
            line(&mut sweeps, &place, "measured", Some(point.measured));
            for bound in &point.bounds {
                line(&mut sweeps, &place, bound.reading.name(), bound.value);
            }
        }
    }
    let mut paths = String::from("experiment,t,what,min,median,max\n");
    for path in &theory.paths {
        for stage in &path.steps {
            let place = format!("\"{}\",{}", path.name, stage.iterate);
            let parts = [
                ("before", stage.before),
                ("after", stage.after),
                ("linear", stage.linear),
                ("quadratic", stage.quadratic),
                ("floor", stage.floor),
            ];
            for (what, range) in parts {
                line(&mut paths, &place, what, Some(range));
            }
        }
    }
    let mut floors = String::from("sharding,m,s,min,median,max,deviation,distortion\n");
    for floor in &theory.floors {
        let scheme = match floor.sharding {
            Sharding::WithReplacement => "with-replacement",
            Sharding::Partition => "partition",
        };
        let Range { min, median, max } = floor.measured;
        let (m, s, e, eta) = (floor.workers, floor.samples, floor.deviation, floor.distortion);
        // Writing to a string cannot fail.
        let _ = writeln!(floors, "{scheme},{m},{s},{min:e},{median:e},{max:e},{e:e},{eta:e}");
    }
    let mut rests = String::from("varied,x,what,min,median,max\n");
    for rest in &theory.rests {
        let varied = match rest.varied {
            Varied::Liars => "liars",
            Varied::Sorted => "sorted",
        };
        let place = format!("{varied},{}", rest.x);
        let ranges = [
            ("delta", rest.delta),
            ("plain", rest.plain),
            ("measured", rest.measured),
            ("rederived", rest.rederived),
            ("sharpened", rest.sharpened),
            ("unavoidable", rest.unavoidable),
        ];
        ranges.into_iter().for_each(|(what, range)| line(&mut rests, &place, what, Some(range)));
    }
    vec![("bounds", sweeps), ("convergence", paths), ("floor", floors), ("rest", rests)]
}

/// A line of a table; without numbers where a bound says nothing.
fn line(text: &mut String, place: &str, what: &str, range: Option<Range>) {
    let numbers = range.map_or_else(|| ",,".into(), |r| format!("{:e},{:e},{:e}", r.min, r.median, r.max));
    let _ = writeln!(text, "{place},{what},{numbers}");
}

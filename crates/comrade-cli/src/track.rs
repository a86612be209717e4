//! A method on the same workers as all others, measured after every round.

use crate::settings::Settings;
use comrade::center::SolveError;
use comrade::cluster::{Ask, Traffic};
use comrade::compress::norm2;
use comrade::method::{Limits, Method, Progress, State, solve};
use comrade::objective::{Objective, Singular};
use comrade::simulation::SimulationError;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

/// Where methods stop, as a share of ||g(0)||: f - f* is then rounding.
const TOLERANCE: f64 = 1e-10;

/// A method after some rounds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Point {
    pub(crate) rounds: u64,
    /// Both ways, all workers.
    pub(crate) bytes: u64,
    pub(crate) seconds: f64,
    /// f(w) - f(w*), over all samples; not below zero.
    pub(crate) gap: f64,
    pub(crate) accuracy: f64,
}

/// A method's way, from w = 0.
#[derive(Clone, Debug)]
pub(crate) struct Track {
    pub(crate) method: Method,
    pub(crate) points: Vec<Point>,
    /// Why it could not go on, if it could not.
    pub(crate) failed: Option<String>,
}

/// What every method is measured by.
pub(crate) struct Stage<'a> {
    pub(crate) f: Objective<'a>,
    pub(crate) settings: &'a Settings,
    /// f(w*).
    pub(crate) minimum: f64,
    pub(crate) rounds: u64,
}

impl Stage<'_> {
    fn point(&self, w: &[f64], rounds: u64, bytes: u64, seconds: f64) -> Point {
        Point { rounds, bytes, seconds, gap: (self.f.value(w) - self.minimum).max(0.0), accuracy: self.f.accuracy(w) }
    }

    /// A method from w = 0 until its end, or until the rounds are played.
    pub(crate) fn play(&self, method: Method, tick: &dyn Fn(u64)) -> Result<Track, SimulationError> {
        let start = vec![0.0; self.f.data.cols()];
        let mut points = vec![self.point(&start, 0, 0, 0.0)];
        let failed = match method {
            Method::Newton => self.newton(start, &mut points, tick).err().map(|error| error.to_string()),
            _ => self.distributed(method, start, &mut points, tick)?.err().map(|error| error.to_string()),
        };
        Ok(Track { method, points, failed })
    }

    fn distributed(
        &self,
        method: Method,
        start: Vec<f64>,
        points: &mut Vec<Point>,
        tick: &dyn Fn(u64),
    ) -> Result<Result<(), SolveError>, SimulationError> {
        let mut cluster = self.settings.simulation(self.f.data).build()?;
        let (options, limits) = (self.settings.options(method, Some(self.f)), Limits::new(TOLERANCE, self.rounds));
        let mut last = points.first().copied();
        // What measuring takes is not the method's time.
        let (mut spent, mut resumed) = (Duration::ZERO, Instant::now());
        let mut watch = |seen: &Progress<'_>| {
            spent += resumed.elapsed();
            let Traffic { rounds, bytes_down, bytes_up } = seen.state.traffic();
            let (bytes, seconds) = (bytes_down + bytes_up, spent.as_secs_f64());
            let point = match last {
                // The run does not go on from there.
                Some(last) if !seen.accepted => Point { rounds, bytes, seconds, ..last },
                _ => self.point(seen.w, rounds, bytes, seconds),
            };
            last = Some(point);
            points.push(point);
            tick(rounds);
            resumed = Instant::now();
            ControlFlow::<()>::Continue(())
        };
        let played = State::start(method, &cluster, start)
            .and_then(|mut state| solve(&mut cluster, &options, &limits, &mut state, &mut watch));
        Ok(played.map(drop))
    }

    /// Damped Newton on all samples, as if each worker had sent f_i, g_i and the triangle of H_i in every round.
    fn newton(&self, mut w: Vec<f64>, points: &mut Vec<Point>, tick: &dyn Fn(u64)) -> Result<(), Singular> {
        let d = w.len() as u64;
        let down = Ask::Expansion { w: &w, hessian: None }.encode().len() as u64;
        let each = down + 8 * (1 + d + d * (d + 1) / 2);
        let (mut seconds, mut value, mut step, mut first) = (0.0, f64::INFINITY, 1.0, None);
        let (mut direction, mut is_there) = (vec![0.0; w.len()], false);
        for round in 1..=self.rounds {
            let start = Instant::now();
            let next: Vec<f64> = w.iter().zip(&direction).map(|(w, p)| w - step * p).collect();
            let there = self.f.value(&next);
            if there <= value {
                (w, value, step) = (next, there, 1.0);
                let at = self.f.expand(&w);
                let norm = norm2(&at.gradient);
                is_there = norm <= TOLERANCE * *first.get_or_insert(norm);
                direction = self.f.direction_at(&at)?;
            } else {
                step *= 0.5;
            }
            seconds += start.elapsed().as_secs_f64();
            points.push(self.point(&w, round, round * each * self.settings.workers.count() as u64, seconds));
            tick(round);
            if is_there {
                break;
            }
        }
        Ok(())
    }
}

//! Every schedule of two rounds among at most three workers: each message has one of a few fates, in all combinations.

use crate::judge::Calm;
use crate::mishap::{DEADLINE, Fate, Mishap};
use crate::play::History;
use crate::world::World;
use rayon::prelude::*;
use std::error::Error;

/// What a message may meet: nothing; so late that it comes in the next round; lost; twice; torn; in the other run's
/// name alone, or before itself; another worker's in its place.
const FATES: [Option<Fate>; 8] = [
    None,
    Some(Fate::Late(DEADLINE)),
    Some(Fate::Lost),
    Some(Fate::Twice(0)),
    Some(Fate::Torn(20)),
    Some(Fate::OtherRunInstead),
    Some(Fate::OtherRunToo),
    Some(Fate::NeighboursInstead),
];
const ROUNDS: u64 = 2;
/// m, and how many may be dropped.
const SIZES: [(usize, usize); 5] = [(1, 0), (2, 0), (2, 1), (3, 0), (3, 1)];

/// All schedules, in one order.
#[derive(Debug)]
pub struct Schedules {
    worlds: Vec<(World, Calm)>,
}

impl Schedules {
    /// All schedules of at most this many workers, up to 3.
    ///
    /// # Errors
    /// None that is known, as for [`World::of`].
    pub fn up_to(workers: usize) -> Result<Self, Box<dyn Error>> {
        let sizes = SIZES.into_iter().filter(|(m, _)| *m <= workers);
        let made = sizes.map(|(m, allowed)| {
            let world = World::tiny(m, allowed)?;
            let calm = world.calm()?;
            Ok((world, calm))
        });
        Ok(Self { worlds: made.collect::<Result<_, Box<dyn Error>>>()? })
    }

    /// How many schedules there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.worlds.iter().map(|(world, _)| schedules(world)).sum()
    }

    /// The world of the schedule with this number, and what goes wrong in it; `None` if there is no such number.
    #[must_use]
    pub fn get(&self, mut number: u64) -> Option<(&World, Vec<Mishap>)> {
        self.find(&mut number).map(|(world, _)| (world, mishaps(world, number)))
    }

    fn find(&self, number: &mut u64) -> Option<&(World, Calm)> {
        self.worlds.iter().find(|(world, _)| {
            let here = *number < schedules(world);
            *number -= if here { 0 } else { schedules(world) };
            here
        })
    }

    /// Plays all schedules. Returns the number of the first that fails, and how it fails.
    #[must_use]
    pub fn failing(&self) -> Option<(u64, String)> {
        let play = |number: u64| {
            let mut within = number;
            let (world, calm) = self.find(&mut within)?;
            let played = world.run(&mishaps(world, within), Some(calm), false);
            let broken = played.map_or_else(|error| Some(error.to_string()), |History { broken, .. }| broken);
            Some((number, broken?))
        };
        (0..self.count()).into_par_iter().find_map_first(play)
    }
}

fn schedules(world: &World) -> u64 {
    (FATES.len() as u64).pow(2 * world.workers() as u32)
}

/// The digits of the number are the fates.
fn mishaps(world: &World, mut number: u64) -> Vec<Mishap> {
    let mut list = vec![];
    for round in 0..ROUNDS {
        for worker in 0..world.workers() {
            let fate = FATES[(number % FATES.len() as u64) as usize];
            number /= FATES.len() as u64;
            list.extend(fate.map(|fate| Mishap::Message { worker, round, fate }));
        }
    }
    list
}

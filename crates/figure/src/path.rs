//! Lines and areas cut off at the frame of a panel, and lines broken into dashes.

use crate::sketch::Spot;

/// A rectangle on the page.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Frame {
    pub(crate) left: f64,
    pub(crate) top: f64,
    pub(crate) right: f64,
    pub(crate) bottom: f64,
}

impl Frame {
    pub(crate) fn holds(&self, (x, y): Spot) -> bool {
        (self.left - 1e-6..=self.right + 1e-6).contains(&x) && (self.top - 1e-6..=self.bottom + 1e-6).contains(&y)
    }

    /// The part of a segment inside (Liang and Barsky).
    fn segment(&self, (a, b): (Spot, Spot)) -> Option<(Spot, Spot)> {
        let (dx, dy) = (b.0 - a.0, b.1 - a.1);
        let (mut enter, mut leave) = (0.0_f64, 1.0_f64);
        for (along, room) in
            [(-dx, a.0 - self.left), (dx, self.right - a.0), (-dy, a.1 - self.top), (dy, self.bottom - a.1)]
        {
            if along == 0.0 {
                if room < 0.0 {
                    return None;
                }
            } else if along < 0.0 {
                enter = enter.max(room / along);
            } else {
                leave = leave.min(room / along);
            }
        }
        let at = |t: f64| (a.0 + t * dx, a.1 + t * dy);
        (enter <= leave).then(|| (if enter == 0.0 { a } else { at(enter) }, if leave == 1.0 { b } else { at(leave) }))
    }

    /// The parts of a line inside.
    pub(crate) fn line(&self, spots: &[Spot]) -> Vec<Vec<Spot>> {
        let mut parts: Vec<Vec<Spot>> = Vec::new();
        for pair in spots.windows(2) {
            let Some((a, b)) = self.segment((pair[0], pair[1])) else { continue };
            match parts.last_mut() {
                Some(part) if part.last() == Some(&a) => part.push(b),
                _ => parts.push(vec![a, b]),
            }
        }
        parts
    }

    /// The part of a polygon inside (Sutherland and Hodgman).
    pub(crate) fn polygon(&self, spots: Vec<Spot>) -> Vec<Spot> {
        type Coordinate = fn(Spot) -> f64;
        let (x, y): (Coordinate, Coordinate) = (|spot| spot.0, |spot| spot.1);
        let sides = [(x, self.left, 1.0), (x, self.right, -1.0), (y, self.top, 1.0), (y, self.bottom, -1.0)];
        sides.into_iter().fold(spots, |spots, (coordinate, limit, sign)| {
            let depth = |spot: Spot| sign * (coordinate(spot) - limit);
            let mut inside = Vec::with_capacity(spots.len());
            for (k, &b) in spots.iter().enumerate() {
                let a = spots[(k + spots.len() - 1) % spots.len()];
                let (from, to) = (depth(a), depth(b));
                if (from < 0.0) != (to < 0.0) {
                    let t = from / (from - to);
                    inside.push((a.0 + t * (b.0 - a.0), a.1 + t * (b.1 - a.1)));
                }
                if to >= 0.0 {
                    inside.push(b);
                }
            }
            inside
        })
    }
}

/// Breaks a line into dashes: `pattern` has the lengths of dash, gap, dash, gap, and so on in pixels.
pub(crate) fn dashes(spots: &[Spot], pattern: &[f64]) -> Vec<Vec<Spot>> {
    let Some(&first) = spots.first().filter(|_| !pattern.is_empty()) else { return vec![spots.to_vec()] };
    let (mut parts, mut part) = (Vec::new(), vec![first]);
    let (mut phase, mut left) = (0, pattern[0]);
    for pair in spots.windows(2) {
        let (mut a, b) = (pair[0], pair[1]);
        loop {
            let length = (b.0 - a.0).hypot(b.1 - a.1);
            if length <= left {
                left -= length;
                part.push(b);
                break;
            }
            let t = left / length;
            a = (a.0 + t * (b.0 - a.0), a.1 + t * (b.1 - a.1));
            part.push(a);
            if phase % 2 == 0 {
                parts.push(std::mem::take(&mut part));
            }
            part = vec![a];
            phase = (phase + 1) % pattern.len();
            left = pattern[phase];
        }
    }
    if phase % 2 == 0 && part.len() > 1 {
        parts.push(part);
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: Frame = Frame { left: 0.0, top: 0.0, right: 10.0, bottom: 10.0 };

    #[test]
    fn a_line_is_cut_where_it_leaves_the_frame() {
        let parts = FRAME.line(&[(-5.0, 5.0), (5.0, 5.0), (5.0, 15.0), (7.0, 15.0), (7.0, 5.0)]);
        assert_eq!(parts, [vec![(0.0, 5.0), (5.0, 5.0), (5.0, 10.0)], vec![(7.0, 10.0), (7.0, 5.0)]]);
        assert!(FRAME.line(&[(-5.0, -5.0), (20.0, -5.0)]).is_empty());
        assert_eq!(FRAME.line(&[(-8.0, -8.0), (24.0, 24.0)]), [vec![(0.0, 0.0), (10.0, 10.0)]]);
    }

    #[test]
    fn a_polygon_is_cut_at_the_frame() {
        let spots = FRAME.polygon(vec![(-5.0, 5.0), (5.0, -5.0), (15.0, 5.0), (5.0, 15.0)]);
        assert!(spots.iter().all(|&spot| FRAME.holds(spot)) && spots.len() >= 4, "{spots:?}");
        assert!(FRAME.polygon(vec![(-5.0, -5.0), (-4.0, -5.0), (-4.0, -4.0)]).is_empty());
        assert!(FRAME.polygon(Vec::new()).is_empty());
    }

    #[test]
    fn dashes_have_their_lengths_and_go_around_corners() {
        let line = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0)];
        let parts = dashes(&line, &[6.0, 3.0]);
        let corner = vec![(9.0, 0.0), (10.0, 0.0), (10.0, 5.0)];
        assert_eq!(parts, [vec![(0.0, 0.0), (6.0, 0.0)], corner, vec![(10.0, 8.0), (10.0, 10.0)]]);
        assert_eq!(dashes(&line, &[]), [line.to_vec()]);
        assert!(dashes(&[], &[1.0]).iter().all(Vec::is_empty));
    }
}

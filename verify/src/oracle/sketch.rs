//! What one draw of shards does at one iterate: the measured side of every claim.
//!
//! ```text
//! K_i = U'S_iS_i'U - I = (n/s) sum_{j in S_i} u_j u_j' - I           eta_i = ||K_i||
//! E_i = H^{-1/2}(H_i - H)H^{-1/2} = diag(c) K_i diag(c)              in the basis V, zero outside its first r
//! H^{1/2} p_i = (I + E_i)^{-1} H^{-1/2} g_i                          directions, exactly
//! ```

use super::landscape::{Landscape, OracleError, Samples, extreme_eigenvalues, largest, minus, norm};
use comrade::aggregate::Aggregate;
use comrade::cluster::Reply;
use faer::linalg::matmul::triangular::{BlockStructure, matmul};
use faer::linalg::solvers::{DenseSolveCore, Solve};
use faer::{Accum, Mat, MatRef, Par, Side};

/// A message closer than this to the oracle's direction, relative to its size, was not compressed: it is the same vector
/// solved twice.
const NOISE: f64 = 1e-9;

/// Who is who in a draw.
#[derive(Clone, Copy, Debug)]
pub struct Round<'a> {
    /// S_1..S_m.
    pub shards: &'a [Vec<usize>],
    /// Which workers lie, m.
    pub lies: &'a [bool],
    /// What the center received, m.
    pub replies: &'a [Reply],
    /// What the center made of it.
    pub aggregate: &'a Aggregate,
}

/// Who is who in a draw of groups of equal workers: they hold the same samples and send the same message.
#[derive(Clone, Copy, Debug)]
pub struct Groups<'a> {
    /// What a worker of each group holds.
    pub samples: &'a [Samples<'a>],
    /// Which groups lie.
    pub lies: &'a [bool],
    /// What the center received from a worker of each group.
    pub replies: &'a [Reply],
    /// How many workers are in each group; m in all.
    pub copies: &'a [usize],
    /// How many of them are in U.
    pub kept: &'a [usize],
    /// What the center steps along, d.
    pub vector: &'a [f64],
}

/// How many workers are in each set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// m.
    pub workers: usize,
    /// |M|.
    pub honest: usize,
    /// |B|.
    pub byzantine: usize,
    /// |U|.
    pub kept: usize,
    /// |T|.
    pub trimmed: usize,
    /// |U and B|.
    pub kept_byzantine: usize,
    /// |M and T|.
    pub trimmed_honest: usize,
    /// s, the smallest shard.
    pub shard: usize,
}

/// Everything measured on one draw; norms only, so that a draw is small. "Honest" ranges over M. What was not measured is
/// not a number, so that nothing compares with it; [`visit`](crate::quantity::measured::visit) is the table of all fields.
#[derive(Clone, Debug)]
pub struct Sketch {
    /// The sets.
    pub counts: Counts,
    /// max_{i in M} eta_i.
    pub eta_local: f64,
    /// eta_bar over M: ||U'SS'U - I|| with S = (1/sqrt |M|) (S_i, i in M).
    pub eta_bar: f64,
    /// max_{i in M} ||E_i||.
    pub eta_ridge: f64,
    /// tau = max_{i in M} ||(I + E_i)^{-1}||.
    pub tau: f64,
    /// omega = max_{i in M} ||(I + E_i)^{-1} - I||.
    pub omega: f64,
    /// omega_mean = ||mean_{i in M} (I + E_i)^{-1} - I||.
    pub omega_mean: f64,
    /// max and mean over M of ||g_i - g||.
    pub deviation: MaxAndMean,
    /// ||g_i - g|| of the first honest worker: one draw of Lemma 1's f.
    pub first_deviation: f64,
    /// Largest change of that when one of its first rows is replaced by any other row; not a number where no claim reads
    /// it, since it costs as much as all else: see [`Draw::with_bounded_difference`](crate::run::Draw).
    pub bounded_difference: f64,
    /// max and mean over M of ||H^{-1/2}(g_i - g)||.
    pub white_deviation: MaxAndMean,
    /// ||H^{-1/2} mean_{i in M}(g_i - g)||.
    pub white_mean_deviation: f64,
    /// mean over M of ||H^{1/2} H_i^{-1} (g_i - g)||.
    pub local_gradient_error: f64,
    /// max over M of ||H^{1/2}(p_i - p*)||.
    pub local_error: f64,
    /// max over M of ||H^{1/2} p_i||.
    pub local_size: f64,
    /// ||H^{1/2}(ptilde - p*)||, ptilde = mean_{i in M} H_i^{-1} g.
    pub giant_error: f64,
    /// ||H^{1/2}(phat_M - ptilde)||, phat_M = mean_{i in M} p_i.
    pub gradient_error: f64,
    /// ||H^{1/2}(phat_M - p*)||.
    pub honest_mean_error: f64,
    /// ||H^{1/2} mean_{i in M}(Q(p_i) - p_i)||.
    pub compression_error: f64,
    /// mean_{i in M} ||H^{1/2}(Q(p_i) - p_i)||^2.
    pub compression_mean_square: f64,
    /// ||H^{1/2}(phat - p*)|| for the aggregate that the center really stepped along.
    pub error: f64,
    /// min over M of the realised rho_i.
    pub rho: f64,
    /// 1 - rho, kept apart because a small one has no digits left in rho.
    pub lost: f64,
    /// max over M of ||H^{1/2}(Q(p_i) - p*)||.
    pub message_error: f64,
    /// max over M of ||Q(p_i) - p*||.
    pub message_distance: f64,
    /// ||H^{1/2} (1/|U|) sum_{i in M} (Q(p_i) - p*)||.
    pub honest_part: f64,
    /// ||H^{1/2} (1/|U|) sum_{i in M and T} (Q(p_i) - p*)||.
    pub trimmed_part: f64,
    /// ||H^{1/2} (1/|U|) sum_{i in U and B} (q_i - p*)||.
    pub byzantine_part: f64,
    /// mean over U and B of ||q_i - p*||^2; 0 when empty.
    pub byzantine_mean_square: f64,
    /// max over M of ||Q(p_i)||.
    pub message_size: f64,
    /// ||p*||.
    pub newton_size: f64,
    /// Largest ||H^{1/2}(p_i sent - p_i by this oracle)|| over honest workers, relative to ||H^{1/2} p_i|| and to the
    /// terms tau max_j ||H^{-1/2} b_j|| that cancel in it: without compression, how far the solver is from the oracle.
    pub disagreement: f64,
}

impl Sketch {
    /// Who is who, and nothing measured.
    #[must_use]
    pub const fn absent(counts: Counts) -> Self {
        Self {
            counts,
            eta_local: f64::NAN,
            eta_bar: f64::NAN,
            eta_ridge: f64::NAN,
            tau: f64::NAN,
            omega: f64::NAN,
            omega_mean: f64::NAN,
            deviation: MaxAndMean::ABSENT,
            first_deviation: f64::NAN,
            bounded_difference: f64::NAN,
            white_deviation: MaxAndMean::ABSENT,
            white_mean_deviation: f64::NAN,
            local_gradient_error: f64::NAN,
            local_error: f64::NAN,
            local_size: f64::NAN,
            giant_error: f64::NAN,
            gradient_error: f64::NAN,
            honest_mean_error: f64::NAN,
            compression_error: f64::NAN,
            compression_mean_square: f64::NAN,
            error: f64::NAN,
            rho: f64::NAN,
            lost: f64::NAN,
            message_error: f64::NAN,
            message_distance: f64::NAN,
            honest_part: f64::NAN,
            trimmed_part: f64::NAN,
            byzantine_part: f64::NAN,
            byzantine_mean_square: f64::NAN,
            message_size: f64::NAN,
            newton_size: f64::NAN,
            disagreement: f64::NAN,
        }
    }
}

/// Maximum and mean of one number over workers.
#[derive(Clone, Copy, Debug)]
pub struct MaxAndMean {
    /// Maximum.
    pub max: f64,
    /// Mean.
    pub mean: f64,
}

impl MaxAndMean {
    /// Nothing measured.
    pub const ABSENT: Self = Self { max: f64::NAN, mean: f64::NAN };

    /// Of values, each with how many workers have it; absent when there is no worker.
    fn of(values: &[(f64, f64)]) -> Self {
        let total: f64 = values.iter().map(|(copies, _)| copies).sum();
        let mean = values.iter().map(|(copies, v)| copies * v).sum::<f64>() / total;
        Self { max: worst(values.iter().map(|&(_, v)| v)), mean }
    }
}

/// The mean of vectors of length d, each with how many workers have it; zero when there is none.
fn mean<'v>(vectors: impl IntoIterator<Item = (f64, &'v Vec<f64>)>, dimension: usize) -> Vec<f64> {
    let (mut sum, mut count) = (vec![0.0; dimension], 0.0_f64);
    for (copies, v) in vectors {
        sum.iter_mut().zip(v).for_each(|(sum, v)| *sum += copies * v);
        count += copies;
    }
    sum.iter_mut().for_each(|v| *v /= count.max(1.0));
    sum
}

/// The largest over the honest workers; not a number when there is none.
fn worst(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    if values.len() == 0 { f64::NAN } else { largest(values) }
}

/// One honest worker, in the basis V.
struct Local {
    /// How many equal ones there are.
    copies: f64,
    /// K_i, r x r.
    k: Mat<f64>,
    eta: f64,
    ridge: f64,
    tau: f64,
    omega: f64,
    /// (I + E_i)^{-1}, r x r.
    inverse: Mat<f64>,
    /// H^{-1/2}(g_i - g), d.
    white_deviation: Vec<f64>,
    deviation: f64,
    /// H^{1/2} H_i^{-1} (g_i - g), d.
    gradient_error: Vec<f64>,
    /// H^{1/2} H_i^{-1} g, d.
    giant: Vec<f64>,
}

impl Local {
    fn new(at: &Landscape<'_>, held: Samples<'_>, copies: usize) -> Result<Self, OracleError> {
        let r = at.rank();
        let mut k = sampled_gram(at, held);
        (0..r).for_each(|i| k[(i, i)] -= 1.0);
        let shrink = at.shrink();
        let e = Mat::from_fn(r, r, |i, j| shrink[i] * k[(i, j)] * shrink[j]);
        let (low, high) = extreme_eigenvalues(k.as_ref())?;
        let (e_low, e_high) = extreme_eigenvalues(e.as_ref())?;
        if e_low <= -1.0 {
            return Err(OracleError::Singular { rank: r, dimension: at.dimension() });
        }
        // Outside the first r coordinates E_i = 0, where (I + E_i)^{-1} = I; so tau is at least 1 there.
        let outside = if r < at.dimension() { 1.0 } else { 0.0 };
        let factor = (Mat::<f64>::identity(r, r) + &e)
            .llt(Side::Lower)
            .map_err(|_| OracleError::Singular { rank: r, dimension: at.dimension() })?;
        let solve = |v: &[f64]| {
            let mut head = Mat::from_fn(r, 1, |i, _| v[i]);
            factor.solve_in_place(head.as_mut());
            let mut out = v.to_vec();
            (0..r).for_each(|i| out[i] = head[(i, 0)]);
            out
        };
        let deviation = at.gradient_deviation(held);
        let white_deviation = at.cowhite(&deviation);
        Ok(Self {
            copies: copies as f64,
            eta: low.abs().max(high.abs()),
            ridge: e_low.abs().max(e_high.abs()),
            tau: f64::max(outside, 1.0 / (1.0 + e_low)),
            omega: f64::max((1.0 / (1.0 + e_low) - 1.0).abs(), (1.0 / (1.0 + e_high) - 1.0).abs()),
            gradient_error: solve(&white_deviation),
            giant: solve(&at.white_gradient),
            inverse: factor.inverse(),
            deviation: norm(&deviation),
            white_deviation,
            k,
        })
    }

    /// H^{1/2} p_i.
    fn direction(&self) -> Vec<f64> {
        self.giant.iter().zip(&self.gradient_error).map(|(a, b)| a + b).collect()
    }
}

/// (n/s) sum_j u_j u_j' over the samples, r x r, both triangles.
fn sampled_gram(at: &Landscape<'_>, held: Samples<'_>) -> Mat<f64> {
    let r = at.rank();
    let mut gram = Mat::<f64>::zeros(r, r);
    if r == 0 {
        return gram;
    }
    let mut rows = Vec::new();
    held.each(&mut |j, times| rows.extend(at.u_row(j).iter().map(|u| u * times.sqrt())));
    let rows = MatRef::from_row_major_slice(&rows, rows.len() / r, r);
    matmul(
        gram.as_mut(),
        BlockStructure::TriangularLower,
        Accum::Replace,
        rows.transpose(),
        BlockStructure::Rectangular,
        rows,
        BlockStructure::Rectangular,
        at.rows() as f64 / held.size(),
        Par::Seq,
    );
    for j in 0..r {
        for i in 0..j {
            gram[(i, j)] = gram[(j, i)];
        }
    }
    gram
}

/// Measures what the shards alone decide, every worker honest and no message sent: the events of Lemmas 1 to 3.
///
/// # Errors
/// [`OracleError`] when a worker's Hessian is singular or a decomposition fails.
pub fn events(at: &Landscape<'_>, shards: &[Vec<usize>]) -> Result<Sketch, OracleError> {
    let locals: Vec<Local> =
        shards.iter().map(|rows| Local::new(at, Samples::Rows(rows), 1)).collect::<Result<_, _>>()?;
    let shard = shards.iter().map(Vec::len).min().unwrap_or(0);
    let counts = Counts { workers: shards.len(), honest: shards.len(), kept: shards.len(), shard, ..Counts::default() };
    sampled(at, counts, &locals)
}

/// The norms that depend on the honest workers' samples and not on messages.
fn sampled(at: &Landscape<'_>, counts: Counts, locals: &[Local]) -> Result<Sketch, OracleError> {
    if locals.is_empty() {
        return Ok(Sketch::absent(counts));
    }
    let (d, r) = (at.dimension(), at.rank());
    let total: f64 = locals.iter().map(|l| l.copies).sum();
    let (mut k_mean, mut inverse_mean) = (Mat::<f64>::zeros(r, r), Mat::<f64>::zeros(r, r));
    for local in locals {
        let share = local.copies / total;
        k_mean += share * &local.k;
        inverse_mean += share * &local.inverse;
    }
    let size = |symmetric: &Mat<f64>| extreme_eigenvalues(symmetric.as_ref()).map(|(a, b)| a.abs().max(b.abs()));
    let most = |of: fn(&Local) -> f64| largest(locals.iter().map(of));
    let spread = |of: fn(&Local) -> f64| MaxAndMean::of(&locals.iter().map(|l| (l.copies, of(l))).collect::<Vec<_>>());
    Ok(Sketch {
        eta_local: most(|l| l.eta),
        eta_bar: size(&k_mean)?,
        eta_ridge: most(|l| l.ridge),
        tau: most(|l| l.tau),
        omega: most(|l| l.omega),
        omega_mean: size(&(inverse_mean - Mat::<f64>::identity(r, r)))?,
        deviation: spread(|l| l.deviation),
        first_deviation: locals[0].deviation,
        white_deviation: spread(|l| norm(&l.white_deviation)),
        white_mean_deviation: norm(&mean(locals.iter().map(|l| (l.copies, &l.white_deviation)), d)),
        ..Sketch::absent(counts)
    })
}

/// Measures one draw at one iterate.
///
/// # Errors
/// [`OracleError`] when an honest worker's Hessian is singular or a decomposition fails.
pub fn measure(at: &Landscape<'_>, round: Round<'_>) -> Result<Sketch, OracleError> {
    let Round { shards, lies, replies, aggregate } = round;
    let samples: Vec<Samples<'_>> = shards.iter().map(|rows| Samples::Rows(rows)).collect();
    measure_samples(at, &samples, lies, replies, aggregate)
}

/// The same for samples however they are kept.
///
/// # Errors
/// As [`measure`].
pub fn measure_samples(
    at: &Landscape<'_>,
    samples: &[Samples<'_>],
    lies: &[bool],
    replies: &[Reply],
    aggregate: &Aggregate,
) -> Result<Sketch, OracleError> {
    let mut kept = vec![0; samples.len()];
    aggregate.kept.iter().for_each(|id| kept[id.0] += 1);
    let copies = vec![1; samples.len()];
    measure_groups(at, Groups { samples, lies, replies, copies: &copies, kept: &kept, vector: &aggregate.vector })
}

/// The same for groups of equal workers, at the cost of one worker a group.
///
/// # Errors
/// As [`measure`].
pub fn measure_groups(at: &Landscape<'_>, round: Groups<'_>) -> Result<Sketch, OracleError> {
    let Groups { samples, lies, replies, copies, kept, vector } = round;
    let (d, groups) = (at.dimension(), samples.len());
    let honest: Vec<usize> = (0..groups).filter(|&i| !lies[i]).collect();
    let count = |of: &dyn Fn(usize) -> usize| (0..groups).map(of).sum::<usize>();
    let (m, all_kept) = (count(&|i| copies[i]), count(&|i| kept[i]));
    let byzantine = count(&|i| if lies[i] { copies[i] } else { 0 });
    let counts = Counts {
        workers: m,
        honest: m - byzantine,
        byzantine,
        kept: all_kept,
        trimmed: m - all_kept,
        kept_byzantine: count(&|i| if lies[i] { kept[i] } else { 0 }),
        trimmed_honest: count(&|i| if lies[i] { 0 } else { copies[i] - kept[i] }),
        shard: samples.iter().map(|held| held.size() as usize).min().unwrap_or(0),
    };

    let locals: Vec<Local> = honest.iter().map(|&i| Local::new(at, samples[i], copies[i])).collect::<Result<_, _>>()?;
    let crowd: Vec<f64> = locals.iter().map(|l| l.copies).collect();

    let p_star = &at.white_gradient;
    let directions: Vec<Vec<f64>> = locals.iter().map(Local::direction).collect();
    let giant = mean(locals.iter().map(|l| (l.copies, &l.giant)), d);
    let p_honest = mean(crowd.iter().copied().zip(&directions), d);

    // Messages as received, in the basis V scaled by H^{1/2}; the unusable ones are never kept.
    let messages: Vec<Option<Vec<f64>>> =
        replies.iter().map(|q| q.as_ref().ok().filter(|q| q.len() == d).map(|q| at.white(q))).collect();
    // NaN should a message of the set be unreadable: honest ones never are, and kept ones neither.
    let errors_over = |set: &dyn Fn(usize) -> usize| {
        let held = (0..groups).map(|i| (i, set(i) as f64)).filter(|&(_, held)| held > 0.0);
        let errors: Option<Vec<(f64, Vec<f64>)>> =
            held.map(|(i, held)| messages[i].as_ref().map(|q| (held, minus(q, p_star)))).collect();
        let over = |errors: Vec<(f64, Vec<f64>)>| {
            let size: f64 = errors.iter().map(|(held, _)| held).sum();
            norm(&mean(errors.iter().map(|(held, v)| (*held, v)), d)) * size / counts.kept.max(1) as f64
        };
        errors.map_or(f64::NAN, over)
    };
    let flat = |white: &[f64]| norm(&at.unwhite(white));
    let intruders = (0..groups).filter(|&i| lies[i] && kept[i] > 0);
    let distances: Vec<(f64, f64)> = intruders
        .filter_map(|i| messages[i].as_ref().map(|q| (kept[i] as f64, flat(&minus(q, p_star)).powi(2))))
        .collect();

    // What honest workers sent; not a number where nothing readable came, which no honest worker explains.
    let unreadable = vec![f64::NAN; d];
    let sent: Vec<&Vec<f64>> = honest.iter().map(|&i| messages[i].as_ref().unwrap_or(&unreadable)).collect();
    let differences: Vec<Vec<f64>> = sent.iter().zip(&directions).map(|(q, p)| minus(q, p)).collect();
    let newton_size = flat(p_star);
    let events = sampled(at, counts, &locals)?;
    let lost = worst(differences.iter().zip(&directions).map(|(difference, p)| {
        let (lost, size) = (flat(difference), flat(p));
        if lost <= NOISE * (size + newton_size) { 0.0 } else { (lost / size).powi(2) }
    }));
    let apart =
        |(difference, p): (&Vec<f64>, &Vec<f64>)| norm(difference) / (norm(p) + events.tau * at.white_b.largest);
    // Without an honest worker its error is that of no one, and not 0.
    let honest_error = |mean: &[f64], from: &[f64]| if honest.is_empty() { f64::NAN } else { norm(&minus(mean, from)) };
    let squares = differences.iter().map(|v| norm(v).powi(2));
    let squares = MaxAndMean::of(&crowd.iter().copied().zip(squares).collect::<Vec<_>>());
    Ok(Sketch {
        honest_mean_error: honest_error(&p_honest, p_star),
        local_gradient_error: MaxAndMean::of(
            &locals.iter().map(|l| (l.copies, norm(&l.gradient_error))).collect::<Vec<_>>(),
        )
        .mean,
        local_error: worst(directions.iter().map(|p| norm(&minus(p, p_star)))),
        local_size: worst(directions.iter().map(|p| norm(p))),
        giant_error: honest_error(&giant, p_star),
        gradient_error: honest_error(&p_honest, &giant),
        compression_error: norm(&mean(crowd.iter().copied().zip(&differences), d)),
        compression_mean_square: squares.mean,
        error: norm(&minus(&at.white(vector), p_star)),
        rho: 1.0 - lost,
        lost,
        message_error: worst(sent.iter().map(|q| norm(&minus(q, p_star)))),
        message_distance: worst(sent.iter().map(|q| flat(&minus(q, p_star)))),
        message_size: worst(sent.iter().map(|q| flat(q))),
        honest_part: errors_over(&|i| if lies[i] { 0 } else { copies[i] }),
        trimmed_part: errors_over(&|i| if lies[i] { 0 } else { copies[i] - kept[i] }),
        byzantine_part: errors_over(&|i| if lies[i] { kept[i] } else { 0 }),
        byzantine_mean_square: if distances.is_empty() { 0.0 } else { MaxAndMean::of(&distances).mean },
        newton_size,
        disagreement: worst(differences.iter().zip(&directions).map(apart)),
        ..events
    })
}

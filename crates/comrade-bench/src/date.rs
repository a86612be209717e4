//! A day of the calendar from seconds since 1970.

/// The day in UTC as `2026-11-24`.
#[must_use]
pub fn day(seconds: u64) -> String {
    // Years of 365.2425 days that begin in March, in eras of 400 years, so that a leap day is the last of its year.
    let days = seconds / 86_400 + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * march + 2) / 5 + 1;
    let month = if march < 10 { march + 3 } else { march - 9 };
    format!("{}-{month:02}-{day:02}", 400 * era + year + u64::from(month < 3))
}

#[cfg(test)]
mod tests {
    use super::day;

    #[test]
    fn days_known_by_heart() {
        let known = [
            (0, "1970-01-01"),
            (951_782_399, "2000-02-28"),
            (951_782_400, "2000-02-29"),
            (951_868_800, "2000-03-01"),
            (1_735_689_599, "2024-12-31"),
            (1_795_478_400, "2026-11-24"),
        ];
        for (seconds, expected) in known {
            assert_eq!(day(seconds), expected);
        }
    }
}

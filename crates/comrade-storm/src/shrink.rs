//! A list of mishaps made as short as it can be while the run still fails.

/// Shortens a list that `fails`: leaves out halves of it, then quarters and so on down to single items, while what is
/// left still fails.
pub fn shrink<T: Clone>(mut list: Vec<T>, fails: impl Fn(&[T]) -> bool) -> Vec<T> {
    let mut size = list.len().div_ceil(2);
    while size > 0 {
        let before = list.len();
        let mut at = 0;
        while at < list.len() {
            let fewer = [&list[..at], &list[(at + size).min(list.len())..]].concat();
            if fails(&fewer) { list = fewer } else { at += size }
        }
        // Of single items some may be left out only after others are.
        size = if size == 1 && list.len() < before { 1 } else { size / 2 };
    }
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_what_it_takes() {
        let fails = |list: &[u32]| list.contains(&3) && list.contains(&11);
        assert_eq!(shrink((0..20).collect(), fails), [3, 11]);
        // 7 can go only after 8 has gone.
        let chained = |list: &[u32]| list.contains(&3) && (!list.contains(&8) || list.contains(&7));
        assert_eq!(shrink((0..20).collect(), chained), [3]);
        assert_eq!(shrink(vec![1, 2], |_| true), [0; 0]);
    }
}

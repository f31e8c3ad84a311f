//! `docs/performance.md`: the generated part lies between two marks, prose around it stays.

use crate::fault::{Context as _, Fault, Result};

/// What a new page begins with.
const NEW: &str = "# Performance

Measured by [`make bench`](../bench/README.md): one run, one machine, each row beside a limit that was probed in the same
run. Rates depend on the machine; ratios and processor time per event far less.

<!-- bench: begin; written by KEEP=1 make bench -->
<!-- bench: end -->

## Growth

<!-- growth: begin; written by KEEP=1 ROWS=growth make bench -->
<!-- growth: end -->

## What limits each row

Nothing is written here yet.
";

/// Which generated part of the page a run of these rows is: the table is one run, and so is growth, which takes an hour.
pub fn part(rows: &[String]) -> Result<&'static str> {
    match rows {
        [] => Ok("bench"),
        [one] if one == "growth" => Ok("growth"),
        _ => Err(Fault::new("KEEP=1 is for the whole table or for ROWS=growth: what is kept is of one run")),
    }
}

/// The page with this generated part replaced; `old` is the page as it is, if there is one.
pub fn with_table(old: Option<&str>, part: &str, table: &str) -> Result<String> {
    let (begin, end) = (format!("<!-- {part}: begin"), format!("<!-- {part}: end"));
    let missing = format!("docs/performance.md has lost its marks of '{part}'; put them where the table belongs");
    let old = old.unwrap_or(NEW);
    let from = old.find(&begin).and_then(|at| Some(at + old[at..].find('\n')? + 1)).because(&missing)?;
    let to = old[from..].find(&end).map(|at| from + at).because(&missing)?;
    Ok(format!("{}{}\n{}", &old[..from], table.trim_end(), &old[to..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_stays_and_the_table_is_replaced() {
        let first = with_table(None, "bench", "| one |\n").unwrap();
        assert!(first.contains("| one |\n<!-- bench: end") && first.contains("## What limits each row"));
        let edited = first.replace("Nothing is written here yet.", "The disk.");
        let second = with_table(Some(&edited), "bench", "| two |").unwrap();
        assert!(second.contains("| two |") && !second.contains("| one |") && second.contains("The disk."));
        let third = with_table(Some(&second), "growth", "| old |").unwrap();
        assert!(third.contains("| two |") && third.contains("| old |\n<!-- growth: end"), "{third}");
        assert_eq!(with_table(Some(&third), "bench", "| two |").unwrap(), third);
        assert!(with_table(Some("# no marks"), "bench", "x").is_err());
    }

    #[test]
    fn what_is_kept_is_of_one_run() {
        assert_eq!(part(&[]).unwrap(), "bench");
        assert_eq!(part(&["growth".to_owned()]).unwrap(), "growth");
        assert!(part(&["replay".to_owned()]).is_err());
    }
}

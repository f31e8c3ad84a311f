//! Zeroes what SQLite leaves in pages when it moves rows about.
//!
//! `secure_delete` zeroes what is deleted. When a tree is balanced, rows move to other pages, and copies of them stay in the
//! part of their old page that is not in use; nothing clears it. Text that is erased later, where it stands then, would
//! still be in the file. So pages are looked at, and unused parts with anything in them are written anew, as zeros and in a
//! transaction like any other.

use std::ops::Range;

use callboard_kernel::{Error, Result};

use crate::{Db, Engine, Sql, Tx, params};

/// Pages of one look: 2 MiB.
const SLICE: i64 = 512;

/// Above it the first byte of a page of another kind (the number of the next one) could be taken for the kind of a tree's.
const MOST_PAGES: i64 = 1 << 24;

static FILE: Sql = Sql::new("FILE", "select page_count, auto_vacuum from pragma_page_count, pragma_auto_vacuum");
// A page is looked up by its number; a range would walk over all of them.
static PAGES: Sql = Sql::new(
    "PAGES",
    "with recursive n(p) as (select :from union all select p + 1 from n where p < :until) \
     select d.pgno, d.data from n cross join sqlite_dbpage d on d.pgno = n.p",
);
static PAGE: Sql = Sql::new("PAGE", "select data from sqlite_dbpage where pgno = :page");
static PAGE_PUT: Sql = Sql::new("PAGE_PUT", "update sqlite_dbpage set data = :data where pgno = :page");

impl Db {
    /// Zeroes what no row of a page holds, in all pages; how many it changed. It reads the whole database, a slice at a time
    /// and beside readers and writers. After it, and [`Db::settle`], text that is in no row is in no file. Nothing on
    /// PostgreSQL.
    ///
    /// # Errors
    /// Those of [`Db::read`] and [`Db::write`]; `INTERNAL` for a database of more than 2^24 pages (64 GiB).
    pub async fn scrub(&self) -> Result<u64> {
        if self.engine() == Engine::Postgres {
            return Ok(0);
        }
        let (mut from, mut changed) = (1, 0);
        loop {
            let look = self.read(move |tx| look(tx, from)).await?;
            if !look.soiled.is_empty() {
                let soiled = look.soiled;
                changed += self.write(move |tx| clear_all(tx, &soiled)).await?;
            }
            match look.next {
                Some(next) => from = next,
                None => return Ok(changed),
            }
        }
    }
}

struct Look {
    soiled: Vec<i64>,
    next: Option<i64>,
}

fn look(tx: &Tx<'_>, from: i64) -> Result<Look> {
    let file = tx.query_one(&FILE, params! {})?;
    let (pages, vacuum): (i64, i64) = (file.at(0)?, file.at(1)?);
    if pages >= MOST_PAGES {
        return Err(Error::internal(format!("{pages} pages are too many to be cleared of what was moved")));
    }
    if vacuum != 0 {
        return Err(Error::internal("a database with auto_vacuum has pages that cannot be told from a tree's"));
    }
    let until = (from + SLICE - 1).min(pages);
    let mut soiled = Vec::new();
    for row in tx.query(&PAGES, params! { from, until })? {
        let (number, data): (i64, Vec<u8>) = (row.at(0)?, row.at(1)?);
        soiled.extend(soiled_part(&data, number).map(|_| number));
    }
    Ok(Look { soiled, next: (until < pages).then_some(until + 1) })
}

fn clear_all(tx: &Tx<'_>, pages: &[i64]) -> Result<u64> {
    pages.iter().map(|page| clear(tx, *page)).sum()
}

/// The page may have changed since it was looked at.
fn clear(tx: &Tx<'_>, page: i64) -> Result<u64> {
    let Some(row) = tx.query_opt(&PAGE, params! { page })? else { return Ok(0) };
    let mut data: Vec<u8> = row.at(0)?;
    let Some(part) = soiled_part(&data, page) else { return Ok(0) };
    data[part].fill(0);
    tx.execute(&PAGE_PUT, params! { page, data })?;
    Ok(1)
}

/// The unused part of a page, when anything is in it.
fn soiled_part(page: &[u8], number: i64) -> Option<Range<usize>> {
    unused(page, number).filter(|part| page[part.clone()].iter().any(|byte| *byte != 0))
}

/// The part of a tree's page between the list of its cells and the first of them
/// (<https://www.sqlite.org/fileformat2.html#b_tree_pages>). `None` for pages of other kinds.
fn unused(page: &[u8], number: i64) -> Option<Range<usize>> {
    let start = if number == 1 { 100 } else { 0 };
    let short = |at: usize| Some(usize::from(u16::from_be_bytes(page.get(at..at + 2)?.try_into().ok()?)));
    let list = match page.get(start)? {
        2 | 5 => start + 12,
        10 | 13 => start + 8,
        _ => return None,
    };
    let (cells, content) = (short(start + 3)?, short(start + 5)?);
    let content = if content == 0 { 65_536 } else { content };
    let from = list + 2 * cells;
    let fits = from <= content && content <= page.len();
    let apart = (0..cells).all(|nth| short(list + 2 * nth).is_some_and(|cell| (content..page.len()).contains(&cell)));
    (fits && apart).then_some(from..content)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A leaf with two cells, at 4,000 and 4,050.
    fn leaf(start: usize) -> Vec<u8> {
        let mut page = vec![0; 4_096];
        page[start] = 13;
        page[start + 4] = 2;
        page[start + 5..start + 7].copy_from_slice(&4_000_u16.to_be_bytes());
        page[start + 8..start + 10].copy_from_slice(&4_000_u16.to_be_bytes());
        page[start + 10..start + 12].copy_from_slice(&4_050_u16.to_be_bytes());
        page
    }

    #[test]
    fn what_is_unused_lies_between_the_list_of_cells_and_the_cells() {
        assert_eq!(unused(&leaf(0), 7), Some(12..4_000));
        assert_eq!(unused(&leaf(100), 1), Some(112..4_000));
        let mut soiled = leaf(0);
        assert_eq!(soiled_part(&soiled, 7), None);
        soiled[3_999] = 1;
        assert_eq!(soiled_part(&soiled, 7), Some(12..4_000));
    }

    #[test]
    fn a_page_that_is_no_trees_or_makes_no_sense_is_left_alone() {
        assert_eq!(unused(&[0; 4_096], 7), None);
        assert_eq!(unused(&[], 7), None);
        let spoil: [fn(&mut Vec<u8>); 4] = [
            |page| page[0] = 3,
            |page| page[9] = 1,
            |page| page[3] = 40,
            |page| page[5..7].copy_from_slice(&9_u16.to_be_bytes()),
        ];
        for (nth, how) in spoil.iter().enumerate() {
            let mut page = leaf(0);
            how(&mut page);
            assert_eq!(unused(&page, 7), None, "{nth}");
        }
    }
}

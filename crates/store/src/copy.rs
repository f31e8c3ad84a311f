//! Rows of all tables from one store to another, whichever the engines: in pages by primary key, so that memory is
//! bounded; parents before those that refer to them; with the numbers that they have.

use std::collections::{BTreeMap, BTreeSet};

use callboard_kernel::{Error, Result};

use crate::schema::{self, Schema};
use crate::{Db, Engine, Params, Row, Sql, Tx, Value, params};

/// Rows of one page.
const PAGE: usize = 500;
/// Rows of one insert on PostgreSQL, where each statement is a round trip.
const ROWS: usize = 20;
/// Written by `migrations` alone.
const OWN: &str = "schema_migration";

static PARENTS: Sql =
    Sql::new("COPY_PARENTS", "select distinct \"table\" as parent from pragma_foreign_key_list(:name)");
static COUNTERS: Sql = Sql::new(
    "COPY_COUNTERS",
    "select c.relname as \"table\", a.attname as name from pg_attribute a join pg_class c on c.oid = a.attrelid \
     where a.attidentity <> '' and c.relkind = 'r' and c.relnamespace = current_schema()::regnamespace order by c.relname",
);

/// How one table is read and written. The texts live as long as the process: there are a few per table.
pub(crate) struct Table {
    /// Where the columns of the primary key stand among the columns.
    key: Vec<usize>,
    first: &'static Sql,
    next: &'static Sql,
    key_names: Vec<&'static str>,
    /// Names of the values of an insert: `ROWS` times the columns.
    value_names: Vec<&'static str>,
    columns: usize,
    one: &'static Sql,
    many: &'static Sql,
    clear: &'static Sql,
}

fn leaked(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

fn sql(text: String) -> &'static Sql {
    Box::leak(Box::new(Sql::new("COPY", leaked(text))))
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn insert(table: &str, list: &str, rows: usize, columns: usize) -> &'static Sql {
    let row = |r: usize| {
        let cells: Vec<String> = (0..columns).map(|c| format!(":r{r}c{c}")).collect();
        format!("({})", cells.join(", "))
    };
    let rows: Vec<String> = (0..rows).map(row).collect();
    sql(format!("insert into {table} ({list}) values {}", rows.join(", ")))
}

impl Table {
    fn new(name: &str, table: &schema::Table) -> Result<Self> {
        let columns: Vec<&String> = table.columns.keys().collect();
        let place = |k: &String| columns.iter().position(|c| *c == k);
        let key: Option<Vec<usize>> = table.primary_key.iter().map(place).collect();
        let key = key.filter(|k| !k.is_empty()).ok_or_else(|| Error::internal(format!("{name} has no primary key")))?;
        let list = columns.iter().map(|c| quoted(c)).collect::<Vec<_>>().join(", ");
        let order = table.primary_key.iter().map(|c| quoted(c)).collect::<Vec<_>>().join(", ");
        let key_names: Vec<&'static str> = (0..key.len()).map(|k| leaked(format!("k{k}"))).collect();
        let after = key_names.iter().map(|k| format!(":{k}")).collect::<Vec<_>>().join(", ");
        let value_names =
            (0..ROWS).flat_map(|r| (0..columns.len()).map(move |c| leaked(format!("r{r}c{c}")))).collect();
        let own = quoted(name);
        Ok(Self {
            first: sql(format!("select {list} from {own} order by {order} limit {PAGE}")),
            next: sql(format!("select {list} from {own} where ({order}) > ({after}) order by {order} limit {PAGE}")),
            key,
            key_names,
            value_names,
            columns: columns.len(),
            one: insert(&own, &list, 1, columns.len()),
            many: insert(&own, &list, ROWS, columns.len()),
            clear: sql(format!("delete from {own}")),
        })
    }

    /// The page after a row, or the first one.
    fn page(&self, tx: &Tx<'_>, after: Option<&[Value]>) -> Result<Vec<Vec<Value>>> {
        let rows = match after {
            None => tx.query(self.first, params! {})?,
            Some(row) => {
                let place = self.key_names.iter().zip(&self.key).map(|(name, at)| (*name, row[*at].clone()));
                tx.query(self.next, Params(place.collect()))?
            }
        };
        Ok(rows.into_iter().map(Row::into_values).collect())
    }

    /// Writes rows of one page.
    fn put(&self, tx: &Tx<'_>, rows: &[Vec<Value>]) -> Result<()> {
        let whole = if tx.engine() == Engine::Postgres { rows.len() / ROWS * ROWS } else { 0 };
        for chunk in rows[..whole].chunks(ROWS) {
            let values = self.value_names.iter().copied().zip(chunk.iter().flatten().cloned());
            tx.execute(self.many, Params(values.collect()))?;
        }
        for row in &rows[whole..] {
            let values = self.value_names[..self.columns].iter().copied().zip(row.iter().cloned());
            tx.execute_one(self.one, Params(values.collect()))?;
        }
        Ok(())
    }
}

/// The tables of two stores with the same schema, parents first. One of the two is SQLite, which is asked who refers to
/// whom.
///
/// # Errors
/// The schemas differ.
pub(crate) fn tables(from: &Db, to: &Db) -> Result<Vec<Table>> {
    let schema = schema::read(from)?;
    let differences = schema::differences(&schema, &schema::read(to)?);
    if !differences.is_empty() {
        return Err(Error::internal(format!("the two schemas differ: {}", differences.join("; "))));
    }
    let asked = if from.engine() == Engine::Sqlite { from } else { to };
    let names: Vec<String> = schema.keys().filter(|name| *name != OWN).cloned().collect();
    let parents = asked.read_blocking(move |tx| {
        let of = |name: String| {
            let rows = tx.query(&PARENTS, params! { name })?;
            let parents = rows.iter().map(|row| row.get::<String>("parent")).collect::<Result<BTreeSet<_>>>()?;
            Ok((name, parents))
        };
        names.into_iter().map(of).collect::<Result<BTreeMap<String, BTreeSet<String>>>>()
    })?;
    in_order(parents)?.iter().map(|name| Table::new(name, &schema[name])).collect()
}

/// Parents before those that refer to them.
fn in_order(mut parents: BTreeMap<String, BTreeSet<String>>) -> Result<Vec<String>> {
    let mut out: Vec<String> = Vec::new();
    while !parents.is_empty() {
        let ready = |on: &BTreeSet<String>, name: &String| on.iter().all(|p| p == name || out.contains(p));
        let Some(name) = parents.iter().find(|(name, on)| ready(on, name)).map(|(name, _)| name.clone()) else {
            return Err(Error::internal(format!("tables refer to each other in a circle: {parents:?}")));
        };
        parents.remove(&name);
        out.push(name);
    }
    Ok(out)
}

/// Removes what the migrations put into the tables of a new store.
pub(crate) fn clear(tx: &Tx<'_>, tables: &[Table]) -> Result<()> {
    tables.iter().rev().try_for_each(|table| tx.execute(table.clear, params! {}).map(drop))
}

/// Everything at one snapshot of `from` (a server that goes on writing) into `to` (an SQLite store of our own), in many
/// transactions.
pub(crate) fn out_of(from: &Db, to: &Db) -> Result<()> {
    let tables = std::sync::Arc::new(tables(from, to)?);
    let target = to.clone();
    let own = tables.clone();
    to.write_as_owner(move |tx| clear(tx, &own))?;
    from.read_blocking(move |tx| {
        for at in 0..tables.len() {
            let mut after: Option<Vec<Value>> = None;
            loop {
                let rows = std::sync::Arc::new(tables[at].page(tx, after.as_deref())?);
                let Some(last) = rows.last() else { break };
                after = Some(last.clone());
                let (tables, full) = (tables.clone(), rows.len() == PAGE);
                target.write_as_owner(move |tx| tables[at].put(tx, &rows))?;
                if !full {
                    break;
                }
            }
        }
        Ok(())
    })
}

/// Everything of `from` (an SQLite store that nobody writes) into the transaction of a new PostgreSQL store.
pub(crate) fn into_tx(from: &Db, tx: &Tx<'_>, tables: &std::sync::Arc<Vec<Table>>) -> Result<()> {
    clear(tx, tables)?;
    for (at, table) in tables.iter().enumerate() {
        let mut after: Option<Vec<Value>> = None;
        loop {
            let (own, place) = (tables.clone(), after.clone());
            let rows = from.read_blocking(move |tx| own[at].page(tx, place.as_deref()))?;
            let Some(last) = rows.last() else { break };
            after = Some(last.clone());
            table.put(tx, &rows)?;
            if rows.len() < PAGE {
                break;
            }
        }
    }
    // Rows came with their numbers; the counters behind the columns go on after them.
    for row in tx.query(&COUNTERS, params! {})? {
        let (table, column): (String, String) = (row.get("table")?, row.get("name")?);
        let (own, name) = (quoted(&table), quoted(&column));
        tx.batch(&format!(
            "select setval(pg_get_serial_sequence('{own}', '{column}'), coalesce((select max({name}) from {own}), 0) + 1, false)"
        ))?;
    }
    Ok(())
}

/// How many rows each table has; the schema's own one is left out.
pub(crate) fn counts(db: &Db) -> Result<BTreeMap<String, u64>> {
    let schema: Schema = schema::read(db)?;
    let names: Vec<String> = schema.into_keys().filter(|name| name != OWN).collect();
    db.read_blocking(move |tx| counts_in(tx, &names))
}

/// How many rows these tables have, as the transaction sees them.
pub(crate) fn counts_in<'a>(tx: &Tx<'_>, names: impl IntoIterator<Item = &'a String>) -> Result<BTreeMap<String, u64>> {
    let count = |name: &String| {
        let n: i64 = tx.query_one(sql(format!("select count(*) as n from {}", quoted(name))), params! {})?.get("n")?;
        Ok((name.clone(), u64::try_from(n).map_err(Error::internal)?))
    };
    names.into_iter().map(count).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parents_come_first_and_circles_are_refused() {
        let on = |list: &[&str]| list.iter().map(|p| (*p).to_owned()).collect::<BTreeSet<_>>();
        let given = [("a", on(&["b"])), ("b", on(&["c"])), ("c", on(&["c"])), ("d", on(&[]))];
        let given: BTreeMap<String, _> = given.into_iter().map(|(n, p)| (n.to_owned(), p)).collect();
        assert_eq!(in_order(given).unwrap(), ["c", "b", "a", "d"]);
        let circle = [("a".to_owned(), on(&["b"])), ("b".to_owned(), on(&["a"]))];
        assert!(in_order(circle.into()).is_err());
    }
}

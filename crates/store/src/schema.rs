//! The schema as an engine has it, in words that both share, so that the two can be compared column by column.

use std::collections::{BTreeMap, BTreeSet};

use callboard_kernel::Result;

use crate::{Db, Engine, Sql, Tx, params};

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// 64-bit integers.
    Integer,
    /// Doubles.
    Real,
    /// Text, compared by bytes.
    Text,
    /// Bytes.
    Bytes,
    /// Something else: not portable.
    Other,
}

/// One column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// What it holds.
    pub class: Class,
    /// Whether it may be null.
    pub nullable: bool,
}

/// One table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// Its columns by name.
    pub columns: BTreeMap<String, Column>,
    /// The columns of its primary key, in the key's order.
    pub primary_key: Vec<String>,
    /// Its other unique keys on plain columns of all rows. Partial ones and those on expressions are left out.
    pub unique_keys: BTreeSet<Vec<String>>,
}

/// The tables by name.
pub type Schema = BTreeMap<String, Table>;

static SQLITE_TABLES: Sql = Sql::new(
    "SQLITE_TABLES",
    "select name from pragma_table_list where schema = 'main' and type = 'table' and name not like 'sqlite_%'",
);
static SQLITE_COLUMNS: Sql = Sql::new(
    "SQLITE_COLUMNS",
    "select name, lower(type) as type, \"notnull\" as required, pk from pragma_table_info(:name) order by cid",
);
static SQLITE_KEYS: Sql = Sql::new(
    "SQLITE_KEYS",
    "select l.name as key, i.name as name from pragma_index_list(:name) l, pragma_index_info(l.name) i \
     where l.\"unique\" = 1 and l.partial = 0 and l.origin <> 'pk' order by l.name, i.seqno",
);

static POSTGRES_COLUMNS: Sql = Sql::new(
    "POSTGRES_COLUMNS",
    "select c.relname as \"table\", a.attname as name, format_type(a.atttypid, a.atttypmod) as type, \
     a.attnotnull as required, coalesce(co.collname, '') as collation \
     from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped \
     left join pg_collation co on co.oid = a.attcollation \
     where c.relkind = 'r' and c.relnamespace = current_schema()::regnamespace order by c.relname, a.attnum",
);
static POSTGRES_KEYS: Sql = Sql::new(
    "POSTGRES_KEYS",
    "select c.relname as \"table\", i.indexrelid::bigint as key, i.indisprimary as is_primary, a.attname as name \
     from pg_index i join pg_class c on c.oid = i.indrelid \
     cross join lateral unnest(i.indkey::smallint[]) with ordinality as k(attnum, place) \
     left join pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum \
     where i.indisunique and i.indpred is null and c.relkind = 'r' \
     and c.relnamespace = current_schema()::regnamespace order by i.indexrelid, k.place",
);

/// Reads the schema of a store.
pub fn read(db: &Db) -> Result<Schema> {
    db.read_blocking(|tx| match tx.engine() {
        Engine::Sqlite => read_sqlite(tx),
        Engine::Postgres => read_postgres(tx),
    })
}

fn read_sqlite(tx: &Tx<'_>) -> Result<Schema> {
    let mut schema = Schema::new();
    for row in tx.query(&SQLITE_TABLES, params! {})? {
        let name: String = row.get("name")?;
        let mut table = Table::default();
        let mut key = BTreeMap::new();
        for row in tx.query(&SQLITE_COLUMNS, params! { name })? {
            let (column, place): (String, i64) = (row.get("name")?, row.get("pk")?);
            let class = match row.get::<String>("type")?.as_str() {
                "integer" => Class::Integer,
                "real" => Class::Real,
                "text" => Class::Text,
                "blob" => Class::Bytes,
                _ => Class::Other,
            };
            // The columns of a strict table's primary key are never null, whether it says so or not.
            let nullable = place == 0 && !row.get::<bool>("required")?;
            if place > 0 {
                key.insert(place, column.clone());
            }
            table.columns.insert(column, Column { class, nullable });
        }
        table.primary_key = key.into_values().collect();
        let mut keys = BTreeMap::new();
        for row in tx.query(&SQLITE_KEYS, params! { name })? {
            collect_key(&mut keys, row.get::<String>("key")?, row.get("name")?);
        }
        table.unique_keys = whole(keys.into_values());
        schema.insert(name, table);
    }
    Ok(schema)
}

fn read_postgres(tx: &Tx<'_>) -> Result<Schema> {
    let mut schema = Schema::new();
    for row in tx.query(&POSTGRES_COLUMNS, params! {})? {
        let class = match (row.get::<String>("type")?.as_str(), row.get::<String>("collation")?.as_str()) {
            ("bigint", _) => Class::Integer,
            ("double precision", _) => Class::Real,
            ("text", "C") => Class::Text,
            ("bytea", _) => Class::Bytes,
            _ => Class::Other,
        };
        let column = Column { class, nullable: !row.get::<bool>("required")? };
        schema.entry(row.get("table")?).or_default().columns.insert(row.get("name")?, column);
    }
    let mut keys: BTreeMap<(String, bool, i64), Option<Vec<String>>> = BTreeMap::new();
    for row in tx.query(&POSTGRES_KEYS, params! {})? {
        let key = (row.get("table")?, row.get("is_primary")?, row.get("key")?);
        collect_key(&mut keys, key, row.get("name")?);
    }
    for ((table, primary, _), columns) in keys {
        let table = schema.entry(table).or_default();
        if primary {
            table.primary_key = columns.unwrap_or_default();
        } else {
            table.unique_keys.extend(columns);
        }
    }
    Ok(schema)
}

/// Adds a column to its key; an expression (no name) spoils the key.
fn collect_key<K: Ord>(keys: &mut BTreeMap<K, Option<Vec<String>>>, key: K, column: Option<String>) {
    let columns = keys.entry(key).or_insert_with(|| Some(Vec::new()));
    match (columns.as_mut(), column) {
        (Some(list), Some(column)) => list.push(column),
        _ => *columns = None,
    }
}

fn whole(keys: impl Iterator<Item = Option<Vec<String>>>) -> BTreeSet<Vec<String>> {
    keys.flatten().collect()
}

/// What differs between two schemas, one line each. Empty means equal.
pub fn differences(left: &Schema, right: &Schema) -> Vec<String> {
    let mut out = Vec::new();
    let empty = Table::default();
    let tables: BTreeSet<&String> = left.keys().chain(right.keys()).collect();
    for name in tables {
        let (l, r) = (left.get(name).unwrap_or(&empty), right.get(name).unwrap_or(&empty));
        let columns: BTreeSet<&String> = l.columns.keys().chain(r.columns.keys()).collect();
        for column in columns {
            let (a, b) = (l.columns.get(column), r.columns.get(column));
            if a != b || a.is_some_and(|c| c.class == Class::Other) {
                out.push(format!("{name}.{column}: {a:?} against {b:?}"));
            }
        }
        if l.primary_key != r.primary_key {
            out.push(format!("{name} primary key: {:?} against {:?}", l.primary_key, r.primary_key));
        }
        for key in l.unique_keys.symmetric_difference(&r.unique_keys) {
            out.push(format!("{name} unique key {key:?} is only on one engine"));
        }
    }
    out
}

//! The second wall between tenants: row-level security on every table that has a tenant.
//!
//! It follows the schema, so a table of a later migration stands behind it without anybody thinking of it. Policies do
//! not hold superusers and roles with BYPASSRLS: for those the store makes a role without rights of its own, which every
//! transaction takes with `set local role`. An owner who is neither is held by FORCE.

use callboard_kernel::{Error, Result};

use crate::answers::refused;
use crate::{Reach, Sql, Tx, params};

/// What a policy compares: a tenant's id, or `*` for the installation. Unset or empty, nothing is seen.
const SETTING: &str = "callboard.tenant";
/// The reach of the installation; no id looks like it.
const EVERYTHING: &str = "*";
/// The role for transactions of a login role that policies do not hold.
const ROLE: &str = "callboard_app";
/// Says in each policy's comment which wording it has. Raise it with the wording in `policy`.
const VERSION: &str = "callboard wall 1";

static TABLES: Sql = Sql::new(
    "WALL_TABLES",
    "select c.relname as name, c.relrowsecurity and c.relforcerowsecurity as forced, p.oid is not null as guarded, \
     coalesce(obj_description(p.oid, 'pg_policy'), '') as version, \
     (select count(*) from pg_policy o where o.polrelid = c.oid and o.polname <> 'tenant_wall') as others, \
     row_security_active(c.oid) as active \
     from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped \
     left join pg_policy p on p.polrelid = c.oid and p.polname = 'tenant_wall' \
     where c.relkind in ('r', 'p') and c.relnamespace = current_schema()::regnamespace order by c.relname",
);
static LOGIN: Sql = Sql::new(
    "WALL_LOGIN",
    "select rolname as name, rolsuper or rolbypassrls as unheld, current_schema()::text as schema \
     from pg_roles where rolname = current_user",
);
static UNGRANTED: Sql = Sql::new(
    "WALL_UNGRANTED",
    "select c.relname as name from pg_class c where c.relkind in ('r', 'p') \
     and c.relnamespace = current_schema()::regnamespace and not (has_table_privilege(cast(:role as text), c.oid, 'select') \
     and (c.relname = 'schema_migration' or (has_table_privilege(cast(:role as text), c.oid, 'insert') \
     and has_table_privilege(cast(:role as text), c.oid, 'update') and has_table_privilege(cast(:role as text), c.oid, 'delete'))))",
);

/// Two databases of one cluster may come here at once, and roles belong to the cluster.
const MAKE_ROLE: &str = "do $$ begin
  if not exists (select from pg_roles where rolname = 'callboard_app') then
    create role callboard_app nologin noinherit nosuperuser nobypassrls nocreatedb nocreaterole noreplication;
  end if;
exception when duplicate_object or unique_violation then null;
end $$";

/// What BEGIN sets for a reach.
///
/// # Errors
/// An id that could not be told from the installation; none is ever made.
pub(super) fn setting(reach: &Reach) -> Result<String> {
    let value = match reach {
        Reach::Installation => EVERYTHING,
        Reach::Tenant(id) => id.as_str(),
    };
    let is_plain = !value.is_empty() && !value.contains(['\0', '\\']);
    if !is_plain || (value == EVERYTHING && *reach != Reach::Installation) {
        return Err(Error::internal(format!("{reach:?} is no tenant")));
    }
    Ok(format!("set local {SETTING} = '{}'", value.replace('\'', "''")))
}

fn policy(table: &str) -> String {
    // A row without a tenant is the installation's: null equals no tenant.
    format!(
        "alter table {table} enable row level security; alter table {table} force row level security; \
         drop policy if exists tenant_wall on {table}; \
         create policy tenant_wall on {table} using \
         (tenant_id = current_setting('{SETTING}', true) or current_setting('{SETTING}', true) = '{EVERYTHING}'); \
         comment on policy tenant_wall on {table} is '{VERSION}'"
    )
}

/// Puts every table with a tenant behind the wall. Changes nothing where it stands.
pub(crate) fn raise(tx: &Tx<'_>) -> Result<()> {
    for row in tx.query(&TABLES, params! {})? {
        let stands = row.get::<bool>("forced")? && row.get::<bool>("guarded")?;
        if stands && row.get::<String>("version")? == VERSION {
            continue;
        }
        let name: String = row.get("name")?;
        tx.batch(&policy(&quoted(&name)))
            .map_err(|e| told("The wall between tenants cannot be put before a table", &name, &e))?;
    }
    Ok(())
}

/// The role that transactions take; `None` when policies hold the login role itself.
///
/// # Errors
/// The login role may pass policies, and may not make or take the role that may not.
pub(crate) fn role(tx: &Tx<'_>) -> Result<Option<String>> {
    let login = tx.query_one(&LOGIN, params! {})?;
    if !login.get::<bool>("unheld")? {
        return Ok(None);
    }
    let name: String = login.get("name")?;
    let cannot =
        |e: &Error| told("Policies do not hold the login role, and the role that they hold cannot be used", &name, e);
    tx.batch(MAKE_ROLE).map_err(|e| cannot(&e))?;
    // A superuser may take every role; others must be its member, which a second try makes sure of.
    if tx.savepoint(|tx| try_role(tx))?.is_err() {
        tx.batch(&format!("grant {ROLE} to {}", quoted(&name))).and_then(|()| try_role(tx)).map_err(|e| cannot(&e))?;
    }
    let schema: String = login.get("schema")?;
    tx.batch(&format!("grant usage on schema {} to {ROLE}", quoted(&schema)))?;
    for row in tx.query(&UNGRANTED, params! { role: ROLE })? {
        let table: String = row.get("name")?;
        let rights = if table == "schema_migration" { "select" } else { "select, insert, update, delete" };
        tx.batch(&format!("grant {rights} on {} to {ROLE}", quoted(&table)))?;
    }
    Ok(Some(ROLE.to_owned()))
}

fn try_role(tx: &Tx<'_>) -> Result<()> {
    tx.batch(&format!("set local role {ROLE}; reset role"))
}

/// Whether the wall stands before every table with a tenant, under the role that transactions take.
///
/// # Errors
/// The tables that are open, by name.
pub(crate) fn check(tx: &Tx<'_>) -> Result<()> {
    let mut open = Vec::new();
    for row in tx.query(&TABLES, params! {})? {
        let stands = row.get::<bool>("active")? && row.get::<bool>("forced")? && row.get::<bool>("guarded")?;
        if !stands || row.get::<i64>("others")? > 0 {
            open.push(row.get::<String>("name")?);
        }
    }
    if open.is_empty() {
        return Ok(());
    }
    Err(refused(format!(
        "The wall between tenants does not stand before {}: its policy `tenant_wall` must be the only one, forced, and must \
         hold the role that Callboard works under.",
        open.join(", ")
    )))
}

fn told(what: &str, name: &str, e: &Error) -> Error {
    refused(format!("{what} ({name}): {}", e.internal_note().unwrap_or_else(|| e.message())))
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use callboard_kernel::TenantId;

    use super::*;

    #[test]
    fn only_the_installation_sees_everything() {
        let of = |id: &str| setting(&Reach::Tenant(TenantId::from_stored(id.to_owned())));
        assert_eq!(setting(&Reach::Installation).unwrap(), "set local callboard.tenant = '*'");
        assert_eq!(of("ten_1").unwrap(), "set local callboard.tenant = 'ten_1'");
        assert_eq!(of("a'; reset role; --").unwrap(), "set local callboard.tenant = 'a''; reset role; --'");
        for bad in ["*", "", "a\\", "a\0"] {
            assert!(of(bad).is_err(), "{bad:?}");
        }
    }
}
